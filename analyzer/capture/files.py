"""Opening inputs: paths, globs, directories, standard input, and what is compressed.

An input is read in pieces, never as a whole. Compression is known by its magic, not by a suffix.
"""

import errno
import glob
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Literal

import msgspec

from analyzer.capture.compression import Reader, decompressed

STDIN: Final = "-"
HEAD: Final = 16  # octets looked at to tell a compression


class Input(msgspec.Struct, frozen=True):
    """One file to be read: by its path, or where it has none, from an open binary stream."""

    path: str
    stream: BinaryIO | None = None

    @property
    def repeatable(self) -> bool:
        """A regular file: it can be read again and again."""
        try:
            return self.stream is None and Path(self.path).is_file()
        except OSError:
            return False

    @property
    def size(self) -> int:
        """Octets of a regular file; 0 for all else."""
        try:
            return Path(self.path).stat().st_size if self.repeatable else 0
        except OSError:
            return 0


class Expansion(msgspec.Struct, frozen=True):
    """What one argument of the user stands for. `inputs` are in the order of their names."""

    argument: str
    kind: Literal["file", "glob", "directory"]
    inputs: list[Input]


def expand(arguments: Sequence[str | BinaryIO]) -> list[Expansion]:
    """Globs to the files they match, directories to the files right in them; `-` is stdin.

    A name that exists is no glob. What matches nothing stays as it is: opening it tells why.
    """
    return [expand_one(argument) for argument in arguments]


def expand_one(argument: str | BinaryIO) -> Expansion:
    """See `expand`."""
    if not isinstance(argument, str):
        name = getattr(argument, "name", None)
        path = name if isinstance(name, str) else "<stream>"
        return Expansion(path, "file", [Input(path, argument)])
    if argument == STDIN:
        return Expansion(argument, "file", [Input(argument, sys.stdin.buffer)])
    try:
        place = Path(argument)
        if place.is_dir():
            return Expansion(argument, "directory", files_of(map(str, place.iterdir())))
        if glob.has_magic(argument) and not place.exists():
            found = glob.glob(argument, recursive=True)  # Path.glob takes no absolute pattern
            if found:
                return Expansion(argument, "glob", files_of(found))
    except OSError:
        pass  # opening it gives the reason
    return Expansion(argument, "file", [Input(argument)])


def files_of(paths: Iterable[str]) -> list[Input]:
    """All that are not directories, sorted by name."""
    return [Input(path) for path in sorted(paths) if not Path(path).is_dir()]


class Opened:
    """An input being read, decompressed where its magic says so (`compression`, else empty).

    It is read to where it ends at that moment: a file still being written may grow meanwhile.
    """

    __slots__ = ("_close", "_reader", "compression")

    def __init__(self, entry: Input) -> None:
        """Raises OSError, and ValueError for a path that no file can have."""
        self._close: Callable[[], None] | None = None
        if entry.stream is not None:
            raw: Reader = Available(entry.stream)
        else:
            place = Path(entry.path)
            if place.is_dir():
                raise IsADirectoryError(errno.EISDIR, "no capture in this directory")
            file = place.open("rb", buffering=0)
            self._close = file.close
            raw = Available(file)
        head = b""
        try:
            while len(head) < HEAD and (more := raw.read(HEAD - len(head))):
                head += more
        except OSError:
            self.close()
            raise
        self.compression, self._reader = decompressed(head, Rewound(head, raw))

    def read(self, size: int, /) -> bytes:
        """See `Reader`."""
        return self._reader.read(size)

    def close(self) -> None:
        """Close what was opened here; a stream that was given stays open."""
        if self._close is not None:
            self._close()


class Available:
    """A binary stream that gives what is there already, as a live capture on a pipe needs it."""

    __slots__ = ("_read",)

    def __init__(self, stream: BinaryIO) -> None:
        self._read: Callable[[int], bytes | None] = getattr(stream, "read1", stream.read)

    def read(self, size: int, /) -> bytes:
        """See `Reader`."""
        try:
            return self._read(size) or b""
        except ValueError as error:  # a closed stream
            raise OSError(str(error)) from error


class Rewound:
    """A reader with its first octets put back."""

    __slots__ = ("_head", "_raw")

    def __init__(self, head: bytes, raw: Reader) -> None:
        self._head = head
        self._raw = raw

    def read(self, size: int, /) -> bytes:
        """See `Reader`."""
        if not self._head:
            return self._raw.read(size)
        head, self._head = self._head[:size], self._head[size:]
        return head
