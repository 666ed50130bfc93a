"""The pass over the captures that finds out how their clocks stand to one another (`clocks`)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from analyzer.capture.captures import Captures, read_capture
from analyzer.capture.clocks import Clock, are_taps, compare, settle
from analyzer.capture.files import Input
from analyzer.capture.lines import name_kind
from analyzer.capture.marks import Marks
from analyzer.capture.packet import CaptureInfo
from analyzer.limits import CLOCK_LOOK, CLOCK_MARKS


class ClockError(ValueError):
    """What the user said of a clock fits no capture."""


def align(captures: Captures, given: Mapping[str, int]) -> None:
    """Fill `captures.clocks`. `given` has nanoseconds by which the clock of a file is ahead, by its
    path or its name.

    Captures that cannot be read twice are passed over. Raises `ClockError` for a file in `given`
    that is none of the captures.
    """
    told = _of_captures(captures, given)
    groups = _clocks(captures.entries)
    if len(groups) > 1:
        _compare(captures, groups, told)
    else:
        for capture, ahead in told.items():
            captures.clocks[capture] = Clock("given", capture, ahead)


def _of_captures(captures: Captures, given: Mapping[str, int]) -> dict[int, int]:
    """What the user gave, by capture."""
    told: dict[int, int] = {}
    for name, ahead in given.items():
        fits = [n for n, info in enumerate(captures.infos) if info.path == name]
        fits = fits or [n for n, i in enumerate(captures.infos) if Path(i.path).name == name]
        if not fits:
            raise ClockError(f"{name!r} is none of the captures")
        told |= dict.fromkeys(fits, ahead)
    return told


def _clocks(entries: Sequence[Input]) -> list[list[tuple[int, Marks]]]:
    """The captures that can be compared with their marks, those of one clock together."""
    numbers = [n for n, entry in enumerate(entries) if entry.repeatable]
    if len(numbers) < 2:
        return []
    named: dict[str, list[int]] = {}
    for number in numbers:
        named.setdefault(name_kind(entries[number].path), []).append(number)
    most = CLOCK_MARKS // len(numbers)
    if len(named) == 1:
        looked = [_marks(entries[number], most, CLOCK_LOOK) for number in numbers]
        if not are_taps(looked):
            return []
    found: list[list[tuple[int, Marks]]] = []
    for alike in named.values():
        marked = [(number, _marks(entries[number], most)) for number in alike]
        if len(marked) > 1 and are_taps([marks for _, marks in marked]):
            found += [[one] for one in marked]
        else:
            found.append(marked)
    return sorted(found, key=lambda group: group[0][0])


def _marks(entry: Input, most: int, frames: int | None = None) -> Marks:
    marks = Marks(most)
    marks.collect(read_capture(0, entry, CaptureInfo(entry.path)), frames)
    return marks


def _compare(
    captures: Captures, groups: list[list[tuple[int, Marks]]], told: Mapping[int, int]
) -> None:
    firsts = [group[0][0] for group in groups]
    offsets = compare([[marks for _, marks in group] for group in groups])
    given = {
        place: told[number]
        for place, group in enumerate(groups)
        for number, _ in group
        if number in told
    }
    for place, clock in settle(firsts, offsets, given).items():
        for number, _ in groups[place]:
            captures.clocks[number] = clock
    for number, ahead in told.items():
        captures.clocks.setdefault(number, Clock("given", number, ahead))
