"""Name-addr and addr-spec (RFC 3261 20.10, 25.1): the usual ones take a short way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.sip import headers
from analyzer.sip.fields import parse_address, parse_contact, plain_expires
from analyzer.sip.headers import split_values


@pytest.mark.parametrize(
    ("text", "uri", "params"),
    [
        ("<sip:a@b>;tag=1", "sip:a@b", {"tag": "1"}),
        ("sip:a@b;tag=1", "sip:a@b", {"tag": "1"}),
        ("A < sip:a;x=1 > ; Tag = 1 ;lr", "sip:a;x=1", {"tag": "1", "lr": ""}),
        ('"A <;>" <sip:a>;tag=1', "sip:a", {"tag": "1"}),
        ('<sip:a>;i="<urn:x;y>";tag="1"', "sip:a", {"i": "<urn:x;y>", "tag": "1"}),
        ("<sip:a", "sip:a", {}),
        ("", "", {}),
    ],
)
def test_address(text: str, uri: str, params: dict[str, str]) -> None:
    assert parse_address(text) == (uri, params)


@given(st.text(alphabet='ab=";<>\\ ', max_size=30))
def test_the_short_way_leads_to_the_same_place(text: str) -> None:
    first, *rest = headers.split_outside(text, ";")
    begin = first.find("<")
    if '"' in first:  # the bracket behind the display name
        begin = first.find("<", first.rfind('"', 0, first.rfind("<") + 1) + 1)
    if begin >= 0:
        end = first.find(">", begin)
        first = first[begin + 1 : end if end >= 0 else len(first)]
    assert parse_address(text) == (first.strip(), headers.parameters(rest))


PIECES = [
    *("<sip:a>", "<sip:a;x=1>", "sip:a", '"b" ', "<", ">", ";expires", ";Expires", ";x-expires=2"),
    *(";expires=x", "=", "=600", " ", ";", "5", ",", '"', '"7"', ';q="a;expires=1"', "\\"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=7).map("".join))
def test_what_a_look_tells_of_expires_is_what_reading_tells(text: str) -> None:
    plain = plain_expires(text)
    first = next(iter(split_values(text)), "")
    assert plain is None or plain == parse_contact(first).expires


@pytest.mark.parametrize(
    ("text", "expires"),
    [
        ("<sip:a>;expires=600", 600),
        ('<sip:a;lr>;+sip.instance="<urn:x;expires:1>"; Expires = 7 ;q=1', None),  # the word twice
        ('<sip:a;lr>;+sip.instance="<urn:x>"; Expires = 7 ;q=1', 7),
        ("<sip:a>", None),
        ("<sip:a>;expires=x", None),
        ("<sip:a>;expires=5, <sip:b>", None),
        ('<sip:a>;q="\\";expires=5', None),
    ],
)
def test_a_look_at_expires(text: str, expires: int | None) -> None:
    assert plain_expires(text) == expires
