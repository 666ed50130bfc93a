"""The rules in force as one module in Lua, for the plugin: what it judges by and what it shows.

The module gives `rules` (records, each with the functions that speak for it), `fused` (for each
scope a function from a subject to its hits), `policy`, `dialect`, `needs`, and `withheld`: the
rules that cannot be held, with the reason. `plugins/engine.lua` reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from analyzer.rules.engine import Engine, conditions_of, guards_of
from analyzer.rules.fusing import Clause
from analyzer.rules.nodes import (
    Absent,
    And,
    Attribute,
    Condition,
    Node,
    Or,
    Quantified,
    Unless,
    Value,
    walk,
)
from analyzer.rules.rule import Guard, Rule, Step
from analyzer.rules.to_lua import (
    Constants,
    Lines,
    condition_function,
    fused,
    literal,
    string,
    texts,
    value_function,
)
from analyzer.rules.vocabulary import NEEDS, SCOPES, WITHHELD


class Withheld(Struct, frozen=True):
    """A rule that the plugin cannot hold: `reason` is a name of `WITHHELD`."""

    rule: Rule
    reason: str


def held(rules: Iterable[Rule]) -> tuple[list[Rule], list[Withheld]]:
    """The rules that the plugin can hold, and those that it cannot."""
    kept: list[Rule] = []
    lacking: list[Withheld] = []
    for rule in rules:
        reason = _reason(rule)
        if reason is None:
            kept.append(rule)
        else:
            lacking.append(Withheld(rule, reason))
    return kept, lacking


def source(engine: Engine) -> str:
    """The module, `return function(import) ... end`."""
    rules, lacking = held(engine.rules)
    constants = Constants()
    guards = _Guards(engine.guards, constants)
    body: Lines = []
    for rule in rules:
        body += _rule(rule, guards.of(rule), constants)
    for scope in SCOPES:
        clauses = [
            Clause(index, conditions_of(rule, engine.guards), rule.each)
            for index, rule in enumerate(rules)
            if rule.scope == scope
        ]
        first, *rest = fused(scope, clauses, constants)
        body += [f"M.fused.{scope} = ({first}", *rest]
        body[-1] += ")()"
    dialect = "nil" if engine.dialect is None else string(engine.dialect)
    lines = [
        'local rules, containers = import("runtime.rules"), import("runtime.containers")',
        *_policy(engine.policy),
        *constants.lines(),
        f"local M = {{policy = policy, dialect = {dialect}, rules = {{n = 0}}, fused = {{}}}}",
        *_table("M.needs", NEEDS.items()),
        *_table("M.withheld", ((one.rule.id, WITHHELD[one.reason]) for one in lacking)),
        "local function add(make)",
        "  M.rules.n = M.rules.n + 1",
        "  M.rules[M.rules.n] = make()",
        "end",
        *guards.lines,
        *body,
        "return M",
    ]
    return "\n".join([_HEAD, *("  " + line for line in lines), "end", ""])


_HEAD: Final = """-- The rules in force, compiled.

