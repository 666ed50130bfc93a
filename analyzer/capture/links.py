"""Link layers that fewer captures have: BSD loopback, PPP, HDLC, PPPoE, MPLS, LLC, ERF, PPI.

Each function opens one layer, see `decap`. None of them has a shape of its own in `scan`, but for
BSD loopback: their frames are all looked at.
"""

from typing import Final

from analyzer.capture.layers import SHORT, WORD, Context, Inside

ETHERNET: Final = 1
PPP: Final = 9
HDLC: Final = 50

SNAP: Final = b"\xaa\xaa\x03"
PPP_HEADER: Final = b"\xff\x03"  # all stations, unnumbered information (RFC 1662 3.1)
CISCO: Final = frozenset({b"\x0f\x00", b"\x8f\x00"})  # unicast and broadcast

# How ERF kinds begin behind their header: octets to pass over, and the layer there.
ERF_KINDS: Final = (
    dict.fromkeys((2, 11, 16, 20), (2, "link", ETHERNET))
    | dict.fromkeys((1, 10, 15, 19), (0, "link", HDLC))
    | {22: (0, "ether", 0x0800), 23: (0, "ether", 0x86DD)}
)


def null(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """LINKTYPE_NULL and LINKTYPE_LOOP: an address family of 32 bits, in either byte order."""
    if end - at < 4:
        return None
    family = WORD.unpack_from(data, at)[0]
    if family > 0xFFFF:
        family = int.from_bytes(data[at : at + 4], "little")
    return "family", family, at + 4, end


def llc(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """IEEE 802.2 with SNAP (RFC 1042): the EtherType is the last two of eight octets."""
    if end - at < 8 or data[at : at + 3] != SNAP:
        return None
    return "ether", SHORT.unpack_from(data, at + 6)[0], at + 8, end


def ppp(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 1661, RFC 1662: address and control may be left out, the protocol may be one octet."""
    if data[at : at + 2] == PPP_HEADER:
        at += 2
    if end - at < 2:
        return None
    if data[at] & 1:
        return "ppp", data[at], at + 1, end
    return "ppp", SHORT.unpack_from(data, at)[0], at + 2, end


def ppp_with_direction(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """An octet for the direction before PPP, or in the place of its address."""
    at += 1
    if data[at : at + 1] == PPP_HEADER[1:]:
        at += 1
    return ppp(data, at, end, context)


def hdlc(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """PPP in HDLC, or Cisco's HDLC: there an EtherType follows address and control."""
    if data[at : at + 2] not in CISCO:
        return ppp(data, at, end, context)
    if end - at < 4:
        return None
    return "ether", SHORT.unpack_from(data, at + 2)[0], at + 4, end


def pppoe(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """A PPPoE session (RFC 2516 4): version and type 1, code 0, then PPP of the given length."""
    if end - at < 6 or data[at] != 0x11 or data[at + 1]:
        return None
    return "link", PPP, at + 6, min(end, at + 6 + SHORT.unpack_from(data, at + 4)[0])


def mpls(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 3032: labels to the bottom of the stack. What follows is told by its first octet: IP, or
    Ethernet, with a control word (RFC 4448) or without."""
    while end - at >= 5:
        bottom = data[at + 2] & 1
        at += 4
        if bottom:
            version = data[at] >> 4
            if version == 4:
                return "ether", 0x0800, at, end
            if version == 6:
                return "ether", 0x86DD, at, end
            return "link", ETHERNET, at + 4 * (version == 0), end
    return None


def erf(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """An Endace record: 16 octets, then extension headers of 8 octets as long as there are."""
    if end - at < 16:
        return None
    inside = ERF_KINDS.get(data[at + 8] & 0x7F)
    more = data[at + 8] & 0x80
    context.interface = context.interface << 2 | data[at + 9] & 3
    at += 16
    while more and at + 8 <= end:
        more = data[at] & 0x80
        at += 8
    if inside is None:
        return None
    skip, space, number = inside
    return space, number, at + skip, end


def ppi(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """Per-Packet Information: its length and the link type of what follows, little endian."""
    if end - at < 8:
        return None
    length = int.from_bytes(data[at + 2 : at + 4], "little")
    if not 8 <= length <= end - at:
        return None
    return "link", int.from_bytes(data[at + 4 : at + 8], "little"), at + length, end
