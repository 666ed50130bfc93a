"""The room's machine: messages and ESP in time order in; closed runs and later traffic out.

It moves each run along the exchange table (`states`), and says which SAs came to life
(`SaEvent`s). It never opens a packet and never writes the `SaTable`.
"""

import re
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import Final

from analyzer.agreement import older
from analyzer.agreement.access import Access
from analyzer.agreement.apart import Forwards, Unannounced
from analyzer.agreement.association import Association, Direction, Flow
from analyzer.agreement.core import Core, CoreRegistration
from analyzer.agreement.evidence import Evidence
from analyzer.agreement.exchange import Dialect, Exchange, Step
from analyzer.agreement.found_keys import keys_in
from analyzer.agreement.items import (
    Agreement,
    Item,
    Loose,
    SaEvent,
    StrayFlow,
)
from analyzer.agreement.later import Later
from analyzer.agreement.legs import Leg, Legs
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.naming import exchange_key
from analyzer.agreement.order import ASKED as ASKED_LAST
from analyzer.agreement.order import CLOSING, IN_FORCE, OPEN, START, STRAY, Order
from analyzer.agreement.outcome import challenged_in_a_row, past, verdict
from analyzer.agreement.place import Place, above_tls, demands_sec_agree, is_protected
from analyzer.agreement.reuse import reused
from analyzer.agreement.settlements import Settlements, conclude, due_lists, server_lists
from analyzer.agreement.states import Event, State, response_event
from analyzer.flows.datagram import EspSeen, Signal
from analyzer.limits import (
    ACCESSES,
    ANSWER_WAIT,
    FAR,
    LATER,
    OVERLAP,
    REG_AWAIT_AUTH,
    SECOND,
    SIGNALLED,
    Bounds,
)
from analyzer.sip.message import SipMessage

# Shorter ESP packets hold no SIP message but a TCP segment without one: the smallest answer to a
# REGISTER (status line, Via, From, To, Call-ID, CSeq) is longer, a bare segment is not.
SMALLEST_SIP: Final = 200

# Nothing more of a run is expected this long after its last step.
PATIENCE: Final = {
    State.DONE: ANSWER_WAIT,
    State.HEARD: OVERLAP,
    State.OFFERED: REG_AWAIT_AUTH,
    State.CHALLENGED: REG_AWAIT_AUTH,
    State.ANSWERED: REG_AWAIT_AUTH,
    State.BEGUN: ANSWER_WAIT,
}

# A connection for a run is opened no longer than this before it.
CONNECTED_BEFORE: Final = 5 * SECOND

# Credentials that plainly hold a response, and no report of a failure, need no parsing here.
RESPONSE: Final = re.compile(r'(?:^|[\s,])response="[0-9a-f]')
AUTS: Final = re.compile(r"auts", re.IGNORECASE)

EMERGENCY: Final = "urn:service:sos"  # RFC 5031
NOT_NEGOTIATED: Final = frozenset({"ACK", "CANCEL", "PRACK"})  # RFC 3329 2.6


