"""IPv4 and IPv6 reassembly (RFC 791 3.2, RFC 8200 4.5, RFC 5722).

Fragments belong together when line (`capture.lines`), interface, encapsulation, addresses, protocol
and identification are the same: each tap is put together on its own, as copies are merged later.
Octets that came first stay (what Linux and Wireshark show); an overlap is said as a problem.
"""

from bisect import bisect_right
from typing import Final

from analyzer import limits
from analyzer.capture.decap import decapsulate_ip
from analyzer.capture.packet import Packet
from analyzer.flows.problems import Problems

Key = tuple[int, int, str, bytes, bytes, int, int]
Frames = tuple[int, ...]

_OVERHEAD: Final = 160  # octets the bookkeeping of one fragment costs, roughly


class _Partial:
    """A datagram of which some fragments came."""

    __slots__ = (
        "begun",
        "capture",
        "chunks",
        "copy",
        "cost",
        "ends",
        "frames",
        "received",
        "starts",
        "time",
        "total",
        "truncated",
    )

    def __init__(self, packet: Packet, copy: bool) -> None:
        self.begun = packet.capture, packet.frame
        self.capture = packet.capture  # that of `frames`
        self.time = packet.time
        self.copy = copy  # begun by a copy of a fragment of a datagram just completed
        self.starts: list[int] = []  # of the chunks, rising
        self.ends: list[int] = []
        self.chunks: list[bytes] = []
        self.frames: list[int] = []
        self.received = 0
        self.cost = 0
        self.total = -1  # known once the last fragment came
        self.truncated = False

    def place(self, start: int, data: bytes) -> bool:
        """Put the octets in that are not there yet; False where some were there already."""
        ends = self.ends
        end = start + len(data)
        if not ends or start >= ends[-1]:
            self._insert(len(ends), start, data)
            return True
        clean = True
        at = bisect_right(ends, start)
        cursor = start
        while cursor < end:
            stop = min(end, self.starts[at]) if at < len(ends) else end
            if cursor < stop:
                self._insert(at, cursor, data[cursor - start : stop - start])
                at += 1
            if stop == end:
                break
            clean = False
            cursor = ends[at]
            at += 1
        return clean

    def _insert(self, at: int, start: int, data: bytes) -> None:
        self.starts.insert(at, start)
        self.ends.insert(at, start + len(data))
        self.chunks.insert(at, data)
        self.received += len(data)
        self.cost += len(data) + _OVERHEAD

    def holds(self, start: int, data: bytes) -> bool:
        """Exactly this fragment is there already: a copy, no overlap worth a word."""
        at = bisect_right(self.starts, start) - 1
        return at >= 0 and self.starts[at] == start and self.chunks[at] == data


