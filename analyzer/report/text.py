"""The text report: verdict first, 80 columns, ready to be pasted into a ticket."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final, TextIO

from analyzer.report.block import block
from analyzer.report.clusters import overview
from analyzer.report.escape import escape
from analyzer.report.layout import WIDTH, clip, grouped, plural, wrap
from analyzer.report.many import WORKED, many
from analyzer.report.model import Capture, Finding, Report
from analyzer.report.row import row
from analyzer.report.summary import is_note
from analyzer.report.verdict import judge
from analyzer.report.view import Case, View, cases, escaped_case

_LABEL: Final = re.compile(r"^E\d+ ")
FEW: Final = 4  # exchanges shown one after the other, without an overview

_COLOURS: Final = (
    (("OK", "REGISTERED (inferred)"), "32"),
    (("NOT REGISTERED", "REQUEST REJECTED", "REQUEST FAILED"), "31"),
    (("UNKNOWN", "REGISTERED, SECURITY", "SECURITY AGREEMENT BYPASSED"), "33"),
)


@dataclass(frozen=True, slots=True)
class TextOptions:
    """How the text is to look. `threshold`: the severities that make an exchange loud."""

    zone: tzinfo = UTC
    ascii_only: bool = True
    colour: bool = False
    quiet: bool = False
    verbose: bool = False
    every: bool = False
    threshold: frozenset[str] = frozenset(("critical", "error"))


def to_text(report: Report, stream: TextIO, options: TextOptions) -> None:
    """Write the report, a line at a time."""
    for line in lines(report, options):
        text = clip(escape(line, options.ascii_only), WIDTH)
        stream.write((_painted(text) if options.colour else text) + "\n")


def lines(report: Report, options: TextOptions) -> Iterator[str]:
    """The lines without colour; what came out of a packet is escaped in them."""
    total = report.summary.exchanges
    view = View(
        captures=report.captures,
        zone=options.zone,
        ascii_only=options.ascii_only,
        verbose=options.verbose,
        strict=report.strict,
        threshold=options.threshold,
        alone=total == 1,
    )
    if options.quiet:
        yield from _rows(report, view)
        return
    if total == 0:
        yield from _nothing(report)
    elif total <= FEW:
        yield from _few(report, view)
    else:
        yield from _many(report, view, options.every)
    yield from _problems(report, view)


def _few(report: Report, view: View) -> Iterator[str]:
    previous: str | None = None
    for case in cases(report, None, report.strict):
        shown = list(_one(escaped_case(case, view), view))
        if previous is not None and (len(shown) > 1 or previous == "block"):
            yield ""
        yield from shown
        previous = "block" if len(shown) > 2 else "row"


def _one(case: Case, view: View) -> Iterator[str]:
    """A line for what is healthy, the whole block for all else."""
    verdict = judge(case.exchange, case.findings)
    if view.verbose or verdict.succeeded is not True or _loud(case, view):
        yield from block(case, view)
        return
    label = "" if view.alone else f"{case.exchange.id} "
    yield _fitted(label + row(case.exchange, verdict, _note_count(case)))
    registration = case.exchange.registration
    if registration is not None and registration.signs:
        yield from wrap("; ".join(registration.signs), " signs: ", "  ")


def _loud(case: Case, view: View) -> bool:
    return any(f.severity in view.threshold and f.explained_by is None for f in case.findings)


def _note_count(case: Case) -> int:
    """What the line counts as notes: all that is not loud."""
    return len(case.notes) + sum(f.explained_by is None for f in case.findings)


def _many(report: Report, view: View, every: bool) -> Iterator[str]:
    found = overview(report, view.threshold)
    yield from many(report, found, view)
    if every:
        yield ""
        yield from _rows(report, view)
    firsts = frozenset(cluster.first for cluster in found.clusters[:WORKED])
    order = [cluster.first for cluster in found.clusters]
    worked = cases(report, firsts, report.strict) if firsts else []
    for case in sorted(worked, key=lambda one: order.index(one.exchange.id)):
        yield ""
        yield "-" * 78
        yield from block(escaped_case(case, view), view)


def _rows(report: Report, view: View) -> Iterator[str]:
    """One line an exchange, with its id where there are several; streams."""
    counts = _notes_by_exchange(report)
    for exchange in report.exchanges:
        label = "" if view.alone else f"{exchange.id} "
        text = label + row(exchange, judge(exchange), counts[exchange.id])
        yield _fitted(escape(text, view.ascii_only))


def _notes_by_exchange(report: Report) -> Counter[str]:
    def counted(finding: Finding) -> bool:
        return finding.exchange is not None and is_note(finding, report.strict)

    return Counter(f.exchange or "" for f in report.findings if counted(f))


def _fitted(line: str) -> str:
    """Where it does not fit: the usual mechanism unnamed, then without its last parts."""
    if len(line) > WIDTH:
        line = line.replace("  ipsec-3gpp ", "  ")
    parts = line.split("  ")
    while len("  ".join(parts)) > WIDTH and len(parts) > 2:
        parts.pop()
    return clip("  ".join(parts), WIDTH)


def _nothing(report: Report) -> Iterator[str]:
    yield "UNKNOWN: no exchange was seen"
    for capture in report.captures:
        yield from wrap(_seen(capture), " ", "   ")
    yield "not checked: all rules (nothing to judge)"


def _seen(capture: Capture) -> str:
    if capture.unreadable:
        return f"{capture.path}: could not be read"
    esp = f", {plural(capture.esp_packets, 'ESP packet')}" if capture.esp_packets else ""
    frames = plural(capture.packets, "frame")
    return f"{capture.path}: {frames}, {plural(capture.sip_messages, 'SIP message')}{esp}"


def _problems(report: Report, view: View) -> Iterator[str]:
    """What could not be read of each capture, with frame and offset."""
    for index, capture in enumerate(report.captures):
        for problem in capture.problems:
            place = "" if problem.frame is None else f" {view.letter(index)}#{problem.frame}"
            offset = "" if problem.offset is None else f" at octet {problem.offset}"
            count = "" if problem.count == 1 else f" ({grouped(problem.count)} x)"
            detail = f": {problem.detail}" if problem.detail else ""
            name = escape(capture.path, view.ascii_only)
            text = f"{name}: {problem.kind}{place}{offset}{detail}{count}"
            yield from wrap(escape(text, view.ascii_only), "problem: ", "  ")


def _painted(line: str) -> str:
    """A verdict's line in its colour."""
    bare = _LABEL.sub("", line)
    for heads, colour in _COLOURS:
        if bare.startswith(heads):
            return f"\x1b[{colour}m{line}\x1b[0m"
    return line
