"""All of one exchange, as the page shows it."""

from __future__ import annotations

from typing import Any

from analyzer.limits import PAGE_VALUE
from analyzer.report import finding_text
from analyzer.report.block import hint, unjudged
from analyzer.report.causes import weigh
from analyzer.report.header import fields
from analyzer.report.html.compared import compared
from analyzer.report.html.ladder_rows import arrows, ghost, lanes
from analyzer.report.html.lives import life
from analyzer.report.ladder import KINDS
from analyzer.report.layout import GLUE, clip
from analyzer.report.model import SEVERITIES, Exchange, Finding, Frame, Signal
from analyzer.report.on_wire import on_the_wire
from analyzer.report.reproduce import commands, display_filter
from analyzer.report.silence import SHORT, told
from analyzer.report.times import clock, elapsed
from analyzer.report.verdict import (
    PARTIES,
    Verdict,
    explanation,
    judge,
    list_step,
    party_name,
    step_of,
    to_act,
)
from analyzer.report.view import Case, View


def detail(case: Case, view: View) -> dict[str, Any]:
    """Plain values; members that say nothing are left out."""
    exchange = case.exchange
    verdict = judge(exchange, case.findings)
    registration = exchange.registration
    found = {
        "id": exchange.id,
        "key": exchange.key,
        "word": verdict.word,
        "succeeded": verdict.succeeded,
        "headline": _headline(case, verdict),
        "stopped": verdict.stopped,
        "counts": _counts(case),
        "said": explanation(exchange, view.frame),
        "signs": registration.signs if registration is not None else [],
        "party": to_act(exchange, verdict),
        "hint": hint(case).removeprefix(": "),
        "kind": KINDS[exchange.kind],
        "started": clock(exchange.started, view.zone),
        "silence": _silence(exchange, view),
        "facts": [[name, text.replace(GLUE, " ")] for name, text in fields(case, view)],
        "frames": _frames(case, view),
        "lanes": lanes(exchange),
        "rows": arrows(exchange, case.findings, view),
        "ghost": ghost(exchange, view),
        "compared": compared(exchange, view),
        "signals": [_signal(one, exchange, view) for one in exchange.signals],
        "findings": [finding(one, exchange, view, case) for one in case.findings],
        "notes": [finding(one, exchange, view, case) for one in case.notes],
        "not_checked": sorted(unjudged(case).items(), key=lambda one: (-len(one[1]), one[0])),
        "filter": display_filter(case, view),
        "commands": [[lead, " ".join(pieces)] for lead, pieces in commands(case, view)],
        "lives": [life(one, exchange, case.findings, view) for one in case.agreements],
    }
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def finding(
    one: Finding, exchange: Exchange | None, view: View, case: Case | None = None
) -> dict[str, Any]:
    """One finding, its frames named."""
    party = PARTIES[one.party] if exchange is None else party_name(exchange, one.party)
    found = {
        "id": one.id,
        "rule": one.rule,
        "name": one.name,
        "severity": one.severity,
        "class": one.class_,
        "effect": one.effect,
        "party": party,
        "title": one.title,
        "detail": one.detail,
        "expected": one.expected,
        "seen": finding_text.seen(one, view),
        "clause": (one.spec or "").removeprefix("clause ") or "clause unverified",
        "means": one.means,
        "cause": one.cause,
        "fix": one.fix,
        "frames": view.frames(one.frames or [one.frame], 12),
        "anchor": view.frame(one.frame),
        "explained_by": one.explained_by,
        "count": one.count,
        "peer": one.peer,
        "wire": _wire(one, case, view),
        "lists": _shows_lists(one, exchange),
    }
    return {
        name: clip(value, PAGE_VALUE) if isinstance(value, str) else value
        for name, value in found.items()
        if value not in (None, "", False)
    }


def _shows_lists(one: Finding, exchange: Exchange | None) -> bool:
    """Whether the finding is about the difference of the two lists."""
    verify = None if exchange is None else step_of(exchange, "verify")
    if verify is None or verify.comparison is None or not one.rule.startswith("VER-"):
        return False
    here = (one.frame.capture, one.frame.frame) == (verify.capture, verify.frame)
    return here and verify.comparison.level == "different" and bool(verify.verify)


def _wire(one: Finding, case: Case | None, view: View) -> str | None:
    if case is None or not _shows_lists(one, case.exchange):
        return None
    challenge, verify = list_step(case.exchange), step_of(case.exchange, "verify")
    if challenge is None or verify is None:
        return None
    return on_the_wire(one, challenge, verify, view, case.agreements)


def _headline(case: Case, verdict: Verdict) -> str:
    quiet = verdict.word == "OK" and not case.findings
    return f"OK, {verdict.headline}" if quiet else verdict.headline


def _counts(case: Case) -> list[list[Any]]:
    own = [one for one in case.findings if one.explained_by is None]
    counts = [[name, sum(one.severity == name for one in own)] for name in SEVERITIES]
    return [
        *(one for one in counts if one[1]),
        *([["note", len(case.notes)]] if case.notes else []),
    ]


def _silence(exchange: Exchange, view: View) -> dict[str, Any] | None:
    said = told(exchange, view)
    if not said.text and not said.judged:
        return None
    weighed = weigh(exchange, view) if said.judged else None
    return {
        "text": said.text.replace(GLUE, " "),
        "short": SHORT if said.short else "",
        "causes": [
            [name, evidence.weight, evidence.text]
            for name, evidence in (weighed.causes if weighed is not None else ())
        ],
        "next": [list(one) for one in weighed.next] if weighed is not None else [],
    }


def _signal(one: Signal, exchange: Exchange, view: View) -> list[Any]:
    """Seconds since the start, frame, what it is, who sent it to whom, what became of it."""
    ways = " > ".join(filter(None, (one.src, one.dst)))
    by = f"{ways}, from {one.by}" if one.by else ways
    count = f" ({one.count} x)" if one.count else ""
    frame = view.frame(Frame(one.capture, one.frame))
    told = [one.kind.upper(), by, f"{one.detail}{count}", one.state or ""]
    return [elapsed(exchange.started, one.time), frame, *told]


def _frames(case: Case, view: View) -> str:
    steps = case.exchange.steps
    return view.frames([one for step in steps for one in (step, *step.hops)], 12)
