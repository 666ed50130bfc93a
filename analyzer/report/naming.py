"""Short names of frames: what captures are called where there are several."""

from __future__ import annotations


def letter(capture: int, captures: int) -> str:
    """The short name of a capture: nothing where there is one, else a, b, .. z, aa, ab, .."""
    if captures < 2:
        return ""
    name = ""
    number = capture + 1
    while number > 0:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("a") + rest) + name
    return name


def frame_name(capture: int, frame: int, captures: int) -> str:
    """`#4`, or `c#4` where the report has several captures."""
    return f"{letter(capture, captures)}#{frame}"
