"""How much ESP a capture holds, and what of it nothing announced."""

import msgspec

from analyzer.flows.datagram import EspSeen
from analyzer.limits import STRAY_FLOWS

Way = tuple[bytes, bytes, int]
"""Source, destination, SPI."""


class StrayEsp(msgspec.Struct):
    """The unannounced packets of one SPI one way; `frame` is the first of them."""

    frame: int
    packets: int = 0
    opened: int = 0


class EspCounts(msgspec.Struct):
    """Of one capture. `strays` by source, destination and SPI, at most `limits.STRAY_FLOWS`."""

    packets: int = 0
    opened: int = 0
    unannounced: int = 0
    strays: dict[Way, StrayEsp] = {}


class EspLedger:
    """Counts ESP packets as they pass, copies at other taps too: by capture."""

    __slots__ = ("counts",)

    def __init__(self) -> None:
        self.counts: dict[int, EspCounts] = {}

    def see(self, esp: EspSeen, announced: bool) -> None:
        """Count one packet; `announced`: its SA was known by then."""
        counts = self.counts.get(esp.capture) or self[esp.capture]
        counts.packets += 1
        opened = bool(esp.opened)
        counts.opened += opened
        if announced:
            return
        counts.unannounced += 1
        way = esp.src, esp.dst, esp.spi
        stray = counts.strays.get(way)
        if stray is None:
            if len(counts.strays) >= STRAY_FLOWS:
                return
            stray = counts.strays[way] = StrayEsp(esp.frame)
        stray.packets += 1
        stray.opened += opened

    def add(self, capture: int, counts: EspCounts) -> None:
        """Take in what was counted of other packets of the capture, none of the same SPIs."""
        mine = self[capture]
        mine.packets += counts.packets
        mine.opened += counts.opened
        mine.unannounced += counts.unannounced
        strays = sorted((mine.strays | counts.strays).items(), key=_first)
        mine.strays = dict(strays[:STRAY_FLOWS])

    def __getitem__(self, capture: int) -> EspCounts:
        """The counts of a capture."""
        found = self.counts.get(capture)
        if found is None:
            found = self.counts[capture] = EspCounts()
        return found


def _first(stray: tuple[Way, StrayEsp]) -> int:
    return stray[1].frame
