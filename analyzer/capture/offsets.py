"""How far two clocks are apart, from packets that both captures have, or from a message and its
forward on the next hop.

One sample is the difference of the two times. It is the offset of the clocks plus the way from one
tap to the other, or minus that way for what travels the other way. So the medians of the two ways
enclose the offset, whatever the way takes (as NTP has it, RFC 5905 8). What lies between them
cannot be told from the time a packet takes and is left alone: clocks agree as far as anybody can
see. Medians, the median deviation and the Theil-Sen slope bear a good part of wrong samples.
"""

from collections.abc import Sequence
from itertools import combinations
from statistics import median
from typing import Final, Literal

import msgspec

from analyzer.limits import (
    CLOCK_DRIFT,
    CLOCK_FLOOR,
    CLOCK_SAMPLES,
    CLOCK_SPREAD,
    COPY_WINDOW,
    SECOND,
    TRANSACTION_LIFE,
)

Basis = Literal["packets", "forwards"]

BILLION: Final = 1_000_000_000
NORMAL: Final = 1.4826  # median deviation to standard deviation
DRIFTING: Final = 6  # samples from which on a drift is looked for
LEAST_SPAN: Final = 10 * SECOND  # over which a drift shows


class Sample(msgspec.Struct, gc=False):
    """One thing seen by both clocks: by the first at `time`, by the other `ahead` later.

    `onward`: it went from the tap of the first to the tap of the other, as far as can be told.
    """

    time: int
    ahead: int
    onward: bool
    sure: bool = True


class Offset(msgspec.Struct, frozen=True):
    """The second clock is `ahead` of the first (ns) at its time `at`, and gains `drift` (ns in a
    second) on it; `spread` (ns) is how far samples lie from that, as a standard deviation.

    0 and 0: the two agree. None: they have something in common, but it does not tell, and `why`.
    """

    basis: Basis
    count: int
    ahead: int | None = None
    drift: int = 0
    at: int = 0
    spread: int = 0
    why: str = ""


def of_packets(samples: Sequence[Sample], overlap: bool) -> Offset | None:
    """From the same packets in both. `overlap`: the captures do, by their own clocks.

    Where every sample may be a retransmission, and the captures follow one another as the files
    of a ring do, they tell nothing.
    """
    sure = [one for one in samples if one.sure]
    if sure:
        return _estimate("packets", sure)
    if len(samples) < 2:
        return None
    found = _estimate("packets", samples)
    if not overlap and found.ahead is not None and abs(found.ahead) <= TRANSACTION_LIFE:
        return None
    return found


def of_forwards(samples: Sequence[Sample]) -> Offset | None:
    """From messages and their forwards on the next hop."""
    return _estimate("forwards", samples) if samples else None


def _estimate(basis: Basis, given: Sequence[Sample]) -> Offset:
    samples = thinned(sorted(given, key=lambda one: one.time))
    at = samples[len(samples) // 2].time
    drift = _drift(samples)
    rests = [(one.ahead - _gained(drift, one.time - at), one.onward) for one in samples]
    onward = [rest for rest, way in rests if way]
    back = [rest for rest, way in rests if not way]
    centres = {True: median(onward or back), False: median(back or onward)}
    spread = NORMAL * median(abs(rest - centres[way]) for rest, way in rests)
    count = len(given)
    if spread > CLOCK_SPREAD:
        return Offset(basis, count, why="the common messages contradict one another")
    # what the medians themselves may be wrong by
    error = max(CLOCK_FLOOR, 2 * spread / len(samples) ** 0.5)
    ahead = _between(centres[False], centres[True], error, basis, bool(onward), bool(back))
    if ahead is None:
        return Offset(basis, count, why="messages of one direction only, which may be delay")
    if ahead == 0 and drift:
        ahead = round((centres[True] + centres[False]) / 2)
    return Offset(basis, count, ahead, drift, at, round(spread))


def _between(
    lower: float, upper: float, error: float, basis: Basis, onward: bool, back: bool
) -> int | None:
    """The offset that the two ways enclose; 0 where it may be none, None where nobody knows."""
    if onward and back:
        lower, upper = min(lower, upper), max(lower, upper)
        return 0 if lower - error <= 0 <= upper + error else round((lower + upper) / 2)
    if basis == "packets":
        # no way to another tap takes longer than copies are merged over
        return 0 if abs(upper) <= COPY_WINDOW + error else round(upper)
    # a forward may wait, but it is never before its source
    late = upper if onward else -lower
    if late < -error:
        return round(upper)
    return 0 if late <= COPY_WINDOW else None


def _drift(samples: Sequence[Sample]) -> int:
    """Gain of the second clock in ns a second, 0 where nothing of the kind shows.

    The median of the slopes between samples that went the same way (Theil and Sen).
    """
    span = samples[-1].time - samples[0].time
    if len(samples) < DRIFTING or span < LEAST_SPAN:
        return 0
    ways = [[one for one in samples if one.onward is way] for way in (True, False)]
    slopes = [
        (later.ahead - sooner.ahead) / (later.time - sooner.time)
        for way in ways
        for sooner, later in combinations(way, 2)
        if later.time > sooner.time
    ]
    if not slopes:
        return 0
    slope = median(slopes)
    rests = [
        one.ahead - slope * (one.time - samples[0].time) - centre
        for way in ways
        if way
        for centre in [median(o.ahead - slope * (o.time - samples[0].time) for o in way)]
        for one in way
    ]
    noise = NORMAL * median(map(abs, rests))
    gained = abs(slope) * span
    if gained <= max(CLOCK_FLOOR, 3 * noise) or abs(slope) * BILLION > CLOCK_DRIFT:
        return 0
    return round(slope * BILLION)


def _gained(drift: int, time: int) -> int:
    return drift * time // BILLION


def thinned(samples: Sequence[Sample]) -> list[Sample]:
    """At most `limits.CLOCK_SAMPLES`, evenly taken, the first and the last among them."""
    count = len(samples)
    if count <= CLOCK_SAMPLES:
        return list(samples)
    return [samples[n * (count - 1) // (CLOCK_SAMPLES - 1)] for n in range(CLOCK_SAMPLES)]
