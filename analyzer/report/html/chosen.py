"""A selection as it is handed on: nothing in it of those who were not asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import msgspec

from analyzer.report.html.places import of_agreement, of_finding, of_messages, of_signals
from analyzer.report.model import Capture, Exchange, Finding, Report
from analyzer.report.streams import Filtered, Mapped
from analyzer.report.summary import is_note
from analyzer.report.view import host

STRANGE: Final = Capture(path="", packets=0, sip_sightings=0, sip_messages=0)
"""Stands in the place of a capture that has nothing of the selection, so that letters stay."""

_LOUD: Final = frozenset(("critical", "error"))


def chosen(report: Report) -> Report:
    """The report with those captures alone that its exchanges stand in, and of the findings that
    belong to no exchange those about their ends. Where nothing was selected all captures stay, to
    say what there is."""
    files: set[int] = set()
    ends: set[str] = set()
    frames: set[tuple[int, int]] = set()
    for exchange in report.exchanges:
        ends.update(_ends(exchange))
        frames.update(of_messages(exchange))
        files.update(capture for capture, _ in of_signals(exchange))
    for agreement in report.agreements:
        frames.update(of_agreement(agreement))
    for finding in report.findings:
        if _owned(finding):
            files.update(capture for capture, _ in of_finding(finding))
    files.update(capture for capture, _ in frames)

    def concerns(one: Finding) -> bool:
        if _owned(one):
            return True
        if one.peer is None:
            return (one.frame.capture, one.frame.frame) in frames
        if ends.isdisjoint((one.peer, host(one.peer))):
            return False
        counted = is_note(one, report.strict) and one.severity not in _LOUD
        return counted or one.frame.capture in files

    def trimmed(one: Finding) -> Finding:
        if _owned(one):
            return one
        return msgspec.structs.replace(one, frames=[f for f in one.frames if f.capture in files])

    captures = [
        one if place in files or not ends else STRANGE for place, one in enumerate(report.captures)
    ]
    findings: Mapped[Finding] = Mapped(Filtered(report.findings, concerns), trimmed)
    return replace(report, captures=captures, findings=findings)


def _owned(one: Finding) -> bool:
    return one.exchange is not None or one.agreement is not None


def _ends(exchange: Exchange) -> Iterator[str]:
    """Addresses of those who talk, and what the phone calls itself: a finding names either."""
    yield from (exchange.client.address, exchange.server.address)
    if exchange.user_agent:
        yield exchange.user_agent
    for step in exchange.steps:
        for one in (step, *step.hops):
            yield from (host(one.src), host(one.dst))
