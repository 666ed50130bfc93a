"""One frame taken apart: its octets and what else was made of them, with the fields in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from analyzer.capture.anatomy import Examined, of_payload
from analyzer.limits import OVERLAPS
from analyzer.report.dissect.hidden import key_spans, merged, name_spans, redacted
from analyzer.report.dissect.layers import layer_nodes
from analyzer.report.dissect.message import message_tree
from analyzer.report.dissect.node import Node, Span
from analyzer.report.model import Frame
from analyzer.report.redaction import Pseudonyms
from analyzer.report.show.witness import Sight

_UDP_HEADER: Final = 8
_SHORTEST: Final = 16  # octets that are no accident


class Inner(NamedTuple):
    """What an ESP packet held: the protocol behind ESP, and its octets."""

    proto: int
    data: bytes


class Source(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Octets that fields stand in, as Wireshark's data sources: the frame itself, what was behind
    ESP, a message that several frames carry.

    `frames` are those it was put together from, where they are not the frame alone. `hidden` names
    places that are not shown.
    """

    name: str
    octets: bytes
    frames: list[Frame] = []
    hidden: list[Span] = []
    fields: list[Node] = []


class Part(msgspec.Struct, kw_only=True):
    """The octets of a message that stand in this frame, where it carries a piece of it."""

    source: int
    start: int
    length: int


class Dissection(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One frame: its data sources, the frame itself first, and which part of a message it has."""

    frame: Frame
    sources: list[Source]
    parts: list[Part] = []


class Hiding(NamedTuple):
    """What is not to be shown: keys unless `show_keys`, subscribers where there are `names`."""

    show_keys: bool = False
    names: Pseudonyms | None = None


def dissect(
    frame: Frame, examined: Examined, sights: Sequence[Sight], inner: Inner | None, hiding: Hiding
) -> Dissection:
    """Take a frame apart. `sights` are the messages that it has, or has a piece of; `inner` is what
    its ESP held."""
    data, anatomy = examined.data, examined.anatomy
    outer = Source(name="frame", octets=data, fields=list(layer_nodes(data, anatomy)))
    found = Dissection(frame=frame, sources=[outer])
    if inner is not None:
        _place_inner(found, inner)
    payload = data[anatomy.start : anatomy.end]
    for sight in sights:
        _place_message(found, sight, payload, hiding.show_keys)
    for source in found.sources:
        source.fields.sort(key=lambda node: (node.start, -node.length))
        _hide(source, hiding)
    _hide_pieces(found, anatomy.start)
    return found


def _place_inner(found: Dissection, inner: Inner) -> None:
    """What ESP held: in the frame where it is not encrypted, else octets of their own."""
    nodes = list(layer_nodes(inner.data, of_payload(inner.data, inner.proto)))
    at = found.sources[0].octets.find(inner.data) if inner.data else -1
    if at >= 0:
        found.sources[0].fields += [node.moved(at) for node in nodes]
        return
    found.sources.append(Source(name="ESP, opened", octets=inner.data, fields=nodes))


def _place_message(found: Dissection, sight: Sight, payload: bytes, show_keys: bool) -> None:
    """The tree of a message where its octets stand; else as a source of its own."""
    tree = message_tree(sight.raw, sight.cut, show_keys)
    if tree is None:
        return
    for source in found.sources:
        at = _free(source, sight.raw)
        if at >= 0:
            source.fields.append(tree.moved(at))
            return
    pieces = sight.pieces if len(sight.pieces) > 1 else []
    name = "SIP message out of TLS"
    if sight.protection != "tls":
        name = "SIP message, put together" if pieces else "SIP message, as tshark read it"
    found.sources.append(Source(name=name, octets=sight.raw, frames=pieces, fields=[tree]))
    part = _part(sight.raw, payload)
    if part is not None:
        start, end = part
        found.parts.append(Part(source=len(found.sources) - 1, start=start, length=end - start))


def _free(source: Source, raw: bytes) -> int:
    """Where a message stands in a source, behind the same message if it is there twice; -1."""
    taken = {node.start for node in source.fields if node.field == "sip"}
    at = source.octets.find(raw)
    while at in taken:
        at = source.octets.find(raw, at + 1)
    return at


def _part(raw: bytes, payload: bytes) -> Span | None:
    """The octets of a message that the payload of a frame has: its fragment, its segment."""
    for piece in (payload, payload[_UDP_HEADER:]):
        if len(piece) < 2:
            continue
        at = raw.find(piece)
        if at >= 0:
            return at, at + len(piece)
        overlap = _overlap(piece, raw)
        if overlap:  # the message begins in it
            return 0, overlap
        overlap = _overlap(raw, piece)
        if overlap:  # the message ends in it
            return len(raw) - overlap, len(raw)
    return None


def _overlap(left: bytes, right: bytes) -> int:
    """How many octets at the end of the left are those that the right begins with; few are none."""
    head = right[:_SHORTEST]
    at = left.find(head) if len(head) == _SHORTEST else -1
    for _ in range(OVERLAPS):
        if at < 0:
            break
        if right.startswith(left[at:]):
            return len(left) - at
        at = left.find(head, at + 1)
    return 0


def _hide(source: Source, hiding: Hiding) -> None:
    spans: list[Span] = []
    if not hiding.show_keys:
        spans += key_spans(source.octets)
    if hiding.names is not None:
        names = hiding.names
        spans += name_spans(source.octets, names, source.fields)
        source.fields = [redacted(node, names) for node in source.fields]
    source.hidden = merged(spans)


def _hide_pieces(found: Dissection, start: int) -> None:
    """What is hidden in a message is hidden in the piece of it that the frame has as well: a key
    may begin in the frame before. `start` is where the payload of the frame begins."""
    outer = found.sources[0]
    spans = list(outer.hidden)
    for part in found.parts:
        whole, end = found.sources[part.source], part.start + part.length
        at = outer.octets.find(whole.octets[part.start : end], start)
        for first, last in whole.hidden if at >= 0 else ():
            first, last = max(first, part.start), min(last, end)
            if first < last:
                spans.append((at + first - part.start, at + last - part.start))
    outer.hidden = merged(spans)


def shown_octets(source: Source) -> Iterator[int | None]:
    """The octets of a source; None in the place of each that is hidden."""
    at = 0
    for start, end in source.hidden:
        yield from source.octets[at:start]
        yield from [None] * (end - start)
        at = end
    yield from source.octets[at:]
