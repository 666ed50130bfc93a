"""The part of a capture file that is in memory: read on where more is needed, never backwards."""

from typing import Final

from analyzer.capture.compression import CutShort, Damaged, Reader
from analyzer.capture.problems import Problems
from analyzer.capture.scan import PAD
from analyzer.limits import CHUNK

FIRST_CHUNK: Final = 1 << 16  # enough where only the first frame is asked for


class Window:
    """The part of the file that is in memory: `buffer[at:limit]`; `scan.PAD` stands behind it."""

    __slots__ = ("_problems", "_reader", "_size", "at", "base", "buffer", "ended", "limit")

    def __init__(self, reader: Reader, problems: Problems) -> None:
        self._reader = reader
        self._problems = problems
        self._size = FIRST_CHUNK
        self.ended = False
        self.buffer = PAD
        self.at = self.limit = 0
        self.base = 0  # offset of buffer[0] in the (decompressed) file

    @property
    def offset(self) -> int:
        """Octets of the file before `at`."""
        return self.base + self.at

    @property
    def left(self) -> int:
        """Octets in memory from `at` on."""
        return self.limit - self.at

    def have(self, size: int) -> bool:
        """Read on until `size` octets from `at` on are in memory; False if the file ends first."""
        left = self.limit - self.at
        if left >= size or self.ended:
            return left >= size
        parts = [self.buffer[self.at : self.limit]]
        while left < size and (more := self._read()):
            parts.append(more)
            left += len(more)
        self.ended = left < size
        parts.append(PAD)
        self.buffer = b"".join(parts)
        self.base += self.at
        self.at = 0
        self.limit = left
        return left >= size

    def _read(self) -> bytes:
        size, self._size = self._size, CHUNK
        try:
            return self._reader.read(size)
        except CutShort as error:
            kind = "damaged" if isinstance(error, Damaged) else "cut-short"
            self._problems.add(kind, detail=str(error))
        except OSError as error:
            self._problems.add("cannot-read", detail=error.strerror or str(error))
        return b""
