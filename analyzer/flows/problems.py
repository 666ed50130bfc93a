"""What could not be used of the captures, counted by capture and kind."""

from collections.abc import Iterator

from analyzer.capture.packet import Problem


class Problems:
    """One `Problem` a capture and kind: the lowest such frame, and how many there were.

    The kinds are a fixed few, so this cannot grow with the input.
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], Problem] = {}

    def note(self, capture: int, kind: str, frame: int | None = None, detail: str = "") -> None:
        """Count one more problem of this kind in this capture."""
        self.add(capture, Problem(kind=kind, frame=frame, detail=detail))

    def add(self, capture: int, problem: Problem) -> None:
        """The same, with its count."""
        known = self._kept.setdefault((capture, problem.kind), problem)
        if known is problem:
            return
        known.count += problem.count
        if _place(problem) < _place(known):
            known.frame, known.detail = problem.frame, problem.detail

    def __iter__(self) -> Iterator[tuple[int, Problem]]:
        """(capture, problem), in the order of their frames."""
        for (capture, _), problem in sorted(self._kept.items(), key=_order):
            yield capture, problem


def _place(problem: Problem) -> int:
    """Where it is; what has no frame concerns the whole capture, and comes first."""
    return problem.frame or 0


def _order(kept: tuple[tuple[int, str], Problem]) -> tuple[int, int, str]:
    (capture, kind), problem = kept
    return capture, _place(problem), kind
