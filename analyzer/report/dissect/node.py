"""Fields and where they stand: the tree, and the text that it is read from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from analyzer.limits import ELEMENTS
from analyzer.report.escape import mask
from analyzer.sip.headers import decode

Span = tuple[int, int]
"""Start and end, in octets."""

LWS: Final = " \t\r\n"
MASKED: Final = "***"
KEYS: Final = frozenset(("ck", "ik"))  # TS 24.229 7.2A.1

INLINE: Final = re.compile(r"(inline:)([^|\s]+)")  # keys of media, RFC 4568 6.1
_QUOTED: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*+\\?"?'
_BRACKETED: Final = rf'<[^>"]*+(?:{_QUOTED}[^>"]*+)*+>?'
_OUTSIDE_QUOTES: Final = re.compile(rf"([,;])|{_QUOTED}", re.DOTALL)
_OUTSIDE_BOTH: Final = re.compile(rf"([,;])|{_QUOTED}|{_BRACKETED}", re.DOTALL)


class Node(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One field: `length` octets from `start` on in the data source that it belongs to.

    `field` is Wireshark's name of it where it has one (`sip.sec_mechanism.spi_c`), else begins with
    `secagree.`; `name` is what people call it, `text` its value as it stands there, octets that are
    no UTF-8 as `\\xNN`, `note` what that means. Ranges are those of Wireshark: a header row reaches
    from its name to behind its line end, a parameter is its value alone. `defects` are words of the
    parsers. Text came out of a packet: whoever shows it escapes it.
    """

    field: str
    name: str
    text: str = ""
    start: int
    length: int
    note: str = ""
    defects: list[str] = []
    children: list[Node] = []

    def walk(self) -> Iterator[Node]:
        """The node and all below it, from the top."""
        yield self
        for child in self.children:
            yield from child.walk()

    def moved(self, by: int) -> Node:
        """The same tree with every start that many octets further on."""
        children = [child.moved(by) for child in self.children]
        return msgspec.structs.replace(self, start=self.start + by, children=children)


class Octets:
    """A message whose characters are its octets, so that places in `text` are offsets in `raw`."""

    __slots__ = ("raw", "show_keys", "text")

    def __init__(self, raw: bytes, show_keys: bool = False) -> None:
        self.raw = raw
        self.text = raw.decode("latin-1")
        self.show_keys = show_keys

    def shown(self, start: int, end: int) -> str:
        """What stands there as people read it, keys masked unless they are to be shown."""
        text = decode(self.raw[start:end])
        return text if self.show_keys else INLINE.sub(rf"\1{MASKED}", mask(text))

    def trimmed(self, start: int, end: int) -> Span:
        """The same without the white space at both ends."""
        while start < end and self.text[start] in LWS:
            start += 1
        while end > start and self.text[end - 1] in LWS:
            end -= 1
        return start, end

    def node(self, field: str, name: str, span: Span, note: str = "") -> Node:
        """A field with the text that stands there."""
        start, end = span
        text = MASKED if name.lower() in KEYS and not self.show_keys else self.shown(start, end)
        return Node(field=field, name=name, text=text, start=start, length=end - start, note=note)

    def split(self, span: Span, separator: str, brackets: bool = True) -> list[Span]:
        """The trimmed parts between separators (`,` or `;`) outside quotes, and outside angle
        brackets too unless `brackets` is off; `limits.ELEMENTS` at most, empty ones left out."""
        start, end = span
        parts: list[Span] = []
        pattern = _OUTSIDE_BOTH if brackets else _OUTSIDE_QUOTES
        for found in pattern.finditer(self.text, start, end):
            if found[1] != separator:
                continue
            parts.append(self.trimmed(start, found.start()))
            start = found.end()
            if len(parts) >= ELEMENTS:
                break
        else:
            parts.append(self.trimmed(start, end))
        return [part for part in parts if part[0] < part[1]]

    def parameter(self, span: Span) -> tuple[str, Span, bool]:
        """`name=value`: the name, where the value stands (the name, where there is none), and
        whether it stands in quotes, which are not of the span then."""
        start, end = span
        equal = self.text.find("=", start, end)
        if equal < 0:
            return self.text[start:end], span, False
        name = self.text[start:equal].strip(LWS)
        first, last = self.trimmed(equal + 1, end)
        quoted = last - first > 1 and self.text[first] == '"' == self.text[last - 1]
        return name, ((first + 1, last - 1) if quoted else (first, last)), quoted
