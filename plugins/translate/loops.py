"""`for` and `while`, with `break` and `continue`, which Lua does not have."""

from __future__ import annotations

from mypy.nodes import (
    Block,
    BreakStmt,
    ContinueStmt,
    ForStmt,
    FuncDef,
    IfStmt,
    Statement,
    Var,
    WhileStmt,
)

from plugins.translate.assignments import Assignments
from plugins.translate.scopes import parts


class Loops(Assignments):
    """Translates loops. `flags` names for each loop the flag by which `break` is told from
    `continue`, None where there is no need for one."""

    flags: list[str | None]

    def block(self, block: Block | list[Statement]) -> None:
        """Of `Statements`."""
        raise NotImplementedError

    def _for(self, statement: ForStmt) -> None:
        if statement.else_body is not None:
            raise self.refusal(statement, "else of a loop")
        scopes = self.scopes

        def assigned(var: Var) -> bool:
            return scopes is not None and var not in scopes.loop_only

        with self.loop(statement.index, statement.expr, assigned):
            self.turn(statement.body)

    def _while(self, statement: WhileStmt) -> None:
        if statement.else_body is not None:
            raise self.refusal(statement, "else of a loop")
        with self.apart() as before:
            condition = self.truth(statement.expr)
        if not before:
            self.put(f"while {condition.text} do")
            with self.inside():
                self.turn(statement.body)
        else:
            self.put("while true do")
            with self.inside():
                condition = self.truth(statement.expr)
                self.put(f"if {self.opposite(condition).text} then")
                with self.inside():
                    self.put("break")
                self.put("end")
                self.turn(statement.body)
        self.put("end")

    def turn(self, body: Block) -> None:
        """The body of a loop. Where a `continue` is not just the end of a branch, the body stands
        in a loop of its own that ends with it."""
        if not any(True for _ in _continues(body)) or self._all_plain(body):
            self.flags.append(None)
            self.block(body)
            self.flags.pop()
            return
        breaks = any(True for _ in _breaks(body))
        flag = self.temporary("stopped") if breaks else None
        if flag is not None:
            self.put(f"local {flag} = false")
        self.put("repeat")
        self.flags.append(flag)
        with self.inside():
            self.block(body)
        self.flags.pop()
        self.put("until true")
        if flag is not None:
            self.put(f"if {flag} then")
            with self.inside():
                self.put("break")
            self.put("end")

    def _break(self) -> None:
        if self.flags and self.flags[-1] is not None:
            self.put(f"{self.flags[-1]} = true")
        self.put("break")

    def _skips(self, statement: Statement) -> bool:
        """An `if` without `else` whose branch ends in `continue`."""
        return (
            isinstance(statement, IfStmt)
            and statement.else_body is None
            and bool(statement.body[0].body)
            and isinstance(statement.body[0].body[-1], ContinueStmt)
        )

    def _is_plain(self, body: list[Statement], number: int) -> bool:
        return id(body[number]) in self._plain_skips

    _plain_skips: set[int]

    def _all_plain(self, body: Block) -> bool:
        """Whether each `continue` ends an `if` of the loop's own block."""
        skips = [one for one in body.body if self._skips(one)]
        inner = sum(1 for _ in _continues(body))
        if inner != len(skips):
            return False
        self._plain_skips.update(map(id, skips))
        return True

    def _skip(self, statement: Statement, rest: list[Statement]) -> None:
        assert isinstance(statement, IfStmt)
        condition = self.truth(statement.expr[0])
        branch = statement.body[0].body[:-1]
        if branch:
            self.put(f"if {condition.text} then")
            with self.inside():
                self.block(branch)
            if rest:
                self.put("else")
        else:
            self.put(f"if {self.opposite(condition).text} then")
        with self.inside():
            self.block(rest)
        self.put("end")


def _inner(body: Block) -> list[Statement]:
    """The statements of a loop's body, those of inner loops and functions left out."""
    found: list[Statement] = []

    def go(block: Block) -> None:
        for statement in block.body:
            found.append(statement)
            if isinstance(statement, (ForStmt, WhileStmt, FuncDef)):
                continue
            for part in parts(statement):
                if isinstance(part, Block):
                    go(part)

    go(body)
    return found


def _continues(body: Block) -> list[Statement]:
    return [one for one in _inner(body) if isinstance(one, ContinueStmt)]


def _breaks(body: Block) -> list[Statement]:
    return [one for one in _inner(body) if isinstance(one, BreakStmt)]
