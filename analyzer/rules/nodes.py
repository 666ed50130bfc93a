"""The expressions of rules as our own typed tree: all that compilers and exporters ever see.

Nothing of a rule's text gets past `language`; a tree holds only names of the vocabulary, checked
literals and operators of closed sets. Trees are immutable, hashable and compare by structure.

A *condition* in negation normal form has no `Not`. Its leaves are `Truth`, `Compare`, `Membership`
and `Absent`; each of the first three is false, in either polarity, when a value in it is absent.
`Unless` is no negation of that kind: it is true whenever its condition does not hold.
"""

from __future__ import annotations

from typing import Literal as Word

from msgspec import Struct

from analyzer.rules.vocabulary import Fact


class Type(Struct, frozen=True):
    """`name` is bool, int, ms, text or a kind; `container` is list, set or empty."""

    name: str
    container: str = ""
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.container}[{self.name}]" if self.container else self.name

    @property
    def number(self) -> bool:
        return not self.container and self.name in ("int", "ms")

    @property
    def item(self) -> Type:
        """Type of the elements of a list or set."""
        return Type(self.name, "", self.values)


BOOL = Type("bool")
INT = Type("int")
TEXT = Type("text")


class Literal(Struct, frozen=True):
    value: bool | int | str
    type: Type


class Words(Struct, frozen=True):
    """A literal collection, the right side of `in`."""

    values: tuple[int | str, ...]
    type: Type


class Variable(Struct, frozen=True):
    """The subject (named as its scope), an element bound by `each`, or one bound by `any`/`all`."""

    name: str
    type: Type


class Attribute(Struct, frozen=True):
    of: Value
    fact: Fact
    type: Type


class Policy(Struct, frozen=True):
    name: str
    type: Type


class Call(Struct, frozen=True):
    function: str
    arguments: tuple[Value, ...]
    type: Type


class Arithmetic(Struct, frozen=True):
    operator: Word["+", "-", "*"]
    left: Value
    right: Value
    type: Type


class Truth(Struct, frozen=True):
    value: Value
    negated: bool = False


class Compare(Struct, frozen=True):
    operator: Word["==", "!=", "<", "<=", ">", ">="]
    left: Value
    right: Value


class Membership(Struct, frozen=True):
    item: Value
    collection: Value
    negated: bool = False


class Absent(Struct, frozen=True):
    """`is None`, or `is not None` where negated."""

    value: Value
    negated: bool = False


class Not(Struct, frozen=True):
    part: Condition


class And(Struct, frozen=True):
    parts: tuple[Condition, ...]


class Or(Struct, frozen=True):
    parts: tuple[Condition, ...]


class Quantified(Struct, frozen=True):
    """`all` where `every`, else `any`; false in either polarity when the collection is absent."""

    every: bool
    variable: Variable
    collection: Value
    condition: Condition


class Unless(Struct, frozen=True):
    """True where `condition` does not hold, because it is false or because it was not seen."""

    condition: Condition


Value = Literal | Words | Variable | Attribute | Policy | Call | Arithmetic
Condition = Truth | Compare | Membership | Absent | Not | And | Or | Quantified | Unless
Node = Value | Condition


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node."""
    match node:
        case Attribute(of=part) | Truth(value=part) | Absent(value=part):
            return (part,)
        case Not(part=condition) | Unless(condition=condition):
            return (condition,)
        case Call(arguments=arguments):
            return arguments
        case And(parts=parts) | Or(parts=parts):
            return parts
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Membership(item=item, collection=collection):
            return (item, collection)
        case Quantified(collection=collection, condition=condition):
            return (collection, condition)
        case _:
            return ()


def walk(node: Node) -> list[Node]:
    """The node and everything below it, top down, without recursion."""
    found: list[Node] = []
    open_nodes = [node]
    while open_nodes:
        top = open_nodes.pop()
        found.append(top)
        open_nodes.extend(children(top))
    return found
