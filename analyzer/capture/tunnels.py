"""Tunnels beside GTP-U: GRE, ERSPAN, EtherIP, VXLAN, Geneve, and ESP in UDP.

Each function opens one layer, see `decap`.
"""

from typing import Final

from analyzer.capture.layers import SHORT, Context, Inside
from analyzer.capture.links import ETHERNET, PPP
from analyzer.capture.scan import ESP, sip_first_line

CHECKSUM, ROUTING, KEY, SEQUENCE, ACKNOWLEDGED = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080
BRIDGED: Final = 0x6558  # Ethernet in GRE
ERSPAN: Final = 0x88BE  # types I and II
ERSPAN_III: Final = 0x22EB
PPTP: Final = 0x880B
NON_ESP: Final = bytes(4)  # the marker before IKE (RFC 3948 2.2)


def gre(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 2784 and RFC 2890, version 0; version 1 is that of PPTP (RFC 2637 4.1)."""
    if end - at < 4:
        return None
    flags, kind = SHORT.unpack_from(data, at)[0], SHORT.unpack_from(data, at + 2)[0]
    version = flags & 7
    if version > 1 or (version and kind != PPTP):
        return None
    size = 4 + 4 * bool(flags & (CHECKSUM | ROUTING)) + 4 * bool(flags & KEY)
    size += 4 * bool(flags & SEQUENCE) + 4 * bool(version and flags & ACKNOWLEDGED)
    at += size
    if kind == PPTP:
        return "link", PPP, at, end
    if kind == BRIDGED or (kind == ERSPAN and not flags & SEQUENCE):  # type I has no header
        return "link", ETHERNET, at, end
    if kind in (ERSPAN, ERSPAN_III):
        return "gre", 2 if kind == ERSPAN else 3, at, end
    return "ether", kind, at, end


def erspan2(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """ERSPAN type II: eight octets before the mirrored frame."""
    return ("link", ETHERNET, at + 8, end) if end - at > 8 else None


def erspan3(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """ERSPAN type III: twelve octets, eight more where the last bit says so; Ethernet or IP."""
    if end - at <= 20:
        return None
    last = SHORT.unpack_from(data, at + 10)[0]
    start = at + 12 + 8 * (last & 1)
    kind = last >> 10 & 31
    if kind == 0:
        return "link", ETHERNET, start, end
    return ("ether", 0x86DD if data[start] >> 4 == 6 else 0x0800, start, end) if kind == 2 else None


def etherip(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 3378: two octets before the Ethernet frame."""
    return "link", ETHERNET, at + 2, end


def vxlan(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 7348 5: the flag of a valid network identifier; eight octets, then Ethernet."""
    if end - at < 8 or not data[at] & 0x08:
        return None
    return "link", ETHERNET, at + 8, end


def geneve(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 8926 3.4, version 0: eight octets and options, then what an EtherType names."""
    if end - at < 8 or data[at] >> 6:
        return None
    kind, start = SHORT.unpack_from(data, at + 2)[0], at + 8 + (data[at] & 0x3F) * 4
    return ("link", ETHERNET, start, end) if kind == BRIDGED else ("ether", kind, start, end)


def esp_in_udp(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 3948: the datagram is an ESP packet of the IP layer around it, unless it is IKE behind
    its marker, a keep-alive of one octet, or SIP that came to use this port."""
    if end - at >= 8 and data[at : at + 4] != NON_ESP and sip_first_line(data, at, end) is None:
        context.path = context.trail
        context.proto, context.start, context.end = ESP, at, end
    return None
