"""Iterables that can be walked again: a stream changed or thinned out, one object at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Filtered(Generic[T]):
    """What of a stream satisfies a predicate."""

    __slots__ = ("_items", "_keep")

    def __init__(self, items: Iterable[T], keep: Callable[[T], bool]) -> None:
        self._items = items
        self._keep = keep

    def __iter__(self) -> Iterator[T]:
        return filter(self._keep, self._items)


class Mapped(Generic[T]):
    """Each object of a stream, changed."""

    __slots__ = ("_change", "_items")

    def __init__(self, items: Iterable[T], change: Callable[[T], T]) -> None:
        self._items = items
        self._change = change

    def __iter__(self) -> Iterator[T]:
        return map(self._change, self._items)
