"""The layers that most captures have: Ethernet, VLAN, Linux cooked, raw IP, IPv4, IPv6, GTP-U.

Each function opens one layer, see `decap`. What they share of a frame is its `Context`.
"""

from struct import Struct
from typing import Final

Inside = tuple[str, int, int, int]

IPV4: Final = Struct(">BxHHHxBxx4s4s")
IPV6: Final = Struct(">BxxxHBx16s16s")
TWO_SHORTS: Final = Struct(">HH")
SHORT: Final = Struct(">H")
WORD: Final = Struct(">I")

FRAGMENT: Final = 44
LONGEST: Final = 1500  # octets in an Ethernet frame with a length in place of the EtherType

# Headers between the IP header and the transport: type -> (octets a unit, units not counted)
IPV4_EXTENSIONS: Final = {51: (4, 2)}  # AH, RFC 4302
IPV6_EXTENSIONS: Final = {
    0: (8, 1),  # hop-by-hop options, RFC 8200 4
    43: (8, 1),  # routing
    60: (8, 1),  # destination options
    135: (8, 1),  # mobility, RFC 6275
    51: (4, 2),  # AH, RFC 4302
}


class Context:
    """What the layers passed so far left behind: the trail to here, and the innermost IP header."""

    __slots__ = (
        "cut",
        "dst",
        "end",
        "frag_offset",
        "interface",
        "ip_id",
        "more",
        "path",
        "proto",
        "src",
        "start",
        "trail",
        "truncated",
    )

    def __init__(self, interface: int, *, cut: bool, path: str = "") -> None:
        self.interface = interface
        self.cut = cut  # the snap length took the end of the frame
        self.trail = path
        self.path = ""  # of the innermost IP layer; empty: none seen
        self.src = self.dst = b""
        self.proto = self.start = self.end = 0
        self.ip_id = self.frag_offset = -1
        self.more = self.truncated = False


def ethernet(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """IEEE 802.3: the EtherType is octets 12 and 13; small numbers are a length, before LLC."""
    if end - at < 14:
        return None
    ether = SHORT.unpack_from(data, at + 12)[0]
    if ether > LONGEST:
        return "ether", ether, at + 14, end
    return "llc", 0, at + 14, min(end, at + 14 + ether)


def vlan(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """IEEE 802.1Q and 802.1ad: tag control, then the EtherType of what follows."""
    if end - at < 4:
        return None
    return "ether", SHORT.unpack_from(data, at + 2)[0], at + 4, end


def linux_sll(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """LINKTYPE_LINUX_SLL: 16 octets, the protocol is the last two."""
    if end - at < 16:
        return None
    return "ether", SHORT.unpack_from(data, at + 14)[0], at + 16, end


def linux_sll2(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """LINKTYPE_LINUX_SLL2: 20 octets, the protocol is the first two, the interface index at 4."""
    if end - at < 20:
        return None
    context.interface = context.interface << 32 | WORD.unpack_from(data, at + 4)[0]
    return "ether", SHORT.unpack_from(data, at)[0], at + 20, end


def raw(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """No link header: the version nibble says which IP follows."""
    if at >= end:
        return None
    version = data[at] >> 4
    if version == 4:
        return "ether", 0x0800, at, end
    return ("ether", 0x86DD, at, end) if version == 6 else None


def ipv4(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 791. A total length of 0 (segmentation offload) means: to the end of the frame."""
    if end - at < 20:
        return None
    first, total, ip_id, fragment, proto, src, dst = IPV4.unpack_from(data, at)
    size = (first & 15) * 4
    if first >> 4 != 4 or size < 20 or size > end - at or (total and total < size):
        return None
    stop = at + total if total else end
    context.truncated = stop > end or (context.cut and not total)
    offset = (fragment & 0x1FFF) * 8
    context.more = bool(fragment & 0x2000)
    context.frag_offset = offset if offset or context.more else -1
    context.ip_id = ip_id
    context.src, context.dst = src, dst
    return transport(data, at + size, min(stop, end), proto, context)


def ipv6(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 8200. A payload length of 0 (jumbogram, offload) means: to the end of the frame."""
    if end - at < 40:
        return None
    first, length, proto, src, dst = IPV6.unpack_from(data, at)
    if first >> 4 != 6:
        return None
    stop = at + 40 + length if length else end
    context.truncated = stop > end or (context.cut and not length)
    context.ip_id = context.frag_offset = -1
    context.more = False
    context.src, context.dst = src, dst
    return transport(data, at + 40, min(stop, end), proto, context)


def transport(data: bytes, at: int, end: int, proto: int, context: Context) -> Inside | None:
    """Walk the extension headers and note where the transport header, or the fragment, lies."""
    context.path = context.trail
    extensions = IPV6_EXTENSIONS if len(context.src) == 16 else IPV4_EXTENSIONS
    while context.frag_offset < 0 and end - at >= 8:
        if proto in extensions:
            unit, extra = extensions[proto]
            size = (data[at + 1] + extra) * unit
            if size > end - at:
                break
        elif proto == FRAGMENT and extensions is IPV6_EXTENSIONS:
            size = 8
            offset = SHORT.unpack_from(data, at + 2)[0]
            # RFC 8200 4.5; offset 0 with nothing to follow is an atomic fragment (RFC 6946)
            if offset & 0xFFF9:
                context.frag_offset = offset & 0xFFF8
                context.more = bool(offset & 1)
                context.ip_id = WORD.unpack_from(data, at + 4)[0]
        else:
            break
        proto = data[at]
        at += size
    context.proto, context.start, context.end = proto, at, end
    return ("ip", proto, at, end) if context.frag_offset < 0 else None


def gtp(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """GTP-U version 1, G-PDU only (TS 29.281 5.1 and 5.2): its extension headers are skipped."""
    if end - at < 8 or data[at] & 0xF0 != 0x30 or data[at + 1] != 0xFF:
        return None
    inner = at + 8
    if data[at] & 7:
        inner += 4
        following = data[inner - 1] if inner <= end else 0
        while data[at] & 4 and following:
            size = data[inner] * 4 if inner < end else 0
            if not size or inner + size > end:
                return None
            inner += size
            following = data[inner - 1]
    return raw(data, inner, end, context)
