"""The plugin in each Wireshark finds in every capture what the analysis finds.

Both read what the capture holds and nothing else. Where Wireshark before 4.6 needs keys to read
ESP, it is given the table that `secagree keys` writes from the same capture. Where Wireshark does
not see the messages that we see, `exceptions.toml` names capture, reason and rules, one by one, and
an entry that is not needed any more fails.
"""

from __future__ import annotations

import os
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from analyzer.pipeline.settings import Settings
from analyzer.pipeline.settings import engine as rules
from analyzer.wireshark.plugin import source
from tests.captures import SAMPLES
from tests.parity.engines import ENGINES, SHARKDS, Engine, Output
from tests.parity.findings import Expected, Found, expected, seen

pytestmark = pytest.mark.slow

FOLDERS: Final = ("pcaps", "wrapped", "real")
MARK: Final = "SIP Security Agreement: "  # the summary begins with it
# One sharkd reads all captures in the time that tshark takes for a few, or WebAssembly for some.
# They read all of them where nobody else of their version is there.
IN_PART: Final = {
    "tshark": frozenset(("wrapped", "pcaps-esp", "pcaps-ver")),
    "trixie": frozenset(("wrapped", "pcaps-esp")),
    "sid": frozenset(("wrapped", "pcaps-esp")),
    "wiregasm": frozenset(("wrapped", "pcaps-esp", "pcaps-ver", "real")),
}
IN_PLACE: Final = {
    "tshark": "sharkd", "trixie": "sharkd-trixie", "sid": "sharkd-sid", "wiregasm": "sharkd-trixie",
}  # fmt: skip
WHOLE: Final = "PARITY" in os.environ
OWN_CIPHERS: Final = frozenset(("sid", "sharkd-sid"))  # open ESP by themselves: Lua has ciphers


class Captures(NamedTuple):
    """Those of one folder whose names begin alike."""

    name: str
    paths: tuple[Path, ...]


def groups() -> list[Captures]:
    """All captures, by folder and the family that their name begins with."""
    found: dict[str, list[Path]] = defaultdict(list)
    for folder in FOLDERS:
        for path in sorted((SAMPLES / folder).glob("*.pcap*")):
            found[f"{folder}-{path.name.split('_')[0] if folder == 'pcaps' else ''}"].append(path)
    return [Captures(name.strip("-"), tuple(paths)) for name, paths in found.items()]


class Known(NamedTuple):
    """What Wireshark does not let the plugin see: rules that it lacks, rules that it adds."""

    reason: str
    lacks: frozenset[str]
    adds: frozenset[str]


NONE: Final = Known("", frozenset(), frozenset())


@cache
def exceptions() -> dict[tuple[str, str], Known]:
    """By capture and engine."""
    table = tomllib.loads(Path(__file__).with_name("exceptions.toml").read_text())
    return {
        (row["capture"], engine): Known(
            row["reason"], frozenset(row.get("lacks", ())), frozenset(row.get("adds", ()))
        )
        for row in table["exception"]
        for engine in row["engines"]
    }


@cache
def wanted(capture: Path) -> Expected:
    """What the analysis finds, made once."""
    return expected(capture)


@cache
def plugin() -> str:
    """The plugin with the rules that are on by default."""
    return source(rules(Settings()))


def outputs(engine: Engine, captures: Captures) -> dict[Path, Output]:
    """All of them; those that need keys are run one by one."""
    keyed = {one for one in captures.paths if wanted(one).keys and engine.name not in OWN_CIPHERS}
    others = [one for one in captures.paths if one not in keyed]
    found = dict(zip(others, engine.run(others, plugin(), tap="secagree,tree"), strict=True))
    for one in keyed:
        keys = wanted(one).keys
        (found[one],) = engine.run([one], plugin(), tap="secagree,tree", esp_sa=keys)
    return found


def differs(engine: Engine, capture: Path, output: Output) -> str:
    """How the findings differ beyond what is known, "" where they do not."""
    ours, theirs = wanted(capture).findings, seen(output)
    if output.items is not None:  # a tree has no place for what has no frame
        ours = frozenset(one for one in ours if one.frame)
    name = f"{capture.parent.name}/{capture.name}"
    known = exceptions().get((name, engine.name), NONE)
    lacks, adds = ours - theirs, theirs - ours
    if _rules(lacks) == known.lacks and _rules(adds) == known.adds:
        return ""
    told = [f"lacks {one}" for one in sorted(lacks)] + [f"adds {one}" for one in sorted(adds)]
    return f"{name}: {', '.join(told) or 'nothing differs'} (known: {known.reason or 'nothing'})"


def _rules(findings: frozenset[Found]) -> frozenset[str]:
    return frozenset(one.rule for one in findings)


def others_do(engine: Engine, captures: Captures) -> bool:
    """Whether another one of the same version takes these captures in its place."""
    if WHOLE or captures.name in IN_PART.get(engine.name, {captures.name}):
        return False
    other = next(one for one in SHARKDS if one.name == IN_PLACE[engine.name])
    return other.missing() is None


@pytest.mark.parametrize("captures", groups(), ids=lambda group: group.name)
def test_the_same_findings(any_engine: Engine, captures: Captures) -> None:
    engine = any_engine
    if others_do(engine, captures):
        pytest.skip(f"{IN_PLACE[engine.name]} does; PARITY in the environment: both")
    said = []
    for capture, output in outputs(engine, captures).items():
        assert output.items is not None or MARK in output.printed, (capture, output)
        said.append(output.errors or differs(engine, capture, output))
    assert not any(said), "\n".join(filter(None, said))


def test_exceptions_name_captures_and_engines_that_are_there() -> None:
    names = {f"{path.parent.name}/{path.name}" for group in groups() for path in group.paths}
    for capture, engine in exceptions():
        assert capture in names
        assert engine in {one.name for one in (*ENGINES, *SHARKDS)}


def test_every_exception_says_why() -> None:
    rows: list[dict[str, Any]] = tomllib.loads(
        Path(__file__).with_name("exceptions.toml").read_text()
    )["exception"]
    assert all(row["reason"] and (row.get("lacks") or row.get("adds")) for row in rows)
