"""What is written alike again and again is read once.

Phones of one make send the same header names in the same order, the same Request-URI, the same
option tags. A reading is a pure function, so remembering it changes nothing but the time it takes.
"""

from collections.abc import Callable
from typing import TypeVar

from analyzer import limits

Text = TypeVar("Text", bound=bytes | str)
Value = TypeVar("Value")


class _Readings(dict[Text, Value]):
    """The values of texts read lately; at the bound all are let go, since to find the oldest one
    would cost each look-up more than reading anew costs now and then."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[Text], Value]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: Text) -> Value:
        value = self._read(text)
        if len(text) <= limits.READING:
            if len(self) >= limits.READINGS:
                self.clear()
            self[text] = value
        return value


def remembered(read: Callable[[Text], Value]) -> Callable[[Text], Value]:
    """`read`, remembering the values it gave lately for texts of usual length, at most
    `limits.READINGS` of them.

    Its values are shared: nobody may change them.
    """
    return _Readings(read).__getitem__
