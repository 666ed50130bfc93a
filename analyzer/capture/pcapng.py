"""pcapng as draft-ietf-opsawg-pcapng has it.

Several sections, each in its byte order; interfaces, each with its resolution and offset of time;
Enhanced, Simple and (obsolete) Packet Blocks; others are skipped. What cannot be a block becomes a
`Problem`, and the walk goes on at the next place that looks like one, if one is near.
"""

import re
from collections.abc import Callable, Iterator
from math import gcd
from struct import Struct
from typing import Final

import msgspec

from analyzer.capture.scan import Layout, scan_pcapng
from analyzer.capture.walk import Record, Walk
from analyzer.limits import BLOCK, INTERFACES, RESYNC, SECOND, SECRETS_KEPT

SECTION: Final = b"\x0a\x0d\x0d\x0a"
BYTE_ORDERS: Final = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
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


class Interface(msgspec.Struct):
    """An interface of a section."""

    number: int  # over all sections
    link_type: int
    layout: Layout
    snap_length: int = 0  # 0: no limit
    second: int = 1_000_000  # units of time in a second
    offset: int = 0  # nanoseconds

    @property
    def scale(self) -> tuple[int, int]:
        """By what units of time are multiplied and divided to give nanoseconds."""
        common = gcd(SECOND, self.second)
        return SECOND // common, self.second // common

    def time(self, units: int) -> int:
        """Units since the epoch to nanoseconds."""
        times, per = self.scale
        return units * times // per + self.offset


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


def _enhanced_packet(order: str, body: bytes) -> Fields:
    """Enhanced Packet Block."""
    number, high, low, size, original = Struct(f"{order}IIIII").unpack_from(body)
    return number, high << 32 | low, size, original


def _packet(order: str, body: bytes) -> Fields:
    """Packet Block (obsolete): the interface has 16 bits, a count of drops the other 16."""
    number, high, low, size, original = Struct(f"{order}HxxIIII").unpack_from(body)
    return number, high << 32 | low, size, original


def _simple_packet(order: str, body: bytes) -> Fields:
    """Simple Packet Block: of the first interface, without a time; the snap length cuts it."""
    return 0, None, None, Struct(f"{order}I").unpack_from(body)[0]


# Block type -> how its fixed part is read, octets of that part.
PACKETS: Final = {
    ENHANCED: (_enhanced_packet, 20),
    PACKET: (_packet, 20),
    SIMPLE: (_simple_packet, 4),
}


def _options(body: bytes, at: int, order: str) -> Iterator[tuple[int, bytes]]:
    """Code and value of the options from `at` on, so far as they are whole."""
    head = Struct(f"{order}HH")
    while at + 4 <= len(body):
        code, size = head.unpack_from(body, at)
        if code == 0 or at + 4 + size > len(body):
            return
        yield code, body[at + 4 : at + 4 + size]
        at += 4 + (size + 3 & ~3)


