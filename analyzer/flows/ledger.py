"""How much ESP a capture holds, and what of it nothing announced."""

import msgspec

from analyzer.flows.datagram import EspSeen
from analyzer.limits import STRAY_FLOWS


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
    strays: dict[tuple[bytes, bytes, int], StrayEsp] = {}


class EspLedger:
    """Counts ESP packets as they pass, copies at other taps too: by capture."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[int, EspCounts] = {}

    def see(self, esp: EspSeen, announced: bool) -> None:
        """Count one packet; `announced`: its SA was known by then."""
        counts = self[esp.capture]
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

    def __getitem__(self, capture: int) -> EspCounts:
        """The counts of a capture."""
        found = self._counts.get(capture)
        if found is None:
            found = self._counts[capture] = EspCounts()
        return found