class Reconstruction:
    """The state of `agreement/`: open exchanges, and the agreements in force.

    `dialect` is the one that every run is to be judged by; None for each its own.
    """

    def __init__(self) -> None:
        self.dialect: Dialect | None = None
        self.evidence = Evidence()
        self._core = Core()
        self.known: list[Exchange] | None = None  # where somebody waits: runs whose result came
        self.legs = Legs()
        self._settlements = Settlements()
        self._open: dict[tuple[bytes, str], Exchange] = {}
        self._calls: dict[str, Exchange] = {}
        self._refused: dict[tuple[bytes, bytes, str], Exchange] = {}
        self._patience: list[tuple[int, int, Exchange]] = []  # heap: due, number
        self._later = Later(self._settlements, self._put)
        self._strays: list[StrayFlow] = []
        self._unannounced = Unannounced()
        self._forwards = Forwards()
        self._items: list[Item] = []
        self._order = START
        self._lines: dict[int, int] = {}
        self._times: dict[int, int] = {}
        self._exchanges = 0
        self._running: set[int] = set()  # numbers of those not closed
        self._held: dict[int, list[Agreement]] = {}  # ended before their exchange was closed
        self._clock = 0

    # ---- in

    def at(self, order: Order) -> None:
        """What is taken in next stands here in the order of the sweep."""
        self._order = self._settlements.order = order
        self.legs.number = order[0]

    def message(self, message: SipMessage) -> None:
        """Take one SIP message: new, or a retransmission (`original` is set)."""
        if message.truncated and not (message.call_id and message.cseq >= 0):
            self.legs.learn(message.src, message.dst).cut = True
            return
        leg, evidence = self.legs.leg(message)
        if message.code == 401:
            found = keys_in(message, leg)
            if found is not None:
                self._settlements.events.append(found)
        if leg != "gm":
            self._beyond(message, leg, evidence)
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
        if access is None:
            return
        access.esp_interfaces.add((esp.line, esp.interface))
        if flow.direction == "to-client":
            access.returned()
        if not esp.opened:
            access.sealed = True
            self._hidden(association, flow, esp)

    def signal(self, signal: Signal) -> None:
        """Keep evidence about reachability for the exchanges it may explain."""
        self.evidence.hear(signal)

    def advance(self, capture: int, line: int, time: int) -> None:
        """This capture, one of a line of captures that continue one another, has come to `time`:
        close what nothing more is expected of."""
        self._clock = max(self._clock, time)
        self._lines[capture] = line
        self._times[line] = time
        self._unannounced.turn(time)
        self._let_stand(self._forwards.due(self._clock))
        patience = self._patience
        while patience and patience[0][0] <= self._clock:
            looked, number, exchange = heappop(patience)
            if exchange.closed:
                continue
            due = exchange.last_time + PATIENCE[exchange.state]
            if due <= self._clock:
                self.at((self._order[0], CLOSING, looked, *exchange.born))
                self._close(exchange)
            else:
                heappush(patience, (due, number, exchange))

    def finish(self, time: int) -> None:
        """The captures have ended, at `time`: close everything."""
        self.evidence.until = max(self._clock, time)
        end = self._order[0]
        self._let_stand(self._forwards.finish())
        for exchange in sorted(set(self._open.values()), key=_number):
            self.at((end, OPEN, *exchange.born))
            self._close(exchange)
        for order, loose in self._later.finish():
            self.at((end, ASKED_LAST, *order))
            self._put(loose)
        for agreement in self._settlements.finish():
            self.at((end, IN_FORCE, *agreement.born))
            self._hand_on(agreement)
        for stray in self._strays:
            self.at((end, STRAY, *stray.order))
            self._put(stray)
        self._strays.clear()

    # ---- out

    def take(self) -> list[Item]:
        """What closed, and what stands outside every exchange, since the last call."""
        items, self._items = self._items, []
        return items

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return (
            self._later.bounds
            | self._unannounced.bounds
            | {
                "accesses": (sum(1 for _ in self.legs.accesses), ACCESSES),
                "signals": (len(self.evidence), SIGNALLED),
            }
        )

    def announced(self) -> Iterable[tuple[bytes, int]]:
        """Receiver and SPI of every SA announced so far."""
        return self._settlements.announced()

    def sa_events(self) -> list[SaEvent]:
        """What became of SAs since the last call."""
        events = self._settlements.events
        if events:
            self._settlements.events = []
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
            self._run_request(message, self._place(message, evidence, access))
            return
        access_or_none = self.legs.access(message.src, message.dst)
        if access_or_none is None and message.protection == "clear":
            access_or_none = self.legs.learn(message.src, message.dst)
        place = self._place(message, evidence, access_or_none)
        exchange = self._open.get((message.src, message.call_id))
        if place.from_client and (exchange is not None or _negotiates(message)):
            self._run_request(message, place)
        else:
            self._traffic(place)

    def _run_request(self, message: SipMessage, place: Place) -> None:
        """A request that belongs to a run, or begins one."""
        exchange = self._run_of(message)
        if exchange is not None and self._joins(exchange, message, place):
            return
        if message.method != "REGISTER" and not _negotiates(message):
            self._traffic(place)
            return
        if place.protection == "clear" and place.access is not None and place.access.associations:
            place.reuses = reused(place.access.associations, place)
        if exchange is not None:
            self._supersede(exchange, message)
        self._begin(message, place)

    def _joins(self, exchange: Exchange, message: SipMessage, place: Place) -> bool:
        """Let an open run take the request, if it means something to it."""
        if _sent_again(exchange, message):
            self._note(exchange, place)
            return True
        event = _request_event(exchange, message)
        if event is None or not exchange.accepts(event):
            return False
        if event is Event.ANSWER:
            place.due(*_due(exchange))
            _doubt(place)
            if place.on is not None:
                place.on.carry(message)
        self._step(exchange, event, place)
        exchange.pending = message
        return True

    def _begin(self, message: SipMessage, place: Place) -> Exchange:
        access = place.access
        assert access is not None
        if message.method == "REGISTER" and place.protection == "clear":
            self._start_over(access, message)
        exchange = self._new_exchange(access, message)
        exchange.deregistration = message.method == "REGISTER" and message.expires == 0
        exchange.start_seen = place.protection == "clear" or exchange.under is not None
        self._step(exchange, Event.REQUEST, place)
        exchange.pending = message
        return exchange

    def _start_over(self, access: Access, register: SipMessage) -> None:
        """A clear REGISTER under another Call-ID ends the run its subscriber had open."""
        run = access.standing(_identity(register)).run
        if run is not None and not run.closed and run.method == "REGISTER":
            self._supersede(run, register)

    def _response(self, message: SipMessage, evidence: str) -> None:
        access = self.legs.access(message.src, message.dst)
        if access is None:
            access = self.legs.learn(message.dst, message.src)
        if message.dst == access.ue:
            access.returned()
        place = self._place(message, evidence, access)
        exchange = self._open.get((message.dst, message.call_id))
        if exchange is not None and self._answers(exchange, message, place):
            return
        if self._begins(message, place, exchange):
            return
        self._answered(place)

    def _answers(self, exchange: Exchange, message: SipMessage, place: Place) -> bool:
        """Let an open run take the response, if it answers its pending request."""
        if _repeats(exchange, message):
            self._note(exchange, place)
            return True
        if not _matches(exchange, message):
            return False
        event = response_event(message.code, exchange.state)
        if not exchange.accepts(event):
            return False
        self._step(exchange, event, place)
        if event is Event.CHALLENGE:
            self._challenged(exchange, place)
        elif event is not Event.PROVISIONAL:
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
                asked_place = self._place(request, place.evidence, access)
            begun = self._begin(request, asked_place)
        else:
            begun = self._begin_unread(message, access, exchange)
            if exchange is not None:
                self._supersede(exchange, message)
        self._step(begun, Event.CHALLENGE, place)
        self._challenged(begun, place)
        return True

    def _begin_unread(
        self, challenge: SipMessage, access: Access, before: Exchange | None
    ) -> Exchange:
        """A run whose request travelled in unread ESP, or before the capture."""
        begun = self._new_exchange(access, challenge)
        begun.start_seen = begun.under is not None
        if before is not None:
            unread = _last_from(before, access.ue)
            if unread is not None:
                begun.apply(Event.REQUEST, unread, "uc>ps")
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
        self._settlements.announce(exchange, place)
        if exchange.association is not None:
            self._see_again(exchange.association, message)
        access = exchange.access
        if place.server is not None and place.server.dialect:
            access.spoken = place.server.dialect
        if message.code in (421, 494):
            access.demands = True
            self._refused[access.ue, access.first_hop, _identity(message)] = exchange

    def _see_again(self, association: Association, challenge: SipMessage) -> None:
        """ESP on the new set that stands before its challenge."""
        assert association.exchange is not None
        access = association.exchange.access
        for sa in association.sas:
            seen = self._unannounced.announced(sa.dst, sa.spi, challenge)
            stray = access.strays.get((sa.dst, sa.spi))
            if stray is not None:
                if stray.packets != len(seen):
                    continue
                del access.strays[sa.dst, sa.spi]
                self._strays = [one for one in self._strays if one.flow is not stray]
            for esp in seen:
                self.esp(esp)

    def _tell(self, exchange: Exchange) -> None:
        if self.known is not None:
            self.known.append(exchange)

    def _result(self, exchange: Exchange, message: SipMessage) -> None:
        self._tell(exchange)
        if message.code < 300:
            self._settlements.settle(exchange, message.time, message.expires)
            _settle_in_tls(exchange, message)
            if exchange.association is None and exchange.under is not None:
                self._settlements.extend(exchange.under, message.time, message.expires)

    # ---- ESP that could not be opened, and ESP that nobody announced

    def _hidden(self, association: Association, flow: Flow, esp: EspSeen) -> None:
        exchange = association.exchange
        if exchange is None or exchange.closed or esp.length < SMALLEST_SIP:
            return
        if association is not exchange.association:
            return
        to_server = flow.direction == "to-server"
        event = Event.HIDDEN_REQUEST if to_server else Event.HIDDEN_ANSWER
        if exchange.accepts(event):
            exchange.apply(event, esp, flow.name)
            if event is Event.HIDDEN_ANSWER:
                self._settlements.settle(exchange, esp.time, None)
                self._tell(exchange)
        elif exchange.state is State.HEARD:
            if len(exchange.later) < LATER:
                exchange.later.append(esp)

    def _stray(self, esp: EspSeen) -> None:
        self._unannounced.keep(esp)
        access = self.legs.access(esp.src, esp.dst)
        if access is None:
            self.evidence.passed(esp)
            return
        access.esp_interfaces.add((esp.line, esp.interface))
        direction: Direction = "to-server" if esp.src == access.ue else "to-client"
        flow = access.strays.get((esp.dst, esp.spi))
        if flow is None:
            flow = access.stray(Flow(esp.spi, esp.src, esp.dst, direction, ""))
            exchange = self._youngest(access)
            if flow is not None:
                flow.provisional = access.sealed
                unsure = access.sealed or not _offer_read(access, exchange)
                self._strays.append(StrayFlow(access, flow, unsure, exchange, self._order))
        if flow is None:
            return
        flow.see(esp)
        if direction == "to-server" and not esp.opened and esp.length >= SMALLEST_SIP:
            exchange = self._youngest(access)
            if exchange is not None and exchange.accepts(Event.HIDDEN_REQUEST):
                exchange.apply(Event.HIDDEN_REQUEST, esp, "")
        if direction == "to-client":
            access.returned()
            if flow.provisional and not esp.opened:
                self._provisional_answer(access, esp)

    def _provisional_answer(self, access: Access, esp: EspSeen) -> None:
        """A new SPI towards the client: of the set whose offer could not be read."""
        exchange = self._youngest(access)
        if exchange is None or esp.length < SMALLEST_SIP:
            return
        association = exchange.association
        if association is None or association.client is not None:
            return
        if exchange.accepts(Event.HIDDEN_ANSWER):
            exchange.apply(Event.HIDDEN_ANSWER, esp, "")
            self._settlements.settle(exchange, esp.time, None)

    def _youngest(self, access: Access) -> Exchange | None:
        for association in reversed(access.associations):
            if association.exchange is not None:
                return association.exchange
        return None

    # ---- beyond the first hop, and outside every run

    @property
    def beyond(self) -> list[CoreRegistration]:
        """Registrations met beyond the first hop, outside the runs on the access side."""
        return self._core.runs

    def _stands(self, place: Place) -> None:
        if place.leg == "mw":
            self._core.take(place.message)
        self._put(Loose(place))

    def _beyond(self, message: SipMessage, leg: Leg, evidence: str) -> None:
        place = Place(message, leg, evidence)
        exchange = self._calls.get(message.call_id)
        if exchange is not None and leg == "mw" and len(exchange.far) < FAR:
            place.exchange = exchange
            exchange.far.append(place)
        elif leg != "mw" or not self._forwards.keep(place, self._order):
            self._stands(place)

    def _let_stand(self, places: Iterable[tuple[Place, Order]]) -> None:
        """Messages beyond the first hop whose run was not seen."""
        order = self._order
        for place, self._order in places:
            self._stands(place)
        self._order = order

    def _traffic(self, place: Place) -> None:
        """A request outside every run."""
        message = place.message
        if message.original is None and message.method != "ACK":
            self._shows_use(place)
            if place.on is not None and place.from_client and _echoes(message):
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
        if exchange is None or exchange.state not in (State.CHALLENGED, State.ANSWERED):
            return
        if len(exchange.used) < LATER:
            exchange.used.append(place)

    def _orphan(self, place: Place) -> None:
        """An answer to a REGISTER that was not read: a sign for the run before it."""
        message = place.message
        exchange = self._open.get((message.dst, message.call_id))
        if exchange is not None and message.cseq_method == "REGISTER" and message.request is None:
            exchange.orphans.append(place)

    def _place(self, message: SipMessage, evidence: str, access: Access | None) -> Place:
        """The message with what is in force for its client."""
        place = Place(message, "gm", evidence, access)
        if access is None:
            return place
        place.from_client = message.src == access.ue
        if message.spi >= 0:
            hit = self._settlements.sa(message.dst, message.spi)
            if hit is not None:
                place.on, place.sa = hit[0], hit[1].name
        elif access.associations:
            self._above_ipsec(place, access)
        standing = access.standing_of(message)
        if standing is not None:
            place.in_force = standing.association
            place.tls_port = standing.tls_port
            if message.is_request and place.from_client:
                place.stand(standing)
                _doubt(place)
        in_force = place.on or place.in_force
        if in_force is not None:
            place.life = in_force.state
        return place

    def _above_ipsec(self, place: Place, access: Access) -> None:
        """A message on the ports of a set where no ESP was ever seen: captured above IPsec."""
        message = place.message
        if message.synthetic:
            if is_protected(message):
                place.protection, place.on = "ports", access.associations[-1]
            return
        if (message.line, message.interface) in access.esp_interfaces:
            return
        ports = message.src, message.sport, message.dport
        for association in access.associations:
            for sa in association.sas:
                if (sa.src, sa.sport, sa.dport) == ports:
                    place.protection, place.on, place.sa = "ports", association, sa.name
                    return

    # ---- the runs

    def _run_of(self, message: SipMessage) -> Exchange | None:
        """The open run that a request may belong to: by Call-ID, after 421 and 494 by identity."""
        exchange = self._open.get((message.src, message.call_id))
        if exchange is None and self._refused:
            key = message.src, message.dst, _identity(message)
            exchange = self._refused.get(key)
            if exchange is not None and (exchange.closed or exchange.state is not State.CHALLENGED):
                del self._refused[key]
                exchange = None
            elif exchange is not None:
                self._register_key(exchange, (message.src, message.call_id))
        return exchange

    def _new_exchange(self, access: Access, message: SipMessage) -> Exchange:
        self._exchanges += 1
        method = message.method or message.cseq_method
        exchange = Exchange(
            self._exchanges, access, message.call_id, method, message.time, self._order
        )
        key = access.ue, message.call_id
        exchange.standing = access.standing(_identity(message))
        exchange.standing.run = exchange
        exchange.under = exchange.standing.association
        exchange.previous = exchange.standing.past
        self._running.add(exchange.number)
        self._register_key(exchange, key)
        self._calls[message.call_id] = exchange
        exchange.far = self._forwards.of(message.call_id, message.time)
        for place in exchange.far:
            place.exchange = exchange
        heappush(self._patience, (message.time + ANSWER_WAIT, exchange.number, exchange))
        return exchange

    def _register_key(self, exchange: Exchange, key: tuple[bytes, str]) -> None:
        self._open[key] = exchange
        exchange.keys.append(key)

    def _supersede(self, exchange: Exchange, by: SipMessage) -> None:
        if exchange.state is not State.DONE:
            exchange.superseded_by = by
        self._close(exchange)

    def _close(self, exchange: Exchange) -> None:
        if exchange.closed:
            return
        exchange.closed = True
        self._running.discard(exchange.number)
        self._conclude(exchange)
        for key in exchange.keys:
            if self._open.get(key) is exchange:
                del self._open[key]
        if self._calls.get(exchange.call_id) is exchange:
            del self._calls[exchange.call_id]
        self._put(exchange)
        if exchange.standing is not None:
            if exchange.standing.run is exchange:
                exchange.standing.run = None
            exchange.standing.past = past(exchange)
            challenged_in_a_row(exchange)
        if exchange.association is not None:
            exchange.association.exchange = None
            self._settlements.drop(exchange)
        ended = self._settlements.ended
        for agreement, by in ended:
            self._hold(agreement, by)
        ended.clear()
        for agreement in self._held.pop(exchange.number, ()):
            self._hold(agreement, agreement.exchange)

    def _conclude(self, exchange: Exchange) -> None:
        """What the run adds up to, as far as the captures have come."""
        capture = exchange.steps[-1].capture if exchange.steps else 0
        line = self._lines.get(capture, capture)
        exchange.end_time = max(self._times.get(line, 0), exchange.last_time)
        access = exchange.access
        exchange.evidence = self.evidence.between(
            access.ue, access.first_hop, exchange.begun - CONNECTED_BEFORE, exchange.end_time
        )
        exchange.verdict = verdict(exchange, self.dialect)
        exchange.key = exchange_key(exchange)

    def _hold(self, agreement: Agreement, run: int) -> None:
        """Hand on an agreement when the run that ended it is closed, and the one it came from:
        until then packets on its set are seen."""
        if run in self._running:
            self._held.setdefault(run, []).append(agreement)
        elif agreement.exchange in self._running:
            self._held.setdefault(agreement.exchange, []).append(agreement)
        else:
            self._hand_on(agreement)

    def _hand_on(self, agreement: Agreement) -> None:
        line = self._lines.get(agreement.capture, agreement.capture)
        agreement.seen_until = self._times.get(line, 0)
        conclude(agreement)
        self._put(agreement)

    def _put(self, item: Item) -> None:
        item.order = self._order
        self._items.append(item)

    def _step(self, exchange: Exchange, event: Event, place: Place) -> Step:
        place.exchange = exchange
        step = exchange.apply(event, place, place.sa)
        place.role = step.role
        if step.role == "verify":
            place.lists  # noqa: B018  (the same texts as a moment ago: still remembered)
        return step

    def _note(self, exchange: Exchange, place: Place) -> None:
        place.exchange = exchange
        place.role = "retransmission"
        exchange.note(place)


