"""The rules find the same in Lua, and the same is said of every exchange."""

from pathlib import Path

import pytest

from tests.plugins.judged import LuaRun, Results
from tests.plugins.lua import RUNTIMES
from tests.plugins.recorded import recorded
from tests.plugins.test_reconstruction import MADE, QUICK, REAL
from tests.plugins.translated import dump


def difference(version: str, path: Path) -> str | None:
    """What Lua finds or says otherwise, the first of it."""
    lua, python = LuaRun(version), Results()
    conductor, closing = recorded([path])
    done = 0
    for closed in closing:
        lua.take(conductor.deeds[done:])
        done = len(conductor.deeds)
        python.take(closed)
    wanted = python.finish()
    findings, exchanges = lua.finish(conductor)
    texts, others = list(map(dump, wanted.findings)), list(map(lua.lua.dump, findings))
    if texts != others:
        return "\n".join([*texts, "---- in Lua:", *others])
    if wanted.exchanges != exchanges:
        return f"{wanted.exchanges}\n---- in Lua:\n{exchanges}"
    return None


@pytest.mark.parametrize("version", RUNTIMES)
@pytest.mark.parametrize("path", REAL[1::4], ids=lambda path: path.name)
def test_real_captures(version: str, path: Path) -> None:
    assert difference(version, path) is None


@pytest.mark.parametrize("version", RUNTIMES)
@pytest.mark.parametrize("path", MADE[1::QUICK], ids=lambda path: path.name)
def test_samples(version: str, path: Path) -> None:
    assert difference(version, path) is None


@pytest.mark.slow
@pytest.mark.parametrize("version", RUNTIMES)
def test_all_captures(version: str) -> None:
    assert not [path.name for path in [*REAL, *MADE] if difference(version, path) is not None]
