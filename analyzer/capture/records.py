"""Record walk for pcap and pcapng: from octets to captured frames.

pcap as draft-ietf-opsawg-pcap has it: both byte orders, micro- and nanoseconds. pcapng as
draft-ietf-opsawg-pcapng has it: several sections, each in its byte order; interfaces, each with its
resolution and offset of time; Enhanced, Simple and (obsolete) Packet Blocks; others are skipped.
Further containers stand in `formats`. Frames are numbered as Wireshark does: from 1, over all
sections.

`Walk.records` gives the frames that `scan` takes for candidates and one a second beside them, or
with `every` all of them. What is nonsense becomes a `Problem`, and the walk goes on at the next
place that looks like a record, if one is near.
"""

import re
from collections.abc import Callable, Iterator
from math import gcd
from struct import Struct
from typing import Final

import msgspec

from analyzer.capture.compression import CutShort, Damaged, Reader
from analyzer.capture.formats import Container, recognise
from analyzer.capture.problems import Problems
from analyzer.capture.scan import EVERYTHING, PAD, Layout, layout_of, scan_pcap, scan_pcapng
from analyzer.capture.text import TEXT_LINK, is_text, messages
from analyzer.limits import BLOCK, CHUNK, INTERFACES, RECORD, RESYNC, SECOND, SECRETS_KEPT

PCAP: Final = {  # magic -> byte order, nanoseconds in one unit of the fraction, the first record
    b"\xa1\xb2\xc3\xd4": (">", 1000, 24),
    b"\xd4\xc3\xb2\xa1": ("<", 1000, 24),
    b"\xa1\xb2\x3c\x4d": (">", 1, 24),
    b"\x4d\x3c\xb2\xa1": ("<", 1, 24),
    b"\x1c\x00\x01\xac": (">", 1, 28),  # lcap of IXIA, hardware and software
    b"\xac\x01\x00\x1c": ("<", 1, 28),
    b"\x1c\x00\x01\xab": (">", 1, 28),
    b"\xab\x01\x00\x1c": ("<", 1, 28),
}
SECTION: Final = b"\x0a\x0d\x0d\x0a"
BYTE_ORDERS: Final = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}

RECORD_HEADER: Final = 16
SECONDS: Final = 0xFFFFFFFF  # the latest second a pcap record can have
LINK_TYPE: Final = 0x03FFFFFF  # the bits above say how long the frame check sequence is
SMALLEST_BLOCK: Final = 12

INTERFACE: Final = 1
PACKET: Final = 2
SIMPLE: Final = 3
STATISTICS: Final = 5
SECRETS: Final = 10
ENHANCED: Final = 6
# Blocks that hold no packet, but that Wireshark numbers as frames.
EVENTS: Final = frozenset(
    {
        9,  # systemd journal entry
        0xBAD,  # custom block
        0x40000BAD,  # custom block not to be copied
        0x204,  # Sysdig event
        0x216,  # Sysdig event, version 2
        0x221,  # Sysdig event, version 2, large
    }
)
TSRESOL: Final = 9
TSOFFSET: Final = 14
ESP_KEYS: Final = 0x45535053  # secrets type: lines of Wireshark's ESP SA table
TLS_KEYS: Final = 0x544C534B  # secrets type "TLSK": lines of SSLKEYLOGFILE
DROPS: Final = frozenset({5, 7})  # isb_ifdrop, isb_osdrop

FIRST_RECORD: Final = 40  # a file header and that of a record: no more is waited for on a pipe
FIRST_CHUNK: Final = 1 << 16  # enough where only the first frame is asked for
LATEST: Final = 1 << 63  # nanoseconds: no later time can be written anywhere
IN_A_ROW: Final = 3  # records that follow one another: this is where the walk may go on


class Record(msgspec.Struct, gc=False):
    """One captured frame. `cut`: the snap length took the end of it."""

    frame: int
    time: int  # nanoseconds since the epoch
    interface: int  # over all sections
    link_type: int
    data: bytes
    cut: bool


