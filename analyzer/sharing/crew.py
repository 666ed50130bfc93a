"""The processes that share the work, and the ways to them.

Each gets its work as octets. Copies of this process (see `_copies`) have memory in common with it:
a batch is laid into a slot of it, the pipe says which, and says it again when the slot is free. To
others the octets themselves go through the pipe, which a thread for each keeps filled. Either way
one that is slow for a moment does not let the others wait. What a process leaves behind in bulk it
need not send: copies have files in common, too.
"""

import gc
import select
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from mmap import mmap
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import Queue
from struct import Struct
from types import TracebackType
from typing import IO, Any, Final, Protocol, Self, TypeVar

from analyzer.limits import BATCH

WAITING: Final = 4  # batches that wait for one process; the slots are for whom they are needed
SLOT: Final = BATCH + (1 << 16)  # octets; a batch that is larger goes through the pipe
NO_MORE: Final = b""
NOBODY: Final = -1
_AT: Final = Struct("=II")  # a slot, and how many octets are in it
_NOWHERE: Final = 0xFFFFFFFF  # not in a slot: the octets come next

T = TypeVar("T")
Work = Callable[..., None]
"""What a process does: with its `Inbox`, its files, and the arguments."""


class Lost(Exception):
    """A process of the crew has gone."""


class Inbox:
    """What one process is sent, and where it answers. Raises EOFError or OSError where nobody is
    there any more. `inherited` are the other ends of pipes, of which a copy of the process that
    reads has some, too: while it holds them nothing tells it that nobody is there."""

    def __init__(
        self, pipe: Connection, slots: memoryview | None, inherited: Sequence[Connection] = ()
    ) -> None:
        self.pipe = pipe
        self.slots = slots
        self.inherited = inherited

    def batches(self, decode: Callable[[Any], T]) -> Iterator[T]:
        """All batches, decoded; what is made of one must keep no part of its octets."""
        for end in self.inherited:
            end.close()
        slots = self.slots
        while batch := self.pipe.recv_bytes():
            if slots is None:
                yield decode(batch)
                continue
            slot, size = _AT.unpack(batch)
            if slot == _NOWHERE:
                yield decode(self.pipe.recv_bytes())
                continue
            start = slot * SLOT
            decoded = decode(slots[start : start + size])
            self.pipe.send_bytes(batch)  # the slot is free again
            yield decoded

    def answer(self, octets: bytes) -> None:
        """Give something back, behind all batches."""
        self.pipe.send_bytes(octets)


class _Way(Protocol):
    """From here to a process."""

    def put(self, batch: bytes | bytearray) -> None:
        """Send it; waits where too much was sent already. Raises EOFError, OSError."""

    @property
    def waiting(self) -> int:
        """Batches that it has not begun with."""

    def finish(self) -> None:
        """Say that there is no more, and take back what was lent. Raises EOFError, OSError."""

    def close(self) -> None:
        """The process has ended, or shall."""


class _Slots:
    """Memory that the processes have in common, in slots for any of them."""

    def __init__(self, count: int) -> None:
        self.octets = memoryview(mmap(-1, count * SLOT))
        self.lent: dict[Connection, int] = {}  # slots that a process has not given back yet
        self._free = list(range(count))
        self._pipes: dict[int, Connection] = {}
        self._poll = select.poll()

    def join(self, pipe: Connection) -> None:
        """One more process has them."""
        self.lent[pipe] = 0
        self._pipes[pipe.fileno()] = pipe
        self._poll.register(pipe, select.POLLIN)

    def lend(self, pipe: Connection, batch: bytes | bytearray) -> None:
        """Have a process read this batch; waits until one gives a slot back."""
        self._take_back(0)
        while not self._free:
            self._take_back(None)
        slot = self._free.pop()
        start = slot * SLOT
        self.octets[start : start + len(batch)] = batch
        pipe.send_bytes(_AT.pack(slot, len(batch)))
        self.lent[pipe] += 1

    def settle(self, pipe: Connection) -> None:
        """Wait until a process has given back what was lent to it."""
        while self.lent[pipe]:
            self._take_back_of(pipe)

    def _take_back(self, timeout: int | None) -> None:
        for descriptor, _ in self._poll.poll(timeout):
            self._take_back_of(self._pipes[descriptor])

    def _take_back_of(self, pipe: Connection) -> None:
        slot, _ = _AT.unpack(pipe.recv_bytes())
        self._free.append(slot)
        self.lent[pipe] -= 1


