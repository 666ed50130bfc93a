"""What stands inside an ESP packet once nothing hides it: payload, padding, trailer (RFC 4303)."""

from typing import Final

from analyzer.flows.start_line import starts_like_sip
from analyzer.flows.transport import (
    ACK,
    CWR,
    ECE,
    FIN,
    PSH,
    RST,
    SYN,
    TCP,
    TCP_HEADER,
    UDP,
    UDP_HEADER,
    URG,
)

IPIP: Final = 4
IPV6: Final = 41
TUNNELLED: Final = frozenset({IPIP, IPV6})

_PADDING: Final = bytes(range(1, 256))
_USUAL_FLAGS: Final = frozenset(
    flags | extra
    for flags in (
        SYN,
        SYN | ACK,
        ACK,
        PSH | ACK,
        FIN | ACK,
        FIN | PSH | ACK,
        RST,
        RST | ACK,
    )
    for extra in (0, ECE, CWR, ECE | CWR)
)


Payload = tuple[int, bytes]
"""Next header, and its octets."""


def proven_payload(plain: bytes) -> Payload | None:
    """The payload of a packet whose ICV was right: padding may hold anything (RFC 4303 2.4)."""
    trailer = len(plain) - 2
    if trailer < 0:
        return None
    end = trailer - plain[trailer]
    return None if end < 0 else (plain[trailer + 1], plain[:end])


def likely_payload(data: bytes, start: int, trailer: int) -> Payload | None:
    """The payload from `start`, where padding, next header and inner headers say it is one.

    `trailer` is the place of the pad length; the padding must count 1, 2, 3 (RFC 4303 2.4).
    """
    if trailer < start + UDP_HEADER:
        return None
    proto = data[trailer + 1]
    if proto not in _HOLDS:
        return None
    end = trailer - data[trailer]
    if end < start + UDP_HEADER:
        return None
    if end < trailer and data[end:trailer] != _PADDING[: trailer - end]:
        return None
    inner = data[start:end]
    return (proto, inner) if _HOLDS[proto](inner) else None


def _udp_holds(data: bytes) -> bool:
    if data[4] << 8 | data[5] != len(data):
        return False
    ports = (data[0] or data[1]) and (data[2] or data[3])
    return bool(ports) or starts_like_sip(data[UDP_HEADER:])


def _tcp_holds(data: bytes) -> bool:
    if len(data) < TCP_HEADER or data[:2] == b"\0\0" or data[2:4] == b"\0\0":
        return False
    offset, flags = data[12], data[13]
    if offset & 14 or not TCP_HEADER <= (offset >> 4) << 2 <= len(data):
        return False
    if flags & URG:
        return flags & ~URG in _USUAL_FLAGS and starts_like_sip(data[(offset >> 4) << 2 :])
    return flags in _USUAL_FLAGS and data[18:20] == b"\0\0"


def _ipv4_holds(data: bytes) -> bool:
    """A whole IPv4 packet that carries UDP or TCP: version, length, protocol (2**-28)."""
    return (
        len(data) >= 28
        and data[0] == 0x45
        and data[2] << 8 | data[3] == len(data)
        and data[9] in (UDP, TCP)
    )


def _ipv6_holds(data: bytes) -> bool:
    return (
        len(data) >= 48
        and data[0] >> 4 == 6
        and (data[4] << 8 | data[5]) + 40 == len(data)
        and data[6] in (UDP, TCP)
    )


_HOLDS: Final = {UDP: _udp_holds, TCP: _tcp_holds, IPIP: _ipv4_holds, IPV6: _ipv6_holds}