class Window:
    """The part of the file that is in memory: `buffer[at:limit]`; `scan.PAD` stands behind it."""

    __slots__ = ("_problems", "_reader", "_size", "at", "base", "buffer", "ended", "limit")

    def __init__(self, reader: Reader, problems: Problems) -> None:
        self._reader = reader
        self._problems = problems
        self._size = FIRST_CHUNK
        self.ended = False
        self.buffer = PAD
        self.at = self.limit = 0
        self.base = 0  # offset of buffer[0] in the (decompressed) file

    @property
    def offset(self) -> int:
        """Octets of the file before `at`."""
        return self.base + self.at

    @property
    def left(self) -> int:
        """Octets in memory from `at` on."""
        return self.limit - self.at

    def have(self, size: int) -> bool:
        """Read on until `size` octets from `at` on are in memory; False if the file ends first."""
        left = self.limit - self.at
        if left >= size or self.ended:
            return left >= size
        parts = [self.buffer[self.at : self.limit]]
        while left < size and (more := self._read()):
            parts.append(more)
            left += len(more)
        self.ended = left < size
        parts.append(PAD)
        self.buffer = b"".join(parts)
        self.base += self.at
        self.at = 0
        self.limit = left
        return left >= size

    def _read(self) -> bytes:
        size, self._size = self._size, CHUNK
        try:
            return self._reader.read(size)
        except CutShort as error:
            kind = "damaged" if isinstance(error, Damaged) else "cut-short"
            self._problems.add(kind, detail=str(error))
        except OSError as error:
            self._problems.add("cannot-read", detail=error.strerror or str(error))
        return b""