def _number(exchange: Exchange) -> int:
    return exchange.number


def _echoes(message: SipMessage) -> bool:
    """A request that has to repeat the list of the server on an agreement (RFC 3329 2.3.1, 2.6)."""
    return message.method not in NOT_NEGOTIATED and not message.uri.lower().startswith(EMERGENCY)


def _settle_in_tls(exchange: Exchange, result: SipMessage) -> None:
    """Remember the connection of an agreement on TLS; one that was made otherwise replaces it."""
    standing, challenge = exchange.standing, exchange.place("challenge")
    if standing is None or challenge is None or exchange.deregistration:
        return
    standing.tls_port = -1
    if result.protection == "tls" or above_tls(result):
        listed = challenge.server
        if listed is not None and any(one.key == "tls" for one in listed.signalling):
            standing.tls_port = result.dport


def _negotiates(message: SipMessage) -> bool:
    """A request that offers or demands an agreement, in clear (RFC 3329 2.3.1)."""
    if message.protection != "clear" or message.method in NOT_NEGOTIATED:
        return False
    if message.has("security-verify"):
        return False
    if message.has("security-client") or demands_sec_agree(message):
        return True
    return older.present(message)


def _request_event(exchange: Exchange, message: SipMessage) -> Event | None:
    """What a request of the same client means to an open run; None: it begins another one."""
    verifies = message.has("security-verify")
    if exchange.state is State.OFFERED:
        if _reports_failure(exchange.pending, message):
            return Event.FAILURE
        follows = _follows(exchange.pending, message, verifies)
        return Event.ANSWER if follows else None
    if exchange.state in (State.BEGUN, State.DONE):
        return None
    challenge = exchange.message("challenge")
    text = message.value("authorization") or message.value("proxy-authorization") or ""
    if text and not (verifies and RESPONSE.search(text) and AUTS.search(text) is None):
        credentials = message.credentials
        if credentials is not None and credentials.nonce:
            if credentials.auts is not None or not credentials.response:
                return Event.FAILURE
            if _answers_nonce(challenge, credentials.nonce):
                return Event.ANSWER
    if verifies or _echoes_older(exchange, message):
        return Event.ANSWER
    if challenge is not None and challenge.code in (421, 494) and message.protection == "clear":
        return Event.RETRY
    return None


