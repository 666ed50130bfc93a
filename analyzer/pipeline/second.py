"""What the second engine (tshark) read, between the packets of the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from analyzer.agreement.items import Item
from analyzer.agreement.order import (
    PACKET,
)
from analyzer.capture import Captures, Clock, Watermark
from analyzer.capture.packet import Packet
from analyzer.flows import Flow
from analyzer.flows.datagram import Datagram
from analyzer.keys.keyring import KeyRing
from analyzer.pipeline.conductor import Conductor
from analyzer.pipeline.settings import (
    Settings,
)

if TYPE_CHECKING:
    from analyzer.wireshark.sa_keys import EspWatch
    from analyzer.wireshark.second import Second


class TwoEngines(Conductor):
    """Takes messages that the second engine read between the packets, or in place of those that
    would come out of them."""

    def __init__(
        self, second: Second, ring: KeyRing | None = None, esp: EspWatch | None = None
    ) -> None:
        super().__init__(ring, esp)
        self._only = second.only

    def pass_on(self, packet: Packet | Watermark | Datagram) -> list[Item]:
        """One packet, or what the second engine read of one."""
        if not isinstance(packet, Datagram):
            return super().pass_on(packet)
        self._at((self._number, PACKET))
        super()._pass([packet])
        return self.reconstruction.take()

    def _pass(self, flows: list[Flow]) -> None:
        if self._only:  # what our keys decrypted tshark cannot have read: it has none of them
            flows = [
                flow for flow in flows
                if not isinstance(flow, Datagram) or flow.protection == "esp"
            ]  # fmt: skip
        super()._pass(flows)


def asked(captures: Captures, settings: Settings) -> Second | None:
    """What the second engine reads of these captures, which were swept once; None: no need."""
    if settings.engine == "native":
        return None
    from analyzer.wireshark.second import ask, wanted

    asked = wanted(settings.engine, captures.infos, settings.tls_keylog)
    if not asked:
        return None
    only = settings.engine == "tshark"
    paths = captures.paths if captures.repeatable else [None] * len(captures.infos)
    return ask(asked, paths, settings.tls_keylog, only=only)


def interleaved(captures: Captures, second: Second) -> Iterator[Any]:
    """The captures with what the second engine read, in the order of time; a packet stands before
    what was read out of it."""
    waiting = iter(_set_right(second.datagrams, captures.clocks))
    datagram = next(waiting, None)
    for item in captures:
        while datagram is not None and _stands_before(datagram, item):
            yield _on_its_line(datagram, captures)
            datagram = next(waiting, None)
        yield item
    while datagram is not None:
        yield _on_its_line(datagram, captures)
        datagram = next(waiting, None)


def _set_right(datagrams: list[Datagram], clocks: Mapping[int, Clock]) -> list[Datagram]:
    """The datagrams with the times of clocks that are set right, in their order."""
    for one in datagrams:
        clock = clocks.get(one.capture)
        if clock is not None:
            one.time = clock.set(one.time)
    return sorted(datagrams, key=lambda one: (one.time, one.capture, one.frame))


def _stands_before(datagram: Datagram, item: Packet | Watermark) -> bool:
    if datagram.time != item.time:
        return datagram.time < item.time
    return (datagram.capture, datagram.frame) < (item.capture, item.frame)


def _on_its_line(datagram: Datagram, captures: Captures) -> Datagram:
    datagram.line = captures.infos[datagram.capture].line
    return datagram
