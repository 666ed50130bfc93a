"""Rules to Python: one fused function a scope, and small functions for values and conditions.

The source is never text: trees of `nodes` become trees of `ast`, so a literal of a rule stays a
literal. Names in the generated code are those of the vocabulary (attributes) or made here.

The fused function takes a subject and gives the hits, a list of (rule index, bound element or
None): a plan of `fusing` written down. A subject to which nothing applies costs a dozen tests.
"""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any, Final, cast

from analyzer.rules.fusing import Ask, Clause, Fires, Loop, Step, plan
from analyzer.rules.nodes import (
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
    Unless,
    Value,
    Variable,
    Words,
)

PolicyValues = Mapping[str, bool | int | frozenset[str]]
Hit = tuple[int, Any]
Fused = Callable[[Any], list[Hit]]

SUBJECT: Final = "subject"
_HITS: Final = "hits"


def fuse(scope: str, clauses: Sequence[Clause], policy: PolicyValues) -> Fused:
    """One function for all clauses of a scope; their subject is the variable named `scope`."""
    writer = _Writer(scope, policy)
    body = writer.block(plan(clauses), {})
    hits = ast.Name(_HITS, ast.Load())
    start = ast.Assign([ast.Name(_HITS, ast.Store())], ast.List([], ast.Load()))
    function: Fused = _function([start, *body, ast.Return(hits)], [SUBJECT])
    return function


def value_function(
    scope: str, node: Value, policy: PolicyValues, element: Variable | None = None
) -> Callable[[Any, Any], Any]:
    """`(subject, element) -> value`, None where it is absent."""
    writer = _Writer(scope, policy, element)
    checks, found = writer.value(node, {})
    result = ast.IfExp(_all(checks), found, ast.Constant(None)) if checks else found
    function: Callable[[Any, Any], Any] = _function([ast.Return(result)], [SUBJECT, "element"])
    return function


def condition_function(
    scope: str, node: Condition, policy: PolicyValues, element: Variable | None = None
) -> Callable[[Any, Any], bool]:
    """`(subject, element) -> bool` for a condition in normal form."""
    test = _Writer(scope, policy, element).condition(node, {})
    result = ast.IfExp(test, ast.Constant(True), ast.Constant(False))
    function: Callable[[Any, Any], bool] = _function([ast.Return(result)], [SUBJECT, "element"])
    return function


def _spi_text(spi: int) -> str:
    return f"0x{spi:08x} ({spi})"


_GLOBALS: Final[Mapping[str, Any]] = {
    "len": len,
    "any": any,
    "all": all,
    "number": str,
    "spi": _spi_text,
    "join": ", ".join,
}


def _function(body: list[ast.stmt], parameters: list[str]) -> Any:
    arguments = ast.arguments([], [ast.arg(name) for name in parameters], None, [], [], None, [])
    function = ast.FunctionDef("generated", arguments, body, [], None)
    if "type_params" in ast.FunctionDef._fields:  # Python 3.12 and newer
        vars(function)["type_params"] = []
    _place(function)
    module = ast.Module([function], [])
    code = next(c for c in compile(module, "<rules>", "exec").co_consts if isinstance(c, CodeType))
    return FunctionType(code, {**_GLOBALS, "__builtins__": {}})


_PLACE: Final = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}


def _place(tree: ast.AST) -> None:
    """Give every node a place, which `compile` asks for: `ast.fix_missing_locations` of a tree that
    has none, for half the time."""
    waiting = [tree]
    for node in waiting:
        fields = vars(node)
        for child in fields.values():
            if isinstance(child, ast.AST):
                waiting.append(child)
            elif isinstance(child, list):
                waiting.extend(child)
        fields.update(_PLACE)


Known = dict[Value, str]
"""Values that are known not to be absent here, and the local variable that holds them."""