def _echoes_older(exchange: Exchange, message: SipMessage) -> bool:
    """An answer in the dialects whose lists all have one header. After 421 and 494 a client that
    had sent no list may send its own first, which starts over (draft-00 6.3)."""
    if not older.present(message):
        return False
    server = next(server_lists(exchange), None)
    offer = exchange.offer
    if server is None or (offer is not None and offer.client is not None):
        return True
    return any(one.source == server.source for one in older.lists_of(message))


def _last_from(exchange: Exchange, ue: bytes) -> EspSeen | None:
    """The last unread ESP packet of the client: what a challenge out of the blue answers."""
    return next((esp for esp in reversed(exchange.later) if esp.src == ue), None)


def _reports_failure(pending: SipMessage | None, request: SipMessage) -> bool:
    """A report about a challenge that was not captured (TS 24.229 5.1.1.5.3)."""
    if pending is None or request.call_id != pending.call_id or request.cseq <= pending.cseq:
        return False
    text = request.value("authorization") or ""
    if AUTS.search(text) is None:
        return False
    credentials = request.credentials
    return credentials is not None and bool(credentials.nonce) and credentials.auts is not None


def _follows(pending: SipMessage | None, request: SipMessage, verifies: bool) -> bool:
    """The next request of the client, with a new list, or the response to a nonce that the one
    before it had not: its challenge was not captured."""
    if pending is None or request.call_id != pending.call_id or request.cseq <= pending.cseq:
        return False
    if verifies and pending.value("security-verify") != request.value("security-verify"):
        return True
    return _responds_anew(pending, request)


