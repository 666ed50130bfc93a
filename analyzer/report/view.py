"""How one text report is to look, and one exchange with all that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import NamedTuple

from analyzer.report.escape import escape, escaped
from analyzer.report.glance import pick
from analyzer.report.model import Agreement, Capture, Exchange, Finding, Frame, Report, Step
from analyzer.report.naming import frame_name, letter
from analyzer.report.summary import is_note


@dataclass(frozen=True, slots=True)
class View:
    """What a renderer of text needs beside the exchange itself.

    `threshold` holds the severities that make an exchange loud; `alone` says that the report has
    one exchange, so that the counts of the capture speak of it. `given`: option and path of each
    file that keys were taken from.
    """

    captures: Sequence[Capture]
    zone: tzinfo = UTC
    ascii_only: bool = True
    verbose: bool = False
    strict: bool = False
    threshold: frozenset[str] = frozenset(("critical", "error"))
    alone: bool = True
    show_keys: bool = False
    given: tuple[tuple[str, str], ...] = ()

    def frame(self, frame: Frame | Step) -> str:
        """`#4`, or `c#4` where the report has several captures."""
        return frame_name(frame.capture, frame.frame, len(self.captures))

    def frames(self, frames: Iterable[Frame | Step], most: int = 6) -> str:
        """`#2 #3 #5`; what is beyond `most` is left to an ellipsis."""
        names = list(dict.fromkeys(self.frame(frame) for frame in frames))
        return " ".join(names[:most] + ["..."] * (len(names) > most))

    def letter(self, capture: int) -> str:
        """The short name of a capture: nothing where there is one, else a, b, .. z, aa, ab, .."""
        return letter(capture, len(self.captures))


class Case(NamedTuple):
    """One exchange, its agreements, and its findings: those that count first, then the notes."""

    exchange: Exchange
    agreements: list[Agreement]
    findings: list[Finding]
    notes: list[Finding]


def escaped_case(case: Case, view: View) -> Case:
    """The same with every text safe to print."""
    ascii_only, show_keys = view.ascii_only, view.show_keys
    return Case(
        escaped(case.exchange, ascii_only, show_keys),
        escaped(case.agreements, ascii_only, show_keys),
        escaped(case.findings, ascii_only, show_keys),
        escaped(case.notes, ascii_only, show_keys),
    )


def cases(report: Report, wanted: frozenset[str] | None, strict: bool) -> list[Case]:
    """The exchanges of those ids (None: all) with what belongs to them, in the report's order.

    Reads back what was asked for, and no more.
    """
    exchanges = report.exchanges if wanted is None else pick(report.exchanges, wanted)
    kept = {exchange.id: Case(exchange, [], [], []) for exchange in exchanges}
    owners: dict[str, str] = {}
    for agreement in pick(report.agreements, kept):
        kept[agreement.exchange].agreements.append(agreement)
        owners[agreement.id] = agreement.exchange
    for finding in report.findings:
        owner = finding.exchange or owners.get(finding.agreement or "", "")
        if owner in kept:
            case = kept[owner]
            (case.notes if is_note(finding, strict) else case.findings).append(finding)
    return list(kept.values())


def homeless(report: Report, strict: bool) -> Iterator[Finding]:
    """The findings that belong to no exchange, but for notes."""
    for finding in report.findings:
        if finding.exchange is None and finding.agreement is None:
            if finding.explained_by is None and not is_note(finding, strict):
                yield finding


def homeless_notes(report: Report, view: View) -> list[Finding]:
    """The notes that belong to no exchange: with `-v` all, else those of severity error and up."""
    return [
        finding
        for finding in report.findings
        if finding.exchange is None
        and finding.agreement is None
        and finding.explained_by is None
        and is_note(finding, report.strict)
        and (view.verbose or finding.severity in ("critical", "error"))
    ]


def host(address: str) -> str:
    """The address of `address:port` or `[v6]:port`."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    head, _, tail = address.rpartition(":")
    return head if head and ":" not in head and tail.isdecimal() else address


def port(address: str) -> str:
    """The port of `address:port` or `[v6]:port`; empty where none was read."""
    if address.startswith("["):
        return address.partition("]:")[2]
    return address.rpartition(":")[2] if host(address) != address else ""


def who(exchange: Exchange) -> str:
    """The best name the messages give the subscriber, as it stands there."""
    identity = exchange.identity
    return identity.imsi or identity.impi or identity.impu or exchange.client.address


def shown(text: str, view: View) -> str:
    """One text out of a packet, safe to print."""
    return escape(text, view.ascii_only, view.show_keys)
