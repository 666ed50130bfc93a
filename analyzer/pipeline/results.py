"""What judging leaves behind, item by item as they close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from analyzer.agreement.exchange import Exchange
from analyzer.agreement.items import Agreement, Item, release
from analyzer.pipeline.conductor import Conductor
from analyzer.report import assembly, model
from analyzer.report.closed import Closed, put_away, whole
from analyzer.report.joined import Share, packed
from analyzer.report.settled import settled
from analyzer.report.spool import AgreementSpool, ExchangeSpool
from analyzer.report.steps import Kept, keep
from analyzer.rules.engine import Engine
from analyzer.rules.finding import Finding
from analyzer.rules.judge import Judge

TOGETHER: Final = 64  # put into the spools in one go

Told = Callable[[model.Exchange, list[model.Finding], bool], None]
"""Hears of an exchange with its findings: when its result came (False), when it closed (True)."""


class Watch(Protocol):
    """Sees what is handed on before it is judged and let go; `begin` is called for each sweep."""

    def begin(self) -> None:
        """Another sweep: what the one before showed is void."""

    def item(self, item: Item) -> None:
        """One item."""


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
    _runs: list[Exchange] = field(default_factory=list)
    _kept: list[tuple[Closed, list[Kept]]] = field(default_factory=list)
    _settled: list[Agreement] = field(default_factory=list)

    def take(self, items: list[Item], captures: int) -> None:
        """Judge what closed, and put it away."""
        watch, judge, told = self.watch, self.judge, self.told
        for item in items:
            if watch is not None:
                watch.item(item)
            if isinstance(item, Exchange):
                self._compression(item)
                mark = 0 if told is None else len(judge)
                judged = judge.exchange(item)
                run, kept = put_away(judged, captures), keep(item)
                self._runs.append(item)
                self._kept.append((run, kept))
                if told is not None:
                    self._put()
                    self._tell(run, kept, judge.since(mark), ended=True)
                judged.facts.dismiss()
            else:
                judge.item(item)
                if isinstance(item, Agreement):
                    self._settled.append(item)
            release(item)
            if len(self._runs) + len(self._settled) >= TOGETHER:
                self._put()
        self._put()

    def _put(self) -> None:
        """Into the spools with what waits: what one piece of code does to many in turn costs less
        than many pieces in turn to one."""
        if self._runs:
            self.exchanges.extend(self._kept)
            self._place(0, self._runs)
            self._runs.clear()
            self._kept.clear()
        if self._settled:
            self.agreements.extend([settled(item, self.show_keys) for item in self._settled])
            self._place(1, self._settled)
            self._settled.clear()

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

    def _place(self, spool: int, items: Sequence[Exchange | Agreement]) -> None:
        self.orders[spool].extend([packed(item.order) for item in items])
        born = self.born[spool]
        for item in items:
            born[item.number] = packed(item.born)

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
            self._tell(put_away(judged, captures), keep(run), judge.since(0), ended=False)
            judged.facts.dismiss()

    def _tell(self, run: Closed, kept: list[Kept], found: list[Finding], *, ended: bool) -> None:
        assert self.told is not None
        self.told(whole(run, kept), [assembly.finding(one) for one in found], ended)
