"""pcap as draft-ietf-opsawg-pcap has it: both byte orders, micro- and nanoseconds.

What cannot be a record becomes a `Problem`, and the walk goes on at the next place where records of
about the same time follow one another, if one is near.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final

from analyzer.capture.scan import scan_pcap
from analyzer.capture.walk import Record, Walk
from analyzer.limits import RECORD, RESYNC, SECOND

MAGICS: Final = {  # magic -> byte order, nanoseconds in one unit of the fraction, the first record
    b"\xa1\xb2\xc3\xd4": (">", 1000, 24),
    b"\xd4\xc3\xb2\xa1": ("<", 1000, 24),
    b"\xa1\xb2\x3c\x4d": (">", 1, 24),
    b"\x4d\x3c\xb2\xa1": ("<", 1, 24),
    b"\x1c\x00\x01\xac": (">", 1, 28),  # lcap of IXIA, hardware and software
    b"\xac\x01\x00\x1c": ("<", 1, 28),
    b"\x1c\x00\x01\xab": (">", 1, 28),
    b"\xab\x01\x00\x1c": ("<", 1, 28),
}

RECORD_HEADER: Final = 16
SECONDS: Final = 0xFFFFFFFF  # the latest second a record can have
LINK_TYPE: Final = 0x03FFFFFF  # the bits above say how long the frame check sequence is
IN_A_ROW: Final = 3  # records that follow one another: this is where the walk may go on


def runs(walk: Walk, order: str, unit: int, start: int) -> Iterator[list[Record]]:
    """The frames of a file with such a magic, in its order, those together that the inner loop
    walked at one go."""
    window = walk.window
    if not window.have(start):
        walk.broken("cut-short", window.left, "in the file header")
        return
    walk.snap_length, link_type = Struct(f"{order}II").unpack_from(window.buffer, 16)
    link_type &= LINK_TYPE
    layout = walk.layout(link_type, order)
    header = Struct(f"{order}IIII")
    hits: list[tuple[int, int]] = []
    window.at = start
    due = 0
    while True:
        window.at, walk.frames, due, last = scan_pcap(
            window.buffer, window.at, window.limit, RECORD, walk.frames, due, layout, hits
        )
        buffer = window.buffer
        if hits:
            run = []
            for frame, at in hits:
                second, fraction, size, original = header.unpack_from(buffer, at)
                time = walk.time(frame, second * SECOND + fraction * unit)
                cut = size < original
                run.append(Record(frame, time, 0, link_type, cut, buffer, at + RECORD_HEADER, size))
            hits.clear()
            yield run
        if 0 <= last < window.at:
            second, fraction, _, _ = header.unpack_from(buffer, last)
            walk.seen(second * SECOND + fraction * unit)
        if not window.have(RECORD_HEADER):
            break
        size = header.unpack_from(window.buffer, window.at)[2]
        if size > RECORD:
            walk.problem("bad-length", f"a record of more than {RECORD} octets")
            if not _find_record(walk, header, order, unit):
                return
        elif not any(window.buffer[window.at : window.at + RECORD_HEADER]):
            walk.problem("bad-length", "zeros where a record is due")
            if not _find_record(walk, header, order, unit):
                return
        elif not window.have(RECORD_HEADER + size):
            walk.problem("cut-short", "in the middle of a packet")
            if not _find_record(walk, header, order, unit):
                return
    if window.left:
        walk.problem("cut-short", "in the header of a packet")


def _find_record(walk: Walk, header: Struct, order: str, unit: int) -> bool:
    """Move to the next place where records of about the same time follow one another.

    What was skipped counts as one frame.
    """
    window = walk.window
    window.have(RESYNC)
    if walk.last_time is None:
        return False
    second = min(walk.last_time // SECOND, SECONDS)  # a broken fraction may lie beyond
    upper = (second >> 16).to_bytes(2)
    shift = 0
    if order == "<":
        upper, shift = upper[::-1], 2
    found = window.at + shift
    while (found := window.buffer.find(upper, found + 1, window.limit)) >= 0:
        if _records_at(window.buffer, found - shift, window.limit, header, SECOND // unit):
            window.at = found - shift
            walk.skip()
            return True
    return False


def _records_at(buffer: bytes, at: int, limit: int, header: Struct, fractions: int) -> bool:
    """Do `IN_A_ROW` sensible records, or fewer up to the very end, stand at `at`?"""
    for _ in range(IN_A_ROW):
        if at + RECORD_HEADER > limit:
            return False
        _, fraction, size, original = header.unpack_from(buffer, at)
        if not 0 < size <= RECORD or fraction >= fractions or original < size:
            return False
        at += RECORD_HEADER + size
        if at == limit:
            return True
    return at < limit
