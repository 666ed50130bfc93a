"""Messages beyond the first hop: each belongs to the run of its Call-ID, waits for it to begin, or
stands alone.
"""

from collections.abc import Callable, Iterable

from analyzer.agreement.apart import Ahead, Forwards
from analyzer.agreement.core import Core, CoreRegistration
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.items import Item, Loose
from analyzer.agreement.order import Order
from analyzer.agreement.place import Place
from analyzer.limits import FAR


class Beyond:
    """Those that wait, and the registrations they tell of; `put` takes what stands alone."""

    __slots__ = ("_core", "_forwards", "_put")

    def __init__(self, put: Callable[[Item, Order], None]) -> None:
        self._core = Core()
        self._forwards = Forwards()
        self._put = put

    @property
    def registrations(self) -> list[CoreRegistration]:
        """Those met here outside the runs on the access side."""
        return self._core.runs

    def take(self, place: Place, run: Exchange | None, order: Order) -> None:
        """A message, and the open run of its Call-ID."""
        if run is not None and place.leg == "mw" and len(run.far) < FAR:
            place.exchange = run
            run.far.append(place)
        elif place.leg != "mw" or not self._forwards.keep(place, order):
            self._alone(place, order)

    def begun(self, run: Exchange) -> None:
        """A new run has what waited for it."""
        if not self._forwards.waiting:
            return
        run.far = self._forwards.of(run.call_id, run.begun)
        for place in run.far:
            place.exchange = run

    def advance(self, time: int) -> None:
        """Let go of those whose run does not begin any more, at this time (ns)."""
        self._let_go(self._forwards.due(time))

    def finish(self) -> None:
        """Let go of all."""
        self._let_go(self._forwards.finish())

    def _let_go(self, places: Iterable[Ahead]) -> None:
        for place, order in places:
            self._alone(place, order)

    def _alone(self, place: Place, order: Order) -> None:
        if place.leg == "mw":
            self._core.take(place.message)
        self._put(Loose(place), order)
