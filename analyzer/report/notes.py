"""What does not matter here, in one line; what could not be checked, always."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analyzer.report.finding_text import finding_block, frames_of
from analyzer.report.layout import wrap
from analyzer.report.model import Exchange, Finding, Frame
from analyzer.report.view import View


def notes(exchange: Exchange, found: list[Finding], view: View) -> Iterator[str]:
    """The notes: with `-v` a block each, else rule, title and frames in running text."""
    if not found:
        return
    if view.verbose:
        yield "notes, no effect here:"
        for note in found:
            yield from finding_block(exchange, note, view)
        return
    by_rule: dict[str, tuple[str, list[Frame]]] = {}
    for note in found:
        by_rule.setdefault(note.rule, (note.title, []))[1].extend(frames_of(note))
    texts = [
        f"{rule} {title} {view.frames(frames, 3)}" for rule, (title, frames) in by_rule.items()
    ]
    yield from wrap("; ".join(texts), "notes, no effect here (-v): ", " ")


def not_checked(reasons: Mapping[str, list[str]], view: View) -> Iterator[str]:
    """`not checked: LEAK-02 LEAK-03 (no Mw capture)`; it says so when there is nothing."""
    if not reasons:
        yield "not checked: nothing"
        return
    most = None if view.verbose else 6
    texts = []
    for reason, rules in sorted(reasons.items()):
        names = sorted(set(rules))
        shown = names[:most]
        hidden = len(names) - len(shown)
        texts.append(" ".join(shown) + (f" +{hidden}" if hidden else "") + f" ({reason})")
    yield from wrap("; ".join(texts), "not checked: ", " ")
