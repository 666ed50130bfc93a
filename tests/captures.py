"""Captures as lists of records, to be cut, doubled and written again, and their analysis."""

import io
import struct
from pathlib import Path

from analyzer.capture import open_captures
from analyzer.pipeline import sweep
from analyzer.report.model import Report
from analyzer.rules.book import load
from analyzer.rules.engine import Engine
from analyzer.rules.selection import selected

SAMPLES = Path(__file__).parents[1] / "samples"
BOOK = load()
ENGINE = Engine(BOOK, ids=selected(BOOK, (), (), ()))

ETHERNET = 1
SNAPLEN = 262_144
SECOND = 1_000_000_000

Record = tuple[int, bytes]
"""Nanoseconds since the epoch, octets."""


def analysed(*captures: bytes) -> Report:
    """The report on captures given as octets, with the shipped book."""
    return sweep(open_captures([io.BytesIO(data) for data in captures]), ENGINE).report


def link_type(data: bytes) -> int:
    """Of a little-endian pcap file."""
    return int(struct.unpack_from("<I", data, 20)[0])


def records(data: bytes) -> list[Record]:
    """The records of a little-endian pcap file."""
    found, at = [], 24
    unit = 1 if data.startswith(struct.pack("<I", 0xA1B23C4D)) else 1000
    while at < len(data):
        seconds, fraction, length = struct.unpack_from("<III", data, at)
        found.append((seconds * SECOND + fraction * unit, data[at + 16 : at + 16 + length]))
        at += 16 + length
    return found


def pcap(wanted: list[Record], link: int = ETHERNET, snaplen: int = SNAPLEN) -> bytes:
    """A pcap file with nanoseconds, its records cut to `snaplen` octets."""
    head = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, snaplen, link)
    return head + b"".join(_record(time, data, data[:snaplen]) for time, data in wanted)


def written(folder: Path, **files: list[Record]) -> list[str]:
    """The paths of these captures, each written under its name."""
    paths = []
    for name, wanted in files.items():
        path = folder / f"{name}.pcap"
        path.write_bytes(pcap(wanted))
        paths.append(str(path))
    return paths


def _record(time: int, whole: bytes, kept: bytes) -> bytes:
    return struct.pack("<IIII", *divmod(time, SECOND), len(kept), len(whole)) + kept


def pcapng(wanted: list[tuple[int, Record]]) -> bytes:
    """A pcapng file of two Ethernet interfaces, with nanoseconds."""
    head = _block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    resolution = struct.pack("<HHB3xI", 9, 1, 9, 0)
    interface = _block(1, struct.pack("<HHI", ETHERNET, 0, SNAPLEN) + resolution)
    packets = [_packet(number, *record) for number, record in wanted]
    return head + interface * 2 + b"".join(packets)


def _packet(interface: int, time: int, data: bytes) -> bytes:
    upper, lower = time >> 32, time & 0xFFFFFFFF
    head = struct.pack("<IIIII", interface, upper, lower, len(data), len(data))
    return _block(6, head + data)


def _block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length
