"""Frames taken apart, as text: the fields with their octets, the octets, what was made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from analyzer.report.dissect.frame import Dissection, Source
from analyzer.report.dissect.hexdump import hexdump
from analyzer.report.dissect.node import Node
from analyzer.report.escape import escape
from analyzer.report.layout import WIDTH, clip, plural, wrap
from analyzer.report.model import Frame
from analyzer.report.show.frame import Fact, field
from analyzer.report.view import View

_STEP: Final = 2  # columns a level is further in
_DEEPEST: Final = 12  # levels that are


def page(
    head: Sequence[str], found: Dissection, facts: Sequence[Fact], view: View, colour: bool
) -> Iterator[str]:
    """The lines of one frame, safe to print; `facts` are what the analysis knows of it."""
    yield from (_safe(line, view) for line in head)
    for source in found.sources:
        yield ""
        yield from (_safe(line, view) for line in _tree(source, view))
    for part in found.parts:
        end = part.start + part.length
        name = found.sources[part.source].name
        yield f" this frame has the octets {part.start:04x}-{end - 1:04x} of the {name}"
    for source in found.sources:
        yield ""
        if len(found.sources) > 1:
            yield _title(source, view)
        for line in hexdump(source, colour):
            yield line if colour else _safe(line, view)
    yield ""
    for name, text in facts:
        yield from (_safe(line, view) for line in field(name, text))


def _safe(line: str, view: View) -> str:
    return escape(line, view.ascii_only, view.show_keys)


def _title(source: Source, view: View) -> str:
    """`SIP message, put together (1315 octets) of #6 #7`."""
    of = f" of {view.frames(source.frames)}" if source.frames else ""
    return f"{source.name} ({plural(len(source.octets), 'octet')}){of}:"


def _tree(source: Source, view: View) -> Iterator[str]:
    yield _title(source, view)
    width = max(4, len(f"{len(source.octets):x}"))
    for node in source.fields:
        yield from _lines(node, 0, width, view)


def _lines(node: Node, depth: int, width: int, view: View) -> Iterator[str]:
    """One field and those below it: its octets in hexadecimal as in the dump, name, text."""
    last = node.start + node.length - 1
    place = f"{node.start:0{width}x}-{last:0{width}x}" if node.length else f"{node.start:0{width}x}"
    indent = " " * (_STEP * min(depth, _DEEPEST))
    lead = f" {place:<{2 * width + 1}}  {indent}"
    text = _told(node, view)
    if node.children:
        yield clip(lead + text, WIDTH)
    else:
        yield from wrap(text, lead, " " * (len(lead) + _STEP))
    for child in node.children:
        yield from _lines(child, depth + 1, width, view)


def _told(node: Node, view: View) -> str:
    text = f"{node.name}: {node.text}" if node.text else node.name
    if node.note:
        text += f" ({node.note})"
    if node.defects:
        text += f"  ! {' '.join(node.defects)}"
    return _safe(text, view)


def absent(frame: Frame, why: str, view: View) -> list[str]:
    """What is said of a frame that there is not."""
    return wrap(f"{view.frame(frame)}: {why}")
