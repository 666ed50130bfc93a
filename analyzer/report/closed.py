"""A closed run: what the sweep keeps of it, and the exchange of the report made of that.

Of fifty thousand healthy registrations hardly one is looked at. So when a run closes, only what its
messages do not tell by themselves is taken down, and what counts and overviews ask for; the rest is
read off the messages when somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from analyzer.agreement.exchange import Exchange, Registration, Sign
from analyzer.agreement.mechanism import Mechanism
from analyzer.agreement.naming import address_text
from analyzer.limits import MILLISECOND
from analyzer.report import model
from analyzer.report.evidence import signals
from analyzer.report.naming import frame_name
from analyzer.report.steps import Kept, again, mechanism, steps
from analyzer.report.times import iso
from analyzer.rules.judge import Judged
from analyzer.sip.message import SipMessage

_IMSI: Final = re.compile(r"(\d{14,15})(?:@|$)")
_MSISDN: Final = re.compile(r"tel:(\+?\d{5,15})")
_IMEI: Final = re.compile(r"urn:gsma:imei:(\d{8}-?\d{6}-?\d)")
_CELL: Final = re.compile(r"(?:utran-cell-id-3gpp|cgi-3gpp)=\"?([0-9A-Fa-f]+)")


class Closed(msgspec.Struct, array_like=True, gc=False):
    """One closed run as the sweep keeps it, beside the messages of its steps. Addresses are raw
    octets, times nanoseconds; `under` is the number of an agreement, 0 for none."""

    number: int
    key: str
    dialect: str
    kind: str
    method: str
    call_id: str
    ue: bytes
    first_hop: bytes
    begun: int
    ended: int
    impi: str | None
    impu: str | None
    imsi: str | None
    registration: model.Registration | None
    outcome: str
    stopped_at: str
    layer: str
    failed: bool
    mediasec: bool
    agreed: Mechanism | None
    under: int
    signals: list[model.Signal]
    coverage: model.Coverage
    not_checked: dict[str, list[str]]


# ---- when it closes


def put_away(judged: Judged, captures: int = 1) -> Closed:
    """What is kept of a run that was judged; takes its signals for it.

    `captures` is how many the report has: where there are several, frames in texts have a letter.
    """
    facts = judged.facts
    run = facts.exchange
    access = run.access
    verdict = facts.verdict
    ended, impi, impu, mediasec = _of_steps(run)
    return Closed(
        run.number,
        run.key,
        facts.dialect,
        facts.kind,
        run.method,
        run.call_id,
        access.ue,
        access.first_hop,
        run.begun,
        ended,
        impi,
        impu,
        _found(_IMSI, impi or (impu or "").removeprefix("sip:")),
        registration(verdict.registration, run, captures),
        facts.outcome,
        verdict.stopped_at,
        verdict.layer,
        verdict.failed,
        mediasec,
        _agreed(judged),
        0 if run.under is None else run.under.number,
        signals(run),
        _coverage(judged),
        judged.not_checked,
    )


def _of_steps(run: Exchange) -> tuple[int, str | None, str | None, bool]:
    """When its last step was; private and public identity, None where none was read; whether a list
    of its messages is about media."""
    steps = run.steps
    ended = steps[0].time if steps else run.begun
    impi: str | None = None
    impu: str | None = None
    mediasec = False
    for step in steps:
        if step.time > ended:
            ended = step.time
        place = step.place
        if place is None:
            continue
        message = place.message
        if impi is None and message.is_request:
            credentials = message.credentials
            if credentials is not None:
                impi = credentials.username or None
        if impu is None and message.cseq_method == "REGISTER":
            impu = message.to_uri or None
        for listed in place.lists.values():
            if listed.media:
                mediasec = True
    return ended, impi, impu, mediasec


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


def _agreed(judged: Judged) -> Mechanism | None:
    run = judged.facts.exchange
    if run.association is not None:
        return run.association.server
    if run.under is not None and judged.facts.kind in ("refresh", "deregistration"):
        return None  # nothing new: `under`
    chosen = judged.facts.chosen
    if chosen is None or judged.facts.outcome not in ("agreed", "bypassed"):
        return None
    return chosen.element


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


# ---- when it is looked at


def whole(
    run: Closed, kept: Sequence[Kept], headers: bool = False, texts: bool = False
) -> model.Exchange:
    """The exchange of the report with its steps (`steps`), without findings."""
    read = [again(one) for one in kept]
    made = exchange(run, [message for message in read if message is not None])
    made.steps = steps(kept, headers, texts, read)
    return made


def exchange(run: Closed, messages: Sequence[SipMessage]) -> model.Exchange:
    """The exchange of the report, without its steps (`steps`) and findings; `messages` are those of
    its steps that were read, in order."""
    first = next((m for m in messages if m.src == run.ue), None)
    return model.Exchange(
        id=f"E{run.number}",
        key=run.key,
        dialect=cast(Any, run.dialect),
        mediasec=run.mediasec,
        kind=cast(Any, run.kind),
        method=run.method,
        call_id=run.call_id or None,
        client=model.Endpoint(address_text(run.ue), None if first is None else first.sport),
        server=model.Endpoint(address_text(run.first_hop), None if first is None else first.dport),
        identity=_identity(run, messages),
        user_agent=_agent(messages, run.ue, "user-agent"),
        server_agent=_agent(messages, run.first_hop, "server"),
        registration=run.registration,
        stopped_at=cast(Any, run.stopped_at or None),
        layer=cast(Any, run.layer or None),
        outcome=cast(Any, run.outcome),
        agreed=None if run.agreed is None else mechanism(run.agreed),
        under=f"A{run.under}" if run.under else None,
        started=iso(run.begun),
        ended=iso(run.ended),
        duration_ms=(run.ended - run.begun) / MILLISECOND,
        missing=[cast(Any, run.stopped_at)] if run.failed and run.stopped_at else [],
        signals=run.signals,
        coverage=run.coverage,
        not_checked=run.not_checked,
    )


def _identity(run: Closed, messages: Sequence[SipMessage]) -> model.Identity:
    identity = model.Identity(impi=run.impi, impu=run.impu, imsi=run.imsi)
    for message in messages:
        identity.imei = identity.imei or _found(_IMEI, message.value("contact"))
        identity.cell = identity.cell or _found(_CELL, message.value("p-access-network-info"))
        associated = message.value("p-associated-uri")
        identity.msisdn = identity.msisdn or _found(_MSISDN, associated)
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
