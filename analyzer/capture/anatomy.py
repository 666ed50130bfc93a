"""Which octets of one frame each layer has: what `decap` walks through, told apart."""

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from analyzer.capture.decap import LAYERS
from analyzer.capture.exported import NAME, UPPER_PDU, WHOLE, options
from analyzer.capture.files import Input
from analyzer.capture.layers import Context, Inside, transport
from analyzer.capture.look import PROTOCOLS, Look, look_at, records
from analyzer.capture.text import TEXT_LINK
from analyzer.limits import NESTING

IP: Final = frozenset(("ip", "ip6"))
TCP, UDP, SCTP = 6, 17, 132
TCP_HEADER: Final = 20
HEADERS: Final = {UDP: 8, SCTP: 12}


class Layer(NamedTuple):
    """One layer: its name as in `Packet.path`, and the octets of its header; of ESP, and of what
    is not taken apart, all of it."""

    name: str
    start: int
    end: int


class Anatomy(NamedTuple):
    """Layers outside in, and where the innermost payload stands."""

    layers: list[Layer]
    start: int
    end: int


class Examined(NamedTuple):
    """One frame: what a look at it gives, its octets, and its layers in them."""

    look: Look
    data: bytes
    anatomy: Anatomy


def examine(entry: Input, frames: Collection[int]) -> Iterator[tuple[int, Examined]]:
    """The frames of these numbers, in their order; none of an input that cannot be read again."""
    last = max(frames, default=0)
    for record in records(entry):
        if record.frame > last:
            return
        if record.frame in frames:
            found = of_frame(record.data, record.link_type, record.interface)
            yield record.frame, Examined(look_at(record), record.data, found)


def of_frame(data: bytes, link_type: int, interface: int = 0) -> Anatomy:
    """The layers of a captured frame."""
    if link_type == TEXT_LINK:
        return Anatomy([], 0, len(data))
    context = Context(interface, cut=False)
    if link_type != UPPER_PDU:
        return _descend(data, ("link", link_type, 0, len(data)), context, [])
    start, name = 0, b""
    for code, at, start in options(data):
        if code == NAME:
            name = data[at:start].rstrip(b"\0")
    layers = [Layer("exported_pdu", 0, start)]
    whole = WHOLE.get(name)
    if whole is None:
        return Anatomy(layers, start, len(data))
    return _descend(data, (*whole, start, len(data)), context, layers)


def of_payload(data: bytes, proto: int) -> Anatomy:
    """The layers of what an IP packet carries, such as ESP that was opened."""
    context = Context(0, cut=False)
    inside = transport(data, 0, len(data), proto, context)
    assert inside is not None  # no fragment
    return _descend(data, inside, context, [])


def _descend(data: bytes, inside: Inside, context: Context, layers: list[Layer]) -> Anatomy:
    space, number, at, end = inside
    for _ in range(NESTING):
        space, number, at, end = inside
        row = LAYERS.get((space, number))
        if row is None:
            break
        name, opener = row
        context.start = -1
        following = opener(data, at, end, context)
        if following is None:
            if name not in IP or context.start < 0:  # nothing in it that can be read
                layers.append(Layer(name, at, end))
                return Anatomy(layers, end, end)
            layers.append(Layer(name, at, context.start))
            return _fragment(data, context, layers)
        space, number, behind, last = following
        inside = space, number, min(behind, last), last
        layers.append(Layer(name, at, context.start if name in IP else inside[2]))
    else:
        return Anatomy(layers, inside[2], inside[3])
    if space != "ip":
        return Anatomy(layers, at, end)
    size = _header(data, at, end, number)
    layers.append(Layer(_protocol(number), at, at + size))
    return Anatomy(layers, at + size, end)


def _fragment(data: bytes, context: Context, layers: list[Layer]) -> Anatomy:
    """The first fragment of a datagram has the header of its transport, the others none."""
    at, end = context.start, context.end
    if context.frag_offset == 0:
        size = _header(data, at, end, context.proto)
        layers.append(Layer(_protocol(context.proto), at, at + size))
        at += size
    else:
        layers.append(Layer("fragment", at, end))
    return Anatomy(layers, at, end)


def _header(data: bytes, at: int, end: int, proto: int) -> int:
    """How long the header is; of what has none that is known, all of it."""
    size = end - at
    if proto == TCP and size >= TCP_HEADER:
        return min((data[at + 12] >> 4) * 4, size)
    return min(HEADERS.get(proto, size), size)


def _protocol(number: int) -> str:
    return PROTOCOLS.get(number, f"protocol {number}")