class Blocks:
    """The walk over the blocks of a file, in the section that it has come to."""

    __slots__ = ("_hits", "_section", "_walk", "_window")

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._window = walk.window
        self._section = Section("<", 0)
        self._hits: list[tuple[int, int]] = []

    def runs(self) -> Iterator[list[Record]]:
        """The frames, in the order of the file, those together that the inner loop walked at one
        go."""
        window = self._window
        while window.have(SMALLEST_BLOCK):
            if self._section.chosen is not None:
                run = self._enhanced(self._section.chosen)
                if run:
                    yield run
                if not window.have(SMALLEST_BLOCK):
                    break
            whole = self._whole()
            if whole is None:
                if not self._find_block():
                    return
                continue
            kind, length = whole
            if kind == ENHANCED and self._section.select(self._epb_interface(length)):
                continue
            record = self._block(kind, length)
            if record is not None:
                yield [record]
            window.at += length + 3 & ~3
        if window.left:
            self._walk.problem("cut-short", "in the header of a block")

    def _whole(self) -> tuple[int, int] | None:
        """Type and length of the block here, all of which is in memory; a section begins with its
        header. None where it is none: which problem that is, is told."""
        window, walk = self._window, self._walk
        buffer, at = window.buffer, window.at
        if buffer[at : at + 4] == SECTION:
            order = BYTE_ORDERS.get(buffer[at + 8 : at + 12])
            if order is None:
                walk.problem("bad-block", "a section header without byte order")
                return None
            before = self._section
            self._section = Section(order, before.base + len(before.interfaces))
        kind, length = self._section.pair.unpack_from(buffer, at)
        size = length + 3 & ~3
        if not SMALLEST_BLOCK <= length <= BLOCK:
            walk.problem("bad-length", f"a block of less than 12 or more than {BLOCK} octets")
            return None
        if not window.have(size):
            walk.problem("cut-short", "in the middle of a block")
            return None
        if self._section.word.unpack_from(window.buffer, window.at + size - 4)[0] != length:
            walk.problem("bad-length", "the two lengths of a block differ")
            return None
        return kind, length

    def _enhanced(self, chosen: Interface) -> list[Record]:
        """The common case: a run of Enhanced Packet Blocks, walked by the inner loop."""
        window, walk, section = self._window, self._walk, self._section
        window.at, walk.frames, section.due, last = scan_pcapng(
            window.buffer,
            window.at,
            window.limit,
            section.groups,
            section.chosen_group,
            walk.frames,
            section.due,
            chosen.second,
            chosen.layout,
            self._hits,
        )
        buffer, unpack, interfaces = window.buffer, section.enhanced.unpack_from, section.interfaces
        link_type, (times, per) = chosen.link_type, chosen.scale  # those of all of its group
        run = []
        for frame, at in self._hits:
            _, _, number, high, low, size, original = unpack(buffer, at)
            interface = interfaces[number]
            time = walk.time(frame, (high << 32 | low) * times // per + interface.offset)
            run.append(
                Record(
                    frame, time, interface.number, link_type, size < original, buffer, at + 28, size
                )
            )
        unseen = last >= 0 and (not self._hits or self._hits[-1][1] != last)
        self._hits.clear()
        if unseen:
            _, _, number, high, low, _, _ = section.enhanced.unpack_from(buffer, last)
            walk.time(walk.frames, section.interfaces[number].time(high << 32 | low))
        return run

    def _block(self, kind: int, length: int) -> Record | None:
        """Any whole block that the inner loop leaves; `length` as the block says."""
        window = self._window
        body = window.buffer[window.at + 8 : window.at + length - 4]
        if kind == INTERFACE:
            self._interface(body)
        elif kind in PACKETS:
            return self._packet(*PACKETS[kind], body)
        elif kind == SECRETS and len(body) >= 8:
            self._secrets(body)
        elif kind == STATISTICS:
            self._statistics(body)
        elif kind in EVENTS:
            self._walk.skip()
        return None

    def _secrets(self, body: bytes) -> None:
        """Decryption Secrets Block: type and length, then what the type says (pcapng 4.7)."""
        walk = self._walk
        kind, size = self._section.pair.unpack_from(body)
        walk.tls_secrets |= kind == TLS_KEYS
        if kind == ESP_KEYS and len(walk.esp_secrets) < SECRETS_KEPT:
            walk.esp_secrets.append(body[8 : 8 + size])

    def _packet(
        self, fields: Callable[[str, bytes], Fields], fixed: int, body: bytes
    ) -> Record | None:
        """A block with a packet: read by `fields`, the packet stands behind `fixed` octets."""
        walk, section = self._walk, self._section
        room = len(body) - fixed
        if room < 0:
            walk.problem("bad-length", "a packet block too short for its fields")
            walk.skip()
            return None
        number, units, size, original = fields(section.order, body)
        interface = section.interface(number)
        if interface is None:
            walk.problem("unknown-interface", "a packet of an interface never described")
            walk.skip()
            return None
        if size is None:
            size = min(original, interface.snap_length or original, room)
        elif size > room:
            walk.problem("bad-length", "more octets captured than the block holds")
            size = room
        walk.frames += 1
        if units is None:
            time = walk.last_time or 0
        else:
            time = walk.time(walk.frames, interface.time(units))
        return Record(
            walk.frames,
            time,
            interface.number,
            interface.link_type,
            size < original,
            body,
            fixed,
            size,
        )

    def _interface(self, body: bytes) -> None:
        """Interface Description Block: link type, snap length, options of time."""
        walk, section = self._walk, self._section
        if len(body) < 8:
            walk.problem("bad-block", "an interface block without a link type")
            return
        if len(section.interfaces) >= INTERFACES:
            walk.problem("interfaces", f"more than {INTERFACES} interfaces in a section")
            return
        link_type, snap_length = Struct(f"{section.order}HxxI").unpack_from(body)
        layout = walk.layout(link_type, section.order)
        number = section.base + len(section.interfaces)
        interface = Interface(number, link_type, layout, snap_length)
        for code, value in _options(body, 8, section.order):
            if code == TSRESOL and len(value) == 1:
                exponent = value[0] & 0x7F
                interface.second = 1 << exponent if value[0] & 0x80 else 10**exponent
            elif code == TSOFFSET and len(value) == 8:
                interface.offset = Struct(f"{section.order}q").unpack(value)[0] * SECOND
        section.add(interface)
        walk.snap_length = min(filter(None, (walk.snap_length, snap_length)), default=0)

    def _statistics(self, body: bytes) -> None:
        """Interface Statistics Block: what was dropped so far on an interface."""
        section = self._section
        if len(body) < 12:
            return
        number = section.base + int(Struct(f"{section.order}I").unpack_from(body)[0])
        if number >= section.base + len(section.interfaces):
            return
        counts = [
            int(Struct(f"{section.order}Q").unpack(value)[0])
            for code, value in _options(body, 12, section.order)
            if code in DROPS and len(value) == 8
        ]
        if counts:
            self._walk.drops[number] = sum(counts)

    def _epb_interface(self, length: int) -> int:
        """The interface of the whole Enhanced Packet Block here, -1 if its lengths do not fit."""
        window = self._window
        if length < 32 or length & 3 or window.left < length:
            return -1
        _, _, number, _, _, size, _ = self._section.enhanced.unpack_from(window.buffer, window.at)
        return number if size + 32 <= length else -1

    def _find_block(self) -> bool:
        """Move to the next section header or Enhanced Packet Block whose two lengths agree.

        What was skipped counts as one frame.
        """
        window, section = self._window, self._section
        window.have(RESYNC)
        starts = re.compile(re.escape(section.word.pack(ENHANCED)) + b"|" + SECTION)
        for found in starts.finditer(window.buffer, window.at + 4, window.limit):
            at = found.start()
            order: str | None = section.order
            if found[0] == SECTION:
                order = BYTE_ORDERS.get(window.buffer[at + 8 : at + 12])
            if order and _lengths_agree(window.buffer, at, window.limit, Struct(f"{order}I")):
                window.at = at
                self._walk.skip()
                return True
        return False


def _lengths_agree(buffer: bytes, at: int, limit: int, word: Struct) -> bool:
    """Does a whole block stand at `at`, with the same length before and behind its body?"""
    length = word.unpack_from(buffer, at + 4)[0]
    if length <= SMALLEST_BLOCK or length > min(BLOCK, limit - at) or length & 3:
        return False
    return bool(word.unpack_from(buffer, at + length - 4)[0] == length)