def _responds_anew(pending: SipMessage, request: SipMessage) -> bool:
    for header in ("authorization", "proxy-authorization"):
        text = request.value(header)
        if text is not None and RESPONSE.search(text) and text != pending.value(header):
            new, old = request.credentials, pending.credentials
            had = "" if old is None else old.nonce
            return new is not None and bool(new.nonce) and new.nonce != had
    return False


def _sent_again(exchange: Exchange, request: SipMessage) -> bool:
    """A request of the run once more: the same octets, or the same transaction (RFC 3261 17.1)."""
    if request.original is not None and exchange.holds(request.original):
        return True
    pending = exchange.pending
    return pending is not None and _one_transaction(request, pending)


def _one_transaction(one: SipMessage, other: SipMessage) -> bool:
    """Two requests of one Call-ID are the same transaction (RFC 3261 17.1.3)."""
    return (
        one.branch == other.branch != "" and one.cseq == other.cseq and one.method == other.method
    )


def _repeats(exchange: Exchange, response: SipMessage) -> bool:
    """A response that the run has had: sent again, or to a request that was sent again."""
    if response.original is not None and exchange.holds(response.original):
        return True
    request = response.request
    if request is None or request is exchange.pending:
        return False
    final = request.final
    return final is not None and final is not response and exchange.holds(final)


