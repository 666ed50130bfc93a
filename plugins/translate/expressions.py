"""Expressions. What Lua has no expression for is written in front of the statement, in order."""

from __future__ import annotations

from mypy.nodes import (
    LDEF,
    AssignmentExpr,
    BytesExpr,
    CallExpr,
    CastExpr,
    ComparisonExpr,
    ConditionalExpr,
    DictExpr,
    DictionaryComprehension,
    Expression,
    GeneratorExpr,
    IndexExpr,
    IntExpr,
    LambdaExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    OpExpr,
    SetComprehension,
    SetExpr,
    SliceExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
)

from plugins.translate import lua
from plugins.translate.calls import Calls
from plugins.translate.kinds import fields
from plugins.translate.lua import AND, ATOM, COMPARE, OR, SUM, UNARY, VALUE, Lua

CONSTANTS = {"builtins.None": lua.NIL, "builtins.True": lua.TRUE, "builtins.False": lua.FALSE}


class Expressions(Calls):
    """Translates expressions."""

    def value(self, expression: Expression) -> Lua:
        """The Lua that gives its value."""
        match expression:
            case NameExpr():
                return self._name(expression)
            case MemberExpr():
                return self._member(expression)
            case CallExpr():
                return self.call(expression)
            case StrExpr():
                return Lua(lua.string(expression.value), VALUE)
            case BytesExpr():
                return lua.literal(_octets(expression.value))
            case IntExpr():
                return Lua(str(expression.value), VALUE)
            case TupleExpr() | ListExpr():
                return self._sequence(expression.items)
            case SetExpr():
                return lua.call("py.set", self._sequence(expression.items))
            case DictExpr():
                return self._dict(expression)
            case IndexExpr():
                return self._index(expression)
            case ConditionalExpr():
                return self._conditional(expression)
            case OpExpr():
                return self.operation(expression)
            case UnaryExpr():
                return self._unary(expression)
            case ComparisonExpr():
                return self.comparison(expression)
            case ListComprehension() | SetComprehension() | DictionaryComprehension():
                return self.comprehension(expression)
            case GeneratorExpr():
                return self.generated(expression)
            case LambdaExpr():
                return self._lambda(expression)
            case AssignmentExpr():
                target = self.value(expression.target)
                self.put(f"{target.text} = {self.value(expression.value).text}")
                return target
            case CastExpr():
                return self.value(expression.expr)
            case _:
                raise self.refusal(expression, f"{type(expression).__name__} is not translated")

    # ---- names

    def _name(self, expression: NameExpr) -> Lua:
        fullname = expression.fullname
        if fullname in CONSTANTS:
            return CONSTANTS[fullname]
        if isinstance(expression.node, MypyFile):
            return Lua(self.module.imported(fullname, expression.name))
        if "." not in fullname or expression.kind == LDEF:
            return Lua(lua.name(expression.name))
        if fullname.startswith("builtins."):
            return self.builtin_value(expression)
        return self.reference(expression, expression.name)

    def _member(self, expression: MemberExpr) -> Lua:
        base = expression.expr
        if isinstance(base, NameExpr) and isinstance(base.node, MypyFile):
            return Lua(lua.field(self.value(base).text, expression.name))
        if isinstance(base, NameExpr) and isinstance(base.node, TypeInfo):
            if expression.name == "__struct_fields__":
                return Lua(f"{self.value(base).text}.__fields")
            return Lua(lua.field(self.value(base).text, expression.name))
        if expression.name == "__struct_fields__":
            return Lua(f"{self.value(base).at(ATOM)}.__fields")
        kinds = self.kinds(base)
        if self.is_method(base, expression.name):
            return lua.call("py.bound", self.value(base), lua.string(lua.member(expression.name)))
        if kinds & {"dict", "list", "set", "deque", "pattern", "counter"}:
            return lua.call("py.bound", self.value(base), lua.string(expression.name))
        if "str" in kinds and expression.name == "value":
            return self.value(base)
        if "str" in kinds:
            raise self.refusal(expression, f"a method of a text as a value: {expression.name}")
        return Lua(lua.field(self.value(base).at(ATOM), expression.name))

    # ---- displays

    def _sequence(self, items: list[Expression]) -> Lua:
        if not any(isinstance(item, StarExpr) for item in items):
            return lua.table(self.value(item).text for item in items)
        groups: list[str] = []
        plain: list[str] = []
        for item in items:
            if isinstance(item, StarExpr):
                if plain:
                    groups.append(lua.table(plain).text)
                    plain = []
                groups.append(self.value(item.expr).text)
            else:
                plain.append(self.value(item).text)
        if plain:
            groups.append(lua.table(plain).text)
        return lua.call("py.concat", *groups)

    def _dict(self, expression: DictExpr) -> Lua:
        if not expression.items:
            return Lua("py.dict()")
        pairs: list[str] = []
        for key, value in expression.items:
            if key is None:
                raise self.refusal(expression, "** in a dict")
            pairs.append(lua.table([self.value(key).text, self.value(value).text]).text)
        return lua.call("py.dict_of", lua.table(pairs))

    # ---- indices

    def _index(self, expression: IndexExpr) -> Lua:
        base, index = expression.base, expression.index
        kinds = self.kinds(base) - {"none"}
        if isinstance(index, SliceExpr):
            return self._slice(base, index, kinds)
        if kinds == {"dict"}:
            return Lua(f"{self.value(base).at(ATOM)}:get({self.value(index).text})")
        if kinds == {"counter"}:
            return Lua(f"{self.value(base).at(ATOM)}:get({self.value(index).text}, 0)")
        if kinds == {"match"}:
            return Lua(f"{self.value(base).at(ATOM)}:group({self.value(index).text})")
        if kinds == {"struct"}:
            return self._field_at(expression)
        if kinds == {"str"}:
            return self.text_index(expression)
        if kinds == {"list"}:
            return self._list_index(base, index)
        if kinds & {"sequence", "deque", "sized", "object", "any", "list"}:
            return lua.call("py.at", self.value(base), self.value(index))
        raise self.refusal(expression, f"an index into {sorted(kinds)}")

    def _list_index(self, base: Expression, index: Expression) -> Lua:
        inside = self.value(base)
        if isinstance(index, IntExpr):
            return Lua(f"{inside.at(ATOM)}[{index.value + 1}]")
        if isinstance(index, UnaryExpr) and index.op == "-":
            if isinstance(index.expr, IntExpr):
                inside = self.held(inside, "list")
                back = index.expr.value - 1
                return Lua(f"{inside.text}[{inside.text}.n{f' - {back}' if back else ''}]")
            return lua.call("py.at", inside, self.value(index))
        if isinstance(index, OpExpr) and isinstance(index.left, UnaryExpr):
            return lua.call("py.at", inside, self.value(index))
        return Lua(f"{inside.at(ATOM)}[{self._one_more(index)}]")

    def _one_more(self, index: Expression) -> str:
        if isinstance(index, OpExpr) and isinstance(index.right, IntExpr) and index.op in "+-":
            more = index.right.value * (1 if index.op == "+" else -1) + 1
            left = self.value(index.left).at(SUM)
            return left if more == 0 else f"{left} {'+' if more > 0 else '-'} {abs(more)}"
        return f"{self.value(index).at(SUM)} + 1"

    def _field_at(self, expression: IndexExpr) -> Lua:
        info = self.info(expression.base)
        if info is None or not isinstance(expression.index, IntExpr):
            raise self.refusal(expression, "an index into a named tuple")
        member = fields(info)[expression.index.value].name
        return Lua(lua.field(self.value(expression.base).at(ATOM), member))

    def _slice(self, base: Expression, index: SliceExpr, kinds: frozenset[str]) -> Lua:
        bounds = [
            lua.NIL if bound is None else self.value(bound)
            for bound in (index.begin_index, index.end_index, index.stride)
        ]
        if kinds == {"str"}:
            return self.text_slice(self.value(base), index, bounds)
        info = self.info(base)
        if kinds == {"struct"} and info is not None and isinstance(index.end_index, IntExpr):
            held = self.held(self.value(base), "tuple")
            named = fields(info)[: index.end_index.value]
            return lua.table(lua.field(held.text, one.name) for one in named)
        if kinds <= {"list", "sequence", "sized"}:
            return lua.call("py.slice", self.value(base), *bounds)
        raise self.refusal(base, f"a slice of {sorted(kinds)}")

    # ---- choices

    def _conditional(self, expression: ConditionalExpr) -> Lua:
        condition = self.truth(expression.cond)
        with self.apart() as first:
            chosen = self.value(expression.if_expr)
        with self.apart() as second:
            other = self.value(expression.else_expr)
        never_false = not self.kinds(expression.if_expr) & {"none", "bool", "any", "never"}
        if never_false and not first and not second:
            text = f"{condition.at(AND)} and {chosen.at(COMPARE)} or {other.at(AND)}"
            return Lua(text, OR)
        if other.text == "nil" and not first and not second and condition.negated:
            pass
        made = self.temporary("value")
        self.put(f"local {made}")
        self.put(f"if {condition.text} then")
        with self.inside():
            with self.apart() as first:
                chosen = self.value(expression.if_expr)
            self.lines += first
            self.put(f"{made} = {chosen.text}")
        if other.text != "nil" or second:
            self.put("else")
            with self.inside():
                with self.apart() as second:
                    other = self.value(expression.else_expr)
                self.lines += second
                self.put(f"{made} = {other.text}")
        self.put("end")
        return Lua(made)

    def _unary(self, expression: UnaryExpr) -> Lua:
        if expression.op == "not":
            return self.opposite(self.truth(expression.expr))
        if expression.op == "-":
            return Lua(f"-{self.value(expression.expr).at(UNARY)}", UNARY)
        raise self.refusal(expression, f"unary {expression.op}")

    # ---- functions

    def _lambda(self, expression: LambdaExpr) -> Lua:
        arguments = ", ".join(lua.name(one.variable.name) for one in expression.arguments)
        result = expression.expr()
        with self.apart() as lines, self.inside():
            found = self.value(result)
            self.put(f"return {found.text}")
        if len(lines) == 1:
            return Lua(f"function({arguments}) {lines[0].strip()} end", VALUE)
        text = "\n".join([f"function({arguments})", *lines, "  " * self.depth + "end"])
        return Lua(text, VALUE)


def _octets(written: str) -> bytes:
    """The octets of a bytes literal, which mypy keeps as it was written."""
    return written.encode("latin-1").decode("unicode_escape").encode("latin-1")
