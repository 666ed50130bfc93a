"""Trees to trees: putting a value in the place of a name, and pushing negation to the leaves."""

from typing import Final, Literal, cast, overload

from analyzer.rules.nodes import (
    Absent,
    And,
    Arithmetic,
    Attribute,
    Call,
    Compare,
    Condition,
    Membership,
    Not,
    Or,
    Quantified,
    Truth,
    Unless,
    Value,
    Variable,
)

Operator = Literal["==", "!=", "<", "<=", ">", ">="]

_OPPOSITE: Final[dict[Operator, Operator]] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}


@overload
def substitute(node: Value, name: str, by: Value) -> Value: ...
@overload
def substitute(node: Condition, name: str, by: Value) -> Condition: ...
def substitute(node: Value | Condition, name: str, by: Value) -> Value | Condition:
    """The tree with `by` in the place of the variable `name`."""

    def value(part: Value) -> Value:
        return substitute(part, name, by)

    def condition(part: Condition) -> Condition:
        return substitute(part, name, by)

    match node:
        case Variable():
            return by if node.name == name else node
        case Attribute():
            return Attribute(value(node.of), node.fact, node.type)
        case Call():
            return Call(node.function, tuple(map(value, node.arguments)), node.type)
        case Arithmetic():
            return Arithmetic(node.operator, value(node.left), value(node.right), node.type)
        case Truth():
            return Truth(value(node.value), node.negated)
        case Compare():
            return Compare(node.operator, value(node.left), value(node.right))
        case Membership():
            return Membership(value(node.item), value(node.collection), node.negated)
        case Absent():
            return Absent(value(node.value), node.negated)
        case Not():
            return Not(condition(node.part))
        case Unless():
            return Unless(condition(node.condition))
        case And():
            return And(tuple(map(condition, node.parts)))
        case Or():
            return Or(tuple(map(condition, node.parts)))
        case Quantified():
            return Quantified(
                node.every,
                cast(Variable, value(node.variable)),
                value(node.collection),
                condition(node.condition),
            )
        case _:
            return node


def normal(node: Condition, negated: bool = False) -> Condition:
    """Negation normal form of `node` (of its negation, where `negated`); without any `Not`."""
    match node:
        case Not():
            return normal(node.part, not negated)
        case And() | Or():
            parts = tuple(_flatten(node, negated))
            return And(parts) if isinstance(node, And) != negated else Or(parts)
        case Quantified():
            return Quantified(
                node.every != negated,
                node.variable,
                node.collection,
                normal(node.condition, negated),
            )
        case Compare():
            return Compare(_OPPOSITE[node.operator], node.left, node.right) if negated else node
        case Truth():
            return Truth(node.value, node.negated != negated)
        case Membership():
            return Membership(node.item, node.collection, node.negated != negated)
        case Absent():
            return Absent(node.value, node.negated != negated)
        case Unless():
            inner = normal(node.condition)
            return inner if negated else Unless(inner)


def conjuncts(node: Condition) -> tuple[Condition, ...]:
    """The parts that must all hold, of a condition in normal form."""
    return node.parts if isinstance(node, And) else (node,)


def _flatten(node: And | Or, negated: bool) -> list[Condition]:
    kind = And if isinstance(node, And) != negated else Or
    found: list[Condition] = []
    for part in node.parts:
        inner = normal(part, negated)
        found.extend(inner.parts if isinstance(inner, kind) else (inner,))
    return found
