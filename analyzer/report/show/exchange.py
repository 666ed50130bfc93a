"""One exchange in full: the block of the report, then each step with its headers as they stood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from analyzer.report.block import block
from analyzer.report.layout import clip, pair, wrap
from analyzer.report.model import Exchange, Finding, Frame, Step
from analyzer.report.times import elapsed
from analyzer.report.verdict import anchor, client_name, server_name
from analyzer.report.view import Case, View, host

_INDENT: Final = 4
_WORDS: Final = {
    "clear": "clear",
    "ports": "clear, ports of an SA (captured above IPsec)",
    "esp": "ESP",
    "esp-null": "ESP-NULL",
    "tls": "TLS",
}
_RIGHT: Final = 78


def exchange(case: Case, view: View) -> Iterator[str]:
    """The lines; what came out of packets is escaped in `case`."""
    yield f"{case.exchange.id}  {case.exchange.key}"
    yield from block(case, view)
    yield ""
    yield "steps, with their headers as they stand in the packets:"
    start = case.exchange.started
    findings = [*case.findings, *case.notes]
    for number, step in enumerate(case.exchange.steps, 1):
        yield from _step(case.exchange, step, f"{number}", start, findings, view)
        for hop in step.hops:
            yield from _step(case.exchange, hop, f"{number}'", start, findings, view)


def _step(
    exchange: Exchange, step: Step, number: str, start: str, findings: Sequence[Finding], view: View
) -> Iterator[str]:
    round_ = f", round {step.round}" if step.round > 1 else ""
    guess = " (inferred)" if step.inferred else ""
    left = f"{number:>2} {view.frame(step)} {step.role}{guess}: {step.summary}"
    yield pair(clip(left, 60), f"+{elapsed(start, step.time):.3f} s{round_}", _RIGHT)
    yield from wrap(_way(exchange, step), " " * _INDENT, " " * (_INDENT + 2))
    for text in _seen(step, view):
        yield from wrap(text, " " * _INDENT, " " * (_INDENT + 2))
    for row in step.headers or _lists(step):
        yield from wrap(row, " " * _INDENT, " " * (_INDENT + 2))
    cited = cites(findings, {anchor(step)}, view)
    if cited:
        yield from wrap(cited, " " * _INDENT, " " * (_INDENT + 2))


def _way(exchange: Exchange, step: Step) -> str:
    """`UE > P-CSCF  192.0.2.10:5060 > 192.0.2.1:5060  UDP  clear`."""
    ends = ""
    if step.leg == "gm":
        names = [client_name(exchange), server_name(exchange)]
        if host(step.src) != exchange.client.address:
            names.reverse()
        ends = f"{names[0]} > {names[1]}, "
    transport = "" if step.transport == "unknown" else f", {step.transport.upper()}"
    inside = _WORDS[step.protection]
    if step.sa is not None:
        inside += f" {step.sa}"
    if step.spi is not None:
        inside += f" SPI 0x{step.spi:08x} ({step.spi})"
    if step.seq is not None:
        inside += f" seq {step.seq}"
    leg = "" if step.leg == "gm" else f", {step.leg.capitalize()}"
    return f"{ends}{step.src} > {step.dst}{transport}{leg}, {inside}"


def _seen(step: Step, view: View) -> Iterator[str]:
    """Its fragments, and where else it was seen."""
    if step.frames:
        yield f"in {len(step.frames)} pieces: {view.frames(step.frames)}"
    others = [
        one for one in step.sightings if (one.capture, one.frame) != (step.capture, step.frame)
    ]
    if others:
        names = [view.frame(Frame(one.capture, one.frame)) for one in others]
        yield f"also seen at {' '.join(names)}"
    if step.comparison is not None:
        found = step.comparison
        against = "" if found.against is None else f" with {view.frame(found.against)}"
        kind = "" if found.kind is None else f", {found.kind}"
        edit = "" if not found.edit else f": {found.edit}"
        yield f"Security-Verify compared{against}: {found.level}{kind}{edit}"


def _lists(step: Step) -> Iterator[str]:
    """The lists put together again, where the rows are not at hand."""
    for name, elements in (
        ("Security-Client", step.client),
        ("Security-Server", step.server),
        ("Security-Verify", step.verify),
    ):
        if elements:
            yield f"{name}: {', '.join(one.raw for one in elements)}"


def cites(findings: Sequence[Finding], frames: set[Frame], view: View) -> str:
    """`F1 VER-10 bad-verify-accepted; ..`: the findings that name one of these frames."""
    found = citing(findings, frames)
    return "; ".join(f"{one.id} {one.rule} {one.name}".rstrip() for one in found)


def citing(findings: Iterable[Finding], frames: set[Frame]) -> list[Finding]:
    """The findings that name one of these frames."""
    return [one for one in findings if one.frame in frames or not frames.isdisjoint(one.frames)]
