"""SIP out of datagrams: messages, copies merged, transactions and hops linked.

reader = SipReader()
for datagram in datagrams:
    for message in reader.feed(datagram):
        ...
"""

from collections import Counter

from analyzer.capture.packet import Problem
from analyzer.flows.datagram import Datagram
from analyzer.flows.problems import Problems
from analyzer.limits import Bounds
from analyzer.sip.copies import Copies, add_sighting, earlier
from analyzer.sip.digest import AkaNonce, Challenge, Credentials
from analyzer.sip.fields import Contact
from analyzer.sip.framing import Framed, Framing
from analyzer.sip.headers import Head, parse_head
from analyzer.sip.message import Row, Sighting, SipMessage
from analyzer.sip.transactions import Transactions

__all__ = [
    "AkaNonce",
    "Challenge",
    "Contact",
    "Credentials",
    "Row",
    "Sighting",
    "SipMessage",
    "SipReader",
]


class SipReader:
    """Turns datagrams, fed in time order, into messages with their links.

    Counted per capture: `sightings`, every SIP message as it stands there; `messages`, those left
    when copies are merged into their first sighting; of them `protected` inside ESP, `forwards`
    seen on the hop before too.
    """

    __slots__ = (
        "_copies",
        "_framing",
        "_problems",
        "_transactions",
        "forwards",
        "messages",
        "protected",
        "sightings",
    )

    def __init__(self) -> None:
        self._problems = Problems()
        self._framing = Framing(self._problems)
        self._copies = Copies()
        self._transactions = Transactions()
        self.sightings: Counter[int] = Counter()
        self.messages: Counter[int] = Counter()
        self.protected: Counter[int] = Counter()
        self.forwards: Counter[int] = Counter()

    def feed(self, datagram: Datagram) -> list[SipMessage]:
        """The new messages that these octets complete, retransmissions among them.

        A copy is not returned: the `sightings` of the message it copies grow instead.
        """
        if datagram.transport == "tcp":
            return self._take_all(self._framing.feed(datagram))
        raw = datagram.payload.lstrip(b"\r\n")  # line ends that keep a path alive
        message = self._take(raw, None, datagram, datagram.frames, datagram.truncated)
        return [] if message is None else [message]

    def advance(self, time: int) -> None:
        """Let the time of the captures be `time` (ns): what is too old is forgotten."""
        self._framing.turn(time)
        self._copies.turn(time)
        self._transactions.turn(time)

    def finish(self) -> list[SipMessage]:
        """The messages whose end never came, `truncated`."""
        return self._take_all(self._framing.finish())

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return self._framing.bounds | self._copies.bounds | self._transactions.bounds

    @property
    def problems(self) -> list[tuple[int, Problem]]:
        """What could not be read or was dropped, as (capture, problem), one of each kind.

        `sip-message-too-long`, `sip-message-cut` (a TCP message without its end),
        `sip-stream-garbage` (octets before a start line), and, told of the first capture whatever
        the capture, `sip-stream-dropped`, `sip-transaction-dropped` (lost to a bound).
        """
        found = list(self._problems)
        for kind, count in (
            ("sip-stream-dropped", self._framing.dropped),
            ("sip-transaction-dropped", self._transactions.dropped),
        ):
            if count:
                found.append((0, Problem(kind, count=count)))
        return found

    def _take_all(self, framed: list[Framed]) -> list[SipMessage]:
        found = []
        for one in framed:
            message = self._take(one.raw, one.head, one.origin, one.frames, one.truncated)
            if message is not None:
                found.append(message)
        return found

    def _take(
        self,
        raw: bytes,
        head: Head | None,
        origin: Datagram,
        frames: tuple[int, ...],
        truncated: bool,
    ) -> SipMessage | None:
        """Place the message of these octets; None where it is a copy, or no SIP after all."""
        occurrences = self._copies.find(raw)
        seen = None if occurrences is None else earlier(occurrences, origin)
        if seen is not None and seen.copied is not None:
            self.sightings[origin.capture] += 1
            add_sighting(seen.copied, origin)
            return None
        head = head or parse_head(raw, cut=truncated)
        if head is None:
            return None
        message = SipMessage(head, raw, origin, frames, truncated)
        capture = origin.capture
        self.sightings[capture] += 1
        self.messages[capture] += 1
        if origin.spi >= 0:
            self.protected[capture] += 1
        if seen is None:
            self._transactions.place(message)
            if message.source is not None:
                self.forwards[capture] += 1
        else:
            message.original = seen.original
            message.request = seen.original.request
        self._copies.remember(message, occurrences)
        return message
