"""Classes: fields, constructors, methods, properties, facts."""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Decorator,
    EllipsisExpr,
    Expression,
    ExpressionStmt,
    FuncDef,
    NameExpr,
    OverloadedFuncDef,
    PassStmt,
    TempNode,
    TypeInfo,
)
from mypy.types import CallableType

from plugins.translate import lua
from plugins.translate.base import Module
from plugins.translate.functions import Function, decorators, docstring
from plugins.translate.kinds import fields, is_struct, kinds
from plugins.translate.statements import Statements

GETTERS: Final = {
    "builtins.property": "__get",
    "analyzer.rules.subjects.lazy.fact": "__facts",
    "functools.cached_property": "__facts",
}
LEFT_OUT: Final = {
    "__repr__",
    "__hash__",
    "__eq__",
    "__getstate__",
    "__setstate__",
    "__reduce__",
}


class Class(Statements):
    """One class."""

    def __init__(self, module: Module, node: ClassDef) -> None:
        super().__init__(module, None, 0)
        self.flags = []
        self._plain_skips = set()
        self.node = node
        self.info: TypeInfo = node.info  # type: ignore[assignment]
        self.path = f"M.{node.name}"

    def write(self) -> list[str]:
        """Its lines."""
        said = docstring(self.node.defs.body)
        if said:
            self.put(f"-- {said}")
        if any(base.fullname == "enum.Enum" for base in self.info.mro):
            self._enumeration()
            return self.lines
        struct = is_struct(self.info)
        bases = [
            self.reference_to(base.type)
            for base in self.info.bases
            if base.type.fullname.startswith("analyzer.")
        ]
        name = lua.string(self.node.name)
        if struct:
            listed = ", ".join(lua.string(lua.member(one.name)) for one in fields(self.info))
            self.put(f"{self.path} = py.struct({', '.join([name, f'{{ {listed} }}', *bases])})")
            self._struct_constructor()
        else:
            self.put(f"{self.path} = py.class({', '.join([name, *bases])})")
        for statement in self.node.defs.body:
            self._part(statement, struct)
        if not struct and not any(
            isinstance(one, FuncDef) and one.name == "__init__" for one in self.node.defs.body
        ):
            self._inherited_constructor()
        self.put(f"py.done({self.path})")
        return self.lines

    def reference_to(self, info: TypeInfo) -> str:
        """A class of this module or another."""
        own = self.module.name + "."
        if info.fullname.startswith(own):
            return f"M.{info.name}"
        return self.module.imported(info.fullname, info.name)

    def _enumeration(self) -> None:
        self.put(f"{self.path} = {{")
        with self.inside():
            for statement in self.node.defs.body:
                if isinstance(statement, AssignmentStmt):
                    target = statement.lvalues[0]
                    assert isinstance(target, NameExpr)
                    self.put(f"{lua.member(target.name)} = {self.value(statement.rvalue).text},")
        self.put("}")

    # ---- constructors

    def _struct_constructor(self) -> None:
        members = fields(self.info)
        names = [lua.name(one.name) for one in members]
        self.put("")
        self.put(f"function {self.path}.make({', '.join(names)})")
        with self.inside():
            for name, written in self._defaults().items():
                self._field_default(lua.name(name), written)
            listed = ", ".join(
                f"{lua.member(one.name)} = {name}" for one, name in zip(members, names, strict=True)
            )
            short = f"return setmetatable({{ {listed} }}, {self.path})"
            if len(short) < 96:
                self.put(short)
            else:
                self.put("return setmetatable({")
                with self.inside():
                    for one, name in zip(members, names, strict=True):
                        self.put(f"{lua.member(one.name)} = {name},")
                self.put(f"}}, {self.path})")
        self.put("end")

    def _defaults(self) -> dict[str, Expression]:
        found: dict[str, Expression] = {}
        for base in reversed(self.info.mro):
            if base.module_name.startswith("analyzer."):
                for statement in base.defn.defs.body:
                    if isinstance(statement, AssignmentStmt):
                        target = statement.lvalues[0]
                        if isinstance(target, NameExpr) and not isinstance(
                            statement.rvalue, (EllipsisExpr, TempNode)
                        ):
                            found[target.name] = statement.rvalue
        return found

    def _field_default(self, name: str, written: Expression) -> None:
        if (
            isinstance(written, CallExpr)
            and isinstance(written.callee, (NameExpr,))
            and "field" in written.callee.name
        ) or (isinstance(written, CallExpr) and "default_factory" in written.arg_names):
            assert isinstance(written, CallExpr)
            factory = written.args[written.arg_names.index("default_factory")]
            assert isinstance(factory, NameExpr)
            made = {
                "builtins.list": "{ n = 0 }",
                "builtins.dict": "py.dict()",
                "builtins.set": "py.set()",
            }
            text = made.get(factory.fullname) or f"{self.value(factory).text}.make()"
        else:
            text = self.value(written).text
        if text == "nil":
            return
        self.put(f"if {name} == nil then")
        with self.inside():
            self.put(f"{name} = {text}")
        self.put("end")

    def _constructor(self, function: FuncDef) -> None:
        made = Function(self.module, function, 1)
        self.put("")
        self.put(f"function {self.path}.make({made.parameters(method=True)})")
        self.put(f"  local self = setmetatable({{}}, {self.path})")
        self.lines += made.body()
        self.put("  return self")
        self.put("end")

    def _inherited_constructor(self) -> None:
        for base in self.info.mro[1:]:
            if base.module_name.startswith("analyzer.") and "__init__" in base.names:
                node = base.names["__init__"].node
                if isinstance(node, FuncDef):
                    self._constructor(node)
                return
        self.put("")
        self.put(f"function {self.path}.make()")
        self.put(f"  return setmetatable({{}}, {self.path})")
        self.put("end")

    # ---- members

    def _part(self, statement: object, struct: bool) -> None:
        match statement:
            case FuncDef() if struct and statement.name.startswith("__"):
                pass  # what mypy adds
            case FuncDef():
                if statement.name == "__init__":
                    self._constructor(statement)
                elif statement.name not in LEFT_OUT and not self._gives_nothing(statement):
                    self._function(
                        f"{self.path}:{lua.member(statement.name)}", statement, method=True
                    )
            case Decorator():
                if not struct or not statement.func.name.startswith("__"):
                    self._decorated(statement)
            case OverloadedFuncDef():
                if isinstance(statement.impl, FuncDef):
                    self._part(statement.impl, struct)
            case AssignmentStmt():
                target = statement.lvalues[0]
                assert isinstance(target, NameExpr)
                if (
                    not struct
                    and target.name != "__slots__"
                    and not isinstance(statement.rvalue, (EllipsisExpr, TempNode))
                ):
                    self.put(
                        f"{lua.field(self.path, target.name)} = {self.value(statement.rvalue).text}"
                    )
            case ExpressionStmt() | PassStmt():
                pass
            case _:
                raise self.refusal(self.node, f"{type(statement).__name__} in a class")

    @staticmethod
    def _gives_nothing(function: FuncDef) -> bool:
        """A `__getattr__` for what is absent: Lua needs none."""
        of = function.type
        return function.name == "__getattr__" and kinds(
            of.ret_type if isinstance(of, CallableType) else None
        ) == {"none"}

    def _decorated(self, node: Decorator) -> None:
        named = decorators(node)
        kept = GETTERS.get(named[0][0]) if len(named) == 1 else None
        if kept is None:
            raise self.refusal(node, f"decorated by {[name for name, _ in named]}")
        self._function(f"{self.path}.{kept}.{lua.member(node.func.name)}", node.func, method=False)

    def _function(self, path: str, function: FuncDef, method: bool) -> None:
        made = Function(self.module, function, 1)
        self.put("")
        said = docstring(function.body.body)
        if said:
            self.put(f"-- {said}")
        self.put(f"function {path}({made.parameters(method)})")
        self.lines += made.body()
        self.put("end")