return function(import)"""


class _Guards:
    """The guards under which rules speak lower, each written once a scope: `guards[1]` ..."""

    __slots__ = ("_constants", "_guards", "_places", "lines")

    def __init__(self, guards: Mapping[str, Guard], constants: Constants) -> None:
        self._guards = guards
        self._constants = constants
        self._places: dict[tuple[str, str], int] = {}
        self.lines: Lines = ["local guards = {}"]

    def of(self, rule: Rule) -> list[str]:
        """Expressions of the guards of a rule."""
        return [
            f"guards[{self._place(guard, rule.scope)}]"
            for guard in guards_of(rule, self._guards)
            if guard.effect in ("lower", "info")
        ]

    def _place(self, guard: Guard, scope: str) -> int:
        place = self._places.get((guard.id, scope))
        if place is None:
            place = self._places[guard.id, scope] = len(self._places) + 1
            function = condition_function(scope, guard.conditions[scope], self._constants)
            self.lines += [
                f"guards[{place}] = {{",
                f"  id = {string(guard.id)}, effect = {string(guard.effect)},",
                *("  " + line for line in _entry("holds", function)),
                "}",
            ]
        return place


# ---------------------------------------------------------------- what cannot be held


def _reason(rule: Rule) -> str | None:
    """What is lacking, where the rule could never fire without it."""
    if _possible(rule.when) and (rule.each is None or _lacking(rule.each[1]) is None):
        return None
    trees: list[Node] = [rule.when] if rule.each is None else [rule.when, rule.each[1]]
    return next((reason for tree in trees for reason in _lacks(tree)), None)


def _possible(node: Condition) -> bool:
    """Whether a condition may hold where all that is withheld is absent."""
    match node:
        case And():
            return all(map(_possible, node.parts))
        case Or():
            return any(map(_possible, node.parts))
        case Quantified():
            return _lacking(node.collection) is None and _possible(node.condition)
        case Unless():
            return True
        case Absent() if not node.negated:
            return True
        case _:
            return _lacking(node) is None


def _lacking(node: Node) -> str | None:
    return next(iter(_lacks(node)), None)


def _lacks(node: Node) -> list[str]:
    return [
        part.fact.withheld
        for part in walk(node)
        if isinstance(part, Attribute) and part.fact.withheld
    ]


# ---------------------------------------------------------------- tables


def _policy(policy: Mapping[str, bool | int | frozenset[str]]) -> Lines:
    lines = ["local policy = {"]
    for name, value in sorted(policy.items()):
        shown = (
            f"containers.set({texts(sorted(value))})"
            if isinstance(value, frozenset)
            else literal(value)
        )
        lines.append(f"  {name} = {shown},")
    return [*lines, "}"]


def _table(name: str, pairs: Iterable[tuple[str, str]]) -> Lines:
    """A list of pairs."""
    rows = [f"  {{{string(one)}, {string(other)}}}," for one, other in pairs]
    return [f"{name} = {{", *rows, f"  n = {len(rows)},", "}"]


def _rule(rule: Rule, guards: Sequence[str], constants: Constants) -> Lines:
    element = None if rule.each is None else rule.each[0]
    plain = {
        "id": rule.id,
        "name": rule.name,
        "title": rule.title,
        "class_": rule.class_,
        "scope": rule.scope,
        "role": rule.role,
        "quirk": rule.quirk,
        "spec": rule.spec,
        "grade": rule.grade,
        "clause": rule.clause,
        "means": rule.means,
        "cause": rule.cause,
        "fix": rule.fix,
    }
    lines = [f"{name} = {string(text)}," for name, text in plain.items() if text is not None]
    lists = {
        "explains": rule.explains,
        "dialects": rule.dialects,
        "needs": rule.needs,
        "gate": tuple(need for need in NEEDS if need in rule.gate),
    }
    lines += [f"{name} = {texts(values)}," for name, values in lists.items()]

    def test(condition: Condition) -> Lines:
        return condition_function(rule.scope, condition, constants, element)

    def value(node: Value) -> Lines:
        return value_function(rule.scope, node, constants, element)

    lines += _steps("severities", rule.severity, test)
    lines += _steps("parties", rule.party, test)
    lines.append(f"guards = {{{''.join(f'{one}, ' for one in guards)}n = {len(guards)}}},")
    if isinstance(rule.loud, bool):
        lines.append(f"loud = {literal(rule.loud)},")
    else:
        lines += _entry("loud", test(rule.loud))
    shown: dict[str, Value | None] = {
        "expected": rule.expected,
        "seen": rule.seen,
        "parameter": rule.parameter,
        "detail": rule.detail,
    }
    for name, node in shown.items():
        if node is not None:
            lines += _entry(name, value(node))
    lines.append("cites = {")
    for node in rule.cites:
        lines += ("  " + line for line in _entry("", value(node)))
    lines += [f"  n = {len(rule.cites)},", "},"]
    return ["add(function()", "  return {", *("    " + line for line in lines), "  }", "end)"]


def _steps(name: str, steps: Sequence[Step], test: Callable[[Condition], Lines]) -> Lines:
    lines = [f"{name} = {{"]
    for step in steps:
        if step.when is None:
            lines.append(f"  {{word = {string(step.word)}}},")
        else:
            lines += [
                f"  {{word = {string(step.word)},",
                *("  " + line for line in _entry("when", test(step.when))),
                "  },",
            ]
    return [*lines, f"  n = {len(steps)},", "},"]


def _entry(name: str, function: Lines) -> Lines:
    first, *rest = function
    lines = [f"{name} = {first}" if name else first, *rest]
    lines[-1] += ","
    return lines
