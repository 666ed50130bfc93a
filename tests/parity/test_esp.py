"""What the plugin knows of ESP against what the analysis knows of it: algorithms, keys, packets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lupa.lua51
import lupa.lua54
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.flows.esp import open_null
from analyzer.keys.algorithms import (
    ENCRYPTION,
    INTEGRITY,
    Algorithm,
    esp_key,
    icv_length,
    iv_length,
)
from analyzer.keys.files import read_esp_sa
from analyzer.wireshark.esp_sa import esp_sa
from analyzer.wireshark.sa_keys import SaKeys

PLUGINS = Path(__file__).parents[2] / "plugins"
CK = bytes(range(16))
IK = bytes(range(16, 32))
RAND = bytes(range(32, 48))
OPENED = {"hmac-md5-96", "hmac-sha-1-96", "aes-gmac"}, {"null", "des-ede3-cbc", "aes-cbc"}


def modules(lupa_version: Any) -> tuple[Any, Any, Any]:
    """(Lua, keys, decryption)."""
    lua = lupa_version.LuaRuntime(encoding=None, unpack_returned_tuples=True)
    chunk = {
        name: (PLUGINS / f"wireshark/{name}.lua").read_bytes() for name in ("keys", "decryption")
    }
    keys = lua.execute(chunk["keys"])(None)
    return lua, keys, lua.execute(chunk["decryption"])(lambda _: keys)


@pytest.fixture(params=[lupa.lua51, lupa.lua54], ids=["5.1", "5.4"], scope="module")
def esp(request: pytest.FixtureRequest) -> tuple[Any, Any, Any]:
    """In the oldest and the newest Lua that Wireshark has."""
    return modules(request.param)


@pytest.mark.parametrize("first", INTEGRITY, ids=lambda row: row.name)
@pytest.mark.parametrize("second", ENCRYPTION, ids=lambda row: row.name)
def test_one_table_of_algorithms(
    esp: tuple[Any, Any, Any], first: Algorithm, second: Algorithm
) -> None:
    lua, keys, _ = esp
    pair = lua.table_from({b"ck": CK, b"ik": IK})
    names = first.name.encode(), second.name.encode()
    layout = keys[b"layout"](*names)
    if first.name not in OPENED[0] or second.name not in OPENED[1]:
        assert layout is None
        return
    assert layout[b"icv"] == icv_length(first.name, second.name)
    assert layout[b"iv"] == iv_length(first.name, second.name)
    assert keys[b"cipher_key"](names[1], pair) == esp_key(second, CK, IK)
    if first.wireshark:
        assert keys[b"integrity_key"](names[0], pair) == esp_key(first, CK, IK)
        wanted = second.wireshark.encode(), first.wireshark.encode()
        assert keys[b"wireshark_names"](*names) == wanted
    else:
        assert keys[b"wireshark_names"](*names) is None


ADDRESSES = {
    "4": (bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1))),
    "6": (bytes(range(0x20, 0x30)), bytes.fromhex("20010db8000000000000000000000001")),
}


def by_name(rows: tuple[Algorithm, ...], name: str) -> Algorithm:
    """The row of an algorithm."""
    return next(row for row in rows if row.name == name)


@pytest.mark.parametrize("family", ADDRESSES)
@pytest.mark.parametrize("alg", ["hmac-md5-96", "hmac-sha-1-96"])
@pytest.mark.parametrize("ealg", ["null", "des-ede3-cbc", "aes-cbc"])
def test_the_profile_has_the_rows_of_secagree_keys(
    esp: tuple[Any, Any, Any], family: str, alg: str, ealg: str
) -> None:
    lua, keys, _ = esp
    src, dst = ADDRESSES[family]
    text = (PLUGINS / "wireshark/gui_profile.lua").read_bytes()
    module = lua.execute(text)(lambda _: keys)
    ring = keys[b"new"]()
    ring[b"bind"](RAND, CK, IK, 4)
    named = {b"src": src, b"dst": dst, b"spi": 0x1001, b"nonce": RAND + b"AUTN"}
    one = lua.table_from(named | {b"alg": alg.encode(), b"ealg": ealg.encode()})
    unknown = lua.table_from(named | {b"alg": b"aes-gmac", b"ealg": b"null"})
    table, count = module[b"esp_sa"](lua.table_from([one, one, unknown]), ring)
    row = SaKeys(
        src=src, dst=dst, spi=0x1001, alg=alg, ealg=ealg,
        integrity_key=esp_key(by_name(INTEGRITY, alg), CK, IK),
        cipher_key=esp_key(by_name(ENCRYPTION, ealg), CK, IK), origin="",
    )  # fmt: skip
    (ours,) = read_esp_sa("", esp_sa([row]))
    (theirs,) = read_esp_sa("", table.decode())
    assert (theirs, count) == (ours, 1)


def test_keys_are_bound_by_rand(esp: tuple[Any, Any, Any]) -> None:
    _, keys, _ = esp
    ring = keys[b"new"]()
    bind, pairs_of = ring[b"bind"], ring[b"pairs_of"]
    assert bind(RAND, CK, IK, 7)
    assert not bind(RAND, CK, IK, 8), "known already"
    assert not bind(RAND[:15], CK, IK, 9)
    assert not bind(RAND, CK, IK + b"\0", 9)
    (found,) = pairs_of(RAND + b"AUTN").values()
    assert (found[b"ck"], found[b"ik"], found[b"frame"]) == (CK, IK, 7)
    assert not list(pairs_of(bytes(16)).values())
    assert not list(pairs_of(None).values())


def test_the_ring_is_bounded(esp: tuple[Any, Any, Any]) -> None:
    _, keys, _ = esp
    ring = keys[b"new"]()
    added = sum(ring[b"bind"](number.to_bytes(16, "big"), CK, IK, 1) for number in range(5000))
    assert added == ring[b"count"]() == 4096
    of_one = sum(ring[b"bind"](bytes(16), bytes((n,)) * 16, IK, 1) for n in range(1, 20))
    assert of_one == 3, "one pair of that RAND was there"


def packet(payload: bytes, protocol: int, pad: int, icv: int) -> bytes:
    """ESP without encryption (RFC 4303 2)."""
    trailer = bytes(range(1, pad + 1)) + bytes((pad, protocol))
    return b"\0\0\x10\x01\0\0\0\1" + payload + trailer + bytes(icv)


def udp(data: bytes, sport: int = 5101, dport: int = 6101) -> bytes:
    """A datagram without a checksum."""
    head = (sport, dport, len(data) + 8, 0)
    return b"".join(word.to_bytes(2, "big") for word in head) + data


def sa(lua: Any, alg: str = "hmac-sha-1-96", ealg: str = "null") -> Any:
    """An SA between ports 5101 and 6101."""
    return lua.table_from(
        {
            b"alg": alg.encode(),
            b"ealg": ealg.encode(),
            b"sport": 5101,
            b"dport": 6101,
            b"nonce": RAND,
        }
    )


class TestWithoutEncryption:
    def test_a_datagram(self, esp: tuple[Any, Any, Any]) -> None:
        lua, keys, decryption = esp
        ring = keys[b"new"]()
        inner = udp(b"REGISTER sip:a SIP/2.0\r\n\r\n")
        found = decryption[b"opened"](packet(inner, 17, 2, 12), sa(lua), ring)
        assert found[:2] == (inner, 17)

    @pytest.mark.parametrize(
        "octets",
        [
            packet(udp(b"x", sport=5102), 17, 2, 12),  # ports of another SA
            packet(udp(b"x")[:-1], 17, 2, 12),  # shorter than UDP says
            packet(udp(b"x"), 17, 2, 16),  # another ICV
            packet(udp(b"x"), 50, 2, 12),  # no transport
            packet(udp(b"x"), 17, 2, 12)[:20],
            b"",
        ],
    )
    def test_what_does_not_fit_stays_closed(self, esp: tuple[Any, Any, Any], octets: bytes) -> None:
        lua, keys, decryption = esp
        found = decryption[b"opened"](octets, sa(lua), keys[b"new"]())
        assert found == (None, decryption[b"NOT_NULL"])

    def test_a_cipher_is_asked_for_only_where_lua_has_it(self, esp: tuple[Any, Any, Any]) -> None:
        lua, keys, decryption = esp
        found = decryption[b"opened"](bytes(100), sa(lua, ealg="aes-cbc"), keys[b"new"]())
        assert found == (None, decryption[b"NO_CIPHER"])
        found = decryption[b"opened"](bytes(100), sa(lua, ealg="aes-gcm"), keys[b"new"]())
        assert found == (None, decryption[b"NO_ALGORITHM"])


@given(
    data=st.binary(max_size=60), pad=st.integers(0, 9), protocol=st.sampled_from((6, 17, 4, 1)),
    cut=st.integers(0, 40), flipped=st.integers(0, 90), by=st.integers(0, 255),
)  # fmt: skip
def test_whatever_the_plugin_opens_the_analysis_opens_alike(
    data: bytes, pad: int, protocol: int, cut: int, flipped: int, by: int
) -> None:
    lua, keys, decryption = LUA54
    octets = bytearray(packet(udp(data) if protocol == 17 else data, protocol, pad, 12))
    if flipped < len(octets):
        octets[flipped] ^= by
    wire = bytes(octets[: len(octets) - cut])
    found = decryption[b"opened"](wire, sa(lua), keys[b"new"]())
    if found[0] is not None and protocol == 17:
        assert open_null(wire, 0, 12) == (17, found[0])


LUA54 = modules(lupa.lua54)
