"""Rules of one scope put together: what most of them ask is asked once, in front.

`plan` gives a tree of steps that a compiler writes down as it stands, whatever its language.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from analyzer.rules.nodes import Attribute, Condition, Value, Variable, walk
from analyzer.rules.transform import substitute
from analyzer.rules.vocabulary import COST

DEAR: Final = 2  # the cost from which a condition is asked for last
_ELEMENT: Final = "the element"  # no name that a rule can use


class Clause(Struct, frozen=True):
    """One rule as the compiler needs it: all conjuncts must hold, for each element if `each`."""

    index: int
    conjuncts: tuple[Condition, ...]
    each: tuple[Variable, Value] | None = None


class Fires(Struct, frozen=True):
    """A rule holds: for the element of the loop this stands in, or for the subject."""

    index: int


class Ask(Struct, frozen=True):
    """What is inside happens where the condition holds."""

    condition: Condition
    inside: tuple[Step, ...]


class Loop(Struct, frozen=True):
    """What is inside happens for each element; not at all where the collection is absent."""

    variable: Variable
    collection: Value
    inside: tuple[Step, ...]


Step = Fires | Ask | Loop


def plan(clauses: Iterable[Clause]) -> tuple[Step, ...]:
    """What tries all clauses: the cheapest conjunct first, then the one most of them share."""
    return _steps(_shared([_canonical(clause) for clause in clauses]))


class _Part:
    """A conjunct that rules share, with what deciding on its place asks of it again and again."""

    __slots__ = ("condition", "cost", "size", "variables")

    def __init__(self, condition: Condition) -> None:
        nodes = walk(condition)
        facts = (node.fact.name for node in nodes if isinstance(node, Attribute))
        self.condition = condition
        self.cost = max((COST.get(name, 0) for name in facts), default=0)  # of its dearest fact
        self.size = len(nodes)
        self.variables = frozenset(node for node in nodes if isinstance(node, Variable))


class _Clause(Struct, frozen=True):
    """A clause whose conjuncts are parts: equal ones are the same one."""

    index: int
    parts: tuple[_Part, ...]
    each: tuple[Variable, Value] | None = None


def _canonical(clause: Clause) -> Clause:
    """Elements of one collection get one name, so that its rules share a loop."""
    if clause.each is None:
        return clause
    variable, collection = clause.each
    name = Variable(_ELEMENT, variable.type)
    renamed = tuple(substitute(part, variable.name, name) for part in clause.conjuncts)
    return Clause(clause.index, renamed, (name, collection))


def _shared(clauses: list[Clause]) -> list[_Clause]:
    parts: dict[Condition, _Part] = {}
    for clause in clauses:
        for condition in clause.conjuncts:
            if condition not in parts:
                parts[condition] = _Part(condition)
    return [
        _Clause(clause.index, tuple(parts[one] for one in clause.conjuncts), clause.each)
        for clause in clauses
    ]


def _steps(clauses: list[_Clause]) -> tuple[Step, ...]:
    steps: list[Step] = []
    while clauses:
        shared = _next_asked(clauses)
        if shared is None:
            steps.extend(_last(clauses))
            break
        inside = [_without(clause, shared) for clause in clauses if shared in clause.parts]
        clauses = [clause for clause in clauses if shared not in clause.parts]
        steps.append(Ask(shared.condition, _steps(inside)))
    return tuple(steps)


def _last(clauses: list[_Clause]) -> list[Step]:
    """What is left when nothing more can be asked before the loops: rules that hold, and loops."""
    steps: list[Step] = []
    loops: dict[tuple[Variable, Value], list[_Clause]] = {}
    for clause in clauses:
        if clause.each is None:
            steps.append(Fires(clause.index))
        else:
            loops.setdefault(clause.each, []).append(_Clause(clause.index, clause.parts))
    for (variable, collection), inside in loops.items():
        steps.append(Loop(variable, collection, _steps(inside)))
    return steps


def _without(clause: _Clause, part: _Part) -> _Clause:
    return _Clause(clause.index, tuple(one for one in clause.parts if one is not part), clause.each)


def _next_asked(clauses: list[_Clause]) -> _Part | None:
    """The cheapest conjunct; among equals the one most clauses have, then the shortest.

    Conjuncts about the element of a loop that is still to come do not count, nor do dear ones
    that can wait until an element fits.
    """
    counts: dict[_Part, int] = {}
    for clause in clauses:
        each = clause.each
        for part in clause.parts:
            if each is None or (part.cost < DEAR and each[0] not in part.variables):
                counts[part] = counts.get(part, 0) + 1
    if not counts:
        return None
    return min(counts, key=lambda part: (part.cost, -counts[part], part.size))
