"""When open runs are looked at: in the order of time, again where the last step was too late."""

from heapq import heapify, heappop, heappush
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from analyzer.agreement.runs import PATIENCE, Runs
from analyzer.agreement.states import State
from analyzer.limits import ANSWER_WAIT, SECOND


def run(number: int, begun: int, lasted: int, state: State) -> Any:
    return SimpleNamespace(
        number=number, begun=begun, last_time=begun + lasted, state=state, call_id=str(number),
        access=SimpleNamespace(ue=b"ue"), keys=[], octets=0, refused=(),
    )  # fmt: skip


def looked_at(runs: list[Any], times: list[int]) -> list[tuple[int, int]]:
    """(when it was due to be looked at, number) of those that close, one after the other."""
    heap = [(one.begun + ANSWER_WAIT, one.number) for one in runs]
    heapify(heap)
    closed = []
    for now in times:
        while heap and heap[0][0] <= now:
            looked, number = heappop(heap)
            one = runs[number - 1]
            due = one.last_time + PATIENCE[one.state]
            if due <= now:
                closed.append((looked, number))
            else:
                heappush(heap, (due, number))
    return closed


def test_a_run_that_is_found_no_more_remains() -> None:
    """A second run of the same client and Call-ID is the one that messages find."""
    runs, first, second = Runs(), run(1, 0, 0, State.OFFERED), run(2, 0, 0, State.OFFERED)
    second.call_id = first.call_id
    runs.add(first)
    runs.add(second)
    assert runs.of_client(b"ue", first.call_id) is second
    assert runs.remaining() == [first, second]


PART = SECOND // 4
BEGUN = st.tuples(st.integers(-40, 200), st.integers(0, 300), st.sampled_from(list(State)))


@given(st.lists(BEGUN, max_size=12), st.lists(st.integers(-40, 3000), min_size=1, max_size=12))
def test_runs_are_overdue_in_the_order_of_time(
    begun: list[tuple[int, int, State]], times: list[int]
) -> None:
    found = [
        run(number, at * PART, lasted * PART, state)
        for number, (at, lasted, state) in enumerate(begun, 1)
    ]
    whole, shared = Runs(), Runs()
    for one in found:
        whole.add(one)
        shared.add(one)
    now = [time * PART for time in sorted(times)]
    asked = [(looked, one.number) for time in now for looked, one in whole.overdue(time)]
    assert asked == looked_at(found, now)
    for one in found[::2]:  # what is closed already is not looked at
        shared.remove(one)
    left = [(looked, one.number) for time in now for looked, one in shared.overdue(time)]
    assert left == [(looked, number) for looked, number in asked if number % 2 == 0]
