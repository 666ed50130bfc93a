"""Challenges and credentials (RFC 3261 22, RFC 3310, TS 24.229 7.2A): their parameters, and what
a nonce and AUTS are made of."""

from __future__ import annotations

import re
from typing import Final

from analyzer.report.dissect.node import MASKED, Node, Octets, Span
from analyzer.sip.digest import (
    AMF_OCTETS,
    MAC_OCTETS,
    RAND_OCTETS,
    SQN_OCTETS,
    parse_aka_nonce,
    parse_auts,
)

_WIRESHARK: Final = (
    *("nc", "username", "realm", "nonce", "algorithm", "opaque", "qop", "cnonce", "uri", "domain"),
    *("stale", "auts", "rspauth", "nextnonce", "ik", "ck"),
)
_FIELDS: Final[dict[str, str]] = {name: f"sip.auth.{name}" for name in _WIRESHARK} | {
    "response": "sip.auth.digest.response",
    "integrity-protected": "secagree.auth.integrity_protected",
}
_SCHEME: Final = re.compile(r"([-.!%*_+`'~0-9A-Za-z]+)(?:[ \t\r\n]+|$)(?!=)")

# what an AKA nonce and AUTS are made of (RFC 3310 3.2 and 3.4, TS 33.102 6.3): name, octets
_NONCE: Final = (
    ("RAND", RAND_OCTETS),
    ("SQN xor AK", SQN_OCTETS),
    ("AMF", AMF_OCTETS),
    ("MAC-A", MAC_OCTETS),
)
_AUTS: Final = (("SQN xor AK*", SQN_OCTETS), ("MAC-S", MAC_OCTETS))


def credentials(octets: Octets, span: Span) -> list[Node]:
    """The parameters of all challenges or credentials of one row, in order."""
    nodes: list[Node] = []
    for start, end in octets.split(span, ",", brackets=False):
        scheme = _SCHEME.match(octets.text, start, end)
        if scheme is not None:
            nodes.append(octets.node("sip.auth.scheme", "scheme", scheme.span(1)))
            start = scheme.end()
        if start < end:
            nodes.append(_parameter(octets, (start, end)))
    return nodes


def _parameter(octets: Octets, span: Span) -> Node:
    name, value, quoted = octets.parameter(span)
    key = name.lower()
    node = octets.node(_FIELDS.get(key, "secagree.auth.parameter"), name, value)
    if key in ("nonce", "nextnonce"):
        _nonce(node, value)
    elif key == "auts":
        _auts(node, value)
    if quoted:  # Wireshark's range has the quotes
        node.start, node.length = value[0] - 1, value[1] - value[0] + 2
        if node.text != MASKED:
            node.text = f'"{node.text}"'
    return node


def _nonce(node: Node, span: Span) -> None:
    aka, defects = parse_aka_nonce(node.text)
    if aka is None:
        return  # Digest without AKA: anything may stand there
    node.defects = list(defects)
    data = aka.rand + aka.autn + aka.server_data
    parts = (*_NONCE, ("server data", len(aka.server_data)))
    node.children = _parts("secagree.nonce", parts, data, span)


def _auts(node: Node, span: Span) -> None:
    data, defects = parse_auts(node.text)
    node.defects = list(defects)
    if data is not None:
        node.children = _parts("secagree.auts", _AUTS, data, span)


def _parts(field: str, parts: tuple[tuple[str, int], ...], data: bytes, span: Span) -> list[Node]:
    """Octets of base64: those characters that have a bit of them."""
    nodes: list[Node] = []
    at = 0
    for name, size in parts:
        if not size:
            continue
        first, last = at * 4 // 3, -(-(at + size) * 4 // 3)
        word = re.sub(r"[^a-z]+", "_", name.lower()).strip("_")
        nodes.append(
            Node(
                field=f"{field}.{word}",
                name=name,
                text=data[at : at + size].hex(),
                start=span[0] + first,
                length=min(last, span[1] - span[0]) - first,
                note=f"{size} octets, base64",
            )
        )
        at += size
    return nodes
