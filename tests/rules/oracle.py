"""A second reading of the language: walks the tree, shares nothing with the compiler."""

from collections.abc import Mapping
from typing import Any

from analyzer.rules import nodes as n

ABSENT = object()


def holds(node: Any, names: Mapping[str, Any], policy: Mapping[str, Any]) -> bool:
    def value(part: Any) -> Any:
        return value_of(part, names, policy)

    match node:
        case n.And(parts=parts):
            return all(holds(part, names, policy) for part in parts)
        case n.Or(parts=parts):
            return any(holds(part, names, policy) for part in parts)
        case n.Unless(condition=inner):
            return not holds(inner, names, policy)
        case n.Truth(value=inner, negated=negated):
            return value(inner) is (not negated)
        case n.Absent(value=inner, negated=negated):
            return (value(inner) is ABSENT) != negated
        case n.Membership(item=item, collection=collection, negated=negated):
            one, many = value(item), value(collection)
            if one is ABSENT or many is ABSENT:
                return False
            return (one in many) != negated
        case n.Compare(operator=operator, left=left, right=right):
            one, other = value(left), value(right)
            if one is ABSENT or other is ABSENT:
                return False
            if operator in ("==", "!="):
                return (one == other) == (operator == "==")
            return _order(operator, one, other)
        case n.Quantified(every=every, variable=variable, collection=collection, condition=inner):
            many = value(collection)
            if many is ABSENT:
                return False
            results = [holds(inner, {**names, variable.name: one}, policy) for one in many]
            return all(results) if every else any(results)
    raise AssertionError(node)


def value_of(node: Any, names: Mapping[str, Any], policy: Mapping[str, Any]) -> Any:
    match node:
        case n.Literal(value=literal):
            return literal
        case n.Words(values=words):
            return words
        case n.Variable(name=name):
            return names[name]
        case n.Policy(name=name):
            return policy[name]
        case n.Attribute(of=of, fact=fact):
            owner = value_of(of, names, policy)
            found = None if owner is ABSENT else getattr(owner, fact.name)
            return ABSENT if found is None else found
        case n.Arithmetic(operator=operator, left=left, right=right):
            one, other = value_of(left, names, policy), value_of(right, names, policy)
            if one is ABSENT or other is ABSENT:
                return ABSENT
            if operator == "+":
                return one + other
            return one - other if operator == "-" else one * other
        case n.Call(function=function, arguments=arguments):
            given = [value_of(argument, names, policy) for argument in arguments]
            if any(argument is ABSENT for argument in given):
                return ABSENT
            return _CALLS[function](*given)
    raise AssertionError(node)


_CALLS = {
    "len": len,
    "starts": lambda text, part: text[: len(part)] == part,
    "ends": lambda text, part: part == "" or text[-len(part) :] == part,
    "number": lambda number: f"{number:d}",
    "spi": lambda number: f"0x{number:08x} ({number})",
    "join": ", ".join,
}


def _order(operator: str, one: int, other: int) -> bool:
    if operator == "<":
        return one < other
    if operator == "<=":
        return one < other or one == other
    if operator == ">":
        return other < one
    return other < one or one == other
