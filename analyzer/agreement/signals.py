"""What the network said about reachability, kept by the two ends it speaks of."""

from collections import deque
from collections.abc import Iterable

from analyzer.flows.datagram import Signal
from analyzer.limits import SIGNALLED, SIGNALS

Ends = tuple[bytes, bytes]


class Signals:
    """The newest signals between each two ends, at most `limits.SIGNALS`.

    Beyond `limits.SIGNALLED` pairs of ends those that were silent longest are forgotten, and
    counted in `dropped`.
    """

    __slots__ = ("_between", "dropped")

    def __init__(self) -> None:
        self._between: dict[Ends, deque[Signal]] = {}  # least recently heard of first
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._between)

    def add(self, signal: Signal) -> None:
        """Keep one."""
        ends = _ends(signal.src, signal.dst)
        kept = self._between.pop(ends, None)
        if kept is None:
            kept = deque(maxlen=SIGNALS)
            if len(self._between) >= SIGNALLED:
                del self._between[next(iter(self._between))]
                self.dropped += 1
        self._between[ends] = kept
        kept.append(signal)

    def between(self, one: bytes, other: bytes, since: int, until: int) -> Iterable[Signal]:
        """Those between two ends, either way, from `since` to `until` (ns), as they came."""
        kept = self._between.get(_ends(one, other))
        if kept is None:
            return ()
        return [signal for signal in kept if since <= signal.time <= until]


def _ends(one: bytes, other: bytes) -> Ends:
    return (one, other) if one <= other else (other, one)
