"""Exchanges are counted in columns as they are one by one."""

from __future__ import annotations

import pytest

from analyzer.pipeline import Settings, analyze
from analyzer.report.glance import ByGlance, Counted, glance, glances
from tests.captures import SAMPLES

CAPTURES = sorted((SAMPLES / "pcaps").glob("*.pcap"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_counted_as_one_by_one(jobs: int) -> None:
    paths = [str(path) for path in CAPTURES[::9]]
    exchanges = analyze(paths, Settings(jobs=jobs, shared_from=0)).exchanges
    assert isinstance(exchanges, Counted)
    read = [glance(one) for one in exchanges]
    by_glance = ByGlance(read)
    assert len({one.word for one in read}) > 3
    assert exchanges.counted() == by_glance.counted()
    assert exchanges.phones() == by_glance.phones()
    for kind in by_glance.counted():
        assert exchanges.named(kind.__eq__) == by_glance.named(kind.__eq__)
    assert exchanges.named(lambda _: False) == set()
    assert list(glances(exchanges)) == read
