"""Assignments, to names, fields, items, several at once; `del`."""

from __future__ import annotations

from mypy.nodes import (
    AssignmentStmt,
    Expression,
    IndexExpr,
    MemberExpr,
    NameExpr,
    OperatorAssignmentStmt,
    SliceExpr,
    StarExpr,
    TempNode,
    TupleExpr,
    Var,
)

from plugins.translate import lua
from plugins.translate.expressions import Expressions
from plugins.translate.kinds import info_of
from plugins.translate.lua import AND, ATOM, Lua


class Assignments(Expressions):
    """Translates what changes a variable or an item."""

    def _assignment(self, statement: AssignmentStmt) -> None:
        if isinstance(statement.rvalue, TempNode):  # an annotation
            target = statement.lvalues[0]
            if isinstance(target, NameExpr) and isinstance(target.node, Var):
                if self.scopes is not None and self.scopes.declares(statement, target.node):
                    self.put(f"local {lua.name(target.name)}")
            return
        if len(statement.lvalues) > 1:
            held = self.held(self.value(statement.rvalue), "value")
            for lvalue in statement.lvalues:
                self._assign(statement, lvalue, held, statement.rvalue)
            return
        lvalue = statement.lvalues[0]
        if isinstance(lvalue, TupleExpr) and isinstance(statement.rvalue, TupleExpr):
            if not any(isinstance(item, StarExpr) for item in statement.rvalue.items):
                if not any(isinstance(item, TupleExpr) for item in lvalue.items):
                    self._several(statement, lvalue, statement.rvalue)
                    return
        self._assign(statement, lvalue, self.value(statement.rvalue), statement.rvalue)

    def _assign(
        self, statement: AssignmentStmt, lvalue: Expression, value: Lua, written: Expression
    ) -> None:
        match lvalue:
            case NameExpr():
                local = ""
                if isinstance(lvalue.node, Var) and self.scopes is not None:
                    local = "local " if self.scopes.declares(statement, lvalue.node) else ""
                self.put(f"{local}{lua.name(lvalue.name)} = {value.text}")
            case TupleExpr():
                self._take_apart(statement, lvalue, value, written)
            case MemberExpr():
                self.put(f"{self.value(lvalue).text} = {value.text}")
            case IndexExpr():
                self._set_item(lvalue, value)
            case _:
                raise self.refusal(statement, "what is assigned to")

    def _set_item(self, lvalue: IndexExpr, value: Lua) -> None:
        kinds = self.kinds(lvalue.base)
        if kinds <= {"dict", "counter"}:
            key = self.value(lvalue.index)
            self.put(f"{self.value(lvalue.base).at(ATOM)}:set({key.text}, {value.text})")
        elif kinds <= {"list"} and not isinstance(lvalue.index, SliceExpr):
            self.put(f"{self.value(lvalue).text} = {value.text}")
        else:
            raise self.refusal(lvalue, f"an assignment to an index of {sorted(kinds)}")

    def _several(self, statement: AssignmentStmt, lvalue: TupleExpr, values: TupleExpr) -> None:
        """`a, b = x, y`: Lua also works out all values first."""
        found = [self.value(item) for item in values.items]
        declared = [
            isinstance(item, NameExpr)
            and isinstance(item.node, Var)
            and self.scopes is not None
            and self.scopes.declares(statement, item.node)
            for item in lvalue.items
        ]
        if all(declared) or not any(declared):
            if all(isinstance(item, (NameExpr, MemberExpr)) for item in lvalue.items):
                targets = ", ".join(self.target(item) for item in lvalue.items)
                local = "local " if all(declared) else ""
                self.put(f"{local}{targets} = {', '.join(one.text for one in found)}")
                return
        held = [self.held(one, "value") for one in found]
        for item, one in zip(lvalue.items, held, strict=True):
            self._assign(statement, item, one, values)

    def target(self, lvalue: Expression) -> str:
        """A name or field that is assigned to."""
        return lua.name(lvalue.name) if isinstance(lvalue, NameExpr) else self.value(lvalue).text

    def _take_apart(
        self, statement: AssignmentStmt, lvalue: TupleExpr, value: Lua, written: Expression
    ) -> None:
        held = self.held(value, "tuple")
        stars = [i for i, item in enumerate(lvalue.items) if isinstance(item, StarExpr)]
        if stars:
            self._take_star(statement, lvalue, held, stars[0])
            return
        places = self.places(self.type(written), len(lvalue.items))
        plain = all(isinstance(item, (NameExpr, MemberExpr)) for item in lvalue.items)
        used = [
            (item, place)
            for item, place in zip(lvalue.items, places, strict=True)
            if not (isinstance(item, NameExpr) and item.name == "_")
        ]
        declared = [
            isinstance(item, NameExpr)
            and isinstance(item.node, Var)
            and self.scopes is not None
            and self.scopes.declares(statement, item.node)
            for item, _ in used
        ]
        if plain and used and (all(declared) or not any(declared)):
            local = "local " if all(declared) else ""
            targets = ", ".join(self.target(item) for item, _ in used)
            self.put(f"{local}{targets} = {', '.join(held.text + place for _, place in used)}")
            return
        for item, place in used:
            self._assign(statement, item, Lua(held.text + place), written)

    def _take_star(
        self, statement: AssignmentStmt, lvalue: TupleExpr, held: Lua, star: int
    ) -> None:
        behind = len(lvalue.items) - star - 1
        for number, item in enumerate(lvalue.items):
            if isinstance(item, StarExpr):
                end = Lua(str(-behind)) if behind else lua.NIL
                part = lua.call("py.slice", held, Lua(str(star)), end)
                self._assign(statement, item.expr, part, item.expr)
            elif number < star:
                self._assign(statement, item, Lua(f"{held.text}[{number + 1}]"), item)
            else:
                back = Lua(str(number - len(lvalue.items)))
                self._assign(statement, item, lua.call("py.at", held, back), item)

    def _operator(self, statement: OperatorAssignmentStmt) -> None:
        lvalue, op = statement.lvalue, statement.op
        mine = self.kinds(lvalue)
        theirs = self.kinds(statement.rvalue)
        if op == "+" and mine in ({"list"}, {"any"}) and theirs <= {"list", "sequence", "set"}:
            if not _is_tuple(self, lvalue):
                self.put(
                    f"py.extend({self.value(lvalue).text}, {self.value(statement.rvalue).text})"
                )
                return
        if op == "|" and mine == {"bool"}:
            self.put(
                f"{self.target(lvalue)} = {self.value(lvalue).at(AND)} or "
                f"{self.value(statement.rvalue).at(AND)}"
            )
            return
        if op == "|" and mine == {"set"} and not _is_frozen(self, lvalue):
            self.put(f"{self.value(lvalue).at(ATOM)}:update({self.value(statement.rvalue).text})")
            return
        right = self.number(statement.rvalue)
        if isinstance(lvalue, IndexExpr) and self.kinds(lvalue.base) <= {"dict", "counter"}:
            base = self.held(self.value(lvalue.base), "dict")
            index = self.held(self.value(lvalue.index), "key")
            default = ", 0" if self.kinds(lvalue.base) == {"counter"} else ""
            before = Lua(f"{base.text}:get({index.text}{default})")
            kinds = theirs | (mine - {"any"})
            found = self.operate(statement.rvalue, op, kinds, before, right)
            self.put(f"{base.text}:set({index.text}, {found.text})")
            return
        kinds = (mine - {"any"}) | theirs
        found = self.operate(statement.rvalue, op, kinds, self.value(lvalue), right)
        self.put(f"{self.target(lvalue)} = {found.text}")

    def _delete(self, expression: Expression) -> None:
        if not isinstance(expression, IndexExpr):
            raise self.refusal(expression, "del of this")
        base, index = expression.base, expression.index
        kinds = self.kinds(base)
        if kinds <= {"dict", "counter"}:
            self.put(f"{self.value(base).at(ATOM)}:delete({self.value(index).text})")
        elif kinds <= {"list"} and isinstance(index, SliceExpr):
            bounds = [
                lua.NIL if bound is None else self.value(bound)
                for bound in (index.begin_index, index.end_index)
            ]
            self.put(lua.call("py.delete_slice", self.value(base), *bounds).text)
        elif kinds <= {"list"}:
            self.put(f"py.pop({self.value(base).text}, {self.value(index).text})")
        else:
            raise self.refusal(expression, f"del of an index of {sorted(kinds)}")


def _named(translator: Assignments, expression: Expression) -> str:
    node = expression.node if isinstance(expression, NameExpr) else None
    of = node.type if isinstance(node, Var) else translator.type(expression)
    info = info_of(of)
    return info.fullname if info is not None else ""


def _is_tuple(translator: Assignments, expression: Expression) -> bool:
    return _named(translator, expression) == "builtins.tuple"


def _is_frozen(translator: Assignments, expression: Expression) -> bool:
    return _named(translator, expression) == "builtins.frozenset"
