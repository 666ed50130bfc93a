"""One frame: what it is on the wire, and what the analysis made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from analyzer.agreement.naming import address_text, endpoint_text
from analyzer.capture.captures import link_type_name
from analyzer.capture.look import Look
from analyzer.report.glance import pick
from analyzer.report.layout import wrap
from analyzer.report.model import (
    Agreement,
    Association,
    Frame,
    Report,
    Sa,
    Signal,
    Step,
    Traffic,
)
from analyzer.report.show.exchange import cites
from analyzer.report.show.witness import Sight
from analyzer.report.times import clock, iso
from analyzer.report.view import View, shown

Fact = tuple[str, str]
Uses = dict[Frame, list[Fact]]
_Say = Callable[[Iterable[Frame | None], str, str], None]

UNSEEN: Final = "there is no such frame, or the capture cannot be read twice (standard input)"
_INDENT: Final = " " * 11
_OF_CLIENT: Final = ("uc", "us")  # what ends there goes to the client
_LEGS: Final = {"gm": "Gm (first hop)", "mw": "Mw (core)", "unknown": "not known"}
_PROTECTION: Final = {
    "clear": "in clear",
    "ports": "ports of an SA, no ESP: captured above IPsec",
    "esp": "ESP",
    "esp-null": "ESP with NULL encryption",
    "tls": "TLS",
}


def frame(
    wanted: Frame, look: Look | None, sights: list[Sight], report: Report, view: View
) -> Iterator[str]:
    """The lines; every text out of a packet is escaped here."""
    yield from (shown(line, view) for line in _lines(wanted, look, sights, report, view))


def _lines(
    wanted: Frame, look: Look | None, sights: list[Sight], report: Report, view: View
) -> Iterator[str]:
    path = report.captures[wanted.capture].path
    yield from wrap(f"{view.frame(wanted)} of {path}")
    if look is None:
        yield UNSEEN
        return
    yield from field("time", clock(iso(look.time), view.zone))
    yield from field("layers", _layers(look))
    found = uses([wanted], report, view)
    for name, text in facts(wanted, look, sights, report, view, found):
        yield from field(name, text)


def facts(
    wanted: Frame, look: Look, sights: list[Sight], report: Report, view: View, found: Uses
) -> Iterator[Fact]:
    """What was made of a frame: name and text, as it came out of packets. `found` are the `uses` of
    this one and maybe others."""
    for sight in sights:
        yield from _sight(wanted, sight, view)
    yield from found[wanted]
    if look.spi >= 0 and not sights:
        yield from _closed(look, report, view)
    if not sights and not found[wanted]:
        yield "is", _nothing(look, report)
    yield "findings", cites(list(report.findings), {wanted}, view) or "none names it"


def field(name: str, text: str) -> list[str]:
    """The lines of one fact."""
    return wrap(text, f" {name:<9} ", _INDENT)


def _layers(look: Look) -> str:
    cut = ", cut by the snap length" if look.cut else ""
    if not look.path:
        return f"{link_type_name(look.link_type)}, no IP, {look.length} octets{cut}"
    fragment = ", fragment" if look.fragment else ""
    ends = f"{endpoint_text(look.src, look.sport)} > {endpoint_text(look.dst, look.dport)}"
    return f"{look.path}, {ends}, {look.length} octets{fragment}{cut}"


def _sight(wanted: Frame, sight: Sight, view: View) -> Iterator[Fact]:
    yield "message", f"{sight.summary}, CSeq {sight.cseq}, Call-ID {sight.call_id or '-'}"
    inside = _PROTECTION[sight.protection]
    if sight.sa:
        inside += f", {sight.sa}"
    if sight.spi >= 0:
        inside += f", SPI 0x{sight.spi:08x} ({sight.spi}) seq {sight.seq}"
    yield "way", f"{sight.src} > {sight.dst}, {sight.transport.upper()}, {inside}; {sight.path}"
    evidence = f": {sight.evidence}" if sight.evidence else ""
    yield "leg", f"{_LEGS[sight.leg]}{evidence}"
    if sight.exchange and not sight.round:
        yield "is", f"of {sight.exchange}, {sight.role}"
    if len(sight.pieces) > 1:
        yield "pieces", f"{view.frames(sight.pieces)}; complete at {view.frame(sight.first)}"
    if sight.first != wanted and wanted not in sight.pieces:
        yield "copy", f"of {view.frame(sight.first)}: the same octets at another tap"
    others = [one for one in sight.sightings if one not in (wanted, sight.first)]
    if others:
        yield "also at", view.frames(others)
    if sight.again is not None:
        yield "repeats", view.frame(sight.again)
    if sight.cut:
        yield "cut", "the capture has not all of the message"


def uses(frames: Iterable[Frame], report: Report, view: View) -> Uses:
    """Where the report speaks of these frames, in one walk over it."""
    found: Uses = {frame: [] for frame in frames}

    def say(places: Iterable[Frame | None], name: str, text: str) -> None:
        for frame in found.keys() & set(places):
            found[frame].append((name, text))

    for exchange in report.exchanges:
        for number, step in enumerate(exchange.steps, 1):
            for one in (step, *step.hops):
                on = f", {one.sa}" if one.sa else ""
                guess = f"{on}, inferred: not read" if one.inferred else ""
                text = f"{number} of {exchange.id}, {one.role} ({one.summary}){guess}"
                say(_frames_of(one), "step", text)
        for signal in exchange.signals:
            say([_place(signal)], "evidence", f"of {exchange.id}: {_said(signal)}")
    for agreement in report.agreements:
        for request in agreement.traffic:
            _traffic(request, agreement, view, say)
    for signal in report.signals:
        say([_place(signal)], "evidence", _said(signal))
    return found


def _frames_of(step: Step) -> list[Frame]:
    seen = [Frame(one.capture, one.frame) for one in step.sightings]
    return [Frame(step.capture, step.frame), *step.frames, *seen]


def _place(one: Signal | Traffic) -> Frame:
    return Frame(one.capture, one.frame)


def _traffic(request: Traffic, agreement: Agreement, view: View, say: _Say) -> None:
    sent = _place(request)
    answer = "no answer" if request.unanswered else "not answered in the capture"
    if request.method == "ACK":
        answer = "nothing answers it"
    if request.code is not None and request.answer is not None:
        answer = f"answered {request.code} at {view.frame(request.answer)}"
    on = f"on {agreement.id}"
    say([sent], "traffic", f"{request.method} {on} ({agreement.exchange}): {answer}")
    if request.answer != sent:
        say([request.answer], "traffic", f"answers {request.method} {view.frame(sent)} {on}")
    for dialog in request.dialogs:
        say([dialog.frame], "dialog", f"d{dialog.number} of {request.method} {view.frame(sent)}")


def _said(signal: Signal) -> str:
    state = "" if signal.state is None else f" ({signal.state})"
    return f"{signal.kind}{state}: {signal.detail}"


def _nothing(look: Look, report: Report) -> str:
    """Why the report does not speak of it."""
    if not look.candidate:
        return "neither SIP nor ESP nor a signal: the analysis passes it over"
    if look.path.endswith("/esp"):
        return "ESP that no step rests on"
    if look.fragment:
        return "a fragment of something else, or of what was never complete"
    return "looked at; no message, step or finding came of it"


def _closed(look: Look, report: Report, view: View) -> Iterator[Fact]:
    """Why ESP was not read; nothing of a set of which some was, as it may hold more than SIP."""
    announced = False
    for agreement in report.agreements:
        held = agreement.association
        sa = next((one for one in held.sa if one.spi == look.spi), None) if held else None
        if held is None or sa is None:
            continue
        announced = True
        if _receiver(sa, agreement, report) == address_text(look.dst):
            if not held.decrypted_frames:
                yield "sa", f"{sa.name} of {agreement.id}, {held.alg} / {held.ealg}"
                yield "closed", _why(held, view)
            return
    if not announced:
        yield "closed", "no list that was read announces this SPI"


def _receiver(sa: Sa, agreement: Agreement, report: Report) -> str:
    for exchange in pick(report.exchanges, {agreement.exchange}):
        return (exchange.client if sa.name.endswith(_OF_CLIENT) else exchange.server).address
    return ""


def _why(held: Association, view: View) -> str:
    if held.icv_bad:
        return "the keys do not fit its ICV"
    return "none of the keys given is for it" if view.given else "no keys for it"