class Fragments:
    """Puts fragments together, in any order, within the bounds of `limits`."""

    __slots__ = ("_cost", "_done", "_open", "_problems")

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._open: dict[Key, _Partial] = {}  # in the order they were begun
        self._done: dict[Key, int] = {}  # completed a moment ago: when
        self._cost = 0

    def __len__(self) -> int:
        return len(self._open)

    def feed(self, packet: Packet, frames: Frames = ()) -> tuple[Packet, Frames] | None:
        """The whole packet that this fragment completes, with the frames of all its fragments.

        It has the frame and time of the fragment that completed it, and the frames are those of its
        capture. None while some are missing.
        `frames` are those the fragment itself came in, where it is not one.
        """
        key = (
            packet.line,
            packet.interface,
            packet.path,
            packet.src,
            packet.dst,
            packet.proto,
            packet.ip_id,
        )
        self.advance(packet.time)
        partial = self._current(key, packet)
        if not self._take(key, partial, packet, frames or (packet.frame,)):
            return None
        del self._open[key]
        self._cost -= partial.cost
        self._remember(key, packet.time)
        whole = Packet(
            capture=packet.capture,
            frame=packet.frame,
            time=packet.time,
            interface=packet.interface,
            path=packet.path,
            src=packet.src,
            dst=packet.dst,
            proto=packet.proto,
            data=b"".join(partial.chunks),
            ip_id=packet.ip_id,
            truncated=partial.truncated,
            line=packet.line,
        )
        return whole, tuple(dict.fromkeys(partial.frames))

    def complete(self, packet: Packet) -> tuple[Packet, Frames] | None:
        """The innermost whole packet that this fragment completes: fragments may have travelled
        in fragments. As `feed`."""
        frames: Frames = ()
        for _ in range(limits.NESTING):
            whole = self.feed(packet, frames)
            if whole is None:
                return None
            completed, frames = whole
            inner = decapsulate_ip(completed)
            if inner is None:
                return None
            if inner.frag_offset < 0:
                return inner, frames
            packet = inner
        return None

    def advance(self, time: int) -> None:
        """Give up what is older than `limits.FRAGMENT_LIFE`."""
        while self._open:
            key, partial = next(iter(self._open.items()))
            if time - partial.time <= limits.FRAGMENT_LIFE:
                return
            self._give_up(key, partial)

    def finish(self) -> None:
        """Give up all that is still incomplete."""
        for key, partial in list(self._open.items()):
            self._give_up(key, partial)
        self._done.clear()

    def _current(self, key: Key, packet: Packet) -> _Partial:
        partial = self._open.get(key)
        if partial is not None:
            # A stray copy must not wait for the next datagram with this identification.
            if not partial.copy or packet.time - partial.time <= limits.COPY_WINDOW:
                return partial
            self._give_up(key, partial)
        if len(self._open) >= limits.FRAGMENTED:
            oldest = next(iter(self._open))
            self._give_up(oldest, self._open[oldest])
        completed = self._done.get(key)
        copy = completed is not None and packet.time - completed <= limits.COPY_WINDOW
        partial = _Partial(packet, copy)
        self._open[key] = partial
        return partial

    def _take(self, key: Key, partial: _Partial, packet: Packet, frames: Frames) -> bool:
        """Put one fragment in its place; True where the datagram is whole."""
        start, data = packet.frag_offset, packet.data
        end = start + len(data)
        if end > limits.DATAGRAM:
            self._note("fragment-too-large", packet)
            return False
        if partial.holds(start, data) and (packet.more or partial.total == end):
            return False
        if (partial.total >= 0 and end > partial.total) or (
            not packet.more and partial.ends and end < partial.ends[-1]
        ):
            self._note("fragment-overlap", packet)
            return False
        if len(partial.frames) >= limits.FRAGMENTS:
            self._note("fragment-limit", packet)
            self._cost -= partial.cost
            del self._open[key]
            return False
        if not packet.more:
            partial.total = end
        before = partial.cost
        if data and not partial.place(start, data):
            self._note("fragment-overlap", packet)
        if partial.cost == before and packet.more:
            return False
        if partial.capture != packet.capture:
            partial.capture = packet.capture
            partial.frames.clear()
        partial.frames.extend(frames)
        partial.truncated |= packet.truncated
        if partial.received == partial.total:
            self._cost += partial.cost - before
            return True
        self._spend(partial.cost - before)
        return False

    def _spend(self, cost: int) -> None:
        self._cost += cost
        while self._cost > limits.FRAGMENT_BUFFER:
            oldest = next(iter(self._open))
            self._give_up(oldest, self._open[oldest])

    def _remember(self, key: Key, time: int) -> None:
        self._done.pop(key, None)
        self._done[key] = time
        if len(self._done) > limits.FRAGMENTED:
            del self._done[next(iter(self._done))]

    def _give_up(self, key: Key, partial: _Partial) -> None:
        del self._open[key]
        self._cost -= partial.cost
        if not partial.copy:
            capture, frame = partial.begun
            self._problems.note(
                capture,
                "fragment-missing",
                frame,
                f"{partial.received} octets of identification 0x{key[6]:04x} came",
            )

    def _note(self, kind: str, packet: Packet) -> None:
        self._problems.note(packet.capture, kind, packet.frame, f"at octet {packet.frag_offset}")
