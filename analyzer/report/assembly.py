"""From what `agreement/` and `rules/` know to the report's model."""

from __future__ import annotations

from typing import Any, Final, cast

from analyzer.agreement.core import CoreRegistration
from analyzer.agreement.naming import address_text
from analyzer.capture.clocks import Clock
from analyzer.capture.look import Sample
from analyzer.capture.packet import CaptureInfo, Problem
from analyzer.flows.ledger import EspCounts
from analyzer.limits import MILLISECOND
from analyzer.report import model
from analyzer.report.times import iso
from analyzer.rules.finding import Finding
from analyzer.rules.rule import Rule

PARTS_PER_MILLION: Final = 1000  # in nanoseconds a second
PORTS: Final = 5  # named of a sample


def core_registration(one: CoreRegistration) -> model.CoreRegistration:
    """A registration of which only Mw was captured."""
    good = "deregistered" if one.deregistration else "registered"
    state = "unknown" if one.code in (0, 401, 407) else good if one.code < 300 else "rejected"
    return model.CoreRegistration(
        state=cast(Any, state),
        impu=one.impu or None,
        code=one.code or None,
        reason=one.reason or None,
        time=iso(one.time),
        first=model.Frame(*one.first),
        last=model.Frame(*one.last),
    )


def finding(one: Finding) -> model.Finding:
    """One finding. A clause is named only where its text was read (grade P)."""
    anchor = one.frame or (one.frames[0] if one.frames else (0, 0))
    return model.Finding(
        id=one.id,
        fingerprint=one.fingerprint,
        rule=one.rule,
        name=one.name,
        severity=cast(Any, one.severity),
        class_=cast(Any, one.class_),
        effect=cast(Any, one.effect),
        party=cast(Any, one.party),
        title=one.title,
        detail=one.detail or "",
        exchange=one.exchange,
        agreement=one.agreement,
        peer=one.peer,
        frame=model.Frame(*anchor),
        frames=[model.Frame(*frame) for frame in one.frames],
        expected=one.expected,
        seen=one.seen,
        parameter=one.parameter,
        spec=one.spec if one.grade == "P" else None,
        means=one.means or None,
        cause=one.cause or None,
        fix=one.fix or None,
        explained_by=one.explained_by,
        count=one.count if one.count > 1 else None,
        again=[
            model.Occurrence(frame=model.Frame(*frame), seen=seen or None)
            for frame, seen in one.again
        ],
    )


def rule_text(rule: Rule) -> model.RuleText:
    """A rule for those who read reports."""
    words = {step.word for step in rule.severity}
    return model.RuleText(
        id=rule.id,
        name=rule.name,
        title=rule.title,
        severity=next(word for word in model.SEVERITIES if word in words),
        dialects=rule.dialects,
        clause=rule.spec if rule.grade == "P" else None,
        means=rule.means,
        cause=rule.cause,
        fix=rule.fix,
    )


def problem(one: Problem) -> model.Problem:
    """Something that could not be read, or was dropped at a limit."""
    return model.Problem(
        kind=one.kind, frame=one.frame, offset=one.offset, detail=one.detail, count=one.count
    )


def capture(
    info: CaptureInfo, sightings: int, messages: int, clock: Clock | None = None, **more: Any
) -> model.Capture:
    """One input."""
    known = clock is not None and clock.basis != "unknown"
    return model.Capture(
        path=info.path,
        format=info.format,
        link_types=list(info.link_types),
        packets=info.packets,
        sip_sightings=sightings,
        sip_messages=messages,
        first_time=None if info.first_time is None else iso(info.first_time),
        last_time=None if info.last_time is None else iso(info.last_time),
        problems=[problem(one) for one in info.problems],
        unreadable=info.unreadable,
        snap_length=info.snap_length or None,
        cut=info.cut,
        cut_frame=info.cut_frame,
        dropped=info.dropped,
        clock_offset_ms=clock.ahead / MILLISECOND if clock is not None and known else None,
        clock=None if clock is None else _clock(clock),
        **more,
    )


def esp_counts(counts: EspCounts) -> dict[str, Any]:
    """The members of a capture that speak of ESP."""
    return {
        "esp_packets": counts.packets,
        "esp_opened": counts.opened,
        "esp_unannounced": counts.unannounced,
        "esp_strays": [
            model.EspFlow(
                src=address_text(src),
                dst=address_text(dst),
                spi=spi,
                packets=stray.packets,
                opened=stray.opened,
                frame=stray.frame,
            )
            for (src, dst, spi), stray in counts.strays.items()
        ],
    }


def _clock(clock: Clock) -> model.Clock:
    return model.Clock(
        basis=clock.basis,
        reference=None if clock.basis == "given" else clock.reference,
        messages=clock.count or None,
        spread_ms=clock.spread / MILLISECOND if clock.count and not clock.why else None,
        drift_ppm=clock.drift / PARTS_PER_MILLION or None,
        at=iso(clock.at) if clock.drift else None,
        detail=clock.why,
    )


def sample(found: Sample) -> model.Sample:
    """What the first frames of a capture are."""
    return model.Sample(
        frames=found.frames,
        without_ip=found.without_ip,
        cut=found.cut,
        layers=dict(found.layers.most_common(PORTS)),
        protocols=dict(found.protocols.most_common(PORTS)),
        ports={str(port): count for port, count in found.ports.most_common(PORTS)},
    )
