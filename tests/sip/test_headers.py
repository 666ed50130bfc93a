"""Heads of messages: RFC 3261 7.3.1 and torture of the kind of RFC 4475."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.sip.headers import (
    SPAN_BITS,
    SPAN_MASK,
    Head,
    parse_head,
    parse_start_line,
    row_spans,
    split_values,
    unfold,
    unquote,
)


def head(text: str) -> Head:
    found = parse_head(text.replace("\n", "\r\n").encode())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("line", "method", "uri", "code", "reason"),
    [
        (b"INVITE sip:bob@biloxi.com SIP/2.0", "INVITE", "sip:bob@biloxi.com", 0, ""),
        (b"SIP/2.0 200 OK", "", "", 200, "OK"),
        (b"SIP/2.0 100 ", "", "", 100, ""),
        (b"SIP/2.0 401", "", "", 401, ""),
        (b"SIP/2.0 494 Security Agreement Required", "", "", 494, "Security Agreement Required"),
        # RFC 4475 3.1.1.2: a method of every token character, an unknown URI scheme (3.3.4)
        (
            b"!interesting-Method0123456789_*+`.%indeed'~ sip:1@e.com SIP/2.0",
            "!interesting-Method0123456789_*+`.%indeed'~",
            "sip:1@e.com",
            0,
            "",
        ),
        (b"OPTIONS nobody://x?y SIP/2.0", "OPTIONS", "nobody://x?y", 0, ""),
        (b"SIP/2.0 200 \xd0\xbe\xd0\xba", "", "", 200, "ок"),
    ],
)
def test_start_line(line: bytes, method: str, uri: str, code: int, reason: str) -> None:
    found = parse_start_line(line)
    assert found is not None
    assert (found.method, found.uri, found.code, found.reason) == (method, uri, code, reason)


@pytest.mark.parametrize(
    "line",
    [
        b"INVITE  sip:u@e.com SIP/2.0",
        b"INVITE sip:u@e.com  SIP/2.0 ",
        b"INVITE <sip:u@e; lr> SIP/2.0",
    ],
)
def test_extra_space_in_the_request_line_is_a_defect(line: bytes) -> None:
    found = parse_start_line(line)
    assert found is not None
    assert found.defects == ("start-line-space",)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"GET / HTTP/1.1",
        b"INVITE sip:a@b SIP/7.0",
        b"INVITE sip:a@b sip/2.0",
        b"INVITE SIP/2.0",
        b"IN(VITE sip:a@b SIP/2.0",
        b"SIP/2.0 20 OK",
        b"SIP/2.0 2000 OK",
        b"SIP/2.0 abc OK",
        b"SIP/2.0 000 no",
        b"SIP/2.0/UDP host",
    ],
)
def test_no_start_line(line: bytes) -> None:
    assert parse_start_line(line) is None


def test_usual_head_has_no_spans_of_its_own_and_they_are_found_later() -> None:
    raw = b"REGISTER sip:a SIP/2.0\r\nVia: 1\r\nX-One: 2\r\nv:3\r\nVIA : 4\r\n\r\nbody"
    found = parse_head(raw)
    assert found is not None
    assert found.spans is None
    assert found.index == {"via": (1, 3, 4), "x-one": (2,)}
    assert raw[found.body_start :] == b"body"
    spans = row_spans(raw, found.body_start)
    rows = [raw[span >> SPAN_BITS : span & SPAN_MASK] for span in spans]
    assert rows == [b"Via: 1", b"X-One: 2", b"v:3", b"VIA : 4"]
    assert found.lines == (b"", *[row + b"\r" for row in rows])


def test_folded_row_is_one_row() -> None:
    found = head(
        "REGISTER sip:a SIP/2.0\nSubject: I know you're there,\n pick up\n\tnow\nTo: x\n\n"
    )
    assert found.index == {"subject": (1,), "to": (2,)}
    assert unfold(found.lines[1]) == "Subject: I know you're there, pick up now"
    assert found.defects == ()


def test_compact_forms() -> None:
    found = head("REGISTER sip:a SIP/2.0\nv: 1\ni: 2\nm: 3\nl: 0\nK: a\nu: b\no: reg\n\n")
    assert list(found.index) == [
        "via",
        "call-id",
        "contact",
        "content-length",
        "supported",
        "allow-events",
        "event",
    ]


@pytest.mark.parametrize(
    ("rows", "defect", "names"),
    [
        ("To: a\nnothing here\nFrom: b\n", "line-without-colon", ["to", "from"]),
        ("To: a\nVias\nFrom: b\n", "line-without-colon", ["to", "from"]),
        (" To: a\nFrom: b\n", "fold-without-header", ["from"]),
        ("To: a\nSecurity Client: x\n", "bad-header-name", ["to"]),
        ("To: a\n: x\n", "bad-header-name", ["to"]),
    ],
)
def test_odd_rows(rows: str, defect: str, names: list[str]) -> None:
    found = head("REGISTER sip:a SIP/2.0\n" + rows + "\n")
    assert list(found.index) == names
    assert found.defects == (defect,)


def test_bare_line_feeds() -> None:
    raw = b"REGISTER sip:a SIP/2.0\nTo: a\nFrom: b\n c\n\nbody\r\n\r\n"
    found = parse_head(raw)
    assert found is not None
    assert found.lines == (b"", b"To: a", b"From: b\n c")
    assert found.defects == ("bare-lf",)
    assert found.body_start == raw.index(b"body")


def test_one_bare_line_feed_among_crlf_does_not_hide_a_row() -> None:
    found = parse_head(b"REGISTER sip:a SIP/2.0\r\nTo: a\nSecurity-Client: b\r\n\r\n")
    assert found is not None
    assert set(found.index) == {"to", "security-client"}
    assert "bare-lf" in found.defects


def test_missing_blank_line_and_cut_row() -> None:
    raw = b"REGISTER sip:a SIP/2.0\r\nTo: a\r\nFrom: b"
    whole = parse_head(raw)
    cut = parse_head(raw, cut=True)
    assert whole is not None
    assert cut is not None
    assert whole.lines == (b"", b"To: a", b"From: b")
    assert whole.defects == ("no-blank-line",)
    assert cut.lines == (b"", b"To: a")


def test_rows_are_bounded() -> None:
    found = head("REGISTER sip:a SIP/2.0\n" + "To: a\n" * 5000 + "\n")
    assert len(found.index["to"]) == 1000
    assert found.defects == ("too-many-rows",)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a, b ,c", ["a", "b", "c"]),
        ('"x, \\" y" <sip:a,b@c>;q=1, d', ['"x, \\" y" <sip:a,b@c>;q=1', "d"]),
        ("a,,b,", ["a", "b"]),
        ("", []),
        ('"open, x', ['"open, x']),
    ],
)
def test_split_values(text: str, values: list[str]) -> None:
    assert split_values(text) == values


def test_unquote() -> None:
    assert unquote('"a\\"b\\\\"') == 'a"b\\'
    assert unquote("a") == "a"


PIECES = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b"Via", b"v", b"X", b"To : a", b"\xff", b"\r\n\r\n"]
)


@given(st.lists(PIECES, max_size=30), st.booleans())
def test_any_head_is_read_and_spans_hold_the_lines(pieces: list[bytes], cut: bool) -> None:
    raw = b"REGISTER sip:a SIP/2.0\r\n" + b"".join(pieces)
    found = parse_head(raw, cut)
    assert found is not None
    spans = found.spans
    if spans is None:
        spans = row_spans(raw, found.body_start)
    rows = [raw[span >> SPAN_BITS : span & SPAN_MASK] for span in spans]
    end = b"\r" if found.spans is None else b""
    assert [found.lines[number] for number in range(1, len(rows) + 1)] == [
        row + end for row in rows
    ]
    assert 0 < found.body_start <= len(raw)
    for numbers in found.index.values():
        for number in numbers:
            assert b":" in found.lines[number]


@pytest.mark.parametrize(
    "rows",
    [b"a:" + b" " * 60_000, b"\n ".join([b"a:b"] * 15_000), b"<" * 60_000, b"A: \r" * 15_000],
)
def test_large_odd_heads_are_no_burden(rows: bytes) -> None:
    """Anything quadratic would make this test take minutes."""
    for _ in range(20):
        found = parse_head(b"REGISTER sip:a SIP/2.0\r\n" + rows + b"\r\n\r\n")
        assert found is not None
        for line in found.lines:
            split_values(unfold(line))
