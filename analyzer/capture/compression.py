"""Compressed inputs: gzip, bzip2, xz, Zstandard and LZ4, known by their magic.

Compressed octets are taken in small pieces and decompressed octets given in bounded ones, so a
file that expands a million times costs time in proportion and no memory. Several members (frames,
streams) one after the other are one stream; what else stands behind the last one is no part of it.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from analyzer.limits import COMPRESSED, DICTIONARY

GZIP_BITS: Final = 31  # zlib: largest window, with gzip's header and trailer
LARGEST_READ: Final = 1 << 20


class Reader(Protocol):
    """What a capture is read from."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` octets, b"" at the end. Raises OSError or `CutShort`, nothing else."""


class CutShort(Exception):
    """A compressed stream ends early; what could be decompressed was given."""


class Damaged(CutShort):
    """A compressed stream holds something else from here on."""


class Decompressor(Protocol):
    """One member of a compressed stream, in the manner of `bz2.BZ2Decompressor`.

    `decompress` gives at most `size` octets, keeps what it did not use, and raises `failures`.
    """

    @property
    def eof(self) -> bool:
        """The member has ended."""

    @property
    def needs_input(self) -> bool:
        """Nothing more can be given without further compressed octets."""

    @property
    def unused_data(self) -> bytes | None:
        """What stands behind the end of the member."""

    def decompress(self, data: bytes, size: int, /) -> bytes:
        """The next octets."""


class Gzip:
    """A gzip member (RFC 1952). Where it is damaged, all octets before that are still given."""

    __slots__ = ("_compressed", "_damage", "_inflate", "_more")

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(GZIP_BITS)
        self._compressed = b""
        self._more = False  # zlib may hold octets that had no room
        self._damage: zlib.error | None = None

    @property
    def eof(self) -> bool:
        """See `Decompressor`."""
        return self._inflate.eof

    @property
    def needs_input(self) -> bool:
        """See `Decompressor`."""
        return not (self._compressed or self._more or self._damage)

    @property
    def unused_data(self) -> bytes:
        """See `Decompressor`."""
        return self._inflate.unused_data

    def decompress(self, data: bytes, size: int, /) -> bytes:
        """See `Decompressor`."""
        if self._damage is not None:
            raise self._damage
        compressed = self._compressed + data
        before = self._inflate.copy()
        try:
            out = self._inflate.decompress(compressed, size)
            self._compressed = self._inflate.unconsumed_tail
        except zlib.error as error:
            self._damage = error
            out = readable_part(before, compressed)
        self._more = len(out) == size
        return out


class Inflate(Protocol):
    """The part of zlib's decompression object that is used here."""

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes:
        """Decompress, or raise zlib.error."""


def readable_part(inflate: Inflate, compressed: bytes) -> bytes:
    """What comes out of `compressed` before the octet at which it is damaged."""
    out = bytearray()
    try:
        for at in range(len(compressed)):
            out += inflate.decompress(compressed[at : at + 1], LARGEST_READ)
    except zlib.error:
        pass
    return bytes(out)


class Zstandard:
    """A Zstandard frame (RFC 8878). A block gives at most 128 KiB and has at least four octets, so
    the little that is fed at once bounds what comes out of it."""

    __slots__ = ("_compressed", "_frame", "_given", "_ready")

    FED: Final = 512  # at most 16 MiB come out of that

    def __init__(self) -> None:
        import zstandard

        limited = zstandard.ZstdDecompressor(max_window_size=DICTIONARY)
        self._frame = limited.decompressobj()
        self._compressed = b""
        self._ready = b""
        self._given = 0  # of what is ready

    @property
    def eof(self) -> bool:
        """See `Decompressor`."""
        return self._frame.eof and self._given == len(self._ready)

    @property
    def needs_input(self) -> bool:
        """See `Decompressor`."""
        return not self._compressed and self._given == len(self._ready)

    @property
    def unused_data(self) -> bytes:
        """See `Decompressor`."""
        return bytes(self._frame.unused_data) + self._compressed

    def decompress(self, data: bytes, size: int, /) -> bytes:
        """See `Decompressor`."""
        self._compressed += data
        fed = 0
        while self._given == len(self._ready) and fed < len(self._compressed):
            if self._frame.eof:
                break
            self._ready = self._frame.decompress(self._compressed[fed : fed + self.FED])
            self._given = 0
            fed += self.FED
        self._compressed = self._compressed[fed:]
        out = self._ready[self._given : self._given + size]
        self._given += len(out)
        return out


def xz() -> Decompressor:
    """An .xz stream whose dictionary is not larger than `limits.DICTIONARY`."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, DICTIONARY)


def lz4_frame() -> Decompressor:
    """An LZ4 frame."""
    from lz4.frame import LZ4FrameDecompressor

    made: Decompressor = LZ4FrameDecompressor()
    return made


class Method(NamedTuple):
    """A way of compression: how a member of it is read, and what is raised where it is damaged."""

    name: str
    magic: bytes
    make: Callable[[], Decompressor]
    failures: Callable[[], tuple[type[Exception], ...]]


def zstandard_failures() -> tuple[type[Exception], ...]:
    """Loaded only where it is used."""
    from zstandard import ZstdError

    return (ZstdError, MemoryError)


METHODS: Final = (
    Method("gzip", b"\x1f\x8b", Gzip, lambda: (zlib.error,)),
    Method("bzip2", b"BZh", bz2.BZ2Decompressor, lambda: (OSError, ValueError)),
    Method("xz", b"\xfd7zXZ\0", xz, lambda: (lzma.LZMAError, MemoryError)),
    Method("zstd", b"\x28\xb5\x2f\xfd", Zstandard, zstandard_failures),
    Method("lz4", b"\x04\x22\x4d\x18", lz4_frame, lambda: (RuntimeError, MemoryError)),
)


class Decompressed:
    """What a compressed stream holds, members one after the other."""

    __slots__ = ("_ended", "_failure", "_make", "_member", "_method", "_raw", "_rest")

    def __init__(self, method: "Method", raw: Reader) -> None:
        self._method = method
        self._raw = raw
        self._member = method.make()
        self._rest = b""  # compressed octets not yet fed
        self._failure: CutShort | None = None

    def read(self, size: int, /) -> bytes:
        """See `Reader`."""
        size = min(size, LARGEST_READ)
        while self._failure is None:
            if self._member.eof and not self._next_member():
                return b""
            fed = b""
            if self._member.needs_input:
                fed = self._rest or self._raw.read(COMPRESSED)
                self._rest = b""
                if not fed:
                    self._failure = CutShort(f"{self._method.name}: the stream ends early")
                    break
            try:
                out = self._member.decompress(fed, size)
            except self._method.failures() as error:
                self._failure = Damaged(f"{self._method.name}: {error}")
                break
            if out:
                return out
        raise self._failure

    def _next_member(self) -> bool:
        """Go on to the next member, if one stands behind this one."""
        magic = self._method.magic
        rest = self._member.unused_data or b""
        rest += self._rest
        while len(rest) < len(magic) and (more := self._raw.read(COMPRESSED)):
            rest += more
        if not rest.startswith(magic):
            return False
        self._member = self._method.make()
        self._rest = rest
        return True


def decompressed(head: bytes, raw: Reader) -> tuple[str, Reader]:
    """The name of the compression that `head` is the beginning of, and a reader of what it holds:
    `raw` itself, and "", where it is none. `raw` begins with `head`."""
    for method in METHODS:
        if head.startswith(method.magic):
            return method.name, Decompressed(method, raw)
    return "", raw
