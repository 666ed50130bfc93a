"""What was sent into silence: the paragraph under `no answer`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from analyzer.report.causes import causes, signals
from analyzer.report.layout import GLUE, plural, spi_text, wrap
from analyzer.report.model import Exchange, Step
from analyzer.report.times import elapsed
from analyzer.report.verdict import attempts, client_name, server_name, step_of
from analyzer.report.view import View
from analyzer.report.weighing import tries

SHORT: Final = "Too short to judge the silence: let the capture run 32 s beyond the last try."
_SHOWN: Final = 4  # signals that are named
_KINDS: Final = {
    "tls": "TLS to",
    "tcp": "TCP to",
    "syn": "SYN to",
    "rst": "TCP to",
    "icmp": "ICMP",
    "esp": "ESP on",
}
_REPETITION: Final = 2.0  # seconds: Timer E on Gm starts with T1 = 2 s (TS 24.229 7.7)


def silence(exchange: Exchange, view: View) -> Iterator[str]:
    """What was sent into silence, what came beside it, how the capture ends, the known causes.

    Nothing where the run did not stop, or where its ending is plain.
    """
    said = told(exchange, view)
    if said.text:
        yield from wrap(said.text, " ")
    if said.judged:
        yield from causes(exchange, view)
    elif said.short:
        yield f" {SHORT}"


class Silence(NamedTuple):
    """What is said of it; whether it was `judged` to be one, or was too `short` for that."""

    text: str
    judged: bool
    short: bool


def told(exchange: Exchange, view: View) -> Silence:
    """What was sent into silence, in words; empty where the run did not stop or that is plain."""
    registration = exchange.registration
    state = None if registration is None else registration.state
    if exchange.stopped_at == "verify":
        return _after_challenge(exchange, view)
    if state == "no-answer" or (state == "unknown" and exchange.stopped_at == "result"):
        return _unanswered(exchange, view)
    return Silence("", False, False)


def _after_challenge(exchange: Exchange, view: View) -> Silence:
    seen = attempts(exchange)
    frames = [f"{_KINDS[one.kind]} {one.detail} {view.letter(one.capture)}#{one.frame}"
              for one in seen[:_SHOWN] if one.kind in _KINDS]  # fmt: skip
    failed = exchange.outcome == "failed" or _stands(exchange)
    text = f"after the challenge: {'; '.join(frames)}" if frames else ""
    if failed and not frames:
        text = _quiet(exchange, view)
    return Silence(text, failed, False)


def _stands(exchange: Exchange) -> bool:
    """Whether the silence of the client was judged to be one."""
    registration = exchange.registration
    return registration is not None and registration.state in ("no-answer", "given-up")


def _quiet(exchange: Exchange, view: View) -> str:
    """How long nothing came, and what did after that."""
    challenge = step_of(exchange, "challenge")
    last = exchange.steps[-1] if exchange.steps else None
    if challenge is None or last is None:
        return "Nothing was seen after the challenge."
    own = view.captures[last.capture].last_time if last.capture < len(view.captures) else None
    after = "" if own is None else f" in the {elapsed(last.time, own):.1f}{GLUE}s to the end"
    return (
        f"Nothing from the {client_name(exchange)} in answer to {view.frame(challenge)}{after}: no "
        f"SIP, no ESP, no TCP. {signals(exchange, view)}"
    )


def _unanswered(exchange: Exchange, view: View) -> Silence:
    sent = tries(exchange) or [s for s in exchange.steps if s.role in ("offer", "retransmission")]
    if not sent:
        return Silence("", False, False)
    ends = f"{client_name(exchange)} > {server_name(exchange)}"
    text = (
        f"{view.frames(sent)} {ends}, {_channel(sent)}{_rhythm(sent)}: "
        f"{_guess(exchange, sent, view)}; nothing came back. {_end(sent, view)}"
        f"{signals(exchange, view)}{_dropped(sent, view)}"
    )
    waited = _waited(exchange, sent, view)
    return Silence(text, waited, not waited)


def _waited(exchange: Exchange, sent: list[Step], view: View) -> bool:
    """Whether the silence means something: judged so, or longer than one repetition takes."""
    registration = exchange.registration
    if registration is not None and registration.state == "no-answer":
        return True
    last = _last_time(sent, view)
    return last is not None and elapsed(sent[0].time, last) >= _REPETITION


def _channel(sent: list[Step]) -> str:
    first = sent[0]
    if first.spi is None:
        return f"{first.transport.upper()} {first.protection}"
    numbers = [step.seq for step in sent if step.seq is not None]
    seq = ""
    if numbers:
        span = f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
        seq = f" seq {span}"
    return f"ESP SPI {spi_text(first.spi)}{seq}"


def _rhythm(sent: list[Step]) -> str:
    gaps = [elapsed(a.time, b.time) for a, b in pairwise(sent)]
    if not gaps:
        return ""
    texts = [f"{gap:.1f}".removesuffix(".0") + f"{GLUE}s" for gap in gaps[:4]]
    return ", after " + ", ".join(texts) + (", ..." if len(gaps) > 4 else "")


def _guess(exchange: Exchange, sent: list[Step], view: View) -> str:
    if sent[0].inferred:
        why = "no fitting keys" if view.given else "no keys"
        if exchange.coverage.keys == "unfit":
            why = "the keys do not fit"
        return f"most likely the protected {exchange.method} (not decrypted: {why})"
    kind = "the protected" if sent[0].spi is not None else "the"
    return f"{kind} {sent[0].method or exchange.method}"


def _end(sent: list[Step], view: View) -> str:
    last = _last_time(sent, view)
    if last is None:
        return ""
    return f"The capture ends {elapsed(sent[0].time, last):.1f}{GLUE}s after the first try. "


def _dropped(sent: list[Step], view: View) -> str:
    """What the capturing program lost: an answer may have been among it."""
    place = sent[0].capture
    lost = view.captures[place].dropped if place < len(view.captures) else None
    if not lost:
        return ""
    return f" The capture itself lost {plural(lost, 'packet')}: an answer may be among them."


def _last_time(sent: list[Step], view: View) -> str | None:
    """When the capture of the first try ends; None where that is not known."""
    place = sent[0].capture
    own = view.captures[place].last_time if place < len(view.captures) else None
    return own if own is not None and own >= sent[0].time else None
