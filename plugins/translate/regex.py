"""Python's regular expressions as programs for `runtime/regex.lua`.

Python's own parser reads the pattern; this compiles its tree. A program is a flat list of
instructions of `WIDTH` cells for a backtracking matcher over octets:

    char  OCTET           one octet            span   PATTERN LEAST   of a set, as many as there are
    text  OCTETS LENGTH   several              greedy PATTERN LEAST   the same, given back singly
    set   CLASS           one of a set         few    CLASS LEAST MOST   bounded, never given back
    save  SLOT GROUP      a group's edge       fewer  CLASS LEAST MOST   bounded, given back singly
    at    WHERE           a place              split  PC OTHER        first here, then there
    look  PC BACK NEGATED   an assertion       jump   PC
    atomic PC             matched for good     again  PC              the same, as often as it goes
    match                 the end of a program, of an assertion, of an atomic group

Repetitions of a set become `span` where giving back could never help: what follows begins with
nothing of the set, or cannot fail. That makes nearly every pattern of the project linear.

A text pattern is matched against UTF-8, octet by octet: classes such as ``\\s`` hold what of them
is ASCII. Whatever the matcher does not know raises `Untranslatable`, when the plugin is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final, TypeAlias

WIDTH: Final = 4
UNROLLED: Final = 64
ENDLESS: Final = int(sre.MAXREPEAT)
OCTETS: Final = frozenset(range(256))
DIGITS: Final = frozenset(b"0123456789")
SPACES: Final = frozenset(b" \t\n\r\f\v")
TEXT_SPACES: Final = SPACES | frozenset(range(0x1C, 0x20))
WORD: Final = frozenset(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
)
LETTERS: Final = frozenset(range(ord("A"), ord("Z") + 1)) | frozenset(range(ord("a"), ord("z") + 1))

Octets: TypeAlias = frozenset[int]


class Untranslatable(Exception):
    """The matcher has nothing for this pattern."""


@dataclass(frozen=True)
class Set:
    octets: Octets


@dataclass(frozen=True)
class Sequence_:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    part: Node
    least: int
    most: int
    kind: str  # greedy, lazy, possessive


@dataclass(frozen=True)
class Group:
    number: int
    part: Node


@dataclass(frozen=True)
class Atomic:
    part: Node


@dataclass(frozen=True)
class Look:
    part: Node
    back: int  # octets to go back first; 0 looks ahead
    negated: bool


@dataclass(frozen=True)
class At:
    where: str


Node: TypeAlias = Set | Sequence_ | Choice | Repeat | Group | Atomic | Look | At


@dataclass(frozen=True)
class Follow:
    """What stands behind a part: the octets it may begin with, whether it may be empty at all, and
    whether it always matches."""

    first: Octets
    empty: bool
    sure: bool

    def refuses(self, octets: Octets) -> bool:
        """It never matches where one of these comes next."""
        return not self.empty and not self.first & octets


ANYTHING: Final = Follow(frozenset(), empty=True, sure=True)
THE_END: Final = Follow(frozenset(), empty=False, sure=False)

_AT: Final[Mapping[Any, str]] = {
    sre.AT_BEGINNING: "start",
    sre.AT_BEGINNING_STRING: "start",
    sre.AT_BEGINNING_LINE: "line",
    sre.AT_END: "end",
    sre.AT_END_STRING: "stop",
    sre.AT_END_LINE: "line_end",
    sre.AT_BOUNDARY: "edge",
    sre.AT_NON_BOUNDARY: "inside",
}


# ---------------------------------------------------------------- Python's tree to ours


class _Reader:
    def __init__(self, text: bool, flags: int) -> None:
        self._text = text
        self._flags = flags
        spaces = SPACES if not text or flags & re.ASCII else TEXT_SPACES
        classes = {"DIGIT": DIGITS, "SPACE": spaces, "WORD": WORD}
        self._classes = {f"CATEGORY_{name}": octets for name, octets in classes.items()} | {
            f"CATEGORY_NOT_{name}": OCTETS - octets for name, octets in classes.items()
        }

    def read(self, items: Iterable[Any], flags: int) -> Node:
        parts = tuple(self._one(op, argument, flags) for op, argument in items)
        return parts[0] if len(parts) == 1 else Sequence_(parts)

    def _one(self, op: Any, argument: Any, flags: int) -> Node:
        match str(op):
            case "LITERAL":
                return self._literal(argument, flags)
            case "NOT_LITERAL":
                return Set(OCTETS - self._cased({self._octet(argument)}, flags))
            case "ANY":
                return Set(OCTETS if flags & re.DOTALL else OCTETS - {10})
            case "IN":
                return Set(self._members(argument, flags))
            case "BRANCH":
                return Choice(tuple(self.read(part, flags) for part in argument[1]))
            case "SUBPATTERN":
                number, add, remove, part = argument
                inner = self.read(part, (flags | add) & ~remove)
                return inner if number is None else Group(number, inner)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" as kind:
                least, most, part = argument
                return self._repeat(kind, int(least), int(most), self.read(part, flags))
            case "ATOMIC_GROUP":
                return Atomic(self.read(argument, flags))
            case "ASSERT" | "ASSERT_NOT" as kind:
                direction, part = argument
                back = part.getwidth()[0] if direction < 0 else 0
                return Look(self.read(part, flags), int(back), kind == "ASSERT_NOT")
            case "AT":
                return At(self._place(argument, flags))
            case other:
                raise Untranslatable(other)

    def _place(self, where: Any, flags: int) -> str:
        if flags & re.MULTILINE:
            where = sre.AT_MULTILINE.get(where, where)
        return _AT[where]

    def _repeat(self, op: str, least: int, most: int, part: Node) -> Node:
        kind = {"MAX_REPEAT": "greedy", "MIN_REPEAT": "lazy", "POSSESSIVE_REPEAT": "possessive"}[op]
        return Repeat(part, least, most, kind)

    def _literal(self, code: int, flags: int) -> Node:
        if self._text and code > 0x7F:
            return Sequence_(tuple(Set(frozenset({octet})) for octet in chr(code).encode()))
        return Set(self._cased({code}, flags))

    def _members(self, items: Sequence[tuple[Any, Any]], flags: int) -> Octets:
        found: set[int] = set()
        negated = False
        for op, argument in items:
            match str(op):
                case "NEGATE":
                    negated = True
                case "LITERAL":
                    found.add(self._octet(argument))
                case "RANGE":
                    found.update(range(self._octet(argument[0]), self._octet(argument[1]) + 1))
                case "CATEGORY":
                    found |= self._classes[str(argument)]
                case other:
                    raise Untranslatable(other)
        octets = self._cased(found, flags)
        return OCTETS - octets if negated else octets

    def _octet(self, code: int) -> int:
        if code > (0x7F if self._text else 0xFF):
            raise Untranslatable(f"U+{code:04X} in a class")
        return code

    def _cased(self, octets: Iterable[int], flags: int) -> Octets:
        found = frozenset(octets)
        if flags & re.IGNORECASE:
            found |= {octet ^ 0x20 for octet in found & LETTERS}
        return found


# ---------------------------------------------------------------- what a part may begin with


def nullable(node: Node) -> bool:
    """It may match nothing."""
    match node:
        case Set():
            return False
        case Sequence_(parts=parts):
            return all(map(nullable, parts))
        case Choice(parts=parts):
            return any(map(nullable, parts))
        case Repeat(part=part, least=least):
            return least == 0 or nullable(part)
        case Group(part=part) | Atomic(part=part):
            return nullable(part)
        case _:
            return True


def first(node: Node) -> Octets:
    """The octets it may begin with, where it is not empty; assertions do not narrow them."""
    match node:
        case Set(octets=octets):
            return octets
        case Sequence_(parts=parts):
            found: Octets = frozenset()
            for part in parts:
                found |= first(part)
                if not nullable(part):
                    break
            return found
        case Choice(parts=parts):
            return frozenset().union(*map(first, parts))
        case Repeat(part=part) | Group(part=part) | Atomic(part=part):
            return first(part)
        case _:
            return frozenset()


def sure(node: Node) -> bool:
    """It matches wherever it is tried."""
    match node:
        case Sequence_(parts=parts):
            return all(map(sure, parts))
        case Choice(parts=parts):
            return any(map(sure, parts))
        case Repeat(part=part, least=least):
            return least == 0 or sure(part)
        case Group(part=part) | Atomic(part=part):
            return sure(part)
        case _:
            return False


def before(node: Node, follow: Follow) -> Follow:
    """What stands behind a part that stands in front of `node`."""
    if not nullable(node):
        return Follow(first(node), empty=False, sure=sure(node) and follow.sure)
    return Follow(first(node) | follow.first, empty=follow.empty, sure=sure(node) and follow.sure)


# ---------------------------------------------------------------- to a program


Cell: TypeAlias = int | bytes | str


class _Writer:
    def __init__(self) -> None:
        self.cells: list[Cell] = []

    def put(self, op: str, *cells: Cell) -> int:
        """Write an instruction; where it stands, counted from 1."""
        place = len(self.cells) + 1
        self.cells.extend((op, *cells, *[0] * (WIDTH - 1 - len(cells))))
        return place

    @property
    def here(self) -> int:
        return len(self.cells) + 1

    def patch(self, place: int, cell: int, value: int) -> None:
        self.cells[place - 1 + cell] = value

    def node(self, node: Node, follow: Follow) -> None:
        match node:
            case Set():
                self._set(node.octets)
            case Sequence_():
                self._sequence(node.parts, follow)
            case Choice():
                self._choice(node.parts, follow)
            case Repeat():
                self._repeat(node, follow)
            case Group():
                self.put("save", 2 * node.number)
                self.node(node.part, follow)
                self.put("save", 2 * node.number + 1, node.number)
            case Atomic():
                self._apart("atomic", node.part)
            case Look():
                self._apart("look", node.part, node.back, int(node.negated))
            case At():
                self.put("at", node.where)

    def _set(self, octets: Octets) -> None:
        if len(octets) == 1:
            self.put("char", *octets)
        else:
            self.put("set", char_class(octets))

    def _sequence(self, parts: Sequence[Node], follow: Follow) -> None:
        behind = [follow]
        for part in reversed(parts):
            behind.append(before(part, behind[-1]))
        behind = behind[-2::-1]
        place = 0
        while place < len(parts):
            run = _literal_run(parts[place:])
            if len(run) > 1:
                self.put("text", run, len(run))
                place += len(run)
            else:
                self.node(parts[place], behind[place])
                place += 1

    def _choice(self, parts: Sequence[Node], follow: Follow) -> None:
        jumps = []
        for part in parts[:-1]:
            split = self.put("split", self.here + WIDTH)
            self.node(part, follow)
            jumps.append(self.put("jump"))
            self.patch(split, 2, self.here)
        self.node(parts[-1], follow)
        for jump in jumps:
            self.patch(jump, 1, self.here)

    def _repeat(self, node: Repeat, follow: Follow) -> None:
        part = node.part
        most = -1 if node.most == ENDLESS else node.most
        if isinstance(part, Set) and node.kind != "lazy":
            held = node.kind == "possessive" or follow.sure or follow.refuses(part.octets)
            if most < 0:
                self.put("span" if held else "greedy", span(part.octets), node.least)
            else:
                self.put("few" if held else "fewer", char_class(part.octets), node.least, most)
            return
        if nullable(part):
            raise Untranslatable("an endless repetition of what may be empty")
        if node.kind == "possessive":
            self._possessive(node)
            return
        looped = Follow(first(part) | follow.first, follow.empty, follow.sure)
        if node.least + max(most, 0) > UNROLLED:
            raise Untranslatable("a long repetition of a group")
        for _ in range(node.least):
            self.node(part, looped)
        if most < 0:
            self._loop(node, looped)
        else:
            self._times(node, looped, follow)

    def _loop(self, node: Repeat, looped: Follow) -> None:
        split = self.put("split")
        self.node(node.part, looped)
        self.put("jump", split)
        self._branch(split, node.kind)

    def _times(self, node: Repeat, looped: Follow, follow: Follow) -> None:
        splits = []
        for left in range(node.most - node.least, 0, -1):
            splits.append(self.put("split"))
            self.node(node.part, looped if left > 1 else follow)
        for split in splits:
            self._branch(split, node.kind)

    def _branch(self, split: int, kind: str) -> None:
        """Into the part first, or past it where lazy."""
        into, past = (1, 2) if kind == "greedy" else (2, 1)
        self.patch(split, into, split + WIDTH)
        self.patch(split, past, self.here)

    def _possessive(self, node: Repeat) -> None:
        if node.most != ENDLESS:
            self._apart("atomic", Repeat(node.part, node.least, node.most, "greedy"))
            return
        for _ in range(node.least):
            self._apart("atomic", node.part)
        self._apart("again", node.part)

    def _apart(self, op: str, part: Node, *cells: int) -> None:
        """`part` as a program of its own, beside the way of this one."""
        place = self.put(op, 0, *cells)
        jump = self.put("jump")
        self.patch(place, 1, self.here)
        self.node(part, ANYTHING)
        self.put("match")
        self.patch(jump, 1, self.here)


def _literal_run(parts: Sequence[Node]) -> bytes:
    octets = bytearray()
    for part in parts:
        if not isinstance(part, Set) or len(part.octets) != 1:
            break
        octets.extend(part.octets)
    return bytes(octets)


def span(octets: Octets) -> bytes:
    """As many of a set as there are, as a Lua pattern."""
    return b"^" + char_class(octets) + b"*"


def char_class(octets: Octets) -> bytes:
    """A set as a Lua pattern; 5.1 has no NUL in a pattern and calls it %z."""
    negated = len(octets) > 128
    members = sorted(OCTETS - octets if negated else octets)
    if not members:  # Lua has no empty class
        return b"[%z\x01-\xff]" if negated else b"[^%z\x01-\xff]"
    text = bytearray(b"[^" if negated else b"[")
    place = 0
    while place < len(members):
        last = place
        while last + 1 < len(members) and members[last + 1] == members[last] + 1:
            last += 1
        if members[place] == 0:
            text += b"%z"
            place += 1
        elif last - place > 1 and not _magic(members[place]) and not _magic(members[last]):
            text += bytes((members[place],)) + b"-" + bytes((members[last],))
            place = last + 1
        else:
            octet = members[place]
            text += (b"%" if _magic(octet) else b"") + bytes((octet,))
            place += 1
    return bytes(text + b"]")


def _magic(octet: int) -> bool:
    return octet < 0x80 and chr(octet) in "^]-%[().*+?$"


# ---------------------------------------------------------------- the whole


@dataclass(frozen=True)
class Program:
    """A pattern as `regex.compile` of the runtime takes it.

    `first` is the class of octets a match begins with, None where it may be empty; `prefix` the
    octets it begins with; `skip` the span in front of which no other start can do better; `fixed`:
    it holds at the start of the text only; `text`: what it is matched against is UTF-8.
    """

    groups: int
    names: Mapping[str, int]
    match: tuple[Cell, ...]
    full: tuple[Cell, ...]
    first: bytes | None
    prefix: bytes
    skip: bytes | None
    fixed: bool
    text: bool


def program(pattern: str | bytes, flags: int = 0) -> Program:
    """Compile a pattern of Python. Raises Untranslatable."""
    tree = parser.parse(pattern, flags)
    node = _Reader(isinstance(pattern, str), tree.state.flags).read(tree, tree.state.flags)
    found = _compiled(node, ANYTHING)
    parts = node.parts if isinstance(node, Sequence_) else (node,)
    leading = parts[0] if parts else None
    skip = None
    if isinstance(leading, Repeat) and isinstance(leading.part, Set) and found[0] == "span":
        skip = span(leading.part.octets)
    return Program(
        groups=tree.state.groups - 1,
        names=dict(tree.state.groupdict),
        match=found,
        full=_compiled(node, THE_END),
        first=None if nullable(node) else char_class(first(node)),
        prefix=_literal_run(parts),
        skip=skip,
        fixed=isinstance(leading, At) and leading.where == "start",
        text=isinstance(pattern, str),
    )


def _compiled(node: Node, follow: Follow) -> tuple[Cell, ...]:
    writer = _Writer()
    writer.node(node, follow)
    if follow is THE_END:
        writer.put("at", "stop")
    writer.put("match")
    return tuple(writer.cells)


def lua(pattern: str | bytes, flags: int = 0) -> str:
    """The table that `regex.compile` takes, as Lua source. Raises Untranslatable."""
    found = program(pattern, flags)
    names = ", ".join(f"{name} = {number}" for name, number in found.names.items())
    fields = [
        f"groups = {found.groups}",
        f"names = {{{names}}}",
        f"match = {_cells(found.match)}",
        f"full = {_cells(found.full)}",
    ]
    if found.prefix:
        fields.append(f"prefix = {_text(found.prefix)}")
    elif found.first is not None:
        fields.append(f"first = {_text(found.first)}")
    if found.skip is not None:
        fields.append(f"skip = {_text(found.skip)}")
    if found.fixed:
        fields.append("fixed = true")
    if found.text:
        fields.append("text = true")
    return "{" + ", ".join(fields) + "}"


def _cells(cells: Sequence[Cell]) -> str:
    return "{" + ", ".join(_cell(one) for one in cells) + "}"


def _cell(cell: Cell) -> str:
    if isinstance(cell, int):
        return str(cell)
    return _text(cell if isinstance(cell, bytes) else cell.encode())


def _text(octets: bytes) -> str:
    plain = (
        chr(octet) if 0x20 <= octet < 0x7F and octet not in b'"\\' else f"\\{octet:03d}"
        for octet in octets
    )
    return '"' + "".join(plain) + '"'
