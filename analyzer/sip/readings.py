"""What is written alike again and again is read once.

Phones of one make send the same header names in the same order, the same Request-URI, the same
option tags. A reading is a pure function, so remembering it changes nothing but the time it takes.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from analyzer import limits

Text = TypeVar("Text", bytes, str)
Value = TypeVar("Value")


def remembered(read: Callable[[Text], Value]) -> Callable[[Text], Value]:
    """`read`, remembering the last `limits.READINGS` values it gave for texts of usual length.

    Its values are shared: nobody may change them.
    """
    again = lru_cache(limits.READINGS)(read)
    longest = limits.READING

    def reader(text: Text) -> Value:
        return again(text) if len(text) <= longest else read(text)

    return reader
