"""Header rows that speak of parties and of the transaction (RFC 3261 20): their parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from analyzer.report.dissect.credentials import credentials
from analyzer.report.dissect.lists import mechanisms, older_mechanisms
from analyzer.report.dissect.node import Node, Octets, Span

Read = tuple[list[Node], list[str]]
"""The parts of a row, and its defects."""

_PARAMETER: Final = "secagree.parameter"
_PROTOCOL: Final = re.compile(r"SIP\s*/\s*2\.0\s*/\s*([^\s/;,]+)\s+", re.IGNORECASE)
_SENT_BY: Final = re.compile(r"(?:\[([^\]\s]*)\]|([^\s:;]+))\s*(?::\s*(\d+))?")
_URI: Final = re.compile(r"(?i:sips?|tel):")
_AUTHORITY: Final = re.compile(r"(?i:sips?):(?:([^@;?>]*)@)?(\[[^\]]*\]|[^:;?>@]*)(?::(\d+))?")
_WORD: Final = re.compile(r"[^ \t\r\n]+")
_VIA: Final = ("branch", "rport", "received", "maddr", "ttl", "comp", "sigcomp-id")

# Wireshark's names: of the URI, and what those of its parts begin with
_ADDRESSES: Final[dict[str, tuple[str, str]]] = {
    "from": ("sip.from.addr", "sip.from"),
    "to": ("sip.to.addr", "sip.to"),
    "contact": ("sip.contact.uri", "sip.contact"),
    "path": ("sip.Path.uri", "sip.Path"),
    "route": ("sip.Route.uri", "sip.Route"),
    "record-route": ("sip.Record-Route.uri", "sip.Record-Route"),
    "service-route": ("sip.Service-Route.uri", "sip.Service-Route"),
    "p-asserted-identity": ("sip.pai.addr", "sip.pai"),
    "p-preferred-identity": ("sip.ppi.addr", "sip.ppi"),
    "p-associated-uri": ("secagree.p_associated_uri.uri", "secagree.p_associated_uri"),
}


def read_row(octets: Octets, header: str, span: Span) -> Read:
    """The parts of the value of one row; `header` is its full name in lower case."""
    if header in _ADDRESSES:
        field, prefix = _ADDRESSES[header]
        values = octets.split(span, ",")
        return [node for value in values for node in _address(octets, value, field, prefix)], []
    reader = _READERS.get(header)
    return ([], []) if reader is None else reader(octets, span)


def uri_parts(octets: Octets, span: Span, prefix: str) -> list[Node]:
    """User, host, port and parameters of a SIP URI."""
    found = _AUTHORITY.match(octets.text, *span)
    if found is None:
        return []
    nodes = [
        octets.node(f"{prefix}.{name}", name, found.span(group))
        for group, name in ((1, "user"), (2, "host"), (3, "port"))
        if found[group]
    ]
    end = octets.text.find("?", found.end(), span[1])
    parts = octets.split((found.end(), span[1] if end < 0 else end), ";")
    return nodes + [octets.node(f"{prefix}.param", "URI parameter", part) for part in parts]


def _address(octets: Octets, span: Span, field: str, prefix: str) -> list[Node]:
    """One name-addr or addr-spec, with the parameters of the header behind it."""
    first, *parameters = octets.split(span, ";") or [span]
    nodes: list[Node] = []
    opened = octets.text.rfind("<", *first)
    uri = first
    if opened >= 0:
        display = octets.trimmed(first[0], opened)
        if display[0] < display[1]:
            nodes.append(octets.node(f"{prefix}.display.info", "display name", display))
        closed = octets.text.find(">", opened, first[1])
        uri = opened + 1, first[1] if closed < 0 else closed
    if _URI.match(octets.text, *uri):
        node = octets.node(field, "URI", uri)
        node.children = uri_parts(octets, uri, prefix)
        nodes.append(node)
    for part in parameters:
        name, value, _ = octets.parameter(part)
        nodes.append(octets.node(f"{prefix}.tag" if name == "tag" else _PARAMETER, name, value))
    return nodes


def _via(octets: Octets, span: Span) -> Read:
    nodes: list[Node] = []
    for value in octets.split(span, ","):
        protocol = _PROTOCOL.match(octets.text, *value)
        if protocol is None:
            continue
        nodes.append(octets.node("sip.Via.transport", "transport", protocol.span(1)))
        sent, *parameters = octets.split((protocol.end(), value[1]), ";") or [value]
        found = _SENT_BY.match(octets.text, *sent)
        if found is not None:
            host = found.span(1 if found[1] is not None else 2)
            nodes.append(octets.node("sip.Via.sent-by.address", "sent-by", host))
            if found[3]:
                nodes.append(octets.node("sip.Via.sent-by.port", "port", found.span(3)))
        for part in parameters:
            name, where, _ = octets.parameter(part)
            key = name.lower()
            nodes.append(octets.node(f"sip.Via.{key}" if key in _VIA else _PARAMETER, name, where))
    return nodes, []


def _cseq(octets: Octets, span: Span) -> Read:
    words = [found.span() for found in _WORD.finditer(octets.text, *span)]
    rows = zip((("sip.CSeq.seq", "number"), ("sip.CSeq.method", "method")), words, strict=False)
    return [octets.node(field, name, where) for (field, name), where in rows], []


def _tags(octets: Octets, span: Span) -> Read:
    """Option tags (RFC 3261 19.2)."""
    values = octets.split(span, ",")
    return [octets.node("secagree.option_tag", "option tag", value) for value in values], []


def _access_network(octets: Octets, span: Span) -> Read:
    """Access type or class, and parameters such as the cell (TS 24.229 7.2A.4)."""
    nodes = []
    for value in octets.split(span, ","):
        for part in octets.split(value, ";"):
            name, where, quoted = octets.parameter(part)
            if where == part:
                nodes.append(octets.node("sip.P-Access-Network-Info.access-type", "access", where))
                continue
            if quoted:  # Wireshark's range has the quotes
                where = where[0] - 1, where[1] + 1
            cell = name.lower() == "utran-cell-id-3gpp"
            field = "sip.P-Access-Network-Info.utran-cell-id-3gpp" if cell else _PARAMETER
            nodes.append(octets.node(field, name, where))
    return nodes, []


def _older(header: str) -> Callable[[Octets, Span], Read]:
    return lambda octets, span: older_mechanisms(octets, span, header)


def _credentials(octets: Octets, span: Span) -> Read:
    return credentials(octets, span), []


_READERS: Final[dict[str, Callable[[Octets, Span], Read]]] = {
    "via": _via,
    "cseq": _cseq,
    **dict.fromkeys(("require", "proxy-require", "supported", "unsupported"), _tags),
    **dict.fromkeys(("security-client", "security-server", "security-verify"), mechanisms),
    **{name: _older(name) for name in ("security-mechanism", "security-method")},
    **dict.fromkeys(
        (
            *("www-authenticate", "proxy-authenticate", "authorization", "proxy-authorization"),
            "authentication-info",
        ),
        _credentials,
    ),
    **dict.fromkeys(("p-access-network-info", "cellular-network-info"), _access_network),
}
