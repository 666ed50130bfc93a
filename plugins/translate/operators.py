"""Operators, comparisons and truth, by the kinds of their operands."""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    CallExpr,
    ComparisonExpr,
    Expression,
    IntExpr,
    ListExpr,
    NameExpr,
    OpExpr,
    SetExpr,
    TupleExpr,
    UnaryExpr,
)

from plugins.translate import lua
from plugins.translate.base import Base
from plugins.translate.kinds import PLAIN, TRUE, Kinds
from plugins.translate.lua import AND, ATOM, COMPARE, CONCAT, OR, PRODUCT, SUM, UNARY, VALUE, Lua

ARITHMETIC: Final = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "%": PRODUCT}
BITS: Final = {"|": "py.bor", "&": "py.band", "<<": "py.lshift", ">>": "py.rshift"}
ORDER: Final = {"<": (False, False), ">": (True, False), ">=": (False, True), "<=": (True, True)}
"""How `less` tells it: whether the operands change places, and whether it is its opposite."""
SUBSETS: Final = {"<=": ("issubset", False), ">=": ("issubset", True)}


class Operators(Base):
    """Translates what stands between two values."""

    def value(self, expression: Expression) -> Lua:
        """Of `Expressions`."""
        raise NotImplementedError

    # ---- truth

    def truth(self, expression: Expression) -> Lua:
        """What `if` asks: Lua that is true exactly where the value counts as true."""
        if isinstance(expression, OpExpr) and expression.op in ("and", "or"):
            return self._both(expression, self.truth)
        if isinstance(expression, UnaryExpr) and expression.op == "not":
            return self.value(expression)
        if isinstance(expression, CallExpr) and isinstance(expression.callee, NameExpr):
            if expression.callee.fullname == "builtins.bool":
                return self.truth(expression.args[0])
        return self.truth_of(self.value(expression), self.kinds(expression))

    def truth_of(self, value: Lua, kinds: Kinds) -> Lua:
        """The same of a value of these kinds."""
        absent = "none" in kinds
        rest = kinds - {"none", "never"}
        if rest <= TRUE | {"bool"}:
            return value
        if rest == {"int"}:
            some = f"({value.at(AND)} or 0)" if absent else value.at(CONCAT)
            return Lua(f"{some} ~= 0", COMPARE, "" if absent else f"{some} == 0")
        if rest == {"str"}:
            some = f'({value.at(AND)} or "")' if absent else value.at(CONCAT)
            return Lua(f'{some} ~= ""', COMPARE, f'{some} == ""')
        sizes = {
            "list": ".n",
            "dict": ".size",
            "counter": ".size",
            "set": ".size",
            "deque": ":len()",
        }
        if len(rest) == 1 and (size := sizes.get(*rest)) is not None:
            if not absent:
                return Lua(f"{value.at(ATOM)}{size} > 0", COMPARE, f"{value.at(ATOM)}{size} == 0")
            if value.simple:
                return Lua(f"{value.text} and {value.text}{size} > 0", AND)
        return lua.call("py.truth", value)

    def truth_value(self, expression: Expression) -> Lua:
        """The same as true or false, and never nil."""
        kinds = self.kinds(expression)
        if isinstance(expression, OpExpr) and expression.op in ("and", "or"):
            return self._both(expression, self.truth_value)
        found = self.truth(expression)
        if found.level == COMPARE or kinds == {"bool"} or found.text.startswith("not "):
            return found
        if not kinds & {"bool", "any"} and kinds - {"none"} <= TRUE:
            return Lua(f"{found.at(CONCAT)} ~= nil", COMPARE, f"{found.at(CONCAT)} == nil")
        return lua.call("py.truth", self.value(expression))

    @staticmethod
    def opposite(value: Lua) -> Lua:
        """`not` of it."""
        if value.negated:
            return Lua(value.negated, COMPARE, value.text)
        return Lua(f"not {value.at(UNARY)}", UNARY, "")

    def _both(self, expression: OpExpr, how: object) -> Lua:
        """`and`, `or` of conditions; the second is looked at where the first leaves it open."""
        assert callable(how)
        first: Lua = how(expression.left)
        with self.apart() as before:
            second: Lua = how(expression.right)
        level = AND if expression.op == "and" else OR
        if not before:
            return Lua(f"{first.at(level)} {expression.op} {second.at(level + 1)}", level)
        made = self.temporary("holds")
        self.put(f"local {made} = {first.text}")
        asked = Lua(made)
        self.put(f"if {asked.text if expression.op == 'and' else self.opposite(asked).text} then")
        with self.inside():
            with self.apart() as before:
                second = how(expression.right)
            self.lines += before
            self.put(f"{made} = {second.text}")
        self.put("end")
        return Lua(made)

    # ---- and, or as values

    def _either(self, expression: OpExpr) -> Lua:
        kinds = self.kinds(expression.left)
        whole = self.kinds(expression)
        if whole == {"bool"} and kinds == {"bool"}:
            return self._both(expression, self.truth)
        first = self.value(expression.left)
        with self.apart() as before:
            second = self.value(expression.right)
        plain = kinds - {"none"} <= TRUE | {"bool"}
        same = second.text in ('""', "0", "{ n = 0 }")
        if not before and expression.op == "or" and (plain or (same and "none" in kinds)):
            return Lua(f"{first.at(OR)} or {second.at(AND)}", OR)
        if not before and expression.op == "and" and plain:
            return Lua(f"{first.at(AND)} and {second.at(COMPARE)}", AND)
        if not before and expression.op == "or" and first.simple and not kinds & {"bool", "any"}:
            asked = self.truth_of(first, kinds)
            return Lua(f"{asked.at(AND)} and {first.text} or {second.at(AND)}", OR)
        made = self.temporary("value")
        self.put(f"local {made} = {first.text}")
        asked = self.truth_of(Lua(made), kinds)
        self.put(f"if {asked.text if expression.op == 'and' else self.opposite(asked).text} then")
        with self.inside():
            with self.apart() as before:
                second = self.value(expression.right)
            self.lines += before
            self.put(f"{made} = {second.text}")
        self.put("end")
        return Lua(made)

    # ---- arithmetic

    def operation(self, expression: OpExpr) -> Lua:
        """`left op right`."""
        if expression.op in ("and", "or"):
            return self._either(expression)
        if isinstance(expression.left, IntExpr) and isinstance(expression.right, IntExpr):
            if expression.op == "<<":
                return Lua(str(expression.left.value << expression.right.value), VALUE)
        kinds = self.kinds(expression.left) | self.kinds(expression.right)
        left = self.number(expression.left)
        right = self.number(expression.right)
        return self.operate(expression, expression.op, kinds, left, right)

    def number(self, expression: Expression) -> Lua:
        """Its value, 1 or 0 where that is true or false."""
        value = self.value(expression)
        return lua.call("py.bool_int", value) if self.kinds(expression) == {"bool"} else value

    def operate(self, at: Expression, op: str, kinds: Kinds, left: Lua, right: Lua) -> Lua:
        """The operation on operands of these kinds."""
        if kinds <= {"int", "bool"}:
            if op in ARITHMETIC:
                level = ARITHMETIC[op]
                return Lua(f"{left.at(level)} {op} {right.at(level + 1)}", level)
            if op == "//":
                return lua.call("math.floor", f"{left.at(PRODUCT)} / {right.at(UNARY)}")
            if op in BITS:
                return lua.call(BITS[op], left, right)
        if kinds == {"str"} and op == "+":
            return Lua(f"{left.at(CONCAT)} .. {right.at(CONCAT)}", CONCAT)
        if kinds in ({"str", "int"}, {"str", "bool"}) and op == "*":
            return lua.call("string.rep", left, right)
        if kinds == {"list", "int"} and op == "*":
            return lua.call("py.times", left, right)
        if kinds <= {"list", "sequence"} and op == "+":
            return lua.call("py.concat", left, right)
        if kinds <= {"dict", "counter"} and op == "|":
            return Lua(f"{left.at(ATOM)}:union({right.text})")
        if kinds <= {"set", "list"} and op in "|-&":
            method = {"|": "union", "-": "difference", "&": "intersection"}[op]
            return Lua(f"{left.at(ATOM)}:{method}({right.text})")
        raise self.refusal(at, f"{op} between {sorted(kinds)}")

    # ---- comparisons

    def comparison(self, expression: ComparisonExpr) -> Lua:
        """A chain of comparisons."""
        operands = expression.operands
        if len(operands) == 2:
            return self._compared(expression.operators[0], operands[0], operands[1])
        parts = [
            self._compared(op, left, right)
            for op, left, right in zip(expression.operators, operands, operands[1:], strict=False)
        ]
        for middle in operands[1:-1]:
            if isinstance(middle, CallExpr) and not _pure(middle):
                raise self.refusal(expression, "a call in the middle of a chain of comparisons")
        return Lua(" and ".join(part.at(AND) for part in parts), AND)

    def _compared(self, op: str, left: Expression, right: Expression) -> Lua:
        if op in ("is", "is not"):
            sign = "==" if op == "is" else "~="
            return self._sign(sign, self.value(left), self.value(right))
        if op in ("in", "not in"):
            found = self._contained(left, right)
            return found if op == "in" else self.opposite(found)
        kinds = self.kinds(left) | self.kinds(right)
        if op in ("==", "!="):
            if self.kinds(left) <= PLAIN or self.kinds(right) <= PLAIN:
                sign = "==" if op == "==" else "~="
                return self._sign(sign, self.value(left), self.value(right))
            found = lua.call("py.equal", self.value(left), self.value(right))
            return found if op == "==" else self.opposite(found)
        return self._ordered(op, left, right, kinds)

    @staticmethod
    def _sign(sign: str, left: Lua, right: Lua) -> Lua:
        other = {"==": "~=", "~=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}[sign]
        one, two = left.at(CONCAT), right.at(CONCAT)
        return Lua(f"{one} {sign} {two}", COMPARE, f"{one} {other} {two}")

    def _ordered(self, op: str, left: Expression, right: Expression, kinds: Kinds) -> Lua:
        if kinds <= {"int", "bool"}:
            return self._sign(op, self.number(left), self.number(right))
        mine, theirs = self.value(left), self.value(right)
        if kinds <= {"set", "list"} and "set" in kinds and op in SUBSETS:
            method, swapped = SUBSETS[op]
            if swapped:
                mine, theirs = theirs, mine
            return Lua(f"{mine.at(ATOM)}:{method}({theirs.text})")
        if kinds == {"counter"} and op == "<":
            return lua.call("py.counts_less", mine, theirs)
        if kinds <= {"str", "list", "struct", "int"}:
            swapped, negated = ORDER[op]
            found = lua.call("py.less", *((theirs, mine) if swapped else (mine, theirs)))
            return self.opposite(found) if negated else found
        raise self.refusal(left, f"{op} between {sorted(kinds)}")

    def _contained(self, left: Expression, right: Expression) -> Lua:
        kinds = self.kinds(right) - {"none"}
        if isinstance(right, (TupleExpr, ListExpr, SetExpr)) and self.kinds(left) <= PLAIN:
            wanted = self.held(self.value(left), "value")
            equal = [f"{wanted.text} == {self.value(item).at(CONCAT)}" for item in right.items]
            if len(equal) == 1:
                return Lua(equal[0], COMPARE, equal[0].replace(" == ", " ~= ", 1))
            return Lua(" or ".join(equal), OR)
        wanted, inside = self.value(left), self.value(right)
        if kinds == {"str"}:
            if self.kinds(left) == {"int"}:
                return lua.call("str.has_octet", inside, wanted)
            return lua.call("str.contains", inside, wanted)
        if kinds <= {"dict", "counter", "set"} and kinds:
            return Lua(f"{inside.at(ATOM)}:has({wanted.text})")
        return lua.call("py.contains", inside, wanted)


def _pure(call: CallExpr) -> bool:
    return isinstance(call.callee, NameExpr) and call.callee.fullname == "builtins.len"
