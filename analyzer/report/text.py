"""The text report: verdict first, 80 columns, ready to be pasted into a ticket."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import islice
from typing import Final, TextIO

from analyzer.report.block import block
from analyzer.report.clocks import clocks
from analyzer.report.clusters import overview
from analyzer.report.escape import escape, escaped
from analyzer.report.finding_text import finding_block
from analyzer.report.header import files
from analyzer.report.layout import WIDTH, clip, grouped, plural, wrap
from analyzer.report.many import WORKED, many
from analyzer.report.model import Finding, Report
from analyzer.report.notes import notes
from analyzer.report.nothing import nothing
from analyzer.report.row import row
from analyzer.report.summary import is_note
from analyzer.report.verdict import first_frame, judge
from analyzer.report.view import Case, View, cases, escaped_case, homeless, homeless_notes

_LABEL: Final = re.compile(r"^E\d+ (?:[a-z]+#\d+ )?")
FEW: Final = 4  # exchanges shown one after the other, without an overview
_ROW: Final = 4  # lines of an exchange that is told in short, at most
_HEAD: Final = 42  # columns that the first part of a row keeps
_OUTSIDE: Final = 8  # findings outside of all exchanges that are shown
_NOTES: Final = frozenset({"cut-short"})  # problems that are none: a file still being written

_COLOURS: Final = (
    (("OK", "REGISTERED (inferred)"), "32"),
    (("NOT REGISTERED", "REQUEST REJECTED", "REQUEST FAILED"), "31"),
    (("UNKNOWN", "REGISTERED, SECURITY", "SECURITY AGREEMENT BYPASSED"), "33"),
)


@dataclass(frozen=True, slots=True)
class TextOptions:
    """How the text is to look.

    `threshold`: the severities that make an exchange loud; `selected`: the report holds only what
    was asked for; `show_keys` leaves keys readable; `given`: option and path of each file that keys
    were taken from.
    """

    zone: tzinfo = UTC
    ascii_only: bool = True
    colour: bool = False
    quiet: bool = False
    verbose: bool = False
    every: bool = False
    selected: bool = False
    show_keys: bool = False
    given: tuple[tuple[str, str], ...] = ()
    threshold: frozenset[str] = frozenset(("critical", "error"))


def to_text(report: Report, stream: TextIO, options: TextOptions) -> None:
    """Write the report, a line at a time."""
    stream.writelines(finished(line, options) + "\n" for line in lines(report, options))


def finished(line: str, options: TextOptions) -> str:
    """A line as it is printed: safe, no wider than a terminal, a verdict in its colour."""
    text = clip(escape(line, options.ascii_only, options.show_keys), WIDTH)
    return _painted(text) if options.colour else text


def lines(report: Report, options: TextOptions) -> Iterator[str]:
    """The lines without colour; what came out of a packet is escaped in them."""
    total = report.summary.exchanges
    view = view_of(report, options)
    if options.quiet:
        yield from rows(report, view)
        yield from outside(report, view)
        yield from clocks(view)
        return
    if total == 0:
        yield from nothing(report, view, options.selected)
    elif total <= FEW:
        yield from _few(report, view)
    else:
        yield from _many(report, view, options.every)
    yield from outside(report, view)
    yield from clocks(view)
    yield from problems(report, view)


def view_of(report: Report, options: TextOptions) -> View:
    """What the parts of the text need beside the objects that they show."""
    return View(
        captures=report.captures,
        zone=options.zone,
        ascii_only=options.ascii_only,
        verbose=options.verbose,
        strict=report.strict,
        threshold=options.threshold,
        alone=report.summary.exchanges == 1,
        show_keys=options.show_keys,
        given=options.given,
    )


def outside(report: Report, view: View) -> Iterator[str]:
    """Findings about messages and packets that belong to no exchange."""
    found = list(islice(homeless(report, report.strict), _OUTSIDE + 1))
    quiet = homeless_notes(report, view)[:_OUTSIDE]
    if not found and not quiet:
        return
    if report.summary.exchanges:
        yield ""
    yield "outside of the exchanges:"
    for finding in found[:_OUTSIDE]:
        yield from finding_block(None, escaped(finding, view.ascii_only, view.show_keys), view)
    if len(found) > _OUTSIDE:
        yield " and more (all of them in -o report.json)"
    yield from notes(None, [escaped(one, view.ascii_only, view.show_keys) for one in quiet], view)


def _few(report: Report, view: View) -> Iterator[str]:
    previous: str | None = None
    for case in cases(report, None, report.strict):
        shown = list(_one(escaped_case(case, view), view))
        if previous is not None and (len(shown) > 1 or previous == "block"):
            yield ""
        yield from shown
        previous = "block" if len(shown) > _ROW else "row"


def _one(case: Case, view: View) -> Iterator[str]:
    """A line for what is healthy, the whole block for all else."""
    short = list(healthy(case, view))
    yield from short or block(case, view)


def healthy(case: Case, view: View) -> Iterator[str]:
    """The line of an exchange that succeeded and has no finding to be told at length, and what that
    line rests on; nothing for any other, nor where all is to be told."""
    verdict = judge(case.exchange, case.findings)
    if view.verbose or verdict.succeeded is not True or _loud(case, view):
        return
    label = "" if view.alone else f"{case.exchange.id} "
    yield fitted(label + row(case.exchange, verdict, _note_count(case)))
    registration = case.exchange.registration
    if registration is not None and registration.signs:
        yield from wrap("; ".join(registration.signs), " signs: ", "  ")
    yield from _unread(case)


def _unread(case: Case) -> Iterator[str]:
    """That a success behind unread ESP says nothing of the lists."""
    held = [a.association for a in case.agreements if a.association is not None]
    hidden = sum(one.esp_frames - one.decrypted_frames for one in held)
    read = [m for step in case.exchange.steps for m in (step, *step.hops) if m.verify]
    guessed = any(step.role == "verify" and step.inferred for step in case.exchange.steps)
    if hidden and guessed and not read:
        yield f" not read: {plural(hidden, 'ESP packet')}; Security-Verify was not compared (-v)"


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
        yield from rows(report, view)
    firsts = frozenset(cluster.first for cluster in found.clusters[:WORKED])
    order = [cluster.first for cluster in found.clusters]
    worked = cases(report, firsts, report.strict) if firsts else []
    for case in sorted(worked, key=lambda one: order.index(one.exchange.id)):
        yield ""
        yield "-" * 78
        yield from block(escaped_case(case, view), view)


def rows(report: Report, view: View) -> Iterator[str]:
    """One line an exchange, with its id where there are several; streams.

    Where there are several captures each line has its first frame, and what their letters stand
    for comes last.
    """
    counts, explained = _by_exchange(report)
    used: set[int] = set()
    for exchange in report.exchanges:
        label = "" if view.alone else f"{exchange.id} "
        first = first_frame(exchange)
        if first is not None and len(view.captures) > 1:
            used.add(first.capture)
            label += f"{view.frame(first)} "
        verdict = judge(exchange, explained.get(exchange.id, ()))
        text = label + row(exchange, verdict, counts[exchange.id])
        yield fitted(escape(text, view.ascii_only))
    yield from wrap("  ".join(files(used, view)), " files: ", "  ") if used else ()


def _by_exchange(report: Report) -> tuple[Counter[str], dict[str, list[Finding]]]:
    """Of each exchange how many notes there are, and the findings that explain it."""
    counts: Counter[str] = Counter()
    explained: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.exchange is None:
            continue
        if is_note(finding, report.strict):
            counts[finding.exchange] += 1
        elif finding.effect == "explains-outcome":
            explained.setdefault(finding.exchange, []).append(finding)
    return counts, explained


def fitted(line: str) -> str:
    """Where it does not fit: the usual mechanism unnamed, the first part cut as far as it can be
    understood, then without its last parts."""
    if len(line) > WIDTH:
        line = line.replace("  ipsec-3gpp ", "  ")
    parts = line.split("  ")
    if len(line) > WIDTH:
        parts[0] = clip(parts[0], max(_HEAD, len(parts[0]) + WIDTH - len(line)))
    while len("  ".join(parts)) > WIDTH and len(parts) > 2:
        parts.pop()
    return clip("  ".join(parts), WIDTH)


def problems(report: Report, view: View) -> Iterator[str]:
    """What could not be read of each capture, with frame and offset."""
    for index, capture in enumerate(report.captures):
        if capture.tshark is not None:
            read = plural(capture.tshark.messages, "SIP message")
            name = escape(capture.path, view.ascii_only)
            why = "; ".join(capture.tshark.why)
            yield from wrap(f"{name}: {read} read through tshark ({why})", "note: ", "  ")
        for problem in capture.problems:
            place = "" if problem.frame is None else f" {view.letter(index)}#{problem.frame}"
            offset = "" if problem.offset is None else f" at octet {problem.offset}"
            count = "" if problem.count == 1 else f" ({grouped(problem.count)} x)"
            detail = f": {problem.detail}" if problem.detail else ""
            name = escape(capture.path, view.ascii_only)
            text = f"{name}: {problem.kind}{place}{offset}{detail}{count}"
            head = "note: " if problem.kind in _NOTES else "problem: "
            yield from wrap(escape(text, view.ascii_only), head, "  ")


def _painted(line: str) -> str:
    """A verdict's line in its colour."""
    bare = _LABEL.sub("", line)
    for heads, colour in _COLOURS:
        if bare.startswith(heads):
            return f"\x1b[{colour}m{line}\x1b[0m"
    return line
