"""A report without an exchange: what the captures hold instead, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from analyzer.report.layout import WIDTH, clip, plural, wrap
from analyzer.report.model import Capture, Report
from analyzer.report.view import View, shown

_CUT: Final = "sip-message-truncated"
_CAPTURES: Final = 12  # that are listed


class _Totals(NamedTuple):
    sip: int
    esp: int
    packets: int
    cut: int  # SIP messages that the snap length cut short


class _Advice(NamedTuple):
    holds: Callable[[_Totals], bool]
    text: str


# what to do next; the first that holds
_NEXT: Final = (
    _Advice(
        lambda t: 2 * t.cut > t.sip,
        "the packets were cut by the snap length, and the headers with them: capture again with "
        "`tcpdump -s 0` (dumpcap -s 0; in Wireshark: no limit on each packet).",
    ),
    _Advice(
        lambda t: t.sip > 0,
        "the SIP seen here holds no request of a phone to its first hop that offers or needs an "
        "agreement, or registers: a capture of Mw or the core alone? Add one of Gm (at the UE, the "
        "eNodeB, the UPF or the P-CSCF).",
    ),
    _Advice(
        lambda t: t.esp > 0,
        "ESP without the REGISTER and the 401 that announce its SAs: start the capture first, then "
        "let the phone register (airplane mode on and off).",
    ),
    _Advice(
        lambda t: t.packets > 0,
        "no SIP and no ESP: another interface, or SIP inside TLS or a tunnel that is not read?",
    ),
)


def nothing(report: Report, view: View, selected: bool) -> Iterator[str]:
    """The lines; `selected` says that exchanges were left out because nobody asked for them."""
    readable = [capture for capture in report.captures if not capture.unreadable]
    if selected and readable:
        yield "UNKNOWN: no exchange fits the selection"
    elif readable or not report.captures:
        yield "UNKNOWN: no exchange was seen"
    else:
        yield "UNKNOWN: nothing could be read"
    for capture in readable[:_CAPTURES]:
        yield from wrap(shown(_seen(capture), view), " ", "   ")
    if len(readable) > _CAPTURES:
        yield clip(f" {len(readable) - _CAPTURES} more captures", WIDTH)
    if not selected:
        yield from _next(readable)
    yield "not checked: all rules (nothing to judge)"


def _next(captures: list[Capture]) -> Iterator[str]:
    totals = _Totals(
        sum(capture.sip_messages for capture in captures),
        sum(capture.esp_packets or 0 for capture in captures),
        sum(capture.packets for capture in captures),
        sum(
            problem.count
            for capture in captures
            for problem in capture.problems
            if problem.kind == _CUT and "snap length" in problem.detail
        ),
    )
    text = next((advice.text for advice in _NEXT if advice.holds(totals)), None)
    if text is not None:
        yield from wrap(text, " next: ", "   ")


def _seen(capture: Capture) -> str:
    esp = f", {plural(capture.esp_packets, 'ESP packet')}" if capture.esp_packets else ""
    frames = plural(capture.packets, "frame")
    return f"{capture.path}: {frames}, {plural(capture.sip_messages, 'SIP message')}{esp}"