class _Writer:
    """Writes statements and expressions for one function; numbers its local variables."""

    __slots__ = ("_locals", "_names", "_policy")

    def __init__(self, scope: str, policy: PolicyValues, element: Variable | None = None) -> None:
        self._policy = policy
        self._locals = 0
        self._names = {scope: SUBJECT}
        if element is not None:
            self._names[element.name] = "element"

    def block(
        self, steps: Sequence[Step], known: Known, element: str | None = None
    ) -> list[ast.stmt]:
        """Statements for all steps; `element` is the local variable of the loop they stand in."""
        body: list[ast.stmt] = []
        for step in steps:
            match step:
                case Fires():
                    body.append(_append(step.index, element))
                case Ask():
                    learnt = dict(known)
                    test = self.condition(step.condition, learnt)
                    body.append(ast.If(test, self.block(step.inside, learnt, element), []))
                case Loop():
                    body.append(self._loop(step, dict(known)))
        return body

    def _loop(self, step: Loop, known: Known) -> ast.stmt:
        checks, found = self._solid(step.collection, known)
        name = self._fresh()
        outer = dict(self._names)
        self._names[step.variable.name] = name
        inside = self.block(step.inside, known, name)
        self._names = outer
        loop = ast.For(ast.Name(name, ast.Store()), found, inside, [])
        return ast.If(_all(checks), [loop], []) if checks else loop

    def condition(self, node: Condition, known: Known) -> ast.expr:
        """An expression that is true where the condition holds; `known` learns what it proves."""
        match node:
            case And():
                return _all([self.condition(part, known) for part in node.parts])
            case Or():
                parts = [self.condition(part, dict(known)) for part in node.parts]
                return ast.BoolOp(ast.Or(), parts)
            case Unless():
                inner = self.condition(node.condition, dict(known))
                return ast.UnaryOp(ast.Not(), inner)
            case Truth():
                checks, found = self.value(node.value, known)
                test = _is(found, False) if node.negated else found
                return _all([*checks, test])
            case Compare():
                return self._compare(node, known)
            case Membership():
                return self._membership(node, known)
            case Absent():
                return self._absent(node, known)
            case Quantified():
                return self._quantified(node, known)
            case Not():
                raise AssertionError("conditions are compiled in normal form")

    def _compare(self, node: Compare, known: Known) -> ast.expr:
        left, right = node.left, node.right
        if node.operator == "==":
            # None equals nothing but None, so one side that is surely there is enough.
            if not isinstance(right, Literal | Policy):
                left, right = right, left
            checks, one = self.value(left, known)
            more, other = self._solid(right, known)
        else:
            checks, one = self._solid(left, known)
            more, other = self._solid(right, known)
        test = ast.Compare(one, [_OPERATORS[node.operator]()], [other])
        return _all([*checks, *more, test])

    def _membership(self, node: Membership, known: Known) -> ast.expr:
        checks, item = (self._solid if node.negated else self.value)(node.item, known)
        more, collection = self._solid(node.collection, known)
        operator = ast.NotIn() if node.negated else ast.In()
        return _all([*checks, *more, ast.Compare(item, [operator], [collection])])

    def _absent(self, node: Absent, known: Known) -> ast.expr:
        if node.negated:
            checks, found = self._solid(node.value, known)
            return _all(checks) if checks else ast.Constant(True)
        checks, found = self.value(node.value, dict(known))
        if not checks:
            return _is(found, None)
        present = ast.Compare(found, [ast.IsNot()], [ast.Constant(None)])
        return ast.UnaryOp(ast.Not(), _all([*checks, present]))

    def _quantified(self, node: Quantified, known: Known) -> ast.expr:
        checks, collection = self._solid(node.collection, known)
        name = self._fresh()
        outer = dict(self._names)
        self._names[node.variable.name] = name
        inner = self.condition(node.condition, dict(known))
        self._names = outer
        generator = ast.GeneratorExp(
            inner, [ast.comprehension(ast.Name(name, ast.Store()), collection, [], 0)]
        )
        function = ast.Name("all" if node.every else "any", ast.Load())
        return _all([*checks, ast.Call(function, [generator], [])])

    def value(self, node: Value, known: Known) -> tuple[list[ast.expr], ast.expr]:
        """Tests that must hold, in order, before the expression may be evaluated; it may be None.

        Where a test fails, the value is absent.
        """
        local = known.get(node)
        if local is not None:
            return [], ast.Name(local, ast.Load())
        match node:
            case Literal():
                return [], ast.Constant(node.value)
            case Words():
                return [], ast.Set([ast.Constant(word) for word in node.values])
            case Policy():
                return [], ast.Constant(cast(Any, self._policy[node.name]))
            case Variable():
                return [], ast.Name(self._names[node.name], ast.Load())
            case Attribute():
                checks, of = self._solid(node.of, known)
                return checks, ast.Attribute(of, node.fact.name, ast.Load())
            case Arithmetic():
                checks, left = self._solid(node.left, known)
                more, right = self._solid(node.right, known)
                return [*checks, *more], ast.BinOp(left, _ARITHMETIC[node.operator](), right)
            case Call():
                return self._call(node, known)

    def _call(self, node: Call, known: Known) -> tuple[list[ast.expr], ast.expr]:
        checks: list[ast.expr] = []
        arguments: list[ast.expr] = []
        for argument in node.arguments:
            more, found = self._solid(argument, known)
            checks.extend(more)
            arguments.append(found)
        method = _METHODS.get(node.function)
        if method is None:
            return checks, ast.Call(ast.Name(node.function, ast.Load()), arguments, [])
        of = ast.Attribute(arguments[0], method, ast.Load())
        return checks, ast.Call(of, arguments[1:], [])

    def _solid(self, node: Value, known: Known) -> tuple[list[ast.expr], ast.expr]:
        """As `value`, with a last test that the value itself is there."""
        checks, found = self.value(node, known)
        if not isinstance(node, Attribute) or node in known:
            return checks, found
        name = self._fresh()
        known[node] = name
        held = ast.NamedExpr(ast.Name(name, ast.Store()), found)
        there = ast.Compare(held, [ast.IsNot()], [ast.Constant(None)])
        return [*checks, there], ast.Name(name, ast.Load())

    def _fresh(self) -> str:
        self._locals += 1
        return f"v{self._locals}"


_OPERATORS: Final[Mapping[str, type[ast.cmpop]]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
}
_ARITHMETIC: Final[Mapping[str, type[ast.operator]]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
}
_METHODS: Final[Mapping[str, str]] = {"starts": "startswith", "ends": "endswith"}


def _all(tests: Iterable[ast.expr]) -> ast.expr:
    found = list(tests)
    return found[0] if len(found) == 1 else ast.BoolOp(ast.And(), found)


def _is(value: ast.expr, constant: bool | None) -> ast.expr:
    return ast.Compare(value, [ast.Is()], [ast.Constant(constant)])


def _append(index: int, local: str | None) -> ast.stmt:
    element = ast.Constant(None) if local is None else ast.Name(local, ast.Load())
    append = ast.Attribute(ast.Name(_HITS, ast.Load()), "append", ast.Load())
    hit = ast.Tuple([ast.Constant(index), element], ast.Load())
    return ast.Expr(ast.Call(append, [hit], []))
