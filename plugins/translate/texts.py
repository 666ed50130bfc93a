"""Text and octets, which are both strings of octets in Lua."""

from __future__ import annotations

from mypy.nodes import (
    CallExpr,
    Expression,
    IndexExpr,
    IntExpr,
    ListExpr,
    MemberExpr,
    SliceExpr,
    StrExpr,
    UnaryExpr,
)

from plugins.translate import lua
from plugins.translate.lua import CONCAT, SUM, VALUE, Lua
from plugins.translate.operators import Operators


class Texts(Operators):
    """Translates what only texts have."""

    def formatted(self, expression: CallExpr) -> Lua | None:
        """An f-string, as mypy writes it; None where it is none."""
        callee = expression.callee
        if not isinstance(callee, MemberExpr) or not isinstance(callee.expr, StrExpr):
            return None
        if callee.name == "join" and callee.expr.value == "":
            if len(expression.args) == 1 and isinstance(expression.args[0], ListExpr):
                items = expression.args[0].items
                pieces = [self._piece(item) for item in items]
                return Lua(" .. ".join(piece.at(CONCAT) for piece in pieces), CONCAT)
        if (
            callee.name == "format"
            and callee.expr.value.startswith("{")
            and ":{}}" in callee.expr.value
        ):
            return self._piece(expression)
        return None

    def _piece(self, item: Expression) -> Lua:
        if isinstance(item, StrExpr):
            return Lua(lua.string(item.value), VALUE)
        assert isinstance(item, CallExpr)
        assert isinstance(item.callee, MemberExpr)
        assert isinstance(item.callee.expr, StrExpr)
        shown, spec = item.args
        if item.callee.expr.value != "{:{}}" or not isinstance(spec, StrExpr):
            raise self.refusal(item, "a conversion in an f-string")
        if spec.value:
            return lua.call("str.format", self.value(shown), lua.string(spec.value))
        return self.as_text(shown)

    def as_text(self, expression: Expression) -> Lua:
        """`str(value)`."""
        kinds = self.kinds(expression)
        if kinds == {"str"}:
            return self.value(expression)
        if kinds <= {"int", "none", "bool", "str", "address", "any"}:
            return lua.call("str.of", self.value(expression))
        raise self.refusal(expression, f"the text of {sorted(kinds)}")

    # ---- parts

    def is_octets(self, expression: Expression) -> bool:
        """Whether it is bytes, not str."""
        info = self.info(expression)
        return info is not None and info.fullname != "builtins.str"

    def text_index(self, expression: IndexExpr) -> Lua:
        """One character, or of octets the number of one."""
        octets = self.is_octets(expression.base)
        base = self.value(expression.base)
        index = expression.index
        if isinstance(index, IntExpr):
            place = str(index.value + 1)
        elif isinstance(index, UnaryExpr) and isinstance(index.expr, IntExpr):
            place = str(-index.expr.value)
        else:
            place = f"{self.value(index).at(SUM)} + 1"
        if octets:
            return lua.call("string.byte", base, place)
        return lua.call("string.sub", base, place, place)

    def text_slice(self, base: Lua, index: SliceExpr, bounds: list[Lua]) -> Lua:
        """Some of it; where both ends are plain Lua's own function gives the same."""
        begin, end, stride = bounds
        if stride.text != "nil":
            raise self.refusal(index, "a slice of text with a stride")
        if _is_forward(index.begin_index):
            first = str(int(begin.text) + 1) if begin.text != "nil" else "1"
            if index.end_index is None:
                return lua.call("string.sub", base, first)
            if isinstance(index.end_index, UnaryExpr) and isinstance(index.end_index.expr, IntExpr):
                return lua.call("string.sub", base, first, str(-index.end_index.expr.value - 1))
            if isinstance(index.end_index, IntExpr):
                return lua.call("string.sub", base, first, end)
        return lua.call("str.slice", base, begin, end)


def _is_forward(bound: Expression | None) -> bool:
    return bound is None or isinstance(bound, IntExpr)
