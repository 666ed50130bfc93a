"""All seeds of the fuzzer, among them what once failed, run through their targets."""

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
SEEDS = sorted(path for path in CORPUS.glob("*/*") if path.is_file())


def test_every_target_has_seeds() -> None:
    assert {path.parent.name for path in SEEDS} == set(TARGETS)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_seeds_raise_nothing(path: Path) -> None:
    data = path.read_bytes()
    target = TARGETS[path.parent.name]
    target(data)
    for end in range(0, len(data), max(1, len(data) // 16)):
        target(data[:end])
