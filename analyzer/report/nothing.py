"""A report without an exchange: what the captures hold instead, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from analyzer.report.layout import WIDTH, clip, grouped, plural, wrap
from analyzer.report.model import Capture, CoreRegistration, Report, Signal
from analyzer.report.view import View, shown

_CAPTURES: Final = 12  # that are listed
_ROWS: Final = 4  # registrations that are listed
_WORDS: Final = {
    "registered": "registered",
    "deregistered": "de-registered",
    "rejected": "rejected",
    "unknown": "REGISTER, last answer",
}
_SIGNALS: Final = 8  # that are named
_FEW_PORTS: Final = 2
_MOSTLY: Final = 0.9  # of the frames
_SIP_PORTS: Final = ("5060", "5061")
_FAILED: Final = frozenset(("failed", "unanswered", "empty"))

# what comes first of what was seen beside SIP
_ORDER: Final = ("dns", "ike", "syn", "rst", "tls", "tcp", "icmp", "esp")
_NAMES: Final = {"syn": "SYN to", "rst": "TCP to", "tcp": "TCP to", "tls": "TLS to"}


@dataclass(frozen=True)
class _Facts:
    """What is known of all captures together."""

    sip: int
    esp: int
    packets: int
    states: frozenset[tuple[str, str | None]]
    frames: int = 0  # of the samples
    without_ip: int = 0
    cut: int = 0
    broken_sip: int = 0  # messages whose end the snap length took
    layers: Counter[str] = field(default_factory=Counter)
    ports: Counter[str] = field(default_factory=Counter)
    core: int = 0  # registrations beyond the first hop

    def seen(self, kind: str, *states: str) -> bool:
        """Whether a signal of this kind was seen, in one of these states."""
        return any(k == kind and (not states or s in states) for k, s in self.states)


class _Advice(NamedTuple):
    holds: Callable[[_Facts], bool]
    text: str


# what to do next; the first that holds
_NEXT: Final = (
    _Advice(
        lambda f: f.seen("dns", *_FAILED) and not f.seen("dns", "answered"),
        "the phone cannot find its P-CSCF or ePDG by name, so it registers nowhere: ask the same "
        "server for the same name (dig NAPTR NAME @SERVER); zone and forwarding of the operator's "
        "DNS.",
    ),
    _Advice(
        lambda f: f.seen("ike", "failed"),
        "the tunnel to the ePDG is refused, so there is no way for SIP: log of the ePDG (its "
        "proposals, authentication, APN).",
    ),
    _Advice(
        lambda f: f.seen("ike", "unanswered"),
        "the ePDG does not answer, so there is no way for SIP: are UDP 500 and 4500 open?",
    ),
    _Advice(
        lambda f: f.seen("syn", "unanswered") or f.seen("rst", "refused"),
        "the first hop takes no connection: does the P-CSCF listen on this port over TCP "
        "(ss -ltnp), is a firewall between?",
    ),
    _Advice(
        lambda f: f.seen("tls", "failed", "hello"),
        "TLS to the first hop does not come up, so SIP cannot follow: openssl s_client -connect "
        "HOST:PORT shows certificate, version and cipher.",
    ),
    _Advice(
        lambda f: f.seen("tls", "secured"),
        "SIP runs inside TLS: give its secrets (--tls-keylog FILE), or capture behind it.",
    ),
    _Advice(
        lambda f: 0 < f.sip <= f.broken_sip,
        "every SIP message is cut by the snap length, and the headers with them: capture again, "
        "whole packets (tcpdump -s 0).",
    ),
    _Advice(
        lambda f: f.core > 0,
        "this is the core side (Mw). What UE and P-CSCF agreed is on Gm: add a capture of the same "
        "time at the UE, the eNodeB, the UPF or the Gm side of the P-CSCF.",
    ),
    _Advice(
        lambda f: f.sip > 0,
        "the SIP seen here holds no request of a phone to its first hop that offers or needs an "
        "agreement, or registers: a capture of Mw or the core alone? Add one of Gm (at the UE, the "
        "eNodeB, the UPF or the P-CSCF).",
    ),
    _Advice(
        lambda f: f.seen("ike"),
        "SIP of VoWiFi runs inside the tunnel to the ePDG: capture behind the ePDG (SGi) or at the "
        "P-CSCF.",
    ),
    _Advice(
        lambda f: f.esp > 0,
        "ESP without the REGISTER and the 401 that announce its SAs: start the capture first, then "
        "let the phone register (airplane mode on and off).",
    ),
    _Advice(
        lambda f: f.seen("dns", "answered"),
        "the name of the first hop was found, and nothing was sent to it here: does the phone get "
        "the bearer of the IMS APN? Capture at the UE, or where that bearer ends.",
    ),
    _Advice(
        lambda f: f.frames > 0 and f.without_ip >= _MOSTLY * f.frames,
        "hardly a frame holds IP: another interface (tcpdump -i any), or a link type that is not "
        "read (secagree doctor).",
    ),
    _Advice(
        lambda f: f.frames > 0 and f.cut >= _MOSTLY * f.frames,
        "the snap length took the end of nearly every packet: capture with -s 0.",
    ),
    _Advice(
        lambda f: f.layers["gtp"] > 0,
        "user traffic in GTP-U, without SIP: the IMS bearer (QCI 5) of this phone takes another "
        "way, or the phone has no IMS APN. Capture all of S1-U/N3 or S5, or at the P-CSCF.",
    ),
    _Advice(
        lambda f: 0 < len(f.ports) <= _FEW_PORTS and not any(p in f.ports for p in _SIP_PORTS),
        "only these ports are in it: a capture filter? secagree doctor --capture-filter prints the "
        "one that keeps all of it.",
    ),
    _Advice(
        lambda f: f.packets > 0,
        "no SIP and no ESP: another interface, or SIP inside TLS or a tunnel that is not read?",
    ),
)


def nothing(report: Report, view: View, selected: bool) -> Iterator[str]:
    """The lines; `selected` says that exchanges were left out because nobody asked for them."""
    readable = [capture for capture in report.captures if not capture.unreadable]
    yield f"UNKNOWN: {sentence(report, selected)}"
    if not selected:
        yield from _beyond(report.core_registrations, view)
    for capture in readable[:_CAPTURES]:
        yield from wrap(shown(_seen(capture), view), " ", "   ")
        if capture.sample is not None and not capture.sip_messages:
            yield from wrap(shown(_sampled(capture), view), "   ")
    if len(readable) > _CAPTURES:
        yield clip(f" {len(readable) - _CAPTURES} more captures", WIDTH)
    if not selected:
        yield from _beside(report, view)
        yield from _next(readable, report)
    yield "not checked: all rules (nothing to judge)"


def sentence(report: Report, selected: bool) -> str:
    """Why there is no exchange, in a few words."""
    readable = [capture for capture in report.captures if not capture.unreadable]
    if selected and readable:
        return "no exchange fits the selection"
    if readable or not report.captures:
        return "no exchange was seen"
    return "nothing could be read"


def advice(report: Report, selected: bool) -> str | None:
    """What the captures are instead, or what to do next."""
    readable = [capture for capture in report.captures if not capture.unreadable]
    return None if selected else _advice(readable, report)


def _beside(report: Report, view: View) -> Iterator[str]:
    """What was seen beside SIP, failures first."""
    found = sorted(report.signals, key=_weight)
    if not found:
        return
    yield " seen beside SIP:"
    for one in found[:_SIGNALS]:
        yield from wrap(shown(_told(one, view), view), "  ", "    ")
    if len(found) > _SIGNALS:
        yield f"  {len(found) - _SIGNALS} more (-o report.json)"


def _weight(one: Signal) -> tuple[bool, int, str]:
    kind = _ORDER.index(one.kind) if one.kind in _ORDER else len(_ORDER)
    return one.state not in _FAILED, kind, one.time


def _told(one: Signal, view: View) -> str:
    """`DNS A pcscf.example: NXDOMAIN, 10.0.0.1 asks 10.0.0.53 (3 tries) #7`."""
    name = _NAMES.get(one.kind, one.kind.upper())
    ends = f", {one.src} > {one.dst}" if one.src and one.dst else ""
    times = f" ({one.count} tries)" if one.count and one.kind in ("dns", "ike") else ""
    return f"{name} {one.detail}{ends}{times} {view.letter(one.capture)}#{one.frame}"


def _beyond(found: Sequence[CoreRegistration], view: View) -> Iterator[str]:
    """A row for each registration that was seen on Mw only."""
    for one in found[:_ROWS]:
        answer = f" {one.code or 'none'} {one.reason or ''}".rstrip()
        who = f"{one.impu}  " if one.impu else ""
        text = (
            f"{who}{_WORDS[one.state]}{answer} ({view.frame(one.first)} to {view.frame(one.last)})"
        )
        yield from wrap(shown(f"{text}: agreement not in this file", view), " Mw only: ", "   ")
    if len(found) > _ROWS:
        yield f" {len(found) - _ROWS} more registrations on Mw only"


def _next(captures: list[Capture], report: Report) -> Iterator[str]:
    text = _advice(captures, report)
    if text is not None:
        yield from wrap(text, " next: ", "   ")


def _advice(captures: list[Capture], report: Report) -> str | None:
    samples = [capture.sample for capture in captures if capture.sample is not None]
    facts = _Facts(
        sum(capture.sip_messages for capture in captures),
        sum(capture.esp_packets or 0 for capture in captures),
        sum(capture.packets for capture in captures),
        frozenset((one.kind, one.state) for one in report.signals),
        sum(one.frames for one in samples),
        sum(one.without_ip for one in samples),
        sum(one.cut for one in samples),
        sum(map(_broken_sip, captures)),
        _sum([one.layers for one in samples]),
        _sum([one.ports for one in samples]),
        len(report.core_registrations),
    )
    return next((one.text for one in _NEXT if one.holds(facts)), None)


def _broken_sip(capture: Capture) -> int:
    if not capture.cut:
        return 0
    return sum(one.count for one in capture.problems if one.kind == "sip-message-truncated")


def _sum(counts: list[dict[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return total


def _seen(capture: Capture) -> str:
    esp = f", {plural(capture.esp_packets, 'ESP packet')}" if capture.esp_packets else ""
    frames = plural(capture.packets, "frame")
    return f"{capture.path}: {frames}, {plural(capture.sip_messages, 'SIP message')}{esp}"


def _sampled(capture: Capture) -> str:
    """`first 20 000 frames: udp 18 000, tcp 2 000; GTP-U in 17 000; ports 2152 443`."""
    found = capture.sample
    assert found is not None
    whole = found.frames == capture.packets
    head = "in it" if whole else f"first {plural(found.frames, 'frame')}"
    parts = [", ".join(f"{name} {grouped(count)}" for name, count in found.protocols.items())]
    if found.without_ip:
        parts.append(f"without IP {grouped(found.without_ip)}")
    if found.layers.get("gtp"):
        parts.append(f"in GTP-U {grouped(found.layers['gtp'])}")
    if found.cut:
        parts.append(f"cut by the snap length {grouped(found.cut)}")
    if found.ports:
        parts.append(f"ports {' '.join(found.ports)}")
    return f"{head}: {'; '.join(filter(None, parts))}"
