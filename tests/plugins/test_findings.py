"""The rules find the same in Lua, and the same is said of every exchange."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.plugins.judged import Judged, LuaRun, Results
from tests.plugins.lua import RUNTIMES
from tests.plugins.recorded import Change, Recording, recorded, shifted
from tests.plugins.test_reconstruction import MADE, QUICK, REAL
from tests.plugins.translated import dump


def difference(
    versions: str | Iterable[str], capture: Path | BinaryIO, change: Change = shifted
) -> str | None:
    """What one of these Luas finds or says otherwise, the first of it."""
    runs = [LuaRun(one) for one in ([versions] if isinstance(versions, str) else versions)]
    python = Results()
    conductor, closing = recorded([capture], change)
    done = 0
    for closed in closing:
        for lua in runs:
            lua.take(conductor.deeds[done:])
        done = len(conductor.deeds)
        python.take(closed)
    wanted = python.finish()
    said = (otherwise(wanted, lua, conductor) for lua in runs)
    return next((one for one in said if one is not None), None)


def otherwise(wanted: Judged, lua: LuaRun, conductor: Recording) -> str | None:
    """What this one finds or says otherwise."""
    findings, exchanges = lua.finish(conductor)
    names = ("id", "rule", "explained_by")
    rows = [tuple(getattr(one, name) for name in names) for one in wanted.findings]
    others = [tuple(text(one[name.encode()]) for name in names) for one in findings]
    if together(rows, map(dump, wanted.findings)) != together(others, map(lua.lua.dump, findings)):
        told = "\n".join(map(dump, wanted.findings))
        return "\n---- in Lua:\n".join([told, "\n".join(map(lua.lua.dump, findings))])
    if wanted.exchanges != exchanges:
        return f"{wanted.exchanges}\n---- in Lua:\n{exchanges}"
    return None


def together(rows: list[tuple[str | None, ...]], texts: Iterable[str]) -> list[tuple[str, str]]:
    """Each finding with the rule of what explains it. Equals at one frame are numbered by a hash of
    Python's, so numbers and order are left out."""
    rules = {number: rule for number, rule, _ in rows}
    causes = [rules.get(explained_by, "") or "" for _, _, explained_by in rows]
    return sorted(zip(texts, causes, strict=True))


def text(value: bytes | None) -> str | None:
    """A string of Lua."""
    return None if value is None else value.decode()


@pytest.mark.parametrize("version", RUNTIMES)
@pytest.mark.parametrize("path", REAL[1::4], ids=lambda path: path.name)
def test_real_captures(version: str, path: Path) -> None:
    assert difference(version, path) is None


@pytest.mark.parametrize("version", RUNTIMES)
@pytest.mark.parametrize("path", MADE[1::QUICK], ids=lambda path: path.name)
def test_samples(version: str, path: Path) -> None:
    assert difference(version, path) is None


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_all_captures(part: int) -> None:
    paths = [*REAL, *MADE][part::4]
    assert not [path.name for path in paths if difference(RUNTIMES, path) is not None]
