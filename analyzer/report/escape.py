"""What came out of a packet, made safe for a terminal, and key material masked.

A terminal must not be driven by a capture: control characters, escapes, bidirectional marks and
everything else that is not one plain column become `\\xNN` or `\\u{...}`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

T = TypeVar("T")

KEYS: Final = re.compile(
    r"""\b(ck|ik)(\s*=\s*)("[^"]*"?|'[^']*'?|(?:0x)?[0-9a-z+/=]+)""", re.IGNORECASE
)


def mask(text: str) -> str:
    """Put `***` for the values of `ck` and `ik` (TS 24.229 7.2A.1), however they are quoted."""
    return KEYS.sub(r"\1\2***", text)


def escape(text: str, ascii_only: bool = True, show_keys: bool = False) -> str:
    """The text with every character that is not one printable column written out, and keys masked
    unless they are to be shown.

    Escaping an escaped text changes nothing.
    """
    if "=" in text and not show_keys:
        text = mask(text)
    if text.isascii() and text.isprintable():
        return text
    return "".join([_shown(character, ascii_only) for character in text])


def _shown(character: str, ascii_only: bool) -> str:
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return character
    if 0xDC80 <= code <= 0xDCFF:  # an octet that was not UTF-8 (surrogateescape)
        return f"\\x{code - 0xDC00:02x}"
    if not ascii_only and _one_column(character):
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def _one_column(character: str) -> bool:
    return (
        character.isprintable()
        and not unicodedata.combining(character)
        and unicodedata.east_asian_width(character) not in ("W", "F")
    )


def whole_text(text: str) -> str:
    """The text as UTF-8 can hold it: octets that were none (surrogateescape) become `\\xNN`."""
    return "".join([_shown(c, False) if "\ud800" <= c <= "\udfff" else c for c in text])


def escaped(value: T, ascii_only: bool = True, show_keys: bool = False) -> T:
    """A copy of a model object in which every text is escaped, however deep."""
    return changed(value, lambda text: escape(text, ascii_only, show_keys))


def changed(value: T, change: Callable[[str], str]) -> T:
    """A copy of a model object with every text of it changed."""
    copy: T = _walk(value, change)
    return copy


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, msgspec.Struct):
        fields = value.__struct_fields__
        return type(value)(**{name: _walk(getattr(value, name), change) for name in fields})
    if isinstance(value, list):
        return [_walk(item, change) for item in value]
    if isinstance(value, dict):
        return {_walk(key, change): _walk(item, change) for key, item in value.items()}
    return value
