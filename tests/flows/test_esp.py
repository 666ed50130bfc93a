import random
from struct import pack

import pytest

from analyzer import limits
from analyzer.capture.packet import Packet
from analyzer.flows import esp
from analyzer.flows.esp import EspCopies, EspOpener, Opened, esp_header, open_null
from analyzer.flows.transport import ACK, FIN, PSH, SYN
from analyzer.keys.sa_table import Sa, SaTable

UE, PCSCF = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1))
REGISTER = b"REGISTER sip:home SIP/2.0\r\n\r\n"


def udp(payload: bytes = REGISTER, sport: int = 6062, dport: int = 6100) -> bytes:
    return pack("!4H", sport, dport, 8 + len(payload), 0) + payload


def tcp(payload: bytes = b"", flags: int = ACK, urgent: int = 0) -> bytes:
    return pack("!HHIIBBHHH", 6062, 6100, 1, 1, 0x50, flags, 500, 0, urgent) + payload


def null_esp(inner: bytes, proto: int = 17, icv: int = 12, iv: int = 0, align: int = 4) -> bytes:
    padding = -(len(inner) + 2) % align
    trailer = bytes(range(1, padding + 1)) + bytes((padding, proto))
    return pack("!II", 4097, 1) + bytes(iv) + inner + trailer + b"\xee" * icv


def packet(data: bytes, *, truncated: bool = False) -> Packet:
    return Packet(0, 1, 1, 0, "eth/ip", UE, PCSCF, 50, data, truncated=truncated)


@pytest.mark.parametrize(
    ("change", "copy"),
    [
        ({}, True),
        ({"time": limits.COPY_WINDOW}, True),
        ({"time": limits.COPY_WINDOW + 1}, False),
        ({"capture": 1, "interface": 2, "path": "eth/vlan/ip"}, True),
        ({"data": pack("!II", 4097, 7) + b"\xaa" * 60, "truncated": True}, True),  # snap length
        ({"data": pack("!II", 4097, 8) + b"\xaa" * 80}, False),
        ({"data": pack("!II", 4098, 7) + b"\xaa" * 80}, False),
        ({"data": pack("!II", 4097, 7) + b"\xab" * 80}, False),
        ({"src": bytes((198, 51, 100, 1))}, False),  # behind a NAT: another hop
        ({"dst": bytes((198, 51, 100, 1))}, False),
    ],
)
def test_the_same_packet_again_is_a_copy(change: dict[str, object], copy: bool) -> None:
    copies = EspCopies()
    data = pack("!II", 4097, 7) + b"\xaa" * 80
    assert not copies.seen(Packet(0, 1, 0, 0, "eth/ip", UE, PCSCF, 50, data))
    again = Packet(0, 2, 5, 0, "eth/ip", UE, PCSCF, 50, data)
    for name, value in change.items():
        setattr(again, name, value)
    assert copies.seen(again) is copy


