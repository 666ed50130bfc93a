"""Rules to Lua 5.1 to 5.4: the same plan of `fusing` as in Python, written for the plugin.

Source is text here, so nothing of a rule file gets into it but as a string literal, octet by octet
(`string`), or as an integer. Names are those of the vocabulary or made here.

A condition is written as statements that leave the block they stand in (`break`) where it does not
hold; a block is `repeat ... until true`. So values are worked out in the order of Python and none
that Python would not ask for. Functions are kept small, as Lua bounds what one may hold: what grows
too long or too deep becomes a function of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from analyzer.rules.fusing import Ask, Clause, Fires, Loop, Step, plan
from analyzer.rules.nodes import (
    Absent,
    And,
    Arithmetic,
    Attribute,
    Call,
    Compare,
    Condition,
    Literal,
    Membership,
    Not,
    Or,
    Policy,
    Quantified,
    Truth,
    Unless,
    Value,
    Variable,
    Words,
)

LONG: Final = 300  # lines of one function
DEEP: Final = 12  # blocks within one another, those of conditions aside
LOCALS: Final = 50  # of one value; Lua has 200 for a function

_KEYWORDS: Final = """
and break do else elseif end false for function goto if in local nil not or repeat return then true
until while
"""
KEYWORDS: Final = frozenset(_KEYWORDS.split())
FEW: Final = 3  # words that are compared one by one
_CALLS: Final = {"len": "rules.len", "number": "rules.number", "spi": "rules.spi"} | {
    name: f"rules.{name}" for name in ("starts", "ends", "join")
}
_OPPOSITE: Final = {"==": "~=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
Lines = list[str]


def string(text: str) -> str:
    """A string literal of the UTF-8 of a text; whatever is not printable ASCII is a number."""
    octets = text.encode("utf-8", "surrogatepass")
    return '"' + "".join(map(_octet, octets)) + '"'


def _octet(octet: int) -> str:
    if 0x20 <= octet < 0x7F and octet not in b'"\\':
        return chr(octet)
    return f"\\{octet:03d}"


def literal(value: bool | int | str) -> str:
    """A constant of a rule."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else string(value)


def texts(values: Iterable[str]) -> str:
    """A list of the runtime."""
    listed = list(map(string, values))
    return "{" + "".join(f"{one}, " for one in listed) + f"n = {len(listed)}}}"


