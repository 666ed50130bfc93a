"""Exported PDUs (LINKTYPE_WIRESHARK_UPPER_PDU): what tshark's `-U` leaves of packets.

Tags name addresses, ports and the frame a PDU came from; then follows the payload of its transport,
or a datagram. Transport headers are put before payloads again, so that the rooms behind this one
find what they are used to. A TCP segment with several messages is exported once for each of them,
each time as a whole: a PDU that repeats the one before it, of the same frame, is passed over.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final

import msgspec

from analyzer.limits import STREAMS

UPPER_PDU: Final = 252
NAME, HEURISTIC = 12, 13
IPV4_SRC, IPV4_DST, IPV6_SRC, IPV6_DST = 20, 21, 22, 23
PORT_TYPE, SRC_PORT, DST_PORT, ORIGINAL = 24, 25, 26, 30
SCTP_PORT, TCP_PORT = 1, 2

# Dissector name -> the layer its PDUs begin with.
WHOLE: Final = {
    b"ip": ("ether", 0x0800),
    b"ipv4": ("ether", 0x0800),
    b"ipv6": ("ether", 0x86DD),
    b"eth": ("link", 1),
    b"eth_withoutfcs": ("link", 1),
    b"eth_maybefcs": ("link", 1),
}

# Those whose PDUs begin with the header of a transport: what `OSI layer 3` has of opened ESP.
HEADED: Final = {b"udp": 17, b"tcp": 6, b"sctp": 132}

HEAD: Final = Struct(">HH")
SIP_PORT: Final = 5060
EPOCH: Final = 1 << 26  # sequence numbers move on by this when directions are forgotten
MASK: Final = 0xFFFFFFFF
UDP, TCP, SCTP = 17, 6, 132


class Pdu(msgspec.Struct):
    """One PDU: the layer it begins with, or addresses and transport with its headers put back."""

    layer: tuple[str, int] | None
    src: bytes
    dst: bytes
    proto: int
    data: bytes


class ExportedPdus:
    """Reads the PDUs of one capture in their order."""

    __slots__ = ("_base", "_last", "_next")

    def __init__(self) -> None:
        self._last: tuple[bytes, bytes] | None = None
        self._next: dict[tuple[bytes, bytes, int, int], int] = {}  # sequence number of what follows
        self._base = 1

    def read(self, frame: bytes) -> Pdu | None:
        """The PDU of a frame; None where it names no addresses, or repeats the one before."""
        tags: dict[int, bytes] = {}
        payload = b""
        for code, at, end in options(frame):
            if code == 0:
                payload = frame[end:]
            else:
                tags.setdefault(code, frame[at:end])
        original = tags.get(ORIGINAL)
        if original is not None:
            if self._last == (original, payload):
                return None
            self._last = original, payload
        name = tags.get(NAME, b"").rstrip(b"\0")
        layer = WHOLE.get(name)
        if layer is not None:
            return Pdu(layer, b"", b"", 0, payload)
        src = tags.get(IPV4_SRC) or tags.get(IPV6_SRC) or b""
        dst = tags.get(IPV4_DST) or tags.get(IPV6_DST) or b""
        if len(src) != len(dst) or len(src) not in (4, 16):
            return None
        proto = HEADED.get(name)
        if proto is not None:
            return Pdu(None, src, dst, proto, payload)
        kind, sport, dport = (
            int.from_bytes(tags.get(code, b"")[-4:]) & 0xFFFF
            for code in (PORT_TYPE, SRC_PORT, DST_PORT)
        )
        sport, dport = sport or SIP_PORT, dport or SIP_PORT
        if kind == TCP_PORT:
            data = self._segment((src, dst, sport, dport), payload)
            return Pdu(None, src, dst, TCP, data)
        if kind == SCTP_PORT:
            return Pdu(None, src, dst, SCTP, chunk(sport, dport, payload))
        head = Struct(">HHHH").pack(sport, dport, min(8 + len(payload), 0xFFFF), 0)
        return Pdu(None, src, dst, UDP, head + payload)

    def _segment(self, direction: tuple[bytes, bytes, int, int], payload: bytes) -> bytes:
        """The next octets of a TCP direction, with a header."""
        if len(self._next) >= STREAMS and direction not in self._next:
            self._next.clear()
            self._base += EPOCH
        at = self._next.get(direction, self._base)
        self._next[direction] = at + len(payload)
        _, _, sport, dport = direction
        return Struct(">HHIIBBHHH").pack(sport, dport, at & MASK, 0, 0x50, 0x18, 0, 0, 0) + payload


def chunk(sport: int, dport: int, payload: bytes) -> bytes:
    """An SCTP packet with one whole message."""
    size = min(16 + len(payload), 0xFFFF)
    return Struct(">HHIIBBHIHHI").pack(sport, dport, 0, 0, 0, 3, size, 0, 0, 0, 0) + payload


def options(frame: bytes) -> Iterator[tuple[int, int, int]]:
    """Code, start and end of the tags, the end of them (0) last."""
    at = 0
    while at + 4 <= len(frame):
        code, size = HEAD.unpack_from(frame, at)
        yield code, at + 4, min(at + 4 + size, len(frame))
        if code == 0:
            return
        at += 4 + size
