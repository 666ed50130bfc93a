"""One exchange as a ticket: verdict, who has to act, expected and seen, how to check it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from analyzer.report import comparison
from analyzer.report.block import associations, counts, hint, unjudged
from analyzer.report.finding_text import compared, fields, folded
from analyzer.report.header import fields as facts
from analyzer.report.ladder import ladder
from analyzer.report.layout import GLUE
from analyzer.report.markdown.inline import fenced, inline, table
from analyzer.report.model import Finding
from analyzer.report.notes import not_checked, notes
from analyzer.report.reproduce import commands
from analyzer.report.silence import silence
from analyzer.report.verdict import Verdict, explanation, judge, party_name, to_act
from analyzer.report.view import Case, View

_GAP: Final = re.compile(r" {2,}")


def ticket(case: Case, view: View) -> Iterator[str]:
    """The lines; the texts of the case are escaped for a terminal before."""
    verdict = judge(case.exchange, case.findings)
    sections = (
        _verdict(case, verdict, view),
        _facts(case, view),
        _ladder(case, view),
        *(_finding(case, one, view) for one in case.findings if one.explained_by is None),
        _rest(case, view),
        _check(case, view),
    )
    first = True
    for section in sections:
        lines = list(section)
        if lines and not first:
            yield ""
        yield from lines
        first = False


def _verdict(case: Case, verdict: Verdict, view: View) -> Iterator[str]:
    exchange = case.exchange
    yield f"## {inline(f'{exchange.id} {verdict.headline}')}"
    yield ""
    party = to_act(exchange, verdict)
    if party is not None:
        yield f"**Fix at:** {inline(party + hint(case))}  "
    yield inline(verdict.stopped or counts(case).replace("  ", ", "))
    said = explanation(exchange, view.frame)
    if said is not None:
        yield ""
        yield inline(said)
    registration = exchange.registration
    signs = [] if registration is None else registration.signs
    if signs:
        yield ""
        yield f"Signs: {inline('; '.join(signs))}"
    quiet = list(silence(exchange, view))
    if quiet:
        yield ""
        yield from fenced(quiet)


def _facts(case: Case, view: View) -> Iterator[str]:
    rows = ((name, _GAP.sub("; ", text).replace(GLUE, " ")) for name, text in facts(case, view))
    yield from table(("", ""), rows)


def _ladder(case: Case, view: View) -> Iterator[str]:
    lines = list(ladder(case.exchange, case.findings, case.agreements, view))
    held = list(associations(case, view))
    yield from fenced([*lines, *([""] if held else []), *held])


def _finding(case: Case, finding: Finding, view: View) -> Iterator[str]:
    head = f"{finding.id} {finding.severity.upper()} {finding.rule} {finding.name}"
    party = party_name(case.exchange, finding.party)
    frames = view.frames(finding.frames or [finding.frame])
    yield f"### {inline(head.strip())}"
    yield ""
    yield f"{inline(finding.title)}. **Fix at:** {inline(party)}. Frames {inline(frames)}"
    rows = list(compared(case.exchange, finding, view, case.agreements))
    if rows:
        yield ""
        yield from fenced(rows)
    yield ""
    yield from table(("", ""), fields(finding, view, bool(rows)))


def _rest(case: Case, view: View) -> Iterator[str]:
    sentence = comparison.sentence(case.exchange, view)
    lines = [
        *folded(case.findings, view),
        *([] if sentence is None else [sentence.strip()]),
        *notes(case.exchange, case.notes, view),
        *not_checked(unjudged(case), view.verbose),
    ]
    yield from fenced(lines)


def _check(case: Case, view: View) -> Iterator[str]:
    """A block for each command, to be pasted as it is."""
    for number, (lead, pieces) in enumerate(commands(case, view)):
        if number:
            yield ""
        yield f"{lead}:" if number else "**Check it yourself:**"
        yield ""
        yield from fenced(" \\\n   ".join(pieces).split("\n"), "sh")
