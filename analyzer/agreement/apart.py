"""What stands before that on which it rests, because two captures have clocks that are not quite
right: ESP before the list that announces it, the forward of a request before the request.

Both are kept for a moment, and looked at again when the rest comes.
"""

from collections.abc import Iterator

from analyzer.agreement.order import Order
from analyzer.agreement.place import Place
from analyzer.flows.datagram import EspSeen
from analyzer.limits import CLOCKS_APART, FAR, LATER, RESIDUAL, STRAYS_KEPT, Bounds
from analyzer.sip.aging import Aging
from analyzer.sip.message import SipMessage

Ahead = tuple[Place, Order]


class Unannounced:
    """The first ESP packets of SPIs that nobody announced, by receiver and SPI."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: Aging[tuple[bytes, int], list[EspSeen]] = Aging(CLOCKS_APART, STRAYS_KEPT)

    def keep(self, esp: EspSeen) -> None:
        """One more of them."""
        key = esp.dst, esp.spi
        seen = self._seen.get(key)
        if seen is None:
            self._seen.put(key, [esp])
        elif len(seen) < LATER:
            seen.append(esp)

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return {"strays-kept": self._seen.reached}

    def turn(self, now: int) -> None:
        """Let the time be `now` (ns)."""
        self._seen.turn(now)

    def announced(self, dst: bytes, spi: int, by: SipMessage) -> list[EspSeen]:
        """Those of this SPI where they came so shortly before its announcement that the clocks are
        the reason; set behind it in time. None of them where an older one shows that they are not:
        an SPI used again."""
        seen = self._seen.pop((dst, spi)) or []
        for esp in seen:
            window = RESIDUAL if esp.line == by.line else CLOCKS_APART
            if by.time - esp.time > window:
                return []
        for esp in seen:
            esp.time = max(esp.time, by.time + 1)
        return seen


class Forwards:
    """Messages beyond the first hop whose run has not begun, `waiting` by their Call-ID."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: dict[str, list[Ahead]] = {}  # in the order of their first

    def keep(self, place: Place, order: Order) -> bool:
        """Whether it is kept; it has its place in the order with it."""
        waiting = self.waiting.setdefault(place.message.call_id, [])
        if len(waiting) >= FAR:
            return False
        waiting.append((place, order))
        return True

    def of(self, call_id: str, time: int) -> list[Place]:
        """Those of a run that began at `time`, set behind its start."""
        found = [place for place, _ in self.waiting.pop(call_id, [])]
        for place in found:
            place.message.time = max(place.message.time, time + 1)
        return found

    def due(self, time: int) -> Iterator[Ahead]:
        """Those whose run does not begin any more, at this time."""
        for call_id, waiting in list(self.waiting.items()):
            if waiting[0][0].message.time < time - RESIDUAL:
                del self.waiting[call_id]
                yield from waiting

    def finish(self) -> Iterator[Ahead]:
        """All that wait."""
        for waiting in self.waiting.values():
            yield from waiting
        self.waiting.clear()
