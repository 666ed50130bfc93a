"""From one link-layer frame to the innermost IP datagram in it.

Every encapsulation is a row of `LAYERS`, keyed by the namespace of the number that announces it
and that number: ("link", link type), ("ether", EtherType), ("ip", protocol number), ("udp", port).
A row names the layer as it stands in `Packet.path` and has a function that opens it:

    open(data, at, end, context) -> (namespace, number, start, end) of what is inside, or None

None means: nothing inside that is known. What was found so far then stands: the innermost IP
datagram. `None` for the whole when there was no IP at all. Nothing here raises on input; nesting
is bounded by `limits.NESTING`.
"""

from collections.abc import Callable
from struct import Struct
from sys import intern
from typing import Final

from analyzer.capture.packet import Packet
from analyzer.capture.problems import Problems
from analyzer.capture.scan import is_candidate
from analyzer.limits import NESTING

Inside = tuple[str, int, int, int]

IPV4: Final = Struct(">BxHHHxBxx4s4s")
IPV6: Final = Struct(">BxxxHBx16s16s")
TWO_SHORTS: Final = Struct(">HH")
SHORT: Final = Struct(">H")
WORD: Final = Struct(">I")

UDP: Final = 17
FRAGMENT: Final = 44

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
    """IEEE 802.3: the EtherType is octets 12 and 13."""
    if end - at < 14:
        return None
    return "ether", SHORT.unpack_from(data, at + 12)[0], at + 14, end


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


