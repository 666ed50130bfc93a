"""One expression for all of a head: made for the layouts that come again and again.

The layout of a head is the names of its rows, as they are spelled, in their order. An expression
of just these names finds the ends of all rows in one go; where it fits, the head is the usual one
(CRLF, nothing folded) and has the index of its layout. Which are tried the start line says. What it
found stays as it is: of a row that nobody asks for no octets are ever copied.
"""

import re
from collections import Counter
from typing import Generic, Protocol, TypeVar

from analyzer import limits

Index = TypeVar("Index")
Kind = int | str  # status code or method


class Rows(Protocol):
    """The octets of the rows of a head by their numbers, which begin with 1; of a usual head each
    with its CR."""

    def __getitem__(self, number: int, /) -> bytes:
        """One row, name and all."""


class Layouts(Generic[Index]):
    """The expressions made so far, each with the index of its layout; the bounds are those of
    `limits.LAYOUTS` and `limits.READINGS`, at which all are let go."""

    __slots__ = ("_count", "_made", "_met")

    def __init__(self) -> None:
        self._made: dict[Kind, list[tuple[re.Pattern[bytes], Index]]] = {}
        self._met: Counter[tuple[Kind, bytes]] = Counter()
        self._count = 0

    def read(
        self, method: str, code: int, raw: bytes, start: int
    ) -> tuple[Index, Rows, int] | None:
        """Index and rows of the head whose rows begin at `start`, and where the body begins; None
        where no expression fits. `method` and `code` are those of its start line."""
        for expression, index in self._made.get(code or method, ()):
            found = expression.match(raw, start, limits.MESSAGE)
            if found is not None:
                return index, found, found.end()
        return None

    def meet(self, method: str, code: int, names: bytes, index: Index) -> None:
        """A usual head with these names, one a line, was read without an expression."""
        layout = code or method, names
        self._met[layout] += 1
        if self._met[layout] == limits.LAYOUT_MET:
            self._make(code or method, names, index)
        elif len(self._met) > limits.READINGS:
            self._met.clear()

    def _make(self, kind: Kind, names: bytes, index: Index) -> None:
        if self._count >= limits.LAYOUTS:
            self._made.clear()
            self._met.clear()
            self._count = 0
        # Possessive: where one row is another one, those before it are not tried again.
        rows = (b"(%b:.*+)(?<=\r)\n" % re.escape(name) for name in names.split(b"\n"))
        expression = re.compile(b"".join(rows) + b"\r\n")
        self._made.setdefault(kind, []).insert(0, (expression, index))
        del self._made[kind][limits.LAYOUTS_ALIKE :]
        self._count += 1
