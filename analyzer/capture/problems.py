"""The problems of one capture: alike ones are counted together, and their number is bounded."""

from analyzer.capture.packet import Problem
from analyzer.limits import PROBLEM_KINDS

FURTHER = "further-problems"


class Problems:
    """Collects into the list it is given, in the order of first sight.

    Two problems are alike when kind and detail are equal; the first one's frame and offset stay.
    From `limits.PROBLEM_KINDS` distinct ones on, all others are counted under `further-problems`.
    """

    __slots__ = ("_known", "_list")

    def __init__(self, problems: list[Problem]) -> None:
        self._list = problems
        self._known: dict[tuple[str, str], Problem] = {}

    def add(
        self, kind: str, frame: int | None = None, offset: int | None = None, detail: str = ""
    ) -> None:
        """Count one problem of `kind` at `frame` (1-based) and `offset` (octets into the file)."""
        known = self._known.get((kind, detail))
        if known is None and len(self._known) >= PROBLEM_KINDS:
            kind, detail = FURTHER, ""
            known = self._known.get((kind, detail))
        if known is None:
            problem = Problem(kind, frame, offset, detail)
            self._known[kind, detail] = problem
            self._list.append(problem)
        else:
            known.count += 1
