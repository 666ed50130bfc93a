"""The language of `when`, `unless`, facts, `each`, `expected` and `seen`: text to a typed tree.

A small, side-effect-free part of Python's expressions, read with `ast` and checked against the
vocabulary: names and their attributes, literals, `and or not` on booleans, comparisons (order only
between numbers), `in`, `is None`, `+ - *`, `any()` and `all()` over one generator, and the
functions of `FUNCTIONS`. Whatever else it holds is refused with its column.

What an absent value means:

- a leaf (a truth value, a comparison, a membership) with an absent value in it is false, and so is
  its negation: `not` is pushed down to the leaves before anything is asked;
- arithmetic on, and an attribute of, something absent are absent;
- `any()` and `all()` over an absent collection are false, negated or not; `all()` over an empty one
  is true;
- `x is None` is true where x, or anything on the way to it, is absent.
"""

import ast
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from analyzer.rules.errors import ExpressionError, did_you_mean
from analyzer.rules.nodes import (
    BOOL,
    INT,
    TEXT,
    Absent,
    And,
    Arithmetic,
    Attribute,
    Call,
    Compare,
    Condition,
    Literal,
    Membership,
    Not,
    Or,
    Policy,
    Quantified,
    Truth,
    Type,
    Value,
    Variable,
    Words,
    children,
    walk,
)
from analyzer.rules.transform import Operator, normal, substitute
from analyzer.rules.vocabulary import KINDS, Fact

LENGTH: Final = 2000  # characters of one expression
DEPTH: Final = 32  # levels of one expression, facts expanded
SIZE: Final = 1000  # nodes of one expression, facts expanded
INTEGER: Final = 1 << 53  # Lua 5.1 counts no further without loss


class Function(Struct, frozen=True):
    """What a function takes, gives and means. `any` as a parameter is any list, set or text."""

    parameters: tuple[str, ...]
    result: Type
    meaning: str


FUNCTIONS: Final[Mapping[str, Function]] = {
    "len": Function(("collection",), INT, "number of elements, or of characters"),
    "starts": Function(("text", "text"), BOOL, "the first begins with the second"),
    "ends": Function(("text", "text"), BOOL, "the first ends with the second"),
    "number": Function(("int",), TEXT, "a number in decimal"),
    "spi": Function(("int",), TEXT, "an SPI in hexadecimal and decimal"),
    "join": Function(("list[text]",), TEXT, "the texts of a list, comma between"),
}


class Definition(Struct, frozen=True):
    """A derived fact: its expression speaks of one variable, named as the kind it belongs to."""

    kind: str
    name: str
    meaning: str
    body: Value | Condition
    type: Type


class Names(Struct, frozen=True):
    """What is known where an expression stands: names with what they stand for, derived facts."""

    variables: Mapping[str, Value]
    facts: Mapping[tuple[str, str], Definition] = {}

    def bind(self, variable: Variable) -> "Names":
        return Names({**self.variables, variable.name: variable}, self.facts)


def parse_type(text: str, values: tuple[str, ...] = ()) -> Type:
    """Type of a fact as the vocabulary writes it."""
    container, bracket, rest = text.partition("[")
    return Type(rest[:-1], container, values) if bracket else Type(text, "", values)


def condition(text: str, names: Names) -> Condition:
    """A condition in negation normal form. Raises ExpressionError."""
    parsed = _Reader(names).condition(_parse(text))
    _bound(parsed)
    return normal(parsed)


def value(text: str, names: Names) -> Value:
    """A value that is no condition. Raises ExpressionError."""
    parsed = _Reader(names).value(_parse(text))
    _bound(parsed)
    return parsed


def definition(kind: str, name: str, meaning: str, text: str, names: Names) -> Definition:
    """A derived fact of `kind`, a truth or a value. Raises ExpressionError."""
    if name in KINDS[kind] or (kind, name) in names.facts:
        raise ExpressionError(f"{kind}.{name} is known already", 1)
    tree = _parse(text)
    reader = _Reader(names)
    body = reader.condition(tree) if reader.is_condition(tree) else reader.value(tree)
    _bound(body)
    return Definition(kind, name, meaning, _own_names(body, f"{kind}_{name}"), _type_of(body))


