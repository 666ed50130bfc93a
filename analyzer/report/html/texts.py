"""The messages as they stand, of those exchanges first that somebody has to look into."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from analyzer.limits import PAGE_BLOCK, PAGE_MESSAGES, PAGE_TEXTS
from analyzer.report.dissect.message import message_tree
from analyzer.report.dissect.node import Node, Octets
from analyzer.report.glance import pick
from analyzer.report.html.packing import Blocks, encoded
from analyzer.report.joined import with_texts
from analyzer.report.ladder import rows
from analyzer.report.model import Exchange, Report


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
        with with_texts(self._report):
            for rank, wanted in enumerate(ranks):
                for exchange in pick(self._report.exchanges, wanted):
                    if self._octets >= PAGE_TEXTS:
                        break
                    self.place[exchange.id] = len(self.place)
                    value = _texts(exchange, self._show_keys, trees=rank == 0)
                    yield from self._counted(self.blocks.add(encoded(value, self._show_keys)))
        yield from self.blocks.rest()

    def _counted(self, blocks: Iterator[str]) -> Iterator[str]:
        for block in blocks:
            self._octets += len(block)
            yield block


def _texts(exchange: Exchange, show_keys: bool, trees: bool) -> list[dict[str, Any] | None]:
    """Of each message of the ladder its lines, and the tree of its fields; None where it was not
    read, and for what is beyond the bound."""
    found: list[dict[str, Any] | None] = []
    room = PAGE_MESSAGES
    for row in rows(exchange):
        text = row.message.text
        room -= len(text or "")
        if text is None or room < 0:
            found.append(None)
            continue
        raw = text.encode("utf-8", "surrogateescape")
        # masked before it is cut into lines: a value may stand on the next one
        shown = Octets(raw, show_keys).shown(0, len(raw)).replace("\r\n", "\n")
        tree = message_tree(raw, show_keys=show_keys) if trees else None
        found.append({"lines": shown.split("\n")} | ({} if tree is None else {"tree": _node(tree)}))
    return found


def _node(node: Node) -> list[Any]:
    """Name, text, first octet, octets, note, defects, and the nodes below, as far as there are."""
    values: list[Any] = [
        node.name, node.text, node.start, node.length, node.note, node.defects,
        [_node(child) for child in node.children],
    ]  # fmt: skip
    while not values[-1]:
        values.pop()
    return values
