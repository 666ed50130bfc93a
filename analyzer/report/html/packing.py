"""JSON in the page: deflated, in base64, so that a page holds many exchanges."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from analyzer.report.escape import changed, escape
from analyzer.report.json_writer import may_hold_keys

_ENCODE: Final = msgspec.json.Encoder().encode
_LEVEL: Final = 9


def safe(value: Any, show_keys: bool = False) -> Any:
    """The value with every text of it printable, keys masked unless they are to be shown."""
    return changed(value, lambda text: escape(text, ascii_only=False, show_keys=show_keys))


def encoded(value: Any, show_keys: bool = False) -> bytes:
    """The JSON of a value, made `safe`."""
    try:
        data = _ENCODE(value)
    except UnicodeEncodeError:  # octets that were no UTF-8
        return _ENCODE(safe(value, show_keys))
    return data if _is_safe(data, show_keys) else _ENCODE(safe(value, show_keys))


def _is_safe(data: bytes, show_keys: bool) -> bool:
    """Whether nothing would change, as far as a glance at the JSON tells: what is not printable is
    not ASCII there, or has a backslash that stands before neither a quote nor a backslash."""
    if not data.isascii() or b"\x7f" in data or not (show_keys or not may_hold_keys(data)):
        return False
    return b"\\" not in data.replace(b"\\\\", b"").replace(b'\\"', b"")


def packed(data: bytes) -> str:
    """What the page's `unpack` takes."""
    return b64encode(zlib.compress(data, _LEVEL)).decode("ascii")


class Blocks:
    """JSON values gathered into arrays of some size, each packed when it is full.

    `starts` says of each array how many values stand before it.
    """

    def __init__(self, size: int) -> None:
        self.starts: list[int] = []
        self._size = size
        self._held: list[bytes] = []
        self._octets = 0
        self._count = 0

    def add(self, data: bytes) -> Iterator[str]:
        """Take in one value; gives the array that it fills, packed."""
        if not self._held:
            self.starts.append(self._count)
        self._held.append(data)
        self._octets += len(data)
        self._count += 1
        if self._octets >= self._size:
            yield from self.rest()

    def rest(self) -> Iterator[str]:
        """What is held, packed."""
        if self._held:
            yield packed(b"[" + b",".join(self._held) + b"]")
            self._held = []
            self._octets = 0
