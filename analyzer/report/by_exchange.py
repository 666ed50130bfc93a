"""Findings by the exchange they belong to, as far as a walk over all exchanges needs them."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.report.model import Agreement, Finding, Report
from analyzer.report.summary import is_note

Owners = dict[str, str]
"""The exchange of each agreement."""


def owners(agreements: Iterable[Agreement]) -> Owners:
    """Of each agreement the exchange that settled it."""
    return {one.id: one.exchange for one in agreements}


def owner(finding: Finding, agreements: Owners) -> str:
    """The exchange of a finding, by its agreement where it names none itself; "" outside of all."""
    return finding.exchange or agreements.get(finding.agreement or "", "")


def counted(report: Report, agreements: Owners) -> dict[str, list[Finding]]:
    """The findings that count, under "" those outside of all exchanges. Notes are left out: each of
    fifty thousand healthy registrations has some."""
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if not is_note(finding, report.strict):
            found.setdefault(owner(finding, agreements), []).append(finding)
    return found


def noted(report: Report, agreements: Owners) -> dict[str, tuple[str, ...]]:
    """The rules of the notes, in order, once each."""
    found: dict[str, tuple[str, ...]] = {}
    same: dict[tuple[str, ...], tuple[str, ...]] = {}  # most exchanges have the same ones
    for finding in report.findings:
        if is_note(finding, report.strict):
            place = owner(finding, agreements)
            before = found.get(place, ())
            if finding.rule not in before:
                rules = (*before, finding.rule)
                found[place] = same.setdefault(rules, rules)
    return found
