"""SIP over SCTP (RFC 4168): the user messages in DATA chunks (RFC 9260 3.3.1).

A message in one chunk is handed on as it comes. Of a message in several the chunks have following
transmission numbers, the first of them the B bit and the last one the E bit; they are held until
all are there. A chunk sent again is passed over. Chunks of one direction belong together by line,
interface, encapsulation, addresses and ports; where a host uses several addresses, each path is
followed on its own.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from analyzer import limits
from analyzer.capture.packet import Packet
from analyzer.flows.problems import Problems

Key = tuple[int, int, str, bytes, int, bytes, int]
Frames = tuple[int, ...]

HEADER: Final = 12
DATA: Final = 0
DATA_HEADER: Final = 16
BEGIN, END = 2, 1
_HEADER: Final = Struct("!HH")
_CHUNK: Final = Struct("!BBH")
_TSN: Final = Struct("!I")
_MASK: Final = 0xFFFFFFFF
_OVERHEAD: Final = 160  # octets the bookkeeping of one held chunk costs, roughly


class UserMessage(NamedTuple):
    """What one side handed to SCTP at once. `frames` are all it came in, if there were several."""

    sport: int
    dport: int
    data: bytes
    frames: Frames
    truncated: bool


class _Held(NamedTuple):
    """A chunk that is part of a message."""

    flags: int
    data: bytes
    frames: Frames
    capture: int
    time: int


class _Direction:
    """Chunks held of one direction, and the numbers of those handed on last."""

    __slots__ = ("held", "seen")

    def __init__(self) -> None:
        self.held: dict[int, _Held] = {}
        self.seen: dict[int, None] = {}  # oldest first

    def is_new(self, tsn: int) -> bool:
        """Whether this chunk comes for the first time; it is remembered."""
        if tsn in self.seen or tsn in self.held:
            return False
        self.seen[tsn] = None
        if len(self.seen) > limits.CHUNKS_SEEN:
            del self.seen[next(iter(self.seen))]
        return True


class Associations:
    """Follows SCTP directions within the bounds of `limits`."""

    __slots__ = ("_cost", "_costliest", "_directions", "_problems")

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._directions: dict[Key, _Direction] = {}  # least recently used first
        self._cost = self._costliest = 0

    @property
    def bounds(self) -> limits.Bounds:
        """How near each bound came: a direction stays until there are too many."""
        return {
            "sctp-directions": (len(self._directions), limits.ASSOCIATIONS),
            "sctp-buffer": (self._costliest, limits.CHUNKS_BUFFER),
        }

    def feed(self, packet: Packet, frames: Frames = ()) -> list[UserMessage]:
        """The messages that this SCTP packet completes."""
        data = packet.data
        if len(data) < HEADER:
            self._problems.note(packet.capture, "sctp-header", packet.frame)
            return []
        sport, dport = _HEADER.unpack_from(data)
        found: list[UserMessage] = []
        for flags, tsn, payload, short in _chunks(data):
            direction = self._direction(packet, sport, dport)
            if not direction.is_new(tsn):
                continue
            if flags & (BEGIN | END) == BEGIN | END:
                found.append(UserMessage(sport, dport, payload, frames, short))
            elif not short:
                own = frames or (packet.frame,)
                held = _Held(flags, payload, own, packet.capture, packet.time)
                self._hold(direction, tsn, held)
                whole = None
                if tsn in direction.held:
                    whole = self._join(direction, tsn, packet.capture)
                if whole is not None:
                    found.append(UserMessage(sport, dport, *whole, False))
        return found

    def advance(self, time: int) -> None:
        """Give up what waits for chunks longer than `limits.FRAGMENT_LIFE`."""
        if not self._cost:
            return
        for direction in self._directions.values():
            for tsn, held in list(direction.held.items()):
                if time - held.time > limits.FRAGMENT_LIFE:
                    self._drop(direction, tsn)

    def finish(self) -> None:
        """All input was fed: count what is incomplete."""
        for direction in self._directions.values():
            for tsn in list(direction.held):
                self._drop(direction, tsn)

    def _direction(self, packet: Packet, sport: int, dport: int) -> _Direction:
        key = packet.line, packet.interface, packet.path, packet.src, sport, packet.dst, dport
        direction = self._directions.pop(key, None)
        if direction is None:
            direction = _Direction()
            if len(self._directions) >= limits.ASSOCIATIONS:
                oldest = self._directions.pop(next(iter(self._directions)))
                for tsn in list(oldest.held):
                    self._drop(oldest, tsn)
        self._directions[key] = direction
        return direction

    def _hold(self, direction: _Direction, tsn: int, held: _Held) -> None:
        direction.held[tsn] = held
        self._cost += len(held.data) + _OVERHEAD
        self._costliest = max(self._costliest, self._cost)
        while self._cost > limits.CHUNKS_BUFFER:
            self._drop(direction, next(iter(direction.held)))

    def _join(self, direction: _Direction, tsn: int, capture: int) -> tuple[bytes, Frames] | None:
        """The message that chunk is part of, once all of it is there."""
        first = last = tsn
        held = direction.held
        count = 1
        while not held[first].flags & BEGIN:
            first = first - 1 & _MASK
            count += 1
            if first not in held or held[first].flags & END or count > limits.FRAGMENTS:
                return None
        while not held[last].flags & END:
            last = last + 1 & _MASK
            count += 1
            if last not in held or held[last].flags & BEGIN or count > limits.FRAGMENTS:
                return None
        parts = [held.pop(first + n & _MASK) for n in range(count)]
        self._cost -= sum(len(part.data) + _OVERHEAD for part in parts)
        data = b"".join(part.data for part in parts)
        frames = dict.fromkeys(
            frame for part in parts if part.capture == capture for frame in part.frames
        )
        return data[: limits.MESSAGE], tuple(frames)

    def _drop(self, direction: _Direction, tsn: int) -> None:
        held = direction.held.pop(tsn)
        self._cost -= len(held.data) + _OVERHEAD
        self._problems.note(held.capture, "sctp-fragment-missing", held.frames[0])


def _chunks(data: bytes) -> Iterator[tuple[int, int, bytes, bool]]:
    """Flags, transmission number and data of each DATA chunk; whether its end is missing."""
    at, size = HEADER, len(data)
    while at + 4 <= size:
        kind, flags, length = _CHUNK.unpack_from(data, at)
        if length < 4:
            return
        if kind == DATA and length > DATA_HEADER and at + DATA_HEADER <= size:
            tsn = _TSN.unpack_from(data, at + 4)[0]
            yield flags, tsn, data[at + DATA_HEADER : at + length], at + length > size
        at += length + 3 & ~3
