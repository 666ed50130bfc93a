"""What is wrong with a rule book, a policy file or a selection, told so that people can mend it."""

from collections.abc import Iterable
from difflib import get_close_matches


class BookError(ValueError):
    """A rule book (or policy file) that cannot be used. `str()` is one line for people."""


class ExpressionError(ValueError):
    """A fault in one expression. `column` counts from 1 in the text of that expression."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest of the known words, or nothing."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""
