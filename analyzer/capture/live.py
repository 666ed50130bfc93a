"""A capture that is still being written: read by a thread of its own, ended from outside."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import BinaryIO, Final

PIECE: Final = 1 << 16  # octets taken at once; a pipe holds no more
PIECES: Final = 64  # waiting for the analysis; the writer then has to wait as well
LOOK: Final = 0.2  # seconds between two looks whether it was ended
GRACE: Final = 1.0  # seconds that what the writer still holds may take to arrive


class Tail:
    """A stream whose end can be brought about by `stop`, also from a signal handler.

    `read1` gives what is there, waits where there is nothing, and gives b"" at the end. After
    `stop` the writer, which was interrupted too, has `GRACE` to hand over the rest.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        # without a lock: the thread may sit in a read when the interpreter ends
        raw = getattr(stream, "raw", stream)
        self._read: Callable[[int], bytes | None] = getattr(raw, "read1", raw.read)
        self._pieces: queue.Queue[bytes] = queue.Queue(PIECES)
        self._rest = b""
        self._ended = False
        self._stopped = Event()
        self._deadline = 0.0
        Thread(target=self._pump, daemon=True).start()

    def stop(self) -> None:
        """Let the stream end soon."""
        self._deadline = time.monotonic() + GRACE
        self._stopped.set()

    def read1(self, size: int, /) -> bytes:
        """Up to `size` octets."""
        while not self._rest:
            if self._ended or (self._stopped.is_set() and time.monotonic() >= self._deadline):
                return b""
            try:
                self._rest = self._pieces.get(timeout=LOOK)
            except queue.Empty:
                continue
            self._ended = not self._rest
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    read = read1

    def _pump(self) -> None:
        piece: bytes | None = b"-"
        while piece:
            try:
                piece = self._read(PIECE)
            except (OSError, ValueError):  # gone, or closed
                piece = b""
            self._pieces.put(piece or b"")
