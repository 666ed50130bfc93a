"""No answer to the protected REGISTER: the known causes, held against what the capture shows.

Each cause is a row of the table: its name and a function that weighs the evidence. `fits` stands
before `open`, `open` before `against`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal, NamedTuple

from analyzer.report.layout import clip
from analyzer.report.model import Exchange, Step
from analyzer.report.verdict import server_name, step_of
from analyzer.report.view import View, host

_ORDER: Final = ("fits", "open", "against")

# what the counters of Linux mean (xfrm_proc of the kernel's documentation)
_COUNTERS: Final = (
    "  XfrmInStateProtoError grows: other keys (one algorithm fails, others work?)",
    "  XfrmInNoStates grows: no such SA; none grows: the SIP stack or its selector",
)


class Evidence(NamedTuple):
    """What the capture says of one cause."""

    weight: Literal["fits", "open", "against"]
    text: str


class _Cause(NamedTuple):
    name: str
    weigh: Callable[[Exchange, list[Step], View], Evidence]


def tries(exchange: Exchange) -> list[Step]:
    """The protected request and its repetitions, in order: what nothing answered."""
    first = step_of(exchange, "verify")
    if first is None:
        return []
    later = [
        step
        for step in exchange.steps
        if step.role == "retransmission" and step.time > first.time and step.spi == first.spi
    ]
    return [first, *later]


def causes(exchange: Exchange, view: View) -> Iterator[str]:
    """The table's lines, best cause first; nothing where no protected request was sent."""
    sent = tries(exchange)
    if not sent or sent[0].spi is None or exchange.layer not in (None, "protection"):
        return
    weighed = [(cause, cause.weigh(exchange, sent, view)) for cause in _CAUSES]
    weighed.sort(key=lambda entry: _ORDER.index(entry[1].weight))
    yield " known causes, best first        evidence in this capture"
    for number, (cause, evidence) in enumerate(weighed, 1):
        name = cause.name.format(server=server_name(exchange))
        yield f"  {number} {name:<29}{clip(f'{evidence.weight}: {evidence.text}', 46)}"
    host_name = clip(exchange.server.address, 28)
    yield f" next: on {host_name}  ip -s xfrm state; cat /proc/net/xfrm_stat"
    yield from _COUNTERS


def signals(exchange: Exchange, view: View) -> str:
    """`No ICMP, no RST.`, or what there was with its frame."""
    seen = [s for s in exchange.signals if s.kind in ("icmp", "rst")]
    if not seen:
        return "No ICMP, no RST."
    texts = [
        f"{s.kind.upper()} {s.detail} {view.letter(s.capture)}#{s.frame}".replace("  ", " ")
        for s in seen[:3]
    ]
    return ", ".join(texts) + "."


def _keys(exchange: Exchange, sent: list[Step], view: View) -> Evidence:
    if any(s.kind in ("icmp", "rst") for s in exchange.signals):
        return Evidence("against", signals(exchange, view).rstrip("."))
    return Evidence("fits", "silence, no ICMP")


def _spi(exchange: Exchange, sent: list[Step], view: View) -> Evidence:
    challenge = step_of(exchange, "challenge")
    announced = [m.spi_s for m in challenge.server if m.spi_s is not None] if challenge else []
    spi = sent[0].spi
    if challenge is None or not announced or spi is None:
        return Evidence("open", "no spi-s was announced")
    if spi not in announced:
        return Evidence("fits", f"SPI is not spi-s of {view.frame(challenge)}")
    unseen = " (ports: unseen)" if sent[0].inferred else ""
    return Evidence("against", f"SPI is spi-s of {view.frame(challenge)}{unseen}")


def _fragment(exchange: Exchange, sent: list[Step], view: View) -> Evidence:
    parts = len(sent[0].frames)
    if parts > 1:
        return Evidence("open", f"sent in {parts} fragments, all seen here")
    length = f"{sent[0].length} octets, " if sent[0].length is not None else ""
    return Evidence("against", f"{length}not fragmented")


def _nat(exchange: Exchange, sent: list[Step], view: View) -> Evidence:
    offer = step_of(exchange, "offer")
    if offer is None or offer.via is None:
        return Evidence("open", "the Via of the first request was not read")
    if offer.via.strip("[]").lower() == host(offer.src).lower():
        return Evidence("against", f"Via address = source address ({view.frame(offer)})")
    return Evidence("fits", f"Via {offer.via}, source {host(offer.src)}")


_CAUSES: Final = (
    _Cause("{server} has other keys or SA", _keys),
    _Cause("UE used wrong SPI or ports", _spi),
    _Cause("fragment lost on the way", _fragment),
    _Cause("NAT between UE and {server}", _nat),
)
