"""A rule of the book, checked: its text for people, its trees for compilers."""

from typing import Final

from msgspec import Struct

from analyzer.rules.nodes import (
    Absent,
    Attribute,
    Condition,
    Node,
    Value,
    Variable,
    walk,
)
from analyzer.rules.vocabulary import NEEDS

SEVERITIES: Final = ("critical", "error", "warning", "info")
"""Worst first."""
CLASSES: Final = ("failure", "security", "conformance", "policy")
PARTIES: Final = ("ue", "pcscf", "core", "hss", "path", "capture", "unknown")
GRADES: Final = ("P", "S", "M")
RULE_LEGS: Final = ("gm", "mw", "any")

UNVERIFIED: Final = "clause unverified"


class Step(Struct, frozen=True):
    """One step of a graded field, the first that holds counts; without `when` it holds always."""

    word: str
    when: Condition | None = None


class Guard(Struct, frozen=True):
    """A condition under which rules are silent, or speak lower.

    `effect` is `silent`, `lower` (one step) or `info`; `coverage` and `fact` are upheld elsewhere
    (by coverage, and in the meaning of facts) and stand here for people. `families` empty: all.
    `conditions` has one condition a scope that the guard can judge.
    """

    id: str
    title: str
    effect: str
    families: tuple[str, ...] = ()
    conditions: dict[str, Condition] = {}


class Rule(Struct, frozen=True):
    """One deviation. Expressions are trees; `source` keeps their text by field name."""

    id: str
    name: str
    title: str
    severity: tuple[Step, ...]
    class_: str
    party: tuple[Step, ...]
    dialects: tuple[str, ...]
    scope: str
    when: Condition
    unless: Condition | None
    each: tuple[Variable, Value] | None
    leg: str
    guards_off: tuple[str, ...]
    explains: tuple[str, ...]
    loud: Condition | bool
    default: bool
    role: str | None
    quirk: str | None
    demands: tuple[str, ...]
    expected: Value | None
    seen: Value | None
    parameter: Value | None
    detail: Value | None
    cites: tuple[Value, ...]
    spec: str
    grade: str
    means: str
    cause: str
    fix: str
    source: dict[str, str]
    file: str

    @property
    def family(self) -> str:
        return self.id.partition("-")[0]

    @property
    def clause(self) -> str:
        """The clause, where its text was read; else a warning that it was not."""
        return self.spec if self.grade == "P" else UNVERIFIED

    @property
    def gate(self) -> frozenset[str]:
        """Coverage without which the rule is silent: what it demands, what an absence needs."""
        needs = set(self.demands)
        for part in walk(self.when):
            if isinstance(part, Absent) and not part.negated:
                needs.update(_needs(part))
        return frozenset(needs)

    @property
    def needs(self) -> tuple[str, ...]:
        """Coverage without which the rule counts as not checked, in the order of `NEEDS`."""
        needs = {*self.demands, *_needs(self.when)}
        if self.each is not None:
            needs.update(_needs(self.each[1]))
        if self.leg != "any":
            needs.add(self.leg)
        return tuple(need for need in NEEDS if need in needs)


def _needs(node: Node) -> set[str]:
    return {need for part in walk(node) if isinstance(part, Attribute) for need in part.fact.needs}
