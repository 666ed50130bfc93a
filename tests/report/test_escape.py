"""Nothing of a packet reaches a terminal as it is, and no key does at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.report.escape import escape, escaped, mask, whole_text
from analyzer.report.model import Mechanism


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nb", r"a\x0ab"),
        ("\x9b1m", r"\x9b1m"),
        ("\u202eevil", r"\u{202e}evil"),
        ("\udcff", r"\xff"),
        ("é", r"\xe9"),
        ("漢", r"\u{6f22}"),
    ],
)
def test_escape_to_ascii(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_utf8_keeps_what_is_one_column() -> None:
    assert escape("Té 漢 \u202e e\u0301", ascii_only=False) == r"Té \u{6f22} \u{202e} e\u{301}"


@given(st.text())
def test_escaping_twice_changes_nothing(text: str) -> None:
    assert escape(escape(text)) == escape(text)


@pytest.mark.parametrize(
    "header",
    [
        'Digest nonce="x", ck="0123456789abcdef0123456789abcdef", ik="fedcba98"',
        "Digest ck=0123456789abcdef, ik=fedcba98",
        "Digest CK = '0123456789abcdef' , IK = \"fedcba98",
    ],
)
def test_keys_are_masked(header: str) -> None:
    shown = escape(header)
    assert "0123456789abcdef" not in shown
    assert "fedcba98" not in shown
    assert shown.lower().count("***") == 2


def test_words_that_end_like_keys_stay() -> None:
    assert mask("trick=1;stick=2") == "trick=1;stick=2"


def test_escaped_reaches_every_text() -> None:
    element = Mechanism(name="\x1b", raw="\x07", other={"\n": None}, defects=["\r"])
    safe = escaped(element)
    assert (safe.name, safe.raw) == (r"\x1b", r"\x07")
    assert safe.other == {r"\x0a": None}
    assert safe.defects == [r"\x0d"]


def test_whole_text_is_utf8() -> None:
    assert whole_text("a\udc80é\ud800").encode("utf-8").startswith(rb"a\x80")
