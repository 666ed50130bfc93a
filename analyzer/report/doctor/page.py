"""The doctor's page: 80 columns of text, or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TextIO

import msgspec

from analyzer.report.doctor import capture_filter
from analyzer.report.doctor.checks import RECAPTURE, Check, diagnose
from analyzer.report.doctor.evidence import Evidence
from analyzer.report.escape import escape
from analyzer.report.layout import plural, wrap
from analyzer.report.model import Capture, Report
from analyzer.report.view import View

SCHEMA: Final = "secagree-doctor/1"

_MARKS: Final = {"problem": "!!", "note": "--", "ok": "ok"}
_LABEL: Final = 20  # columns of mark and name
_FILES: Final = 6  # captures that are listed
_MOST: Final = 30  # answers on the page


class Page(msgspec.Struct, omit_defaults=True, kw_only=True, rename={"schema_": "schema"}):
    """The same as JSON."""

    schema_: str
    captures: list[Capture]
    checks: list[Check]
    capture_filter: str


def to_json(report: Report) -> bytes:
    """One line of JSON."""
    evidence, checks = diagnose(report)
    page = Page(
        schema_=SCHEMA,
        captures=evidence.captures,
        checks=checks,
        capture_filter=filter_line(evidence),
    )
    return msgspec.json.encode(page) + b"\n"


def to_text(report: Report, stream: TextIO, ascii_only: bool = True) -> None:
    """Write the page."""
    evidence, checks = diagnose(report)
    lines = _lines(evidence, checks, View(captures=report.captures, ascii_only=ascii_only))
    stream.writelines(escape(line, ascii_only).rstrip() + "\n" for line in lines)


def filter_line(evidence: Evidence) -> str:
    """The tcpdump line for what these captures should have held."""
    return capture_filter.command((port for _, port in evidence.ports), evidence.tunnels)


def _lines(evidence: Evidence, checks: list[Check], view: View) -> Iterator[str]:
    problems = sum(check.state == "problem" for check in checks)
    yield f"{plural(problems, 'thing')} to mend" if problems else "NOTHING TO MEND"
    yield from _files(evidence, view)
    yield ""
    for check in checks[:_MOST]:
        yield from _check(check, view)
    if len(checks) > _MOST:
        yield f"   {len(checks) - _MOST} more (all of them with --format json)"
    if any(check.state == "problem" and check.check in RECAPTURE for check in checks):
        yield ""
        yield "to capture all of it (on the P-CSCF, or where the phone's IP traffic passes):"
        yield filter_line(evidence)  # one line, whatever its length: it is to be copied


def _files(evidence: Evidence, view: View) -> Iterator[str]:
    for number, capture in enumerate(evidence.captures[:_FILES]):
        name = f"{view.letter(number)} = {capture.path}" if view.letter(number) else capture.path
        kinds = "/".join(capture.link_types) or "-"
        text = f"{escape(name, view.ascii_only)}: {capture.format or '?'}, {kinds}, "
        yield from wrap(text + plural(capture.packets, "frame"), " ", "   ")
    if len(evidence.captures) > _FILES:
        yield f" and {len(evidence.captures) - _FILES} more captures"


def _check(check: Check, view: View) -> Iterator[str]:
    label = f" {_MARKS[check.state]} {check.check}"
    rest = " " * _LABEL
    frames = f"  {view.frames(check.frames, 4)}" if check.frames else ""
    said = escape(check.said, view.ascii_only) + frames
    yield from wrap(said, f"{label:<{_LABEL - 1}} ", rest)
    if check.next:
        yield from wrap(f"next: {check.next}", rest, rest + "  ")
