"""Two clocks told apart by what both saw: the way a packet takes is no error of a clock."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.capture.offsets import Offset, Sample, of_forwards, of_packets, thinned
from analyzer.limits import MILLISECOND, SECOND

T = 1_700_000_000 * SECOND
MS = MILLISECOND


def seen(
    ahead: int,
    *,
    count: int = 8,
    delay: int = 0,
    noise: int = 0,
    drift: int = 0,
    step: int = SECOND,
) -> list[Sample]:
    """What both clocks saw each `step`, in turn there and back: `ahead` at T, gaining `drift`
    ns a second; on its way for `delay`, and up to `noise` more."""
    chance = Random(1)
    samples = []
    for n in range(count):
        onward = n % 2 == 0
        way = delay + chance.randint(0, noise)
        gained = drift * n * step // SECOND
        samples.append(Sample(T + n * step, ahead + gained + (way if onward else -way), onward))
    return samples


def found(samples: list[Sample], overlap: bool = True) -> Offset:
    offset = of_packets(samples, overlap)
    assert offset is not None
    return offset


@pytest.mark.parametrize("ahead", [7 * SECOND, -90 * SECOND, 3214 * MS, 60 * MS, -(10**9) * SECOND])
def test_an_offset_is_told_to_half_of_what_the_way_varies(ahead: int) -> None:
    offset = found(seen(ahead, delay=20 * MS, noise=4 * MS))
    assert offset.ahead is not None
    assert abs(offset.ahead - ahead) <= 2 * MS
    assert (offset.basis, offset.count, offset.drift) == ("packets", 8, 0)
    assert offset.spread <= 4 * MS


@pytest.mark.parametrize("delay", [0, 3 * MS, 80 * MS, 240 * MS])
def test_the_way_from_tap_to_tap_is_no_clock(delay: int) -> None:
    assert found(seen(0, delay=delay, noise=MS)).ahead == 0
    one_way = [one for one in seen(0, delay=delay, noise=MS) if one.onward]
    assert found(one_way).ahead == 0


def test_an_offset_within_the_time_of_the_way_is_left_alone() -> None:
    assert found(seen(30 * MS, delay=80 * MS)).ahead == 0
    assert found(seen(81 * MS, delay=80 * MS)).ahead == 0
    assert found(seen(90 * MS, delay=80 * MS)).ahead == 90 * MS


def test_less_than_a_millisecond_is_nothing() -> None:
    assert found(seen(limits.CLOCK_FLOOR)).ahead == 0
    assert found(seen(limits.CLOCK_FLOOR + 1000)).ahead == limits.CLOCK_FLOOR + 1000


def test_of_one_direction_more_than_a_way_is_a_clock() -> None:
    one_way = [one for one in seen(7 * SECOND) if one.onward]
    assert found(one_way).ahead == 7 * SECOND


def test_some_wrong_samples_change_nothing() -> None:
    samples = seen(7 * SECOND, count=20, delay=MS)
    for sample in samples[3:8]:
        sample.ahead += 500 * MS
    assert abs((found(samples).ahead or 0) - 7 * SECOND) <= MS


def test_what_contradicts_itself_tells_nothing() -> None:
    samples = seen(0, count=20)
    for n, sample in enumerate(samples):
        sample.ahead = n * SECOND * (-1) ** (n // 2)
    offset = found(samples)
    assert (offset.ahead, offset.count) == (None, 20)
    assert "contradict" in offset.why


# ---- what may be a retransmission


def unsure(ahead: int, count: int) -> list[Sample]:
    samples = seen(ahead, count=count)
    for sample in samples:
        sample.sure = False
    return samples


def test_the_same_octets_in_files_that_follow_one_another_may_be_retransmissions() -> None:
    """Request and answer lost and sent once more, T1 later, in the next file of a ring."""
    assert of_packets(unsure(SECOND // 2, 2), overlap=False) is None
    assert found(unsure(SECOND // 2, 2), overlap=True).ahead == SECOND // 2
    hour = 3600 * SECOND  # nobody waits that long: timer F is 64*T1
    assert found(unsure(hour, 2), overlap=False).ahead == hour


def test_one_that_may_be_a_retransmission_is_no_evidence() -> None:
    assert of_packets(unsure(SECOND, 1), overlap=True) is None
    assert of_packets([], overlap=True) is None


def test_what_is_sure_counts_alone() -> None:
    assert found([*seen(7 * SECOND, count=2), *unsure(SECOND, 20)]).ahead == 7 * SECOND


# ---- drift


@pytest.mark.parametrize("ppm", [50, -50, 5, 499])
def test_a_drift_is_told_from_the_way(ppm: int) -> None:
    drift = ppm * 1000  # ns a second
    samples = seen(7 * SECOND, count=61, delay=20 * MS, noise=MS, drift=drift, step=60 * SECOND)
    offset = found(samples)
    assert abs(offset.drift - drift) <= 500
    middle = 7 * SECOND + drift * (offset.at - T) // SECOND
    assert offset.ahead is not None
    assert abs(offset.ahead - middle) <= MS


def test_of_short_captures_no_drift_is_told() -> None:
    assert found(seen(7 * SECOND, count=9, noise=MS)).drift == 0
    assert found(seen(7 * SECOND, count=5, drift=50_000, step=600 * SECOND)).drift == 0


def test_noise_is_no_drift() -> None:
    assert found(seen(0, count=40, noise=20 * MS, step=60 * SECOND)).drift == 0


def test_no_clock_drifts_like_that() -> None:
    assert found(seen(0, count=10, drift=600_000, step=60 * SECOND)).drift == 0


def test_many_samples_are_thinned_to_a_bound() -> None:
    samples = seen(7 * SECOND, count=5000)
    few = thinned(samples)
    assert len(few) == limits.CLOCK_SAMPLES
    assert (few[0], few[-1]) == (samples[0], samples[-1])
    assert found(samples).count == 5000


# ---- a message and its forward


def hops(*samples: tuple[int, bool]) -> Offset:
    """(difference, onward) of each message and its forward."""
    offset = of_forwards([Sample(T, ahead, onward) for ahead, onward in samples])
    assert offset is not None
    return offset


def test_request_and_answer_enclose_the_offset() -> None:
    assert hops((7 * SECOND + 6 * MS, True), (7 * SECOND - 4 * MS, False)).ahead == (
        7 * SECOND + MS
    )
    assert hops((5 * MS, True), (-5 * MS, False)).ahead == 0
    assert hops((4 * SECOND, True), (-5 * MS, False)).ahead == 0  # the proxy may have waited


def test_of_one_direction_only_what_cannot_be_is_an_offset() -> None:
    """A forward is never before its source; how long a proxy waits nobody knows."""
    assert hops((-90 * SECOND, True)).ahead == -90 * SECOND
    assert hops((3 * SECOND, False)).ahead == 3 * SECOND
    assert hops((5 * MS, True)).ahead == 0
    assert hops((-5 * MS, False)).ahead == 0
    told = hops((7 * SECOND, True))
    assert told.ahead is None
    assert "one direction" in told.why
    assert of_forwards([]) is None


@given(
    ahead=st.integers(-(10**6), 10**6).map(lambda n: n * MS),
    ways=st.lists(st.tuples(st.integers(0, 200 * MS), st.booleans()), min_size=2, max_size=30),
)
def test_what_is_applied_is_within_what_is_possible(
    ahead: int, ways: list[tuple[int, bool]]
) -> None:
    """Wherever both ways were seen, the estimate is off by less than the longest way."""
    samples = [
        Sample(T + n * SECOND, ahead + (way if onward else -way), onward)
        for n, (way, onward) in enumerate(ways)
    ]
    offset = found(samples)
    if offset.ahead is not None and len({onward for _, onward in ways}) == 2:
        assert abs(offset.ahead - ahead) <= 2 * max(way for way, _ in ways) + 2 * limits.CLOCK_FLOOR
