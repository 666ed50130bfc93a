"""A capture that runs in Wireshark's window: what comes is told, and the next one begins afresh."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.captures import SAMPLES
from tests.parity import desktop, window
from tests.parity.desktop import Desktop

pytestmark = pytest.mark.slow

REFUSED: Final = SAMPLES / "pcaps" / "ver_05_fires.pcap"  # REGISTER, 401, REGISTER, 494
ANOTHER: Final = SAMPLES / "pcaps" / "aut_01_fires.pcap"  # REGISTER, 401
HEAD: Final = 24  # octets of a pcap file before its first record
TIMES: Final = struct.Struct(
    "<IIII"
)  # of a record: seconds, their fraction, octets, those on the wire
UNSAVED: Final = r"^\*.*pipe"  # the title of the window once the capture has ended
ROW: Final = (400, 120)  # the first frame in the list, else the filter takes the keys
BEGIN: Final = "ctrl+e"  # another capture
THROW_AWAY: Final = "alt+w"  # what was captured and not saved


class Feed:
    """Frames of a capture into the pipe from which Wireshark captures, as if they came now."""

    def __init__(self, pipe: Path, capture: Path) -> None:
        self._octets = capture.read_bytes()
        self._at = HEAD
        self._now = int(time.time())
        self._pipe = os.open(pipe, os.O_WRONLY)
        os.write(self._pipe, self._octets[:HEAD])

    def frames(self, count: int) -> None:
        """The next of them."""
        for _ in range(count):
            _, fraction, size, whole = TIMES.unpack_from(self._octets, self._at)
            frame = self._octets[self._at + TIMES.size :][:size]
            os.write(self._pipe, TIMES.pack(self._now, fraction, size, whole) + frame)
            self._at += TIMES.size + size

    def close(self) -> None:
        """The capture ends."""
        os.close(self._pipe)


def noted(screen: Desktop, word: str) -> None:
    """Wait until this stands on the terminal."""
    screen.wait(lambda: word if word in screen.complaints else "", word)


@pytest.fixture
def screen() -> Iterator[Desktop]:
    """A screen where Wireshark has the plugin."""
    reason = desktop.missing()
    if reason:
        pytest.skip(reason)
    with window.prepared() as one:
        yield one


def test_a_capture_that_runs(screen: Desktop) -> None:
    with screen.capturing(*window.PROBE) as pipe:
        feed = Feed(pipe, REFUSED)
        feed.frames(2)
        noted(screen, window.DRAWN)
        screen.focus("pipe")
        screen.keys(*window.EXCHANGES)
        window.told(screen, "exchanges", "so far: UNKNOWN", "#1-#2", "goes on: Refresh")
        feed.frames(2)  # the window goes along by itself
        window.told(screen, "exchanges", "VER-05", "so far: NOT REGISTERED: 494", "#1-#4")
        feed.close()
        screen.focus(UNSAVED)
        screen.click(*ROW)
        screen.keys(BEGIN)
        screen.focus("Unsaved")
        screen.keys(THROW_AWAY)
        feed = Feed(pipe, ANOTHER)
        window.told(screen, "exchanges", "closed or is read anew")
        feed.frames(2)
        after = window.told(screen, "exchanges", "AUT-01", "#1-#2")
        assert "VER-05" not in after
        assert after.startswith("1 exchange:")
        feed.close()
        assert not window.failures(screen)
