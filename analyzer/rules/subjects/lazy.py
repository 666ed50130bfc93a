"""Facts that are worked out when a rule first asks for them, and kept."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class fact(Generic[T]):
    """A fact of a subject: computed at most once, then a plain attribute.

    One that is at hand, or that rules ask for once, is a property: keeping it would cost more.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, subject: None, kind: type) -> "fact[T]": ...
    @overload
    def __get__(self, subject: object, kind: type) -> T: ...
    def __get__(self, subject: object, kind: type) -> "T | fact[T]":
        if subject is None:
            return self
        value = self._compute(subject)
        setattr(subject, self._name, value)
        return value


def forget(subject: object) -> None:
    """Part with all that a subject knows: subjects refer to one another."""
    subject.__dict__.clear()
