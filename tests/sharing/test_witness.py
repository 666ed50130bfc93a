"""What shares must not have met twice, each thing by itself."""

from typing import Any

import msgspec
import pytest

from analyzer.capture.packet import Packet
from analyzer.sharing.routing import Router
from analyzer.sharing.witness import Witness, agree, hashed
from tests.sharing.population import CORE, START, Gm, forwarded, phone

UE, HOP = b"\x0a\0\0\1", b"\x0a\0\0\2"
NOTHING = Witness([], [], [], [], [], False, [], [], {"accesses": (0, 4)})
FIRST = msgspec.structs.replace(
    NOTHING, calls=[1], announced=[2], missed=[3], used=[4], found=[5], bounds={"accesses": (2, 4)}
)


@pytest.mark.parametrize(
    ("second", "fine"),
    [
        ({"calls": [9], "announced": [9], "missed": [9], "used": [9], "found": [9]}, True),
        ({"calls": [1]}, False),
        ({"announced": [2]}, False),
        ({"missed": [3]}, False),
        ({"missed": [2]}, False),
        ({"found": [5]}, False),
        ({"used": [5]}, False),
        ({"used": [4]}, True),
        ({"puzzled": True}, False),
        ({"bounds": {"accesses": (2, 4)}}, True),
        ({"bounds": {"accesses": (3, 4)}}, False),
        ({"accesses": [(UE, HOP)]}, True),
        ({"cores": [(UE, HOP, 3)]}, False),
    ],
)
def test_two_shares(second: dict[str, Any], fine: bool) -> None:
    other = msgspec.structs.replace(NOTHING, **second)
    assert agree([FIRST, other], Router(2)) is fine
    assert agree([other, FIRST], Router(2)) is fine


def test_proxies_were_foretold() -> None:
    octets = forwarded(Gm(*next(phone(2, START))))
    src, dst = octets[26:30], octets[30:34]
    packet = Packet(0, 1, 0, 0, "eth/ip", src, dst, octets[23], octets[34:])
    router = Router(2)
    assert router.shows_core(7, packet)
    pair = min(src, CORE), max(src, CORE)
    for cores, fine in (([(*pair, 7)], True), ([(*pair, 8)], False), ([], False)):
        assert agree([msgspec.structs.replace(NOTHING, cores=cores), NOTHING], router) is fine


def test_hashes_are_the_same_everywhere() -> None:
    assert hashed(b"call") == 0x5F173EAD83D22ADA  # BLAKE2b of 8 octets, read little-endian
    assert hashed(b"\x0a\0\0\1\0\0\1\0") == 0x0001_0000_0100_000A  # needs no hash
