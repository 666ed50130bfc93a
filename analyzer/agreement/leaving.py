"""What leaves the room: items in their order, agreements once their runs are closed."""

from analyzer.agreement.items import Agreement, Item
from analyzer.agreement.order import Order
from analyzer.agreement.runs import Runs
from analyzer.agreement.settlements import conclude


class Leaving:
    """What was handed on since it was last taken, `items`, and agreements that cannot be yet."""

    __slots__ = ("_held", "_lines", "_times", "items")

    def __init__(self) -> None:
        self.items: list[Item] = []
        self._held: dict[int, list[Agreement]] = {}  # ended, by the run that is to close first
        self._lines: dict[int, int] = {}
        self._times: dict[int, int] = {}

    def put(self, item: Item, order: Order) -> None:
        """Hand on an item that stands here in the order of the sweep."""
        item.order = order
        self.items.append(item)

    def advance(self, capture: int, line: int, time: int) -> None:
        """A capture, one of a line of them, has come to this time (ns)."""
        self._lines[capture] = line
        self._times[line] = time

    def reached(self, capture: int) -> int:
        """How far the line of a capture has come (ns)."""
        return self._times.get(self._lines.get(capture, capture), 0)

    def ended(self, agreement: Agreement, by: int, running: Runs, order: Order) -> None:
        """Hand on an agreement when the run that ended it is closed, and the one it came from:
        until then packets on its set are seen."""
        for run in (by, agreement.exchange):
            if run in running:
                self._held.setdefault(run, []).append(agreement)
                return
        self.agreement(agreement, order)

    def closed(self, run: int, running: Runs, order: Order) -> None:
        """Nothing waits for this run any more."""
        for agreement in self._held.pop(run, ()):
            self.ended(agreement, agreement.exchange, running, order)

    def agreement(self, agreement: Agreement, order: Order) -> None:
        """Hand on one that goes no further."""
        agreement.seen_until = self.reached(agreement.capture)
        conclude(agreement)
        self.put(agreement, order)
