"""TCP put in order, each direction on its own (RFC 9293).

What a direction is: line (`capture.lines`), interface, encapsulation, protection, addresses and
ports; copies at another tap are other streams, merged later as messages. Octets that came first
stay; where others come for the same place (not a probe of one octet, RFC 9293 3.8.4) that is a
problem, as far as the segment handed on last tells.

A direction of which nothing but other protocols is seen is remembered as foreign: one look at the
beginning of each further segment, until one begins with a SIP start line.

A gap is waited for until `limits` says that enough was held back behind it, in segments, octets or
time; then it is skipped, said by a `Signal` "tcp-gap" and by `fresh` in the next `Datagram`. Where
the capture begins in the middle of a connection nothing says which octet comes first: what does
not begin with a start line is held back for a few segments.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

from analyzer import limits
from analyzer.capture.packet import Packet
from analyzer.flows.datagram import Datagram, Protection, Signal
from analyzer.flows.flow import Flow
from analyzer.flows.problems import Problems
from analyzer.flows.start_line import begins, is_text, is_tls, may_start_sip
from analyzer.flows.tls import ALERT, read_tls
from analyzer.flows.transport import ACK, FIN, RST, SIP_PORTS, SYN, parse_tcp

Key = tuple[int, int, str, Protection, bytes, int, bytes, int]
Since = tuple[int, int, int]
"""When a direction began to wait, with the capture and frame of what it holds back first."""

_SEQUENCES: Final = 1 << 32
_MASK: Final = _SEQUENCES - 1
_HALF: Final = 1 << 31
_UNKNOWN: Final = -1
_OVERHEAD: Final = 512  # octets the bookkeeping of one held segment costs, roughly


class _Stream:
    """One direction. Sequence numbers are unwrapped: they only grow, and start above 2**32."""

    __slots__ = (
        "base",
        "cut",
        "foreign",
        "fresh",
        "held",
        "held_cost",
        "initial",
        "judged",
        "last",
        "next",
        "number",
        "since",
        "told",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.initial = _UNKNOWN  # sequence number of the SYN, as on the wire
        self.next = _UNKNOWN  # what comes next
        self.base = 0  # the lowest number handed on
        self.last = b""  # the octets handed on last, before `next`
        self.fresh = True
        self.judged = False  # known to be SIP, as far as that can be told
        self.foreign = False
        self.cut = False  # the last segment lost its end to the snap length
        self.held: list[tuple[int, int, Datagram]] = []  # heap: sequence, arrival
        self.held_cost = 0
        self.since = 0  # time the present gap is waited for
        self.told = 0  # records of TLS that were told of

    def begin(self, at: int) -> None:
        """The next octet has this sequence number, and does not join what was before."""
        self.next = self.base = at
        self.last = b""
        self.fresh = True
        self.cut = self.foreign = False


class Streams:
    """Follows TCP directions within the bounds of `limits`."""

    __slots__ = (
        "_arrivals",
        "_costliest",
        "_held_cost",
        "_numbers",
        "_problems",
        "_streams",
        "_waiting",
    )

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._streams: dict[Key, _Stream] = {}  # least recently used first
        self._waiting: dict[Key, _Stream] = {}  # with something held back, longest first
        self._held_cost = 0
        self._costliest = 0
        self._numbers = 0
        self._arrivals = 0

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def held_cost(self) -> int:
        """Octets held back in all streams, with what holds them."""
        return self._held_cost

    @property
    def bounds(self) -> limits.Bounds:
        """How near each bound came: a direction stays until there are too many."""
        return {
            "tcp-streams": (self._numbers, limits.STREAMS),
            "tcp-buffer": (self._costliest, limits.STREAMS_BUFFER),
        }

    def feed(
        self,
        packet: Packet,
        out: list[Flow],
        frames: tuple[int, ...] = (),
        protection: Protection = "clear",
        spi: int = -1,
        seq: int = -1,
    ) -> None:
        """Take one segment; what it sets free is appended to `out`, in order."""
        segment = parse_tcp(packet.data)
        if segment is None:
            self._problems.note(packet.capture, "tcp-header", packet.frame)
            return
        sport, dport, at, flags, payload = segment
        if flags & (SYN | FIN | RST):
            out.append(_flag_signal(packet, sport, dport, flags, protection, spi))
        elif not payload:
            return
        key = (
            packet.line,
            packet.interface,
            packet.path,
            protection,
            packet.src,
            sport,
            packet.dst,
            dport,
        )
        if flags & SYN:
            self._synchronize(key, at, packet, out)
            at = (at + 1) & _MASK
        if not payload or flags & RST:
            return
        stream = self._streams.pop(key, None)
        if stream is None:
            stream = self._new(key, packet, out)
        else:
            self._streams[key] = stream
            if stream.held and packet.time - stream.since > limits.STREAM_PATIENCE:
                self._skip(key, stream, out)
        if not stream.judged and is_tls(payload):
            _tell_tls(stream, packet, sport, dport, payload, protection, out)
        if stream.foreign:
            if not begins(payload):
                return
            stream.begin(at + _SEQUENCES)
            stream.judged = True
        datagram = Datagram(
            packet.capture,
            packet.frame,
            packet.time,
            packet.interface,
            packet.path + "/tcp",
            packet.src,
            packet.dst,
            sport,
            dport,
            "tcp",
            payload,
            frames,
            protection,
            spi,
            seq,
            packet.ip_id,
            stream.number,
            False,
            packet.truncated,
            packet.line,
        )
        if stream.next < 0:
            self._before_begin(key, stream, at + _SEQUENCES, datagram, out)
            return
        delta = ((at - stream.next + _HALF) & _MASK) - _HALF
        if not stream.judged and not self._judge(key, stream, delta, datagram):
            return
        if delta < 0 and len(payload) > 1:
            self._compare(stream, stream.next + delta, datagram)
        if delta <= 0 and not stream.held and -delta < len(payload):
            _emit(stream, stream.next + delta, datagram, out)
        else:
            self._out_of_order(key, stream, delta, datagram, out)

    def advance(self, time: int, out: list[Flow]) -> None:
        """Skip the gaps that were waited for longer than `limits.STREAM_PATIENCE`."""
        for _, flows in self.overdue(time):
            out += flows

    def overdue(self, time: int) -> Iterator[tuple[Since, list[Flow]]]:
        """The same for each direction by itself, in the order in which they began to wait."""
        if not self._waiting:
            return
        for key, stream in sorted(self._waiting.items(), key=_since):
            if time - stream.since > limits.STREAM_PATIENCE:
                since = _since((key, stream))
                out: list[Flow] = []
                while stream.held and time - stream.since > limits.STREAM_PATIENCE:
                    self._skip(key, stream, out)
                yield since, out

    def finish(self) -> Iterator[tuple[Since, list[Flow]]]:
        """Hand on all that is still held back, in the same order."""
        for key, stream in sorted(self._waiting.items(), key=_since):
            since = _since((key, stream))
            out: list[Flow] = []
            self._release(key, stream, out)
            yield since, out
        self._streams.clear()

    def _new(self, key: Key, packet: Packet, out: list[Flow]) -> _Stream:
        if len(self._streams) >= limits.STREAMS:
            oldest = next(iter(self._streams))
            dropped = self._streams.pop(oldest)
            self._release(oldest, dropped, out)
            if dropped.judged:
                self._problems.note(
                    packet.capture, "tcp-streams", packet.frame, "the oldest one was given up"
                )
        stream = _Stream(self._numbers)
        self._numbers += 1
        self._streams[key] = stream
        return stream

    def _synchronize(self, key: Key, initial: int, packet: Packet, out: list[Flow]) -> None:
        """A SYN: the first octet has the number after it. A retransmitted SYN changes nothing."""
        stream = self._streams.pop(key, None)
        if stream is None:
            stream = self._new(key, packet, out)
        else:
            self._streams[key] = stream
        if stream.initial == initial:
            return
        # A SYN met late, behind what followed it, makes no new connection.
        lowest = stream.held[0][0] if stream.next < 0 and stream.held else stream.base
        ahead = (lowest - initial - 1) & _MASK
        late = stream.initial < 0 and lowest > 0 and ahead <= limits.STREAM_WINDOW
        stream.initial = initial
        if late and stream.next >= 0:
            return
        if not late:
            self._release(key, stream, out)
        stream.begin(lowest - ahead if late else initial + 1 + _SEQUENCES)
        stream.judged = False
        if stream.held:
            self._drain(key, stream, out)

    def _before_begin(
        self, key: Key, stream: _Stream, at: int, datagram: Datagram, out: list[Flow]
    ) -> None:
        """No SYN was seen: hold back until a start line shows where to begin."""
        payload = datagram.payload
        if len(payload) == 1:
            return  # a keep-alive: an octet sent before
        if begins(payload):
            stream.judged = True
        elif _is_foreign(payload, datagram):
            self._forget(key, stream)
            return
        if stream.held:
            # Unwrapped relative to what is there, whichever of the two comes first.
            known = stream.held[0][0]
            delta = ((at - known + _HALF) & _MASK) - _HALF
            if abs(delta) > limits.STREAM_WINDOW:
                self._problems.note(datagram.capture, "tcp-unplaced", datagram.frame)
                self._drop_held(key, stream)
            else:
                at = known + delta
        self._hold(key, stream, at, datagram, out)
        if stream.held and (stream.judged or len(stream.held) >= limits.STREAM_START):
            self._skip(key, stream, out)

    def _judge(self, key: Key, stream: _Stream, delta: int, datagram: Datagram) -> bool:
        """False where this is no SIP, which is remembered."""
        payload = datagram.payload
        if delta == 0 and not _has_sip_port(datagram):
            follow = begins(payload) or may_start_sip(payload)
        else:
            follow = begins(payload) or not _is_foreign(payload, datagram)
        if not follow:
            self._forget(key, stream)
        elif delta == 0:
            stream.judged = True
        return follow

    def _out_of_order(
        self, key: Key, stream: _Stream, delta: int, datagram: Datagram, out: list[Flow]
    ) -> None:
        """What is not simply the next: ahead, behind, or the one that closes a gap."""
        at = stream.next + delta
        if not -limits.STREAM_WINDOW <= delta <= limits.STREAM_WINDOW:
            # No part of this conversation as it was seen: a connection made anew, or much lost.
            if begins(datagram.payload):
                self._release(key, stream, out)
                stream.begin((at & _MASK) + _SEQUENCES)
                out.append(_gap_signal(datagram, "new sequence numbers"))
                _emit(stream, stream.next, datagram, out)
        elif delta > 0:
            self._hold(key, stream, at, datagram, out)
            if stream.held and (stream.cut or _is_enough(stream)):
                self._skip(key, stream, out)
        elif -delta < len(datagram.payload):
            _emit(stream, at, datagram, out)
            self._arrivals += 1
            self._drain(key, stream, out, (self._arrivals, datagram))
        elif stream.initial < 0 and at < stream.base and begins(datagram.payload):
            # It came before the place where this stream was thought to begin.
            stream.base = at
            datagram.fresh = stream.fresh = True
            out.append(datagram)

    def _compare(self, stream: _Stream, at: int, datagram: Datagram) -> None:
        """Do octets that come once more say the same?"""
        last, payload = stream.last, datagram.payload
        start = stream.next - len(last)
        if at < start:
            payload = payload[start - at :]
            at = start
        again = payload[: stream.next - at]
        if last[at - start :][: len(again)] != again:
            self._problems.note(datagram.capture, "tcp-overlap", datagram.frame, "first ones kept")

    def _hold(
        self, key: Key, stream: _Stream, at: int, datagram: Datagram, out: list[Flow]
    ) -> None:
        if not stream.held:
            stream.since = datagram.time
            self._waiting[key] = stream
        self._arrivals += 1
        heappush(stream.held, (at, self._arrivals, datagram))
        cost = len(datagram.payload) + _OVERHEAD
        stream.held_cost += cost
        self._held_cost += cost
        self._costliest = max(self._costliest, self._held_cost)
        while self._held_cost > limits.STREAMS_BUFFER:
            oldest, waiting = next(iter(self._waiting.items()))
            self._release(oldest, waiting, out)
            self._problems.note(
                datagram.capture, "tcp-buffer", datagram.frame, "gaps skipped early"
            )

    def _skip(self, key: Key, stream: _Stream, out: list[Flow]) -> None:
        """Go on behind the gap (or begin at what is held, where nothing was handed on yet)."""
        at, _, datagram = stream.held[0]
        if stream.next < 0:
            if not (stream.judged or _has_sip_port(datagram)):
                self._forget(key, stream)
                return
            stream.begin(at)
            stream.judged = True
        elif at > stream.next:
            out.append(_gap_signal(datagram, f"{at - stream.next} octets missing"))
            stream.next = at
            stream.last = b""
            stream.fresh = True
            stream.cut = False
        self._drain(key, stream, out)

    def _drain(
        self, key: Key, stream: _Stream, out: list[Flow], latest: tuple[int, Datagram] | None = None
    ) -> None:
        """Hand on what is held and now in order, each with the frame of the latest arrival so far:
        Wireshark shows a message there. `latest` is the arrival that closed a gap."""
        held = stream.held
        if held[0][0] > stream.next:
            return
        while held and held[0][0] <= stream.next:
            at, arrival, datagram = heappop(held)
            cost = len(datagram.payload) + _OVERHEAD
            stream.held_cost -= cost
            self._held_cost -= cost
            if at < stream.next:
                self._compare(stream, at, datagram)
            if stream.next - at < len(datagram.payload):
                if latest is None or latest[0] < arrival:
                    latest = arrival, datagram
                else:
                    _complete(datagram, latest[1])
                _emit(stream, at, datagram, out)
        del self._waiting[key]
        if held:
            stream.since = held[0][2].time
            self._waiting[key] = stream

    def _release(self, key: Key, stream: _Stream, out: list[Flow]) -> None:
        """Hand on all that is held, gaps or not."""
        while stream.held:
            self._skip(key, stream, out)

    def _forget(self, key: Key, stream: _Stream) -> None:
        """No SIP here: drop what is held and look at beginnings of segments only."""
        stream.foreign = True
        stream.judged = False
        if stream.held:
            self._drop_held(key, stream)

    def _drop_held(self, key: Key, stream: _Stream) -> None:
        self._held_cost -= stream.held_cost
        stream.held_cost = 0
        stream.held = []
        del self._waiting[key]


def _since(waiting: tuple[Key, _Stream]) -> Since:
    _, stream = waiting
    first = stream.held[0][2]
    return stream.since, first.capture, first.frame


def _emit(stream: _Stream, at: int, datagram: Datagram, out: list[Flow]) -> None:
    """Hand on the octets of `datagram` that are new; at least one is, and none is missing."""
    old = stream.next - at
    stream.next = at + len(datagram.payload)
    if old:
        datagram.payload = datagram.payload[old:]
    stream.last = datagram.payload
    if stream.fresh:
        datagram.fresh = True
        stream.fresh = False
    stream.cut = datagram.truncated
    out.append(datagram)


def _complete(datagram: Datagram, latest: Datagram) -> None:
    """Let octets that were held back have the place of the segment that set them free."""
    if datagram.capture == latest.capture:
        datagram.frames = datagram.frames or (datagram.frame,)
    else:
        datagram.frames = latest.frames
    datagram.capture, datagram.frame, datagram.time = latest.capture, latest.frame, latest.time


def _is_enough(stream: _Stream) -> bool:
    """So much is held back that the gap before it will not be closed any more."""
    return len(stream.held) >= limits.STREAM_WAIT or stream.held_cost >= limits.STREAM_BUFFER


def _has_sip_port(datagram: Datagram) -> bool:
    return datagram.dport in SIP_PORTS or datagram.sport in SIP_PORTS


def _is_foreign(payload: bytes, datagram: Datagram) -> bool:
    """TLS, or binary octets on ports that are not SIP's."""
    return is_tls(payload) or not (_has_sip_port(datagram) or is_text(payload))


