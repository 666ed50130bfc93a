"""Values of rules as text for people: the same in every output."""

from collections.abc import Sequence
from typing import Any


def shown(value: Any) -> str | None:
    """Text of a fact: lists joined, elements of Security-* lists as written; None where absent."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case int():
            return str(value)
        case set() | frozenset():
            return ", ".join(sorted(map(str, value)))
        case Sequence():
            return ", ".join(text for text in map(shown, value) if text is not None)
        case _:
            return str(value.edit if hasattr(value, "edit") else value.raw)
