"""Sorts of subjects: what some facts of few values are, and what is left of the rules then.

Most rules ask first what a message is: which method, which role, which way. Of subjects of one sort
the answers are known before a rule is asked, so that most rules are out and the others are shorter.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, Final

from analyzer.rules.nodes import (
    Absent,
    And,
    Attribute,
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

Sort = tuple[Any, ...]
Given = Mapping[str, Any]
"""Facts that are known, by their path from the scope on; None where one is absent."""

SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "message": (
        "retransmission",
        "truncated",
        "leg",
        "dialect",
        "is_request",
        "from_client",
        "method",
        "role",
        "protection",
        "code",
        "transport",
    ),
    "transaction": (
        "leg",
        "dialect",
        "request.from_client",
        "request.method",
        "request.role",
        "request.protection",
        "request.truncated",
        "request.retransmission",
    ),
    "exchange": ("dialect", "kind", "outcome", "method", "registered"),
    "association": ("dialect", "state", "alg", "ealg"),
    "agreement": ("leg", "dialect"),
    "flow": ("dialect", "direction", "announced", "after_challenge"),
}
"""The facts that make the sort of a subject, by scope: at hand, and of few values."""

NO_SORT: Final[Sort] = ()
_UNKNOWN: Final = object()


def sort_of(scope: str) -> Callable[[Any], Any]:
    """Subject to sort, for subjects of this scope."""
    names = SORTS.get(scope)
    if names is None:
        return _no_sort
    at_hand = attrgetter(*names)

    def found(subject: Any) -> Any:
        try:
            return at_hand(subject)
        except AttributeError:  # an object on the way is absent
            return NO_SORT

    return found if any("." in name for name in names) else at_hand


def _no_sort(_: Any) -> Sort:
    return NO_SORT


def given(scope: str, sort: Sort, policy: Mapping[str, Any]) -> Given:
    """What is known of subjects of this scope and sort, and of the policy."""
    known = {f"policy.{name}": value for name, value in policy.items()}
    if sort is not NO_SORT:
        paths = (f"{scope}.{path}" for path in SORTS[scope])
        known.update(zip(paths, sort, strict=True))
    return known


def left(conjuncts: Iterable[Condition], known: Given) -> tuple[Condition, ...] | None:
    """What is left to ask of conditions that must all hold; None where one of them does not."""
    found = []
    for one in conjuncts:
        rest = _rest(one, known)
        if rest is False:
            return None
        if rest is not True:
            found.append(rest)
    return tuple(found)


def _rest(node: Condition, known: Given) -> Condition | bool:
    """Whether a condition in normal form holds, or what is left of it."""
    match node:
        case And():
            parts = left(node.parts, known)
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


def _quantified(node: Quantified, known: Given) -> Condition | bool:
    if _known(node.collection, known) is None:
        return False
    rest = _rest(node.condition, known)
    if rest is False and not node.every:
        return False
    if rest is True and node.every:
        return Absent(node.collection, negated=True)
    if isinstance(rest, bool):
        return node
    return Quantified(node.every, node.variable, node.collection, rest)


def _leaf(node: Condition, known: Given) -> Condition | bool:
    match node:
        case Truth():
            value = _known(node.value, known)
            if value is _UNKNOWN:
                return node
            return value is False if node.negated else bool(value)
        case Absent():
            value = _known(node.value, known)
            return node if value is _UNKNOWN else (value is None) != node.negated
        case Membership():
            item, collection = _known(node.item, known), _known(node.collection, known)
            if item is None or collection is None:
                return False
            if item is _UNKNOWN or collection is _UNKNOWN:
                return node
            return (item in collection) != node.negated
        case Compare():
            one, other = _known(node.left, known), _known(node.right, known)
            if one is None or other is None:
                return False
            if one is _UNKNOWN or other is _UNKNOWN:
                return node
            return _holds(node.operator, one, other)
        case _:
            return node


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


def _known(node: Value, known: Given) -> Any:
    """The value, None where it is absent, `_UNKNOWN` where the sort does not say."""
    match node:
        case Literal():
            return node.value
        case Words():
            return node.values
        case Attribute():
            return known.get(_path(node), _UNKNOWN)
        case Policy():
            return known[f"policy.{node.name}"]
        case _:
            return _UNKNOWN


def _path(node: Value) -> str:
    """A fact as `given` names it."""
    match node:
        case Attribute():
            return f"{_path(node.of)}.{node.fact.name}"
        case Variable():
            return node.name
        case _:
            return ""