def _flag_signal(
    packet: Packet, sport: int, dport: int, flags: int, protection: Protection, spi: int
) -> Signal:
    if flags & RST:
        kind = "rst"
    elif flags & SYN:
        kind = "syn-ack" if flags & ACK else "syn"
    else:
        kind = "fin"
    return Signal(
        packet.capture,
        packet.frame,
        packet.time,
        kind,
        packet.src,
        packet.dst,
        sport,
        dport,
        protection=protection,
        spi=spi,
    )


def _tell_tls(
    stream: _Stream,
    packet: Packet,
    sport: int,
    dport: int,
    payload: bytes,
    protection: Protection,
    out: list[Flow],
) -> None:
    """Hellos and alerts, and that encrypted data followed: of each direction the first few."""
    if stream.told >= limits.TLS_TOLD and payload[0] != ALERT:
        return
    for said in read_tls(payload):
        stream.told += 1
        out.append(
            Signal(
                packet.capture, packet.frame, packet.time, "tls", packet.src, packet.dst, sport,
                dport, protection=protection, said=said,
            )
        )  # fmt: skip


def _gap_signal(datagram: Datagram, detail: str) -> Signal:
    return Signal(
        datagram.capture,
        datagram.frame,
        datagram.time,
        "tcp-gap",
        datagram.src,
        datagram.dst,
        datagram.sport,
        datagram.dport,
        detail,
        protection=datagram.protection,
        spi=datagram.spi,
    )
