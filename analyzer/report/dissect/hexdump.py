"""Octets as `tshark -x` has them, sixteen a line, with the octets of chosen fields marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from analyzer.report.dissect.frame import Source, shown_octets
from analyzer.report.dissect.node import Node
from analyzer.report.escape import escape

_ROW: Final = 16
_LABELS: Final = 24  # columns beside the marks
_HIDDEN: Final = ("**", "*")
_COLOURS: Final = ("32", "36")  # neighbours differ
_PLAIN: Final = ("^^", "~~")

# what people compare between messages, and with the SAs
_MARKED: Final = ("sip.sec_mechanism", "secagree.mechanism.", "secagree.nonce.", "secagree.auts.")
_EXACT: Final = frozenset(("esp.spi", "esp.sequence"))


class Mark(NamedTuple):
    """A field whose octets are marked: the octets `start` to `end`, and what to call it."""

    start: int
    end: int
    label: str


def marks(fields: Iterable[Node]) -> list[Mark]:
    """The fields of these trees that speak of the agreement, in order."""
    found = [
        Mark(node.start, node.start + node.length, node.name)
        for field in fields
        for node in field.walk()
        if node.length and (node.field.startswith(_MARKED) or node.field in _EXACT)
    ]
    return sorted(found)


def hexdump(source: Source, colour: bool) -> Iterator[str]:
    """The lines. With `colour` marked octets are in colour; else a line of marks stands under them,
    with the names of the fields that begin there. ASCII but for the escapes of colours."""
    octets = list(shown_octets(source))
    owners = _owners(source, len(octets))
    labels = marks(source.fields)
    width = max(4, len(f"{max(len(octets) - 1, 0):x}"))
    place = 0
    for start in range(0, len(octets), _ROW):
        row, owned = octets[start : start + _ROW], owners[start : start + _ROW]
        yield _line(start, row, owned, width, colour)
        named = []
        while place < len(labels) and labels[place].start < start + _ROW:
            named.append(labels[place].label)
            place += 1
        if not colour and any(owner is not None for owner in owned):
            yield _under(owned, named, width)


def _owners(source: Source, length: int) -> list[int | None]:
    """Of each octet the number of the mark it belongs to."""
    owners: list[int | None] = [None] * length
    for number, mark in enumerate(marks(source.fields)):
        owners[mark.start : mark.end] = [number] * (min(mark.end, length) - mark.start)
    return owners


def _line(
    start: int, row: Sequence[int | None], owned: Sequence[int | None], width: int, colour: bool
) -> str:
    left = [_HIDDEN[0] if octet is None else f"{octet:02x}" for octet in row]
    right = [_HIDDEN[1] if octet is None else _printed(octet) for octet in row]
    pad = "   " * (_ROW - len(row))
    if colour:
        left = [_painted(text, owner) for text, owner in zip(left, owned, strict=True)]
        right = [_painted(text, owner) for text, owner in zip(right, owned, strict=True)]
    return f"{start:0{width}x}  {' '.join(left)}{pad}   {''.join(right)}"


def _printed(octet: int) -> str:
    return chr(octet) if 0x20 <= octet < 0x7F else "."


def _painted(text: str, owner: int | None) -> str:
    return text if owner is None else f"\x1b[{_COLOURS[owner % 2]}m{text}\x1b[0m"


def _under(owned: Sequence[int | None], named: Sequence[str], width: int) -> str:
    cells = ["  " if owner is None else _PLAIN[owner % 2] for owner in owned]
    cells += ["  "] * (_ROW - len(cells))
    label = escape(" ".join(named))
    if len(label) > _LABELS:
        label = label[: _LABELS - 3] + "..."
    return f"{'':{width}}  {' '.join(cells)}   {label}".rstrip()
