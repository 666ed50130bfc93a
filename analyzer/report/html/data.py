"""What stands in the page as data: blocks of exchanges, blocks of texts, then the index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from analyzer.limits import PAGE_BLOCK
from analyzer.report.clocks import clocks
from analyzer.report.clusters import NETWORK_NOTE, overview
from analyzer.report.glance import glances, pick
from analyzer.report.html.detail import detail, finding
from analyzer.report.html.index import Index
from analyzer.report.html.packing import Blocks, encoded, safe
from analyzer.report.html.texts import Texts
from analyzer.report.layout import grouped, plural
from analyzer.report.model import Agreement, Exchange, Finding, Report
from analyzer.report.nothing import nothing
from analyzer.report.summary import is_note
from analyzer.report.text import TextOptions, lines
from analyzer.report.times import clock, nanoseconds, offsets
from analyzer.report.verdict import PARTIES
from analyzer.report.view import Case, View, homeless, homeless_notes

OVERVIEW: Final = 20  # exchanges from which on the overview comes first
_BATCH: Final = 512  # exchanges whose agreements are read back at once
_OUTSIDE: Final = 200  # findings outside of all exchanges that are shown
_PLAIN: Final = 400  # lines of the text that stands where scripts do not run
_NOTES: Final = 200
_PROBLEMS: Final = 32  # of one capture


class Block(NamedTuple):
    """One packed array and the id of the element that holds it."""

    id: str
    data: str


class Data:
    """Walks the report; the index is complete when all blocks were taken. `selected`: the report
    holds only what was asked for."""

    def __init__(self, report: Report, view: View, selected: bool) -> None:
        self.report = report
        self.view = view
        self._selected = selected
        self._index = Index()
        self._details = Blocks(PAGE_BLOCK)
        self._texts = Texts(report, view.show_keys)
        self._overview = overview(report, view.threshold)
        self._noted: set[str] = set()

    def title(self) -> str:
        """What the window is called: by the first capture, of a selection by the first message."""
        captures = self.report.captures
        named = [place for place, capture in enumerate(captures) if capture.path]
        first = self._first() if self._selected else None
        count = self.report.summary.exchanges
        path = captures[named[0] if first is None else first].path if named else "nothing"
        more = f" and {len(named) - 1} more" if len(named) > 1 else ""
        name = safe(path.replace("\\", "/").rpartition("/")[2])
        return f"{name}{more}: {plural(count, 'exchange')}"

    def _first(self) -> int | None:
        """The capture of the first message of all."""
        steps = (step.capture for exchange in self.report.exchanges for step in exchange.steps)
        return next(steps, None)

    def plain(self, options: TextOptions) -> str:
        """The beginning of the text report."""
        return "\n".join(islice(lines(self.report, options), _PLAIN))

    def blocks(self) -> Iterator[Block]:
        """All of the exchanges, then their messages."""
        for number, data in enumerate(self._packed_details()):
            yield Block(f"exchanges-{number}", data)
        for number, data in enumerate(self._texts.packed(self._ranks())):
            yield Block(f"texts-{number}", data)

    def index(self) -> Iterator[dict[str, Any]]:
        """One value; an iterator, since it is made when the blocks are written."""
        report, view = self.report, self.view
        found = self._overview
        yield {
            "tool": {"name": report.tool.name, "version": report.tool.version},
            "redacted": report.redacted,
            "strict": report.strict,
            "overview": OVERVIEW,
            "phones": report.summary.phones,
            "zones": _zones(report, view),
            "captures": safe([_capture(one, place, view) for place, one in
                              enumerate(report.captures)]),
            "clusters": safe([_cluster(one, view) for one in found.clusters]),
            "rest": found.rest,
            "network": safe([[one.rule, one.peer, one.number] for one in found.notes[:_NOTES]]),
            "network_from": NETWORK_NOTE,
            "outside": safe(self._outside()),
            "titles": safe({one.rule: one.title for one in report.findings}),
            "nothing": self._nothing(),
            "clocks": list(clocks(view)),
            "exchanges": self._details.starts,
            "texts": self._texts.blocks.starts,
            "placed": [self._texts.place.get(id_, -1) for id_ in self._index.columns["id"]],
            **self._index.packed(),
        }  # fmt: skip

    def _packed_details(self) -> Iterator[str]:
        for case in self._cases():
            self._index.add(case, self._overview.members.get(case.exchange.id))
            if case.findings:
                self._noted.add(case.exchange.id)
            value = encoded(detail(case, self.view), self.view.show_keys)
            yield from self._details.add(value)
        yield from self._details.rest()

    def _ranks(self) -> Iterator[set[str]]:
        """Those that failed or have findings, then the others."""
        failed = {one.id for one in glances(self.report.exchanges) if one.word != "OK"}
        yield failed | self._noted
        yield set(self._index.columns["id"]) - failed - self._noted

    def _cases(self) -> Iterator[Case]:
        """Every exchange with what belongs to it, a batch of agreements read back at a time."""
        by_exchange, by_agreement = _owned(self.report.findings)
        stream = iter(self.report.exchanges)
        while batch := list(islice(stream, _BATCH)):
            held: dict[str, list[Agreement]] = defaultdict(list)
            for one in pick(self.report.agreements, {exchange.id for exchange in batch}):
                held[one.exchange].append(one)
            for exchange in batch:
                yield self._case(exchange, held[exchange.id], by_exchange, by_agreement)

    def _case(
        self, exchange: Exchange, agreements: list[Agreement],
        by_exchange: dict[str, list[Finding]], by_agreement: dict[str, list[Finding]],
    ) -> Case:  # fmt: skip
        case = Case(exchange, agreements, [], [])
        own = [one for agreement in agreements for one in by_agreement.get(agreement.id, ())]
        for one in (*by_exchange.get(exchange.id, ()), *own):
            (case.notes if is_note(one, self.report.strict) else case.findings).append(one)
        return case

    def _nothing(self) -> list[str]:
        """What there is where no exchange was found."""
        if self.report.summary.exchanges:
            return []
        return [str(safe(line)) for line in nothing(self.report, self.view, self._selected)]

    def _outside(self) -> list[dict[str, Any]]:
        loud = islice(homeless(self.report, self.report.strict), _OUTSIDE)
        quiet = islice(homeless_notes(self.report, self.view), _OUTSIDE)
        return [finding(one, None, self.view) for one in (*loud, *quiet)]


def _owned(
    findings: Iterable[Finding],
) -> tuple[dict[str, list[Finding]], dict[str, list[Finding]]]:
    """Findings by the exchange they belong to; those of an agreement alone, by that."""
    by_exchange: dict[str, list[Finding]] = defaultdict(list)
    by_agreement: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        if one.exchange is not None:
            by_exchange[one.exchange].append(one)
        elif one.agreement is not None:
            by_agreement[one.agreement].append(one)
    return by_exchange, by_agreement


def _zones(report: Report, view: View) -> list[tuple[int, float, str]]:
    """The zone of the times: from when on (ms since the epoch), minutes ahead of UTC, its name."""
    times = [time for one in report.captures for time in (one.first_time, one.last_time) if time]
    if not times:
        return [(0, 0, "UTC")]
    found = offsets(min(times), max(times), view.zone)
    return [(one.since // 1_000_000, one.minutes, one.name) for one in found]


def _capture(one: Any, place: int, view: View) -> dict[str, Any]:
    if not one.path:
        return {"letter": view.letter(place)}
    problems = [
        " ".join(filter(None, (problem.kind, f"#{problem.frame}" if problem.frame else "",
                               problem.detail, f"({grouped(problem.count)} x)"
                               if problem.count > 1 else "")))
        for problem in one.problems[:_PROBLEMS]
    ]  # fmt: skip
    return {
        "letter": view.letter(place),
        "path": one.path,
        "format": one.format,
        "packets": one.packets,
        "messages": one.sip_messages,
        "in_esp": one.sip_in_esp or 0,
        "esp": one.esp_packets or 0,
        "opened": one.esp_opened or 0,
        "first": None if one.first_time is None else clock(one.first_time, view.zone),
        "last": None if one.last_time is None else clock(one.last_time, view.zone),
        "from": None if one.first_time is None else nanoseconds(one.first_time) // 1_000_000,
        "to": None if one.last_time is None else nanoseconds(one.last_time) // 1_000_000,
        "clock": one.clock_offset_ms,
        "problems": problems,
    }


def _cluster(one: Any, view: View) -> dict[str, Any]:
    signature = one.signature
    return {
        "word": signature.word,
        "brief": signature.brief,
        "stopped": signature.stopped_at or "",
        "rules": list(signature.rules),
        "server": signature.server,
        "handset": signature.handset,
        "party": PARTIES[one.party] if one.party is not None else "",
        "number": one.number,
        "first": one.first,
        "frame": view.frame(one.frame) if one.frame is not None else "",
    }