class Constants:
    """Literal sets that conditions ask for membership, each made once: `words[1]`, `words[2]`."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        self._places: dict[tuple[int | str, ...], int] = {}

    def place(self, values: tuple[int | str, ...]) -> int:
        return self._places.setdefault(values, len(self._places) + 1)

    def lines(self) -> Lines:
        lines = ["local words = {"]
        for values in self._places:
            lines.append("  {" + ", ".join(f"[{literal(one)}] = true" for one in values) + "},")
        return [*lines, "}"]


# What follows gives lines that stand where `rules` (the module of the runtime), `policy` and
# `words` are known.


def fused(scope: str, clauses: Sequence[Clause], constants: Constants) -> Lines:
    """Lines of a function without parameters that gives one from a subject to its hits."""
    writer = _Writer({scope: "subject"}, constants)
    body = writer.block(plan(clauses), 0)
    return [
        "function()",
        *("  " + line for line in (["local parts = {}", *writer.parts] if writer.parts else [])),
        "  return function(subject)",
        "    local hits = {n = 0}",
        *("    " + line for line in body),
        "    return hits",
        "  end",
        "end",
    ]


def condition_function(
    scope: str, node: Condition, constants: Constants, element: Variable | None = None
) -> Lines:
    """Lines of `function(subject, element) -> boolean` for a condition in normal form."""
    writer = _Writer(_names(scope, element), constants)
    return _function([*writer.condition(node), "found = true"], "local found = false")


def value_function(
    scope: str, node: Value, constants: Constants, element: Variable | None = None
) -> Lines:
    """Lines of `function(subject, element) -> value`, nil where it is absent."""
    writer = _Writer(_names(scope, element), constants)
    lines: Lines = []
    found = writer.value(node, lines)
    return _function([*lines, f"found = {found}"], "local found")


def _names(scope: str, element: Variable | None) -> dict[str, str]:
    return {scope: "subject"} | ({} if element is None else {element.name: "element"})


def _function(body: Lines, first: str) -> Lines:
    return [
        "function(subject, element)",
        f"  {first}",
        *("  " + line for line in _block(body)),
        "  return found",
        "end",
    ]


def _block(body: Lines) -> Lines:
    """What leaves this block at `break`, and goes on behind it."""
    return ["repeat", *("  " + line for line in body), "until true"]


class _Writer:
    """Writes one function; `parts` are the lines of those that it had to be taken apart into."""

    __slots__ = ("_constants", "_count", "_element", "_locals", "_names", "parts")

    def __init__(self, names: Mapping[str, str], constants: Constants) -> None:
        self._names = dict(names)
        self._constants = constants
        self._locals = 0
        self._count = 0
        self._element = ""  # the last argument of what is called within a loop
        self.parts: Lines = []

    # ---- steps

    def block(self, steps: Sequence[Step], depth: int) -> Lines:
        """Lines for all steps; behind them the block goes on."""
        lines: Lines = []
        for step in steps:
            written = self._step(step, depth)
            if len(lines) + len(written) > LONG:
                lines = self._apart(lines)
            lines += written
        return self._apart(lines) if depth >= DEEP or len(lines) > LONG else lines

    def _step(self, step: Step, depth: int) -> Lines:
        match step:
            case Fires():
                return [f"rules.hit(hits, {step.index + 1}{self._element})"]
            case Ask():
                return _block(self._asked(step, depth + 1))
            case Loop():
                return _block(self._loop(step, depth + 1))

    def _asked(self, step: Ask, depth: int) -> Lines:
        """A condition and what is inside; a chain of conditions is one block."""
        lines = self.condition(step.condition)
        while len(step.inside) == 1 and isinstance(step.inside[0], Ask):
            step = step.inside[0]
            lines += self.condition(step.condition)
        return [*lines, *self.block(step.inside, depth)]

    def _loop(self, step: Loop, depth: int) -> Lines:
        lines: Lines = []
        collection = self._solid(step.collection, lines)
        outer = dict(self._names)
        self._names[step.variable.name] = "element"
        self._element = ", element"
        inside = self.block(step.inside, depth)
        self._names = outer
        self._element = ""
        return [
            *lines,
            f"local elements = rules.values({collection})",
            "for place = 1, elements.n do",
            "  local element = elements[place]",
            *("  " + line for line in inside),
            "end",
        ]

    def _apart(self, lines: Lines) -> Lines:
        """The lines as a function of their own, and the call of it."""
        if len(lines) < 2:
            return lines
        self._count += 1
        self.parts += [
            f"parts[{self._count}] = function(subject, hits{self._element})",
            *("  " + line for line in lines),
            "end",
        ]
        return [f"parts[{self._count}](subject, hits{self._element})"]

    # ---- conditions

    def condition(self, node: Condition) -> Lines:
        """Lines that break where the condition does not hold."""
        match node:
            case And():
                return [line for part in node.parts for line in self.condition(part)]
            case Or():
                return self._or(node)
            case Unless():
                return self._held(self.condition(node.condition), "if {0} then break end")
            case Quantified():
                return self._quantified(node)
            case Absent() if not node.negated:
                return self._absent(node)
            case Not():
                raise AssertionError("conditions are compiled in normal form")
            case _:
                lines: Lines = []
                fails = self._fails(node, lines)
                if fails:
                    lines.append(f"if {fails} then break end")
                return _scoped(lines)

    def _fails(self, node: Truth | Compare | Membership | Absent, lines: Lines) -> str:
        """When the leaf does not hold, behind the lines; "" where they say it all."""
        match node:
            case Truth():
                found = self.value(node.value, lines)
                return f"{found} ~= false" if node.negated else f"not {found}"
            case Compare():
                # nil equals nothing but nil, so that of == one side that is there is enough.
                first = self.value if node.operator == "==" else self._solid
                left, right = node.left, node.right
                if node.operator == "==" and not isinstance(right, Literal | Policy):
                    left, right = right, left
                one = first(left, lines)
                other = self._solid(right, lines)
                return f"{one} {_OPPOSITE[node.operator]} {other}"
            case Membership():
                return self._misses(node, lines)
            case Absent():
                self._solid(node.value, lines, keep=False)
                return ""

    def _misses(self, node: Membership, lines: Lines) -> str:
        item, words = self._solid(node.item, lines), node.collection
        if isinstance(words, Words) and len(words.values) <= FEW:
            joined, operator = (" or ", "==") if node.negated else (" and ", "~=")
            return joined.join(f"{item} {operator} {literal(one)}" for one in words.values)
        if isinstance(words, Words):
            test = f"words[{self._constants.place(words.values)}][{item}]"
        else:
            test = f"rules.contains({self._solid(words, lines)}, {item})"
        return test if node.negated else f"not {test}"

    def _or(self, node: Or) -> Lines:
        name = self._fresh()
        lines = [f"local {name} = false"]
        for place, part in enumerate(node.parts):
            tried = _block([*self.condition(part), f"{name} = true"])
            if place:
                tried = [f"if not {name} then", *("  " + line for line in tried), "end"]
            lines += tried
        return _scoped([*lines, f"if not {name} then break end"])

    def _held(self, body: Lines, then: str) -> Lines:
        """What is to be done by whether the lines came to their end."""
        name = self._fresh()
        tried = _block([*body, f"{name} = true"])
        return _scoped([f"local {name} = false", *tried, then.format(name)])

    def _absent(self, node: Absent) -> Lines:
        lines: Lines = []
        if isinstance(node.value, Attribute) and isinstance(node.value.of, Variable):
            found = self.value(node.value, lines)
            return [f"if {found} ~= nil then break end"]
        self._solid(node.value, lines, keep=False)
        return self._held(lines, "if {0} then break end")

    def _quantified(self, node: Quantified) -> Lines:
        lines: Lines = []
        collection = self._solid(node.collection, lines)
        result, held, elements, place, element = (self._fresh() for _ in range(5))
        outer = dict(self._names)
        self._names[node.variable.name] = element
        inner = self.condition(node.condition)
        self._names = outer
        found, end = ("not " + held, "false") if node.every else (held, "true")
        return _scoped(
            [
                *lines,
                f"local {result} = {'true' if node.every else 'false'}",
                f"local {elements} = rules.values({collection})",
                f"for {place} = 1, {elements}.n do",
                f"  local {element}, {held} = {elements}[{place}], false",
                *("  " + line for line in _block([*inner, f"{held} = true"])),
                f"  if {found} then {result} = {end} break end",
                "end",
                f"if not {result} then break end",
            ]
        )

    # ---- values

    def value(self, node: Value, lines: Lines) -> str:
        """An expression, behind lines that break where something on the way to it is absent; it
        may be nil itself."""
        match node:
            case Literal():
                return literal(node.value)
            case Words():
                listed = ", ".join(map(literal, node.values))
                return f"{{{listed}, n = {len(node.values)}}}"
            case Policy():
                return f"policy.{_name(node.name)}"
            case Variable():
                return self._names[node.name]
            case Attribute():
                return f"{self._solid(node.of, lines)}.{_name(node.fact.name)}"
            case Arithmetic():
                left, right = self._solid(node.left, lines), self._solid(node.right, lines)
                operator = ".." if node.type.name == "text" else node.operator
                return f"({left} {operator} {right})"
            case Call():
                given = [self._solid(one, lines) for one in node.arguments]
                return f"{_CALLS[node.function]}({', '.join(given)})"

    def _solid(self, node: Value, lines: Lines, keep: bool = True) -> str:
        """As `value`, and the lines break where the value itself is absent."""
        found = self.value(node, lines)
        if not isinstance(node, Attribute):
            return found
        if not keep:
            lines.append(f"if {found} == nil then break end")
            return found
        kept = sum(line.startswith("local ") for line in lines)
        if kept < LOCALS:
            name = self._fresh()
            lines.append(f"local {name} = {found}")
        else:
            if kept == LOCALS:
                lines.append("local more = {}")
            name = f"more[{len(lines)}]"
            lines.append(f"{name} = {found}")
        lines.append(f"if {name} == nil then break end")
        return name

    def _fresh(self) -> str:
        self._locals += 1
        return f"v{self._locals}"


def _scoped(lines: Lines) -> Lines:
    """Locals end where they were asked for, since a function may hold no more than 200."""
    if not any(line.startswith("local ") for line in lines):
        return lines
    return ["do", *("  " + line for line in lines), "end"]


def _name(fact: str) -> str:
    return fact + "_" if fact in KEYWORDS else fact