class Interface(msgspec.Struct):
    """A pcapng interface, or the only one of a pcap file."""

    number: int  # over all sections
    link_type: int
    layout: Layout
    snap_length: int = 0  # 0: no limit
    second: int = 1_000_000  # units of time in a second
    offset: int = 0  # nanoseconds

    def time(self, units: int) -> int:
        """Units since the epoch to nanoseconds."""
        common = gcd(SECOND, self.second)
        return units * (SECOND // common) // (self.second // common) + self.offset


class Walk:
    """One pass over one capture file. What the attributes say is true so far as it was read."""

    __slots__ = (
        "_every",
        "_hits",
        "_problems",
        "_window",
        "drops",
        "esp_secrets",
        "first_time",
        "format",
        "frames",
        "last_time",
        "link_types",
        "lost",
        "snap_length",
        "tls_secrets",
    )

    def __init__(self, reader: Reader, problems: Problems, *, every: bool = False) -> None:
        self._window = Window(reader, problems)
        self._problems = problems
        self._every = every
        self._hits: list[tuple[int, int]] = []
        self.format = ""
        self.frames = 0
        self.esp_secrets: list[bytes] = []  # texts of blocks with lines of `esp_sa`
        self.lost = 0  # of these, what was no packet or could not be read
        # in the order of their first frame or interface
        self.link_types: dict[int, None] = {}
        self.first_time: int | None = None
        self.last_time: int | None = None
        self.snap_length = 0  # the shortest of all interfaces; 0: no limit
        self.tls_secrets = False  # a Decryption Secrets Block with TLS keys was seen
        self.drops: dict[int, int] = {}  # by interface, as the last statistics say

    def records(self) -> Iterator[Record]:
        """The frames, in the order of the file."""
        window = self._window
        window.have(4)
        magic = window.buffer[: min(4, window.left)]
        window.have(FIRST_RECORD if magic in PCAP or magic == SECTION else FIRST_CHUNK)
        container = recognise(window.buffer[: window.left])
        if container is not None:
            yield from self._other(container)
        elif magic in PCAP:
            self.format = "pcap"
            yield from self._pcap(*PCAP[magic])
        elif magic == SECTION:
            self.format = "pcapng"
            yield from self._pcapng()
        elif is_text(window.buffer[: window.left]):
            yield from self._text()
        else:
            detail = f"begins with {magic.hex()}" if magic else "empty file"
            self._problems.add("not-a-capture", None, 0, detail)

    def _layout(self, link_type: int, order: str) -> Layout:
        self.link_types[link_type] = None
        return EVERYTHING[order] if self._every else layout_of(link_type, order)

    def _seen(self, time: int) -> None:
        if self.last_time is None or time > self.last_time:
            self.last_time = time
        if self.first_time is None or time < self.first_time:
            self.first_time = time

    def _problem(self, kind: str, detail: str) -> None:
        """Name a problem at the record where the window stands."""
        self._problems.add(kind, self.frames + 1, self._window.offset, detail)

    def _text(self) -> Iterator[Record]:
        """The messages of a text file: the line of each is its frame, all have `TEXT_LINK`."""
        for message in messages(self._pieces()):
            if not self.frames:
                self.format = "text"
                self.link_types[TEXT_LINK] = None
            self.frames += 1
            self._seen(message.time)
            yield Record(message.line, message.time, 0, TEXT_LINK, message.octets, message.cut)
        if not self.frames:
            self._problems.add("not-a-capture", None, 0, "text without a SIP message")

    def _pieces(self) -> Iterator[bytes]:
        window = self._window
        while window.have(1):
            piece = window.buffer[window.at : window.limit]
            window.at = window.limit
            yield piece

    def _other(self, container: Container) -> Iterator[Record]:
        """A container of `formats`, one record at a time."""
        window = self._window
        self.format = container.name
        self._layout(container.link_type, "<")
        window.at = container.start
        while window.have(container.head):
            entry = container.read(window.buffer, window.at)
            if entry is None:
                self._problem("bad-length", "what should be a record is none")
                return
            if not window.have(entry.size):
                self._problem("cut-short", "in the middle of a packet")
                return
            if entry.numbered:
                self.frames += 1
                self._seen(entry.time)
                at = window.at + entry.skip
                yield Record(
                    self.frames,
                    entry.time,
                    entry.interface,
                    entry.link_type,
                    window.buffer[at : at + entry.captured],
                    entry.captured < entry.original,
                )
            window.at += entry.size
        if window.left:
            self._problem("cut-short", "in the header of a packet")

    # pcap

    def _pcap(self, order: str, unit: int, start: int) -> Iterator[Record]:
        window = self._window
        if not window.have(start):
            self._problems.add("cut-short", None, window.left, "in the file header")
            return
        self.snap_length, link_type = Struct(f"{order}II").unpack_from(window.buffer, 16)
        link_type &= LINK_TYPE
        layout = self._layout(link_type, order)
        header = Struct(f"{order}IIII")
        window.at = start
        due = 0
        while True:
            window.at, self.frames, due, last = scan_pcap(
                window.buffer, window.at, window.limit, RECORD, self.frames, due, layout, self._hits
            )
            buffer = window.buffer
            for frame, at in self._hits:
                second, fraction, size, original = header.unpack_from(buffer, at)
                time = second * SECOND + fraction * unit
                self._seen(time)
                data = buffer[at + RECORD_HEADER : at + RECORD_HEADER + size]
                yield Record(frame, time, 0, link_type, data, size < original)
            self._hits.clear()
            if last >= 0:
                second, fraction, _, _ = header.unpack_from(buffer, last)
                self._seen(second * SECOND + fraction * unit)
            if not window.have(RECORD_HEADER):
                break
            size = header.unpack_from(window.buffer, window.at)[2]
            if size > RECORD:
                self._problem("bad-length", f"a record of more than {RECORD} octets")
                if not self._find_record(header, order, unit):
                    return
            elif not window.have(RECORD_HEADER + size):
                self._problem("cut-short", "in the middle of a packet")
                if not self._find_record(header, order, unit):
                    return
        if window.left:
            self._problem("cut-short", "in the header of a packet")

    def _find_record(self, header: Struct, order: str, unit: int) -> bool:
        """Move to the next place where records of about the same time follow one another.

        What was skipped counts as one frame.
        """
        window = self._window
        window.have(RESYNC)
        if self.last_time is None:
            return False
        second = min(self.last_time // SECOND, SECONDS)  # a broken fraction may lie beyond
        upper = (second >> 16).to_bytes(2)
        shift = 0
        if order == "<":
            upper, shift = upper[::-1], 2
        found = window.at + shift
        while (found := window.buffer.find(upper, found + 1, window.limit)) >= 0:
            if records_at(window.buffer, found - shift, window.limit, header, SECOND // unit):
                window.at = found - shift
                self.frames += 1
                self.lost += 1
                return True
        return False

    # pcapng

    def _pcapng(self) -> Iterator[Record]:
        window = self._window
        section = Section("<", 0)
        while window.have(SMALLEST_BLOCK):
            if section.chosen is not None:
                yield from self._enhanced(section, section.chosen)
                if not window.have(SMALLEST_BLOCK):
                    break
            buffer, at = window.buffer, window.at
            if buffer[at : at + 4] == SECTION:
                order = BYTE_ORDERS.get(buffer[at + 8 : at + 12])
                if order is None:
                    self._problem("bad-block", "a section header without byte order")
                    if not self._find_block(section):
                        return
                    continue
                section = Section(order, section.base + len(section.interfaces))
            kind, length = section.pair.unpack_from(buffer, at)
            size = length + 3 & ~3
            if not SMALLEST_BLOCK <= length <= BLOCK:
                self._problem("bad-length", f"a block of less than 12 or more than {BLOCK} octets")
                if not self._find_block(section):
                    return
                continue
            if not window.have(size):
                self._problem("cut-short", "in the middle of a block")
                if not self._find_block(section):
                    return
                continue
            if section.word.unpack_from(window.buffer, window.at + size - 4)[0] != length:
                self._problem("bad-length", "the two lengths of a block differ")
                if not self._find_block(section):
                    return
                continue
            if kind == ENHANCED and section.select(self._epb_interface(section, length)):
                continue
            yield from self._block(section, kind, length)
            window.at += size
        if window.left:
            self._problem("cut-short", "in the header of a block")

    def _enhanced(self, section: "Section", chosen: Interface) -> Iterator[Record]:
        """The common case: a run of Enhanced Packet Blocks, walked by the inner loop."""
        window = self._window
        window.at, self.frames, section.due, last = scan_pcapng(
            window.buffer,
            window.at,
            window.limit,
            section.groups,
            section.chosen_group,
            self.frames,
            section.due,
            chosen.second,
            chosen.layout,
            self._hits,
        )
        buffer = window.buffer
        for frame, at in self._hits:
            _, _, number, high, low, size, original = section.enhanced.unpack_from(buffer, at)
            yield self._record(
                section.interfaces[number],
                frame,
                high << 32 | low,
                buffer[at + 28 : at + 28 + size],
                size < original,
            )
        unseen = last >= 0 and (not self._hits or self._hits[-1][1] != last)
        self._hits.clear()
        if unseen:
            _, _, number, high, low, _, _ = section.enhanced.unpack_from(buffer, last)
            self._time(section.interfaces[number], self.frames, high << 32 | low)

    def _block(self, section: "Section", kind: int, length: int) -> Iterator[Record]:
        """Any whole block that the inner loop leaves; `length` as the block says."""
        window = self._window
        body = window.buffer[window.at + 8 : window.at + length - 4]
        if kind == INTERFACE:
            self._interface(section, body)
        elif kind in PACKETS:
            yield from self._packet(section, *PACKETS[kind], body)
        elif kind == SECRETS and len(body) >= 8:
            self._secrets(section, body)
        elif kind == STATISTICS:
            self._statistics(section, body)
        elif kind in EVENTS:
            self.frames += 1
            self.lost += 1

    def _secrets(self, section: "Section", body: bytes) -> None:
        """Decryption Secrets Block: type and length, then what the type says (pcapng 4.7)."""
        kind, size = section.pair.unpack_from(body)
        self.tls_secrets |= kind == TLS_KEYS
        if kind == ESP_KEYS and len(self.esp_secrets) < SECRETS_KEPT:
            self.esp_secrets.append(body[8 : 8 + size])

    def _packet(
        self,
        section: "Section",
        fields: "Callable[[str, bytes], Fields]",
        fixed: int,
        body: bytes,
    ) -> Iterator[Record]:
        """A block with a packet: read by `fields`, the packet stands behind `fixed` octets."""
        room = len(body) - fixed
        if room < 0:
            self._problem("bad-length", "a packet block too short for its fields")
            self.frames += 1
            self.lost += 1
            return
        number, units, size, original = fields(section.order, body)
        interface = section.interface(number)
        if interface is None:
            self._problem("unknown-interface", "a packet of an interface never described")
            self.frames += 1
            self.lost += 1
            return
        if size is None:
            size = min(original, interface.snap_length or original, room)
        elif size > room:
            self._problem("bad-length", "more octets captured than the block holds")
            size = room
        self.frames += 1
        data = body[fixed : fixed + size]
        yield self._record(interface, self.frames, units, data, size < original)

    def _interface(self, section: "Section", body: bytes) -> None:
        """Interface Description Block: link type, snap length, options of time."""
        if len(body) < 8:
            self._problem("bad-block", "an interface block without a link type")
            return
        if len(section.interfaces) >= INTERFACES:
            self._problem("interfaces", f"more than {INTERFACES} interfaces in a section")
            return
        link_type, snap_length = Struct(f"{section.order}HxxI").unpack_from(body)
        layout = self._layout(link_type, section.order)
        number = section.base + len(section.interfaces)
        interface = Interface(number, link_type, layout, snap_length)
        for code, value in options(body, 8, section.order):
            if code == TSRESOL and len(value) == 1:
                exponent = value[0] & 0x7F
                interface.second = 1 << exponent if value[0] & 0x80 else 10**exponent
            elif code == TSOFFSET and len(value) == 8:
                interface.offset = Struct(f"{section.order}q").unpack(value)[0] * SECOND
        section.add(interface)
        self.snap_length = min(filter(None, (self.snap_length, snap_length)), default=0)

    def _statistics(self, section: "Section", body: bytes) -> None:
        """Interface Statistics Block: what was dropped so far on an interface."""
        if len(body) < 12:
            return
        number = section.base + int(Struct(f"{section.order}I").unpack_from(body)[0])
        if number >= section.base + len(section.interfaces):
            return
        counts = [
            int(Struct(f"{section.order}Q").unpack(value)[0])
            for code, value in options(body, 12, section.order)
            if code in DROPS and len(value) == 8
        ]
        if counts:
            self.drops[number] = sum(counts)

    def _epb_interface(self, section: "Section", length: int) -> int:
        """The interface of the whole Enhanced Packet Block here, -1 if its lengths do not fit."""
        window = self._window
        if length < 32 or length & 3 or window.left < length:
            return -1
        _, _, number, _, _, size, _ = section.enhanced.unpack_from(window.buffer, window.at)
        return number if size + 32 <= length else -1

    def _record(
        self, interface: Interface, frame: int, units: int | None, data: bytes, cut: bool
    ) -> Record:
        time = (self.last_time or 0) if units is None else self._time(interface, frame, units)
        return Record(frame, time, interface.number, interface.link_type, data, cut)

    def _time(self, interface: Interface, frame: int, units: int) -> int:
        """Nanoseconds since the epoch; of a time that cannot be, the latest so far."""
        time = interface.time(units)
        if not 0 <= time < LATEST:
            self._problems.add("bad-time", frame, None, "before 1970 or after 2262")
            return self.last_time or 0
        self._seen(time)
        return time

    def _find_block(self, section: "Section") -> bool:
        """Move to the next section header or Enhanced Packet Block whose two lengths agree.

        What was skipped counts as one frame.
        """
        window = self._window
        window.have(RESYNC)
        starts = re.compile(re.escape(section.word.pack(ENHANCED)) + b"|" + SECTION)
        for found in starts.finditer(window.buffer, window.at + 4, window.limit):
            at = found.start()
            order: str | None = section.order
            if found[0] == SECTION:
                order = BYTE_ORDERS.get(window.buffer[at + 8 : at + 12])
            if order and lengths_agree(window.buffer, at, window.limit, Struct(f"{order}I")):
                window.at = at
                self.frames += 1
                self.lost += 1
                return True
        return False


class Section:
    """A pcapng section: its byte order, its interfaces, and those of them being scanned together.

    `base` interfaces stand in the sections before it. `groups` has for each interface the number of
    those like it; the chosen one's group is what the inner loop takes.
    """

    __slots__ = (
        "_due_of",
        "_number_of",
        "base",
        "chosen",
        "chosen_group",
        "due",
        "enhanced",
        "groups",
        "interfaces",
        "order",
        "pair",
        "word",
    )

    def __init__(self, order: str, base: int) -> None:
        self.order = order
        self.base = base
        self.word = Struct(f"{order}I")
        self.pair = Struct(f"{order}II")
        self.enhanced = Struct(f"{order}IIIIIII")
        self.interfaces: list[Interface] = []
        self.groups: list[int] = []
        self.chosen: Interface | None = None
        self.chosen_group = -1
        self.due = 0  # units of the chosen interface
        self._due_of: dict[int, int] = {}
        self._number_of: dict[tuple[int, int], int] = {}

    def add(self, interface: Interface) -> None:
        """The next interface of the section; the first one is chosen."""
        alike = interface.link_type, interface.second
        self.interfaces.append(interface)
        self.groups.append(self._number_of.setdefault(alike, len(self._number_of)))
        if self.chosen is None:
            self.select(0)

    def interface(self, number: int) -> Interface | None:
        """The interface of that number, if there is one."""
        return self.interfaces[number] if 0 <= number < len(self.interfaces) else None

    def select(self, number: int) -> bool:
        """Choose that interface; False if its group is chosen already, or it is not known."""
        interface = self.interface(number)
        if interface is None or self.groups[number] == self.chosen_group:
            return False
        self._due_of[self.chosen_group] = self.due
        self.chosen, self.chosen_group = interface, self.groups[number]
        self.due = self._due_of.get(self.chosen_group, 0)
        return True


Fields = tuple[int, int | None, int | None, int]  # interface, time, captured, original


def enhanced_packet(order: str, body: bytes) -> Fields:
    """Enhanced Packet Block."""
    number, high, low, size, original = Struct(f"{order}IIIII").unpack_from(body)
    return number, high << 32 | low, size, original


def packet(order: str, body: bytes) -> Fields:
    """Packet Block (obsolete): the interface has 16 bits, a count of drops the other 16."""
    number, high, low, size, original = Struct(f"{order}HxxIIII").unpack_from(body)
    return number, high << 32 | low, size, original


def simple_packet(order: str, body: bytes) -> Fields:
    """Simple Packet Block: of the first interface, without a time; the snap length cuts it."""
    return 0, None, None, Struct(f"{order}I").unpack_from(body)[0]


# Block type -> how its fixed part is read, octets of that part.
PACKETS: Final = {
    ENHANCED: (enhanced_packet, 20),
    PACKET: (packet, 20),
    SIMPLE: (simple_packet, 4),
}


def options(body: bytes, at: int, order: str) -> Iterator[tuple[int, bytes]]:
    """Code and value of the options from `at` on, so far as they are whole."""
    head = Struct(f"{order}HH")
    while at + 4 <= len(body):
        code, size = head.unpack_from(body, at)
        if code == 0 or at + 4 + size > len(body):
            return
        yield code, body[at + 4 : at + 4 + size]
        at += 4 + (size + 3 & ~3)


def records_at(buffer: bytes, at: int, limit: int, header: Struct, fractions: int) -> bool:
    """Do `IN_A_ROW` sensible pcap records, or fewer up to the very end, stand at `at`?"""
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


def lengths_agree(buffer: bytes, at: int, limit: int, word: Struct) -> bool:
    """Does a whole block stand at `at`, with the same length before and behind its body?"""
    length = word.unpack_from(buffer, at + 4)[0]
    if length <= SMALLEST_BLOCK or length > min(BLOCK, limit - at) or length & 3:
        return False
    return bool(word.unpack_from(buffer, at + length - 4)[0] == length)
