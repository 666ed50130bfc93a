"""Octets that are not shown: keys, and with `--redact` what names subscribers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from analyzer.report.dissect.node import INLINE, MASKED, Node, Span
from analyzer.report.escape import KEYS
from analyzer.report.phrases import is_usual
from analyzer.report.redacted_rows import is_known
from analyzer.report.redaction import Pseudonyms

_CARRIERS: Final = frozenset(("esp", "icmp", "icmpv6", "data"))
_FREE: Final = frozenset(
    ("sip.msg_body", "secagree.behind_body", "sip.Subject", "sip.Warning", "sip.Reason")
)
_HEADER: Final = "secagree.header"  # one that the tree has no further fields of
_PHRASE: Final = "secagree.reason_phrase"
# Confidentiality-Key and Integrity-Key (TS 29.229 6.3.27 and 6.3.28): code, flags and length,
# vendor 3GPP, then 16 octets
_AVP: Final = re.compile(
    rb"\x00\x00\x02[\x71\x72].\x00\x00\x1c\x00\x00\x28\xaf(.{1,16})", re.DOTALL
)


def key_spans(data: bytes) -> Iterator[Span]:
    """Where keys stand: `ck` and `ik`, those of media, and those of Cx answers."""
    text = data.decode("latin-1")
    for found in KEYS.finditer(text):
        yield found.span(3)
    for found in INLINE.finditer(text):
        yield found.span(2)
    for avp in _AVP.finditer(data):
        yield avp.span(1)


def name_spans(data: bytes, names: Pseudonyms, fields: Iterable[Node]) -> Iterator[Span]:
    """Where subscribers are named, where people write freely, and all that no field explains."""
    yield from names.spans(data.decode("latin-1"))
    at = 0
    for start, end in sorted(_explained(fields)):
        if start > at:
            yield at, start
        at = max(at, end)
    if at < len(data):
        yield at, len(data)
    for field in fields:
        yield from (_span(node) for node in field.walk() if _free(node))


def redacted(node: Node, names: Pseudonyms) -> Node:
    """A field with other names for subscribers, without what people wrote freely."""
    if _free(node):
        return msgspec.structs.replace(node, text=MASKED, children=[])
    text = node.text
    for below in node.walk():
        if _free(below) and below.text:
            text = text.replace(below.text, MASKED)
    return msgspec.structs.replace(
        node,
        text=names.text(text),
        children=[redacted(child, names) for child in node.children],
    )


def _explained(fields: Iterable[Node]) -> Iterator[Span]:
    """Messages and headers; of layers that reach over what they carry, the fields in them."""
    for field in fields:
        whole = field.field not in _CARRIERS and not field.field.startswith("protocol")
        yield from map(_span, (field,) if whole else field.children)


def _free(node: Node) -> bool:
    if node.field == _HEADER:
        return not is_known(node.name)
    if node.field == _PHRASE:
        return not is_usual(node.text)
    return node.field in _FREE or node.field.endswith(".display.info")


def _span(node: Node) -> Span:
    return node.start, node.start + node.length


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same places, each once, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return found
