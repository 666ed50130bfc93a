"""The conductor: the only module that knows all rooms, and closes the one loop the protocol has.

An SA announced in message n opens packet n+1, and the next set is announced inside the present
one. So a packet goes through all rooms before the next one enters `flows/`, and what its messages
announced is in the `SaTable` by then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, Protocol

import msgspec

from analyzer.agreement.authentication import authenticate
from analyzer.agreement.core import CoreRegistration, alone
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.items import Agreement, Item, SaEvent, release
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
    packed,
)
from analyzer.agreement.reconstruction import Reconstruction
from analyzer.capture import Captures, Clock, Watermark, align, open_captures
from analyzer.capture.packet import CaptureInfo, Packet, Problem
from analyzer.collector import paused
from analyzer.flows import Flow, Flows
from analyzer.flows.datagram import Datagram, EspSeen, KeysSeen
from analyzer.flows.ledger import EspCounts, EspLedger
from analyzer.flows.problems import Problems
from analyzer.keys.files import KeysError, hex_key, read_esp_sa, read_keys, read_usim
from analyzer.keys.keyring import KeyPair, KeyRing, Origin
from analyzer.keys.sa_table import SaTable
from analyzer.limits import ENGINES, KEYS_BOUND, SHARED, SWEEPS, Bounds
from analyzer.report import assembly, model
from analyzer.report.evidence import outside
from analyzer.report.joined import Share, joined
from analyzer.report.spool import AgreementSpool, ExchangeSpool
from analyzer.report.steps import keep, steps
from analyzer.report.summary import summarise
from analyzer.rules import book as rule_book
from analyzer.rules import policy as rule_policy
from analyzer.rules.conclusion import conclude
from analyzer.rules.engine import Engine
from analyzer.rules.finding import Finding
from analyzer.rules.judge import Judge
from analyzer.rules.selection import selected
from analyzer.rules.vocabulary import POLICY_DEFAULTS
from analyzer.sharing.routing import Core, Routed, Turn, Turns, Whole
from analyzer.sharing.witness import Met
from analyzer.sip import SipMessage, SipReader
from analyzer.sip.early import Early, Held
from analyzer.version import NAME, VERSION

__all__ = ["Conductor", "KeysError", "Settings", "analyze", "sweep"]

if TYPE_CHECKING:
    from analyzer.flows.esp import Opened
    from analyzer.wireshark.sa_keys import EspWatch
    from analyzer.wireshark.second import Mode, Second

Input = str | BinaryIO
SECOND_ENGINE = frozenset({"link-type", "sigcomp"})
"""Problems of the native reader that tshark may solve."""
TRUNCATED: Final = "sip-message-truncated"
Told = Callable[[model.Exchange, list[model.Finding], bool], None]
"""Hears of an exchange with its findings: when its result came (False), when it closed (True)."""


@dataclass(frozen=True)
class Settings:
    """How to judge. `rules` are TOML files beside the book, `policy` one with `policy.*` values.

    `select` replaces the rules that are on, `extend_select` adds, `ignore` wins; each an id, a
    name or a family. `engine` says who reads SIP (`wireshark/second`); `tls_keylog` is a file of
    TLS secrets for it. `jobs` is how many processes may work, from `shared_from` octets of captures
    on; the report does not depend on it. `keys` are files of keys and `usim` files of USIMs
    (`keys.files`), `ck` and `ik` one pair of keys in hexadecimal; `show_keys` leaves keys readable
    in the report.
    `clocks` says of captures, by path or name, how many nanoseconds their clock is ahead.
    """

    dialect: str = "auto"
    rules: Sequence[str] = ()
    policy: str | None = None
    select: Sequence[str] = ()
    extend_select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    strict: bool = False
    jobs: int = 1
    keys: Sequence[str] = ()
    usim: Sequence[str] = ()
    ck: str | None = None
    ik: str | None = None
    show_keys: bool = False
    engine: Mode = "auto"
    tls_keylog: str | None = None
    clocks: Mapping[str, int] = field(default_factory=dict)
    shared_from: int = SHARED


class Seen(msgspec.Struct):
    """What `flows/` and `sip/` counted, by capture, and what was seen outside of all exchanges.

    `problems`: a list for each room's kinds. `beyond` are registrations met beyond the first hop,
    `identities` those that runs on the access side were seen of.
    """

    problems: list[list[tuple[int, Problem]]]
    sightings: dict[int, int]
    messages: dict[int, int]
    protected: dict[int, int]
    esp: dict[int, EspCounts]
    signals: list[model.Signal]
    beyond: list[CoreRegistration]
    identities: set[str]


class Watch(Protocol):
    """Sees what is handed on before it is judged and let go; `begin` is called for each sweep."""

    def begin(self) -> None:
        """Another sweep: what the one before showed is void."""

    def item(self, item: Item) -> None:
        """One item."""


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
        self._latest = max(self._latest, packet.time)
        if not self._turns.due(packet):
            return []
        self._turn(self._number, packet.capture, packet.line, packet.time)
        return self._closed()

    def pass_on(self, packet: Packet | Watermark) -> list[Item]:
        """The packet itself, behind `pass_time`."""
        if isinstance(packet, Watermark):
            return []
        self._at((self._number, PACKET))
        self._pass(self.flows.feed(packet))
        return self._closed()

    def take(self, routed: Routed) -> list[Item]:
        """The same of a share of the work: its whole packets, and what all shares hear."""
        if isinstance(routed, Whole):
            self._at((routed.number, PACKET))
            self._pass(self.flows.take(routed.packet, routed.frames))
        elif isinstance(routed, Turn):
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
        if self.early:
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
                if self.early:
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
        self._apply(self.reconstruction.sa_events())

    def _hear(self, messages: list[SipMessage]) -> None:
        for message in messages:
            if message.truncated and message.transport != "tcp":  # of TCP it was told already
                self._truncated.note(message.capture, TRUNCATED, message.frame)
            if self.met is not None:
                self.met.calls.add(message.call_id)
            if self.messages is not None:
                self.messages.append(message)
            if self.early:
                self._set_free(self.early.before(message))
            if message.code and message.request is None:
                near = self.reconstruction.legs.leg(message)[0] == "gm"
                if self.early.takes(message, self._order, near):
                    continue
            self.reconstruction.message(message)
            if self.early and message.is_request:
                self._set_free(self.early.answers(message))

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


class TwoEngines(Conductor):
    """Takes messages that the second engine read between the packets, or in place of those that
    would come out of them."""

    def __init__(
        self, second: Second, ring: KeyRing | None = None, esp: EspWatch | None = None
    ) -> None:
        super().__init__(ring, esp)
        self._only = second.only

    def pass_on(self, packet: Packet | Watermark | Datagram) -> list[Item]:
        """One packet, or what the second engine read of one."""
        if not isinstance(packet, Datagram):
            return super().pass_on(packet)
        self._at((self._number, PACKET))
        super()._pass([packet])
        return self.reconstruction.take()

    def _pass(self, flows: list[Flow]) -> None:
        if self._only:
            flows = [flow for flow in flows if not isinstance(flow, Datagram)]
        super()._pass(flows)


@dataclass
class Results:
    """What judging leaves behind: the spools, and the judge with its findings.

    `orders` says of what each spool holds where it stands, `born` by its number where it began.
    """

    judge: Judge
    told: Told | None = None
    watch: Watch | None = None
    show_keys: bool = False
    orders: tuple[list[bytes], list[bytes]] = field(default_factory=lambda: ([], []))
    born: tuple[dict[int, bytes], dict[int, bytes]] = field(default_factory=lambda: ({}, {}))
    sigcomp: set[int] = field(default_factory=set)  # captures where compressed SIP may be missed
    exchanges: ExchangeSpool = field(default_factory=ExchangeSpool)
    agreements: AgreementSpool = field(default_factory=AgreementSpool)

    def take(self, items: list[Item], captures: int) -> None:
        """Judge what closed, and put it away."""
        for item in items:
            if self.watch is not None:
                self.watch.item(item)
            if isinstance(item, Exchange):
                self._compression(item)
                mark = len(self.judge)
                judged = self.judge.exchange(item)
                made = assembly.exchange(judged, captures)
                self.exchanges.append(made, keep(item))
                self._place(0, item)
                if self.told is not None:
                    self._tell(item, made, self.judge.since(mark), closed=True)
                judged.facts.dismiss()
            else:
                self.judge.item(item)
                if isinstance(item, Agreement):
                    self.agreements.append(assembly.agreement(item, self.show_keys))
                    self._place(1, item)
            release(item)

    def share(self) -> Share:
        """All of it, to be put in order."""
        exchanges, agreements = (
            [born[number] for number in range(1, len(born) + 1)] for born in self.born
        )
        return Share(
            (self.exchanges, self.orders[0], exchanges),
            (self.agreements, self.orders[1], agreements),
            self.judge.found(),
        )

    def _place(self, spool: int, item: Exchange | Agreement) -> None:
        self.orders[spool].append(packed(item.order))
        self.born[spool][item.number] = packed(item.born)

    def _compression(self, run: Exchange) -> None:
        """Note a run that came to no end, of a client that names SigComp (RFC 3486 4)."""
        if run.verdict is None or run.verdict.succeeded:
            return
        place = run.steps[0].place if run.steps else None
        if place is not None and b"comp=sigcomp" in place.message.raw:
            self.sigcomp.add(place.message.capture)

    def preview(self, engine: Engine, conductor: Conductor, captures: int) -> None:
        """Tell of runs whose result came, as if they had closed now."""
        for run in conductor.reconstruction.peek():
            judge = Judge(engine)
            judged = judge.exchange(run)
            made = assembly.exchange(judged, captures)
            self._tell(run, made, judge.since(0), closed=False)
            judged.facts.dismiss()

    def _tell(
        self, run: Exchange, made: model.Exchange, found: list[Finding], *, closed: bool
    ) -> None:
        assert self.told is not None
        made.steps = steps(keep(run))
        self.told(made, [assembly.finding(one) for one in found], closed)


class Swept(NamedTuple):
    """What one sweep gives. `keys_came_late`: packets stayed closed whose keys the ring has now."""

    report: model.Report
    ring: KeyRing
    keys_came_late: bool


def analyze(
    inputs: Sequence[Input], settings: Settings | None = None, watch: Watch | None = None
) -> model.Report:
    """The whole machine as one function: captures in, report out.

    `inputs` are paths, globs, folders or `-`. Raises `BookError` where the rules, the policy or
    the selection cannot be used, `KeysError` where the keys given cannot, `ClockError` where a
    clock is given of what is no capture; what is wrong with a capture stands in the report.
    """
    return run(inputs, settings or Settings(), watch).report


def run(
    inputs: Sequence[Input],
    settings: Settings,
    watch: Watch | None = None,
    esp: EspWatch | None = None,
) -> Swept:
    """As `analyze`, with the keys that the last sweep knew; `esp` hears of what it opened."""
    captures = open_captures(inputs)
    rules, known = engine(settings), ring(settings)
    align(captures, settings.clocks)
    for number in range(1, SWEEPS + 1):
        swept = _swept(captures, settings, rules, known, watch, esp)
        if number == SWEEPS or not captures.repeatable or not swept.keys_came_late:
            break
    second = _second(captures, settings)
    if second is None:
        return swept
    if not second.datagrams:
        for number, problem in second.problems:
            swept.report.captures[number].problems.append(assembly.problem(problem))
        return swept
    return sweep(
        captures, rules, settings.strict, ring=known, second=second, watch=watch, esp=esp,
        show_keys=settings.show_keys,
    )  # fmt: skip


def _swept(
    captures: Captures,
    settings: Settings,
    rules: Engine,
    known: KeyRing,
    watch: Watch | None,
    esp: EspWatch | None,
) -> Swept:
    """One sweep, by several processes where that is worth it and can be done."""
    alone = watch is not None or esp is not None or settings.jobs == 1
    if not alone and captures.repeatable and captures.size >= settings.shared_from:
        from analyzer.pipeline_shared import shared_sweep

        swept = shared_sweep(captures, settings, known)
        if swept is not None:
            return swept
    return sweep(
        captures, rules, settings.strict, ring=known, watch=watch, esp=esp,
        show_keys=settings.show_keys,
    )  # fmt: skip


def _second(captures: Captures, settings: Settings) -> Second | None:
    """What the second engine reads of these captures, which were swept once; None: no need."""
    if settings.engine == "native":
        return None
    from analyzer.wireshark.second import ask, wanted

    asked = wanted(settings.engine, captures.infos, settings.tls_keylog)
    if not asked:
        return None
    only = settings.engine == "tshark"
    paths = captures.paths if captures.repeatable else [None] * len(captures.infos)
    return ask(asked, paths, settings.tls_keylog, only=only)


def follow(stream: BinaryIO, told: Told, settings: Settings | None = None) -> model.Report:
    """As `analyze`, of one stream as it comes: `told` hears of every exchange in time."""
    settings = settings or Settings()
    captures = open_captures([stream])
    return sweep(
        captures, engine(settings), settings.strict, told, ring(settings),
        show_keys=settings.show_keys,
    ).report  # fmt: skip


class Secrets:
    """Keys of ESP that pcapng files bring themselves, as lines of `esp_sa`; each block once."""

    def __init__(self, infos: Sequence[CaptureInfo], ring: KeyRing) -> None:
        self._infos = infos
        self._ring = ring
        self._known = set(ring.given)
        self._read: Counter[int] = Counter()

    def read(self) -> None:
        """Take what was read of the files so far; as a rule it stands before the packets."""
        for number, info in enumerate(self._infos):
            for text in info.esp_secrets[self._read[number] :]:
                self._read[number] += 1
                self._take(info, text.decode("utf-8", "replace"))

    def _take(self, info: CaptureInfo, text: str) -> None:
        try:
            for given in read_esp_sa(info.path, text, "secrets"):
                if given not in self._known:
                    self._known.add(given)
                    self._ring.give(given)
        except KeysError as error:
            info.problems.append(Problem("secrets", detail=str(error)))


def sweep(
    captures: Captures,
    engine: Engine,
    strict: bool = False,
    told: Told | None = None,
    ring: KeyRing | None = None,
    second: Second | None = None,
    watch: Watch | None = None,
    esp: EspWatch | None = None,
    show_keys: bool = False,
) -> Swept:
    """One pass over the captures; a function of what they hold, of what a second engine read of
    them, and of the keys in `ring`, to which it adds those it finds."""
    conductor = Conductor(ring, esp) if second is None else TwoEngines(second, ring, esp)
    conductor.reconstruction.dialect = engine.dialect
    kept = Results(Judge(engine), told, watch, show_keys)
    for one in (watch, esp):
        if one is not None:
            one.begin()
    count = len(captures.infos)
    if told is not None:
        conductor.reconstruction.known = []
    secrets = Secrets(captures.infos, conductor.table.ring)
    with paused():
        packets = iter(captures if second is None else _interleaved(captures, second))
        beginning = list(islice(packets, 1))
        secrets.read()
        for packet in chain(beginning, packets):
            items = conductor.pass_time(packet)
            if items:
                kept.take(items, count)
            items = conductor.pass_on(packet)
            if told is not None:
                kept.preview(engine, conductor, count)
            if items:
                kept.take(items, count)
        kept.take(conductor.finish(), count)
    secrets.read()
    made = report(captures, conductor.seen, [kept.share()], engine, strict, kept.sigcomp, second)
    return Swept(made, conductor.table.ring, conductor.flows.keys_came_late)


def _interleaved(captures: Captures, second: Second) -> Iterator[Any]:
    """The captures with what the second engine read, in the order of time; a packet stands before
    what was read out of it."""
    waiting = iter(_set_right(second.datagrams, captures.clocks))
    datagram = next(waiting, None)
    for item in captures:
        while datagram is not None and _stands_before(datagram, item):
            yield _on_its_line(datagram, captures)
            datagram = next(waiting, None)
        yield item
    while datagram is not None:
        yield _on_its_line(datagram, captures)
        datagram = next(waiting, None)


def _set_right(datagrams: list[Datagram], clocks: Mapping[int, Clock]) -> list[Datagram]:
    """The datagrams with the times of clocks that are set right, in their order."""
    for one in datagrams:
        clock = clocks.get(one.capture)
        if clock is not None:
            one.time = clock.set(one.time)
    return sorted(datagrams, key=lambda one: (one.time, one.capture, one.frame))


def _stands_before(datagram: Datagram, item: Packet | Watermark) -> bool:
    if datagram.time != item.time:
        return datagram.time < item.time
    return (datagram.capture, datagram.frame) < (item.capture, item.frame)


def _on_its_line(datagram: Datagram, captures: Captures) -> Datagram:
    datagram.line = captures.infos[datagram.capture].line
    return datagram


def report(
    captures: Captures,
    seen: Seen,
    shares: Sequence[Share],
    engine: Engine,
    strict: bool,
    sigcomp: Iterable[int] = (),
    second: Second | None = None,
) -> model.Report:
    """The report on what was seen, judged and put away."""
    for number in sigcomp:
        captures.infos[number].sigcomp = True
    exchanges, agreements = joined(shares)
    found = [assembly.finding(one) for one in conclude([one.found for one in shares], engine)]
    by_owner: dict[str, list[str]] = {}
    for one in found:
        for owner in (one.exchange, one.agreement):
            if owner is not None:
                by_owner.setdefault(owner, []).append(one.id)
    exchanges.findings = agreements.findings = by_owner
    report = model.Report(
        tool=model.Tool(name=NAME, version=VERSION),
        captures=_captures(captures, seen, second),
        exchanges=exchanges,
        agreements=agreements,
        findings=found,
        summary=summarise(exchanges, found, strict),
        strict=strict,
        signals=seen.signals,
        core_registrations=[
            assembly.core_registration(one) for one in alone(seen.beyond, seen.identities)
        ],
    )
    return _sampled(report, captures)


def _sampled(report: model.Report, captures: Captures) -> model.Report:
    """Where no exchange was found: what there is instead, from a look at the first frames."""
    if not report.summary.exchanges:
        for capture, found in zip(report.captures, captures.samples(), strict=True):
            if found.frames:
                capture.sample = assembly.sample(found)
    return report


def _captures(captures: Captures, seen: Seen, second: Second | None) -> list[model.Capture]:
    for number, problem in chain.from_iterable(seen.problems):
        info = captures.infos[number]
        if problem.kind == TRUNCATED and info.cut:
            problem.detail = "cut by the snap length: capture whole packets (tcpdump -s 0)"
        info.problems.append(problem)
    if second is not None:
        _read_after_all(captures.infos, second)
    return [
        assembly.capture(
            info,
            seen.sightings.get(number, 0),
            seen.messages.get(number, 0),
            captures.clocks.get(number),
            sip_in_esp=seen.protected.get(number) or None,
            tshark=None if second is None else _second_engine(second, number),
            **assembly.esp_counts(seen.esp.get(number) or EspCounts()),
        )
        for number, info in enumerate(captures.infos)
    ]


def ring(settings: Settings) -> KeyRing:
    """What is known before the first packet."""
    known = KeyRing()
    for path in settings.keys:
        read_keys(Path(path).name, _text(path), known)
    for path in settings.usim:
        read_usim(Path(path).name, _text(path), known)
    if (settings.ck is None) != (settings.ik is None):
        raise KeysError("ck and ik: one is given without the other")
    if settings.ck is not None and settings.ik is not None:
        pair = hex_key("ck", settings.ck), hex_key("ik", settings.ik)
        known.add(KeyPair(*pair, Origin("option")))
    return known


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeysError(f"{path}: {error}") from None


def _second_engine(second: Second, capture: int) -> model.SecondEngine | None:
    """What tshark read of a capture; None where it read nothing."""
    if capture not in second.messages:
        return None
    return model.SecondEngine(messages=second.messages[capture], why=list(second.why[capture]))


def _read_after_all(infos: Sequence[CaptureInfo], second: Second) -> None:
    """What the native reader could not read is no problem where tshark did."""
    for number in second.messages:
        info = infos[number]
        info.problems = [one for one in info.problems if one.kind not in SECOND_ENGINE]
        info.unreadable = False
    for number, problem in second.problems:
        infos[number].problems.append(problem)


def engine(settings: Settings) -> Engine:
    """The rules in force. Raises `BookError`."""
    if settings.rules or settings.policy is not None:
        return _own_engine(settings)
    return _shipped_engine(
        settings.dialect,
        tuple(settings.select),
        tuple(settings.extend_select),
        tuple(settings.ignore),
    )


@lru_cache(maxsize=ENGINES)
def _shipped_engine(
    dialect: str, select: tuple[str, ...], extend_select: tuple[str, ...], ignore: tuple[str, ...]
) -> Engine:
    """One for each selection: an engine keeps no state of what it judged."""
    return _own_engine(
        Settings(dialect=dialect, select=select, extend_select=extend_select, ignore=ignore)
    )


def _own_engine(settings: Settings) -> Engine:
    further = [(path, Path(path).read_bytes()) for path in settings.rules]
    rules = rule_book.load(further)
    policy = POLICY_DEFAULTS
    if settings.policy is not None:
        policy = rule_policy.read(settings.policy, Path(settings.policy).read_bytes())
    ids = selected(rules, settings.select, settings.extend_select, settings.ignore)
    dialects = None if settings.dialect == "auto" else (settings.dialect,)
    return Engine(rules, policy, dialects, ids)
