"""The conductor: packets go through `flows/`, `sip/` and `agreement/`, one at a time.

It closes the one loop that the protocol has: an SA announced in message n opens packet n+1, and the
next set is announced inside the present one. So a packet goes through all rooms before the next one
enters `flows/`, and what its messages announced is in the `SaTable` by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from analyzer.agreement.authentication import authenticate
from analyzer.agreement.core import CoreRegistration
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.items import Item, SaEvent
from analyzer.agreement.kernel import difference
from analyzer.agreement.order import (
    CLOSING,
    END,
    OPEN,
    OVERDUE,
    PACKET,
    START,
    UNFINISHED,
    Order,
)
from analyzer.agreement.reconstruction import Reconstruction
from analyzer.capture import Watermark
from analyzer.capture.packet import Packet, Problem
from analyzer.flows import Flow, Flows
from analyzer.flows.datagram import Datagram, EspSeen, KeysSeen
from analyzer.flows.ledger import EspCounts, EspLedger
from analyzer.flows.problems import Problems
from analyzer.keys.keyring import KeyPair, KeyRing, Origin
from analyzer.keys.sa_table import SaTable
from analyzer.limits import KEYS_BOUND, Bounds
from analyzer.report import model
from analyzer.report.evidence import outside
from analyzer.sharing.routing import Core, Routed, Turn, Turns, Whole
from analyzer.sharing.witness import Met
from analyzer.sip import SipMessage, SipReader
from analyzer.sip.early import Early, Held

if TYPE_CHECKING:
    from analyzer.flows.esp import Opened
    from analyzer.wireshark.sa_keys import EspWatch


TRUNCATED: Final = "sip-message-truncated"


class Seen(msgspec.Struct):
    """What `flows/` and `sip/` counted, by capture, and what was seen outside of all exchanges.

    `problems`: a list for each room's kinds. `beyond` are registrations met beyond the first hop,
    `identities` those that runs on the access side were seen of.
    """

    problems: list[list[tuple[int, Problem]]]
    sightings: dict[int, int]
    messages: dict[int, int]
    protected: dict[int, int]
    forwards: dict[int, int]
    esp: dict[int, EspCounts]
    signals: list[model.Signal]
    beyond: list[CoreRegistration]
    identities: set[str]


class Conductor:
    """Drives packets through `flows/`, `sip/` and `agreement/`, one at a time.

    `messages` and `sa_events`, where set to a list, take down what passes, in order. `met`, where
    it is set, takes down what other shares of the work must not have met.
    """

    def __init__(self, ring: KeyRing | None = None, esp: EspWatch | None = None) -> None:
        self.table = SaTable(ring)
        self.flows = Flows(self.table) if esp is None else WatchedFlows(self.table, esp)
        self._esp = esp
        self.ledger = EspLedger()
        self.reader = SipReader()
        self.early = Early()
        self.reconstruction = Reconstruction()
        self._events, self._items = self.reconstruction.events, self.reconstruction.items
        self.messages: list[SipMessage] | None = None
        self.sa_events: list[SaEvent] | None = None
        self.met: Met | None = None
        self._order = START
        self._number = START[0]  # of the packet, among all
        self._latest = 0  # time of a packet
        self._turns = Turns()
        self._truncated = Problems()

    def feed(self, packet: Packet | Watermark) -> list[Item]:
        """One packet through all rooms; what closed because of it."""
        return [*self.pass_time(packet), *self.pass_on(packet)]

    def pass_time(self, packet: Packet | Watermark | Datagram) -> list[Item]:
        """The time goes on with a packet; what closed before it."""
        self._number += 1
        if packet.time > self._latest:
            self._latest = packet.time
        if not self._turns.due(packet):
            return []
        self._turn(self._number, packet.capture, packet.line, packet.time)
        return self._closed()

    def pass_on(self, packet: Packet | Watermark) -> list[Item]:
        """The packet itself, behind `pass_time`."""
        if isinstance(packet, Watermark):
            return []
        self._order = order = (self._number, PACKET)
        self.reconstruction.at(order)
        self._pass(self.flows.feed(packet))
        return self._closed() if self._items else []

    def take(self, routed: Routed) -> list[Item]:
        """The same of a share of the work: its whole packets, and what all shares hear."""
        if isinstance(routed, Whole):
            self._at((routed.number, PACKET))
            self._pass(self.flows.take(routed.packet, routed.frames))
            return self._closed() if self._items else []
        if isinstance(routed, Turn):
            self._turn(routed.number, routed.capture, routed.line, routed.time)
        elif isinstance(routed, Core):
            self.reconstruction.legs.tell_core(routed.src, routed.dst)
        else:
            self._latest = routed.time
        return self._closed()

    def finish(self) -> list[Item]:
        """The captures have ended; everything that was still open."""
        for since, flows in self.flows.remaining():
            self._at((END, OVERDUE, *since))
            self._pass(flows)
        for message in self.reader.finish():
            self._at((END, UNFINISHED, message.capture, message.frame))
            self._hear([message])
        self._set_free(self.early.finish())
        self._at((END, OPEN))
        self.reconstruction.finish(self._latest)
        self._apply(self.reconstruction.sa_events())
        return self._closed()

    def _closed(self) -> list[Item]:
        """What closed since this was asked last."""
        items = self.reconstruction.take()
        if items and not self.table.ring.empty:
            self._unveil(items)
        return items

    def _unveil(self, items: list[Item]) -> None:
        """Say of closed runs and sets what only those know who have the keys."""
        ring = self.table.ring
        for item in items:
            if isinstance(item, Exchange):
                if ring.secrets:
                    item.authentication = authenticate(item, ring)
                if ring.given and item.association is not None:
                    item.association.kernel = difference(item.association, ring)

    @property
    def seen(self) -> Seen:
        """What `flows/` and `sip/` counted."""
        return Seen(
            [
                list(self.flows.problems),
                self.reader.problems,
                self.reconstruction.problems,
                list(self._truncated),
            ],
            self.reader.sightings,
            self.reader.messages,
            self.reader.protected,
            self.reader.forwards,
            self.ledger.counts,
            outside(self.reconstruction.evidence),
            self.reconstruction.beyond,
            self.reconstruction.legs.identities(),
        )

    @property
    def bounds(self) -> Bounds:
        """How near each bound came that all captures share."""
        rooms = (
            self.flows.bounds | self.reader.bounds | self.early.bounds | self.reconstruction.bounds
        )
        return rooms | self.table.bounds | self.table.ring.bounds

    def _at(self, order: Order) -> None:
        """What is taken in next stands here in the order of the sweep."""
        self._order = order
        self.reconstruction.at(order)

    def _set_free(self, held: list[Held]) -> None:
        """Responses that waited for their request, each in its own place of the order."""
        now = self._order
        for message, order in held:
            self._at(order)
            self.reconstruction.message(message)
        self._at(now)
        self._apply(self.reconstruction.sa_events())

    def _turn(self, number: int, capture: int, line: int, time: int) -> None:
        """A capture has come to this time: every room lets go of what is too old."""
        if self.early.count:
            self._at((number, OVERDUE))
            self._set_free(self.early.due(time))
        for since, flows in self.flows.overdue(time):
            self._at((number, OVERDUE, *since))
            self._pass(flows)
        self.reader.advance(time)
        self._at((number, CLOSING))
        self.reconstruction.advance(capture, line, time)
        self._apply(self.reconstruction.sa_events())

    def _pass(self, flows: list[Flow]) -> None:
        for flow in flows:
            if isinstance(flow, Datagram):
                self._hear(self.reader.feed(flow))
            elif isinstance(flow, EspSeen):
                if self.early.count:
                    self._set_free(self.early.in_clear(flow.src, flow.dst))
                announced = self.table.get(flow.dst, flow.spi) is not None
                self.ledger.see(flow, announced)
                if self.met is not None and not announced:
                    self.met.missed.add((flow.dst, flow.spi))
                self.reconstruction.esp(flow)
            elif isinstance(flow, KeysSeen):
                self._find(flow)
            else:
                self.reconstruction.signal(flow)
        if self._events:
            self._apply(self.reconstruction.sa_events())

    def _hear(self, messages: list[SipMessage]) -> None:
        early = self.early
        for message in messages:
            if message.truncated and message.transport != "tcp":  # of TCP it was told already
                self._truncated.note(message.capture, TRUNCATED, message.frame)
            if self.met is not None:
                self.met.calls.add(message.call_id)
            if self.messages is not None:
                self.messages.append(message)
            if early.count:
                self._set_free(early.before(message))
            if message.code and message.request is None:
                near = self.reconstruction.legs.leg(message)[0] == "gm"
                if early.takes(message, self._order, near):
                    continue
            self.reconstruction.message(message)
            if early.count and message.is_request:
                self._set_free(early.answers(message))

    def _find(self, found: KeysSeen) -> None:
        pair = KeyPair(found.ck, found.ik, Origin("cx", found.capture, found.frame))
        self.table.ring.bind(found.nonce[:16], pair)
        if found.res and len(self.table.ring.results) < KEYS_BOUND:
            self.table.ring.results[found.nonce[:16]] = found.res

    def _apply(self, events: list[SaEvent]) -> None:
        for event in events:
            if event.keys is not None:
                self.table.ring.bind(event.rand, event.keys)
            elif event.kind == "announced":
                self.table.announce(event.sas)
                if self._esp is not None:
                    self._esp.announced(event.sas)
            else:
                self.table.remove(event.sas)
        if self.met is not None:
            self.met.hear(events)
        if self.sa_events is not None:
            self.sa_events.extend(events)


class WatchedFlows(Flows):
    """Tells of every ESP packet that was opened."""

    def __init__(self, table: SaTable, watch: EspWatch) -> None:
        super().__init__(table)
        self._table = table
        self._watch = watch

    def _feed_opened(
        self, packet: Packet, path: str, opened: Opened, seen: EspSeen, out: list[Flow]
    ) -> None:
        super()._feed_opened(packet, path, opened, seen, out)
        self._watch.see(packet, opened, seen, self._table)
