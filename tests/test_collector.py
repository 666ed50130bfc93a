"""The collector looks late, and sooner where a capture makes cycles."""

import gc
from collections.abc import Iterator

import pytest

from analyzer.collector import NEW_OBJECTS, SOONER, WORTH_A_LOOK, paused


@pytest.fixture
def _as_before() -> Iterator[None]:
    before = gc.get_threshold(), list(gc.callbacks)
    yield
    assert (gc.get_threshold(), list(gc.callbacks)) == before


def cycles(count: int) -> None:
    """So many lists that only the collector frees."""
    for _ in range(count):
        one: list[object] = []
        one.append(one)


@pytest.mark.usefixtures("_as_before")
def test_looks_in_vain_come_late() -> None:
    with paused():
        assert gc.get_threshold()[0] == NEW_OBJECTS
        gc.collect(0)
        assert gc.get_threshold()[0] == NEW_OBJECTS


@pytest.mark.usefixtures("_as_before")
def test_cycles_are_looked_for_soon_and_only_while_there_are_some() -> None:
    with paused():
        cycles(2 * NEW_OBJECTS // WORTH_A_LOOK)
        gc.collect(0)
        assert gc.get_threshold()[0] == SOONER
        gc.collect(0)
        assert gc.get_threshold()[0] == NEW_OBJECTS


@pytest.mark.usefixtures("_as_before")
def test_an_error_leaves_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError), paused():
        raise ZeroDivisionError
