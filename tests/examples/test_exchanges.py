"""Each exchange is judged as exchanges.toml has it, and alike in Lua."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import pytest

from analyzer.report.model import Report
from samples.scenario import Table
from tests.captures import BOOK, analysed
from tests.examples.examples import EXCHANGES, run_of
from tests.plugins.lua import RUNTIMES
from tests.plugins.test_findings import difference


@cache
def report(name: str) -> Report:
    return analysed(run_of(name))


def expect(name: str) -> Table:
    found: Table = EXCHANGES[name]["expect"]
    return found


def saying(word: str) -> list[str]:
    return [name for name in EXCHANGES if word in expect(name)]


@pytest.mark.parametrize("name", EXCHANGES)
def test_what_is_found_and_what_is_not(name: str) -> None:
    wanted = expect(name)
    fires, silent = wanted.get("fires", []), wanted.get("silent", [])
    assert {*fires, *silent} <= set(BOOK.rules)
    found = {one.rule for one in report(name).findings}
    assert set(fires) <= found
    assert not found & set(silent)


@pytest.mark.parametrize("name", saying("level"))
def test_the_lists_compare(name: str) -> None:
    steps = [step for run in report(name).exchanges for step in run.steps]
    first = next(step.comparison for step in steps if step.comparison is not None)
    assert (first.level, first.kind) == (expect(name)["level"], expect(name).get("kind"))


@pytest.mark.parametrize("name", saying("registration"))
def test_the_phone_registers(name: str) -> None:
    last = list(report(name).exchanges)[-1]
    assert last.registration is not None
    assert last.registration.state == expect(name)["registration"]
    assert not [one.rule for one in report(name).findings if one.effect == "explains-outcome"]


@pytest.mark.parametrize("name", EXCHANGES)
def test_lua_finds_the_same(name: str) -> None:
    assert difference(RUNTIMES, BytesIO(run_of(name))) is None
