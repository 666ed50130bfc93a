"""Scenario files: read, put upon their base and the defaults, checked for unknown words."""

import difflib
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

Table = dict[str, Any]

HERE: Final = Path(__file__).parent
DIRECTORY: Final = HERE / "scenarios"

SCENARIO_WORDS: Final = frozenset(
    {"what", "base", "link", "ip", "transport", "encapsulation", "parties", "values", "sets"}
    | {"vectors", "message", "forward", "step", "but", "drop", "expect", "files", "wire", "given"}
    | {"clocks", "kernel", "handshake"}
)
STEP_WORDS: Final = frozenset(
    {"name", "from", "to", "wait_ms", "message", "set", "remove", "append", "replace", "start"}
    | {"body", "call", "vector", "over", "announces", "protection", "transport", "port"}
    | {"peer_port", "spi", "split", "order", "resend", "repeat", "repeat_ms", "fragment"}
    | {
        "wire",
        "restart",
        "answers",
        "forward",
        "again",
        "encapsulation",
        "flag",
        "raw",
        "noise",
        "tap",
    }
    | {
        "dns",
        "rcode",
        "alert",
        "answer",
        "icmp",
        "quotes",
        "tcp",
        "tls",
        "ike",
        "error",
        "response",
    }
    | {"after", "before"}
)
EDITS: Final = frozenset({"set", "remove", "append", "replace", "start", "body", "like", "headers"})


class ScenarioError(Exception):
    """A scenario file says something that cannot be built."""


def names() -> list[str]:
    """Every scenario, by name, in order."""
    return sorted(path.stem for path in DIRECTORY.glob("*.toml"))


def load(name: str) -> Table:
    """One scenario with its base and the defaults folded in; raises ScenarioError."""
    return _folded(name, _lineage(name))


def upon_base(name: str, own: Table) -> Table:
    """The same of one that stands in no file; it has a base."""
    return _folded(name, [*_lineage(own["base"]), {**own, "__name__": name}])


def _folded(name: str, chain: list[Table]) -> Table:
    with (HERE / "defaults.toml").open("rb") as file:
        scenario: Table = tomllib.load(file)
    scenario["step"] = []
    for own in chain:
        _check(own["__name__"], own)
        _lay_upon(scenario, own)
    seen = [step["name"] for step in scenario["step"]]
    for step in seen:
        if seen.count(step) > 1:
            raise ScenarioError(f"{name}: two steps are named {step!r}")
    return scenario


def _lineage(name: str) -> list[Table]:
    """The file and its bases, the oldest first."""
    chain: list[Table] = []
    wanted: str | None = name
    while wanted is not None:
        if any(own["__name__"] == wanted for own in chain):
            raise ScenarioError(f"{name}: {wanted} is its own base")
        path = DIRECTORY / f"{wanted}.toml"
        if not path.exists():
            raise ScenarioError(f"{name}: there is no scenario {wanted!r}")
        with path.open("rb") as file:
            own = tomllib.load(file)
        own["__name__"] = wanted
        chain.insert(0, own)
        wanted = own.get("base")
    return chain


def _check(name: str, own: Table) -> None:
    for word in own:
        _known(name, word, SCENARIO_WORDS | {"__name__"})
    for step in own.get("step", []):
        for word in step:
            _known(f"{name}: step {step.get('name', '?')}", word, STEP_WORDS)
    for step_name, change in own.get("but", {}).items():
        for word in change:
            _known(f"{name}: but.{step_name}", word, STEP_WORDS)
    for message_name, message in own.get("message", {}).items():
        for word in message:
            _known(f"{name}: message.{message_name}", word, EDITS)


def _known(where: str, word: str, words: frozenset[str]) -> None:
    if word not in words:
        close = difflib.get_close_matches(word, words, 1)
        hint = f", did you mean {close[0]!r}?" if close else ""
        raise ScenarioError(f"{where}: unknown word {word!r}{hint}")


def _lay_upon(scenario: Table, own: Table) -> None:
    for word in ("parties", "sets", "vectors", "message", "values", "forward", "wire", "handshake"):
        merge(scenario[word], own.get(word, {}))
    for word in ("link", "ip", "transport", "encapsulation"):
        if word in own:
            scenario[word] = own[word]
    # What is said of a scenario holds for it alone.
    scenario["what"] = own.get("what", "")
    scenario["expect"] = own.get("expect", {})
    scenario["given"] = own.get("given", [])
    scenario["kernel"] = own.get("kernel", "")
    scenario["files"] = own.get("files", {"": ["gm", "mw"]})
    scenario["clocks"] = own.get("clocks", {})
    steps: list[Table] = scenario["step"]
    for step_name in own.get("drop", []):
        del steps[_place(own, steps, step_name)]
    for step_name, change in own.get("but", {}).items():
        merge(steps[_place(own, steps, step_name)], change)
    for step in own.get("step", []):
        if "name" not in step:
            raise ScenarioError(f"{own['__name__']}: a step has no name")
        if "before" in step:
            steps.insert(_place(own, steps, step.pop("before")), step)
        elif "after" in step:
            steps.insert(_place(own, steps, step.pop("after")) + 1, step)
        else:
            steps.append(step)


def _place(own: Table, steps: list[Table], step_name: str) -> int:
    for place, step in enumerate(steps):
        if step["name"] == step_name:
            return place
    raise ScenarioError(f"{own['__name__']}: there is no step {step_name!r} to change")


def merge(below: Table, above: Table) -> None:
    """Lay one table upon another: tables merge, lists of edits add up, all else is replaced."""
    for word, value in above.items():
        present = below.get(word)
        if isinstance(value, dict) and isinstance(present, dict):
            merge(present, value)
        elif word in ("remove", "append") and isinstance(present, list):
            below[word] = present + value
        else:
            below[word] = deepcopy(value)
