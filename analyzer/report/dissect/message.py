"""The tree of one SIP message (RFC 3261 7): start line, header rows, body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from analyzer.report.dissect.node import Node, Octets, Span
from analyzer.report.dissect.rows import read_row, uri_parts
from analyzer.sip.headers import (
    SPAN_BITS,
    SPAN_MASK,
    SPELLED,
    Head,
    full_name,
    parse_head,
    row_spans,
)

_LENGTH: Final = re.compile(r"\s*(\d{1,9})\s*")
_LINE: Final = re.compile(r"[^\r\n]+")
_WORD: Final = re.compile(r"[^ \t]+")
_BODY_LINES: Final = 1000
_TEXT: Final = ("application/sdp", "text/", "message/", "application/pidf+xml", "+xml", "/xml")


def message_tree(raw: bytes, cut: bool = False, show_keys: bool = False) -> Node | None:
    """The tree of a message whose first octet is that of its start line; None if it is not SIP.

    `cut`: octets are missing at the end. Ranges count from the start line. Keys (`ck`, `ik`) are
    masked in every text unless `show_keys`. Octets behind the body that Content-Length names stand
    as a field of their own.
    """
    head = parse_head(raw, cut)
    if head is None:
        return None
    octets = Octets(raw, show_keys)
    line_end = raw.index(b"\n") + 1
    what = f"{head.start.code} {head.start.reason}" if head.start.code else head.start.method
    tree = Node(
        field="sip",
        name="Session Initiation Protocol",
        text=what.strip(),
        start=0,
        length=len(raw),
        defects=[one for one in head.defects if one not in head.start.defects],
    )
    tree.children.append(_start_line(octets, head, octets.trimmed(0, line_end)))
    if head.body_start > line_end:
        rows = Node(
            field="sip.msg_hdr",
            name="Message Header",
            start=line_end,
            length=head.body_start - line_end,
        )
        rows.children = list(_rows(octets, head))
        tree.children.append(rows)
    tree.children += _body(octets, head.body_start, tree)
    return tree


def _start_line(octets: Octets, head: Head, span: Span) -> Node:
    request = head.start.code == 0
    field, name = (
        ("sip.Request-Line", "Request-Line") if request else ("sip.Status-Line", "Status-Line")
    )
    node = octets.node(field, name, span)
    node.defects = list(head.start.defects)
    words = [found.span() for found in _WORD.finditer(octets.text, *span)]
    if request:
        node.children.append(octets.node("sip.Method", "Method", words[0]))
        uri = words[1][0], words[-2][1]
        address = octets.node("sip.r-uri", "Request-URI", uri)
        address.children = uri_parts(octets, uri, "sip.r-uri")
        node.children.append(address)
        return node
    code = words[1][0], words[1][0] + 3
    node.children.append(octets.node("sip.Status-Code", "Status-Code", code))
    reason = octets.trimmed(code[1], span[1])
    node.children.append(octets.node("secagree.reason_phrase", "Reason-Phrase", reason))
    return node


def _rows(octets: Octets, head: Head) -> Iterator[Node]:
    raw = octets.raw
    spans = head.spans if head.spans is not None else row_spans(raw, head.body_start)
    for packed in spans:
        start, end = packed >> SPAN_BITS, packed & SPAN_MASK
        colon = octets.text.find(":", start, end)
        behind = end
        while raw[behind : behind + 1] == b"\r":
            behind += 1
        behind += raw[behind : behind + 1] == b"\n"
        if colon < 0:
            text = octets.shown(start, end)
            yield Node(field="secagree.header", name="line", text=text, start=start,
                       length=behind - start, defects=["line-without-colon"])  # fmt: skip
            continue
        value = octets.trimmed(colon + 1, end)
        written = octets.shown(*octets.trimmed(start, colon))
        header = full_name(written)
        field = f"sip.{SPELLED[header]}" if header in SPELLED else "secagree.header"
        node = Node(field=field, name=written, text=octets.shown(*value), start=start,
                    length=behind - start)  # fmt: skip
        if header in SPELLED and len(written) < 2:
            node.note = SPELLED[header]
        node.children, node.defects = read_row(octets, header, value)
        yield node


def _body(octets: Octets, start: int, tree: Node) -> Iterator[Node]:
    whole = len(octets.raw)
    length, kind = _content(tree)
    end = whole if length is None else min(start + length, whole)
    if start < end:
        node = Node(field="sip.msg_body", name="Message Body", text=kind, start=start,
                    length=end - start, note=f"{end - start} octets")  # fmt: skip
        if any(word in kind.lower() for word in _TEXT):
            lines = zip(range(_BODY_LINES), _LINE.finditer(octets.text, start, end), strict=False)
            node.children = [
                octets.node("secagree.body.line", "line", found.span()) for _, found in lines
            ]
        yield node
    if end < whole:
        yield Node(field="secagree.behind_body", name="behind the body", start=end,
                   length=whole - end, note=f"{whole - end} octets that Content-Length leaves out",
                   defects=["content-length-short"])  # fmt: skip
    if length is not None and start + length > whole:
        tree.defects.append("truncated")


def _content(tree: Node) -> tuple[int | None, str]:
    """The largest Content-Length, as `sip/` takes it, and the first Content-Type."""
    lengths: list[int] = []
    kind = ""
    for row in (row for part in tree.children for row in part.children):
        if row.field == "sip.Content-Length":
            number = _LENGTH.fullmatch(row.text)
            lengths += [int(number[1])] if number else []
        elif row.field == "sip.Content-Type" and not kind:
            kind = row.text
    return (max(lengths) if lengths else None), kind
