"""From one link-layer frame to the innermost IP datagram in it.

Every encapsulation is a row of `LAYERS`, keyed by the namespace of the number that announces it
and that number: ("link", link type), ("ether", EtherType), ("ip", protocol number), ("udp", port)
and the like. A row names the layer as it stands in `Packet.path` and has a function that opens it:

    open(data, at, end, context) -> (namespace, number, start, end) of what is inside, or None

None means: nothing inside that is known. What was found so far then stands: the innermost IP
datagram. `None` for the whole when there was no IP at all. Nothing here raises on input; nesting
is bounded by `limits.NESTING`.
"""

from collections.abc import Callable
from struct import Struct
from sys import intern
from typing import Final

from analyzer.capture.exported import Pdu
from analyzer.capture.layers import (
    Context,
    Inside,
    ethernet,
    gtp,
    ipv4,
    ipv6,
    linux_sll,
    linux_sll2,
    raw,
    transport,
    vlan,
)
from analyzer.capture.links import (
    ETHERNET,
    HDLC,
    PPP,
    erf,
    hdlc,
    llc,
    mpls,
    null,
    ppi,
    ppp,
    ppp_with_direction,
    pppoe,
)
from analyzer.capture.packet import Packet
from analyzer.capture.problems import Problems
from analyzer.capture.scan import (
    ESP_IN_UDP,
    GENEVE,
    GTP_U,
    UDP,
    UDP_HEADER,
    VXLAN,
    is_candidate,
    sip_first_line,
)
from analyzer.capture.tunnels import erspan2, erspan3, esp_in_udp, etherip, geneve, gre, vxlan
from analyzer.capture.walk import Record
from analyzer.limits import NESTING

TWO_SHORTS: Final = Struct(">HH")


def udp(data: bytes, at: int, end: int, context: Context) -> Inside | None:
    """RFC 768: go on only where one of the ports is that of a tunnel."""
    if end - at < 8:
        return None
    source, destination = TWO_SHORTS.unpack_from(data, at)
    port = destination if ("udp", destination) in LAYERS else source
    return "udp", port, at + 8, end


Open = Callable[[bytes, int, int, Context], Inside | None]

LAYERS: Final[dict[tuple[str, int], tuple[str, Open]]] = {
    ("link", ETHERNET): ("eth", ethernet),
    ("link", 113): ("sll", linux_sll),
    ("link", 276): ("sll2", linux_sll2),
    ("link", 12): ("raw", raw),  # DLT_RAW as written by most systems
    ("link", 14): ("raw", raw),  # DLT_RAW of OpenBSD
    ("link", 101): ("raw", raw),
    ("link", 228): ("raw", raw),  # LINKTYPE_IPV4
    ("link", 229): ("raw", raw),  # LINKTYPE_IPV6
    ("link", 0): ("null", null),
    ("link", 108): ("loop", null),  # of OpenBSD
    ("link", PPP): ("ppp", ppp),
    ("link", HDLC): ("hdlc", hdlc),
    ("link", 104): ("hdlc", hdlc),  # Cisco's
    ("link", 51): ("pppoe", pppoe),
    ("link", 166): ("ppp", ppp_with_direction),  # as pppd writes it
    ("link", 204): ("ppp", ppp_with_direction),
    ("link", 192): ("ppi", ppi),
    ("link", 197): ("erf", erf),
    ("llc", 0): ("llc", llc),
    ("family", 2): ("ip", ipv4),
    ("family", 10): ("ip6", ipv6),  # Linux
    ("family", 24): ("ip6", ipv6),  # NetBSD, OpenBSD
    ("family", 28): ("ip6", ipv6),  # FreeBSD
    ("family", 30): ("ip6", ipv6),  # macOS
    ("ppp", 0x0021): ("ip", ipv4),
    ("ppp", 0x0057): ("ip6", ipv6),
    ("ppp", 0x0281): ("mpls", mpls),
    ("ether", 0x8100): ("vlan", vlan),
    ("ether", 0x88A8): ("vlan", vlan),
    ("ether", 0x9100): ("vlan", vlan),  # QinQ before 802.1ad
    ("ether", 0x8847): ("mpls", mpls),
    ("ether", 0x8848): ("mpls", mpls),  # multicast, or the upstream's labels
    ("ether", 0x8864): ("pppoe", pppoe),
    ("ether", 0x0800): ("ip", ipv4),
    ("ether", 0x86DD): ("ip6", ipv6),
    ("ip", 4): ("ip", ipv4),  # RFC 2003
    ("ip", 41): ("ip6", ipv6),  # RFC 2473, RFC 4213
    ("ip", 47): ("gre", gre),
    ("ip", 97): ("etherip", etherip),
    ("ip", 137): ("mpls", mpls),  # RFC 4023
    ("ip", UDP): ("udp", udp),
    ("gre", 2): ("erspan", erspan2),
    ("gre", 3): ("erspan", erspan3),
    ("udp", GTP_U): ("gtp", gtp),
    ("udp", ESP_IN_UDP): ("udpencap", esp_in_udp),
    ("udp", GENEVE): ("geneve", geneve),
    **{("udp", port): ("vxlan", vxlan) for port in VXLAN},
}


