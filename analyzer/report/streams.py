"""Iterables that can be walked again: a stream changed or thinned out, one object at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Generic, TypeVar

from analyzer.report.glance import pick

T = TypeVar("T")


class Filtered(Generic[T]):
    """What of a stream satisfies a predicate."""

    __slots__ = ("_keep", "source")

    def __init__(self, items: Iterable[T], keep: Callable[[T], bool]) -> None:
        self.source = items
        self._keep = keep

    def __iter__(self) -> Iterator[T]:
        return filter(self._keep, self.source)

    def pick(self, exchanges: Collection[str]) -> Iterator[T]:
        """What belongs to these exchanges, in order."""
        return filter(self._keep, _picked(self.source, exchanges))


class Mapped(Generic[T]):
    """Each object of a stream, changed."""

    __slots__ = ("_change", "source")

    def __init__(self, items: Iterable[T], change: Callable[[T], T]) -> None:
        self.source = items
        self._change = change

    def __iter__(self) -> Iterator[T]:
        return map(self._change, self.source)

    def pick(self, exchanges: Collection[str]) -> Iterator[T]:
        """What belongs to these exchanges, in order."""
        return map(self._change, _picked(self.source, exchanges))


def origin(stream: Iterable[Any]) -> Iterable[Any]:
    """The stream behind all changes."""
    while isinstance(stream, (Filtered, Mapped)):
        stream = stream.source
    return stream


def _picked(stream: Any, exchanges: Collection[str]) -> Iterator[Any]:
    return pick(stream, exchanges)
