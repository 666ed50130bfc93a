"""Requests outside every run: each waits for its answer, and is traffic of the agreement it is on.

RFC 3261 12: one INVITE may open several dialogs, told apart by the To-tags of its responses; what
follows in a dialog carries both tags. The final response of one branch ends the transaction of the
first hop, but each further 2xx of a fork opens a dialog of its own (13.2.2.4).
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Final

from analyzer.agreement.items import Dialog, Item, Loose, LooseTransaction, Request
from analyzer.agreement.order import Order
from analyzer.agreement.place import Place
from analyzer.agreement.settlements import Settlements
from analyzer.limits import ASKED, DIALOGS, FORKED, Bounds
from analyzer.sip.message import SipMessage

# Methods that open dialogs or travel in them (RFC 3261, 3262, 3311, 3515, 6086, 6665).
IN_DIALOGS: Final = frozenset(
    {"INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "REFER", "SUBSCRIBE", "NOTIFY"}
)
OPENING: Final = frozenset({"INVITE", "SUBSCRIBE", "REFER"})


class Later:
    """The requests that wait; `put` takes what is handed on."""

    def __init__(self, settlements: Settlements, put: Callable[[Item], None]) -> None:
        self._settlements = settlements
        self._put = put
        self._asked: OrderedDict[int, tuple[Place, Request | None, Order]] = OrderedDict()
        self._forked: OrderedDict[int, tuple[SipMessage, Request]] = OrderedDict()
        self._most_asked = self._most_forked = 0

    def request(self, place: Place, order: Order) -> None:
        """It is handed on when its answer came, or at the end."""
        message = place.message
        if message.original is not None:
            self._again(message.original)
            self._put(Loose(place))
            return
        request = self._followed(place)
        if message.method == "ACK":
            self._put(Loose(place))
            return
        if len(self._asked) >= ASKED:
            self._put(Loose(self._asked.popitem(last=False)[1][0]))
        self._asked[id(message)] = place, request, order
        self._most_asked = max(self._most_asked, len(self._asked))

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return {"asked": (self._most_asked, ASKED), "forked": (self._most_forked, FORKED)}

    def take(self, request: SipMessage) -> Place | None:
        """It began a run after all: it waits here no longer."""
        asked = self._asked.pop(id(request), None)
        return None if asked is None else asked[0]

    def response(self, place: Place) -> bool:
        """Whether it is the final answer of a request that waited; the two are handed on."""
        message = place.message
        if message.request is None:
            return False
        key = id(message.request)
        if message.code < 200:
            asked = self._asked.get(key)
            if asked is not None and asked[1] is not None:
                _early(asked[1], message)
            return False
        asked = self._asked.pop(key, None)
        if asked is None:
            self._fork(key, message)
            return False
        request_place, request, _ = asked
        if request is not None:
            self._final(request, request_place.message, message)
        self._put(LooseTransaction(request_place, place))
        return True

    def finish(self) -> Iterator[tuple[Order, Loose]]:
        """What still waits, with where it stands in the order of the sweep."""
        for place, _, order in self._asked.values():
            yield order, Loose(place)
        self._asked.clear()
        self._forked.clear()

    def _followed(self, place: Place) -> Request | None:
        """The request as traffic of the agreement that it is on; None where there is none."""
        association = place.on or place.in_force
        if association is None:
            return None
        message = place.message
        request = Request(
            message.time,
            message.capture,
            message.frame,
            message.method,
            place.sa,
            place.protection,
            from_client=place.from_client,
            due=message.method != "ACK",
            transport=message.transport,
        )
        if message.method in IN_DIALOGS:
            request.call_id, request.in_dialog = message.call_id, bool(message.to_tag)
            if request.in_dialog:
                request.dialog = frozenset((message.from_tag, message.to_tag))
        self._settlements.followed(association, request)
        return request

    def _again(self, original: SipMessage) -> None:
        """A retransmission, seen as the same octets once more."""
        asked = self._asked.get(id(original))
        if asked is not None and asked[1] is not None:
            asked[1].tries += 1

    def _final(self, request: Request, asked: SipMessage, answer: SipMessage) -> None:
        request.code = answer.code
        request.answer = answer.capture, answer.frame
        request.delay = answer.time - request.time
        _early(request, answer)
        if request.method in OPENING and not request.in_dialog and answer.code < 300:
            if len(self._forked) >= FORKED:
                self._forked.popitem(last=False)
            self._forked[id(asked)] = asked, request
            self._most_forked = max(self._most_forked, len(self._forked))

    def _fork(self, key: int, message: SipMessage) -> None:
        """A further 2xx to a request that had its final answer: of another branch of the fork."""
        forked = self._forked.get(key)
        if forked is not None and message.original is None and message.code < 300:
            _early(forked[1], message)


def _early(request: Request, response: SipMessage) -> None:
    """What a response says of the dialogs that its request opens (RFC 3261 12.1)."""
    code = response.code
    if code < 200:
        request.provisional = max(request.provisional, code)
    if request.in_dialog or code <= 100 or request.method not in OPENING:
        return
    tag = response.to_tag
    if not tag:
        return
    delay = response.time - request.time
    for dialog in request.dialogs:
        if tag in dialog.tags:
            dialog.code = max(dialog.code, code)
            dialog.frame = response.capture, response.frame
            dialog.delay = delay
            return
    if len(request.dialogs) < DIALOGS:
        tags = frozenset((response.from_tag, tag))
        made = Dialog(tags, code, (response.capture, response.frame), delay)
        request.dialogs = [*request.dialogs, made]
