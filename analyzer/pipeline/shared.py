"""A sweep, its work shared between processes.

This process reads the captures and gives each packet its share (`sharing.routing`). A process for
each share takes its packets through all further rooms, judges what closes, and in the end gives
back what it has put away, with the orders by which it is merged here and numbered anew. Where the
shares do not add up to what one process would have found (`sharing.witness`), there is no result,
and one process has to do it.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any, Final

import msgspec

from analyzer.capture import Captures
from analyzer.capture.packet import Watermark
from analyzer.collector import paused
from analyzer.flows import is_cx
from analyzer.flows.ledger import EspLedger
from analyzer.flows.problems import Problems
from analyzer.flows.transport import UDP
from analyzer.keys.keyring import KeyPair, KeyRing
from analyzer.limits import BATCH
from analyzer.pipeline.conductor import Conductor, Seen
from analyzer.pipeline.reporting import report
from analyzer.pipeline.results import Results
from analyzer.pipeline.settings import Settings, engine
from analyzer.pipeline.sweeping import Secrets, Swept
from analyzer.report.evidence import first_of
from analyzer.report.glance import Glances
from analyzer.report.joined import Filled, Share
from analyzer.report.spool import AgreementSpool, ExchangeSpool
from analyzer.rules.conclusion import Found
from analyzer.rules.judge import Judge
from analyzer.sharing.crew import NO_MORE, Crew, Inbox, Lost
from analyzer.sharing.routing import End, Entangled, Routed, Router, Turn, Turns, Whole
from analyzer.sharing.witness import Met, Witness, agree, by_receiver

ITEM: Final = 128  # octets that one takes beside those of its packet, roughly


class Put(msgspec.Struct):
    """What a spool was filled with: sizes and owners of its objects, their orders, and by their
    numbers where they began."""

    sizes: list[int]
    owners: list[int]
    orders: list[bytes]
    born: list[bytes]


class Part(msgspec.Struct):
    """What a share gives back, before the octets of its two spools (where they are not left in
    files)."""

    witness: Witness
    seen: Seen
    found: Found
    sigcomp: list[int]
    keys: list[tuple[bytes, KeyPair]]
    keys_came_late: bool
    exchanges: Put
    glances: Glances
    agreements: Put


_ENCODER: Final = msgspec.msgpack.Encoder()


# ---- in the process of a share


Files = list[IO[bytes]]
"""Those of the two spools; none where they have files of their own."""


def work(inbox: Inbox, files: Files, settings: Settings, captures: int, known: KeyRing) -> None:
    """Take all batches of a share, then give back its part and what its spools hold."""
    with suppress(EOFError, OSError, KeyboardInterrupt):  # nobody waits for it any more
        _work(inbox, files, settings, captures, known)


def _work(inbox: Inbox, files: Files, settings: Settings, captures: int, known: KeyRing) -> None:
    decode = msgspec.msgpack.Decoder(list[Routed]).decode
    conductor = Conductor(known)
    conductor.met = Met()
    rules = engine(settings)
    conductor.reconstruction.dialect = rules.dialect
    kept = Results(Judge(rules), show_keys=settings.show_keys)
    kept.exchanges, kept.agreements = _spools(files)
    with paused():
        for batch in inbox.batches(decode):
            for routed in batch:
                items = conductor.take(routed)
                if items:
                    kept.take(items, captures)
        kept.take(conductor.finish(), captures)
    spools = kept.exchanges, kept.agreements
    for spool in spools:
        spool.flush()
    inbox.answer(msgspec.msgpack.encode(_part(conductor, kept)))
    if not files:
        for spool in spools:
            for block in spool.blocks():
                inbox.answer(block)
            inbox.answer(NO_MORE)


def _spools(files: Files) -> tuple[ExchangeSpool, AgreementSpool]:
    exchanges, agreements = files or (None, None)
    return ExchangeSpool(exchanges), AgreementSpool(agreements)


def _part(conductor: Conductor, kept: Results) -> Part:
    assert conductor.met is not None
    share = kept.share()
    return Part(
        _witness(conductor, conductor.met),
        conductor.seen,
        share.found,
        sorted(kept.sigcomp),
        list(conductor.table.ring.bound()),
        conductor.flows.keys_came_late,
        _put(share.exchanges),
        share.glances,
        _put(share.agreements),
    )


def _put(filled: Filled[Any]) -> Put:
    spool = filled.spool
    return Put(spool.sizes(), list(spool.owners), list(filled.orders), list(filled.born))


def _witness(conductor: Conductor, met: Met) -> Witness:
    reconstruction = conductor.reconstruction
    return Witness(
        [call.encode("utf-8", "surrogateescape") for call in met.calls],
        by_receiver(reconstruction.announced()),
        by_receiver(met.missed),
        list(met.used),
        list(met.found),
        conductor.flows.puzzled,
        [(one.ue, one.first_hop) for one in reconstruction.legs.accesses],
        [(*pair, number) for pair, number in reconstruction.legs.cores.items()],
        conductor.bounds,
    )


# ---- in the process that reads


def shared_sweep(captures: Captures, settings: Settings, known: KeyRing) -> Swept | None:
    """As `pipeline.sweep`; None where the work cannot be shared, and nothing was changed then."""
    try:
        with Crew(settings.jobs, work, settings, len(captures.infos), known, files=2) as crew:
            router = Router(settings.jobs, crew.idlest)
            _hand_out(captures, router, crew, settings.jobs)
            received = [_received(crew, share) for share in range(settings.jobs)]
    except (Entangled, Lost):
        return None
    parts = [part for part, _ in received]
    if not agree([part.witness for part in parts], router) or _brings_keys(captures, known):
        return None
    found = [pair for part in parts for pair in part.keys]
    for rand, pair in sorted(found, key=_origin):
        known.bind(rand, pair)
    made = report(
        captures,
        _added([part.seen for part in parts], router),
        [share for _, share in received],
        engine(settings),
        settings.strict,
        {number for part in parts for number in part.sigcomp},
    )
    return Swept(made, known, any(part.keys_came_late for part in parts))


def _brings_keys(captures: Captures, known: KeyRing) -> bool:
    """Whether the captures hold keys in blocks of their own that are news, and for whom nobody
    knows."""
    before = known.version
    Secrets(captures.infos, known).read()
    return known.version != before


def _origin(found: tuple[bytes, KeyPair]) -> tuple[int, int, bytes]:
    rand, pair = found
    return pair.origin.capture, pair.origin.frame, rand


def _hand_out(captures: Captures, router: Router, crew: Crew, shares: int) -> None:
    """Read the captures, and send each packet to its share."""
    batches = [_Batch(crew, share) for share in range(shares)]
    turns = Turns()
    latest = 0
    with paused():
        for number, packet in enumerate(captures):
            if packet.time > latest:
                latest = packet.time
            if turns.due(packet):
                router.turn(packet.time)
                turn = Turn(number, packet.capture, packet.line, packet.time)
                for batch in batches:
                    batch.add(turn, ITEM)
            if isinstance(packet, Watermark):
                continue
            whole = Whole(number, packet)
            if packet.frag_offset >= 0:
                completed = router.whole(packet)
                if completed is None:
                    continue
                whole = Whole(number, *completed)
                packet = whole.packet
            octets = len(packet.data) + ITEM
            if packet.proto != UDP and is_cx(packet):  # keys of whomever
                for batch in batches:
                    batch.add(whole, octets)
                continue
            share = router.share(number, packet)
            if router.shown:
                for core in router.shown:
                    for batch in batches:
                        batch.add(core, ITEM)
                router.shown.clear()
            batches[share].add(whole, octets)
    router.finish()
    for batch in batches:
        batch.add(End(latest), ITEM)
        batch.send()
    crew.finish()


class _Batch:
    """What is to be sent to one share next."""

    __slots__ = ("_crew", "_encoded", "_items", "_room", "_share")

    def __init__(self, crew: Crew, share: int) -> None:
        self._crew = crew
        self._share = share
        self._items: list[Routed] = []
        self._room = BATCH
        self._encoded = bytearray()

    def add(self, item: Routed, octets: int) -> None:
        """One thing more, that takes roughly so many octets."""
        self._items.append(item)
        self._room -= octets
        if self._room <= 0:
            self.send()

    def send(self) -> None:
        """Send what is there."""
        if self._items:
            _ENCODER.encode_into(self._items, self._encoded)
            self._crew.send(self._share, self._encoded)
            self._items.clear()
            self._room = BATCH


def _received(crew: Crew, share: int) -> tuple[Part, Share]:
    part = msgspec.msgpack.decode(crew.received_one(share), type=Part)
    files = crew.left[share]
    exchanges, agreements = _spools(files)
    for spool, put in ((exchanges, part.exchanges), (agreements, part.agreements)):
        spool.fill(() if files else crew.received(share), put.sizes, put.owners)
    exchanges.glances = part.glances
    return part, Share(
        (exchanges, part.exchanges.orders, part.exchanges.born),
        (agreements, part.agreements.orders, part.agreements.born),
        part.found,
    )


def _added(seen: Sequence[Seen], router: Router) -> Seen:
    """The counts of all shares."""
    groups = [Problems() for _ in seen[0].problems]
    for capture, problem in router.problems:
        groups[0].add(capture, problem)
    ledger = EspLedger()
    sightings: Counter[int] = Counter()
    messages: Counter[int] = Counter()
    protected: Counter[int] = Counter()
    forwards: Counter[int] = Counter()
    for one in seen:
        for group, problems in zip(groups, one.problems, strict=True):
            for capture, problem in problems:
                group.add(capture, problem)
        for capture, counts in one.esp.items():
            ledger.add(capture, counts)
        sightings.update(one.sightings)
        messages.update(one.messages)
        protected.update(one.protected)
        forwards.update(one.forwards)
    return Seen(
        [list(group) for group in groups],
        sightings,
        messages,
        protected,
        forwards,
        ledger.counts,
        first_of([signal for one in seen for signal in one.signals]),
        [run for one in seen for run in one.beyond],
        set().union(*(one.identities for one in seen)),
    )