def test_copies_are_known_over_the_change_of_generations() -> None:
    copies = EspCopies()
    step = limits.COPY_WINDOW * 2 // 3
    for n in range(9):
        data = pack("!II", 4097, n) + bytes(40)
        for tap in (0, 1):
            one = Packet(tap, n, n * step + tap * (step // 2), 0, "ip", UE, PCSCF, 50, data)
            assert copies.seen(one) is (tap == 1)


def test_of_very_many_packets_the_last_are_remembered() -> None:
    copies = EspCopies()
    for n in range(3 * limits.ESP_SEEN):
        copies.seen(Packet(0, n, 0, 0, "ip", UE, PCSCF, 50, pack("!II", 4097, n) + bytes(40)))

    def known(n: int) -> bool:
        again = Packet(1, 1, 0, 0, "ip", UE, PCSCF, 50, pack("!II", 4097, n) + bytes(40))
        return copies.seen(again)

    assert known(3 * limits.ESP_SEEN - 1)
    assert known(2 * limits.ESP_SEEN)
    assert not known(0)


def table(alg: str, ealg: str) -> SaTable:
    sas = SaTable()
    sas.announce((Sa("uc>ps", 4097, UE, PCSCF, 6062, 6100, alg, ealg, 1),))
    return sas


def opened(data: bytes, sas: SaTable | None = None, *, truncated: bool = False) -> Opened | str:
    return EspOpener(sas or SaTable()).open(packet(data, truncated=truncated), 4097)


@pytest.mark.parametrize(("iv", "icv"), [(0, 12), (0, 16), (0, 24), (0, 32), (8, 16)])
@pytest.mark.parametrize("align", [1, 4, 16, 252])
def test_null_without_an_announcement(iv: int, icv: int, align: int) -> None:
    assert opened(null_esp(udp(), iv=iv, icv=icv, align=align)) == Opened(17, udp())


@pytest.mark.parametrize(
    ("alg", "icv", "iv"),
    [("hmac-md5-96", 12, 0), ("hmac-sha-1-96", 12, 0), ("aes-gmac", 16, 8), ("null", 0, 0)],
)
def test_null_as_announced(alg: str, icv: int, iv: int) -> None:
    assert opened(null_esp(udp(), icv=icv, iv=iv), table(alg, "null")) == Opened(17, udp())


def test_the_wire_may_differ_from_the_agreement() -> None:
    wide = null_esp(udp(), icv=16)
    assert opened(wide, table("hmac-sha-1-96", "null")) == Opened(17, udp(), esp.ICV_DIFFERS)
    plain = null_esp(udp())
    assert opened(plain, table("hmac-sha-1-96", "aes-cbc")) == Opened(
        17, udp(), esp.NULL_UNANNOUNCED
    )
    assert opened(plain, table("unheard-of", "null")) == Opened(17, udp())


@pytest.mark.parametrize("flags", [SYN, SYN | ACK, ACK, PSH | ACK, FIN | ACK])
def test_tcp_without_payload(flags: int) -> None:
    assert opened(null_esp(tcp(flags=flags), proto=6)) == Opened(6, tcp(flags=flags))


@pytest.mark.parametrize(
    "inner", [tcp(flags=0), tcp(flags=SYN | FIN), tcp(urgent=1), tcp()[:12] + b"\xf0" + tcp()[13:]]
)
def test_tcp_that_no_stack_sends_stays_closed(inner: bytes) -> None:
    assert opened(null_esp(inner, proto=6)) == esp.UNKNOWN_SPI


def test_port_0_opens_for_sip_only() -> None:
    assert isinstance(opened(null_esp(udp(dport=0))), Opened)
    assert opened(null_esp(udp(b"anything else", dport=0))) == esp.UNKNOWN_SPI


def test_trailer_and_length_must_hold() -> None:
    good = null_esp(udp(), align=16)
    pad = good[-14]
    assert pad > 1
    assert open_null(good, 0, 12) is not None
    for at, octet in ((-13, 4), (-14, pad - 1), (-15, 0), (12, 1), (13, good[13] ^ 1)):
        bad = bytearray(good)
        bad[at] = octet
        assert open_null(bytes(bad), 0, 12) is None
    assert open_null(good[:-1], 0, 12) is None
    assert open_null(good, 0, 16) is None


def test_reasons() -> None:
    noise = random.Random(1).randbytes(200)
    assert opened(noise) == esp.UNKNOWN_SPI
    assert opened(noise, table("hmac-sha-1-96", "aes-cbc")) == esp.ENCRYPTED
    assert opened(noise, table("hmac-sha-1-96", "null")) == esp.NOT_NULL
    assert opened(noise, truncated=True) == esp.TRUNCATED
    assert opened(noise[:9]) == esp.SHORT


def test_a_cut_packet_opens_for_a_start_line() -> None:
    cut = null_esp(udp())[:40]
    assert opened(cut, truncated=True) == Opened(17, udp()[:32], truncated=True)


def test_header() -> None:
    assert esp_header(pack("!II", 0xFFFFFFFF, 0x80000000)) == (0xFFFFFFFF, 0x80000000)
    assert esp_header(bytes(7)) is None


def test_random_octets_never_open() -> None:
    chance = random.Random(3329)
    opener = EspOpener(SaTable())
    for _ in range(50_000):
        data = chance.randbytes(chance.randrange(8, 120))
        assert isinstance(opener.open(packet(data), 4097), str)


def test_random_octets_with_a_right_next_header_and_pad_length_never_open() -> None:
    # 2**16 times as likely as above: what is left is the length, or the shape of a TCP header.
    chance = random.Random(33203)
    for proto in (6, 17):
        for _ in range(20_000):
            data = chance.randbytes(80) + bytes((0, proto)) + chance.randbytes(12)
            if int.from_bytes(data[12:14], "big") != len(data) - 22:
                assert open_null(data, 0, 12) is None


def test_every_prefix_is_judged() -> None:
    whole = null_esp(udp())
    for end in range(len(whole)):
        assert isinstance(opened(whole[:end]), str)
