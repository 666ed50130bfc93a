"""Keys in Cx answers, built by hand from TS 29.229 and RFC 6733, and from real octets of scapy."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.keys.cx import CxKeys, find_answers

NONCE, CK, IK = bytes(range(32)), b"c" * 16, b"i" * 16
CX, TGPP = 16_777_216, 10415


def avp(code: int, value: bytes, vendor: int = TGPP) -> bytes:
    head = pack("!II", code, (0xC0 if vendor else 0x40) << 24 | len(value) + (12 if vendor else 8))
    return head + (pack("!I", vendor) if vendor else b"") + value + bytes(-len(value) % 4)


def diameter(avps: bytes, command: int = 303, flags: int = 0x40, application: int = CX) -> bytes:
    length = 20 + len(avps)
    head = pack("!II", 1 << 24 | length, flags << 24 | command)
    return head + pack("!III", application, 7, 8) + avps


ITEM = avp(612, avp(613, pack("!I", 1)) + avp(608, b"Digest-AKAv1-MD5") + avp(609, NONCE)
           + avp(610, b"12345678") + avp(625, CK) + avp(626, IK))  # fmt: skip
ANSWER = diameter(avp(263, b"hss;1;2", 0) + avp(268, pack("!I", 2001), 0) + ITEM)


def test_the_vector_of_an_answer() -> None:
    assert list(find_answers(ANSWER)) == [CxKeys(NONCE, CK, IK, b"12345678")]


def test_wherever_it_stands_and_however_many() -> None:
    tcp = bytes(32) + diameter(b"", 280) + ANSWER + ANSWER
    assert list(find_answers(tcp)) == [CxKeys(NONCE, CK, IK, b"12345678")] * 2
    two = diameter(ITEM + ITEM)
    assert len(list(find_answers(two))) == 2


@pytest.mark.parametrize(
    "octets",
    [
        diameter(ITEM, flags=0xC0),  # a request
        diameter(ITEM, command=301),  # a Server-Assignment-Answer
        diameter(ITEM, application=16_777_251),  # S6a
        ANSWER[:-4],  # cut
        diameter(avp(612, avp(609, NONCE) + avp(625, CK))),  # without IK
        diameter(avp(612, avp(609, b"short") + avp(625, CK) + avp(626, IK))),
        diameter(avp(612, avp(609, NONCE) + avp(625, CK[:8]) + avp(626, IK))),
    ],
)
def test_what_is_no_vector(octets: bytes) -> None:
    assert list(find_answers(octets)) == []


@given(st.binary(max_size=64), st.integers(0, len(ANSWER) - 1), st.integers(0, 255))
def test_damage_is_never_raised(before: bytes, place: int, octet: int) -> None:
    octets = bytearray(before + ANSWER)
    octets[len(before) + place] = octet
    list(find_answers(bytes(octets)))
