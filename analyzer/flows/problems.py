"""What could not be used of the captures, counted by capture and kind."""

from collections.abc import Iterator

from analyzer.capture.packet import Problem


class Problems:
    """One `Problem` a capture and kind: the first such frame, and how many there were.

    The kinds are a fixed few, so this cannot grow with the input.
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], Problem] = {}

    def note(self, capture: int, kind: str, frame: int | None = None, detail: str = "") -> None:
        """Count one more problem of this kind in this capture."""
        known = self._kept.get((capture, kind))
        if known is None:
            self._kept[capture, kind] = Problem(kind=kind, frame=frame, detail=detail)
        else:
            known.count += 1

    def __iter__(self) -> Iterator[tuple[int, Problem]]:
        """(capture, problem), in the order they were first met."""
        for (capture, _), problem in self._kept.items():
            yield capture, problem
