"""What can be shown, by the names that reports give it."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from analyzer.report.model import Frame

_NAMED: Final = re.compile(r"([EA])([1-9]\d{0,8})")
_FRAME: Final = re.compile(r"([a-z]{0,3})#?([1-9]\d{0,9})")
_KEY: Final = re.compile(r"[0-9a-f]{12}")


class Wanted(NamedTuple):
    """An exchange by id or stable key, an agreement by id, or a frame."""

    kind: Literal["exchange", "agreement", "frame"]
    name: str
    frame: Frame | None = None


def parse(text: str) -> Wanted | None:
    """`E1`, `A1`, a stable key, `12`, `#12` or `b#12`; None for what is none of these."""
    if _KEY.fullmatch(text):
        return Wanted("exchange", text)
    named = _NAMED.fullmatch(text.upper())
    if named is not None:
        return Wanted("exchange" if named[1] == "E" else "agreement", named[0])
    found = _FRAME.fullmatch(text.lower())
    if found is None:
        return None
    return Wanted("frame", text, Frame(_capture(found[1]), int(found[2])))


def _capture(letters: str) -> int:
    """`a` is 0, `z` 25, `aa` 26 (`naming.letter`); where there is one capture there is none."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("a") + 1
    return max(number - 1, 0)
