"""Captures keep their own clocks: how far each is from the others, and its times set right.

A clock is that of one machine: captures whose names differ in digits alone, as the files of a ring
do, share one, unless the same packets stand in several of them. Of each pair of clocks with
something in common the offset is told (`offsets`); the pairs that have most in common are joined
to a tree, from the captures whose offset the user gave and the first ones of what is left.

This is a pass of its own over the files, for which two or more clocks must be there. A set of
files that all share a name is looked at only where each begins, unless several taps show there.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal

import msgspec

from analyzer.capture.marks import Mark, Marks
from analyzer.capture.offsets import BILLION, Offset, Sample, of_forwards, of_packets
from analyzer.capture.packet import Packet, Watermark

Pair = tuple[int, int]
Basis = Literal["given", "packets", "forwards", "unknown"]

ONE_TAP: Final = 8  # captures of a name with less than one packet in so many in common: one tap


class Clock(msgspec.Struct, frozen=True):
    """What is known of the clock of one capture, against that of the capture `reference`.

    It is `ahead` (ns) at its own time `at`, and gains `drift` ns a second. `count` messages or
    packets say so, which lie `spread` ns around that. With `basis` "unknown" it is left alone, for
    the reason `why`.
    """

    basis: Basis
    reference: int = 0
    ahead: int = 0
    drift: int = 0
    at: int = 0
    spread: int = 0
    count: int = 0
    why: str = ""

    @property
    def right(self) -> bool:
        """There is nothing to set."""
        return not self.ahead and not self.drift

    def set(self, time: int) -> int:
        """A time of this clock by that of its reference."""
        return time - self.ahead - self.drift * (time - self.at) // BILLION

    def behind(self, other: "Clock") -> "Clock":
        """This one, whose reference is the capture of `other`, against the reference of that."""
        ahead = self.at - other.set(self.set(self.at))
        return msgspec.structs.replace(
            self, reference=other.reference, ahead=ahead, drift=self.drift + other.drift
        )


def set_right(items: Iterator[Packet | Watermark], clock: Clock) -> Iterator[Packet | Watermark]:
    """The items of one capture, their times set."""
    for item in items:
        item.time = clock.set(item.time)
        yield item


def are_taps(captures: Sequence[Marks]) -> bool:
    """Do the same packets stand in several of these captures of one name?"""
    seen: dict[int, int] = {}
    for capture, marks in enumerate(captures):
        for name, mark in marks.packets.items():
            if mark.sure and seen.setdefault(name, capture) != capture:
                return True
    for one, other in pairwise(captures):
        common = len(one.packets.keys() & other.packets.keys())
        if common > 1 and common * ONE_TAP >= min(len(one.packets), len(other.packets)):
            return True
    return False


def compare(clocks: Sequence[Sequence[Marks]]) -> dict[Pair, Offset]:
    """The offset of each pair of clocks (by number, lower first) that have something in common.

    Each clock is given by the marks of its captures.
    """
    shared = _shared_packets(clocks)
    hops = _shared_messages(clocks)
    found: dict[Pair, Offset] = {}
    for pair in sorted(shared.keys() | hops.keys()):
        offset = of_packets(shared.get(pair, ()), _overlap(*(clocks[one] for one in pair)))
        if offset is None or offset.ahead is None:
            offset = of_forwards(hops.get(pair, ())) or offset
        if offset is not None:
            found[pair] = offset
    return found


def _shared_packets(clocks: Sequence[Sequence[Marks]]) -> dict[Pair, list[Sample]]:
    """Samples from packets that stand once in two clocks each."""
    places: dict[int, list[tuple[int, Mark]]] = {}
    for clock, captures in enumerate(clocks):
        for marks in captures:
            for name, mark in marks.packets.items():
                places.setdefault(name, []).append((clock, mark))
    ways: dict[Pair, dict[tuple[bytes, bytes], list[Sample]]] = {}
    for seen in places.values():
        for pair, one, other in _pairs(seen):
            sample = Sample(one.time, other.time - one.time, True, one.sure)
            ways.setdefault(pair, {}).setdefault((one.src, one.dst), []).append(sample)
    return {pair: _told_apart(of_pair) for pair, of_pair in ways.items()}


def _told_apart(ways: dict[tuple[bytes, bytes], list[Sample]]) -> list[Sample]:
    """The samples of ends that both speak, those of the way that seems longer `onward`.

    Where nobody is heard in both directions, all samples: the way is not known then.
    """
    both = {ends: samples for ends, samples in ways.items() if ends[::-1] in ways}
    for (src, dst), samples in both.items():
        if (_middle(samples), src) < (_middle(both[dst, src]), dst):
            for sample in samples:
                sample.onward = False
    return [sample for samples in (both or ways).values() for sample in samples]


def _pairs(seen: list[tuple[int, Mark]]) -> Iterator[tuple[Pair, Mark, Mark]]:
    """Of what was seen at several places, those pairs that leave no doubt."""
    if len(seen) < 2:
        return
    by_clock: dict[int, Mark | None] = {}
    for clock, mark in seen:
        by_clock[clock] = mark if clock not in by_clock and mark.count == 1 else None
    known = [(clock, mark) for clock, mark in sorted(by_clock.items()) if mark is not None]
    for at, (clock, mark) in enumerate(known):
        for other, further in known[at + 1 :]:
            yield (clock, other), mark, further


def _middle(samples: list[Sample]) -> int:
    return sorted(one.ahead for one in samples)[len(samples) // 2]


def _shared_messages(clocks: Sequence[Sequence[Marks]]) -> dict[Pair, list[Sample]]:
    """Samples from messages that two clocks have on different hops, first seen on each.

    A hop nearer to the client has fewer Via values: requests go onward from there, responses come
    back.
    """
    places: dict[int, dict[int, list[Mark]]] = {}
    for clock, captures in enumerate(clocks):
        for marks in captures:
            for name, hops in marks.messages.items():
                places.setdefault(name, {}).setdefault(clock, []).extend(hops)
    found: dict[Pair, list[Sample]] = {}
    for by_clock in places.values():
        numbers = sorted(by_clock)
        for at, clock in enumerate(numbers):
            for other in numbers[at + 1 :]:
                sample = _between_hops(by_clock[clock], by_clock[other])
                if sample is not None:
                    found.setdefault((clock, other), []).append(sample)
    return found


def _between_hops(here: list[Mark], there: list[Mark]) -> Sample | None:
    """One message on the one hop that each clock shows of it."""
    if len(here) != 1 or len(there) != 1 or here[0].vias == there[0].vias:
        return None
    one, other = here[0], there[0]
    onward = (one.vias < other.vias) != one.answer
    return Sample(one.time, other.time - one.time, onward)


def _overlap(one: Sequence[Marks], other: Sequence[Marks]) -> bool:
    """Have the captures of two clocks times in common, as they stand?"""
    return any(
        mine.first <= yours.last and yours.first <= mine.last for mine in one for yours in other
    )


def settle(
    captures: Sequence[int], offsets: dict[Pair, Offset], given: dict[int, int]
) -> dict[int, Clock]:
    """What each clock (by number) is against the one it hangs on; a root has none.

    `captures` has the first capture of each clock, `given` what the user said of one (ns ahead).
    """
    found: dict[int, Clock | None] = {
        one: Clock("given", captures[one], ahead) for one, ahead in given.items()
    }
    usable = {pair: one for pair, one in offsets.items() if one.ahead is not None}
    for root in range(len(captures)):
        _grow(found, captures, usable)
        if root not in found:
            found[root] = None
    _grow(found, captures, usable)
    told = {one: clock for one, clock in found.items() if clock is not None}
    for (here, there), offset in offsets.items():
        if offset.ahead is None and there not in told:
            told[there] = Clock("unknown", captures[here], count=offset.count, why=offset.why)
    return told


def _grow(
    found: dict[int, Clock | None], captures: Sequence[int], offsets: dict[Pair, Offset]
) -> None:
    """Join what has an offset to what is settled, the best known first."""
    while True:
        edges = [
            (-offset.count, here, there)
            for here, there in offsets
            for offset in [offsets[here, there]]
            if (here in found) != (there in found)
        ]
        if not edges:
            return
        _, here, there = min(edges)
        offset = offsets[here, there]
        forth = here in found
        clock = _clock(offset, captures[here if forth else there], forth)
        anchor = found[here if forth else there]
        found[there if forth else here] = clock if anchor is None else clock.behind(anchor)


def _clock(offset: Offset, reference: int, forth: bool) -> Clock:
    """The clock on the far end of an offset: of the second against the first, or back."""
    assert offset.ahead is not None
    sign = 1 if forth else -1
    at = offset.at + offset.ahead if forth else offset.at
    return Clock(
        offset.basis, reference, sign * offset.ahead, sign * offset.drift, at, offset.spread,
        offset.count,
    )  # fmt: skip
