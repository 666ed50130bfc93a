"""Many exchanges: counts, failures by signature, notes about the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analyzer.report.clusters import Cluster, Overview
from analyzer.report.layout import WIDTH, clip, grouped, pair, plural, wrap
from analyzer.report.model import Report
from analyzer.report.times import clock, zoned
from analyzer.report.verdict import PARTIES, Word
from analyzer.report.view import View, shown

WORKED: Final = 8  # clusters of which one exchange is shown in full
_ROWS: Final = 30  # clusters that get a row
_NOTES: Final = 12
WORDS: Final[dict[Word, str]] = {
    "OK": "OK",
    "inferred": "inferred",
    "no answer": "no answer",
    "rejected": "rejected",
    "given up": "given up",
    "bypassed": "bypassed",
    "unknown": "unknown",
}
HEADS: Final = ("n", "what happened", "fix at", "P-CSCF", "handset", "first")
_WIDTHS: Final = (7, 29, 8, 15, 11)  # of the first columns, at most


def many(report: Report, found: Overview, view: View) -> Iterator[str]:
    """The lines above the worked ladders."""
    yield from captured(view)
    yield ""
    yield from _counts(report, found)
    yield from _table(found, view)
    yield from _notes(found, view)


def captured(view: View) -> Iterator[str]:
    """The letters the frames go by, and the time they cover."""
    captures = view.captures
    if not captures:
        return
    starts = [c.first_time for c in captures if c.first_time is not None]
    ends = [c.last_time for c in captures if c.last_time is not None]
    span = ""
    if starts and ends:
        first, last = min(starts), max(ends)
        moment = zoned(last, view.zone)
        same_day = zoned(first, view.zone).date() == moment.date()
        start, zone = clock(first, view.zone)[:19], clock(last, view.zone).split()[-1]
        end = moment.isoformat(sep=" ", timespec="seconds")[11 if same_day else 0 : 19]
        span = f"{start} - {end} {zone}"
    paths = [shown(capture.path, view) for capture in captures]
    if len(paths) == 1:
        name = paths[0]
    else:
        name = f"{view.letter(0)}-{view.letter(len(paths) - 1)} = {paths[0]} .. {paths[-1]}"
    if len(name) + len(span) + 4 <= WIDTH:
        yield f" {name}   {span}".rstrip()
        return
    yield " " + clip(name, WIDTH - 1)
    if span:
        yield f" {span}"


def _counts(report: Report, found: Overview) -> Iterator[str]:
    summary = report.summary
    registrations = sum(summary.registrations.values())
    noun = "registration" if registrations == summary.exchanges else "exchange"
    text = f"{plural(summary.exchanges, noun)} of {plural(summary.phones, 'phone')}"
    counts = [f"{grouped(found.words[w])} {n}" for w, n in WORDS.items() if w in found.words]
    line = f"{text}      " + "   ".join(counts)
    hint = "(--all lists every row)"
    if len(line) + 3 + len(hint) <= WIDTH:
        yield f"{line}   {hint}"
    elif len(line) <= WIDTH:
        yield line
        yield pair("", hint)
    else:
        yield text
        yield from wrap(f"{', '.join(counts)}   {hint}", "  ")


def _table(found: Overview, view: View) -> Iterator[str]:
    if not found.clusters:
        return
    from tabulate import tabulate

    rows = [_cut(cells(cluster, view), view) for cluster in found.clusters[:_ROWS]]
    text = tabulate([HEADS, *rows], tablefmt="plain", disable_numparse=True)
    for line in text.splitlines():
        yield clip(" " + line.rstrip(), WIDTH)
    hidden = sum(c.number for c in found.clusters[_ROWS:]) + found.rest
    if hidden:
        yield f" {grouped(hidden)} more, of rarer kinds"


def cells(cluster: Cluster, view: View) -> list[str]:
    """The cells of its row, whole and as they came out of packets."""
    signature = cluster.signature
    what = signature.brief
    if signature.word in ("OK", "inferred", "bypassed"):
        what = f"{what}: {' '.join(signature.rules)}".rstrip(": ")
    fix_at = PARTIES[cluster.party] if cluster.party else "-"
    frame = view.frame(cluster.frame) if cluster.frame else ""
    first = f"{cluster.first} {frame}".rstrip()
    handset = signature.handset or "-"
    return [grouped(cluster.number), what, fix_at, signature.server, handset, first]


def _cut(texts: list[str], view: View) -> list[str]:
    """The same within the columns of a terminal."""
    *most, first = texts
    cut = [clip(shown(text, view), width) for text, width in zip(most, _WIDTHS, strict=True)]
    return [*cut, first]


def _notes(found: Overview, view: View) -> Iterator[str]:
    if not found.notes:
        return
    texts = [
        f"{note.rule} {shown(note.peer, view)} ({grouped(note.number)} x)".replace("  ", " ")
        for note in found.notes[:_NOTES]
    ]
    hidden = len(found.notes) - len(texts)
    if hidden:
        texts.append(f"{hidden} more")
    yield from wrap(", ".join(texts), "network notes: ", "  ")
