"""From what `agreement/` and `rules/` know to the report's model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, cast

from analyzer.agreement import items
from analyzer.agreement.association import Association
from analyzer.agreement.core import CoreRegistration
from analyzer.agreement.exchange import Exchange, Registration, Sign, Verdict
from analyzer.agreement.naming import address_text
from analyzer.capture.clocks import Clock
from analyzer.capture.look import Sample
from analyzer.capture.packet import CaptureInfo, Problem
from analyzer.flows.ledger import EspCounts
from analyzer.report import model
from analyzer.report.evidence import signals
from analyzer.report.naming import frame_name
from analyzer.report.steps import mechanism
from analyzer.report.times import iso
from analyzer.report.traffic import traffic
from analyzer.rules.finding import Finding
from analyzer.rules.judge import Judged
from analyzer.rules.rule import Rule
from analyzer.sip.message import SipMessage

MILLISECOND: Final = 1_000_000
PARTS_PER_MILLION: Final = 1000  # in nanoseconds a second
PORTS: Final = 5  # named of a sample
SA_NAMES: Final = ("uc>ps", "pc>us", "us>pc", "ps>uc")

_IMSI: Final = re.compile(r"(\d{14,15})(?:@|$)")
_MSISDN: Final = re.compile(r"tel:(\+?\d{5,15})")
_IMEI: Final = re.compile(r"urn:gsma:imei:(\d{8}-?\d{6}-?\d)")
_CELL: Final = re.compile(r"(?:utran-cell-id-3gpp|cgi-3gpp)=\"?([0-9A-Fa-f]+)")


def exchange(judged: Judged, captures: int = 1) -> model.Exchange:
    """One closed run with its verdict, without its steps (`steps`); findings are numbered later.

    `captures` is how many the report has: where there are several, frames in texts have a letter.
    """
    facts = judged.facts
    run = facts.exchange
    access = run.access
    places = [step.place for step in run.steps if step.place is not None]
    messages = [place.message for place in places]
    first = next((m for m in messages if m.src == access.ue), None)
    last_time = max((step.time for step in run.steps), default=run.begun)
    return model.Exchange(
        id=f"E{run.number}",
        key=run.key,
        dialect=facts.dialect,
        mediasec=any(bool(listed.media) for place in places for listed in place.lists.values()),
        kind=facts.kind,
        method=run.method,
        call_id=run.call_id or None,
        client=model.Endpoint(address_text(access.ue), None if first is None else first.sport),
        server=model.Endpoint(
            address_text(access.first_hop), None if first is None else first.dport
        ),
        identity=_identity(messages),
        user_agent=_agent(messages, access.ue, "user-agent"),
        server_agent=_agent(messages, access.first_hop, "server"),
        registration=registration(facts.verdict.registration, run, captures),
        stopped_at=cast(Any, facts.verdict.stopped_at or None),
        layer=cast(Any, facts.verdict.layer or None),
        outcome=facts.outcome,
        agreed=_agreed(judged),
        under=None if run.under is None else f"A{run.under.number}",
        started=iso(run.begun),
        ended=iso(last_time),
        duration_ms=(last_time - run.begun) / MILLISECOND,
        missing=_missing(facts.verdict),
        signals=signals(run),
        coverage=_coverage(judged),
        not_checked=judged.not_checked,
    )


def agreement(item: items.Agreement, show_keys: bool = False) -> model.Agreement:
    """One agreement with its set and the requests that followed; `show_keys`: its keys too."""
    held = item.association
    return model.Agreement(
        id=f"A{item.number}",
        exchange=f"E{item.exchange}",
        mechanism=item.mechanism,
        created=iso(item.created),
        established=None if item.established is None else iso(item.established),
        ended=None if item.ended is None else iso(item.ended),
        end_reason=item.end_reason or None,
        expires=item.expires,
        association=None if held is None else _association(held, show_keys),
        renewed=iso(item.renewed) if item.renewed else None,
        seen_until=iso(item.seen_until) if item.seen_until else None,
        traffic=traffic(item),
    )


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


def _agreed(judged: Judged) -> model.Mechanism | None:
    run = judged.facts.exchange
    if run.association is not None:
        return mechanism(run.association.server)
    if run.under is not None and judged.facts.kind in ("refresh", "deregistration"):
        return None  # nothing new: `under`
    chosen = judged.facts.chosen
    if chosen is None or judged.facts.outcome not in ("agreed", "bypassed"):
        return None
    return mechanism(chosen.element)


# ---- the rest


def registration(
    found: Registration | None, run: Exchange, captures: int
) -> model.Registration | None:
    """What became of the registration, its signs with their frames; None where there is none."""
    if found is None:
        return None
    answer = found.answer
    message = None if answer is None else answer.message
    return model.Registration(
        state=cast(Any, found.state),
        code=None if message is None else message.code,
        reason=None if message is None else message.reason or None,
        basis=cast(Any, found.basis),
        signs=[_sign(one, captures) for one in found.signs],
        duration_ms=_duration(found, run),
        answer=None if message is None else model.Frame(message.capture, message.frame),
    )


def _sign(one: Sign, captures: int) -> str:
    if not one.frame:
        return one.text
    return f"{one.text} ({frame_name(one.capture, one.frame, captures)})"


def _duration(found: Registration, run: Exchange) -> float | None:
    """From the first REGISTER to what ended the run on the access side."""
    end = run.last("result")
    if end is None or found.state == "unknown" or run.first("offer") is None:
        return None
    return (end.time - run.begun) / MILLISECOND


def _identity(messages: Sequence[SipMessage]) -> model.Identity:
    identity = model.Identity()
    for message in messages:
        credentials = message.credentials if message.is_request else None
        if credentials is not None and credentials.username and identity.impi is None:
            identity.impi = credentials.username
        if identity.impu is None and message.cseq_method == "REGISTER":
            identity.impu = message.to_uri or None
        identity.imei = identity.imei or _found(_IMEI, message.value("contact"))
        identity.cell = identity.cell or _found(_CELL, message.value("p-access-network-info"))
        associated = message.value("p-associated-uri")
        identity.msisdn = identity.msisdn or _found(_MSISDN, associated)
    source = identity.impi or (identity.impu or "").removeprefix("sip:")
    identity.imsi = _found(_IMSI, source)
    return identity


def _found(pattern: re.Pattern[str], text: str | None) -> str | None:
    match = pattern.search(text) if text else None
    return None if match is None else match.group(1)


def _agent(messages: Sequence[SipMessage], source: bytes, header: str) -> str | None:
    for message in messages:
        if message.src == source:
            agent = message.value(header) or message.value("user-agent")
            if agent:
                return agent
    return None


def _missing(verdict: Verdict) -> list[model.Role]:
    return [cast(Any, verdict.stopped_at)] if verdict.failed and verdict.stopped_at else []


def _coverage(judged: Judged) -> model.Coverage:
    seen = judged.coverage
    known = judged.facts.exchange.authentication
    network = None if known is None else known.network
    return model.Coverage(
        start=seen.start,
        both_directions=seen.both_directions,
        protected_part=seen.protected_part,
        keys=seen.keys,
        synthetic=seen.synthetic,
        autn=None if network is None else "right" if network else "wrong",
    )


def _association(found: Association, show_keys: bool) -> model.Association:
    server, client = found.server, found.client
    spis = {sa.name: sa.spi for sa in found.sas}
    return model.Association(
        alg=found.alg,
        ealg=found.ealg,
        spi_uc=None if client is None else client.spi_c,
        spi_us=None if client is None else client.spi_s,
        spi_pc=server.spi_c,
        spi_ps=server.spi_s,
        port_uc=None if client is None else client.port_c,
        port_us=None if client is None else client.port_s,
        port_pc=server.port_c,
        port_ps=server.port_s,
        state=found.state,
        sa=[_sa(name, spis[name], found) for name in SA_NAMES if name in spis],
        esp_frames=found.packets,
        decrypted_frames=found.opened,
        icv_bad=sum(flow.icv_bad + flow.icv_unfit for flow in found.flows.values()) or None,
        keys=_keys(found, show_keys),
    )


def _keys(found: Association, show_keys: bool) -> model.KeySource | None:
    key = found.key
    if key is None:
        return None
    origin = key.origin
    flows = found.flows.values()
    return model.KeySource(
        source=origin.source,
        frame=model.Frame(origin.capture, origin.frame) if origin.frame else None,
        name=origin.name or None,
        challenge=model.Frame(*found.announced_at),
        variant=key.variant or None,
        icv_good=sum(flow.icv_good for flow in flows),
        icv_bad=sum(flow.icv_bad + flow.icv_unfit for flow in flows),
        integrity_key=key.integrity_key.hex() or None if show_keys else None,
        cipher_key=key.cipher_key.hex() or None if show_keys else None,
    )


def _sa(name: str, spi: int, association: Association) -> model.Sa:
    flow = association.flows.get(name)
    if flow is None:
        return model.Sa(name=cast(Any, name), spi=spi, packets=0, opened=0)
    return model.Sa(
        name=cast(Any, name),
        spi=flow.spi,
        packets=flow.packets,
        first_seq=flow.first_seq,
        last_seq=flow.last_seq,
        last_time=iso(flow.last_time),
        opened=flow.opened,
        icv_bad=flow.icv_bad + flow.icv_unfit or None,
    )
