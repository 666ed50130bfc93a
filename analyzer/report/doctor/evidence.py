"""One walk over a report: what speaks of the capture rather than of the phone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from analyzer.report.model import (
    Agreement,
    Association,
    Capture,
    Exchange,
    Frame,
    Problem,
    Report,
    Step,
)

NAMED: Final = 3  # exchanges named for one question
FRAMES: Final = 6  # frames kept as proof of one answer

_SEALED: Final = frozenset(("esp", "esp-null", "ports"))
_TO_SERVER: Final = frozenset(("uc>ps", "us>pc"))


@dataclass
class Cases:
    """The exchanges that one question is about: how many, the first ones, and frames that show it.

    `amount` counts whatever the question counts.
    """

    count: int = 0
    ids: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    amount: int = 0

    def add(self, id_: str, frames: Iterable[Frame] = (), amount: int = 0) -> None:
        """One more exchange."""
        self.count += 1
        self.amount += amount
        if len(self.ids) < NAMED:
            self.ids.append(id_)
            self.show(frames)

    def show(self, frames: Iterable[Frame]) -> None:
        """Frames that prove it, the first ones of them."""
        for frame in frames:
            if len(self.frames) < FRAMES and frame not in self.frames:
                self.frames.append(frame)

    def __bool__(self) -> bool:
        return bool(self.count)

    def __str__(self) -> str:
        """`E1`, `E1 E2`, `E1 E2 E3 and 14 more`."""
        names = " ".join(self.ids)
        more = self.count - len(self.ids)
        return f"{names} and {more} more" if more else names


@dataclass
class Evidence:
    """What the report says of the captures, question by question."""

    captures: list[Capture]
    exchanges: int = 0
    no_start: Cases = field(default_factory=Cases)
    one_direction: Cases = field(default_factory=Cases)
    announced: Cases = field(default_factory=Cases)  # sets of SAs
    no_esp: Cases = field(default_factory=Cases)  # announced, stopped there, not one ESP packet
    above_ipsec: Cases = field(default_factory=Cases)
    unread: Cases = field(default_factory=Cases)  # ESP on announced SAs that was not read
    bad_keys: Cases = field(default_factory=Cases)
    other_usim: Cases = field(default_factory=Cases)  # K and OP that do not make its AUTN
    odd_keys: Cases = field(default_factory=Cases)  # keys that were made otherwise than agreed
    bad_reasons: list[str] = field(default_factory=list)
    one_way: Cases = field(default_factory=Cases)
    one_way_back: Cases = field(default_factory=Cases)  # only from the network
    lost_esp: Cases = field(default_factory=Cases)
    tls: Cases = field(default_factory=Cases)  # SIP inside TLS that was read
    tls_unread: Cases = field(default_factory=Cases)  # TLS after the challenge, nothing read in it
    tcp_gaps: Cases = field(default_factory=Cases)
    synthetic: Cases = field(default_factory=Cases)
    legs: dict[str, Frame] = field(default_factory=dict)
    tunnels: dict[str, Frame] = field(default_factory=dict)
    ends: set[frozenset[str]] = field(default_factory=set)
    ports: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    first_hops: list[str] = field(default_factory=list)

    def problems(self, *kinds: str) -> Iterator[tuple[int, Problem]]:
        """The problems of these kinds with their capture."""
        for number, capture in enumerate(self.captures):
            for problem in capture.problems:
                if problem.kind in kinds:
                    yield number, problem


def gather(report: Report) -> Evidence:
    """Walk the report once."""
    evidence = Evidence(report.captures)
    sets: dict[str, list[Agreement]] = {}
    for agreement in report.agreements:
        if agreement.association is not None:
            sets.setdefault(agreement.exchange, []).append(agreement)
    for exchange in report.exchanges:
        _exchange(evidence, exchange, sets.pop(exchange.id, []))
    for finding in report.findings:
        if finding.rule == "PRT-23" and finding.seen and len(evidence.bad_reasons) < NAMED:
            evidence.bad_reasons.append(finding.seen)
            evidence.odd_keys.add(finding.exchange or finding.agreement or "ESP", finding.frames)
    return evidence


def _exchange(evidence: Evidence, exchange: Exchange, sets: list[Agreement]) -> None:
    evidence.exchanges += 1
    steps = exchange.steps
    first = [_frame(step) for step in steps[:1]]
    coverage = exchange.coverage
    if coverage.autn == "wrong":
        evidence.other_usim.add(exchange.id, first)
    if not coverage.start:
        evidence.no_start.add(exchange.id, first)
    if not coverage.both_directions:
        evidence.one_direction.add(exchange.id, first)
    if coverage.synthetic:
        evidence.synthetic.add(exchange.id, first)
    gaps = [Frame(s.capture, s.frame) for s in exchange.signals if s.kind == "tcp-gap"]
    if gaps:
        evidence.tcp_gaps.add(exchange.id, gaps)
    sealed = [_frame(step) for step in steps if step.protection == "ports"]
    if sealed:
        evidence.above_ipsec.add(exchange.id, sealed)
    tls = [_frame(step) for step in steps if step.protection == "tls"]
    if tls:
        evidence.tls.add(exchange.id, tls)
    secured = [Frame(s.capture, s.frame) for s in exchange.signals if s.kind == "tls"]
    if secured and not tls:
        evidence.tls_unread.add(exchange.id, secured)
    evidence.ends.add(frozenset((exchange.client.address, exchange.server.address)))
    if exchange.server.address not in evidence.first_hops and len(evidence.first_hops) < NAMED:
        evidence.first_hops.append(exchange.server.address)
    for step in steps:
        _step(evidence, step)
        for hop in step.hops:
            _step(evidence, hop)
    for agreement in sets:
        assert agreement.association is not None
        _set(evidence, exchange, agreement.association)


def _step(evidence: Evidence, step: Step) -> None:
    evidence.legs.setdefault(step.leg, _frame(step))
    for sighting in step.sightings:
        for layer in sighting.encapsulation.split("/"):
            evidence.tunnels.setdefault(layer, Frame(sighting.capture, sighting.frame))


def _set(evidence: Evidence, exchange: Exchange, held: Association) -> None:
    steps = exchange.steps
    challenge = [_frame(step) for step in steps if step.role == "challenge"]
    evidence.announced.add(exchange.id, challenge)
    transports = {step.transport for step in steps} & {"udp", "tcp"}
    for name in ("port_uc", "port_us", "port_pc", "port_ps"):
        port = getattr(held, name)
        for transport in transports if port else ():
            evidence.ports.setdefault((transport, port), (exchange.id, name.replace("_", "-")))
    if not held.esp_frames:
        if not any(step.protection in _SEALED for step in steps) and exchange.stopped_at:
            evidence.no_esp.add(exchange.id, challenge)
        return
    esp = [_frame(step) for step in steps if step.protection in _SEALED]
    bad = sum(sa.icv_bad or 0 for sa in held.sa)
    unread = held.esp_frames - held.decrypted_frames - bad
    if unread > 0:
        hidden = [_frame(step) for step in steps if step.inferred]
        evidence.unread.add(exchange.id, hidden or esp, unread)
    if bad:
        evidence.bad_keys.add(exchange.id, esp, bad)
    out = sum(sa.packets for sa in held.sa if sa.name in _TO_SERVER)
    if not out or out == held.esp_frames:
        (evidence.one_way if out else evidence.one_way_back).add(exchange.id, esp, held.esp_frames)
    lost = sum(_lost(sa.first_seq, sa.last_seq, sa.packets) for sa in held.sa)
    if lost:
        evidence.lost_esp.add(exchange.id, esp, lost)


def _lost(first: int | None, last: int | None, packets: int) -> int:
    """Sequence numbers between the first and the last packet that none of them had."""
    if first is None or last is None:
        return 0
    return max(last - first + 1 - packets, 0)


def _frame(step: Step) -> Frame:
    return Frame(step.capture, step.frame)
