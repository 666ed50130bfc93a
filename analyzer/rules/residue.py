"""What is left to ask of rules where some facts are known beforehand.

A fact is known by its path from the scope on ("message.request.code"): its value, None where it is
absent, `PRESENT` where it is there with a value that nobody knows beforehand, `Drawn` where
something is known of that value all the same, `AtMost` where that is so if it is there. A list of
objects is known as a tuple of what is known of each, by the names of its facts. A comparison of two
facts may be known as well, as it is written ("message.cseq <= message.cseq_before").
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from analyzer.rules.fusing import Clause
from analyzer.rules.nodes import (
    Absent,
    And,
    Attribute,
    Call,
    Compare,
    Condition,
    Literal,
    Membership,
    Or,
    Policy,
    Quantified,
    Truth,
    Unless,
    Value,
    Variable,
    Words,
)

Given = Mapping[str, Any]

PRESENT: Final = object()
_UNKNOWN: Final = object()
_OPEN: Final = (PRESENT, _UNKNOWN)


class Drawn(Struct, frozen=True):
    """A number that a peer draws, such as an SPI: not below `least`, and none of those that are
    named in `others`."""

    name: str
    least: int
    others: frozenset[str]


class AtMost(Struct, frozen=True):
    """A number that is not above `most`, where it is there."""

    most: int


def clauses_left(clauses: Iterable[Clause], given: Given) -> list[Clause]:
    """The clauses that may hold, each with what is left to ask."""
    known = _Known(given)
    found = []
    for clause in clauses:
        left = _clause(clause, known)
        if left is not None:
            found.append(Clause(clause.index, left, clause.each))
    return found


class _Known:
    """What is known of the subject, and of the elements that variables stand for here."""

    __slots__ = ("bound", "given")

    def __init__(self, given: Given, bound: Given | None = None) -> None:
        self.given = given
        self.bound: Given = {} if bound is None else bound

    def with_element(self, variable: Variable, element: Any) -> "_Known":
        return _Known(self.given, {**self.bound, variable.name: element})


def _clause(clause: Clause, known: _Known) -> tuple[Condition, ...] | None:
    if clause.each is None:
        return _left(clause.conjuncts, known)
    variable, collection = clause.each
    elements = _known(collection, known)
    if elements is None:
        return None
    if elements in _OPEN:
        return _left(clause.conjuncts, known)
    rests = [_left(clause.conjuncts, known.with_element(variable, one)) for one in elements]
    if all(rest is None for rest in rests):
        return None
    # One function serves all elements, so it asks what it need not ask of some.
    same = all(rest == rests[0] for rest in rests)
    return rests[0] if same else _left(clause.conjuncts, known)


def _left(conjuncts: Iterable[Condition], known: _Known) -> tuple[Condition, ...] | None:
    """What is left to ask of conditions that must all hold; None where one of them does not."""
    found = []
    for one in conjuncts:
        rest = _rest(one, known)
        if rest is False:
            return None
        if rest is not True:
            found.append(rest)
    return tuple(found)


def _rest(node: Condition, known: _Known) -> Condition | bool:
    """Whether a condition in normal form holds, or what is left of it."""
    match node:
        case And():
            parts = _left(node.parts, known)
            if parts is None:
                return False
            return _one(parts, And) if parts else True
        case Or():
            rests = [_rest(part, known) for part in node.parts]
            if True in rests:
                return True
            open_ = tuple(rest for rest in rests if not isinstance(rest, bool))
            return _one(open_, Or) if open_ else False
        case Unless():
            rest = _rest(node.condition, known)
            return not rest if isinstance(rest, bool) else Unless(rest)
        case Quantified():
            return _quantified(node, known)
        case _:
            return _leaf(node, known)


def _one(parts: tuple[Condition, ...], together: type[And] | type[Or]) -> Condition:
    return parts[0] if len(parts) == 1 else together(parts)


def _quantified(node: Quantified, known: _Known) -> Condition | bool:
    elements = _known(node.collection, known)
    if elements is None:
        return False
    unbound = _rest(node.condition, known.with_element(node.variable, _UNKNOWN))
    if elements in _OPEN:
        return _of_unknown(node, unbound, known)
    rests = [
        _rest(node.condition, known.with_element(node.variable, element)) for element in elements
    ]
    decisive = not node.every
    if decisive in rests:
        return decisive
    if all(rest is node.every for rest in rests):
        return node.every
    rest = rests[0] if all(rest == rests[0] for rest in rests) else unbound
    assert not isinstance(rest, bool) or rest is node.every
    return node if isinstance(rest, bool) else _with(node, rest)


def _of_unknown(node: Quantified, rest: Condition | bool, known: _Known) -> Condition | bool:
    if rest is False and not node.every:
        return False
    if rest is True and node.every:
        return _leaf(Absent(node.collection, negated=True), known)
    return node if isinstance(rest, bool) else _with(node, rest)


def _with(node: Quantified, condition: Condition) -> Quantified:
    return Quantified(node.every, node.variable, node.collection, condition)


def _leaf(node: Condition, known: _Known) -> Condition | bool:
    match node:
        case Truth():
            value = _known(node.value, known)
            if _is_open(value):
                return node
            return value is False if node.negated else bool(value)
        case Absent():
            value = _known(node.value, known)
            if value is _UNKNOWN or isinstance(value, AtMost):
                return node
            return (value is None) != node.negated
        case Membership():
            item, collection = _known(node.item, known), _known(node.collection, known)
            if item is None or collection is None:
                return False
            if isinstance(item, Drawn) and isinstance(collection, frozenset | tuple):
                below = all(one < item.least for one in collection)
                return node.negated if below else node
            if _is_open(item) or _is_open(collection):
                return node
            return (item in collection) != node.negated
        case Compare():
            decided = _compared(node, known)
            return node if decided is None else decided
        case _:
            return node


def _compared(node: Compare, known: _Known) -> bool | None:
    """Whether a comparison holds; None where that is open."""
    one, other = _known(node.left, known), _known(node.right, known)
    if one is None or other is None:
        return False
    if isinstance(one, Drawn):
        return _of_drawn(node.operator, one, other)
    if isinstance(one, AtMost):
        return _of_bounded(node.operator, one, other)
    if isinstance(other, AtMost):
        return _of_bounded(_TURNED.get(node.operator, ""), other, one)
    if _is_open(one) or _is_open(other):
        paths = _path(node.left, known), _path(node.right, known)
        said: bool | None = known.given.get(f"{paths[0]} {node.operator} {paths[1]}")
        return None if None in paths else said
    return _holds(node.operator, one, other)


_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _of_bounded(operator: str, one: AtMost, other: Any) -> bool | None:
    """The same of one with a number that is not above another; where it is absent nothing holds."""
    if not _is_open(other) and (
        (operator == ">" and one.most <= other) or (operator == ">=" and one.most < other)
    ):
        return False
    return None


def _is_open(value: Any) -> bool:
    """Nobody knows the value."""
    return value is PRESENT or value is _UNKNOWN or isinstance(value, Drawn | AtMost)


def _of_drawn(operator: str, one: Drawn, other: Any) -> bool | None:
    """Whether a comparison with a number that a peer draws holds; None where that is open."""
    if isinstance(other, Drawn):
        apart = one.name in other.others or other.name in one.others
        return operator == "!=" if apart and operator in ("==", "!=") else None
    if _is_open(other):
        return None
    if other < one.least:
        return operator in ("!=", ">", ">=")
    if other == one.least and operator in ("<", ">="):
        return operator == ">="
    return None


def _holds(operator: str, one: Any, other: Any) -> bool:
    match operator:
        case "==":
            return bool(one == other)
        case "!=":
            return bool(one != other)
        case "<":
            return bool(one < other)
        case "<=":
            return bool(one <= other)
        case ">":
            return bool(one > other)
        case _:
            return bool(one >= other)


def _known(node: Value, known: _Known) -> Any:
    """The value, None where it is absent, `PRESENT`, or `_UNKNOWN`."""
    match node:
        case Literal():
            return node.value
        case Words():
            return node.values
        case Attribute():
            return _attribute(node, known)
        case Variable():
            return known.bound.get(node.name, _UNKNOWN)
        case Policy():
            return known.given[f"policy.{node.name}"]
        case Call():
            return _call(node, known)
        case _:
            return _UNKNOWN


def _attribute(node: Attribute, known: _Known) -> Any:
    name = node.fact.name
    if isinstance(node.of, Variable) and node.of.name in known.bound:
        element = known.bound[node.of.name]
        return element.get(name, _UNKNOWN) if isinstance(element, Mapping) else _UNKNOWN
    path = _path(node, known)
    found = _UNKNOWN if path is None else known.given.get(path, _UNKNOWN)
    if found is _UNKNOWN and _known(node.of, known) is None:
        return None
    return found


def _path(node: Value, known: _Known) -> str | None:
    """A fact as `Given` names it; None where it is one of an element."""
    match node:
        case Attribute():
            of = _path(node.of, known)
            return None if of is None else f"{of}.{node.fact.name}"
        case Variable():
            return None if node.name in known.bound else node.name
        case _:
            return None


def _call(node: Call, known: _Known) -> Any:
    arguments = [_known(argument, known) for argument in node.arguments]
    if None in arguments:
        return None
    if any(_is_open(argument) for argument in arguments):
        return _UNKNOWN
    match node.function:
        case "len":
            return len(arguments[0])
        case "starts":
            return arguments[0].startswith(arguments[1])
        case "ends":
            return arguments[0].endswith(arguments[1])
        case _:
            return _UNKNOWN
