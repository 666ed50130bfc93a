"""Texts inside Markdown (GFM, as forges and trackers read it) that can be nothing but text.

Words of harmless characters stand as they are. Every other word becomes a code span, in which no
markup, HTML, link, mention, issue number or emoji is looked for. Texts are escaped before, so that
there are no line ends in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9,.;:()/'\"%+=-]*")
_ARROW: Final = "->"
_LINKED: Final = re.compile(r"://|www\.|:[a-z_+-]", re.IGNORECASE)
# at its start a line may be an element of a list, or alone a rule, or underline what is above it
_FIRST: Final = re.compile(r"(?:[-+]|\d{1,9}[.)])(?: |$)|[-= ]+$")
_AROUND: Final = re.compile(r"(\(*)(.*?)([.,;)]*)", re.DOTALL)
_TICKS: Final = re.compile(r"`+")
_FENCE: Final = 3
_BAR: Final = "&#124;"


def inline(text: str, starts: bool = True) -> str:
    """The text as it may stand in a paragraph, heading or cell; `starts`: at the start of a line,
    as far as is known; there no blanks are left, as four of them begin a code block."""
    words = (text.lstrip(" ") if starts else text).split(" ")
    shown = [word if _harmless(word) else _kernel(word) for word in words]
    if starts and _FIRST.match(" ".join(words)):
        shown[0] = code(words[0])
    return " ".join(shown)


def _harmless(word: str) -> bool:
    return word == _ARROW or (_PLAIN.fullmatch(word) is not None and not _LINKED.search(word))


def _kernel(word: str) -> str:
    """The word as a code span, but for brackets and stops around it: (`#4`),"""
    found = _AROUND.fullmatch(word)
    if found is None or not found[2]:
        return code(word)
    return f"{found[1]}{code(found[2])}{found[3]}"


def code(text: str) -> str:
    """The text as a code span, between more backticks than it has in a row (CommonMark 6.1)."""
    if not text:
        return ""
    fence = "`" * (_longest(text) + 1)
    pad = " " if "`" in (text[0], text[-1]) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def cell(text: str) -> str:
    """The text as a cell of a table, where a bar ends even a code span (GFM 4.10). Readers do not
    agree on a bar behind a backslash, so none is written: it stands as an entity between spans."""
    return _BAR.join(inline(part, starts=False) for part in text.split("|"))


def fenced(lines: Iterable[str], kind: str = "text") -> Iterator[str]:
    """A code block, its fence longer than any run of backticks in it."""
    held = list(lines)
    fence = "`" * max(_FENCE, max(map(_longest, held), default=0) + 1)
    yield fence + kind
    yield from held
    yield fence


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table of texts."""
    names = list(heads)
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(map(cell, row))} |"


def _longest(text: str) -> int:
    return max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
