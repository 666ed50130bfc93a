"""The Markdown report: an exchange ready for a ticket, or many as tables with first cases."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from analyzer.report.clocks import clocks
from analyzer.report.clusters import Cluster, Overview, overview
from analyzer.report.escape import escape
from analyzer.report.layout import grouped, plural
from analyzer.report.many import HEADS, WORDS, WORKED, captured, cells
from analyzer.report.markdown.inline import fenced, inline, table
from analyzer.report.markdown.ticket import ticket
from analyzer.report.model import Report
from analyzer.report.nothing import nothing
from analyzer.report.text import FEW, TextOptions, healthy, outside, problems, rows, view_of
from analyzer.report.view import Case, View, cases, escaped_case

_ROWS: Final = 100  # clusters that get a row


def to_markdown(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    """Write the report, a line at a time; what came out of a packet is text in it, never markup."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n", write_through=True)
    try:
        for line in lines(report, options):
            text.write(escape(line, options.ascii_only, options.show_keys) + "\n")
    finally:
        text.detach()


def lines(report: Report, options: TextOptions) -> Iterator[str]:
    """The lines of the document."""
    view = view_of(report, options)
    total = report.summary.exchanges
    if options.quiet:
        yield from _fence(rows(report, view), view)
    elif total == 0:
        yield "## No registration in these captures"
        yield ""
        yield from _fence(nothing(report, view, options.selected), view)
    elif total <= FEW:
        yield from _few(report, view)
    else:
        yield from _many(report, view, options)
    for name, part in (
        ("Outside of the exchanges", outside(report, view)),
        ("About the captures", (*clocks(view), *problems(report, view))),
    ):
        told = [line for line in part if line]
        if told:
            yield ""
            yield f"## {name}"
            yield ""
            yield from _fence(told, view)


def _few(report: Report, view: View) -> Iterator[str]:
    first = True
    for case in cases(report, None, report.strict):
        if not first:
            yield ""
        yield from _one(escaped_case(case, view), view)
        first = False


def _one(case: Case, view: View) -> Iterator[str]:
    """A line for what is healthy, a ticket for all else."""
    short = list(healthy(case, view))
    yield from fenced(short) if short else ticket(case, view)


def _many(report: Report, view: View, options: TextOptions) -> Iterator[str]:
    found = overview(report, options.threshold)
    yield f"## {_sentence(report)}"
    yield ""
    for line in captured(view):
        yield inline(line.strip())
        yield ""
    counts = [(n, grouped(found.words[word])) for word, n in WORDS.items() if word in found.words]
    yield from table(("verdict", "exchanges"), counts)
    if found.clusters:
        yield ""
        yield "### What happened"
        yield ""
        yield from table(HEADS, [_row(one, view) for one in found.clusters[:_ROWS]])
        hidden = sum(one.number for one in found.clusters[_ROWS:]) + found.rest
        if hidden:
            yield ""
            yield f"{grouped(hidden)} more, of rarer kinds"
    yield from _network(found, view)
    if options.every:
        yield ""
        yield "### All exchanges"
        yield ""
        yield from _fence(rows(report, view), view)
    yield from _worked(report, found, view)


def _sentence(report: Report) -> str:
    summary = report.summary
    registrations = sum(summary.registrations.values())
    noun = "registration" if registrations == summary.exchanges else "exchange"
    return f"{plural(summary.exchanges, noun)} of {plural(summary.phones, 'phone')}"


def _row(cluster: Cluster, view: View) -> list[str]:
    return [escape(text, view.ascii_only, view.show_keys) for text in cells(cluster, view)]


def _network(found: Overview, view: View) -> Iterator[str]:
    if not found.notes:
        return
    yield ""
    yield "### Network notes"
    yield ""
    rows_ = [
        (one.rule, escape(one.peer, view.ascii_only), grouped(one.number)) for one in found.notes
    ]
    yield from table(("rule", "about", "times"), rows_[:_ROWS])


def _worked(report: Report, found: Overview, view: View) -> Iterator[str]:
    """The first case of each of the commonest kinds."""
    order = [cluster.first for cluster in found.clusters[:WORKED]]
    if not order:
        return
    held = cases(report, frozenset(order), report.strict)
    for case in sorted(held, key=lambda one: order.index(one.exchange.id)):
        yield ""
        yield "---"
        yield ""
        yield from ticket(escaped_case(case, view), view)


def _fence(part: Iterable[str], view: View) -> Iterator[str]:
    return fenced(escape(line, view.ascii_only, view.show_keys) for line in part)
