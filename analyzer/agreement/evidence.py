"""What was seen beside SIP, folded into what it means: connections, TLS, names, tunnels, errors.

Signals come one packet at a time. A connection that opened, was refused or carried TLS, a name
that was asked for, a tunnel that was negotiated is one entry each, and an exchange takes those
between its two ends when it closes. Copies at other taps change nothing.
"""

from collections import deque
from collections.abc import Iterator
from typing import Any, Final, Literal, TypeVar

import msgspec

from analyzer.agreement.esp_flow import Flow
from analyzer.flows.datagram import Dns, EspSeen, Ike, Protection, Signal, Tls
from analyzer.limits import HOMELESS, SECOND, SHORTEST_T1, SIGNALLED, SIGNALS

FrameId = tuple[int, int]
Ends = tuple[bytes, bytes]
Key = TypeVar("Key")

TLS_1_3: Final = 0x0304
SYN_WAIT: Final = 3 * SECOND  # one repetition of a SYN, and what it may take (RFC 6298 2.1)
NAME_WAIT: Final = 5 * SECOND  # what resolvers wait (RES_TIMEOUT)
IKE_WAIT: Final = 2 * SECOND
# An encrypted alert is shorter than any SIP message (TLS 1.3: alert, type octet and 16 of the tag).
ENCRYPTED_ALERT: Final = 64

Link = Literal["unanswered", "refused", "reset", "opened", "hello", "failed", "secured"]


class Connection(msgspec.Struct):
    """One TCP connection; `src` began it. `frame` and `time` are those of its first packet.

    `hello`, `answer` and `alert` are those of TLS; `secured` says that its handshake was completed,
    `alert_by` and `reset_by` who ended it. Frames are (capture, frame).
    """

    src: bytes
    dst: bytes
    sport: int
    dport: int
    protection: Protection
    frame: FrameId
    time: int
    tries: int = 0
    tried: int = 0
    accepted: FrameId | None = None
    reset: FrameId | None = None
    reset_by: bytes = b""
    finished: bool = False
    hello: Tls | None = None
    answer: Tls | None = None
    alert: Tls | None = None
    alert_frame: FrameId | None = None
    alert_by: bytes = b""
    secured: bool = False
    client_data: bool = False
    claimed: bool = False

    def link(self, until: int) -> Link | None:
        """What became of it by that time; None where that cannot be told yet."""
        if self.secured:
            return "secured"
        ended = self.reset is not None or self.finished
        if self.hello is not None or self.answer is not None:  # one of them may be lost
            broken = self.alert is not None and self.alert.fatal
            return "failed" if broken or ended else "hello"
        if self.accepted is not None:
            return "reset" if self.reset is not None else "opened"
        if self.reset is not None:
            return "refused" if self.tries else "reset"
        waited = until - self.time >= SYN_WAIT
        return "unanswered" if self.tries and waited else None


class Lookup(msgspec.Struct):
    """One name asked for: by whom, how often, and what came back (`code` -1: nothing)."""

    client: bytes
    server: bytes
    name: str
    type: str
    frame: FrameId
    time: int
    tries: int = 1
    code: int = -1
    answered: FrameId | None = None
    targets: tuple[str, ...] = ()
    number: int = 0
    tried: int = 0


class Tunnel(msgspec.Struct):
    """One run of IKE: how far it came (`exchange`), and an error that it reported in clear."""

    client: bytes
    server: bytes
    exchange: str
    frame: FrameId
    time: int
    tries: int = 1
    answered: str = ""  # the last exchange that was answered
    error: str = ""


Entry = Connection | Signal


class Heard:
    """What was heard between two ends, of each sort the newest `limits.SIGNALS`."""

    __slots__ = ("connections", "errors", "flows", "lookups", "past", "tunnels")

    def __init__(self) -> None:
        self.connections: dict[tuple[bytes, int, int], Connection] = {}
        self.past: deque[Connection] = deque(maxlen=SIGNALS)  # of ports that were used again
        self.errors: deque[Signal] = deque(maxlen=SIGNALS)
        self.lookups: dict[tuple[bytes, str, str], Lookup] = {}
        self.tunnels: dict[bytes, Tunnel] = {}
        self.flows: dict[tuple[bytes, int], Flow] = {}

    # ---- TCP and TLS

    def connected(self, signal: Signal, said: Tls | None) -> None:
        """A SYN, its answer, an end, or TLS."""
        found = self.connections.get((signal.src, signal.sport, signal.dport))
        from_client = found is not None
        if found is None:
            found = self.connections.get((signal.dst, signal.dport, signal.sport))
        if found is None or (signal.kind == "syn" and (not from_client or _over(found))):
            if found is not None and from_client:
                self.past.append(found)
            found, from_client = self._began(signal, said)
        _note(found, signal, said, from_client)

    def _began(self, signal: Signal, said: Tls | None) -> tuple[Connection, bool]:
        """A connection met with its SYN, or in its middle: then who began it is a guess."""
        answers = signal.kind == "syn-ack" or (said is not None and said.kind == "server-hello")
        ends = [(signal.src, signal.sport), (signal.dst, signal.dport)]
        if answers:
            ends.reverse()
        (src, sport), (dst, dport) = ends
        frame = signal.capture, signal.frame
        made = Connection(src, dst, sport, dport, signal.protection, frame, signal.time)
        _make_room(self.connections)
        self.connections[src, sport, dport] = made
        return made, not answers

    # ---- names and tunnels

    def asked(self, signal: Signal, said: Dns) -> None:
        """A name, or its answer."""
        question = said.code < 0
        client, server = (signal.src, signal.dst) if question else (signal.dst, signal.src)
        key = client, said.name.lower(), said.type
        found = self.lookups.get(key)
        frame = signal.capture, signal.frame
        if found is None:
            _make_room(self.lookups)
            found = self.lookups[key] = Lookup(
                client, server, said.name, said.type, frame, signal.time, number=said.number
            )
        elif question and (said.number != found.number or signal.time - found.tried >= SHORTEST_T1):
            found.tries += 1
            found.number = said.number
        if question:
            found.tried = signal.time
        if not question and (found.code != 0 or said.code == 0):
            found.code, found.targets, found.answered = said.code, said.targets, frame

    def negotiated(self, signal: Signal, said: Ike) -> None:
        """One message of IKE."""
        found = self.tunnels.get(said.initiator)
        if found is None:
            _make_room(self.tunnels)
            client, server = signal.src, signal.dst
            if said.response:
                client, server = server, client
            frame = signal.capture, signal.frame
            found = Tunnel(client, server, said.exchange, frame, signal.time, 0)
            self.tunnels[said.initiator] = found
        if said.response:
            found.answered = said.exchange
        elif signal.src == found.client:
            found.tries = found.tries + 1 if said.exchange == found.exchange else 1
            found.exchange = said.exchange
        if said.error:
            found.error, found.frame = said.error, (signal.capture, signal.frame)

    def passed(self, esp: EspSeen) -> None:
        """An ESP packet."""
        key = esp.src, esp.spi
        flow = self.flows.get(key)
        if flow is None:
            if len(self.flows) >= HOMELESS:
                return
            flow = self.flows[key] = Flow(esp.spi, esp.src, esp.dst, "to-client", "")
            flow.first_time = esp.time
            flow.frames.append((esp.capture, esp.frame))
        flow.packets += 1


