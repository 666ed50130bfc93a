"""What all translators of one function share: the lines written so far, types, names, refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mypy.nodes import Context, Expression, MypyFile, NameExpr, RefExpr, TypeInfo, Var
from mypy.types import Type

from plugins.translate import lua
from plugins.translate.errors import Unknown
from plugins.translate.kinds import Kinds, info_of, kinds
from plugins.translate.lua import Lua
from plugins.translate.scopes import Scopes


class Module:
    """One module: its types, and what its Lua imports."""

    def __init__(self, tree: MypyFile, types: dict[Expression, Type], rooms: Rooms) -> None:
        self.tree = tree
        self.name = tree.fullname
        self.types = types
        self.rooms = rooms
        self.imports: dict[str, str] = {}  # local name to the expression that gives it
        self.aliases: dict[str, str] = {}  # full name to local name, as its imports say

    def refusal(self, at: Context, what: str) -> Unknown:
        """The error that refuses a construct."""
        return Unknown(f"{self.tree.path}:{at.line}: {what}")

    def imported(self, fullname: str, local: str) -> str:
        """The local name of something of another module."""
        expression = self.rooms.where(fullname)
        if expression is None:
            raise Unknown(f"{self.tree.path}: {fullname} is not translated")
        local = lua.name(self.aliases.get(fullname, local))
        known = self.imports.setdefault(local, expression)
        if known != expression:
            raise Unknown(f"{self.tree.path}: two things are called {local}")
        return local


class Rooms:
    """Where the things of other modules are found in Lua."""

    def __init__(self, modules: dict[str, str], replaced: dict[str, str]) -> None:
        self.modules = modules  # Python module to Lua's
        self.replaced = replaced  # full name to a Lua expression

    def where(self, fullname: str) -> str | None:
        """The expression that gives it."""
        if fullname in self.replaced:
            return self.replaced[fullname]
        if fullname in self.modules:
            return f'import("{self.modules[fullname]}")'
        module, _, member = fullname.rpartition(".")
        if module in self.modules:
            return lua.field(f'import("{self.modules[module]}")', member)
        return None


class Base:
    """One function, or the module itself."""

    def __init__(self, module: Module, scopes: Scopes | None, depth: int) -> None:
        self.module = module
        self.scopes = scopes
        self.depth = depth
        self.lines: list[str] = []
        self._temporaries: dict[str, int] = {}

    # ---- writing

    def put(self, text: str) -> None:
        """One more line."""
        self.lines.append("  " * self.depth + text)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Lines of an inner block."""
        self.depth += 1
        yield
        self.depth -= 1

    @contextmanager
    def apart(self) -> Iterator[list[str]]:
        """Lines that are kept apart until it is known where they go."""
        before, self.lines = self.lines, []
        yield self.lines
        self.lines = before

    def temporary(self, stem: str) -> str:
        """A variable that Python does not have."""
        taken = self.scopes.names if self.scopes is not None else set()
        while True:
            number = self._temporaries.get(stem, 0) + 1
            self._temporaries[stem] = number
            if f"{stem}{number}" not in taken:
                return f"{stem}{number}"

    def held(self, value: Lua, stem: str) -> Lua:
        """The value under a name, so that it may be used twice."""
        if value.simple:
            return value
        made = self.temporary(stem)
        self.put(f"local {made} = {value.text}")
        return Lua(made)

    # ---- asking

    def refusal(self, at: Context, what: str) -> Unknown:
        """The error that refuses a construct."""
        return self.module.refusal(at, what)

    def type(self, expression: Expression) -> Type | None:
        """Its type, as mypy narrowed it there."""
        found = self.module.types.get(expression)
        if found is None and isinstance(expression, NameExpr) and isinstance(expression.node, Var):
            return expression.node.type
        return found

    def kinds(self, expression: Expression) -> Kinds:
        """The kinds its value may have."""
        return kinds(self.type(expression))

    def info(self, expression: Expression) -> TypeInfo | None:
        """The class of its value."""
        return info_of(self.type(expression))

    def reference(self, expression: RefExpr, local: str) -> Lua:
        """A name of this module, or of another."""
        fullname = expression.fullname
        own = self.module.name + "."
        if fullname.startswith(own) and fullname.count(".") == own.count("."):
            return Lua(lua.field("M", fullname.rpartition(".")[2]))
        return Lua(self.module.imported(fullname, local))
