"""Findings as comments of packets: a line each, at the frame that anchors it."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.report.escape import escape
from analyzer.report.model import Finding


def comments(findings: Iterable[Finding]) -> dict[tuple[int, int], list[str]]:
    """By capture and frame; folded findings and notes too, worst first as they come."""
    found: dict[tuple[int, int], list[str]] = {}
    for one in findings:
        place = one.frame.capture, one.frame.frame
        found.setdefault(place, []).append(_comment(one))
    return found


def _comment(finding: Finding) -> str:
    whose = f"{finding.exchange} " if finding.exchange else ""
    parts = [f"{whose}{finding.severity.upper()} {finding.rule} {finding.name}: {finding.title}"]
    if finding.expected:
        parts.append(f"expected {finding.expected}")
    if finding.seen:
        parts.append(f"seen {finding.seen}")
    return escape("; ".join(parts), False)
