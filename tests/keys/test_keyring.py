"""Keys with their origins, and which SA each belongs to."""

import ipaddress
import pickle

import pytest

from analyzer.keys.keyring import GivenSa, KeyPair, KeyRing, Origin, Subscriber
from tests.keys.test_aka import NONCE, VECTOR
from tests.keys.test_milenage import SETS

CK, IK = bytes(range(16)), bytes(range(16, 32))
MW = Origin("mw", 0, 4)
ONE = SETS["1"]
OPC = bytes.fromhex("cd63cb71954a9f4e48a5994e37a02baf")


def pair(origin: Origin = MW, ck: bytes = CK) -> KeyPair:
    return KeyPair(ck, IK, origin)


def test_keys_are_bound_by_rand() -> None:
    ring = KeyRing()
    assert ring.empty
    assert ring.bind(b"r" * 16, pair())
    assert not ring.empty
    assert list(ring.pairs(b"r" * 16 + b"autn")) == [pair()]
    assert list(ring.pairs(b"s" * 16)) == []
    assert list(ring.others(b"s" * 16)) == [(b"r" * 16, pair())]
    assert list(ring.others(b"r" * 16)) == []


def test_the_better_origin_is_named_whatever_the_order() -> None:
    for first, second in ((MW, Origin("gm", 0, 1)), (Origin("gm", 0, 1), MW)):
        ring = KeyRing()
        assert ring.bind(b"r" * 16, pair(first))
        assert not ring.bind(b"r" * 16, pair(second))
        assert [one.origin for one in ring.pairs(b"r" * 16)] == [MW]


def test_a_merged_ring_knows_what_both_found() -> None:
    one, two = KeyRing(), KeyRing()
    one.bind(b"r" * 16, pair())
    two.bind(b"s" * 16, pair(ck=IK))
    version = one.version
    one.merge(pickle.loads(pickle.dumps(two)))
    assert one.version > version
    assert {rand for rand, _ in one.bound()} == {b"r" * 16, b"s" * 16}


def test_a_usim_gives_the_keys_of_its_challenges() -> None:
    ring = KeyRing()
    ring.enrol(Subscriber("001010123456789", ONE["k"], OPC))
    found = list(ring.pairs(NONCE, 'username="001010123456789@ims"'))
    assert [(one.ck, one.ik, one.origin.source) for one in found] == [
        (VECTOR.ck, VECTOR.ik, "usim")
    ]
    # Without the IMSI in sight the MAC says whose challenge it is; of another one it does not.
    assert list(ring.pairs(NONCE, "")) == found
    assert list(ring.pairs(NONCE[:-1] + b"x", "")) == []


ADDRESSES = [ipaddress.ip_address(a).packed for a in ("192.0.2.10", "192.0.2.1")]
SIX = [ipaddress.ip_address(a).packed for a in ("2001:db8:1::10", "2001:db8:1::1")]


@pytest.mark.parametrize(
    ("src", "dst", "spi", "four", "six"),
    [
        ("*", "*", "*", True, True),
        ("4:*", "4:*", "*", True, False),
        ("6:*", "6:*", "*", False, True),
        ("4:192.0.*.10", "4:192.0.2.1", 0x1001, True, False),
        ("4:192.0.2.0/24", "*", 0x1001, True, False),
        ("6:2001:db8::/32", "6:2001:db8:1::*", "*", False, True),
        ("*", "*", "0x000010**", True, True),
        ("*", "*", "0x000011**", False, False),
        ("*", "*", 0x1002, False, False),
        ("4:192.0.2.9", "*", "*", False, False),
        ("4:not/net", "*", "*", False, False),
    ],
)
def test_patterns_of_wireshark(src: str, dst: str, spi: int | str, four: bool, six: bool) -> None:
    given = GivenSa(src, dst, spi, "null", "null", b"", b"", Origin("esp_sa"))
    assert given.covers(*ADDRESSES, 0x1001) is four
    assert given.covers(*SIX, 0x1001) is six


def test_a_usim_that_does_not_make_this_autn_gives_keys_that_prove_nothing() -> None:
    """The file is that of another card: what does not fit is the fault of nobody."""
    for opc, belongs in ((OPC, True), (bytes(16), False)):
        ring = KeyRing()
        ring.enrol(Subscriber("001010123456789", ONE["k"], opc))
        (found,) = ring.pairs(NONCE, "001010123456789")
        assert found.origin.belongs is belongs
