"""What the rooms were given of a capture, taken down while Python reads it, to be given to Lua."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from analyzer.agreement.items import Item
from analyzer.agreement.order import END, UNFINISHED, Order
from analyzer.capture.captures import open_captures
from analyzer.flows import Flow
from analyzer.flows.datagram import Datagram, EspSeen, Signal
from analyzer.flows.problems import Problems
from analyzer.pipeline.conductor import Conductor
from analyzer.sip.framing import Framed, Framing
from tests.plugins.lua import items
from tests.plugins.translated import Lua


class Whole(msgspec.Struct):
    """A message of TCP, as Wireshark would give it."""

    framed: Framed


class Overdue(msgspec.Struct):
    """Time passed, first part."""

    number: int
    time: int


class Turned(msgspec.Struct):
    """Time passed, second part."""

    number: int
    capture: int
    line: int
    time: int


Deed = tuple[Order, Datagram | Whole | EspSeen | Signal | Overdue | Turned]


class Streams(Framing):
    """Takes down the messages that it finds."""

    def __init__(self, conductor: Recording, problems: Problems) -> None:
        super().__init__(problems)
        self._conductor = conductor

    def feed(self, datagram: Datagram) -> list[Framed]:
        """Messages of TCP."""
        framed = super().feed(datagram)
        order = self._conductor._order
        self._conductor.deeds += [(order, Whole(one)) for one in framed]
        return framed

    def finish(self) -> list[Framed]:
        """Those whose end never came."""
        framed = super().finish()
        self._conductor.deeds += [
            ((END, UNFINISHED, one.origin.capture, one.origin.frame), Whole(one)) for one in framed
        ]
        return framed


class Recording(Conductor):
    """Takes down what it does."""

    def __init__(self) -> None:
        super().__init__()
        self.deeds: list[Deed] = []
        self.reader._framing = Streams(self, Problems())
        self.ended = False

    def finish(self) -> list[Item]:
        """The captures have ended."""
        self.ended = True
        return super().finish()

    def _turn(self, number: int, capture: int, line: int, time: int) -> None:
        self.deeds.append((self._order, Overdue(number, time)))
        super()._turn(number, capture, line, time)
        self.deeds.append((self._order, Turned(number, capture, line, time)))

    def _pass(self, flows: list[Flow]) -> None:
        for flow in flows:
            if isinstance(flow, (EspSeen, Signal)) or (
                isinstance(flow, Datagram) and flow.transport != "tcp"
            ):
                self.deeds.append((self._order, flow))
            super()._pass([flow])


def shifted(packets: Iterator[Any]) -> Iterator[Any]:
    """The same with times from 0 on: what Wireshark gives, and a double of Lua 5.1 can hold."""
    first: int | None = None
    for packet in packets:
        first = packet.time if first is None else first
        packet.time -= first
        yield packet


Change = Callable[[Iterator[Any]], Iterator[Any]]


def recorded(
    inputs: Sequence[Path | BinaryIO], change: Change = shifted
) -> tuple[Recording, Iterator[list[Item]]]:
    """A conductor, and what closes as it goes through the captures."""
    conductor = Recording()
    given = [str(one) if isinstance(one, Path) else one for one in inputs]

    def closed() -> Iterator[list[Item]]:
        for packet in change(iter(open_captures(given))):
            yield conductor.pass_time(packet)
            yield conductor.pass_on(packet)
        yield conductor.finish()

    return conductor, closed()


class Replay:
    """A conductor in Lua that is given the same."""

    def __init__(self, lua: Lua, conductor: Any = None) -> None:
        self.lua = lua
        make = lua("conductor")[b"Conductor"][b"make"]
        self.conductor = make(None, None, None) if conductor is None else conductor
        self._modules = [
            lua(name) for name in ("flows.datagram", "keys.esp_cipher", "keys.keyring")
        ]
        self.call = lua.runtime.execute(CALL)

    def take(self, deed: Deed) -> None:
        """One step of the way."""
        order, what = deed
        call, conductor = self.call, self.conductor
        if isinstance(what, Overdue):
            call(conductor, b"overdue", what.number, what.time)
        elif isinstance(what, Turned):
            call(conductor, b"turn", what.number, what.capture, what.line, what.time)
        else:
            call(conductor, b"at", self.lua.list(*order))
            if isinstance(what, Whole):
                call(conductor, b"datagram", self.struct(whole(what.framed)))
            elif isinstance(what, Datagram):
                call(conductor, b"datagram", self.struct(what))
            elif isinstance(what, EspSeen):
                call(conductor, b"esp", self.struct(what))
            elif isinstance(what, Signal):
                call(conductor, b"signal", self.struct(what))

    def struct(self, value: Any) -> Any:
        """A struct of flows/datagram in Lua."""
        if isinstance(value, msgspec.Struct):
            name = type(value).__name__.encode()
            made_by = next(module for module in self._modules if name in module)
            values = [self.struct(getattr(value, one)) for one in value.__struct_fields__]
            return made_by[name][b"make"](*values)
        if isinstance(value, (tuple, list)):
            return self.lua.list(*map(self.struct, value))
        return value.encode() if isinstance(value, str) else value

    def closed(self, conductor: Recording) -> list[Any]:
        """What closed since this was asked last; at the end of the captures all that was open."""
        if conductor.ended:
            self.conductor[b"latest"] = conductor._latest
            self.call(self.conductor, b"finish")
        return items(self.call(self.conductor, b"take"))


CALL = b"""
return function(object, name, ...)
  return object[name](object, ...)
end
"""


def whole(framed: Framed) -> Datagram:
    """A message of TCP as one datagram."""
    return msgspec.structs.replace(
        framed.origin,
        transport="tcp",
        payload=framed.raw,
        frames=framed.frames,
        truncated=framed.truncated,
    )
