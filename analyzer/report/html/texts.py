"""The messages as they stand, of those exchanges first that somebody has to look into."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

from analyzer.limits import PAGE_BLOCK, PAGE_TEXTS
from analyzer.report.escape import mask
from analyzer.report.glance import pick
from analyzer.report.html.packing import Blocks, encoded, safe
from analyzer.report.joined import JoinedExchanges
from analyzer.report.ladder import rows
from analyzer.report.model import Exchange, Report
from analyzer.report.streams import origin


class Texts:
    """Packed arrays of what `_texts` gives, as many as a page may hold.

    `place` says of an exchange where its texts are among all of the page.
    """

    def __init__(self, report: Report, show_keys: bool = False) -> None:
        self.place: dict[str, int] = {}
        self.blocks = Blocks(PAGE_BLOCK)
        self._report = report
        self._show_keys = show_keys
        self._octets = 0

    def packed(self, ranks: Iterable[Collection[str]]) -> Iterator[str]:
        """The arrays; `ranks` are ids of exchanges, those first that matter most."""
        with _with_texts(self._report):
            for wanted in ranks:
                for exchange in pick(self._report.exchanges, wanted):
                    if self._octets >= PAGE_TEXTS:
                        break
                    self.place[exchange.id] = len(self.place)
                    yield from self._counted(
                        self.blocks.add(encoded(_texts(exchange, self._show_keys)))
                    )
        yield from self.blocks.rest()

    def _counted(self, blocks: Iterator[str]) -> Iterator[str]:
        for block in blocks:
            self._octets += len(block)
            yield block


def _texts(exchange: Exchange, show_keys: bool) -> list[list[str] | None]:
    """The lines of each message of the ladder, None for what was not read."""
    found: list[list[str] | None] = []
    for row in rows(exchange):
        text = row.message.text
        if text is None:
            found.append(None)
            continue
        if not show_keys:
            text = mask(text)  # before it is cut into lines: a value may stand on the next one
        found.append([safe(line, show_keys) for line in text.replace("\r\n", "\n").split("\n")])
    return found


def _with_texts(report: Report) -> AbstractContextManager[None]:
    source = origin(report.exchanges)
    return source.with_texts() if isinstance(source, JoinedExchanges) else nullcontext()
