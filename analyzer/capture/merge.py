"""Several captures on one line of time.

Inside a capture the order of the file stands, even where its times go back a little: what counts is
the latest time so far. Between captures the earlier goes first, then the lower capture, then the
lower frame. Each item gets the line of its capture on the way.
"""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heapreplace

from analyzer.capture.lines import Lines
from analyzer.capture.packet import Packet, Watermark

Item = Packet | Watermark
Entry = tuple[int, int, int, Item | None, Iterator[Item]]


def merge(streams: Iterable[tuple[int, int, Iterator[Item]]], lines: Lines) -> Iterator[Item]:
    """Merge (first time or earlier, capture, its items in the order of the file) lazily.

    A stream is not touched before the line of time reaches its first time, so captures written one
    after the other are never open together.
    """
    heap: list[Entry] = [(first, capture, 0, None, items) for first, capture, items in streams]
    heapify(heap)
    line_of: dict[int, int] = {}
    while heap:
        time, capture, _, item, items = heap[0]
        if item is not None:
            if capture not in line_of:
                line_of[capture] = lines.begin(capture, item.time)
            item.line = line_of[capture]
            yield item
        following = next(items, None)
        if following is None:
            heappop(heap)
            lines.end(capture, time)
        else:
            latest = max(time, following.time)
            heapreplace(heap, (latest, capture, following.frame, following, items))
