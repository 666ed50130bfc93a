"""Lines of at most 80 columns: clipping, wrapping, and what stands flush right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

WIDTH: Final = 80
ELLIPSIS: Final = "..."
GLUE: Final = "\xa0"  # a blank at which no line is broken; no escaped text has one


def clip(text: str, width: int) -> str:
    """The text cut to a width, with an ellipsis where something was cut."""
    if len(text) <= width:
        return text
    return text[: max(width - len(ELLIPSIS), 0)] + ELLIPSIS[:width]


def wrap(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> list[str]:
    """Words filled into lines; `first` stands before the first line, `rest` before the others.

    A word longer than a line is broken behind a `;` or `,`, else cut with an ellipsis. A line is
    built from words alone, so runs of blanks become one.
    """
    rest = first if rest is None else rest
    lines: list[str] = []
    line, empty = first, True
    for word in _words(text, width - max(len(first), len(rest))):
        if not empty and len(line) + 1 + len(word) > width:
            lines.append(line)
            line, empty = rest, True
        line = line + clip(word, width - len(line)) if empty else f"{line} {word}"
        empty = False
    return [one.replace(GLUE, " ") for one in (*lines, line.rstrip())]


def _words(text: str, room: int) -> Iterator[str]:
    for word in text.split(" "):
        while len(word) > room:
            cut = max(word.rfind(";", 0, room), word.rfind(",", 0, room)) + 1
            if not cut:
                break
            yield word[:cut]
            word = word[cut:]
        if word:
            yield word


def pair(left: str, right: str, width: int = WIDTH) -> str:
    """One line with `right` flush right; `left` gives way where both do not fit."""
    if not right:
        return clip(left, width)
    right = clip(right, width)
    room = width - len(right) - 1
    return f"{clip(left, max(room, 0)):<{max(room, 0)}} {right}"[-width:]


def grouped(number: int) -> str:
    """`5012` as `5 012`."""
    return f"{number:,}".replace(",", " ")


def plural(number: int, noun: str) -> str:
    """`1 note`, `5 notes`."""
    return f"{grouped(number)} {noun}" + ("" if number == 1 else "s")


def seconds(value: float) -> str:
    """A span of time and its unit: `0.4 ms`, `1.415 s`, `12.5 s`, `2.8 h`."""
    if value < 0.01:
        return f"{value * 1000:.1f} ms"
    if value < 10:
        return f"{value:.3f} s"
    if value < 10_000:
        return f"{value:.1f} s"
    return f"{value / 3600:.1f} h"


def spi_text(spi: int) -> str:
    """`0x00006438 (25656)`."""
    return f"0x{spi:08x} ({spi})"
