"""Where the variables of a function are declared: Python's live in the function, Lua's in a block.

A variable is declared where it is first assigned, if nothing outside of that block knows it; else
in front of the statement of the outer block that holds all of its uses, and outside of loops, as it
may carry its value from one turn to the next.
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    AssertStmt,
    AssignmentExpr,
    AssignmentStmt,
    Block,
    CallExpr,
    ComparisonExpr,
    ConditionalExpr,
    DelStmt,
    DictExpr,
    DictionaryComprehension,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    GeneratorExpr,
    IfStmt,
    IndexExpr,
    LambdaExpr,
    ListComprehension,
    ListExpr,
    MatchStmt,
    MemberExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    OpExpr,
    RaiseStmt,
    ReturnStmt,
    SetComprehension,
    SetExpr,
    SliceExpr,
    StarExpr,
    Statement,
    TryStmt,
    TupleExpr,
    UnaryExpr,
    Var,
    WhileStmt,
    YieldExpr,
    YieldFromExpr,
)

Path = tuple[tuple[int, int, bool], ...]
"""A block, the statement in it, whether the block is the body of a loop; outermost first."""


def parts(node: Node) -> Iterator[Node | None]:
    """The expressions right below an expression or statement, in the order of evaluation."""
    match node:
        case CallExpr():
            yield node.callee
            yield from node.args
        case MemberExpr() | StarExpr() | YieldFromExpr() | UnaryExpr():
            yield node.expr
        case OpExpr():
            yield from (node.left, node.right)
        case ComparisonExpr():
            yield from node.operands
        case IndexExpr():
            yield from (node.base, node.index)
        case SliceExpr():
            yield from (node.begin_index, node.end_index, node.stride)
        case ListExpr() | TupleExpr() | SetExpr():
            yield from node.items
        case DictExpr():
            for key, value in node.items:
                yield from (key, value)
        case ConditionalExpr():
            yield from (node.cond, node.if_expr, node.else_expr)
        case ListComprehension() | SetComprehension():
            yield node.generator
        case GeneratorExpr():
            yield from node.sequences
            for conditions in node.condlists:
                yield from conditions
            yield node.left_expr
        case DictionaryComprehension():
            yield from node.sequences
            for conditions in node.condlists:
                yield from conditions
            yield from (node.key, node.value)
        case LambdaExpr() | FuncDef():
            yield node.body
        case AssignmentExpr():
            yield from (node.value, node.target)
        case YieldExpr() | ExpressionStmt() | ReturnStmt() | DelStmt() | RaiseStmt() | AssertStmt():
            yield node.expr
        case AssignmentStmt():
            yield node.rvalue
            yield from node.lvalues
        case OperatorAssignmentStmt():
            yield from (node.lvalue, node.rvalue)
        case ForStmt():
            yield from (node.expr, node.index, node.body)
        case WhileStmt():
            yield from (node.expr, node.body)
        case IfStmt():
            yield from node.expr
            yield from node.body
            yield node.else_body
        case MatchStmt():
            yield node.subject
            yield from node.guards
            yield from node.bodies
        case TryStmt():
            yield node.body
            yield from node.handlers
        case Block():
            yield from node.body


def names(node: Node | None) -> Iterator[NameExpr]:
    """All names that stand in it."""
    if isinstance(node, NameExpr):
        yield node
    elif node is not None:
        for part in parts(node):
            yield from names(part)


class Scopes:
    """Of one function: which variables each statement declares in front of itself (`before`), which
    assignments declare what they assign, and which variables are those of `for` alone. `around` are
    those of the function that it stands in."""

    def __init__(
        self, body: Block, parameters: set[Var], around: frozenset[Var] = frozenset()
    ) -> None:
        self.names: set[str] = {parameter.name for parameter in parameters}
        self.before: dict[int, list[str]] = {}
        self.loop_only: set[Var] = set()
        self._inline: set[tuple[int, str]] = set()
        self._paths: dict[Var, list[Path]] = {}
        self._first: dict[Var, Statement] = {}
        self._looped: dict[Var, set[int]] = {}  # blocks of the loops that it is the variable of
        self._own = parameters | around
        self._outside: set[Var] = set()
        self._block(body, (), loop=False)
        for var, paths in self._paths.items():
            if var not in self._own and var in self._outside:
                self._place(var, paths)

    @property
    def visible(self) -> frozenset[Var]:
        """The variables that a function inside of it may speak of."""
        return frozenset(self._own | self._outside)

    def declares(self, statement: Statement, var: Var) -> bool:
        """Whether this assignment declares that variable."""
        return (id(statement), var.name) in self._inline

    def _block(self, block: Block, path: Path, loop: bool) -> None:
        for statement in block.body:
            self._statement(statement, (*path, (id(block), id(statement), loop)))

    def _statement(self, statement: Statement, path: Path) -> None:
        if isinstance(statement, FuncDef):
            self.names.add(statement.name)
        if isinstance(statement, ForStmt):
            self._names(statement.expr, statement, path)
            inside = (*path, (id(statement.body), -1, True))
            for found in names(statement.index):
                if isinstance(found.node, Var):
                    self._looped.setdefault(found.node, set()).add(id(statement.body))
                self._see(found, statement, inside)
            self._block(statement.body, path, loop=True)
            return
        for part in parts(statement):
            if isinstance(part, Block) and not isinstance(statement, FuncDef):
                self._block(part, path, loop=isinstance(statement, WhileStmt))
            else:
                self._names(part, statement, path)

    def _names(self, part: Node | None, statement: Statement, path: Path) -> None:
        for found in names(part):
            self._see(found, statement, path)
        self._own.update(_comprehended(part))

    def _see(self, found: NameExpr, statement: Statement, path: Path) -> None:
        var = found.node
        if isinstance(var, Var) and "." not in var.fullname:
            self.names.add(var.name)
            self._paths.setdefault(var, []).append(path)
            self._first.setdefault(var, statement)
            if not isinstance(statement, FuncDef):
                self._outside.add(var)

    def _place(self, var: Var, paths: list[Path]) -> None:
        looped = self._looped.get(var, set())
        if looped and all(any(step[0] in looped for step in path) for path in paths):
            self.loop_only.add(var)
            return
        depth = _common(paths)
        steps = {path[depth][:2] if len(path) > depth else None for path in paths}
        if None in steps or len({step[0] for step in steps if step}) > 1:
            depth -= 1  # its uses are in several blocks of one statement
        here = paths[0][depth]
        first = self._first[var]
        if here[1] == id(first) and _assigns(first, var):
            self._inline.add((here[1], var.name))
            return
        loop = next((i for i, step in enumerate(paths[0][: depth + 1]) if step[2]), None)
        if loop is not None:
            here = paths[0][loop - 1]
        self.before.setdefault(here[1], []).append(var.name)


def _common(paths: list[Path]) -> int:
    depth = min(map(len, paths))
    while len({path[:depth] for path in paths}) > 1:
        depth -= 1
    return depth


def _assigns(statement: Statement, var: Var) -> bool:
    """Whether it is a plain assignment of that variable, which it does not read itself."""
    if not isinstance(statement, AssignmentStmt):
        return False
    if any(found.node is var for found in names(statement.rvalue)):
        return False
    for lvalue in statement.lvalues:
        for target in lvalue.items if isinstance(lvalue, TupleExpr) else [lvalue]:
            if isinstance(target, NameExpr) and target.node is var:
                return True
    return False


def _comprehended(part: Node | None) -> Iterator[Var]:
    """Variables of comprehensions and parameters of lambdas: these declare their own."""
    if part is None:
        return
    if isinstance(part, (GeneratorExpr, DictionaryComprehension)):
        for index in part.indices:
            for found in names(index):
                if isinstance(found.node, Var):
                    yield found.node
    if isinstance(part, (LambdaExpr, FuncDef)):
        for argument in part.arguments:
            yield argument.variable
    for below in parts(part):
        yield from _comprehended(below)