def _answers_nonce(challenge: SipMessage | None, nonce: str) -> bool:
    if challenge is None or challenge.challenge is None:
        return False
    return any(one.nonce == nonce for one in challenge.challenges)


def _matches(exchange: Exchange, message: SipMessage) -> bool:
    """Whether a response answers the run's pending request, read or not."""
    pending = exchange.pending
    if pending is not None:
        request = message.request
        if request is not None:
            return pending in (request, request.original) or _one_transaction(request, pending)
        return message.cseq == pending.cseq and message.cseq_method == pending.method
    if message.request is not None or not _may_be_answered_unseen(exchange, message):
        return False
    challenge = exchange.message("challenge")
    return (
        challenge is not None
        and message.cseq_method == exchange.method
        and message.cseq == challenge.cseq + 1
    )


def _may_be_answered_unseen(exchange: Exchange, message: SipMessage) -> bool:
    """The answer to the challenge was hidden; or not captured, which a result in ESP shows."""
    if exchange.state is State.CHALLENGED:
        return message.code >= 200 and message.spi >= 0
    return exchange.state in (State.ANSWERED, State.HEARD)


def _identity(message: SipMessage) -> str:
    """The address-of-record that a registration is about (RFC 3261 10.2)."""
    return message.to_uri


def _due(exchange: Exchange) -> tuple[MechanismList | None, tuple[MechanismList, ...]]:
    """The list that an answer to the run's challenge must repeat, and those before it.

    Where the challenge was read and brought none, none is due; where it was not, nobody knows.
    """
    mine = list(due_lists(exchange))
    standing = exchange.standing
    before: list[MechanismList] = []
    if standing is not None:
        before = [one for one in (standing.applies, *standing.older) if one is not None]
    return (mine[0] if mine else None), (*mine[1:], *before)


def _doubt(place: Place) -> None:
    """A message on the very SPI that its own Security-Verify names, where the list known here does
    not: the list it repeats was announced, but not captured."""
    spi = place.message.spi
    if spi < 0 or place.against is None or place.verify is None:
        return
    named = any(spi in (one.spi_c, one.spi_s) for one in place.verify.elements)
    known = any(spi in (one.spi_c, one.spi_s) for one in place.against.elements)
    if named and not known:
        place.against = None


def _offer_read(access: Access, exchange: Exchange | None) -> bool:
    """Whether all that could have announced a set here was captured and read."""
    if exchange is None:
        return any(one.client is not None for one in access.associations)
    if not exchange.start_seen or exchange.state is State.OFFERED:
        return False
    offer = exchange.offer
    if offer is None or offer.cut:
        return False
    return all(one.client is not None for one in access.associations)
