"""What the analysis made of the messages in one frame: it watches what is handed on."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from analyzer.agreement.exchange import Exchange
from analyzer.agreement.items import Item, Loose, LooseTransaction
from analyzer.agreement.naming import endpoint_text
from analyzer.agreement.place import Place
from analyzer.report.model import Frame
from analyzer.sip.message import SipMessage


class Sight(msgspec.Struct):
    """One message that is in the frame: itself, a piece of it, or a copy at another tap.

    `exchange` is the run it belongs to, with its `role` and `round`; `leg` and `evidence` say where
    it was captured and how that is known. `first` is where the same message was first seen, `again`
    the message that it repeats. `raw` are its octets.
    """

    summary: str
    call_id: str
    cseq: str
    src: str
    dst: str
    transport: str
    path: str
    protection: str
    sa: str
    spi: int
    seq: int
    leg: str
    evidence: str
    exchange: str
    role: str
    round: int
    first: Frame
    pieces: list[Frame]
    sightings: list[Frame]
    again: Frame | None
    cut: bool
    raw: bytes


class Witness:
    """Sees every item; keeps what concerns one frame in `sights`."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.sights: list[Sight] = []

    def begin(self) -> None:
        """Another sweep."""
        self.sights.clear()

    def item(self, item: Item) -> None:
        """Look at one item before it is judged and let go."""
        for place, role, number in _places(item):
            if self._concerns(place.message):
                self.sights.append(_sight(place, item, role, number))

    def _concerns(self, message: SipMessage) -> bool:
        wanted = self.frame
        if message.capture == wanted.capture:
            if message.frame == wanted.frame or wanted.frame in message.frames:
                return True
        return any((one.capture, one.frame) == (wanted.capture, wanted.frame)
                   for one in message.copies)  # fmt: skip


def _places(item: Item) -> Iterator[tuple[Place, str, int]]:
    """The messages of an item, with role and round where it is a run."""
    if isinstance(item, Exchange):
        for step in item.steps:
            if step.place is not None:
                yield step.place, step.role, step.round
        for place in item.far:
            yield place, "beyond the first hop", 0
    elif isinstance(item, Loose):
        yield item.place, "", 0
    elif isinstance(item, LooseTransaction):
        yield item.request, "", 0
        yield item.response, "", 0


def _sight(place: Place, item: Item, role: str, number: int) -> Sight:
    message = place.message
    original = message.original
    return Sight(
        summary=message.method if message.is_request else f"{message.code} {message.reason}",
        call_id=message.call_id,
        cseq=f"{message.cseq} {message.cseq_method}",
        src=endpoint_text(message.src, message.sport),
        dst=endpoint_text(message.dst, message.dport),
        transport=message.transport,
        path=message.path,
        protection=place.protection,
        sa=place.sa,
        spi=message.spi,
        seq=message.seq,
        leg=place.leg,
        evidence=place.evidence,
        exchange=f"E{item.number}" if isinstance(item, Exchange) else "",
        role=role,
        round=number,
        first=Frame(message.capture, message.frame),
        pieces=[Frame(message.capture, one) for one in message.frames],
        sightings=[Frame(one.capture, one.frame) for one in message.sightings],
        again=None if original is None else Frame(original.capture, original.frame),
        cut=message.truncated,
        raw=message.raw,
    )
