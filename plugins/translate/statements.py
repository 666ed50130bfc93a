"""Statements, and the bodies of functions."""

from __future__ import annotations

from mypy.nodes import (
    AssertStmt,
    AssignmentStmt,
    Block,
    BreakStmt,
    CallExpr,
    ContinueStmt,
    DelStmt,
    Expression,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    IfStmt,
    ImportFrom,
    MatchStmt,
    OperatorAssignmentStmt,
    PassStmt,
    RaiseStmt,
    ReturnStmt,
    Statement,
    StrExpr,
    TryStmt,
    WhileStmt,
    YieldExpr,
    YieldFromExpr,
)
from mypy.patterns import (
    AsPattern,
    ClassPattern,
    OrPattern,
    Pattern,
    SingletonPattern,
    ValuePattern,
)

from plugins.translate import lua
from plugins.translate.loops import Loops
from plugins.translate.lua import AND, ATOM, COMPARE, Lua

GIVEN = "given"
"""The list that a generator function makes."""


class Statements(Loops):
    """Translates statements; `yields` in a generator function."""

    yields = False

    def block(self, block: Block | list[Statement]) -> None:
        """All statements of a block, up to one behind which nothing is reached."""
        body = block.body if isinstance(block, Block) else block
        for number, statement in enumerate(body):
            self._declare(statement)
            if self._skips(statement) and self._is_plain(body, number):
                self._skip(statement, body[number + 1 :])
                return
            self.statement(statement)
            if isinstance(statement, (ReturnStmt, BreakStmt, ContinueStmt, RaiseStmt)):
                return

    def _declare(self, statement: Statement) -> None:
        names = self.scopes.before.get(id(statement)) if self.scopes is not None else None
        if names:
            self.put(f"local {', '.join(map(lua.name, names))}")

    def statement(self, statement: Statement) -> None:
        """One statement."""
        match statement:
            case ExpressionStmt():
                self._expression(statement.expr)
            case AssignmentStmt():
                self._assignment(statement)
            case OperatorAssignmentStmt():
                self._operator(statement)
            case ReturnStmt():
                self._return(statement)
            case IfStmt():
                self._if(statement)
            case ForStmt():
                self._for(statement)
            case WhileStmt():
                self._while(statement)
            case MatchStmt():
                self._match(statement)
            case TryStmt():
                self._try(statement)
            case DelStmt():
                self._delete(statement.expr)
            case BreakStmt():
                self._break()
            case ContinueStmt():
                self.put("break")
            case RaiseStmt():
                self.put('error("raised")')
            case FuncDef():
                self.inner_function(statement)
            case PassStmt() | AssertStmt() | ImportFrom():
                pass
            case _:
                raise self.refusal(statement, f"{type(statement).__name__} is not translated")

    def inner_function(self, function: FuncDef) -> None:
        """Of `functions`."""
        raise NotImplementedError

    def _expression(self, expression: Expression) -> None:
        if isinstance(expression, StrExpr):
            return  # a docstring
        if isinstance(expression, YieldExpr):
            value = lua.NIL if expression.expr is None else self.value(expression.expr)
            self.put(f"py.append({GIVEN}, {value.text})")
            return
        if isinstance(expression, YieldFromExpr):
            self.put(f"py.extend({GIVEN}, {self.value(expression.expr).text})")
            return
        found = self.value(expression)
        if isinstance(expression, CallExpr) and found.text != "nil":
            if found.text.endswith(")") and found.level == ATOM:
                self.put(found.text)
                return
            raise self.refusal(expression, "a statement that is no call in Lua")

    # ---- the way on

    def _return(self, statement: ReturnStmt) -> None:
        if self.yields:
            self.put(f"return {GIVEN}")
        elif statement.expr is None:
            self.put("return")
        else:
            found = self.value(statement.expr)
            self.put(f"return {found.text}")

    def _if(self, statement: IfStmt, word: str = "if") -> None:
        condition = self.truth(statement.expr[0])
        self.put(f"{word} {condition.text} then")
        with self.inside():
            self.block(statement.body[0])
        other = statement.else_body
        if other is None or not _does_something(other):
            self.put("end")
            return
        only = other.body[0] if len(other.body) == 1 else None
        if isinstance(only, IfStmt) and not self._declares(only):
            with self.apart() as before:
                self.truth(only.expr[0])
            if not before:
                self._if(only, "elseif")
                return
        self.put("else")
        with self.inside():
            self.block(other)
        self.put("end")

    def _declares(self, statement: Statement) -> bool:
        return self.scopes is not None and id(statement) in self.scopes.before

    # ---- match and try

    def _match(self, statement: MatchStmt) -> None:
        subject = self.held(self.value(statement.subject), "subject")
        word = "if"
        for pattern, guard, body in zip(
            statement.patterns, statement.guards, statement.bodies, strict=True
        ):
            test = self._pattern(pattern, subject)
            if guard is not None:
                with self.apart() as before:
                    asked = self.truth(guard)
                if before:
                    raise self.refusal(statement, "this guard of a case")
                test = (
                    asked if test is None else Lua(f"{test.at(AND)} and {asked.at(COMPARE)}", AND)
                )
            if test is None:
                self.put("else" if word == "elseif" else "do")
            else:
                self.put(f"{word} {test.text} then")
            with self.inside():
                self.block(body)
            word = "elseif"
            if test is None:
                break
        self.put("end")

    def _pattern(self, pattern: Pattern, subject: Lua) -> Lua | None:
        match pattern:
            case AsPattern(pattern=None, name=None):
                return None
            case ValuePattern():
                return Lua(f"{subject.text} == {self.value(pattern.expr).at(COMPARE + 1)}", COMPARE)
            case SingletonPattern():
                return Lua(f"{subject.text} == {lua.literal(pattern.value).text}", COMPARE)
            case ClassPattern() if not pattern.positionals and not pattern.keyword_keys:
                return self.is_of(subject, pattern.class_ref)
            case OrPattern():
                tests = [self._pattern(one, subject) for one in pattern.patterns]
                return Lua(" or ".join(one.at(AND) for one in tests if one is not None), lua.OR)
        raise self.refusal(pattern, "this pattern of a case")

    def _try(self, statement: TryStmt) -> None:
        """Where something is raised, the handler goes on in its place."""
        if statement.finally_body or statement.else_body or len(statement.handlers) != 1:
            raise self.refusal(statement, "this form of try")
        if any(isinstance(one, ReturnStmt) for one in statement.body.body[:-1]):
            raise self.refusal(statement, "return inside of try")
        last = statement.body.body[-1]
        returns = isinstance(last, ReturnStmt)
        self.put("local worked, value = pcall(function()" if returns else "if not pcall(function()")
        with self.inside():
            self.block(statement.body)
        if returns:
            self.put("end)")
            self.put("if worked then")
            with self.inside():
                self.put("return value")
            self.put("end")
            self.block(statement.handlers[0])
            return
        self.put("end) then")
        with self.inside():
            self.block(statement.handlers[0])
        self.put("end")


def _does_something(block: Block) -> bool:
    return any(not isinstance(one, PassStmt) for one in block.body)
