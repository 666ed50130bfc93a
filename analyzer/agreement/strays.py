"""ESP between the ends of an Access on SPIs that no list read so far announced."""

from collections.abc import Iterable, Iterator

from analyzer.agreement.access import Access
from analyzer.agreement.apart import Unannounced
from analyzer.agreement.association import Association
from analyzer.agreement.esp_flow import Direction, Flow
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.hidden import youngest
from analyzer.agreement.items import StrayFlow
from analyzer.agreement.order import Order
from analyzer.agreement.states import OFFERED
from analyzer.flows.datagram import EspSeen
from analyzer.limits import Bounds
from analyzer.sip.message import SipMessage


class Strays:
    """Their flows, of all Accesses; they wait for a list that announces them after all."""

    __slots__ = ("_flows", "_kept", "_unannounced")

    def __init__(self) -> None:
        self._flows: list[StrayFlow] = []
        self._unannounced = Unannounced()
        self._kept = False  # any packet, ever

    def keep(self, esp: EspSeen) -> None:
        """One more packet, wherever it went: it is looked at again when its SPI is announced."""
        self._kept = True
        self._unannounced.keep(esp)

    def see(self, esp: EspSeen, access: Access, order: Order) -> Flow | None:
        """The flow of the packet, which is counted there; None where there are too many."""
        direction: Direction = "to-server" if esp.src == access.ue else "to-client"
        flow = access.strays.get((esp.dst, esp.spi))
        if flow is None:
            flow = access.stray(Flow(esp.spi, esp.src, esp.dst, direction, ""))
            if flow is None:
                return None
            exchange = youngest(access)
            flow.provisional = access.sealed
            unsure = access.sealed or not _offer_read(access, exchange)
            self._flows.append(StrayFlow(access, flow, unsure, exchange, order))
        flow.see(esp)
        return flow

    def announced(self, association: Association, challenge: SipMessage) -> Iterable[EspSeen]:
        """ESP on the new set that stands before its challenge: it is no stray."""
        return self._announced(association, challenge) if self._kept else ()

    def _announced(self, association: Association, challenge: SipMessage) -> Iterator[EspSeen]:
        assert association.exchange is not None
        access = association.exchange.access
        for sa in association.sas:
            seen = self._unannounced.announced(sa.dst, sa.spi, challenge)
            stray = access.strays.get((sa.dst, sa.spi))
            if stray is not None:
                if stray.packets != len(seen):
                    continue
                del access.strays[sa.dst, sa.spi]
                self._flows = [one for one in self._flows if one.flow is not stray]
            yield from seen

    def turn(self, now: int) -> None:
        """Let the time be `now` (ns)."""
        self._unannounced.turn(now)

    def finish(self) -> Iterator[StrayFlow]:
        """All that were never announced."""
        yield from self._flows
        self._flows.clear()

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return self._unannounced.bounds


def _offer_read(access: Access, exchange: Exchange | None) -> bool:
    """Whether all that could have announced a set here was captured and read."""
    if exchange is None:
        return any(one.client is not None for one in access.associations)
    if not exchange.start_seen or exchange.state is OFFERED:
        return False
    offer = exchange.offer
    if offer is None or offer.cut:
        return False
    return all(one.client is not None for one in access.associations)
