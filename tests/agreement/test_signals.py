"""What the network said about reachability: kept by the two ends it speaks of."""

import pytest

from analyzer.agreement import signals as module
from analyzer.agreement.signals import Signals
from analyzer.flows.datagram import Signal

UE, FIRST_HOP, OTHER = b"\1\1\1\1", b"\2\2\2\2", b"\3\3\3\3"


def signal(frame: int, src: bytes = UE, dst: bytes = FIRST_HOP) -> Signal:
    return Signal(0, frame, frame * 10, "rst", src, dst)


def frames(kept: Signals, since: int = 0, until: int = 10_000) -> list[int]:
    return [one.frame for one in kept.between(UE, FIRST_HOP, since, until)]


def test_both_directions_and_the_time_of_the_run() -> None:
    kept = Signals()
    for one in (signal(1), signal(2, FIRST_HOP, UE), signal(3, UE, OTHER), signal(4)):
        kept.add(one)
    assert frames(kept) == [1, 2, 4]
    assert frames(kept, since=20, until=30) == [2]


def test_a_flood_elsewhere_takes_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SIGNALS", 3)
    monkeypatch.setattr(module, "SIGNALLED", 2)
    kept = Signals()
    kept.add(signal(1))
    for frame in range(2, 50):
        kept.add(signal(frame, OTHER, FIRST_HOP))
    assert frames(kept) == [1]
    for frame in range(50, 54):
        kept.add(signal(frame))
    assert frames(kept) == [51, 52, 53]
    kept.add(signal(54, OTHER, UE))
    assert (len(kept), kept.dropped) == (2, 1)
    assert frames(kept) == [51, 52, 53]
