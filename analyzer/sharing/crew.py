"""The processes that share the work, and the pipes to them.

Each is started anew, on every system alike, and gets its work as octets. A thread for each keeps
its pipe filled, so that one that is slow for a moment does not let the others wait.
"""

from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self

WAITING: Final = 16  # batches that wait for one process
NO_MORE: Final = b""

Work = Callable[..., None]
"""What a process does: with its end of the pipe, and the arguments."""


class Lost(Exception):
    """A process of the crew has gone."""


class Crew:
    """Processes that all run `work(connection, *arguments)`, which must be picklable.

    To be left as a context: that ends those that have not ended.
    """

    def __init__(self, size: int, work: Work, *arguments: Any) -> None:
        context = get_context("spawn")
        self._processes: list[BaseProcess] = []
        self._pipes: list[Connection] = []
        for _ in range(size):
            mine, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs, *arguments), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(mine)
        self._queues: list[Queue[bytes]] = [Queue(WAITING) for _ in range(size)]
        self._failed = False
        self._threads = [
            Thread(target=self._send, args=pair, daemon=True)
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
        if kind is not None:
            for process in self._processes:
                process.terminate()
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
