"""From transport payloads to the octets of SIP messages (RFC 3261 7.5, 18.3).

UDP: one message a datagram. TCP: framed by Content-Length, with keep-alives (RFC 5626 3.5.1)
between; after a gap or garbage the next start line is looked for. Every octet of a stream is
looked at a bounded number of times, however it was cut into segments.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from analyzer import limits
from analyzer.flows.datagram import Datagram
from analyzer.flows.problems import Problems
from analyzer.limits import Bounds
from analyzer.sip.aging import Aging
from analyzer.sip.fields import content_length
from analyzer.sip.headers import Head, head_end, parse_head, parse_start_line

_VERSION: Final = re.compile(rb"SIP/2\.0(?:[ \t]*\r?\n| [1-6][0-9][0-9][ \r\n])")
_REQUEST: Final = re.compile(rb"[A-Z]{2,32} [A-Za-z][-+.0-9A-Za-z]*:")
_TOKEN_OCTETS: Final = frozenset(
    b"-.!%*_+`'~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


class Framed(msgspec.Struct, gc=False):
    """One message: its octets, its head, the last datagram of it, and the frames of all.

    `truncated`: its end is missing (snap length, gap in the stream, end of the capture).
    """

    raw: bytes
    head: Head
    origin: Datagram
    frames: tuple[int, ...]
    truncated: bool


def next_start(data: bytes | bytearray, start: int) -> int:
    """Where a start line begins at or behind `start`, also behind the end of a body in the same
    line; -1 without one. Only methods in capitals are believed here, and of what looks like
    several in one line the last, so that none is dropped piece by piece."""
    lower = start
    for version in _VERSION.finditer(data, start):
        if version[0][7:8] == b" " and version[0][8:9].isdigit():
            return version.start()
        line = max(lower, data.rfind(b"\n", lower, version.start()) + 1)
        line = max(line, version.start() - limits.START_LINE // 2)
        starts = [request.start() for request in _REQUEST.finditer(data, line, version.start())]
        if starts:
            return starts[-1]
        lower = version.end()
    return -1


def _ends_in_start(line: bytes) -> bool:
    """Whether the rest of a body before a Request-Line makes the two look like one."""
    return next_start(line + b"\n", line.find(b" ") + 1) >= 0


def _may_start(data: bytes | bytearray) -> bool:
    return data[:1] in (b"\r", b"\n") or (len(data) > 0 and data[0] in _TOKEN_OCTETS)


class _Unfinished:
    """The unfinished rest of one TCP direction.

    `ends` are the offsets in the stream behind the segments it came in, `carriers` their frames
    (one entry a frame, all of the newest capture), `last` the newest datagram; `base` is the offset
    of `data[0]`. `need` octets are awaited in all once the head is there; else the end of the head
    is searched from `scanned` on, once `data` has `started` with a start line.
    """

    __slots__ = ("base", "carriers", "data", "ends", "head", "last", "need", "scanned", "started")

    def __init__(self, datagram: Datagram) -> None:
        self.data = bytearray()
        self.base = 0
        self.ends: list[int] = []
        self.carriers: list[int] = []
        self.head: Head | None = None
        self.need = 0
        self.scanned = 0
        self.started = False
        self.last = datagram
        self.add(datagram)

    def add(self, datagram: Datagram) -> None:
        if datagram.capture != self.last.capture:
            self.ends.clear()
            self.carriers.clear()
        self.last = datagram
        self.data += datagram.payload
        end = self.base + len(self.data)
        for frame in datagram.frames or (datagram.frame,):
            self.ends.append(end)
            self.carriers.append(frame)

    def drop(self, count: int) -> None:
        """Forget the first octets, and the segments that lie wholly in them."""
        del self.data[:count]
        self.base += count
        self.head = None
        self.need = 0
        self.scanned = 0
        self.started = False
        gone = bisect_right(self.ends, self.base)
        del self.ends[:gone]
        del self.carriers[:gone]

    def take(self, head: Head, count: int, truncated: bool) -> Framed:
        """The first `count` octets as a message. All that was complete before the newest
        datagram is gone already, so that one completes it."""
        raw = bytes(self.data[:count])
        frames = tuple(dict.fromkeys(self.carriers))
        self.drop(count)
        return Framed(raw, head, self.last, frames, truncated)


def _last_place(rest: _Unfinished) -> tuple[int, int]:
    return rest.last.capture, rest.last.frame


class Framing:
    """Follows TCP directions by their stream number.

    `problems` is told of `sip-message-too-long`, `sip-stream-garbage` (octets between messages that
    are no SIP) and `sip-message-cut` (a gap inside one).
    """

    __slots__ = ("_lost", "_problems", "_streams")

    def __init__(self, problems: Problems) -> None:
        self._streams: Aging[int, _Unfinished] = Aging(
            limits.TRANSACTION_LIFE, limits.UNFINISHED, self._forget
        )
        self._problems = problems
        self._lost = 0  # to the bound, so far as their farewell was heard

    def feed(self, datagram: Datagram) -> list[Framed]:
        """The messages that are complete with these octets of a TCP direction."""
        unfinished = self._streams.pop(datagram.stream)
        found: list[Framed] = []
        if unfinished is None:
            if b"SIP/2.0" not in datagram.payload and not _may_start(datagram.payload):
                return found
            unfinished = _Unfinished(datagram)
        elif datagram.fresh:
            found.extend(self._cut(unfinished))
            unfinished = _Unfinished(datagram)
        else:
            unfinished.add(datagram)
        found.extend(self._messages(unfinished))
        if datagram.truncated:
            found.extend(self._cut(unfinished))
        elif unfinished.data:
            self._streams.put(datagram.stream, unfinished)
        return found

    @property
    def dropped(self) -> int:
        """How many unfinished streams were lost to the bound."""
        return self._streams.dropped

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return {"sip-streams": self._streams.reached}

    def turn(self, now: int) -> None:
        """Let the time be `now`; rests of streams long silent are forgotten."""
        self._streams.turn(now)

    def finish(self) -> list[Framed]:
        """What was read of messages that never ended, in the order of their frames."""
        rests = sorted(self._streams.values(), key=_last_place)
        found = [framed for rest in rests for framed in self._cut(rest)]
        self._streams.clear()
        return found

    def _forget(self, rests: Iterable[_Unfinished]) -> None:
        """Streams long silent: what they were inside of is cut. What is lost to the bound is
        `dropped`."""
        if self._lost != self._streams.dropped:
            self._lost = self._streams.dropped
            return
        for rest in rests:
            if rest.started:
                self._problem(rest, "sip-message-cut")

    def _messages(self, rest: _Unfinished) -> Iterator[Framed]:
        while rest.data:
            head = rest.head or self._read_head(rest)
            if head is None:
                return
            if rest.need > limits.MESSAGE:
                self._problem(rest, "sip-message-too-long")
                yield rest.take(head, head.body_start, True)
            elif len(rest.data) < rest.need:
                return
            else:
                yield rest.take(head, rest.need, False)

    def _read_head(self, rest: _Unfinished) -> Head | None:
        """The next head; None: more octets are needed."""
        if not rest.started and not self._find_start(rest):
            return None
        end = head_end(rest.data, max(0, rest.scanned - 3))
        if end < 0:
            rest.scanned = len(rest.data)
            if len(rest.data) > limits.MESSAGE:
                self._problem(rest, "sip-message-too-long")
                rest.drop(len(rest.data))
            return None
        rest.head = parse_head(bytes(rest.data[:end]))
        if rest.head is not None:
            rest.need = end + (content_length(rest.head) or 0)
        return rest.head

    def _find_start(self, rest: _Unfinished) -> bool:
        """Let `rest` begin with a start line; False: it is not there yet."""
        while True:
            self._skip_line_ends(rest)
            if not rest.data:
                return False
            end = rest.data.find(b"\n", rest.scanned, limits.START_LINE)
            if end >= 0:
                line = bytes(rest.data[:end])
                start = parse_start_line(line.removesuffix(b"\r"))
                if start is not None and not (start.defects and _ends_in_start(line)):
                    rest.started = True
                    rest.scanned = end
                    return True
            elif len(rest.data) < limits.START_LINE and _may_start(rest.data):
                rest.scanned = len(rest.data)
                return False
            if not self._resync(rest, 1):
                return False

    def _skip_line_ends(self, rest: _Unfinished) -> None:
        data = rest.data
        if data[0] in b"\r\n":
            rest.drop(len(data) - len(data.lstrip(b"\r\n")))

    def _resync(self, rest: _Unfinished, start: int) -> bool:
        """Drop octets up to the next start line, from `start` on; False if none is there yet."""
        found = next_start(rest.data, start)
        if found >= 0:
            self._problem(rest, "sip-stream-garbage")
            rest.drop(found)
            return True
        tail = max(start, rest.data.rfind(b"\n") + 1)
        keep = len(rest.data) - tail < limits.START_LINE and _may_start(rest.data[tail : tail + 1])
        rest.drop(tail if keep else len(rest.data))
        return False

    def _cut(self, rest: _Unfinished) -> Iterator[Framed]:
        """What can be read of a message whose end is missing."""
        if not rest.started:
            return
        octets = bytes(rest.data)
        head = rest.head or parse_head(octets, cut=True)
        if head is not None:
            self._problem(rest, "sip-message-cut")
            yield rest.take(head, len(octets), True)

    def _problem(self, rest: _Unfinished, kind: str) -> None:
        self._problems.note(rest.last.capture, kind, rest.last.frame)
