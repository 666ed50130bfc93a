"""One cause, one finding: repeats are merged, consequences stand under what explains them."""

from collections.abc import Iterable, Sequence

from analyzer.limits import OCCURRENCES
from analyzer.rules.finding import Finding
from analyzer.rules.rule import SEVERITIES

FRAMES = 64
"""Frames kept of a merged finding; `count` goes on."""


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """Findings with one fingerprint become one: all frames, the worst severity, the count."""
    merged: dict[str, Finding] = {}
    for one in findings:
        first = merged.setdefault(one.fingerprint, one)
        if first is not one:
            _add(first, one)
    return list(merged.values())


def fold(findings: Sequence[Finding]) -> None:
    """Sets `explained_by` within one exchange, or at one anchor; the findings have their ids.

    The first finding (in the given order) that explains another takes it; a finding never stands
    under one of its own consequences.
    """
    parents: dict[str, Finding] = {}
    for cause in findings:
        for other in findings:
            if (
                other.rule in cause.explains
                and other.explained_by is None
                and other is not cause
                and _together(cause, other)
                and not _below(cause, other, parents)
            ):
                other.explained_by = cause.id
                parents[other.id] = cause


def _add(first: Finding, other: Finding) -> None:
    first.count += other.count
    frames = {*first.frames, *other.frames}
    first.frames = sorted(frames)[:FRAMES]
    here = [] if other.frame is None else [(other.frame, other.seen or "")]
    first.again = tuple(sorted([*first.again, *here, *other.again])[:OCCURRENCES])
    if SEVERITIES.index(other.severity) < SEVERITIES.index(first.severity):
        first.severity = other.severity
    if first.effect == "none" or other.effect == "explains-outcome":
        first.effect = other.effect


def _together(one: Finding, other: Finding) -> bool:
    if one.exchange is not None and one.exchange == other.exchange:
        return True
    return one.frame is not None and one.frame == other.frame


def _below(one: Finding, other: Finding, parents: dict[str, Finding]) -> bool:
    """Whether `one` stands, at whatever depth, under `other`."""
    above: Finding | None = one
    while above is not None:
        above = parents.get(above.id)
        if above is other:
            return True
    return False
