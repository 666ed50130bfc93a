"""What shares must not have met twice, each thing by itself."""

from base64 import b64encode
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.agreement.association import Aka
from analyzer.capture.packet import Packet
from analyzer.keys.sa_table import Sa
from analyzer.sharing.routing import Router
from analyzer.sharing.witness import RAND, Witness, agree, announced_with
from tests.sharing.population import CORE, START, Gm, forwarded, phone

UE, HOP = b"\x0a\0\0\1", b"\x0a\0\0\2"
NOTHING = Witness([], {}, {}, [], [], False, [], [], {"accesses": (0, 4)})
FIRST = msgspec.structs.replace(
    NOTHING,
    calls=[b"1"],
    announced={UE: [2, 6], HOP: [7]},
    missed={UE: [3]},
    used=[b"4"],
    found=[b"5"],
    bounds={"accesses": (2, 4)},
)


@pytest.mark.parametrize(
    ("second", "fine"),
    [
        ({}, True),
        ({name: [b"9"] for name in ("calls", "used", "found")}, True),
        ({name: {UE: [9], HOP: [2, 3]} for name in ("announced", "missed")}, True),
        ({"calls": [b"1"]}, False),
        ({"announced": {UE: [2]}}, False),
        ({"announced": {UE: [3]}}, False),
        ({"missed": {UE: [9, 3]}}, False),
        ({"missed": {UE: [2]}}, False),
        ({"missed": {HOP: [7]}}, False),
        ({"found": [b"5"]}, False),
        ({"used": [b"5"]}, False),
        ({"used": [b"4"]}, True),
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
    router.share(7, packet)
    pair = min(src, CORE), max(src, CORE)
    for cores, fine in (([(*pair, 7)], True), ([(*pair, 8)], False), ([], False)):
        assert agree([msgspec.structs.replace(NOTHING, cores=cores), NOTHING], router) is fine


def three(name: str, keys: list[Any]) -> list[Witness]:
    return [msgspec.structs.replace(NOTHING, **{name: key}) for key in keys]


@pytest.mark.parametrize("name", ["calls", "found"])
def test_three_shares(name: str) -> None:
    assert agree(three(name, [[b"1"], [b"2"], [b"3"]]), Router(3))
    for again in (b"1", b"2"):
        assert not agree(three(name, [[b"1"], [b"2"], [b"3", again]]), Router(3))


@pytest.mark.parametrize("name", ["announced", "missed"])
def test_sas_of_three_shares(name: str) -> None:
    assert agree(three(name, [{UE: [1]}, {UE: [2]}, {UE: [3], HOP: [1, 2]}]), Router(3))
    for again in (1, 2):
        assert not agree(three(name, [{UE: [1]}, {UE: [2]}, {UE: [3, again]}]), Router(3))


BASE64 = st.text("AZaz09+/=", min_size=40, max_size=46) | st.binary(max_size=40).map(
    lambda octets: b64encode(octets).decode()
)
PARAMETERS = st.one_of(
    st.builds('nonce="{}"'.format, BASE64),
    st.builds("nonce={}".format, BASE64),
    st.sampled_from(
        ('realm="a, nonce=b"', r'realm="a\"b"', "algorithm=AKAv1-MD5", 'qop="auth,auth-int"',
         "stale=FALSE", 'opaque="', "Digest x", "", 'NONCE="x"', 'auts="x"')
    ),
)  # fmt: skip
CHALLENGES = st.builds(
    "{} Digest {}".format,
    st.sampled_from(("WWW-Authenticate:", "www-authenticate :", "WWW-Authenticate: Basic x,")),
    st.lists(PARAMETERS, max_size=4).map(",".join),
)


@given(CHALLENGES)
def test_rand_of_a_set_is_that_of_its_challenge(row: str) -> None:
    sa = Sa("uc>ps", 1, UE, HOP, 1, 2, "hmac-md5-96", "null", 1, Aka(row.encode()))
    assert announced_with(sa) == sa.nonce[:RAND]


def test_rand_of_a_usual_challenge() -> None:
    nonce = b64encode(bytes(range(32)))
    row = b'WWW-Authenticate: Digest realm="x", nonce="%b", algorithm=AKAv1-MD5, qop="auth"' % nonce
    sa = Sa("uc>ps", 1, UE, HOP, 1, 2, "hmac-md5-96", "null", 1, Aka(row))
    assert announced_with(sa) == bytes(range(16))
