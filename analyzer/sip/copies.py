"""The same octets on the same hop again: a copy from another tap, or a retransmission.

A copy is sooner than any retransmission timer, or the same IP packet (identification) at a tap
that has not seen it yet, its clock somewhat apart; the files of a ring are one tap. All else is a
retransmission (RFC 3261 17.1).
"""

from collections.abc import Iterable
from typing import NamedTuple

from analyzer import limits
from analyzer.flows.datagram import Datagram
from analyzer.limits import Bounds
from analyzer.sip.aging import Aging
from analyzer.sip.message import Sighting, SipMessage


class Seen(NamedTuple):
    """An earlier message with the same octets on the same hop.

    `copied`: which of its occurrences this one is a copy of; None: it is a retransmission.
    """

    original: SipMessage
    copied: SipMessage | None


class Copies:
    """Remembers messages by their octets for as long as retransmissions may come.

    Hardly ever do the same octets pass two hops (a forward has another Via), so all occurrences
    stand together.

    Those forgotten here may be held elsewhere for long (`Transactions`), but hardly anybody reads
    them again once another such span has passed: they are slimmed then.
    """

    __slots__ = ("_parting", "_seen")

    def __init__(self) -> None:
        self._seen: Aging[bytes, list[SipMessage]] = Aging(
            limits.REPETITION, limits.TRANSACTIONS, self._part, limits.TRANSACTIONS_BUFFER
        )
        self._parting: list[SipMessage] = []

    def find(self, raw: bytes) -> list[SipMessage] | None:
        """The earlier messages of these octets, whatever their hop; None where they are new."""
        return self._seen.get(raw)

    def remember(self, message: SipMessage, occurrences: list[SipMessage] | None) -> None:
        """Take in a message that is no copy, `occurrences` as found before; a retransmission is
        counted at its original."""
        if message.original is not None:
            message.original.retransmissions += 1
        if occurrences is None:
            self._seen.put(message.raw, [message], len(message.raw))
        else:
            occurrences.append(message)
            del occurrences[1 : -limits.REPEATS]

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return {"sip-copies": self._seen.reached}

    def turn(self, now: int) -> None:
        """Let the time be `now`; what is too old to be repeated is forgotten."""
        self._seen.turn(now)

    def _part(self, forgotten: Iterable[list[SipMessage]]) -> None:
        for message in self._parting:
            message.slim()
        self._parting = [message for occurrences in forgotten for message in occurrences]


def earlier(occurrences: list[SipMessage], at: Datagram) -> Seen | None:
    """The message that those octets repeat on the hop of `at`, the datagram that completed them;
    None where they are new there."""
    hop = at.src, at.dst, at.sport, at.dport, at.transport
    here = [
        one for one in occurrences if (one.src, one.dst, one.sport, one.dport, one.transport) == hop
    ]
    return Seen(here[0].original or here[0], _copied(here, at)) if here else None


def _copied(occurrences: list[SipMessage], at: Datagram) -> SipMessage | None:
    for message in reversed(occurrences):
        if abs(at.time - message.time) <= limits.COPY_WINDOW:
            return message
    if at.ip_id <= 0:  # 0 names no packet: many stacks write it where nothing is fragmented
        return None
    tap = (at.line, at.interface, at.path)
    for message in occurrences:
        if abs(at.time - message.time) > limits.CLOCKS_APART:
            continue
        if message.ip_id == at.ip_id and all(
            (place.line, place.interface, place.path) != tap for place in message.sightings
        ):
            return message
    return None


def add_sighting(message: SipMessage, at: Datagram) -> None:
    """Note at the message that a copy of it was captured there, up to `limits.SIGHTINGS`."""
    if len(message.sightings) == limits.SIGHTINGS:
        return
    message.sightings.append(
        Sighting(
            at.capture,
            at.frame,
            at.src,
            at.dst,
            at.sport,
            at.dport,
            at.path,
            at.time,
            at.interface,
            at.ip_id,
            at.line,
        )
    )
