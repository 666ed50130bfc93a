"""Files of keys as people have them: Wireshark's table, the kernel's list, JSON, USIMs."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.keys.files import KeysError, hex_key, read_keys, read_usim
from analyzer.keys.keyring import GivenSa, KeyRing

CK = "b40ba9a3c58b2a05bbf0d987b21bf8cb"
IK = "f769bcd751044604127672711c6d3441"
ROW = (
    '"IPv4","192.0.2.10","192.0.2.1","0x00001001",'
    f'"AES-CBC [RFC3602]","0x{CK}","HMAC-SHA-1-96 [RFC2404]","0x{IK}00000000"'
)
# As iproute2 prints them, without and with -s.
STATE = f"""\
src 192.0.2.10 dst 192.0.2.1
\tproto esp spi 0x00001001 reqid 4097 mode transport
\treplay-window 32 \n\tauth-trunc hmac(sha1) 0x{IK}00000000 96
\tenc cbc(aes) 0x{CK}
\tanti-replay context: seq 0x0, oseq 0x0, bitmap 0x00000000
\tsel src 192.0.2.10/32 dst 192.0.2.1/32 sport 6062 dport 6100 \n"""
STATISTICS = f"""\
src 192.0.2.1 dst 192.0.2.10
\tproto esp spi 0x22220000(572653568) reqid 1(0x00000001) mode transport
\treplay-window 32 seq 0x00000000 flag  (0x00000000)
\tauth-trunc hmac(md5) 0x{IK} (128 bits) 96
\tenc cbc(des3_ede) 0x{CK}{CK[:16]} (192 bits)
\tanti-replay context: seq 0x0, oseq 0x3, bitmap 0x00000000
\tsel src 192.0.2.1/32 dst 192.0.2.10/32 sport 5100 dport 6063 uid 0
\tlifetime config:
\t  limit: soft (INF)(bytes), hard (INF)(bytes)
\tstats:
\t  replay-window 0 replay 2 failed 7
src 192.0.2.10 dst 192.0.2.1
\tproto ah spi 0x00000001 reqid 0 mode transport
\tauth hmac(md5) 0x{IK}
src 2001:db8::1 dst 2001:db8::2
\tproto esp spi 0x00000003 reqid 0 mode transport
\taead rfc4106(gcm(aes)) 0x{CK}89273db6 (160 bits) 128
src 2001:db8::1 dst 2001:db8::2
\tproto esp spi 0x00000004 reqid 0 mode tunnel
\tauth-trunc hmac(sha256) 0x{IK}{IK} 128
\tenc ecb(cipher_null)  \n"""


def read(text: str) -> list[GivenSa]:
    ring = KeyRing()
    read_keys("file", text, ring)
    return ring.given


@pytest.mark.parametrize("row", [ROW, f'{ROW},"32-bit","0x0"', f"# a comment\n\n{ROW}\r\n"])
def test_a_line_of_esp_sa(row: str) -> None:
    (sa,) = read(row)
    assert (sa.src, sa.dst, sa.spi) == (b"\xc0\0\x02\x0a", b"\xc0\0\x02\x01", 0x1001)
    assert (sa.alg, sa.ealg) == ("hmac-sha-1-96", "aes-cbc")
    assert (sa.integrity_key.hex(), sa.cipher_key.hex()) == (IK + "00000000", CK)
    assert (sa.origin.source, sa.origin.name) == ("esp_sa", "file")


def test_wildcards_null_and_unchecked() -> None:
    line = '"IPv6","*","*","*","NULL","","ANY 96 bit authentication [no checking]",""'
    (sa,) = read(line)
    assert (sa.src, sa.spi, sa.alg, sa.ealg, sa.icv, sa.unchecked) == (
        "6:*", "*", "null", "null", 12, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ROW.replace("IPv4", "IPv5"), "line 1: 'IPv5'"),
        (ROW.replace("AES-CBC [RFC3602]", "AES-CBC"), "no algorithm of Wireshark is named"),
        (ROW.replace(CK, CK[:-2]), "aes-cbc takes a key of 16 octets, not 15"),
        (ROW.replace("0x00001001", "0x1"), None),
        (ROW.replace("0x00001001", "4294967296"), "is no SPI"),
        (ROW.replace("0x00001001", "0x10**"), "is no SPI"),
        (ROW.replace("192.0.2.10", "phone"), "is no address"),
        ('"IPv4","1","2"', "3 columns"),
        ("", "no SA in it"),
        ('{"schema": "other"}', "schema"),
        ("{nonsense", "not what"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(text: str, why: str | None) -> None:
    if why is None:
        assert read(text)
        return
    with pytest.raises(KeysError, match=why.replace("[", r"\[")):
        read(text)


def test_what_the_kernel_says() -> None:
    first, second, third, fourth = read(STATE + STATISTICS)
    assert (first.spi, first.alg, first.ealg) == (0x1001, "hmac-sha-1-96", "aes-cbc")
    assert (first.integrity_key.hex(), first.cipher_key.hex()) == (IK + "00000000", CK)
    assert (first.sport, first.dport, first.mode, first.failed) == (6062, 6100, "transport", None)
    assert (second.spi, second.alg, second.ealg) == (572653568, "hmac-md5-96", "des-ede3-cbc")
    assert len(second.cipher_key) == 24
    assert (second.sport, second.dport, second.replayed, second.failed) == (5100, 6063, 2, 7)
    assert (third.alg, third.ealg, len(third.cipher_key)) == ("null", "aes-gcm", 20)
    assert (fourth.alg, fourth.ealg, fourth.named_alg) == ("", "null", "hmac(sha256)")


def test_our_own_json() -> None:
    document = {
        "schema": "secagree-keys/1",
        "keys": [{"rand": "00" * 16, "ck": CK, "ik": IK}],
        "sa": [{"src": "192.0.2.10", "dst": "192.0.2.1", "spi": 4097, "alg": "hmac-md5-96",
                "ealg": "null", "integrity_key": IK, "cipher_key": ""}],
    }  # fmt: skip
    ring = KeyRing()
    read_keys("file", json.dumps(document), ring)
    (pair,) = ring.pairs(bytes(16))
    assert (pair.ck.hex(), pair.ik.hex(), pair.origin.source) == (CK, IK, "json")
    assert [sa.spi for sa in ring.given] == [4097]


USIM = f'imsi = "001010123456789"\nk = "{CK}"\nopc = "{IK}"\namf = "8000"\nsqn = "00000000a1b2"\n'


def test_a_usim() -> None:
    ring = KeyRing()
    read_usim("usim.toml", USIM, ring)
    (one,) = ring.subscribers
    assert (one.imsi, one.k.hex(), one.opc.hex()) == ("001010123456789", CK, IK)
    assert (one.amf, one.sqn) == (b"\x80\0", 0xA1B2)
    read_usim("usim.toml", f"[[usim]]\n{USIM}[[usim]]\n{USIM}", ring)
    assert len(ring.subscribers) == 3


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("opc", "op", None),
        ("opc", "operator", "unknown 'operator'"),
        (f'opc = "{IK}"', "", "either op or opc"),
        (CK, CK[:-1], "k: not 32 hexadecimal digits"),
        ("001010123456789", "phone", "imsi"),
        ("00000000a1b2", "zz", "sqn"),
        ("imsi =", "imsi", "usim.toml"),
    ],
)
def test_a_usim_that_cannot_be_used(old: str, new: str, why: str | None) -> None:
    if why is None:
        read_usim("usim.toml", USIM.replace(old, new), KeyRing())
        return
    with pytest.raises(KeysError, match=why):
        read_usim("usim.toml", USIM.replace(old, new), KeyRing())


def test_hexadecimal_keys() -> None:
    assert hex_key("ck", f" 0x{CK.upper()} ").hex() == CK
    with pytest.raises(KeysError, match="ck: not 32 hexadecimal digits"):
        hex_key("ck", CK[:-1])


@given(st.text(max_size=200) | st.text(alphabet='"IPv46*,0x[]RFC\n', max_size=80).map(
    lambda tail: ROW[:40] + tail))  # fmt: skip
def test_nothing_but_keys_error_comes_out(text: str) -> None:
    for reader in (read_keys, read_usim):
        with suppress(KeysError):
            reader("file", text, KeyRing())
