"""From what `agreement/` and `rules/` know to the report's model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, cast

from analyzer.agreement import items
from analyzer.agreement.association import Association
from analyzer.agreement.comparison import compare
from analyzer.agreement.exchange import Exchange, Registration, Step, Verdict
from analyzer.agreement.mechanism import Mechanism, MechanismList
from analyzer.agreement.naming import address_text, endpoint_text, exchange_key
from analyzer.agreement.place import Place
from analyzer.capture.packet import CaptureInfo
from analyzer.flows.datagram import Signal
from analyzer.report import model
from analyzer.report.times import iso
from analyzer.rules.finding import Finding
from analyzer.rules.judge import Judged
from analyzer.sip.message import SipMessage

MILLISECOND: Final = 1_000_000
SA_NAMES: Final = ("uc>ps", "pc>us", "us>pc", "ps>uc")

_IMSI: Final = re.compile(r"(\d{14,15})(?:@|$)")
_MSISDN: Final = re.compile(r"tel:(\+?\d{5,15})")
_IMEI: Final = re.compile(r"urn:gsma:imei:(\d{8}-?\d{6}-?\d)")
_CELL: Final = re.compile(r"(?:utran-cell-id-3gpp|cgi-3gpp)=\"?([0-9A-Fa-f]+)")

_KNOWN: Final = frozenset(
    ("q", "alg", "ealg", "prot", "mod", "spi-c", "spi-s", "port-c", "port-s")
) | {"d-alg", "d-qop", "d-ver"}


def exchange(judged: Judged, signals: Sequence[Signal]) -> model.Exchange:
    """One closed run with its verdict; its findings are numbered later."""
    facts = judged.facts
    run = facts.exchange
    access = run.access
    places = [step.place for step in run.steps if step.place is not None]
    messages = [place.message for place in places]
    first = next((m for m in messages if m.src == access.ue), None)
    last_time = max((step.time for step in run.steps), default=run.begun)
    steps = [_step(step, run) for step in run.steps]
    _add_hops(steps, run)
    return model.Exchange(
        id=f"E{run.number}",
        key=exchange_key(run),
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
        registration=_registration(facts.verdict.registration, run),
        stopped_at=cast(Any, facts.verdict.stopped_at or None),
        layer=cast(Any, facts.verdict.layer or None),
        outcome=facts.outcome,
        agreed=_agreed(judged),
        started=iso(run.begun),
        ended=iso(last_time),
        duration_ms=(last_time - run.begun) / MILLISECOND,
        steps=steps,
        missing=_missing(facts.verdict),
        signals=[_signal(one) for one in signals if _concerns(one, run)],
        coverage=_coverage(judged),
        not_checked=judged.not_checked,
    )


def agreement(item: items.Agreement) -> model.Agreement:
    """One agreement with its set and the requests that followed."""
    return model.Agreement(
        id=f"A{item.number}",
        exchange=f"E{item.exchange}",
        mechanism=item.mechanism.key,
        created=iso(item.created),
        established=None if item.established is None else iso(item.established),
        ended=None if item.ended is None else iso(item.ended),
        end_reason=item.end_reason or None,
        expires=item.expires,
        association=None if item.association is None else _association(item.association),
        traffic=[_traffic(one) for one in item.traffic],
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
        cause=one.cause or None,
        fix=one.fix or None,
        explained_by=one.explained_by,
        count=one.count if one.count > 1 else None,
    )


def capture(info: CaptureInfo, sightings: int, messages: int, **more: Any) -> model.Capture:
    """One input."""
    return model.Capture(
        path=info.path,
        format=info.format,
        link_types=list(info.link_types),
        packets=info.packets,
        sip_sightings=sightings,
        sip_messages=messages,
        first_time=None if info.first_time is None else iso(info.first_time),
        last_time=None if info.last_time is None else iso(info.last_time),
        problems=[
            model.Problem(
                kind=one.kind,
                frame=one.frame,
                offset=one.offset,
                detail=one.detail,
                count=one.count,
            )
            for one in info.problems
        ],
        unreadable=info.unreadable,
        **more,
    )


# ---- steps


def _step(step: Step, run: Exchange) -> model.Step:
    if step.place is not None:
        return _message_step(step.place, step.role, step.round, run)
    esp = step.esp
    assert esp is not None
    return model.Step(
        role=cast(Any, step.role),
        round=step.round,
        capture=step.capture,
        frame=step.frame,
        frames=_frames(step.capture, esp.frames),
        time=iso(step.time),
        summary="ESP, not read",
        src=address_text(esp.src),
        dst=address_text(esp.dst),
        transport="unknown",
        protection="esp",
        spi=esp.spi,
        seq=esp.seq,
        sa=cast(Any, step.sa or None),
        length=esp.length,
        leg="gm",
        inferred=True,
    )


def _message_step(place: Place, role: str, number: int, run: Exchange | None) -> model.Step:
    message = place.message
    lists = place.lists
    request = message.is_request
    return model.Step(
        role=cast(Any, role),
        round=number,
        capture=message.capture,
        frame=message.frame,
        frames=_frames(message.capture, message.frames),
        sightings=_sightings(message),
        time=iso(message.time),
        summary=message.method if request else f"{message.code} {message.reason}".strip(),
        method=message.method if request else None,
        code=None if request else message.code,
        reason=None if request else message.reason,
        src=endpoint_text(message.src, message.sport),
        dst=endpoint_text(message.dst, message.dport),
        transport=message.transport,
        protection=place.protection,
        spi=message.spi if message.spi >= 0 else None,
        seq=message.seq if message.seq >= 0 else None,
        sa=cast(Any, place.sa or None),
        leg=place.leg,
        via=_host(message.sent_by) if request else None,
        marks=_marks(message),
        client=_mechanisms(lists.get("client")),
        server=_mechanisms(lists.get("server")),
        verify=_mechanisms(lists.get("verify")),
        comparison=_comparison(place, run),
    )


def _add_hops(steps: list[model.Step], run: Exchange) -> None:
    """Hang what was seen beyond the first hop under the step it belongs to."""
    if not run.far or not steps:
        return
    for place in run.far:
        message = place.message
        near = message.source or message.forward
        home = next(
            (
                step
                for step, own in zip(steps, run.steps, strict=True)
                if own.place is not None and own.place.message is near
            ),
            None,
        )
        if home is None:
            home = _nearest(steps, run, message)
        home.hops.append(_message_step(place, home.role, home.round, None))


def _nearest(steps: list[model.Step], run: Exchange, message: SipMessage) -> model.Step:
    """A message beyond the first hop whose near side was not read: by direction and time."""
    ue = run.access.ue
    request = message.is_request
    best = steps[0]
    for step, own in zip(steps, run.steps, strict=True):
        source = own.place.message.src if own.place is not None else own.esp.src  # type: ignore[union-attr]
        if (source == ue) == request and (own.time <= message.time or not request):
            best = step
            if not request and own.time >= message.time:
                break
    return best


def _frames(capture: int, frames: Sequence[int]) -> list[model.Frame]:
    return [model.Frame(capture, frame) for frame in frames] if len(frames) > 1 else []


def _sightings(message: SipMessage) -> list[model.Sighting]:
    return [
        model.Sighting(
            capture=one.capture,
            frame=one.frame,
            src=endpoint_text(one.src, one.sport),
            dst=endpoint_text(one.dst, one.dport),
            encapsulation=one.path,
        )
        for one in message.sightings
    ]


def _marks(message: SipMessage) -> list[str]:
    marks = []
    if message.is_request:
        credentials = message.credentials
        if credentials is not None and credentials.auts is not None:
            marks.append("auts")
        return marks
    challenge = message.challenge
    if challenge is not None:
        marks += [name for name in ("ck", "ik") if getattr(challenge, name)]
    return marks


def _comparison(place: Place, run: Exchange | None) -> model.Comparison | None:
    if place.role not in ("verify", "offer") or place.against is None:
        return None
    echoed = place.verify
    if echoed is None:
        return None
    found = compare(echoed, place.against, place.older)
    challenge = run.message("challenge") if run is not None and place.role == "verify" else None
    return model.Comparison(
        level=found.level,
        kind=found.kind,
        edit=found.edit or None,
        against=None if challenge is None else model.Frame(challenge.capture, challenge.frame),
    )


# ---- lists


def _mechanisms(listed: MechanismList | None) -> list[model.Mechanism]:
    return [] if listed is None else [mechanism(element) for element in listed.elements]


def mechanism(element: Mechanism) -> model.Mechanism:
    """One element of a list as the contract has it."""
    return model.Mechanism(
        name=element.name,
        q=element.q,
        alg=element.alg,
        ealg=element.ealg or None,
        prot=element.prot,
        mod=element.mod,
        spi_c=element.spi_c,
        spi_s=element.spi_s,
        port_c=element.port_c,
        port_s=element.port_s,
        d_alg=element.d_alg,
        d_qop=element.d_qop,
        d_ver=element.d_ver,
        other={name: value for name, value, _ in element.params if name.lower() not in _KNOWN},
        raw=element.raw,
        defects=list(element.defects),
    )


def _agreed(judged: Judged) -> model.Mechanism | None:
    run = judged.facts.exchange
    if run.association is not None:
        return mechanism(run.association.server)
    if run.under is not None and run.last("challenge") is None:
        return mechanism(run.under.server)
    chosen = judged.facts.chosen
    if chosen is None or judged.facts.outcome not in ("agreed", "bypassed"):
        return None
    return mechanism(chosen.element)


# ---- the rest


def _registration(found: Registration | None, run: Exchange) -> model.Registration | None:
    if found is None:
        return None
    answer = found.answer
    message = None if answer is None else answer.message
    return model.Registration(
        state=cast(Any, found.state),
        code=None if message is None else message.code,
        reason=None if message is None else message.reason or None,
        basis=cast(Any, found.basis),
        signs=found.signs,
        duration_ms=_duration(found, run),
        answer=None if message is None else model.Frame(message.capture, message.frame),
    )


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
    return model.Coverage(
        start=seen.start,
        both_directions=seen.both_directions,
        protected_part=seen.protected_part,
        keys="missing" if seen.protected_part in ("unread", "partly") else "not-needed",
        synthetic=False,
    )


def _concerns(signal: Signal, run: Exchange) -> bool:
    ends = {run.access.ue, run.access.first_hop}
    return {signal.src, signal.dst} == ends and run.begun <= signal.time <= run.end_time


def _signal(one: Signal) -> model.Signal:
    return model.Signal(
        kind=one.kind,
        capture=one.capture,
        frame=one.frame,
        time=iso(one.time),
        detail=one.detail,
        by=address_text(one.by) if one.by else None,
    )


def _association(found: Association) -> model.Association:
    server, client = found.server, found.client
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
        sa=[_sa(name, found) for name in SA_NAMES if any(sa.name == name for sa in found.sas)],
        esp_frames=found.packets,
        decrypted_frames=found.opened,
    )


def _sa(name: str, association: Association) -> model.Sa:
    flow = association.flows.get(name)
    if flow is None:
        spi = next(sa.spi for sa in association.sas if sa.name == name)
        return model.Sa(name=cast(Any, name), spi=spi, packets=0, opened=0)
    return model.Sa(
        name=cast(Any, name),
        spi=flow.spi,
        packets=flow.packets,
        first_seq=flow.first.seq if flow.first is not None else None,
        last_seq=flow.last_seq,
        last_time=iso(flow.last_time),
        opened=flow.opened,
    )


def _traffic(one: items.Request) -> model.Traffic:
    return model.Traffic(
        time=iso(one.time),
        capture=one.capture,
        frame=one.frame,
        method=one.method,
        code=one.code or None,
        sa=cast(Any, one.sa or None),
        delay_ms=one.delay / MILLISECOND if one.code else None,
        protection=cast(Any, one.protection),
        answer=model.Frame(*one.answer) if one.code else None,
    )


def _host(sent_by: str) -> str | None:
    host = sent_by.rsplit(":", 1)[0] if sent_by.count(":") == 1 else sent_by
    return host.strip("[]") or None
