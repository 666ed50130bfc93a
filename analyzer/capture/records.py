"""From the octets of a file to captured frames: which format it has, and the walk over each.

The formats stand in `pcap`, `pcapng`, `formats` (other containers) and `text`. Frames are numbered
as Wireshark does: from 1, over all sections. What is nonsense becomes a `Problem`.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from analyzer.capture import pcap, pcapng
from analyzer.capture.formats import Container, recognise
from analyzer.capture.text import TEXT_LINK, is_text, messages
from analyzer.capture.walk import Record, Walk
from analyzer.capture.window import FIRST_CHUNK, Window

FIRST_RECORD: Final = 40  # a file header and that of a record: no more is waited for on a pipe

# What Wireshark reads and nothing here does, by the octets that such a file begins with.
FOREIGN: Final = {
    b"GMBU": "Microsoft Network Monitor",
    b"RTSS": "Microsoft Network Monitor",
    b"TRSNIFF data": "Sniffer",
    b"XCP\0": "Windows Sniffer",
    b"ObserverPktBuffe": "Observer",
    b"\xaa\xaa\xaa\xaa": "5Views",
    b"\x05VNF": "Visual Networks",
    b"TR\0d": "HP-UX nettl",
    b"\x01\x10\x4c\0": "LANalyzer",
    b"\0\0\x02\0\x12\x05\0\x10": "Tektronix K12",
    b"+---------+-": "Tektronix K12 text",
}
CONVERT: Final = "make a capture of it: editcap -F pcapng IN OUT"


def read_records(walk: Walk) -> Iterator[Record]:
    """The frames that `scan` takes for candidates and one a second beside them, or with `every` all
    of them, in the order of the file."""
    return chain.from_iterable(read_runs(walk))


def read_runs(walk: Walk) -> Iterator[list[Record]]:
    """The same, those together that stand together in memory: each step from a file to a packet
    is done for some hundred of them before the next one, which keeps it near the processor."""
    window = walk.window
    window.have(4)
    magic = window.buffer[: min(4, window.left)]
    usual = magic in pcap.MAGICS or magic == pcapng.SECTION
    window.have(FIRST_RECORD if usual else FIRST_CHUNK)
    container = recognise(window.buffer[: window.left])
    if container is not None:
        yield from _contained(walk, container)
    elif (name := foreign(window.buffer[: window.left])) is not None:
        walk.broken("export-first", 0, f"{name}: {CONVERT}")
    elif magic in pcap.MAGICS:
        walk.format = "pcap"
        yield from pcap.runs(walk, *pcap.MAGICS[magic])
    elif magic == pcapng.SECTION:
        walk.format = "pcapng"
        yield from pcapng.Blocks(walk).runs()
    elif is_text(window.buffer[: window.left]):
        yield from _text(walk)
    else:
        walk.broken("not-a-capture", 0, f"begins with {magic.hex()}" if magic else "empty file")


def foreign(head: bytes) -> str | None:
    """The name of a format that only Wireshark reads, None for any other."""
    return next((name for magic, name in FOREIGN.items() if head.startswith(magic)), None)


def _contained(walk: Walk, container: Container) -> Iterator[list[Record]]:
    """A container of `formats`, one record at a time."""
    window = walk.window
    walk.format = container.name
    walk.layout(container.link_type, "<")
    window.at = container.start
    while window.have(container.head):
        entry = container.read(window.buffer, window.at)
        if entry is None:
            walk.problem("bad-length", "what should be a record is none")
            return
        if not window.have(entry.size):
            walk.problem("cut-short", "in the middle of a packet")
            return
        if entry.numbered:
            walk.frames += 1
            walk.seen(entry.time)
            at = window.at + entry.skip
            yield [
                Record(
                    walk.frames,
                    entry.time,
                    entry.interface,
                    entry.link_type,
                    entry.captured < entry.original,
                    window.buffer,
                    at,
                    entry.captured,
                )
            ]
        window.at += entry.size
    if window.left:
        walk.problem("cut-short", "in the header of a packet")


def _text(walk: Walk) -> Iterator[list[Record]]:
    """The messages of a text file: the line of each is its frame, all have `TEXT_LINK`."""
    for message in messages(_pieces(walk.window)):
        if not walk.frames:
            walk.format = "text"
            walk.link_types[TEXT_LINK] = None
        walk.frames += 1
        walk.seen(message.time)
        octets = message.octets
        yield [
            Record(message.line, message.time, 0, TEXT_LINK, message.cut, octets, 0, len(octets))
        ]
    if not walk.frames:
        walk.broken("not-a-capture", 0, "text without a SIP message")


def _pieces(window: Window) -> Iterator[bytes]:
    while window.have(1):
        piece = window.buffer[window.at : window.limit]
        window.at = window.limit
        yield piece