EXPORTED: Final = "exported_pdu"
TOO_DEEP: Final = f"more than {NESTING} encapsulations in one another"

# The commonest frames are read at one go: IP right behind the link header, no options, whole, no
# tunnel. Link type -> octets before the IP header, the last two of them an EtherType, and paths.
USUAL: Final = {1: (14, "eth/ip", "eth/ip6"), 113: (16, "sll/ip", "sll/ip6")}
USUAL_IPV4: Final = Struct(">HBxHHHxBxx4s4sHH")  # from the EtherType to the ports
USUAL_IPV6: Final = Struct(">HBxxxHBx16s16sHH")
USUAL_PROTOCOLS: Final = frozenset({6, UDP, 50})
TUNNELS: Final = frozenset(number for space, number in LAYERS if space == "udp")


def usual(
    buffer: bytes,
    at: int,
    size: int,
    link_type: int,
    capture: int,
    frame: int,
    time: int,
    interface: int,
) -> Packet | None:
    """The datagram in a frame of the commonest kind, candidate or not; None of any other. The
    layers say the same of it. The frame is `buffer[at : at + size]`, which need not be copied."""
    row = USUAL.get(link_type)
    if row is None or size < row[0] + 28:
        return None
    ip, path, path6 = row
    ether, first, total, ip_id, fragment, proto, src, dst, sport, dport = USUAL_IPV4.unpack_from(
        buffer, at + ip - 2
    )
    if ether == 0x0800:
        if first != 0x45 or total < 28 or fragment & 0x3FFF:
            return None
        start, end = ip + 20, ip + total
    elif ether == 0x86DD and size >= ip + 48:
        _, first, length, proto, src, dst, sport, dport = USUAL_IPV6.unpack_from(
            buffer, at + ip - 2
        )
        if first >> 4 != 6 or length < 8:
            return None
        path, ip_id = path6, -1
        start, end = ip + 40, ip + 40 + length
    else:
        return None
    if proto not in USUAL_PROTOCOLS or (proto == UDP and (sport in TUNNELS or dport in TUNNELS)):
        return None
    truncated = end > size
    data = buffer[at + start : at + (size if truncated else end)]
    return Packet(
        capture, frame, time, interface, path, src, dst, proto, data, start, ip_id, -1,
        False, truncated,
    )  # fmt: skip


def decapsulate(
    data: bytes,
    link_type: int,
    capture: int,
    frame: int,
    time: int,
    interface: int,
    cut: bool,
    problems: Problems,
    at: int = 0,
    size: int = -1,
) -> Packet | None:
    """The innermost IP datagram (or fragment) of one captured frame, if it is a candidate.

    The captured octets are `data`, or `size` of them from `at` on; `cut` says that the snap length
    took some. None when there is no IP inside, or nothing that SIP, ESP or a signal may be in
    (`scan.is_candidate`).
    Under `LINUX_SLL2`, `Packet.interface` is the pcapng interface in the upper 32 bits and the
    interface index of the frame in the lower ones.
    """
    size = len(data) if size < 0 else size
    found = usual(data, at, size, link_type, capture, frame, time, interface)
    if found is not None:
        payload = found.data
        if found.proto == UDP and sip_first_line(payload, UDP_HEADER):  # is_candidate says the same
            return found
        return found if is_candidate(found.proto, payload, 0, len(payload), -1) else None
    data = data[at : at + size]
    context = Context(interface, cut=cut)
    if not descend(data, ("link", link_type, 0, len(data)), context):
        problems.add("nesting", frame, None, TOO_DEEP)
    if not context.path or not is_candidate(
        context.proto, data, context.start, context.end, context.frag_offset
    ):
        return None
    return to_packet(context, data, capture, frame, time)


def exported_packet(
    pdu: Pdu | None, record: Record, capture: int, problems: Problems
) -> Packet | None:
    """As `decapsulate`, of an exported PDU. `Packet.offset` counts from the start of its payload,
    or of the transport header put before that."""
    if pdu is None:
        return None
    context = Context(record.interface, cut=record.cut, path=EXPORTED)
    inside: Inside | None
    if pdu.layer is not None:
        inside = (*pdu.layer, 0, len(pdu.data))
    else:
        context.src, context.dst, context.truncated = pdu.src, pdu.dst, record.cut
        inside = transport(pdu.data, 0, len(pdu.data), pdu.proto, context)
    if inside is not None and not descend(pdu.data, inside, context):
        problems.add("nesting", record.frame, None, TOO_DEEP)
    if not context.path or not is_candidate(
        context.proto, pdu.data, context.start, context.end, context.frag_offset
    ):
        return None
    return to_packet(context, pdu.data, capture, record.frame, record.time)


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