def each(text: str, names: Names) -> tuple[Variable, Value]:
    """`NAME in COLLECTION`: the bound name and what it runs over. Raises ExpressionError."""
    tree = _parse(text)
    match tree:
        case ast.Compare(left=ast.Name() as left, ops=[ast.In()], comparators=[right]):
            reader = _Reader(names)
            collection = reader.collection(right)
            variable = reader.fresh(left, collection.type.item)
            _bound(collection)
            return variable, collection
        case _:
            raise ExpressionError("expected: NAME in COLLECTION", 1)


def _parse(text: str) -> ast.expr:
    if len(text) > LENGTH:
        raise ExpressionError(f"longer than {LENGTH} characters", LENGTH + 1)
    stripped = text.strip()
    try:
        return ast.parse(stripped.replace("\n", " "), mode="eval").body
    except SyntaxError as error:
        column = error.offset or len(stripped) + 1
        raise ExpressionError(f"not an expression: {error.msg}", column) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("not an expression", 1) from None


def _bound(node: Value | Condition) -> None:
    if len(walk(node)) > SIZE:
        raise ExpressionError(f"larger than {SIZE} parts with its facts", 1)
    level = [node]
    for _ in range(DEPTH):
        level = [part for one in level for part in children(one)]
        if not level:
            return
    raise ExpressionError(f"deeper than {DEPTH} levels with its facts", 1)


def _own_names(node: Value | Condition, owner: str) -> Value | Condition:
    """Bound names of a fact are made its own, so that they capture nothing where it is used."""
    for part in walk(node):
        if isinstance(part, Quantified):
            name = part.variable.name
            node = substitute(node, name, Variable(f"{name}_{owner}", part.variable.type))
    return node


def _type_of(node: Value | Condition) -> Type:
    return BOOL if _is_condition(node) else node.type  # type: ignore[union-attr]


def _is_condition(node: Value | Condition) -> bool:
    return isinstance(node, Condition)


