"""A closer look at frames that the scan passed over: one of them, or a sample of what there is."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import msgspec

from analyzer.capture.decap import descend
from analyzer.capture.files import Input, Opened
from analyzer.capture.layers import Context
from analyzer.capture.problems import Problems
from analyzer.capture.records import read_records
from analyzer.capture.scan import ESP, PORTS, is_candidate
from analyzer.capture.walk import Record, Walk
from analyzer.limits import SAMPLED

PROTOCOLS: Final = {1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 50: "esp", 58: "icmpv6", 132: "sctp"}
WITH_PORTS: Final = frozenset((6, 17, 132))


class Look(msgspec.Struct):
    """One frame: its layers as `path` with the protocol behind them, its ends, and whether it is
    one of those that the analysis looks at. `length` counts the captured octets; `spi` is that of
    ESP, -1 where there is none."""

    time: int
    link_type: int
    length: int
    cut: bool
    path: str = ""
    src: bytes = b""
    dst: bytes = b""
    sport: int = 0
    dport: int = 0
    spi: int = -1
    fragment: bool = False
    candidate: bool = False


class Sample(msgspec.Struct):
    """What the first frames of a capture are; `ports` counts those of UDP, TCP and SCTP, of each
    packet the lower one."""

    frames: int = 0
    without_ip: int = 0
    cut: int = 0
    layers: Counter[str] = msgspec.field(default_factory=Counter)
    protocols: Counter[str] = msgspec.field(default_factory=Counter)
    ports: Counter[int] = msgspec.field(default_factory=Counter)


def look(entry: Input, frame: int) -> Look | None:
    """The frame with this number; None where there is none, or it cannot be read again."""
    for record in records(entry):
        if record.frame >= frame:
            return look_at(record) if record.frame == frame else None
    return None


def sample(entry: Input) -> Sample:
    """The first `limits.SAMPLED` frames."""
    found = Sample()
    for record in records(entry):
        if found.frames >= SAMPLED:
            break
        found.frames += 1
        found.cut += record.cut
        seen = look_at(record)
        if not seen.path:
            found.without_ip += 1
            continue
        *layers, protocol = seen.path.split("/")
        found.layers.update(list(dict.fromkeys(layers)))
        found.protocols[protocol] += 1
        if seen.dport:
            found.ports[min(seen.sport, seen.dport)] += 1
    return found


def records(entry: Input) -> Iterator[Record]:
    """All frames of an input; none where it cannot be read again."""
    if not entry.repeatable:
        return
    try:
        opened = Opened(entry)
    except (OSError, ValueError):
        return
    try:
        yield from read_records(Walk(opened, Problems([]), every=True))
    finally:
        opened.close()


def look_at(record: Record) -> Look:
    """What one frame is."""
    data = record.data
    context = Context(record.interface, cut=record.cut)
    descend(data, ("link", record.link_type, 0, len(data)), context)
    found = Look(record.time, record.link_type, len(data), record.cut)
    if not context.path:
        return found
    proto, at, end = context.proto, context.start, context.end
    found.path = f"{context.path}/{PROTOCOLS.get(proto, f'protocol {proto}')}"
    found.src, found.dst = context.src, context.dst
    found.fragment = context.frag_offset >= 0
    if proto in WITH_PORTS and context.frag_offset <= 0 and at + 4 <= end:
        found.sport, found.dport = PORTS.unpack_from(data, at)
    if proto == ESP and context.frag_offset <= 0 and at + 4 <= end:
        found.spi = int.from_bytes(data[at : at + 4])
    found.candidate = is_candidate(proto, data, at, end, context.frag_offset)
    return found
