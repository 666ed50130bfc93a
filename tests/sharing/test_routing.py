"""Packets of one phone go to one share, and what crosses shares is noticed."""

import re
from collections.abc import Iterable
from itertools import permutations

import pytest

from analyzer.capture.packet import Packet
from analyzer.sharing.routing import Core, Entangled, Router, call_id
from tests.sharing.population import CORE, START, Gm, forwarded, phone

SHARES = 64


def packets(timed: Iterable[tuple[int, bytes]]) -> list[Packet]:
    return [
        Packet(0, frame, time, 0, "eth/ip", octets[26:30], octets[30:34], octets[23], octets[34:])
        for frame, (time, octets) in enumerate(sorted(timed), 1)
    ]


def shares(router: Router, wanted: Iterable[Packet]) -> set[int]:
    found = set()
    for number, packet in enumerate(wanted):
        found.add(router.share(number, packet))
    return found


@pytest.mark.parametrize("number", [2, 9, 14, 24, 100])
def test_a_phone_and_its_forwards_go_together(number: int) -> None:
    assert len(shares(Router(SHARES), packets(phone(number, START)))) == 1


def test_phones_spread() -> None:
    router = Router(SHARES)
    found = [shares(router, packets(phone(number, START))) for number in range(0, 200, 10)]
    assert len(set().union(*found)) > 10


def test_whatever_comes_first() -> None:
    """REGISTER, its forward seen with another clock, the protected one, ESP before all of it."""
    made = packets(phone(2, START))
    for order in permutations(made[:5]):
        assert len(shares(Router(SHARES), order)) == 1


def test_proxies_are_known_by_the_first_register_between_them() -> None:
    router = Router(SHARES)
    gm = Gm(*next(phone(2, START)))
    access, core = packets([(1, gm.frame()), (2, forwarded(gm))])
    router.share(0, access)
    assert not router.shown
    router.share(1, core)
    router.share(2, core)
    assert router.shown == [Core(1, core.src, core.dst)]
    assert router.told_of_core(CORE, core.src) == 1


def test_a_new_subscriber_goes_where_there_is_the_least_to_do() -> None:
    """And finds itself there again, at another address, whoever has the least to do by then."""
    idlest = [5]
    router = Router(SHARES, lambda: idlest[0])
    first, second, other = (Gm(*next(phone(number, START))) for number in (8, 16, 2))
    impi = re.search(rb"\d{15}@", first.sip)
    assert impi is not None
    second.sip = re.sub(rb"\d{15}@", impi[0], second.sip)
    assert shares(router, packets([(1, first.frame())])) == {5}
    idlest[0] = 7
    assert shares(router, packets([(2, second.frame())])) == {5}
    assert shares(router, packets([(3, other.frame())])) == {7}


def test_the_same_subscriber_elsewhere_goes_to_the_same_share() -> None:
    router = Router(SHARES)
    first, second = (Gm(*next(phone(number, START))) for number in (8, 16))
    impi = re.search(rb"\d{15}@", first.sip)
    assert impi is not None
    second.sip = re.sub(rb"\d{15}@", impi[0], second.sip)
    assert len(shares(router, packets([(1, first.frame()), (2, second.frame())]))) == 1


def test_a_call_between_two_shares_ends_the_sharing() -> None:
    router = Router(SHARES)
    offers = [Gm(*next(phone(number, START))) for number in range(0, 400, 20)]
    assert len(shares(router, packets([(1, one.frame()) for one in offers]))) > 2
    for one in offers:
        one.sip = re.sub(rb"Call-ID: [^\r]*", b"Call-ID: of all", one.sip)
    with pytest.raises(Entangled):
        shares(router, packets([(2, one.frame()) for one in offers]))


@pytest.mark.parametrize(
    ("octets", "found"),
    [
        (b"REGISTER sip:a SIP/2.0\r\nCall-ID: x@y\r\nCSeq: 1", b"x@y"),
        (b"REGISTER sip:a SIP/2.0\r\ni:x@y\r\n", b"x@y"),
        (b"REGISTER sip:a SIP/2.0\nCALL-ID \t:  x@y \nTo: b", b"x@y"),
        (b"SIP/2.0 200 OK\r\nCall-ID: cut", b"cut"),
        (b"SIP/2.0 200 OK\r\nVia: x", b""),
        (b"", b""),
    ],
)
def test_call_id(octets: bytes, found: bytes) -> None:
    assert call_id(octets) == found
