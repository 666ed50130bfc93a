"""What a sweep drops is freed at once: the collector, which looks seldom, finds nothing."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from analyzer.pipeline import Settings, analyze, sweeping
from tests.benchmarks.registrations import frames
from tests.captures import SAMPLES, SECOND, written

HEALTHY = ("auts", "dereg", "forked", "gm_mw", "rereg_null", "tcp_null", "udp_fragments")
REGISTRATIONS = 300
FEW = 20  # objects, however long the capture


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many objects each sweep left to the collector, which does not run in between."""
    found: list[int] = []

    @contextmanager
    def off() -> Iterator[None]:
        gc.collect()
        gc.disable()
        yield
        found.append(gc.collect())
        gc.enable()

    monkeypatch.setattr(sweeping, "paused", off)
    yield found
    gc.enable()


def test_nothing_of_many_registrations_waits_for_the_collector(
    left: list[int], tmp_path: Path
) -> None:
    paths = written(tmp_path, crowd=frames(REGISTRATIONS, 600 * SECOND, SECOND))
    for _ in range(2):  # what is made once in a process does not count
        assert len(analyze(paths, Settings(jobs=1)).exchanges) == REGISTRATIONS
    assert left[1] < FEW


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_of_a_healthy_capture_waits_for_the_collector(left: list[int], name: str) -> None:
    for _ in range(2):
        analyze([str(SAMPLES / "pcaps" / f"ok_{name}.pcap")], Settings(jobs=1))
    assert left[1] < FEW
