"""The same datagrams, ESP and signals give the same exchanges, agreements and loose ends in Lua."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins.judged import plugin
from tests.plugins.lua import RUNTIMES
from tests.plugins.recorded import Replay, recorded
from tests.plugins.translated import dump

SAMPLES = Path(__file__).parents[2] / "samples"
REAL = sorted(SAMPLES.glob("real/*.pcap*"))
MADE = sorted(path for path in SAMPLES.glob("pcaps/*") if path.is_file())
QUICK = 12
"""Of so many samples one is looked at by the quick tests."""


def differences(version: str, path: Path) -> Iterator[str]:
    """What closes in Lua otherwise than in Python."""
    lua = plugin(version)
    conductor, closing = recorded([path])
    replay = Replay(lua)
    done = 0
    for items in closing:
        for deed in conductor.deeds[done:]:
            replay.take(deed)
        done = len(conductor.deeds)
        mine = replay.closed(conductor)
        if len(mine) != len(items):
            yield f"{len(items)} items closed, in Lua {len(mine)}"
        for item, found in zip(items, mine, strict=False):
            wanted, got = dump(item), lua.dump(found)
            if wanted != got:
                yield f"{wanted}\n---- in Lua:\n{got}"


@pytest.mark.parametrize("version", RUNTIMES)
@pytest.mark.parametrize("path", REAL[::4], ids=lambda path: path.name)
def test_real_captures(version: str, path: Path) -> None:
    assert next(differences(version, path), None) is None


@pytest.mark.parametrize("version", RUNTIMES)
@pytest.mark.parametrize("path", MADE[::QUICK], ids=lambda path: path.name)
def test_samples(version: str, path: Path) -> None:
    assert next(differences(version, path), None) is None


@pytest.mark.slow
@pytest.mark.parametrize("version", RUNTIMES)
def test_all_captures(version: str) -> None:
    assert not [path.name for path in [*REAL, *MADE] if any(differences(version, path))]
