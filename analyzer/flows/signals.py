"""Evidence beside SIP: ICMP errors with the packet they quote (RFC 792, RFC 4443), DNS and IKE."""

from struct import Struct
from typing import Final

from analyzer.capture.packet import Packet
from analyzer.capture.scan import DNS, IKE
from analyzer.flows.datagram import Dns, Ike, Signal
from analyzer.flows.dns import read_dns
from analyzer.flows.ike import read_ike
from analyzer.flows.transport import ESP, TCP, UDP

ICMP: Final = 1
ICMPV6: Final = 58

_UNREACHABLE: Final = "destination unreachable"

# (protocol, type, code) to the name of the error; code -1 stands for the other codes of a type.
_ERRORS: Final[dict[tuple[int, int, int], str]] = {
    (ICMP, 3, 0): "network unreachable",
    (ICMP, 3, 1): "host unreachable",
    (ICMP, 3, 2): "protocol unreachable",
    (ICMP, 3, 3): "port unreachable",
    (ICMP, 3, 4): "fragmentation needed",
    (ICMP, 3, 9): "network administratively prohibited",
    (ICMP, 3, 10): "host administratively prohibited",
    (ICMP, 3, 13): "administratively prohibited",
    (ICMP, 3, -1): _UNREACHABLE,
    (ICMP, 4, -1): "source quench",
    (ICMP, 11, 0): "time to live exceeded",
    (ICMP, 11, 1): "fragment reassembly time exceeded",
    (ICMP, 12, -1): "parameter problem",
    (ICMPV6, 1, 0): "no route to destination",
    (ICMPV6, 1, 1): "administratively prohibited",
    (ICMPV6, 1, 3): "address unreachable",
    (ICMPV6, 1, 4): "port unreachable",
    (ICMPV6, 1, 5): "source address failed policy",
    (ICMPV6, 1, 6): "reject route to destination",
    (ICMPV6, 1, -1): _UNREACHABLE,
    (ICMPV6, 2, -1): "packet too big",
    (ICMPV6, 3, 0): "hop limit exceeded",
    (ICMPV6, 3, 1): "fragment reassembly time exceeded",
    (ICMPV6, 4, -1): "parameter problem",
}
# Errors that name the largest packet the link takes: (offset, octets) of that number. The code of
# ICMPv6's is to be ignored (RFC 4443 3.2).
_MTU: Final = {"fragmentation needed": (6, 2), "packet too big": (4, 4)}

_HEADER: Final = 8
_V6_HEADER: Final = 40
_FRAGMENT: Final = 44
_V6_EXTENSIONS: Final = frozenset((0, 43, 60))  # hop-by-hop, routing, destination options
_V6_CHAIN: Final = 8  # extension headers followed in a quotation
_PORTS: Final = Struct("!HH")
_SPI: Final = Struct("!I")


def icmp_signal(packet: Packet) -> Signal | None:
    """The signal of an ICMP or ICMPv6 error; None for what is no error or quotes no packet."""
    data = packet.data
    if len(data) < _HEADER:
        return None
    error = (packet.proto, data[0], data[1])
    name = _ERRORS.get(error) or _ERRORS.get((packet.proto, data[0], -1))
    if name is None:
        return None
    quoted = _quoted_v4(data) if packet.proto == ICMP else _quoted_v6(data)
    if quoted is None:
        return None
    src, dst, proto, at = quoted
    sport, dport, spi = _selectors(data, proto, at)
    return Signal(
        capture=packet.capture,
        frame=packet.frame,
        time=packet.time,
        kind="icmp",
        src=src,
        dst=dst,
        sport=sport,
        dport=dport,
        detail=name + _mtu(data, name),
        by=packet.src,
        protection="clear" if spi < 0 else "esp",
        spi=spi,
    )


def udp_signal(packet: Packet, sport: int, dport: int, payload: bytes) -> Signal | None:
    """What a UDP datagram without SIP says: DNS about the IMS, or IKE; None for all else."""
    said: Dns | Ike | None
    if dport == DNS or sport == DNS:
        kind, said = "dns", read_dns(payload)
    elif dport in IKE or sport in IKE:
        kind, said = "ike", read_ike(payload)
    else:
        return None
    if said is None:
        return None
    return Signal(
        packet.capture, packet.frame, packet.time, kind, packet.src, packet.dst, sport, dport,
        said=said,
    )  # fmt: skip


def _mtu(data: bytes, name: str) -> str:
    field = _MTU.get(name)
    if field is None:
        return ""
    at, size = field
    return f", MTU {int.from_bytes(data[at : at + size], 'big')}"


def _quoted_v4(data: bytes) -> tuple[bytes, bytes, int, int] | None:
    """(source, destination, protocol, where its header stands or -1) of the quoted packet."""
    at = _HEADER
    if len(data) < at + 20 or data[at] >> 4 != 4:
        return None
    fragment = (data[at + 6] << 8 | data[at + 7]) & 0x1FFF
    start = at + ((data[at] & 15) << 2) if not fragment else -1
    return data[at + 12 : at + 16], data[at + 16 : at + 20], data[at + 9], start


def _quoted_v6(data: bytes) -> tuple[bytes, bytes, int, int] | None:
    """As `_quoted_v4`, behind the extension headers."""
    at = _HEADER
    if len(data) < at + _V6_HEADER or data[at] >> 4 != 6:
        return None
    src, dst, proto = data[at + 8 : at + 24], data[at + 24 : at + 40], data[at + 6]
    at += _V6_HEADER
    for _ in range(_V6_CHAIN):
        if len(data) < at + 8:
            break
        if proto == _FRAGMENT:
            first = (data[at + 2] << 8 | data[at + 3]) < 8
            proto = data[at]
            if not first:
                return src, dst, proto, -1
            at += 8
        elif proto in _V6_EXTENSIONS:
            proto = data[at]
            at += (data[at + 1] + 1) << 3
        else:
            break
    return src, dst, proto, at


def _selectors(data: bytes, proto: int, at: int) -> tuple[int, int, int]:
    """(source port, destination port, SPI) of the quoted packet: 0, 0 and -1 where unknown."""
    if at < 0 or len(data) < at + 4:
        return 0, 0, -1
    if proto == ESP:
        return 0, 0, int(_SPI.unpack_from(data, at)[0])
    if proto in (UDP, TCP):
        sport, dport = _PORTS.unpack_from(data, at)
        return sport, dport, -1
    return 0, 0, -1
