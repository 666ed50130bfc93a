"""What does not matter here, in one line; what could not be checked, always."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from analyzer.report.finding_text import finding_block, frames_of
from analyzer.report.layout import wrap
from analyzer.report.model import Exchange, Finding, Frame
from analyzer.report.view import View

_DIGITS: Final = 4  # of a rule's number
_SPELT: Final = 3  # rules of one family that are named in full
_NAMED: Final = 12  # rules with one reason that are named; of more the families


def notes(exchange: Exchange | None, found: list[Finding], view: View) -> Iterator[str]:
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


def not_checked(reasons: Mapping[str, list[str]], verbose: bool = False) -> Iterator[str]:
    """`not checked: LEAK-02 LEAK-03 (no Mw capture)`; it says so when there is nothing. The reason
    that keeps most rules from being checked stands first; many rules are named with `-v` alone."""
    if not reasons:
        yield "not checked: nothing"
        return
    ordered = sorted(reasons.items(), key=lambda one: (-len(one[1]), one[0]))
    texts = [
        f"{_families(rules)} ({reason})"
        if verbose or len(rules) <= _NAMED
        else f"{_counted(rules)} ({reason}; -v names them)"
        for reason, rules in ordered
    ]
    yield from wrap("; ".join(texts), "not checked: ", " ")


def _counted(rules: list[str]) -> str:
    """`48 rules of AUT, PRT and VER`."""
    *families, last = sorted({rule.rpartition("-")[0] for rule in rules})
    return f"{len(rules)} rules of {', '.join(families)}{' and ' if families else ''}{last}"


def _families(rules: Iterable[str]) -> str:
    """`CHL-14 VER-01..08 10 11`: of a family with many rules the numbers alone, runs folded."""
    numbers: dict[str, list[int]] = {}
    others: list[str] = []
    for rule in sorted(set(rules)):
        family, _, number = rule.rpartition("-")
        if family and number.isascii() and number.isdecimal() and len(number) <= _DIGITS:
            numbers.setdefault(family, []).append(int(number))
        else:
            others.append(rule)
    for family, held in numbers.items():
        lead = f"{family}-"
        if len(held) <= _SPELT:
            others += [f"{lead}{number:02}" for number in sorted(held)]
        else:
            others.append(lead + " ".join(_runs(sorted(held))))
    return " ".join(sorted(others))


def _runs(numbers: list[int]) -> Iterator[str]:
    start = 0
    for place, number in enumerate(numbers):
        if place + 1 < len(numbers) and numbers[place + 1] == number + 1:
            continue
        run = numbers[start : place + 1]
        if len(run) > 2:
            yield f"{run[0]:02}..{run[-1]:02}"
        else:
            yield from (f"{one:02}" for one in run)
        start = place + 1
