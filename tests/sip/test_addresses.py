"""Name-addr and addr-spec (RFC 3261 20.10, 25.1): the usual ones take a short way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.sip import headers
from analyzer.sip.fields import parse_address


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
