"""The problems of one capture: alike ones are counted together, so that their number is bounded."""

from collections.abc import Iterator

from analyzer.capture.packet import Problem
from analyzer.limits import PROBLEM_KINDS

FURTHER = "further-problems"


class Problems:
    """Collects into the list it is given, in the order of first sight.

    Two problems are alike when kind and detail are equal, and from `bound` distinct ones on all
    others are counted under `further-problems`. Without a bound the kind alone tells: for those who
    know a fixed few kinds. The lowest frame of alike ones stays, with its offset and detail.
    """

    __slots__ = ("_bound", "_known", "_list")

    def __init__(self, problems: list[Problem], bound: int | None = PROBLEM_KINDS) -> None:
        self._list = problems
        self._bound = bound
        self._known: dict[tuple[str, str], Problem] = {}

    def add(
        self, kind: str, frame: int | None = None, offset: int | None = None, detail: str = ""
    ) -> None:
        """Count one problem of `kind` at `frame` (1-based) and `offset` (octets into the file)."""
        self.merge(Problem(kind, frame, offset, detail))

    def merge(self, problem: Problem) -> None:
        """The same, with its count."""
        key = problem.kind, "" if self._bound is None else problem.detail
        known = self._known.get(key)
        if known is None and self._bound is not None and len(self._known) >= self._bound:
            problem.kind, problem.detail = key = FURTHER, ""
            known = self._known.get(key)
        if known is None:
            self._known[key] = problem
            self._list.append(problem)
            return
        known.count += problem.count
        if place(problem) < place(known):
            known.frame, known.offset, known.detail = problem.frame, problem.offset, problem.detail

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._list)


def place(problem: Problem) -> int:
    """Where it is; what has no frame concerns the whole capture, and comes first."""
    return problem.frame or 0