_ORDER: Final[Mapping[type[ast.cmpop], Operator]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


class _Reader:
    """Turns `ast` into nodes, checking names and types on the way; counts its own depth."""

    __slots__ = ("_depth", "_names")

    def __init__(self, names: Names) -> None:
        self._names = names
        self._depth = 0

    def condition(self, tree: ast.expr) -> Condition:
        self._enter(tree)
        try:
            return self._condition(tree)
        finally:
            self._depth -= 1

    def _condition(self, tree: ast.expr) -> Condition:
        match tree:
            case ast.BoolOp():
                parts = tuple(self.condition(part) for part in tree.values)
                return And(parts) if isinstance(tree.op, ast.And) else Or(parts)
            case ast.UnaryOp(op=ast.Not()):
                return Not(self.condition(tree.operand))
            case ast.Compare():
                return self._chain(tree)
            case ast.Call(func=ast.Name(id="any" | "all" as quantifier)):
                return self._quantified(tree, quantifier == "all")
            case _:
                return self._truth(tree)

    def _truth(self, tree: ast.expr) -> Condition:
        found = self._resolve(tree)
        if isinstance(found, Condition):
            return found
        if found.type != BOOL:
            raise _wrong(tree, f"bool wanted, this is {found.type}")
        return Truth(found)

    def value(self, tree: ast.expr) -> Value:
        found = self._resolve(tree)
        if isinstance(found, Condition):
            raise _wrong(tree, "a value wanted, this is a condition")
        return found

    def is_condition(self, tree: ast.expr) -> bool:
        """By its form alone; a bare name or attribute counts as a value."""
        match tree:
            case ast.BoolOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return True
            case ast.Call(func=ast.Name(id="any" | "all")):
                return True
            case _:
                return isinstance(self._resolve(tree), Condition)

    def _resolve(self, tree: ast.expr) -> Value | Condition:
        """A value, or the condition that a derived fact stands for."""
        self._enter(tree)
        try:
            match tree:
                case ast.Constant():
                    return _literal(tree)
                case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as number):
                    return _literal(number, -1)
                case ast.Name():
                    return self._name(tree)
                case ast.Attribute():
                    return self._attribute(tree)
                case ast.BinOp():
                    return self._arithmetic(tree)
                case ast.Call():
                    return self._call(tree)
                case _:
                    raise _wrong(tree, "not part of the language of rules")
        finally:
            self._depth -= 1

    def _name(self, tree: ast.Name) -> Value:
        found = self._names.variables.get(tree.id)
        if found is not None:
            return found
        if tree.id == "policy":
            raise _wrong(tree, "policy wants a name after it")
        known = [*self._names.variables, "policy", *FUNCTIONS]
        raise _wrong(tree, f"unknown name {tree.id!r}{did_you_mean(tree.id, known)}")

    def _attribute(self, tree: ast.Attribute) -> Value | Condition:
        if isinstance(tree.value, ast.Name) and tree.value.id == "policy":
            return self._policy(tree)
        of = self.value(tree.value)
        kind = of.type.name
        facts = {} if of.type.container else KINDS.get(kind, {})
        fact = facts.get(tree.attr)
        if fact is not None:
            return Attribute(of, fact, parse_type(fact.type, fact.values))
        derived = self._names.facts.get((kind, tree.attr))
        if derived is not None and not of.type.container:
            return substitute(derived.body, kind, of)
        known = [*facts, *(name for owner, name in self._names.facts if owner == kind)]
        raise ExpressionError(
            f"{of.type} has no {tree.attr!r}{did_you_mean(tree.attr, known)}",
            (tree.end_col_offset or 0) - len(tree.attr) + 1,
        )

    def _policy(self, tree: ast.Attribute) -> Value:
        fact: Fact | None = KINDS["policy"].get(tree.attr)
        if fact is None:
            hint = did_you_mean(tree.attr, KINDS["policy"])
            raise _wrong(tree, f"policy has no {tree.attr!r}{hint}")
        return Policy(fact.name, parse_type(fact.type, fact.values))

    def _arithmetic(self, tree: ast.BinOp) -> Value:
        left, right = self.value(tree.left), self.value(tree.right)
        numbers = left.type.number and right.type.number
        match tree.op:
            case ast.Add() if numbers:
                return Arithmetic("+", left, right, INT)
            case ast.Sub() if numbers:
                return Arithmetic("-", left, right, INT)
            case ast.Mult() if numbers:
                return Arithmetic("*", left, right, INT)
            case ast.Add() if _texts(left, right):
                return Arithmetic("+", left, right, TEXT)
            case ast.Add() | ast.Sub() | ast.Mult():
                raise _wrong(tree, f"numbers wanted, these are {left.type} and {right.type}")
            case _:
                raise _wrong(tree, "only + - * are known")

    def _call(self, tree: ast.Call) -> Value:
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        function = FUNCTIONS.get(name)
        if function is None:
            known = [*FUNCTIONS, "any", "all"]
            raise _wrong(tree, f"unknown function {name!r}{did_you_mean(name, known)}")
        if tree.keywords or len(tree.args) != len(function.parameters):
            raise _wrong(tree, f"{name}() takes {len(function.parameters)} value(s)")
        arguments = tuple(self.value(argument) for argument in tree.args)
        for argument, parameter, place in zip(
            arguments, function.parameters, tree.args, strict=True
        ):
            if not _fits(argument.type, parameter):
                raise _wrong(place, f"{parameter} wanted, this is {argument.type}")
        return Call(name, arguments, function.result)

    def _chain(self, tree: ast.Compare) -> Condition:
        sides = [tree.left, *tree.comparators]
        parts = tuple(
            self._compare(operator, left, right)
            for operator, left, right in zip(tree.ops, sides, sides[1:], strict=False)
        )
        return parts[0] if len(parts) == 1 else And(parts)

    def _compare(self, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> Condition:
        if isinstance(operator, ast.Is | ast.IsNot):
            if not (isinstance(right, ast.Constant) and right.value is None):
                raise _wrong(right, "'is' asks for None only")
            return Absent(self._for_absence(left), isinstance(operator, ast.IsNot))
        if isinstance(operator, ast.In | ast.NotIn):
            return self._membership(left, right, isinstance(operator, ast.NotIn))
        return self._ordered(_ORDER[type(operator)], left, right)

    def _for_absence(self, tree: ast.expr) -> Value:
        found = self.value(tree)
        if not isinstance(found, Attribute):
            raise _wrong(tree, "only a fact can be None")
        return found

    def _membership(self, left: ast.expr, right: ast.expr, negated: bool) -> Condition:
        item = self.value(left)
        collection = self.collection(right)
        if not _comparable(item.type, collection.type.item) or item.type.name not in _PLAIN:
            raise _wrong(right, f"{item.type} cannot be in {collection.type}")
        if isinstance(collection, Words):
            for word in collection.values:
                _among(item.type, word, right)
        if isinstance(item, Literal):
            _among(collection.type, item.value, left)
        return Membership(item, collection, negated)

    def _ordered(self, operator: Operator, left: ast.expr, right: ast.expr) -> Condition:
        one, other = self.value(left), self.value(right)
        if operator not in ("==", "!=") and not (one.type.number and other.type.number):
            raise _wrong(left, f"order is between numbers, not {one.type} and {other.type}")
        if not _comparable(one.type, other.type) or one.type.name not in _PLAIN:
            raise _wrong(right, f"{one.type} cannot be compared with {other.type}")
        for word, against, place in ((one, other, left), (other, one, right)):
            if isinstance(word, Literal):
                _among(against.type, word.value, place)
        return Compare(operator, one, other)

    def collection(self, tree: ast.expr) -> Value:
        """A list or set: a fact, or a literal one."""
        match tree:
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                return self._words(tree, elements)
            case _:
                found = self.value(tree)
                if not found.type.container:
                    raise _wrong(tree, f"a list or set wanted, this is {found.type}")
                return found

    def _words(self, tree: ast.expr, elements: list[ast.expr]) -> Value:
        literals = [self.value(element) for element in elements]
        values: list[int | str] = []
        for literal in literals:
            if not isinstance(literal, Literal) or literal.type != literals[0].type:
                raise _wrong(tree, "a literal collection holds literals of one type")
            values.append(literal.value)
        if not values:
            raise _wrong(tree, "an empty collection holds nothing")
        return Words(tuple(values), Type(literals[0].type.name, "set"))

    def _quantified(self, tree: ast.Call, every: bool) -> Condition:
        match tree:
            case ast.Call(
                args=[
                    ast.GeneratorExp(
                        elt=body,
                        generators=[
                            ast.comprehension(target=ast.Name() as target, ifs=[], is_async=0)
                        ],
                    ) as generator
                ],
                keywords=[],
            ):
                collection = self.collection(generator.generators[0].iter)
                variable = self.fresh(target, collection.type.item)
                inner = _Reader(self._names.bind(variable))
                inner._depth = self._depth
                return Quantified(every, variable, collection, inner.condition(body))
            case _:
                raise _wrong(tree, "expected one generator: CONDITION for NAME in COLLECTION")

    def fresh(self, tree: ast.Name, type_: Type) -> Variable:
        """A bound name; it may not hide another one."""
        if tree.id in self._names.variables or tree.id in FUNCTIONS or tree.id == "policy":
            raise _wrong(tree, f"{tree.id!r} has a meaning already")
        return Variable(tree.id, type_)

    def _enter(self, tree: ast.expr) -> None:
        self._depth += 1
        if self._depth > DEPTH * 2:
            raise _wrong(tree, f"deeper than {DEPTH} levels")


_PLAIN: Final = ("bool", "int", "ms", "text")


def _literal(tree: ast.Constant, sign: int = 1) -> Literal:
    found = tree.value
    match found:
        case bool() if sign == 1:
            return Literal(found, BOOL)
        case int() if not isinstance(found, bool) and found <= INTEGER:
            return Literal(found * sign, INT)
        case int() if not isinstance(found, bool):
            raise _wrong(tree, f"number beyond {INTEGER}")
        case str() if sign == 1:
            return Literal(found, TEXT)
        case _:
            raise _wrong(tree, "literals are numbers without fraction, texts, True and False")


def _texts(left: Value, right: Value) -> bool:
    return left.type.name == right.type.name == "text" and not (
        left.type.container or right.type.container
    )


def _comparable(left: Type, right: Type) -> bool:
    if left.container or right.container:
        return False
    return left.name == right.name or (left.number and right.number)


def _fits(given: Type, parameter: str) -> bool:
    match parameter:
        case "collection":
            return bool(given.container) or given.name == "text"
        case "int":
            return given.number
        case "list[text]":
            return bool(given.container) and given.name == "text"
        case _:
            return str(given) == parameter


def _among(type_: Type, word: bool | int | str, tree: ast.expr) -> None:
    if type_.values and word not in type_.values:
        hint = did_you_mean(str(word), type_.values)
        raise _wrong(tree, f"never {word!r}{hint}")


def _wrong(tree: ast.expr, message: str) -> ExpressionError:
    return ExpressionError(message, tree.col_offset + 1)
