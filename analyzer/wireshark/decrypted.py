"""The captures once more, with what ESP held in place of the ESP packets that were opened.

Every frame of the input is a frame of the output, in the same order, so that frame numbers of a
single capture stay what they were; comments name them anyway. What was opened is written as plain
IP on an interface of its own; the addresses are those of the ESP packet. All else stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from struct import Struct
from typing import BinaryIO, Final

import msgspec

from analyzer.capture.files import Input, Opened
from analyzer.capture.packet import Problem
from analyzer.capture.problems import Problems
from analyzer.capture.records import read_records
from analyzer.capture.walk import Record, Walk
from analyzer.wireshark.pcapng import PcapngWriter
from analyzer.wireshark.sa_keys import Inner

RAW: Final = 101  # LINKTYPE_RAW: IP of either version
OPENED: Final = "opened by secagree"

_IPV4: Final = Struct(">BBHHHBBH4s4s")
_IPV6: Final = Struct(">IHBB16s16s")
_HOPS: Final = 64
_TUNNELLED: Final = frozenset((4, 41))  # the packet inside is a whole one
_LARGEST: Final = 0xFFFF

Place = tuple[int, int]
"""Capture and frame."""


class Source(msgspec.Struct, frozen=True):
    """One capture as it is written: its number, its path, the name it goes by in comments."""

    number: int
    path: str
    name: str


def write(
    stream: BinaryIO,
    application: str,
    sources: Sequence[Source],
    opened: Mapping[Place, Inner],
    comments: Mapping[Place, list[str]],
) -> int:
    """Write all captures as one pcapng in the order of time; gives how many packets were opened."""
    writer = PcapngWriter(stream, application)
    count = 0
    frames = merge(*(_frames(source) for source in sources), key=lambda row: row[0])
    for (_, number, frame), source, record in frames:
        place = number, frame
        told = [f"{source.name}#{frame}", *comments.get(place, ())]
        inner = opened.get(place)
        if inner is None:
            interface = writer.interface(record.link_type, source.name)
            said = told if place in comments else []
            writer.packet(interface, record.time, record.data, _original(record), said)
            continue
        count += 1
        data = _plain(inner)
        told[0] += f" ESP SPI 0x{inner.spi:08x} seq {inner.seq}, opened"
        interface = writer.interface(RAW, f"{source.name} {OPENED}")
        writer.packet(interface, record.time, data, len(data), told)
    return count


def _frames(source: Source) -> Iterator[tuple[tuple[int, int, int], Source, Record]]:
    """All frames of a capture in its order, each with what it is sorted by."""
    problems: list[Problem] = []
    try:
        entry = Opened(Input(source.path))
    except (OSError, ValueError):
        return
    latest = 0
    try:
        for record in read_records(Walk(entry, Problems(problems), every=True)):
            latest = max(latest, record.time)  # the order of the file stands
            yield (latest, source.number, record.frame), source, record
    finally:
        entry.close()


def _original(record: Record) -> int:
    """How long the frame was; of one that was cut nothing is known but that it was longer."""
    return len(record.data) + record.cut


def _plain(inner: Inner) -> bytes:
    """The packet without ESP."""
    if inner.proto in _TUNNELLED:
        return inner.data
    size = len(inner.data)
    if len(inner.src) == 16:
        return _IPV6.pack(6 << 28, min(size, _LARGEST), inner.proto, _HOPS, inner.src,
                          inner.dst) + inner.data  # fmt: skip
    total = min(size + _IPV4.size, _LARGEST)
    fields = (0x45, 0, total, max(inner.ip_id, 0) & _LARGEST, 0, _HOPS, inner.proto)
    checksum = _checksum(_IPV4.pack(*fields, 0, inner.src, inner.dst))
    return _IPV4.pack(*fields, checksum, inner.src, inner.dst) + inner.data


def _checksum(header: bytes) -> int:
    """RFC 1071."""
    total = sum(int.from_bytes(header[at : at + 2], "big") for at in range(0, len(header), 2))
    while total >> 16:
        total = (total & _LARGEST) + (total >> 16)
    return ~total & _LARGEST
