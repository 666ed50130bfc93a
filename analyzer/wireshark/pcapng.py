"""Writing pcapng (draft-ietf-opsawg-pcapng): sections, interfaces, packets with comments."""

from __future__ import annotations

from struct import Struct
from typing import BinaryIO, Final

_SECTION: Final = 0x0A0D0D0A
_INTERFACE: Final = 1
_ENHANCED: Final = 6
_MAGIC: Final = 0x1A2B3C4D

_COMMENT: Final = 1
_USERAPPL: Final = 4
_NAME: Final = 2
_TSRESOL: Final = 9
_NANOSECONDS: Final = b"\x09"
_COMMENT_OCTETS: Final = 4096

_WORD: Final = Struct("<I")
_HEAD: Final = Struct("<IHHq")
_LINK: Final = Struct("<HHI")
_PACKET: Final = Struct("<IIIII")
_OPTION: Final = Struct("<HH")


class PcapngWriter:
    """Writes one section. Times are nanoseconds since the epoch."""

    def __init__(self, stream: BinaryIO, application: str) -> None:
        self._stream = stream
        self._interfaces: dict[tuple[int, str], int] = {}
        body = _HEAD.pack(_MAGIC, 1, 0, -1)
        self._block(_SECTION, body + _options([(_USERAPPL, application.encode())]))

    def interface(self, link_type: int, name: str) -> int:
        """The number of the interface of this link type and name, made when it is new."""
        known = self._interfaces.get((link_type, name))
        if known is not None:
            return known
        number = self._interfaces[link_type, name] = len(self._interfaces)
        options = _options([(_NAME, _text(name)), (_TSRESOL, _NANOSECONDS)])
        self._block(_INTERFACE, _LINK.pack(link_type, 0, 0) + options)
        return number

    def packet(
        self, interface: int, time: int, data: bytes, original: int, comments: list[str]
    ) -> None:
        """One packet, `original` octets long on the wire."""
        upper, lower = time >> 32, time & 0xFFFFFFFF
        body = _PACKET.pack(interface, upper, lower, len(data), max(original, len(data)))
        self._block(_ENHANCED, body + _padded(data) + _options([
            (_COMMENT, _text(comment)) for comment in comments
        ]))  # fmt: skip

    def _block(self, kind: int, body: bytes) -> None:
        size = _WORD.pack(len(body) + 12)
        self._stream.write(_WORD.pack(kind) + size + body + size)


def _options(rows: list[tuple[int, bytes]]) -> bytes:
    if not rows:
        return b""
    return b"".join(
        _OPTION.pack(code, len(value)) + _padded(value) for code, value in rows
    ) + _OPTION.pack(0, 0)


def _text(text: str) -> bytes:
    """UTF-8, cut between two characters."""
    return text.encode("utf-8", "replace")[:_COMMENT_OCTETS].decode("utf-8", "ignore").encode()


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
