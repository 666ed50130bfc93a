"""The report on what was seen, judged and put away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from analyzer.agreement.core import alone
from analyzer.capture import Captures
from analyzer.capture.packet import CaptureInfo
from analyzer.flows.ledger import EspCounts
from analyzer.pipeline.conductor import TRUNCATED, Seen
from analyzer.report import assembly, model
from analyzer.report.joined import Share, joined
from analyzer.report.summary import summarise
from analyzer.rules.conclusion import conclude
from analyzer.rules.engine import Engine
from analyzer.version import NAME, VERSION

if TYPE_CHECKING:
    from analyzer.wireshark.second import Second


SECOND_ENGINE = frozenset({"link-type", "sigcomp"})
"""Problems of the native reader that tshark may solve."""


def report(
    captures: Captures,
    seen: Seen,
    shares: Sequence[Share],
    engine: Engine,
    strict: bool,
    sigcomp: Iterable[int] = (),
    second: Second | None = None,
) -> model.Report:
    """The report on what was seen, judged and put away."""
    for number in sigcomp:
        captures.infos[number].sigcomp = True
    exchanges, agreements = joined(shares)
    found = [assembly.finding(one) for one in conclude([one.found for one in shares], engine)]
    by_owner: dict[str, list[str]] = {}
    for one in found:
        for owner in (one.exchange, one.agreement):
            if owner is not None:
                by_owner.setdefault(owner, []).append(one.id)
    exchanges.findings = agreements.findings = by_owner
    report = model.Report(
        tool=model.Tool(name=NAME, version=VERSION),
        captures=_captures(captures, seen, second),
        exchanges=exchanges,
        agreements=agreements,
        findings=found,
        summary=summarise(exchanges, found, strict),
        strict=strict,
        signals=seen.signals,
        core_registrations=[
            assembly.core_registration(one) for one in alone(seen.beyond, seen.identities)
        ],
        rules=[assembly.rule_text(rule) for rule in engine.rules],
    )
    return _sampled(report, captures)


def _sampled(report: model.Report, captures: Captures) -> model.Report:
    """Where no exchange was found: what there is instead, from a look at the first frames."""
    if not report.summary.exchanges:
        for capture, found in zip(report.captures, captures.samples(), strict=True):
            if found.frames:
                capture.sample = assembly.sample(found)
    return report


def _captures(captures: Captures, seen: Seen, second: Second | None) -> list[model.Capture]:
    for number, problem in chain.from_iterable(seen.problems):
        info = captures.infos[number]
        if problem.kind == TRUNCATED and info.cut:
            problem.detail = "cut by the snap length: capture whole packets (tcpdump -s 0)"
        info.problems.append(problem)
    if second is not None:
        _read_after_all(captures.infos, second)
    return [
        assembly.capture(
            info,
            seen.sightings.get(number, 0),
            seen.messages.get(number, 0),
            captures.clocks.get(number),
            sip_in_esp=seen.protected.get(number) or None,
            sip_forwards=seen.forwards.get(number) or None,
            tshark=None if second is None else _second_engine(second, number),
            **assembly.esp_counts(seen.esp.get(number) or EspCounts()),
        )
        for number, info in enumerate(captures.infos)
    ]


def _second_engine(second: Second, capture: int) -> model.SecondEngine | None:
    """What tshark read of a capture; None where it read nothing."""
    if capture not in second.messages:
        return None
    return model.SecondEngine(messages=second.messages[capture], why=list(second.why[capture]))


def _read_after_all(infos: Sequence[CaptureInfo], second: Second) -> None:
    """What the native reader could not read is no problem where tshark did."""
    for number in second.messages:
        info = infos[number]
        info.problems = [one for one in info.problems if one.kind not in SECOND_ENGINE]
        info.unreadable = False
    for number, problem in second.problems:
        infos[number].problems.append(problem)
