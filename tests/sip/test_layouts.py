"""A head read by the expression of its layout is as one read without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.sip import headers
from analyzer.sip.headers import Head, parse_head
from analyzer.sip.layouts import Layouts

NAMES = [b"Via", b"v", b"To", b"X-One", b"Call-ID ", b"x.y*", b"From"]
HEADS = st.builds(
    lambda start, rows, end: start + b"".join(rows) + end,
    st.sampled_from(
        [b"REGISTER sip:a SIP/2.0\r\n", b"SIP/2.0 401 No\r\n", b"REGISTER sip:a SIP/2.0\n"]
    ),
    st.lists(
        st.builds(
            lambda name, colon, value, end: name + colon + value + end,
            st.sampled_from(NAMES),
            st.sampled_from([b":", b":", b": ", b""]),
            st.sampled_from([b"a", b"", b"b: c", b"d\r", b"\xff", b"e\n f", b"g\r\n h", b"\x0b"]),
            st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n"]),
        ),
        max_size=4,
    ),
    st.sampled_from([b"\r\n", b"\r\nTo: body\r\n\r\n", b"\n", b""]),
)


def parts(head: Head | None) -> object:
    if head is None:
        return None
    numbers = sorted(number for numbers in head.index.values() for number in numbers)
    lines = [head.lines[number] for number in numbers]
    return numbers, lines, head.index, head.spans, head.body_start, head.defects


@given(st.lists(HEADS, min_size=1, max_size=4))
def test_heads_are_read_alike(heads: list[bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(headers, "_LAYOUTS", Layouts())
        plain = [parts(parse_head(raw)) for raw in heads]  # as long as none is met often enough
        patch.setattr(headers, "_LAYOUTS", Layouts())
        patch.setattr(limits, "LAYOUT_MET", 1)
        for _ in range(3):
            assert [parts(parse_head(raw)) for raw in heads] == plain


def test_an_expression_is_made_of_what_comes_often(monkeypatch: pytest.MonkeyPatch) -> None:
    layouts = Layouts[str]()
    monkeypatch.setattr(limits, "LAYOUT_MET", 2)
    raw = b"To: a\r\nFrom: b\r\n\r\nbody"
    for known in (False, False, True):
        found = layouts.read("REGISTER", 0, raw, 0)
        assert (found is not None) is known
        layouts.meet("REGISTER", 0, b"To\nFrom", "index")
    found = layouts.read("REGISTER", 0, raw, 0)
    assert found is not None
    index, rows, body_start = found
    assert index == "index"
    assert [rows[1], rows[2]] == [b"To: a\r", b"From: b\r"]
    assert body_start == len(raw) - 4
    assert layouts.read("INVITE", 0, raw, 0) is None
    assert layouts.read("", 200, raw, 0) is None


def test_expressions_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    layouts = Layouts[int]()
    monkeypatch.setattr(limits, "LAYOUT_MET", 1)
    monkeypatch.setattr(limits, "LAYOUTS", 6)
    for number in range(7):
        layouts.meet("REGISTER", 0, b"X-%d" % number, number)
        assert layouts.read("REGISTER", 0, b"X-%d: a\r\n\r\n" % number, 0) is not None
    known = [
        number
        for number in range(7)
        if layouts.read("REGISTER", 0, b"X-%d: a\r\n\r\n" % number, 0) is not None
    ]
    assert known == [6]


def test_of_layouts_alike_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    layouts = Layouts[int]()
    monkeypatch.setattr(limits, "LAYOUT_MET", 1)
    for number in range(limits.LAYOUTS_ALIKE + 1):
        layouts.meet("", 401, b"X-%d" % number, number)
    known = [
        number
        for number in range(limits.LAYOUTS_ALIKE + 1)
        if layouts.read("", 401, b"X-%d: a\r\n\r\n" % number, 0) is not None
    ]
    assert known == list(range(1, limits.LAYOUTS_ALIKE + 1))
