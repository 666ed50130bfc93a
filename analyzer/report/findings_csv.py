"""Findings as a table (RFC 4180), one a row, for a spreadsheet or a script.

Columns are added at the end, never renamed (`docs/formats.md`). Before what a spreadsheet would
take for a formula stands an apostrophe.
"""

from __future__ import annotations

import csv
import io
import re
from typing import BinaryIO, Final

from analyzer.report.by_exchange import owner, owners
from analyzer.report.escape import escape
from analyzer.report.finding_text import seen
from analyzer.report.glance import Glance, glances
from analyzer.report.model import Finding, Report
from analyzer.report.summary import is_note
from analyzer.report.text import TextOptions, view_of
from analyzer.report.view import View

COLUMNS: Final = (
    *("id", "fingerprint", "rule", "name", "severity", "class", "effect", "counts", "party"),
    *("title", "detail", "expected", "seen", "parameter", "clause", "means", "cause", "fix"),
    *("explained_by", "count", "capture", "frame", "frames", "exchange", "agreement", "verdict"),
    *("subscriber", "peer"),
)

# where a cell begins, also where a spreadsheet takes the semicolon for the end of one
_FORMULA: Final = re.compile(r"(^|;)(\s*[-=+@\t\r])")


def to_csv(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    """Write a head and a row for every finding, in the order of the report."""
    known = {one.id: one for one in glances(report.exchanges)}
    agreements = owners(report.agreements)
    view = view_of(report, options)
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    try:
        rows = csv.writer(text)
        rows.writerow(COLUMNS)
        for finding in report.findings:
            row = _row(finding, known.get(owner(finding, agreements)), report, view)
            rows.writerow([_cell(value, options) for value in row])
    finally:
        text.detach()


def _row(
    finding: Finding, glance: Glance | None, report: Report, view: View
) -> tuple[str | int, ...]:
    """The values in the order of `COLUMNS`."""
    number = len(report.captures)
    frames = finding.frames or [finding.frame]
    anchor = finding.frame
    path = report.captures[anchor.capture].path if anchor.capture < number else ""
    return (
        finding.id,
        finding.fingerprint,
        finding.rule,
        finding.name,
        finding.severity,
        finding.class_,
        finding.effect,
        "no" if is_note(finding, report.strict) else "yes",
        finding.party,
        finding.title,
        finding.detail,
        finding.expected or "",
        seen(finding, view) or "",
        finding.parameter or "",
        finding.spec or "",
        finding.means or "",
        finding.cause or "",
        finding.fix or "",
        finding.explained_by or "",
        finding.count or 1,
        path,
        anchor.frame,
        " ".join(map(view.frame, frames)),
        finding.exchange or (glance.id if glance else ""),
        finding.agreement or "",
        glance.word if glance else "",
        glance.phone if glance else "",
        finding.peer or "",
    )


def _cell(value: str | int, options: TextOptions) -> str | int:
    if isinstance(value, int):
        return value
    return _FORMULA.sub(r"\1'\2", escape(value, False, options.show_keys))
