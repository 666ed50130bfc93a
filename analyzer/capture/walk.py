"""One pass over one capture file, whatever its format: the frames it gives and what it tells."""

from typing import Final

import msgspec

from analyzer.capture.compression import Reader
from analyzer.capture.problems import Problems
from analyzer.capture.scan import EVERYTHING, Layout, layout_of
from analyzer.capture.window import Window

LATEST: Final = 1 << 63  # nanoseconds: no later time can be written anywhere


class Record(msgspec.Struct, gc=False):
    """One captured frame: `size` octets of `buffer` from `at` on. `cut`: the snap length took the
    end of it."""

    frame: int
    time: int  # nanoseconds since the epoch
    interface: int  # over all sections
    link_type: int
    cut: bool
    buffer: bytes
    at: int
    size: int

    @property
    def data(self) -> bytes:
        """Its octets alone."""
        return self.buffer[self.at : self.at + self.size]


class Walk:
    """What is known of a file so far as it was read; `read_records` reads it.

    `every`: all frames are wanted, not only those that `scan` takes for candidates.
    """

    __slots__ = (
        "_every",
        "_problems",
        "drops",
        "esp_secrets",
        "first_time",
        "format",
        "frames",
        "last_time",
        "link_types",
        "lost",
        "snap_length",
        "tls_secrets",
        "window",
    )

    def __init__(self, reader: Reader, problems: Problems, *, every: bool = False) -> None:
        self.window = Window(reader, problems)
        self._problems = problems
        self._every = every
        self.format = ""
        self.frames = 0
        self.lost = 0  # of these, what was no packet or could not be read
        self.esp_secrets: list[bytes] = []  # texts of blocks with lines of `esp_sa`
        # in the order of their first frame or interface
        self.link_types: dict[int, None] = {}
        self.first_time: int | None = None
        self.last_time: int | None = None
        self.snap_length = 0  # the shortest of all interfaces; 0: no limit
        self.tls_secrets = False  # a Decryption Secrets Block with TLS keys was seen
        self.drops: dict[int, int] = {}  # by interface, as the last statistics say

    def layout(self, link_type: int, order: str) -> Layout:
        """How the inner loop is to look at frames of this link type."""
        self.link_types[link_type] = None
        return EVERYTHING[order] if self._every else layout_of(link_type, order)

    def seen(self, time: int) -> None:
        """A frame has this time (nanoseconds since the epoch)."""
        if self.last_time is None or time > self.last_time:
            self.last_time = time
        if self.first_time is None or time < self.first_time:
            self.first_time = time

    def time(self, frame: int, time: int) -> int:
        """The same, of a time that may be none: then the latest so far stands for it."""
        last = self.last_time
        if last is not None and last <= time < LATEST:
            self.last_time = time
            return time
        if not 0 <= time < LATEST:
            self._problems.add("bad-time", frame, None, "before 1970 or after 2262")
            return last or 0
        self.seen(time)
        return time

    def skip(self) -> None:
        """Something that counts as a frame, and cannot be read as one."""
        self.frames += 1
        self.lost += 1

    def problem(self, kind: str, detail: str) -> None:
        """Name a problem at the record where the window stands."""
        self._problems.add(kind, self.frames + 1, self.window.offset, detail)

    def broken(self, kind: str, offset: int, detail: str) -> None:
        """Name one that leaves nothing of the file to be read."""
        self._problems.add(kind, None, offset, detail)
