"""The steps of an exchange: kept as they were captured, made for the report when it is walked.

Of fifty thousand healthy registrations nobody reads the steps, so what the sweep keeps of a step
is its octets and where they stood; parsing them again is left to whoever asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from analyzer.agreement.exchange import Exchange, Step
from analyzer.agreement.mechanism import Mechanism, MechanismList
from analyzer.agreement.naming import address_text, endpoint_text
from analyzer.agreement.place import Place
from analyzer.flows.datagram import Datagram
from analyzer.report import model
from analyzer.report.times import iso
from analyzer.sip.headers import parse_head
from analyzer.sip.message import Sighting, SipMessage

_KNOWN: Final = frozenset(
    ("q", "alg", "ealg", "prot", "mod", "spi-c", "spi-s", "port-c", "port-s")
) | {"d-alg", "d-qop", "d-ver"}

# What is shown of a message as it stands: the lists, and who demands the extension.
_HEADERS: Final = (
    "Security-Client",
    "Security-Server",
    "Security-Verify",
    "Require",
    "Proxy-Require",
    "Supported",
    "Unsupported",
    "WWW-Authenticate",
    "Authorization",
)


class Kept(msgspec.Struct, array_like=True, gc=False):
    """One step as the sweep keeps it: its octets, and where it stood. `seen_as` is the protection
    its packet shows, `protection` the one it had. Without `raw` it is an ESP packet that was not
    read, `length` octets long."""

    role: str
    round: int
    sa: str
    leg: str
    protection: str
    capture: int
    frame: int
    time: int
    path: str
    src: bytes
    dst: bytes
    sport: int
    dport: int
    transport: str
    seen_as: str
    raw: bytes
    frames: tuple[int, ...] = ()
    spi: int = -1
    seq: int = -1
    truncated: bool = False
    length: int = 0
    sightings: Sequence[Sighting] = ()
    comparison: model.Comparison | None = None
    hops: tuple[Kept, ...] = ()


def keep(run: Exchange) -> list[Kept]:
    """The steps of a closed run, and what was seen of them beyond the first hop."""
    kept = [_kept_step(step, run) for step in run.steps]
    if kept:
        for place in run.far:
            home = _home(place, kept, run)
            home.hops = (*home.hops, _kept(place, home.role, home.round))
    return kept


def again(kept: Kept) -> SipMessage | None:
    """Its message, read once more; None of ESP that was not read."""
    head = parse_head(kept.raw, cut=kept.truncated) if kept.raw else None
    if head is None:
        return None
    origin = Datagram(
        kept.capture, kept.frame, kept.time, 0, kept.path, kept.src, kept.dst, kept.sport,
        kept.dport, cast(Any, kept.transport), b"", kept.frames, cast(Any, kept.seen_as),
        kept.spi, kept.seq,
    )  # fmt: skip
    return SipMessage(head, kept.raw, origin, kept.frames, kept.truncated)


def steps(
    kept: Sequence[Kept],
    headers: bool = False,
    texts: bool = False,
    messages: Sequence[SipMessage | None] | None = None,
) -> list[model.Step]:
    """The steps as the report has them, with the rows of their headers, and with the text of their
    messages, where those are wanted. `messages`: what `again` makes of each, where it was asked."""
    lists = _Lists()
    read = [again(one) for one in kept] if messages is None else messages
    made = [_step(one, message, lists) for one, message in zip(kept, read, strict=True)]
    if headers or texts:
        for one, step in zip(kept, made, strict=True):
            for its, shown in ((one, step), *zip(one.hops, step.hops, strict=True)):
                if headers:
                    shown.headers = _headers(again(its))
                if texts and its.raw:
                    shown.text = its.raw.decode("utf-8", "surrogateescape")
    return made


def _headers(message: SipMessage | None) -> list[str]:
    """The rows that speak of the agreement, as they stand in the message."""
    if message is None:
        return []
    return [f"{name}: {text}" for name in _HEADERS for text in message.texts(name.lower())]


# ---- keeping


def _kept_step(step: Step, run: Exchange) -> Kept:
    place = step.place
    if place is not None:
        kept = _kept(place, step.role, step.round)
        if step.role in ("verify", "offer"):
            kept.comparison = _comparison(place, run)
        return kept
    esp = step.esp
    assert esp is not None
    return Kept(
        step.role, step.round, step.sa, "gm", "esp", esp.capture, esp.frame, esp.time, esp.path,
        esp.src, esp.dst, 0, 0, "udp", "esp", b"", esp.frames, esp.spi, esp.seq, False, esp.length,
    )  # fmt: skip


def _kept(place: Place, role: str, number: int) -> Kept:
    m = place.message
    return Kept(
        role, number, place.sa, place.leg, place.protection, m.capture, m.frame, m.time, m.path,
        m.src, m.dst, m.sport, m.dport, m.transport, m.protection, m.raw,
        m.frames if len(m.frames) > 1 else (), m.spi, m.seq, m.truncated, 0, m.copies,
    )  # fmt: skip


def _home(place: Place, kept: list[Kept], run: Exchange) -> Kept:
    """The step on the access side that a message beyond the first hop belongs to."""
    message = place.message
    near = message.source or message.forward
    if near is not None:
        for one, step in zip(kept, run.steps, strict=True):
            if step.place is not None and step.place.message is near:
                return one
    return _nearest(kept, run.access.ue, message)


def _nearest(kept: list[Kept], ue: bytes, message: SipMessage) -> Kept:
    """Where the near side was not read: by direction and time."""
    request = message.is_request
    best = kept[0]
    for one in kept:
        if (one.src == ue) != request:
            continue
        if request and one.time > message.time:
            continue
        best = one
        if not request and one.time >= message.time:
            break
    return best


def _comparison(place: Place, run: Exchange) -> model.Comparison | None:
    found = place.comparison
    if found is None:
        return None
    challenge = run.message("challenge") if place.role == "verify" else None
    return model.Comparison(
        level=found.level,
        kind=found.kind,
        edit=found.edit or None,
        against=None if challenge is None else model.Frame(challenge.capture, challenge.frame),
    )


# ---- making


def _step(kept: Kept, message: SipMessage | None, lists: _Lists) -> model.Step:
    if message is None:
        return _unread(kept)
    place = Place(message, cast(Any, kept.leg), "")
    request = message.is_request
    client, verify = place.client, place.verify
    if verify is None and kept.role == "verify" and kept.comparison is not None:
        client, verify = None, client  # one header for both, and it was compared as an echo
    return model.Step(
        role=cast(Any, kept.role),
        round=kept.round,
        capture=kept.capture,
        frame=kept.frame,
        frames=_frames(kept),
        sightings=[_sighting(one) for one in (*message.sightings, *kept.sightings)],
        time=iso(kept.time),
        summary=message.method if request else f"{message.code} {message.reason}".strip(),
        method=message.method if request else None,
        code=None if request else message.code,
        reason=None if request else message.reason,
        src=endpoint_text(kept.src, kept.sport),
        dst=endpoint_text(kept.dst, kept.dport),
        transport=kept.transport,
        protection=cast(Any, kept.protection),
        spi=kept.spi if kept.spi >= 0 else None,
        seq=kept.seq if kept.seq >= 0 else None,
        sa=cast(Any, kept.sa or None),
        leg=cast(Any, kept.leg),
        via=_host(message.sent_by) if request else None,
        marks=_marks(message),
        client=lists.made(client),
        server=lists.made(place.server),
        verify=lists.made(verify),
        comparison=kept.comparison,
        hops=[_step(one, again(one), lists) for one in kept.hops],
    )


def _unread(kept: Kept) -> model.Step:
    return model.Step(
        role=cast(Any, kept.role),
        round=kept.round,
        capture=kept.capture,
        frame=kept.frame,
        frames=_frames(kept),
        time=iso(kept.time),
        summary="ESP, not read",
        src=address_text(kept.src),
        dst=address_text(kept.dst),
        transport="unknown",
        protection="esp",
        spi=kept.spi,
        seq=kept.seq,
        sa=cast(Any, kept.sa or None),
        length=kept.length,
        leg="gm",
        inferred=True,
        hops=[_step(one, again(one), _Lists()) for one in kept.hops],
    )


def _frames(kept: Kept) -> list[model.Frame]:
    if len(kept.frames) < 2:
        return []
    return [model.Frame(kept.capture, frame) for frame in kept.frames]


def _sighting(one: Sighting) -> model.Sighting:
    return model.Sighting(
        capture=one.capture,
        frame=one.frame,
        src=endpoint_text(one.src, one.sport),
        dst=endpoint_text(one.dst, one.dport),
        encapsulation=one.path,
    )


def _marks(message: SipMessage) -> list[str]:
    if message.is_request:
        credentials = message.credentials
        return ["auts"] if credentials is not None and credentials.auts is not None else []
    challenge = message.challenge
    if challenge is None:
        return []
    return [name for name in ("ck", "ik") if getattr(challenge, name)]


class _Lists:
    """Lists as the model has them; one that several messages carry is made once."""

    def __init__(self) -> None:
        self._made: dict[int, list[model.Mechanism]] = {}

    def made(self, listed: MechanismList | None) -> list[model.Mechanism]:
        """The elements of a list; none for none."""
        if listed is None:
            return []
        found = self._made.get(id(listed))
        if found is None:
            found = self._made[id(listed)] = [mechanism(element) for element in listed.elements]
        return found


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
        other=_others(element),
        raw=element.raw,
        defects=list(element.defects),
    )


def _others(element: Mechanism) -> dict[str, str | None]:
    return {
        name: value
        for name, value, _ in element.params
        if name not in _KNOWN and name.lower() not in _KNOWN
    }


def _host(sent_by: str) -> str | None:
    """The host of a sent-by: `host`, `host:port`, `[v6]` or `[v6]:port`."""
    if sent_by.startswith("["):
        return sent_by[1:].partition("]")[0] or None
    return sent_by.partition(":")[0] or None
