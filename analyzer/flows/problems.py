"""What could not be used of the captures, counted by capture and kind."""

from collections.abc import Iterator

from analyzer.capture.packet import Problem
from analyzer.capture.problems import Problems as OfOne
from analyzer.capture.problems import place


class Problems:
    """One `Problem` a capture and kind: the lowest such frame, and how many there were.

    The kinds are a fixed few, so this cannot grow with the input.
    """

    __slots__ = ("_of",)

    def __init__(self) -> None:
        self._of: dict[int, OfOne] = {}

    def note(self, capture: int, kind: str, frame: int | None = None, detail: str = "") -> None:
        """Count one more problem of this kind in this capture."""
        self.add(capture, Problem(kind=kind, frame=frame, detail=detail))

    def add(self, capture: int, problem: Problem) -> None:
        """The same, with its count."""
        of_one = self._of.get(capture)
        if of_one is None:
            of_one = self._of[capture] = OfOne([], bound=None)
        of_one.merge(problem)

    def __iter__(self) -> Iterator[tuple[int, Problem]]:
        """(capture, problem), in the order of their frames."""
        for capture, problems in sorted(self._of.items()):
            for problem in sorted(problems, key=lambda one: (place(one), one.kind)):
                yield capture, problem
