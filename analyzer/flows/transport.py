"""UDP and TCP headers over bytes (RFC 768, RFC 9293), outside and inside ESP."""

from struct import Struct
from typing import Final

TCP: Final = 6
UDP: Final = 17
ESP: Final = 50
SCTP: Final = 132

FIN: Final = 0x01
SYN: Final = 0x02
RST: Final = 0x04
PSH: Final = 0x08
ACK: Final = 0x10
URG: Final = 0x20
ECE: Final = 0x40
CWR: Final = 0x80

SIP_PORTS: Final = frozenset((5060, 5061))

_UDP: Final = Struct("!HHH")
_TCP: Final = Struct("!HHIIBB")

UDP_HEADER: Final = 8
TCP_HEADER: Final = 20


def parse_udp(data: bytes) -> tuple[int, int, bytes, bool] | None:
    """(source port, destination port, payload, whether the payload is shorter than announced).

    None where there is no whole header. A length below 8 (0 is what segmentation offload leaves)
    announces nothing: all that is there is the payload.
    """
    size = len(data)
    if size < UDP_HEADER:
        return None
    sport, dport, length = _UDP.unpack_from(data)
    if length == size or length < UDP_HEADER:
        return sport, dport, data[8:], False
    return sport, dport, data[8:length], length > size


def parse_tcp(data: bytes) -> tuple[int, int, int, int, bytes] | None:
    """(source port, destination port, sequence number, flags, payload).

    None where the header is cut or its data offset points outside.
    """
    size = len(data)
    if size < TCP_HEADER:
        return None
    sport, dport, seq, _, offset, flags = _TCP.unpack_from(data)
    start = (offset >> 4) << 2
    if start < TCP_HEADER or start > size:
        return None
    return sport, dport, seq, flags, data[start:]
