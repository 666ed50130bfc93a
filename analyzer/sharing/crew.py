"""The processes that share the work, and the pipes to them.

Each gets its work as octets. A thread for each keeps its pipe filled, so that one that is slow for
a moment does not let the others wait. What a process leaves behind in bulk it need not send: copies
of this one have files in common with it.
"""

import gc
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import Queue
from types import TracebackType
from typing import IO, Any, Final, Self

WAITING: Final = 4  # batches that wait for one process
NO_MORE: Final = b""

Work = Callable[..., None]
"""What a process does: with its end of the pipe, its files, and the arguments."""


class Lost(Exception):
    """A process of the crew has gone."""


def _copies() -> bool:
    """How processes are started: on Linux as copies of this one, which share what is imported and
    compiled; anew elsewhere, and where other threads run, whose locks a copy would inherit."""
    return sys.platform == "linux" and threading.active_count() == 1


def _files(count: int) -> list[IO[bytes]]:
    """So many files without a name; none where they cannot be made."""
    try:
        return [tempfile.TemporaryFile() for _ in range(count)]
    except OSError:
        return []


class Crew:
    """Processes that all run `work(connection, files, *arguments)`, which must be picklable.

    `left` are the files of each: as many as `files` says, or none where they cannot be shared. To
    be left as a context: that ends those that have not ended.
    """

    def __init__(self, size: int, work: Work, *arguments: Any, files: int = 0) -> None:
        started: Callable[..., BaseProcess] = get_context("spawn").Process
        copies = _copies()
        if copies:
            started = get_context("fork").Process
            gc.freeze()  # the collector writes into what it looks at, and then it is not shared
        self.left = [_files(files) if copies else [] for _ in range(size)]
        self._processes: list[BaseProcess] = []
        self._pipes: list[Connection] = []
        for left in self.left:
            mine, theirs = Pipe()
            process = started(target=work, args=(theirs, left, *arguments), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(mine)
        self._queues: list[Queue[bytes]] = [Queue(WAITING) for _ in range(size)]
        self._failed = False
        self._threads = [
            threading.Thread(target=self._send, args=pair, daemon=True)
            for pair in zip(self._pipes, self._queues, strict=True)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes:
            process.terminate()  # what it has still to do is no more than to free its memory
        for queue, thread in zip(self._queues, self._threads, strict=True):
            queue.put(NO_MORE)
            thread.join()
        for process, pipe in zip(self._processes, self._pipes, strict=True):
            process.join()
            pipe.close()

    def send(self, member: int, batch: bytes) -> None:
        """Give a batch to a process; waits where it has too many. Raises Lost."""
        if self._failed:
            raise Lost
        self._queues[member].put(batch)

    def finish(self) -> None:
        """Tell all that there is no more."""
        for queue in self._queues:
            queue.put(NO_MORE)

    def received(self, member: int) -> Iterator[bytes]:
        """What a process gives back, piece by piece, up to an empty one. Raises Lost."""
        try:
            while piece := self._pipes[member].recv_bytes():
                yield piece
        except (EOFError, OSError):
            raise Lost from None

    def received_one(self, member: int) -> bytes:
        """One piece that a process gives back. Raises Lost."""
        return next(self.received(member), NO_MORE)

    def _send(self, pipe: Connection, queue: "Queue[bytes]") -> None:
        while batch := queue.get():
            try:
                if not self._failed:
                    pipe.send_bytes(batch)
            except OSError:
                self._failed = True  # the queue is emptied still: nobody shall wait for it
        try:
            pipe.send_bytes(NO_MORE)
        except OSError:
            self._failed = True