class Evidence:
    """All that was heard, by the two ends it speaks of.

    Beyond `limits.SIGNALLED` pairs of ends those that were silent longest are forgotten, and
    counted in `dropped`. `until` is how far time has come.
    """

    __slots__ = ("_between", "dropped", "until")

    def __init__(self) -> None:
        self._between: dict[Ends, Heard] = {}  # least recently heard of first
        self.dropped = 0
        self.until = 0

    def __len__(self) -> int:
        return len(self._between)

    def hear(self, signal: Signal) -> None:
        """Take one signal."""
        heard = self._heard(signal.src, signal.dst)
        said = signal.said
        if isinstance(said, Dns):
            heard.asked(signal, said)
        elif isinstance(said, Ike):
            heard.negotiated(signal, said)
        elif signal.kind in ("icmp", "tcp-gap"):
            heard.errors.append(signal)
        else:
            heard.connected(signal, said)

    def passed(self, esp: EspSeen) -> None:
        """Take an ESP packet between ends that no registration was seen of."""
        self._heard(esp.src, esp.dst).passed(esp)

    def between(self, one: bytes, other: bytes, since: int, until: int) -> list[Entry]:
        """Connections and errors between two ends, from `since` to `until` (ns)."""
        heard = self._between.get(_ends(one, other)) if self._between else None
        if heard is None:
            return []
        entries: list[Entry] = [*heard.past, *heard.connections.values(), *heard.errors]
        return [entry for entry in entries if since <= entry.time <= until]

    def everything(self) -> Iterator[Heard]:
        """What was heard between any two ends."""
        yield from self._between.values()

    def _heard(self, one: bytes, other: bytes) -> Heard:
        ends = _ends(one, other)
        heard = self._between.pop(ends, None)
        if heard is None:
            heard = Heard()
            if len(self._between) >= SIGNALLED:
                del self._between[next(iter(self._between))]
                self.dropped += 1
        self._between[ends] = heard
        return heard


def _make_room(entries: dict[Key, Any]) -> None:
    """Let the oldest of as many as may be kept go."""
    if len(entries) >= SIGNALS:
        del entries[next(iter(entries))]


def _ends(one: bytes, other: bytes) -> Ends:
    return (one, other) if one <= other else (other, one)


def _over(found: Connection) -> bool:
    """A SYN on its ports begins another one."""
    return found.finished or found.reset is not None


def _note(found: Connection, signal: Signal, said: Tls | None, from_client: bool) -> None:
    frame = signal.capture, signal.frame
    if said is not None:
        _secure(found, said, from_client, frame, signal.src)
    elif signal.kind == "syn":
        if not found.tries or signal.time - found.tried >= SHORTEST_T1:
            found.tries += 1
            found.tried = signal.time
    elif signal.kind == "syn-ack":
        found.accepted = found.accepted or frame
    elif signal.kind == "rst":
        if found.reset is None:
            found.reset, found.reset_by = frame, signal.src
    elif signal.kind == "fin":
        found.finished = True


def _secure(found: Connection, said: Tls, from_client: bool, frame: FrameId, by: bytes) -> None:
    """RFC 5246 7.3, RFC 8446 2: who sends encrypted data has seen the handshake through.

    In TLS 1.3 the handshake itself is encrypted, so there it takes what the server sends after the
    client, and more than an alert.
    """
    if said.kind == "client-hello":
        found.hello = said
    elif said.kind == "server-hello":
        found.answer = said
    elif said.kind == "alert":
        if found.alert is None or said.fatal:
            found.alert, found.alert_frame, found.alert_by = said, frame, by
    elif found.answer is not None and found.answer.version >= TLS_1_3:
        if from_client:
            found.client_data = True
        elif found.client_data and said.size > ENCRYPTED_ALERT:
            found.secured = True
    else:
        found.secured = True
