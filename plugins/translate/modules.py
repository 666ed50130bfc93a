"""One module: its imports, constants, classes and functions in their order."""

from __future__ import annotations

import importlib
from collections.abc import Collection
from typing import Any

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Decorator,
    Expression,
    ExpressionStmt,
    FuncDef,
    IfStmt,
    Import,
    ImportFrom,
    NameExpr,
    Node,
    OverloadedFuncDef,
    RefExpr,
    Statement,
    TypeAlias,
    TypeAliasExpr,
    TypeVarExpr,
)

from plugins.translate import lua
from plugins.translate.base import Module
from plugins.translate.classes import Class
from plugins.translate.functions import Function, decorators, docstring
from plugins.translate.statements import Statements

HEAD = "-- Made from {path} by plugins/translate (make plugin); edit that file, not this one."


class Whole(Statements):
    """Translates a module, or of it the names in `wanted`."""

    def __init__(self, module: Module, wanted: Collection[str] | None) -> None:
        super().__init__(module, None, 1)
        self.flags = []
        self._plain_skips = set()
        self.wanted = wanted

    def write(self) -> str:
        """The text of its file."""
        statements = self.module.tree.defs
        for statement in statements:
            if isinstance(statement, ImportFrom):
                for name, local in statement.names:
                    self.module.aliases[f"{statement.id}.{name}"] = local or name
        for statement in statements:
            self._statement(statement)
        path = self.module.tree.path
        imports = [
            f"  local {local} = {expression}"
            for local, expression in sorted(self.module.imports.items())
        ]
        text = "\n".join(self.lines)
        runtime = [
            f'  local {name} = import("runtime.{module}")'
            for name, module in (
                ("py", "python"),
                ("str", "text"),
                ("regex", "regex"),
            )
            if f"{name}." in text
        ]
        head = [HEAD.format(path=path), "", "return function(import)"]
        lines = [
            *head,
            *runtime,
            *imports,
            "  local M = {}",
            *self.lines,
            "",
            "  return M",
            "end",
            "",
        ]
        return "\n".join(line.rstrip() for line in lines)

    def _is_wanted(self, name: str) -> bool:
        return self.wanted is None or name in self.wanted

    def _statement(self, statement: Statement) -> None:
        match statement:
            case ClassDef():
                if self._is_wanted(statement.name):
                    self.put("")
                    made = Class(self.module, statement).write()
                    self.lines += [
                        "  " + line if line else "" for text in made for line in text.split("\n")
                    ]
            case FuncDef():
                if self._is_wanted(statement.name):
                    self._function(statement)
            case Decorator():
                if self._is_wanted(statement.func.name):
                    self._decorated(statement)
            case OverloadedFuncDef():
                if isinstance(statement.impl, FuncDef) and self._is_wanted(statement.impl.name):
                    self._function(statement.impl)
            case AssignmentStmt():
                self._constant(statement)
            case Import() | ImportFrom() | ExpressionStmt() | IfStmt():
                pass
            case _:
                raise self.refusal(statement, f"{type(statement).__name__} in a module")

    def _replaced(self, name: str) -> bool:
        known = self.module.rooms.replaced.get(f"{self.module.name}.{name}")
        if known is None:
            return False
        self.put("")
        self.put(f"{lua.field('M', name)} = {known}")
        return True

    def _function(self, function: FuncDef, before: str = "", after: str = "") -> None:
        if self._replaced(function.name):
            return
        made = Function(self.module, function, self.depth + 1)
        self.put("")
        said = docstring(function.body.body)
        if said:
            self.put(f"-- {said}")
        name = lua.field("M", function.name)
        if before:
            self.put(f"{name} = {before}function({made.parameters()})")
        else:
            self.put(f"function {name}({made.parameters()})")
        self.lines += made.body()
        self.put(f"end{after}")

    def _decorated(self, node: Decorator) -> None:
        named = decorators(node)
        if len(named) != 1:
            raise self.refusal(node, "several decorators")
        name, written = named[0]
        if name == "analyzer.sip.readings.remembered":
            limits = self.module.imported("analyzer.limits", "limits")
            self._function(node.func, f"py.remembered({limits}.READINGS, {limits}.READING, ", ")")
        elif name == "functools.lru_cache":
            size = self.value(written.args[0]).text if isinstance(written, CallExpr) else "128"
            self._function(node.func, f"py.lru_cache({size}, ", ")")
        else:
            raise self.refusal(node, f"decorated by {name}")

    # ---- constants

    def _constant(self, statement: AssignmentStmt) -> None:
        targets: list[Expression] = []
        for lvalue in statement.lvalues:
            targets += lvalue.items if hasattr(lvalue, "items") else [lvalue]
        names = [one for one in targets if isinstance(one, NameExpr)]
        if any(self._is_type(one, statement.rvalue) for one in names):
            return
        module = importlib.import_module(self.module.name)
        for one in names:
            if (
                not self._is_wanted(one.name)
                or one.name.startswith("__")
                or self._replaced(one.name)
            ):
                continue
            value: Any = getattr(module, one.name)
            self.put("")
            if lua.is_data(value):
                text = lua.literal(value, self.depth).text
            else:
                text = self._made(statement)
            self.put(f"{lua.field('M', one.name)} = {text}")

    def _made(self, statement: AssignmentStmt) -> str:
        """A value that is more than data."""
        written = statement.rvalue
        if isinstance(written, CallExpr) and isinstance(written.callee, CallExpr):
            callee = written.callee.callee
            if isinstance(callee, RefExpr) and callee.fullname == "functools.lru_cache":
                size = self.value(written.callee.args[0])
                return f"py.lru_cache({size.text}, {self.value(written.args[0]).text})"
        if isinstance(written, CallExpr) and isinstance(written.callee, RefExpr):
            if written.callee.fullname == "analyzer.sip.readings.remembered":
                limits = self.module.imported("analyzer.limits", "limits")
                read = self.value(written.args[0]).text
                return f"py.remembered({limits}.READINGS, {limits}.READING, {read})"
        return self.value(written).text

    @staticmethod
    def _is_type(target: NameExpr, written: Node) -> bool:
        if isinstance(target.node, TypeAlias):
            return True
        analyzed = getattr(written, "analyzed", None)
        return isinstance(analyzed, (TypeAliasExpr, TypeVarExpr))
