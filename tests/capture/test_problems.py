"""Alike problems are one: the lowest frame stays, and their number is bounded."""

from analyzer.capture.packet import Problem
from analyzer.capture.problems import Problems
from analyzer.flows.problems import Problems as OfAll


def test_those_that_differ_in_detail_are_told_apart_up_to_the_bound() -> None:
    found: list[Problem] = []
    problems = Problems(found, bound=2)
    for frame, detail in ((3, "a"), (4, "b"), (5, "a"), (6, "c"), (7, "d")):
        problems.add("kind", frame, frame * 100, detail)
    assert found == [
        Problem("kind", 3, 300, "a", 2),
        Problem("kind", 4, 400, "b"),
        Problem("further-problems", 6, 600, "", 2),
    ]


def test_counts_of_several_sweeps_add_up_and_the_lowest_frame_stays() -> None:
    problems = OfAll()
    problems.add(1, Problem("kind", 9, None, "late", 4))
    problems.note(1, "kind", 2, "early")
    problems.note(1, "kind", 5, "between")
    problems.note(1, "other", 1)
    problems.note(0, "kind", 7)
    assert list(problems) == [
        (0, Problem("kind", 7)),
        (1, Problem("other", 1)),
        (1, Problem("kind", 2, None, "early", 6)),
    ]
