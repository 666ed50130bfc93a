"""The room's machine: messages and ESP in time order in; closed runs and later traffic out.

It moves each run along the exchange table (`states`), and says which SAs came to life
(`SaEvent`s). It never opens a packet and never writes the `SaTable`.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from analyzer.agreement import older
from analyzer.agreement.access import Access, Standing
from analyzer.agreement.beyond import Beyond
from analyzer.agreement.core import CoreRegistration
from analyzer.agreement.evidence import Evidence
from analyzer.agreement.exchange import Dialect, Exchange
from analyzer.agreement.found_keys import keys_in
from analyzer.agreement.hidden import Hidden
from analyzer.agreement.items import (
    Item,
    Loose,
    SaEvent,
)
from analyzer.agreement.later import Later
from analyzer.agreement.leaving import Leaving
from analyzer.agreement.legs import Legs
from analyzer.agreement.meaning import (
    answers_pending,
    has_to_echo,
    identity,
    negotiates,
    repeats,
    request_event,
    sent_again,
)
from analyzer.agreement.naming import exchange_key
from analyzer.agreement.order import ASKED as ASKED_LAST
from analyzer.agreement.order import CLOSING, IN_FORCE, OPEN, START, STRAY, Order
from analyzer.agreement.outcome import challenged_in_a_row, past, verdict
from analyzer.agreement.place import Place, above_tls
from analyzer.agreement.placing import doubt, due, place_of, stand
from analyzer.agreement.reuse import reused
from analyzer.agreement.runs import Runs
from analyzer.agreement.settlements import Settlements
from analyzer.agreement.states import (
    ANSWER,
    ANSWERED,
    CHALLENGE,
    CHALLENGED,
    DONE,
    PROVISIONAL,
    REQUEST,
    Event,
    response_event,
)
from analyzer.agreement.strays import Strays
from analyzer.capture.packet import Problem
from analyzer.flows.datagram import EspSeen, Signal
from analyzer.limits import (
    ACCESSES,
    EXCHANGES_BUFFER,
    LATER,
    SECOND,
    SIGNALLED,
    Bounds,
)
from analyzer.sip.message import SipMessage

# A connection for a run is opened no longer than this before it.
CONNECTED_BEFORE: Final = 5 * SECOND


class Reconstruction:
    """The state of `agreement/`: open exchanges, and the agreements in force.

    `dialect` is the one that every run is to be judged by; None for each its own. `events` and
    `items` hold what `sa_events` and `take` give, always in these two lists.
    """

    def __init__(self) -> None:
        self.dialect: Dialect | None = None
        self.evidence = Evidence()
        self.known: list[Exchange] | None = None  # where somebody waits: runs whose result came
        self.legs = Legs()
        self._settlements = Settlements()
        self._runs = Runs()
        self._leaving = Leaving()
        self.events, self.items = self._settlements.events, self._leaving.items
        self._later = Later(self._settlements, self._put)
        self._strays = Strays()
        self._hidden = Hidden(self._settlements, self._tell)
        self._far = Beyond(self._leaving.put)
        self._order = START
        self._clock = 0

    # ---- in

    def at(self, order: Order) -> None:
        """What is taken in next stands here in the order of the sweep."""
        self._order = self._settlements.order = order
        self.legs.number = order[0]

    def message(self, message: SipMessage) -> None:
        """Take one SIP message: new, or a retransmission (`original` is set)."""
        while self._runs.octets > EXCHANGES_BUFFER:
            self._drop_oldest()
        if message.truncated and not (message.call_id and message.cseq >= 0):
            self.legs.learn(message.src, message.dst).cut = True
            return
        leg, evidence = self.legs.leg(message)
        if message.code == 401:
            found = keys_in(message, leg)
            if found is not None:
                self.events.append(found)
        if leg != "gm":
            place, run = Place(message, leg, evidence), self._runs.of_call(message.call_id)
            self._far.take(place, run, self._order)
        elif message.is_request:
            self._request(message, evidence)
        else:
            self._response(message, evidence)

    def esp(self, esp: EspSeen) -> None:
        """Take one ESP packet, opened or not."""
        if esp.copy:
            return
        hit = self._settlements.sa(esp.dst, esp.spi)
        if hit is None:
            self._stray(esp)
            return
        association, sa = hit
        flow = association.flow(sa)
        flow.see(esp)
        if 0 < association.until < esp.time:
            flow.late += 1
        if association.state == "announced":
            association.state = "temporary"
        access = self.legs.access(esp.src, esp.dst)
        if esp.src != sa.src or flow.moved:
            flow.comes_from(esp, access is not None and access.announced(esp.spi))
        if access is None:
            return
        if (esp.line, esp.interface) not in access.esp_interfaces:
            access.esp_seen(esp.line, esp.interface)
        if flow.direction == "to-client":
            access.returned()
        if not esp.opened:
            access.sealed = True
            self._hidden.on_set(association, flow, esp)

    def signal(self, signal: Signal) -> None:
        """Keep evidence about reachability for the exchanges it may explain."""
        self.evidence.hear(signal)

    def advance(self, capture: int, line: int, time: int) -> None:
        """This capture, one of a line of captures that continue one another, has come to `time`:
        close what nothing more is expected of."""
        self._clock = max(self._clock, time)
        self._leaving.advance(capture, line, time)
        self._strays.turn(time)
        self._far.advance(self._clock)
        for looked, exchange in self._runs.overdue(self._clock):
            self.at((self._order[0], CLOSING, looked, *exchange.born))
            self._close(exchange)

    def finish(self, time: int) -> None:
        """The captures have ended, at `time`: close everything."""
        self.evidence.until = max(self._clock, time)
        end = self._order[0]
        self._far.finish()
        for exchange in self._runs.remaining():
            self.at((end, OPEN, *exchange.born))
            self._close(exchange)
        for order, loose in self._later.finish():
            self.at((end, ASKED_LAST, *order))
            self._put(loose)
        for agreement in self._settlements.finish():
            self.at((end, IN_FORCE, *agreement.born))
            self._leaving.agreement(agreement, self._order)
        for stray in self._strays.finish():
            self.at((end, STRAY, *stray.order))
            self._put(stray)

    # ---- out

    def take(self) -> list[Item]:
        """What closed, and what stands outside every exchange, since the last call."""
        items = [*self.items]
        self.items.clear()
        return items

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return (
            self._runs.bounds
            | self._later.bounds
            | self._strays.bounds
            | {
                "accesses": (sum(1 for _ in self.legs.accesses), ACCESSES),
                "signals": (len(self.evidence), SIGNALLED),
            }
        )

    @property
    def problems(self) -> list[tuple[int, Problem]]:
        """What was let go at a bound, told of the first capture whatever the capture:
        `exchange-dropped` (closed as it stood), `access-dropped` (forgotten)."""
        counted = ("exchange-dropped", self._runs.dropped), ("access-dropped", self.legs.dropped)
        return [(0, Problem(kind, count=count)) for kind, count in counted if count]

    def announced(self) -> Iterable[tuple[bytes, int]]:
        """Receiver and SPI of every SA announced so far."""
        return self._settlements.announced()

    def sa_events(self) -> list[SaEvent]:
        """What became of SAs since the last call."""
        events = [*self.events]
        self.events.clear()
        return events

    def peek(self) -> Iterator[Exchange]:
        """Runs whose result came since the last call and that are still open, each with the verdict
        it would have if it closed now. Nothing where `known` is None."""
        known = self.known
        if known:
            self.known = []
            for exchange in known:
                if not exchange.closed:
                    self._conclude(exchange)
                    yield exchange

    # ---- messages on the access side

    def _request(self, message: SipMessage, evidence: str) -> None:
        if message.method == "REGISTER":
            access = self.legs.learn(message.src, message.dst)
            self._run_request(message, place_of(message, evidence, access, self._settlements))
            return
        access_or_none = self.legs.access(message.src, message.dst)
        if access_or_none is None and message.protection == "clear":
            access_or_none = self.legs.learn(message.src, message.dst)
        place = place_of(message, evidence, access_or_none, self._settlements)
        exchange = self._runs.of_client(message.src, message.call_id)
        if place.from_client and (exchange is not None or negotiates(message)):
            self._run_request(message, place)
        else:
            stand(place)
            self._traffic(place)

    def _run_request(self, message: SipMessage, place: Place) -> None:
        """A request that belongs to a run, or begins one."""
        exchange = self._runs.of_request(message)
        if exchange is not None and self._joins(exchange, message, place):
            return
        stand(place)
        if message.method != "REGISTER" and not negotiates(message):
            self._traffic(place)
            return
        if place.protection == "clear" and place.access is not None and place.access.associations:
            place.reuses = reused(place.access.associations, place)
        if exchange is not None:
            self._supersede(exchange, message)
        self._begin(message, place)

    def _joins(self, exchange: Exchange, message: SipMessage, place: Place) -> bool:
        """Let an open run take the request, if it means something to it."""
        if sent_again(exchange, message):
            stand(place)
            self._note(exchange, place)
            return True
        event = request_event(exchange, message)
        if event is None or not self._step(exchange, event, place):
            return False
        exchange.pending = message
        if event is not ANSWER:
            stand(place)
            return True
        place.due(*due(exchange))
        doubt(place)
        _ = place.lists  # read now, while texts that were met a moment ago are remembered
        if place.on is not None:
            place.on.carry(message)
        return True

    def _begin(self, message: SipMessage, place: Place) -> Exchange:
        access, register = place.access, message.method == "REGISTER"
        assert access is not None
        standing = access.standing(identity(message))
        run, clear = standing.run, place.protection == "clear"
        if register and clear and run is not None and run.method == "REGISTER" and not run.closed:
            self._supersede(run, message)  # under another Call-ID: its subscriber starts over
        exchange = self._new_exchange(access, standing, message)
        exchange.deregistration = register and message.expires == 0
        exchange.start_seen = clear or exchange.under is not None
        self._step(exchange, REQUEST, place)
        exchange.pending = message
        return exchange

    def _response(self, message: SipMessage, evidence: str) -> None:
        access = self.legs.access(message.src, message.dst)
        if access is None:
            access = self.legs.learn(message.dst, message.src)
        if message.dst == access.ue:
            access.returned()
        place = place_of(message, evidence, access, self._settlements)
        exchange = self._runs.of_client(message.dst, message.call_id)
        if exchange is not None and self._answers(exchange, message, place):
            return
        if self._begins(message, place, exchange):
            return
        self._answered(place)

    def _answers(self, exchange: Exchange, message: SipMessage, place: Place) -> bool:
        """Let an open run take the response, if it answers its pending request."""
        request = message.request
        if request is None or request is not exchange.pending or message.original is not None:
            if repeats(exchange, message):
                self._note(exchange, place)
                return True
            if not answers_pending(exchange, message):
                return False
        event = response_event(message.code, exchange.state)
        if not self._step(exchange, event, place):
            return False
        if event is CHALLENGE:
            self._challenged(exchange, place)
        elif event is not PROVISIONAL:
            self._result(exchange, message)
        return True

    def _begins(self, message: SipMessage, place: Place, exchange: Exchange | None) -> bool:
        """A challenge whose request began no run: server-initiated, or the request was not read."""
        if message.code not in (401, 421, 494):
            return False
        if not message.has("security-server") and not older.present(message):
            return False
        access = place.access
        assert access is not None
        request = message.request
        if request is not None:
            if exchange is not None:
                self._supersede(exchange, message)
            asked_place = self._later.take(request)
            if asked_place is None or asked_place.access is None:
                asked_place = place_of(request, place.evidence, access, self._settlements)
                stand(asked_place)
            begun = self._begin(request, asked_place)
        else:
            begun = self._begin_unread(message, access, exchange)
            if exchange is not None:
                self._supersede(exchange, message)
        self._step(begun, CHALLENGE, place)
        self._challenged(begun, place)
        return True

    def _begin_unread(
        self, challenge: SipMessage, access: Access, before: Exchange | None
    ) -> Exchange:
        """A run whose request travelled in unread ESP, or before the capture."""
        standing = access.standing(identity(challenge))
        begun = self._new_exchange(access, standing, challenge)
        begun.start_seen = begun.under is not None
        if before is not None:
            unread = _last_from(before, access.ue)
            if unread is not None:
                begun.apply(REQUEST, unread, "uc>ps")
                begun.begun = unread.time
            forwards = [one for one in before.far if one.message.cseq >= challenge.cseq]
            for place in forwards:
                before.far.remove(place)
                place.exchange = begun
            begun.far += forwards
        return begun

    def _challenged(self, exchange: Exchange, place: Place) -> None:
        message = place.message
        exchange.pending = None
        access, server = exchange.access, place.server
        if server is not None:
            self._settlements.announce(exchange, message, server)
            if server.dialect:
                access.spoken = server.dialect
        if exchange.association is not None:
            for esp in self._strays.announced(exchange.association, message):
                self.esp(esp)
        if message.code in (421, 494):
            access.demands = True
            self._runs.refuse(exchange, identity(message))

    def _tell(self, exchange: Exchange) -> None:
        if self.known is not None:
            self.known.append(exchange)

    def _result(self, exchange: Exchange, message: SipMessage) -> None:
        if self.known is not None:
            self.known.append(exchange)
        if message.code < 300:
            expires = message.expires
            self._settlements.settle(exchange, message.time, expires)
            _settle_in_tls(exchange, message)
            if exchange.association is None and exchange.under is not None:
                self._settlements.extend(exchange.under, message.time, expires)

    # ---- ESP that nobody announced

    def _stray(self, esp: EspSeen) -> None:
        self._strays.keep(esp)
        access = self.legs.access(esp.src, esp.dst)
        if access is None:
            self.evidence.passed(esp)
            return
        access.esp_seen(esp.line, esp.interface)
        flow = self._strays.see(esp, access, self._order)
        if flow is None:
            return
        if flow.direction == "to-client":
            access.returned()
        if not esp.opened:
            self._hidden.on_stray(access, flow, esp)

    # ---- beyond the first hop, and outside every run

    @property
    def beyond(self) -> list[CoreRegistration]:
        """Registrations met beyond the first hop, outside the runs on the access side."""
        return self._far.registrations

    def _traffic(self, place: Place) -> None:
        """A request outside every run."""
        message = place.message
        if message.original is None and message.method != "ACK":
            self._shows_use(place)
            if place.on is not None and place.from_client and has_to_echo(message):
                place.on.carry(message)
        self._later.request(place, self._order)

    def _answered(self, place: Place) -> None:
        """A response outside every run."""
        if self._later.response(place):
            self._shows_use(place)
            return
        self._put(Loose(place))
        self._orphan(place)

    def _shows_use(self, place: Place) -> None:
        """Traffic on the set of a run whose result was not captured: a sign that there was one."""
        exchange = None if place.on is None else place.on.exchange
        if exchange is None or exchange.state not in (CHALLENGED, ANSWERED):
            return
        if len(exchange.used) < LATER:
            exchange.used.append(place)

    def _orphan(self, place: Place) -> None:
        """An answer to a REGISTER that was not read: a sign for the run before it."""
        message = place.message
        exchange = self._runs.of_client(message.dst, message.call_id)
        if exchange is not None and message.cseq_method == "REGISTER" and message.request is None:
            exchange.orphans.append(place)

    # ---- the runs

    def _new_exchange(self, access: Access, standing: Standing, message: SipMessage) -> Exchange:
        if self._runs.full:
            self._drop_oldest()
        method = message.method or message.cseq_method
        exchange = Exchange(
            self._runs.begun + 1, access, message.call_id, method, message.time, self._order
        )
        exchange.standing = standing
        standing.run = exchange
        exchange.under = standing.association
        if exchange.under is not None:
            exchange.granted = exchange.under.granted
        exchange.previous = standing.past
        self._runs.add(exchange)
        self._far.begun(exchange)
        return exchange

    def _drop_oldest(self) -> None:
        self._runs.dropped += 1
        self._close(self._runs.oldest)

    def _supersede(self, exchange: Exchange, by: SipMessage) -> None:
        if exchange.state is not DONE:
            exchange.superseded_by = by
        self._close(exchange)

    def _close(self, exchange: Exchange) -> None:
        if exchange.closed:
            return
        exchange.closed = True
        self._conclude(exchange)
        self._put(exchange)
        if exchange.standing is not None:
            if exchange.standing.run is exchange:
                exchange.standing.run = None
            exchange.standing.past = past(exchange)
            challenged_in_a_row(exchange)
        association = exchange.association
        if association is not None:
            association.exchange = None
            if association.established_time is None:
                self._settlements.drop(exchange, association)
        ended = self._settlements.ended
        for agreement, by in ended:  # the run counts still: all that it ended goes in that order
            self._leaving.ended(agreement, by, self._runs, self._order)
        ended.clear()
        self._runs.remove(exchange)
        self._leaving.closed(exchange.number, self._runs, self._order)

    def _conclude(self, exchange: Exchange) -> None:
        """What the run adds up to, as far as the captures have come."""
        capture = exchange.steps[-1].capture if exchange.steps else 0
        exchange.end_time = max(self._leaving.reached(capture), exchange.last_time)
        access = exchange.access
        exchange.evidence = self.evidence.between(
            access.ue, access.first_hop, exchange.begun - CONNECTED_BEFORE, exchange.end_time
        )
        exchange.verdict = verdict(exchange, self.dialect)
        exchange.key = exchange_key(exchange)

    def _put(self, item: Item) -> None:
        self._leaving.put(item, self._order)

    def _step(self, exchange: Exchange, event: Event, place: Place) -> bool:
        """Move a run on by a message, where that means something to it as it stands."""
        before = exchange.octets
        role = exchange.apply(event, place, place.sa)
        if not role:
            return False
        place.exchange, place.role = exchange, role
        self._runs.octets += exchange.octets - before
        return True

    def _note(self, exchange: Exchange, place: Place) -> None:
        place.exchange = exchange
        place.role = "retransmission"
        before = exchange.octets
        exchange.note(place)
        self._runs.octets += exchange.octets - before


def _settle_in_tls(exchange: Exchange, result: SipMessage) -> None:
    """Remember the connection of an agreement on TLS; one that was made otherwise replaces it."""
    standing = exchange.standing
    if standing is None or exchange.deregistration:
        return
    above = result.protection == "tls" or (result.transport == "tcp" and above_tls(result))
    if not above and standing.tls_port < 0:
        return
    challenge = exchange.place("challenge")
    if challenge is None:
        return
    standing.tls_port = -1
    if above:
        listed = challenge.server
        if listed is not None and any(one.key == "tls" for one in listed.signalling):
            standing.tls_port = result.dport


def _last_from(exchange: Exchange, ue: bytes) -> EspSeen | None:
    """The last unread ESP packet of the client: what a challenge out of the blue answers."""
    return next((esp for esp in reversed(exchange.later) if esp.src == ue), None)
