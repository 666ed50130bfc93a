"""What the text says of the clocks of several captures: `b is 3.214 s ahead of a, n=14`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analyzer.report.layout import wrap
from analyzer.report.model import Capture, Clock
from analyzer.report.view import View

_SHOWN: Final = 8  # clocks that are told
_CHANGED: Final = "clocks: "


def clocks(view: View) -> Iterator[str]:
    """Nothing where all clocks agree, or have nothing in common to tell it by."""
    told: dict[str, list[int]] = {}
    for number, capture in enumerate(view.captures):
        text = _told(capture, view)
        if text:
            told.setdefault(text, []).append(number)
    texts = [f"{_names(numbers, view)} {text}" for text, numbers in told.items()]
    if len(texts) > _SHOWN:
        texts[_SHOWN:] = [f"{len(texts) - _SHOWN} more (all of them in -o report.json)"]
    if texts:
        yield from wrap("; ".join(texts), _CHANGED, "  ")


def _told(capture: Capture, view: View) -> str:
    """What follows the name of a capture."""
    clock, offset = capture.clock, capture.clock_offset_ms
    if clock is None:
        return ""
    if offset is None:
        return f"against {_reference(clock, view)}: unknown, {clock.detail} (--clock sets it)"
    drift = clock.drift_ppm
    if not offset and not drift:
        return ""
    apart = f"is {abs(offset) / 1000:.3f} s {'ahead' if offset >= 0 else 'behind'}"
    if clock.basis == "given":
        return f"{apart}, as given"
    of = " of" if offset >= 0 else ""
    gains = f", drift {drift:+.1f} ppm" if drift else ""
    return f"{apart}{of} {_reference(clock, view)}, n={clock.messages}{gains}"


def _reference(clock: Clock, view: View) -> str:
    return view.letter(0 if clock.reference is None else clock.reference)


def _names(numbers: list[int], view: View) -> str:
    """`b`, or `b..f` for files that share a clock."""
    first, last = view.letter(numbers[0]), view.letter(numbers[-1])
    if not first:
        return "the capture"
    return first if first == last else f"{first}..{last}"
