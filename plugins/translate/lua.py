"""Pieces of Lua: expressions with how tightly they bind, names, literals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final, NamedTuple

KEYWORDS: Final = frozenset(
    {"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in"}
    | {"local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"}
)
TAKEN: Final = (
    KEYWORDS
    | {"M", "py", "str", "regex", "import", "error", "getmetatable", "math", "pcall"}
    | {"select", "setmetatable", "string", "table", "tonumber", "type"}
)
"""Names that variables cannot have: translated code uses these itself."""

OR, AND, COMPARE, CONCAT, SUM, PRODUCT, UNARY, VALUE, ATOM = range(1, 10)
"""How tightly an expression binds: a VALUE needs parentheses to be called or indexed."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Lua(NamedTuple):
    """An expression; `negated` is its opposite, where that is shorter than `not (...)`."""

    text: str
    level: int = ATOM
    negated: str = ""

    def at(self, level: int) -> str:
        """Its text where something binds that tightly."""
        return self.text if self.level >= level else f"({self.text})"

    @property
    def simple(self) -> bool:
        """It may stand there twice."""
        return (
            re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?|-?\d+", self.text)
            is not None
        )


NIL: Final = Lua("nil", VALUE)
TRUE: Final = Lua("true", VALUE)
FALSE: Final = Lua("false", VALUE)
EMPTY: Final = Lua("{ n = 0 }", VALUE)


def name(text: str) -> str:
    """A variable of Python as one of Lua."""
    return text + "_" if text in TAKEN else text


def member(text: str) -> str:
    """The name of a field or method."""
    return text + "_" if text in KEYWORDS else text


def field(base: str, text: str) -> str:
    """A member of a table."""
    return f"{base}.{member(text)}"


def string(text: str | bytes) -> str:
    """A string literal; octets that are no printable ASCII are escaped."""
    octets = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    plain = {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t", 0x22: '\\"', 0x5C: "\\\\"}
    return (
        '"'
        + "".join(
            plain.get(octet) or (chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03d}")
            for octet in octets
        )
        + '"'
    )


def call(function: str, *arguments: Lua | str) -> Lua:
    """A call; trailing nils are left out."""
    texts = [one if isinstance(one, str) else one.text for one in arguments]
    while texts and texts[-1] == "nil":
        texts.pop()
    return Lua(f"{function}({', '.join(texts)})")


def table(items: Iterable[str]) -> Lua:
    """A list or tuple."""
    listed = list(items)
    return Lua("{ " + ", ".join([*listed, f"n = {len(listed)}"]) + " }", VALUE)


def key(text: str) -> str:
    """A key of a table constructor."""
    return text if _NAME.fullmatch(text) and text not in KEYWORDS else f"[{string(text)}]"


def is_data(value: Any) -> bool:
    """Whether `literal` can write it."""
    if value is None or isinstance(value, (bool, int, str, bytes, re.Pattern)):
        return True
    if isinstance(value, (tuple, list, set, frozenset)):
        plain = type(value) in (tuple, list, set, frozenset)
        return plain and all(map(is_data, value))
    if type(value) is dict:
        return all(is_data(one) and is_data(other) for one, other in value.items())
    return False


def literal(value: Any, depth: int = 0) -> Lua:
    """Data as Lua that makes it."""
    if value is None:
        return NIL
    if value is True or value is False:
        return TRUE if value else FALSE
    if isinstance(value, Enum):
        return literal(value.value)
    if isinstance(value, int):
        return Lua(str(value), VALUE if value >= 0 else UNARY)
    if isinstance(value, (str, bytes)):
        return Lua(string(value), VALUE)
    if isinstance(value, re.Pattern):
        from plugins.translate import regex

        return Lua(f"regex.compile({regex.lua(value.pattern, value.flags)})")
    if isinstance(value, (set, frozenset)):
        return call(
            "py.set", _rows([literal(one, depth + 1).text for one in _stable(value)], depth)
        )
    if isinstance(value, dict):
        if not value:
            return Lua("py.dict()")
        pairs = [
            table([literal(one, depth + 2).text, literal(other, depth + 2).text]).text
            for one, other in value.items()
        ]
        return call("py.dict_of", _rows(pairs, depth))
    return _rows([literal(one, depth + 1).text for one in value], depth)


def _stable(values: Iterable[Any]) -> list[Any]:
    return sorted(values, key=lambda one: (type(one).__name__, repr(one)))


def _rows(items: list[str], depth: int) -> Lua:
    """A list on one line where that is not too long."""
    short = table(items)
    if len(short.text) + 2 * depth < 90:
        return short
    inside, outside = "  " * (depth + 1), "  " * depth
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(item) < 90 and "\n" not in lines[-1] + item:
            lines[-1] += f" {item},"
        else:
            lines.append(f"{inside}{item},")
    return Lua("{\n" + "\n".join(lines) + f"\n{inside}n = {len(items)},\n{outside}}}", VALUE)
