"""One finding as a block: rule, who has to act, frames; expected and seen; cause, fix, clause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from analyzer.report import comparison
from analyzer.report.layout import WIDTH, clip, pair, wrap
from analyzer.report.model import Agreement, Exchange, Finding, Frame
from analyzer.report.on_wire import on_the_wire
from analyzer.report.verdict import PARTIES, anchor, list_step, party_name, step_of
from analyzer.report.view import View

_LISTED: Final = ("expected", "seen", "detail")  # what two lists one above the other show better
_FRAMES: Final = 6
_AGAIN: Final = 3  # further occurrences that are named
_INDENT: Final = 13
_FIELD: Final = 600  # characters of one field that are shown
_UNVERIFIED: Final = "unverified"


def finding_block(
    exchange: Exchange | None,
    finding: Finding,
    view: View,
    agreements: Sequence[Agreement] = (),
) -> Iterator[str]:
    """The lines of one finding; `exchange` is None for one that stands outside of all.

    `agreements` are those of the exchange: what was sent on them may say more.
    """
    head = f"{finding.id} {finding.severity.upper():<9} {finding.rule} {finding.name}".rstrip()
    party = party_name(exchange, finding.party) if exchange else PARTIES[finding.party]
    fix_at = f"fix at: {party}"
    frames = view.frames(finding.frames or [finding.frame], _FRAMES)
    yield pair(f"{clip(head, 42):<43} {fix_at}", frames)
    rows = list(compared(exchange, finding, view, agreements)) if exchange else []
    yield from rows
    if not rows and not (finding.expected or finding.seen or finding.detail):
        yield from _field("what", finding.title)
    for label, value in fields(finding, view, bool(rows)):
        yield from _field(label, value)


def fields(finding: Finding, view: View, listed: bool) -> Iterator[tuple[str, str]]:
    """Name and text of what a finding says; `listed`: its two lists are shown already."""
    for label, value in (
        ("expected", finding.expected),
        ("seen", seen(finding, view)),
        ("detail", finding.detail),
        ("means", finding.means),
        ("likely", finding.cause),
        ("fix", finding.fix),
        ("clause", (finding.spec or _UNVERIFIED).removeprefix("clause ")),
    ):
        if value and not (listed and label in _LISTED):
            yield label, value


def seen(finding: Finding, view: View) -> str | None:
    """What was seen, and again: `200 OK #4; again 202 Accepted #6`."""
    first = finding.seen
    if not first or not finding.again:
        return first
    texts = [
        f"{'' if one.seen in (None, first) else f'{one.seen} '}{view.frame(one.frame)}"
        for one in finding.again[:_AGAIN]
    ]
    more = (finding.count or 1) - 1 - len(texts)
    rest = f" and {more} more" if more > 0 else ""
    return f"{first} {view.frame(finding.frame)}; again {', '.join(texts)}{rest}"


def _field(label: str, text: str) -> list[str]:
    return wrap(clip(text, _FIELD), f"   {label:<10}", " " * _INDENT)


def compared(
    exchange: Exchange, finding: Finding, view: View, agreements: Sequence[Agreement]
) -> Iterator[str]:
    """The two lists, where the finding is about their difference."""
    challenge, verify = list_step(exchange), step_of(exchange, "verify")
    if challenge is None or verify is None or not finding.rule.startswith("VER-"):
        return
    different = verify.comparison is not None and verify.comparison.level == "different"
    if different and verify.verify and finding.frame == anchor(verify):
        yield from comparison.rows(challenge, verify, view)
        text = on_the_wire(finding, challenge, verify, view, agreements)
        if text is not None:
            yield from _field("on wire", text)


def folded(findings: list[Finding], view: View) -> Iterator[str]:
    """What other findings explain: one line of ids."""
    names = [f"{f.rule} ({f.explained_by})" for f in findings if f.explained_by is not None]
    if names:
        yield from wrap(", ".join(names), "explained by others: ", "  ", WIDTH)


def frames_of(finding: Finding) -> list[Frame]:
    """All frames of a finding, its anchor at least."""
    return finding.frames or [finding.frame]
