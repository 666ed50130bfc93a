"""Which captures continue one another, as the files of a ring buffer do: together they are a line.

A capture continues another one when all this is so:

    the other had ended when its first packet came, and not long before (`limits.CAPTURE_GAP`);
    both have the same link types where they begin;
    their paths differ in digits alone (`ring_00001_20260101120000.pcap`, `gm.pcap`, `gm.pcap1`).

Several taps overlap in time, and each is a line of its own. Captures of one tap that lie farther
apart, or are named otherwise, are not joined: nobody knows what passed between them.
"""

import re
from collections.abc import Sequence
from typing import Final

from analyzer.capture.packet import CaptureInfo
from analyzer.limits import CAPTURE_GAP

Kind = tuple[str, tuple[str, ...]]

_CHANGING: Final = re.compile(r"\d+|\.(?:gz|bz2|xz|zst|lz4)$")


def name_kind(path: str) -> str:
    """What the paths of captures that may continue one another have in common."""
    return _CHANGING.sub("", path)


class Lines:
    """Gives each capture its line when it begins; told in the order of time."""

    __slots__ = ("_ended", "_infos", "_kinds")

    def __init__(self, infos: Sequence[CaptureInfo]) -> None:
        self._infos = infos
        self._kinds: dict[int, Kind] = {}  # of captures that have begun and not ended
        self._ended: dict[Kind, list[tuple[int, int]]] = {}  # (end, line), the latest end last
        for capture, info in enumerate(infos):
            info.line = capture

    def begin(self, capture: int, time: int) -> int:
        """The first packet of `capture`: its line, which is that of what it continues or its own.

        `CaptureInfo.link_types` must be known by now.
        """
        info = self._infos[capture]
        kind = name_kind(info.path), tuple(info.link_types)
        self._kinds[capture] = kind
        ended = self._ended.get(kind)
        if ended:
            end, line = ended.pop()
            if time - end <= CAPTURE_GAP:
                info.line = line
            else:
                ended.clear()
        return info.line

    def end(self, capture: int, time: int) -> None:
        """The last packet of `capture` was at `time`."""
        kind = self._kinds.pop(capture, None)
        if kind is not None:
            self._ended.setdefault(kind, []).append((time, self._infos[capture].line))
