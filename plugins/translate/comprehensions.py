"""Loops: those of `for`, and those that comprehensions are written out as."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from mypy.nodes import (
    CallExpr,
    DictionaryComprehension,
    Expression,
    GeneratorExpr,
    IntExpr,
    ListComprehension,
    MemberExpr,
    NameExpr,
    SetComprehension,
    TupleExpr,
    Var,
)
from mypy.types import Instance, TupleType, Type, get_proper_type

from plugins.translate import lua
from plugins.translate.kinds import fields
from plugins.translate.lua import ATOM, SUM, Lua
from plugins.translate.operators import Operators


class Comprehensions(Operators):
    """Translates what goes through something."""

    # ---- the head of a loop

    @contextmanager
    def loop(
        self, index: Expression, over: Expression, assigned: Callable[[Var], bool] | None = None
    ) -> Iterator[None]:
        """`for index in over do` ... `end`; `assigned`: the variable is declared outside."""
        heads, unpacking = self._head(index, over, assigned or (lambda _: False))
        self.put(f"for {heads} do")
        with self.inside():
            for line in unpacking:
                self.put(line)
            yield
        self.put("end")

    def _head(
        self, index: Expression, over: Expression, assigned: Callable[[Var], bool]
    ) -> tuple[str, list[str]]:
        lines: list[str] = []

        def target(one: Expression, of: Type | None = None) -> str:
            if isinstance(one, NameExpr) and isinstance(one.node, Var):
                if not assigned(one.node):
                    return lua.name(one.name)
                made = self.temporary("item")
                lines.append(f"{lua.name(one.name)} = {made}")
                return made
            made = self.temporary("item")
            lines.extend(self.unpacked(one, Lua(made), of, assigned))
            return made

        name = over.callee.fullname if _is_call(over, NameExpr) else ""  # type: ignore[attr-defined]
        arguments = over.args if isinstance(over, CallExpr) else []
        kinds = self.kinds(over)
        if name == "builtins.range":
            bounds = [self.value(one) for one in arguments]
            start = bounds[0].text if len(bounds) > 1 else "0"
            end = _one_less(bounds[min(1, len(bounds) - 1)], arguments[min(1, len(bounds) - 1)])
            step = ""
            if len(bounds) > 2:
                step = f", {bounds[2].text}"
                if bounds[2].text.startswith("-"):
                    end = f"{bounds[1].at(SUM)} + 1"
            return f"{target(index)} = {start}, {end}{step}", lines
        if name == "builtins.enumerate" and isinstance(index, TupleExpr):
            from_one = len(arguments) > 1 and isinstance(arguments[1], IntExpr)
            if len(arguments) == 1 or (from_one and arguments[1].value == 1):  # type: ignore[attr-defined]
                each = "each" if from_one else "each_from_zero"
                number = target(index.items[0])
                item = target(index.items[1], self._item(arguments[0]))
                return f"{number}, {item} in py.{each}({self.value(arguments[0]).text})", lines
        if _is_call(over, MemberExpr):
            assert isinstance(over, CallExpr)
            assert isinstance(over.callee, MemberExpr)
            owner = over.callee.expr
            if self.kinds(owner) <= {"dict", "counter"}:
                if over.callee.name == "items" and isinstance(index, TupleExpr):
                    key, item = target(index.items[0]), target(index.items[1])
                    return f"{key}, {item} in {self.value(owner).at(ATOM)}:pairs()", lines
                if over.callee.name == "values":
                    item = target(index)
                    return f"_, {item} in {self.value(owner).at(ATOM)}:pairs()", lines
        if kinds <= {"dict", "counter"}:
            return f"{target(index)} in {self.value(over).at(ATOM)}:pairs()", lines
        if kinds <= {"object", "sized"}:
            over_text = f"{self.value(over).at(ATOM)}:__iter__()"
        else:
            over_text = self.gone_through(over).text
        item = target(index, self._item(over))
        return f"_, {item} in py.each({over_text})", lines

    def gone_through(self, over: Expression) -> Lua:
        """What is gone through; of octets their numbers."""
        if self.kinds(over) != {"str"}:
            return self.value(over)
        info = self.info(over)
        if info is None or info.fullname == "builtins.str":
            raise self.refusal(over, "going through the letters of a text")
        return lua.call("py.octets", self.value(over))

    def _item(self, over: Expression) -> Type | None:
        of = get_proper_type(self.type(over))
        return of.args[0] if isinstance(of, Instance) and of.args else None

    def unpacked(
        self,
        target: Expression,
        value: Lua,
        of: Type | None = None,
        assigned: Callable[[Var], bool] | None = None,
    ) -> list[str]:
        """The lines that take a tuple (under a name) apart into variables."""
        if not isinstance(target, TupleExpr):
            raise self.refusal(target, "what a loop assigns to")
        places = self.places(of, len(target.items))
        own: list[str] = []
        values: list[str] = []
        later: list[str] = []
        for item, place in zip(target.items, places, strict=True):
            if isinstance(item, NameExpr) and isinstance(item.node, Var):
                if item.name == "_":
                    continue
                text = lua.name(item.name)
                if assigned is not None and assigned(item.node):
                    later.append(f"{text} = {value.text}{place}")
                    continue
            elif isinstance(item, TupleExpr):
                text = self.temporary("item")
                later += self.unpacked(item, Lua(text), None, assigned)
            else:
                raise self.refusal(item, "what a loop assigns to")
            own.append(text)
            values.append(value.text + place)
        lines = [f"local {', '.join(own)} = {', '.join(values)}"] if own else []
        return lines + later

    def places(self, of: Type | None, count: int) -> list[str]:
        """How the elements of a tuple are written: `[1]`, or `.name` of a named one."""
        of = get_proper_type(of) if of is not None else None
        if isinstance(of, TupleType) and of.partial_fallback.type.fullname != "builtins.tuple":
            return [f".{lua.member(one.name)}" for one in fields(of.partial_fallback.type)]
        return [f"[{number + 1}]" for number in range(count)]

    # ---- comprehensions

    def comprehension(
        self, expression: ListComprehension | SetComprehension | DictionaryComprehension
    ) -> Lua:
        """Its loop, and the name of what that made."""
        if isinstance(expression, DictionaryComprehension):
            made = self.temporary("dict")
            self.put(f"local {made} = py.dict()")

            def set_pair() -> None:
                assert expression.key is not None
                key, value = self.value(expression.key), self.value(expression.value)
                self.put(f"{made}:set({key.text}, {value.text})")

            self._loops(expression, set_pair)
            return Lua(made)
        generator = expression.generator
        if isinstance(expression, ListComprehension):
            return self.generated(generator)
        made = self.temporary("set")
        self.put(f"local {made} = py.set()")
        self._loops(
            generator, lambda: self.put(f"{made}:add({self.value(generator.left_expr).text})")
        )
        return Lua(made)

    def generated(self, generator: GeneratorExpr) -> Lua:
        """A list of all that it gives."""
        made = self.temporary("list")
        self.put(f"local {made} = {{ n = 0 }}")
        self._loops(
            generator,
            lambda: self.put(f"py.append({made}, {self.value(generator.left_expr).text})"),
        )
        return Lua(made)

    def _loops(
        self,
        generator: GeneratorExpr | DictionaryComprehension,
        each: Callable[[], None],
        stop: str = "",
    ) -> None:
        """The loops around `each`; `stop` is a condition that ends the outer ones."""
        count = len(generator.indices)

        def go(number: int) -> None:
            if number == count:
                each()
                return
            with self.loop(generator.indices[number], generator.sequences[number]):
                conditions(number, generator.condlists[number])
                if stop and number < count - 1:
                    self.put(f"if {stop} then")
                    with self.inside():
                        self.put("break")
                    self.put("end")

        def conditions(number: int, asked: Sequence[Expression]) -> None:
            if not asked:
                go(number + 1)
                return
            self.put(f"if {self.truth(asked[0]).text} then")
            with self.inside():
                conditions(number, asked[1:])
            self.put("end")

        go(0)

    # ---- what looks no further than it has to

    def search(self, generator: GeneratorExpr, every: bool) -> Lua:
        """`any(...)`, or with `every` `all(...)`."""
        made = self.temporary("all" if every else "any")
        self.put(f"local {made} = {'true' if every else 'false'}")

        def ask() -> None:
            found = self.truth(generator.left_expr)
            self.put(f"if {(self.opposite(found) if every else found).text} then")
            with self.inside():
                self.put(f"{made} = {'false' if every else 'true'}")
                self.put("break")
            self.put("end")

        self._loops(generator, ask, f"not {made}" if every else made)
        return Lua(made)

    def first(self, generator: GeneratorExpr, default: Lua) -> Lua:
        """`next(..., default)`."""
        made = self.temporary("first")
        if default.text != "nil" and len(generator.indices) > 1:
            raise self.refusal(generator, "next() over several loops")
        self.put(f"local {made}" + ("" if default.text == "nil" else f" = {default.text}"))

        def take() -> None:
            self.put(f"{made} = {self.value(generator.left_expr).text}")
            self.put("break")

        self._loops(generator, take, f"{made} ~= nil")
        return Lua(made)

    def total(self, generator: GeneratorExpr) -> Lua:
        """`sum(...)`."""
        made = self.temporary("sum")
        self.put(f"local {made} = 0")

        def add() -> None:
            if self.kinds(generator.left_expr) == {"bool"}:
                self.put(f"if {self.truth(generator.left_expr).text} then")
                with self.inside():
                    self.put(f"{made} = {made} + 1")
                self.put("end")
            else:
                self.put(f"{made} = {made} + {self.value(generator.left_expr).at(SUM)}")

        self._loops(generator, add)
        return Lua(made)


def _is_call(over: Expression, callee: type) -> bool:
    return isinstance(over, CallExpr) and isinstance(over.callee, callee)


def _one_less(bound: Lua, written: Expression) -> str:
    if isinstance(written, IntExpr):
        return str(written.value - 1)
    return f"{bound.at(SUM)} - 1"