def udp(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 768: go on only where one of the ports is that of a tunnel."""
    if end - at < 8:
        return None
    source, destination = TWO_SHORTS.unpack_from(data, at)
    port = destination if ("udp", destination) in LAYERS else source
    return "udp", port, at + 8, end


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


Open = Callable[[bytes, int, int, Context], Inside | None]

LAYERS: Final[dict[tuple[str, int], tuple[str, Open]]] = {
    ("link", 1): ("eth", ethernet),
    ("link", 113): ("sll", linux_sll),
    ("link", 276): ("sll2", linux_sll2),
    ("link", 12): ("raw", raw),  # DLT_RAW as written by most systems
    ("link", 14): ("raw", raw),  # DLT_RAW of OpenBSD
    ("link", 101): ("raw", raw),
    ("link", 228): ("raw", raw),  # LINKTYPE_IPV4
    ("link", 229): ("raw", raw),  # LINKTYPE_IPV6
    ("ether", 0x8100): ("vlan", vlan),
    ("ether", 0x88A8): ("vlan", vlan),
    ("ether", 0x9100): ("vlan", vlan),  # QinQ before 802.1ad
    ("ether", 0x0800): ("ip", ipv4),
    ("ether", 0x86DD): ("ip6", ipv6),
    ("ip", UDP): ("udp", udp),
    ("udp", 2152): ("gtp", gtp),
}


# The commonest frames are read at one go: IP right behind the link header, no options, whole, no
# tunnel. Link type -> octets before the IP header, the last two of them an EtherType, and paths.
USUAL: Final = {1: (14, "eth/ip", "eth/ip6"), 113: (16, "sll/ip", "sll/ip6")}
USUAL_IPV4: Final = Struct(">HBxHHHxBxx4s4sHH")  # from the EtherType to the ports
USUAL_IPV6: Final = Struct(">HBxxxHBx16s16sHH")
USUAL_PROTOCOLS: Final = frozenset({6, UDP, 50})
TUNNELS: Final = frozenset(number for space, number in LAYERS if space == "udp")


def usual(data: bytes, link_type: int) -> tuple[str, bytes, bytes, int, int, int, int, bool] | None:
    """Path, addresses, protocol, start and end of the IP payload, identification and whether it
    was cut, of a frame of the commonest kind; None of any other. The layers say the same of it."""
    row = USUAL.get(link_type)
    size = len(data)
    if row is None or size < row[0] + 28:
        return None
    ip, path, path6 = row
    ether, first, total, ip_id, fragment, proto, src, dst, sport, dport = USUAL_IPV4.unpack_from(
        data, ip - 2
    )
    if ether == 0x0800:
        if first != 0x45 or total < 28 or fragment & 0x3FFF:
            return None
        start, end = ip + 20, ip + total
    elif ether == 0x86DD and size >= ip + 48:
        _, first, length, proto, src, dst, sport, dport = USUAL_IPV6.unpack_from(data, ip - 2)
        if first >> 4 != 6 or length < 8:
            return None
        path, ip_id = path6, -1
        start, end = ip + 40, ip + 40 + length
    else:
        return None
    if proto not in USUAL_PROTOCOLS or (proto == UDP and (sport in TUNNELS or dport in TUNNELS)):
        return None
    if end > size:
        return path, src, dst, proto, start, size, ip_id, True
    return path, src, dst, proto, start, end, ip_id, False


def decapsulate(
    data: bytes,
    link_type: int,
    *,
    capture: int,
    frame: int,
    time: int,
    interface: int,
    cut: bool,
    problems: Problems,
) -> Packet | None:
    """The innermost IP datagram (or fragment) of one captured frame, if it is a candidate.

    `data` are the captured octets, `cut` says that the snap length took some of them. None when
    there is no IP inside, or nothing that SIP, ESP or a signal may be in (`scan.is_candidate`).
    Under `LINUX_SLL2`, `Packet.interface` is the pcapng interface in the upper 32 bits and the
    interface index of the frame in the lower ones.
    """
    found = usual(data, link_type)
    if found is not None:
        path, src, dst, proto, start, end, ip_id, truncated = found
        if not is_candidate(proto, data, start, end, -1):
            return None
        payload = data[start:end]
        return Packet(
            capture, frame, time, interface, path, src, dst, proto, payload, start, ip_id, -1,
            False, truncated,
        )  # fmt: skip
    context = Context(interface, cut=cut)
    if not descend(data, ("link", link_type, 0, len(data)), context):
        problems.add("nesting", frame, None, f"more than {NESTING} encapsulations in one another")
    if not context.path or not is_candidate(
        context.proto, data, context.start, context.end, context.frag_offset
    ):
        return None
    return to_packet(context, data, capture, frame, time)


def decapsulate_ip(whole: Packet) -> Packet | None:
    """Go on inward from an IP datagram that `flows/` put together out of its fragments.

    `whole` is the first fragment's `Packet` with the complete IP payload as `data` and
    `frag_offset` -1, `more` False. The result is the innermost datagram in it, which is `whole`
    itself where its UDP or TCP payload holds no tunnel; None when that is no candidate. IPv6
    extension headers at the start of the payload are walked too. `offset` then counts from the
    start of `whole.data`, not of the frame. The result may again be a fragment (of the inner
    datagram) that has to be reassembled. Any Packet that is not a fragment may be given, such as
    one made of what an opened ESP packet held.
    """
    data = whole.data
    context = Context(whole.interface, cut=whole.truncated, path=whole.path)
    context.src, context.dst = whole.src, whole.dst
    context.ip_id, context.truncated = whole.ip_id, whole.truncated
    inside = transport(data, 0, len(data), whole.proto, context)
    if inside is not None:
        descend(data, inside, context)
    if not is_candidate(context.proto, data, context.start, context.end, context.frag_offset):
        return None
    if context.start == 0 and context.path == whole.path:
        return whole
    return to_packet(context, data, whole.capture, whole.frame, whole.time, whole.line)


def to_packet(
    context: Context, data: bytes, capture: int, frame: int, time: int, line: int = 0
) -> Packet:
    """What the context says of the innermost IP layer, as a `Packet`."""
    return Packet(
        capture,
        frame,
        time,
        context.interface,
        context.path,
        context.src,
        context.dst,
        context.proto,
        data[context.start : context.end],
        context.start,
        context.ip_id,
        context.frag_offset,
        context.more,
        context.truncated,
        line,
    )


def descend(data: bytes, inside: Inside, context: Context) -> bool:
    """Open layer after layer from `inside`; False when `limits.NESTING` stopped it."""
    for _ in range(NESTING):
        space, number, at, end = inside
        row = LAYERS.get((space, number))
        if row is None:
            return True
        name, opener = row
        context.trail = intern(f"{context.trail}/{name}") if context.trail else name
        following = opener(data, at, end, context)
        if following is None:
            return True
        inside = following
    return False
