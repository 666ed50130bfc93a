"""One exchange in full: the part that is pasted into a ticket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analyzer.report import comparison
from analyzer.report.finding_text import finding_block, folded
from analyzer.report.header import header
from analyzer.report.ladder import ladder
from analyzer.report.layout import pair, plural, wrap
from analyzer.report.model import SEVERITIES
from analyzer.report.notes import not_checked, notes
from analyzer.report.reproduce import reproduce
from analyzer.report.sa_table import sa_table
from analyzer.report.silence import silence
from analyzer.report.verdict import Verdict, explanation, judge, party_name, to_act
from analyzer.report.view import Case, View

_ALWAYS: Final = ("critical", "error")
_RIGHT: Final = 78


def block(case: Case, view: View) -> Iterator[str]:
    """Verdict, header, ladder, SAs, findings, notes, what was not checked, how to see it again."""
    verdict = judge(case.exchange, case.findings)
    sections = (
        _verdict(case, verdict, view),
        _header(case, verdict, view),
        ladder(case.exchange, case.findings, case.agreements, view),
        associations(case, view),
        _findings(case, view),
        _rest(case, view),
    )
    first = True
    for section in sections:
        lines = list(section)
        if lines and not first:
            yield ""
        yield from lines
        first = False


def headline(case: Case, verdict: Verdict) -> list[str]:
    """The first line, or two: the verdict, and flush right where it stopped or what was found."""
    quiet = verdict.word == "OK" and not case.findings
    text = f"OK, {verdict.headline}" if quiet else verdict.headline
    right = verdict.stopped or counts(case)
    if len(text) + 2 + len(right) > _RIGHT:
        return [*wrap(text, "", " "), f" {right}"]
    return [pair(text, right, _RIGHT)]


def counts(case: Case) -> str:
    """How many findings of each severity, and notes: `1 critical  1 error  3 notes`."""
    own = [finding for finding in case.findings if finding.explained_by is None]
    numbers = [(name, sum(f.severity == name for f in own)) for name in SEVERITIES]
    texts = [f"{count} {name}" for name, count in numbers if count or name in _ALWAYS]
    return "  ".join([*texts, *([plural(len(case.notes), "note")] if case.notes else [])])


def _verdict(case: Case, verdict: Verdict, view: View) -> Iterator[str]:
    exchange = case.exchange
    yield from headline(case, verdict)
    said = explanation(exchange, view.frame)
    if said is not None:
        yield from wrap(said)
    registration = exchange.registration
    if registration is not None and registration.signs:
        yield from wrap("; ".join(registration.signs), " signs: ", "  ")
    yield from silence(exchange, view)


def _header(case: Case, verdict: Verdict, view: View) -> Iterator[str]:
    party = to_act(case.exchange, verdict)
    told = any(party_name(case.exchange, one.party) == party for one in case.findings)
    if party is not None and not (verdict.succeeded and told):  # then the findings say it below
        yield f" to act   {party}{hint(case)}"
    yield from header(case, view)


def hint(case: Case) -> str:
    """What to compare where the network refused the RES and no finding knows better."""
    explained = any(f.effect == "explains-outcome" for f in case.findings)
    if case.exchange.layer != "authentication" or explained:
        return ""
    return ": see first whether K, OPc and algorithm are those of the USIM"


def associations(case: Case, view: View) -> Iterator[str]:
    """All sets, but for those that were announced again before anything travelled on them."""
    held = [a for a in case.agreements if a.association is not None and a.association.sa]
    if len(held) > 1 and not view.verbose:
        held = [a for a in held if a.association and a.association.esp_frames] or held[-1:]
    for agreement in held:
        if len(held) > 1:
            yield f" {agreement.id}"
        yield from sa_table(case.exchange, agreement, view)


def _findings(case: Case, view: View) -> Iterator[str]:
    for finding in case.findings:
        if finding.explained_by is None:
            yield from finding_block(case.exchange, finding, view, case.agreements)
    yield from folded(case.findings, view)


def unjudged(case: Case) -> dict[str, list[str]]:
    """What was not checked when the run closed, but for what its traffic showed after that."""
    fired = {finding.rule for finding in (*case.findings, *case.notes)}
    left = {
        reason: [rule for rule in rules if rule not in fired]
        for reason, rules in case.exchange.not_checked.items()
    }
    return {reason: rules for reason, rules in left.items() if rules}


def _rest(case: Case, view: View) -> Iterator[str]:
    compared = comparison.sentence(case.exchange, view)
    if compared is not None:
        yield compared
    yield from notes(case.exchange, case.notes, view)
    yield from not_checked(unjudged(case), view.verbose)
    yield from reproduce(case, view)
