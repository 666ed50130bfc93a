"""Counts over a report's streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from analyzer.report.glance import counted
from analyzer.report.model import SEVERITIES, Exchange, Finding, Summary


def summarise(
    exchanges: Iterable[Exchange], findings: Iterable[Finding], strict: bool = False
) -> Summary:
    """Walk the findings once. Findings without effect are notes, unless `strict` counts them."""
    registrations: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    seen = counted(exchanges)
    kinds = seen.counted()
    for (_, outcome, state), count in kinds.items():
        outcomes[outcome] += count
        if state:
            registrations[state] += count
    severities: Counter[str] = Counter()
    notes = 0
    for finding in findings:
        number = finding.count or 1
        if is_note(finding, strict):
            notes += number
        elif finding.explained_by is None:
            severities[finding.severity] += number
    return Summary(
        exchanges=kinds.total(),
        phones=len(seen.phones()),
        registrations=dict(sorted(registrations.items())),
        outcomes=dict(sorted(outcomes.items())),
        findings={name: severities[name] for name in SEVERITIES if severities[name]},
        notes=notes,
    )


def is_note(finding: Finding, strict: bool) -> bool:
    """Whether a finding counts neither for the verdict nor for the exit code."""
    return finding.effect == "none" and not strict
