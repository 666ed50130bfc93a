"""Security-* rows: mechanisms and their parameters (RFC 3329 2.2, TS 33.203 Annex H), and those of
the drafts before."""

from __future__ import annotations

from typing import Final

from analyzer.agreement.mechanism import Mechanism
from analyzer.agreement.older import DIALECTS, read
from analyzer.agreement.parameters import decimal
from analyzer.agreement.security_list import parse_list
from analyzer.report.dissect.node import Node, Octets, Span

_WIRESHARK: Final = ("alg", "ealg", "prot", "spi-c", "spi-s", "port-c", "port-s", "port1", "port2")
_OURS: Final = ("q", "mod", "spi", "d-alg", "d-qop", "d-ver", "mediasec")
_FIELDS: Final[dict[str, str]] = {
    **{name: f"sip.sec_mechanism.{name.replace('-', '_')}" for name in _WIRESHARK},
    **{name: f"secagree.mechanism.{name.replace('-', '_')}" for name in _OURS},
}
_SPIS: Final = frozenset(("spi", "spi-c", "spi-s"))


def mechanisms(octets: Octets, span: Span) -> tuple[list[Node], list[str]]:
    """The elements of a Security-Client, -Server or -Verify row, and the defects of the row."""
    start, end = span
    listed = parse_list((octets.text[start:end],))
    nodes = [
        _element(octets, (start + one.span[0], start + one.span[1]), one) for one in listed.elements
    ]
    return nodes, list(listed.defects)


def older_mechanisms(octets: Octets, span: Span, header: str) -> tuple[list[Node], list[str]]:
    """Those of a Security-Mechanism or Security-Method row."""
    start, end = span
    nodes: list[Node] = []
    defects: list[str] = []
    for listed in read((octets.text[start:end],), dict(DIALECTS)[header]):
        defects += listed.defects
        for one in listed.elements:
            found = octets.text.find(one.raw, start, end)
            if found >= 0 and one.raw:
                start = found + len(one.raw)
                nodes.append(_element(octets, (found, start), one))
    return nodes, list(dict.fromkeys(defects))


def _element(octets: Octets, span: Span, element: Mechanism) -> Node:
    start, end = span
    parts = octets.split(span, ";", brackets=False)
    name_span = parts[0] if parts and parts[0][0] == start else (start, start)
    children = [octets.node("sip.sec_mechanism", "mechanism", name_span)]
    children += [_parameter(octets, part) for part in parts if part != name_span]
    return Node(
        field="secagree.mechanism",
        name="element",
        text=octets.shown(start, end),
        start=start,
        length=end - start,
        defects=list(element.defects),
        children=children,
    )


def _parameter(octets: Octets, span: Span) -> Node:
    name, value, _ = octets.parameter(span)
    key = name.lower()
    node = octets.node(_FIELDS.get(key, "secagree.mechanism.parameter"), name, value)
    if key in _SPIS:
        number = decimal(node.text)
        if number is not None and number < 1 << 32:
            node.note = f"0x{number:08x}"
    if value == span:
        node.text, node.note = "", "no value"
    return node
