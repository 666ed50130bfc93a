"""Steps of a run that travelled in ESP which could not be opened: known by their size, the way they
went and when they came.
"""

from collections.abc import Callable
from typing import Final

from analyzer.agreement.access import Access
from analyzer.agreement.association import Association
from analyzer.agreement.esp_flow import Flow
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.settlements import Settlements
from analyzer.agreement.states import HEARD, HIDDEN_ANSWER, HIDDEN_REQUEST
from analyzer.flows.datagram import EspSeen
from analyzer.limits import LATER

# Shorter ESP packets hold no SIP message but a TCP segment without one: the smallest answer to a
# REGISTER (status line, Via, From, To, Call-ID, CSeq) is longer, a bare segment is not.
SMALLEST_SIP: Final = 200


class Hidden:
    """Moves runs on by unread ESP; `tell` hears of each whose result is likely now."""

    __slots__ = ("_settlements", "_tell")

    def __init__(self, settlements: Settlements, tell: Callable[[Exchange], None]) -> None:
        self._settlements = settlements
        self._tell = tell

    def on_set(self, association: Association, flow: Flow, esp: EspSeen) -> None:
        """An unread packet on an announced set: the request or the answer that is due next."""
        exchange = association.exchange
        if exchange is None or exchange.closed or esp.length < SMALLEST_SIP:
            return
        if association is not exchange.association:
            return
        to_server = flow.direction == "to-server"
        event = HIDDEN_REQUEST if to_server else HIDDEN_ANSWER
        if exchange.accepts(event):
            exchange.apply(event, esp, flow.name)
            if event is HIDDEN_ANSWER:
                self._settlements.settle(exchange, esp.time, None)
                self._tell(exchange)
        elif exchange.state is HEARD:
            if len(exchange.later) < LATER:
                exchange.later.append(esp)

    def on_stray(self, access: Access, flow: Flow, esp: EspSeen) -> None:
        """An unread packet on an SPI that nobody announced: a list may not have been read."""
        exchange = youngest(access)
        if exchange is None or esp.length < SMALLEST_SIP:
            return
        if flow.direction == "to-server":
            if exchange.accepts(HIDDEN_REQUEST):
                exchange.apply(HIDDEN_REQUEST, esp, "")
        elif flow.provisional:
            self._provisional_answer(exchange, esp)

    def _provisional_answer(self, exchange: Exchange, esp: EspSeen) -> None:
        """A new SPI towards the client: of the set whose offer could not be read."""
        association = exchange.association
        if association is None or association.client is not None:
            return
        if exchange.accepts(HIDDEN_ANSWER):
            exchange.apply(HIDDEN_ANSWER, esp, "")
            self._settlements.settle(exchange, esp.time, None)


def youngest(access: Access) -> Exchange | None:
    """The newest run here that announced a set and is not closed."""
    for association in reversed(access.associations):
        if association.exchange is not None:
            return association.exchange
    return None
