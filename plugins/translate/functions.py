"""Functions: parameters, defaults, generators, what remembers."""

from __future__ import annotations

from mypy.nodes import (
    ARG_STAR,
    CallExpr,
    Decorator,
    Expression,
    ExpressionStmt,
    FuncDef,
    RefExpr,
    Statement,
    StrExpr,
    Var,
)

from plugins.translate import lua
from plugins.translate.base import Module
from plugins.translate.kinds import kinds
from plugins.translate.scopes import Scopes
from plugins.translate.statements import GIVEN, Statements


class Function(Statements):
    """One function; `around` are the variables of the one that it stands in."""

    def __init__(
        self,
        module: Module,
        function: FuncDef,
        depth: int,
        around: frozenset[Var] = frozenset(),
    ) -> None:
        parameters = {one.variable for one in function.arguments}
        super().__init__(module, Scopes(function.body, parameters, around), depth)
        self.function = function
        self.flags = []
        self._plain_skips = set()
        self.yields = function.is_generator

    def parameters(self, method: bool = False) -> str:
        """Its parameters, without `self` where that is implied."""
        names = [
            "..." if one.kind == ARG_STAR else lua.name(one.variable.name)
            for one in self.function.arguments
        ]
        return ", ".join(names[1:] if method else names)

    def body(self) -> list[str]:
        """The lines of its body."""
        for argument in self.function.arguments:
            name = lua.name(argument.variable.name)
            if argument.kind == ARG_STAR:
                self.put(f'local {name} = {{ n = select("#", ...), ... }}')
            if argument.initializer is not None:
                self._default(name, argument.initializer, argument.variable.type is None)
        if self.yields:
            self.put(f"local {GIVEN} = {{ n = 0 }}")
        statements: list[Statement] = self.function.body.body
        self.block(statements)
        if self.yields:
            self.put(f"return {GIVEN}")
            self._one_return()
        return self.lines

    def _one_return(self) -> None:
        """What ends in `return` already ends there."""
        if len(self.lines) > 1 and self.lines[-2] == self.lines[-1]:
            self.lines.pop()

    def _default(self, name: str, written: Expression, untyped: bool) -> None:
        value = self.value(written)
        if value.text == "nil" or untyped:
            return
        variable = next(
            one.variable for one in self.function.arguments if one.initializer is written
        )
        if "none" in kinds(variable.type):
            raise self.refusal(written, "a parameter that may be None and has another default")
        self.put(f"if {name} == nil then")
        with self.inside():
            self.put(f"{name} = {value.text}")
        self.put("end")

    def inner_function(self, function: FuncDef) -> None:
        """A function inside of this one."""
        around = self.scopes.visible if self.scopes else frozenset()
        inner = Function(self.module, function, self.depth + 1, around)
        inner.scopes.names |= self.scopes.names if self.scopes and inner.scopes else set()  # type: ignore[union-attr]
        self.put(f"local function {lua.name(function.name)}({inner.parameters()})")
        self.lines += inner.body()
        self.put("end")


def docstring(statements: list[Statement]) -> str:
    """The first line of a docstring, "" without one."""
    first = statements[0] if statements else None
    if isinstance(first, ExpressionStmt) and isinstance(first.expr, StrExpr):
        return first.expr.value.strip().split("\n")[0]
    return ""


def decorators(node: Decorator) -> list[tuple[str, Expression]]:
    """The full names of decorators, with what stands there."""
    found: list[tuple[str, Expression]] = []
    for one in node.original_decorators:
        ref = one.callee if isinstance(one, CallExpr) else one
        found.append((ref.fullname if isinstance(ref, RefExpr) else "", one))
    return found