class _ThroughSlots:
    """To a process that has memory in common with this one."""

    def __init__(self, pipe: Connection, slots: _Slots) -> None:
        self._pipe = pipe
        self._slots = slots
        slots.join(pipe)

    def put(self, batch: bytes | bytearray) -> None:
        if len(batch) <= SLOT:
            self._slots.lend(self._pipe, batch)
        else:
            self._pipe.send_bytes(_AT.pack(_NOWHERE, len(batch)))
            self._pipe.send_bytes(batch)

    @property
    def waiting(self) -> int:
        return self._slots.lent[self._pipe]

    def finish(self) -> None:
        self._pipe.send_bytes(NO_MORE)
        self._slots.settle(self._pipe)

    def close(self) -> None:
        self._pipe.close()


class _ThroughPipe:
    """To a process that has not."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._failed = False
        self._queue: Queue[bytes] = Queue(WAITING)
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def put(self, batch: bytes | bytearray) -> None:
        if self._failed:
            raise BrokenPipeError
        self._queue.put(bytes(batch))

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    def finish(self) -> None:
        self._queue.put(NO_MORE)

    def close(self) -> None:
        self._queue.put(NO_MORE)
        self._thread.join()
        self._pipe.close()

    def _send(self) -> None:
        while batch := self._queue.get():
            try:
                if not self._failed:
                    self._pipe.send_bytes(batch)
            except OSError:
                self._failed = True  # the queue is emptied still: nobody shall wait for it
        try:
            self._pipe.send_bytes(NO_MORE)
        except OSError:
            self._failed = True


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
    """Processes that all run `work(inbox, files, *arguments)`, which must be picklable.

    `left` are the files of each: as many as `files` says, or none where they cannot be shared. To
    be left as a context: that ends those that have not ended.
    """

    def __init__(self, size: int, work: Work, *arguments: Any, files: int = 0) -> None:
        started: Callable[..., BaseProcess] = get_context("spawn").Process
        slots = None
        if _copies():
            started = get_context("fork").Process
            gc.freeze()  # the collector writes into what it looks at, and then it is not shared
            slots = _Slots(size * WAITING)
        self.left = [[] if slots is None else _files(files) for _ in range(size)]
        self._processes: list[BaseProcess] = []
        self._pipes: list[Connection] = []
        for left in self.left:
            mine, theirs = Pipe()
            inbox = (
                Inbox(theirs, None)
                if slots is None
                else Inbox(theirs, slots.octets, [*self._pipes, mine])
            )
            process = started(target=work, args=(inbox, left, *arguments), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(mine)
        self._ways: list[_Way] = [
            _ThroughPipe(pipe) if slots is None else _ThroughSlots(pipe, slots)
            for pipe in self._pipes
        ]
        self._idlest = NOBODY

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
        for way in self._ways:
            way.close()
        for process in self._processes:
            process.join()

    def send(self, member: int, batch: bytes | bytearray) -> None:
        """Give a batch to a process; waits where too many wait. Raises Lost."""
        try:
            self._ways[member].put(batch)
        except (EOFError, OSError):
            raise Lost from None
        waiting = [way.waiting for way in self._ways]
        least = min(waiting)
        self._idlest = waiting.index(least) if max(waiting) - least > 1 else NOBODY

    def idlest(self) -> int:
        """Who has the least to do; NOBODY where they have nearly the same."""
        return self._idlest

    def finish(self) -> None:
        """Tell all that there is no more. Raises Lost."""
        try:
            for way in self._ways:
                way.finish()
        except (EOFError, OSError):
            raise Lost from None

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
