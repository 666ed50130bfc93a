"""The inner loop: which captured frames are worth a closer look.

Of a million packets some thousand matter. `scan_pcap` and `scan_pcapng` walk the records of one
buffer and note those that may: they know the common shapes (Ethernet, SLL, SLL2, raw IP; IPv4
without options, IPv6 without extension headers; UDP, TCP; one GTP-U tunnel) and let everything
else through. `is_candidate` is the exact answer, asked of the innermost datagram of what they let
through. What `is_candidate` accepts the scan must never lose; the other way round it only costs
time. Candidates are:

    IP fragments; ESP; ICMP errors
    UDP whose payload begins with the first line of a SIP message (RFC 3261 7)
    DNS about names of the IMS; IKE
    TCP that looks like text, or that goes to or from a SIP port with payload, SYN, FIN or RST
    TCP and SCTP of Diameter's port with a Multimedia-Auth-Answer in it (TS 29.229 6.1.4)
    TCP that begins with a WebSocket frame that begins as SIP does
    SCTP with data that begins as SIP does, or that goes to or from a SIP port

Functions over octets and integers only, so that they can be compiled as they are.
"""

import re
from struct import Struct
from typing import Final, NamedTuple

UDP: Final = 17
ESP: Final = 50
SCTP: Final = 132
UDP_HEADER: Final = 8
DIAMETER: Final = 3868
CX_ANSWER: Final = b"\x00\x01\x2f\x01\x00\x00\x00"  # command 303 of application 16777216
GTP_U: Final = 2152
ESP_IN_UDP: Final = 4500
VXLAN: Final = frozenset({4789, 8472})  # RFC 7348, and what Linux took before
GENEVE: Final = 6081  # RFC 8926
TUNNELS: Final = VXLAN | {GENEVE, GTP_U, ESP_IN_UDP}  # UDP ports of what may hold a packet
SIP_PORTS: Final = frozenset({5060, 5061})
DNS: Final = 53
IKE: Final = frozenset({500, ESP_IN_UDP})
MARKED_PORTS: Final = TUNNELS | IKE | {DNS}  # UDP that is looked into, whatever it begins with
PAD: Final = bytes(128)  # stands behind the last octet of every buffer: reads may run over the end
LEAST: Final = 21  # octets of the shortest IP datagram with a payload
IP_ETHERTYPES: Final = frozenset({b"\x08\x00", b"\x86\xdd"})
TEXT_PREFIX: Final = 8  # octets of a TCP payload that say whether it is text

# Never a candidate: IGMP, EIGRP, OSPF, PIM, VRRP.
BORING: Final = frozenset({2, 88, 89, 103, 112})
# RFC 792 and RFC 4443 errors: they quote what they answer.
ICMP_ERRORS: Final = {
    1: frozenset({3, 11, 12}),  # destination unreachable, time exceeded, parameter problem
    58: frozenset({1, 2, 3, 4}),  # and packet too big
}

# By the first octet of a payload: may SIP begin so (a letter of a method or version, CR or LF)?
SIP_START: Final = tuple((chr(c).isalpha() and c < 128) or c in (10, 13) for c in range(256))
# May this octet stand in text?
TEXT: Final = tuple(32 <= c < 127 or c in (9, 10, 13) for c in range(256))

# May a WebSocket frame begin so: text or binary, whole or the first of several, not compressed?
WEBSOCKET: Final = tuple(c in (0x81, 0x82, 0x01, 0x02) for c in range(256))
# By the first octet of a TCP payload: text, a WebSocket frame, Diameter (which begins with 1)?
TCP_START: Final = tuple(TEXT[c] or WEBSOCKET[c] or c == 1 for c in range(256))
FRAME_HEAD: Final = 64  # octets in which a frame shows its header and the start of a message

TOKEN: Final = rb"[A-Za-z][-.!%*_+`'~0-9A-Za-z]*"
sip_prefix: Final = re.compile(rb"[\r\n]*(?:" + TOKEN + rb" |SIP/2\.0 )", re.IGNORECASE).match
# The usual first lines, which to ask for costs less; all that they match matches what follows too.
USUAL_LINE: Final = rb"SIP/2\.0 |[A-Z]+ \S+ SIP/2\.0\r\n"
# A first line cut by the snap length is known by its URI scheme alone.
ANY_LINE: Final = (
    rb"(?i:[\r\n]*(?:SIP/2\.0 |"
    + TOKEN
    + rb" (?:[^\r\n]* SIP/2\.0[ \t]*(?:[\r\n]|\Z)| *(?:sips?|tel|urn):[^\r\n]*\Z)))"
)
sip_first_line: Final = re.compile(USUAL_LINE + b"|" + ANY_LINE).match
# Names that lead to a P-CSCF or an ePDG (TS 23.003 13.2, 19.4.2; RFC 3263 4), as DNS writes them.
ims_name: Final = re.compile(
    rb"\x0b3gppnetwork\x03org|[\x05-\x3fa-z]p-?cscf|\x04_sip[\x04\x05]_|\x05_sips\x04_tcp",
    re.IGNORECASE,
).search
MARKER: Final = bytes(4)  # IKE on the port of ESP (RFC 3948 2.2)
IKE_HEADER: Final = 28
IKE_EXCHANGES: Final = frozenset({34, 35, 36, 37, 43, 44})  # of version 2 (RFC 7296 3.1)

is_text: Final = re.compile(rb"[\t\r\n -~]+").fullmatch

# What `ip_candidate` reads of a datagram: fragment, protocol, ports, first octet of a UDP payload.
IPV4: Final = Struct(">6xHxB10xHH4xB")
IPV6: Final = Struct(">6xB33xHH4xB")
# The same of GTP-U without options that holds IPv4: flags, message type, version/IHL, and these.
GTP: Final = Struct(">BB6xB5xHxB10xHH4xB")
TCP: Final = Struct(">HH8xBB")
PORTS: Final = Struct(">HH")


class Layout(NamedTuple):
    """Where one link type keeps what the scan looks at, and how it reads in the file's byte order.

    `pcap` and `pcapng` read a record header and the IPv4 and UDP headers behind it in one go.
    """

    pcap: Struct  # seconds, captured, EtherType, version/IHL, fragment, protocol, ports, payload
    pcapng: Struct  # block type and length, interface, time, captured, then as above
    ip: int  # octets before the IP header
    ipv4: int  # EtherType as it reads
    ipv6: int
    vlan: int
    fragment: int  # offset and more-fragments bits as they read
    ports: frozenset[int]  # SIP_PORTS as they read
    marked: frozenset[int]  # MARKED_PORTS as they read
    gtp_u: int


# The EtherType's place in the link header, that header's length, and how IPv4 and IPv6 stand there.
# BSD loopback has an address family in the order of the machine: that of macOS is known here. Raw
# IP has none: what is read for it is the upper half of the record's original length, which is 0.
LINKS: Final = {
    1: (12, 14, 0x0800, 0x86DD),
    113: (14, 16, 0x0800, 0x86DD),
    276: (0, 20, 0x0800, 0x86DD),
    0: (0, 4, 0x0200, 0x1E00),
} | dict.fromkeys((12, 14, 101, 228, 229), (-2, 0, 0, 0))


def layout_of(link_type: int, order: str) -> Layout:
    """The layout for a link type in a file of byte order `order` (`<` or `>`)."""
    if link_type not in LINKS:
        return EVERYTHING[order]
    at, ip, ipv4, ipv6 = LINKS[link_type]
    before_ip = {"<": "2xH", ">": "H2x"}[order]
    fields = (f"4x{at}xH{ip - at - 2}x" if ip else before_ip) + "B5xHxB10xHH4xB"

    def read(number: int) -> int:
        return int.from_bytes(number.to_bytes(2), "little" if order == "<" else "big")

    return Layout(
        Struct(f"{order}I4xI{fields}"),
        Struct(f"{order}IIIIII{fields}"),
        ip,
        read(ipv4),
        read(ipv6),
        read(0x8100),
        read(0x3FFF),
        frozenset(map(read, SIP_PORTS)),
        frozenset(map(read, MARKED_PORTS)),
        read(GTP_U),
    )


# A layout under which no frame is too short or of a known shape: all are to be looked at.
EVERYTHING: Final = {
    order: layout_of(1, order)._replace(ip=-1000, ipv4=-1, ipv6=-1, vlan=-1) for order in "<>"
}


def scan_pcap(
    buffer: bytes,
    at: int,
    limit: int,
    largest: int,
    frame: int,
    due: int,
    layout: Layout,
    hits: list[tuple[int, int]],
) -> tuple[int, int, int, int]:
    """Walk the whole records from `at` on and append (frame, offset) of those to be looked at.

    Besides possible candidates that is the first record of each second from `due` on. Stops at the
    first record that does not end before `limit`, holds more than `largest` octets, or is nothing
    but zeros. `buffer` has `PAD` behind `limit`. Gives where it stopped, the frames counted, the
    next `due`, and where the last record walked begins (-1: there was none; where it stopped: it is
    that of zeros).
    """
    unpack = layout.pcap.unpack_from
    _, _, ip, ipv4, ipv6, vlan, fragment, ports, marked, gtp_u = layout
    start = SIP_START
    tcp_start = TCP_START
    least = ip + LEAST
    whole = max(ip + 29, 1)
    last = -1
    while at < limit:
        second, size, ether, version, flags, proto, sport, dport, first = unpack(buffer, at)
        end = at + 16 + size
        if end > limit or size > largest:
            break
        last = at
        at = end
        frame += 1
        if second >= due:
            due = second + 1
        elif size < whole:
            if not size and not any(buffer[last : last + 16]):
                at, frame = last, frame - 1
                break
            if size < least:
                continue
        elif ether == ipv4 and version == 0x45:
            if not flags & fragment:
                if proto == 17:
                    if sport not in marked and dport not in marked:
                        if not start[first] or not sip_prefix(buffer, last + ip + 44, end):
                            continue
                    elif sport == gtp_u or dport == gtp_u:
                        if not gtp_candidate(buffer, last + ip + 44, end):
                            continue
                    elif not marked_candidate(buffer, last + ip + 44, end):
                        continue
                elif proto == 6:
                    if sport not in ports and dport not in ports:
                        data = last + ip + 36 + (buffer[last + ip + 48] >> 4) * 4
                        if data >= end or not tcp_start[buffer[data]]:
                            continue
                        if not tcp_text(buffer, last + ip + 16, last + ip + 36, end):
                            continue
                elif not ip_candidate(buffer, last + ip + 16, end, False):
                    continue
        elif ether in (ipv6, ipv4):
            if not ip_candidate(buffer, last + ip + 16, end, False):
                continue
        elif ether == vlan and not vlan_candidate(buffer, last + ip + 16, end):
            continue
        hits.append((frame, last))
    return at, frame, due, last


def scan_pcapng(
    buffer: bytes,
    at: int,
    limit: int,
    groups: list[int],
    group: int,
    frame: int,
    due: int,
    second: int,
    layout: Layout,
    hits: list[tuple[int, int]],
) -> tuple[int, int, int, int]:
    """As `scan_pcap`, for the Enhanced Packet Blocks of the interfaces whose number in
    `groups` is `group`.

    `due` is in the units of those interfaces, of which `second` make one. Stops at any other
    block, and at one whose lengths do not fit together.
    """
    unpack = layout.pcapng.unpack_from
    _, _, ip, ipv4, ipv6, vlan, fragment, ports, marked, gtp_u = layout
    start = SIP_START
    tcp_start = TCP_START
    least = ip + LEAST
    whole = ip + 29
    count = len(groups)
    high_due = due >> 32
    low_due = due & 0xFFFFFFFF
    last = -1
    while at < limit:
        (
            kind, length, interface, high, low, size,
            ether, version, flags, proto, sport, dport, first,
        ) = unpack(buffer, at)  # fmt: skip
        end = at + length
        if (
            kind != 6
            or end > limit
            or size + 32 > length
            or length & 3
            or interface >= count
            or groups[interface] != group
            or buffer[at + 4 : at + 8] != buffer[end - 4 : end]
        ):
            break
        last = at
        at = end
        frame += 1
        end = last + 28 + size
        if high > high_due or (high == high_due and low >= low_due):
            due = (high << 32 | low) + second
            high_due = due >> 32
            low_due = due & 0xFFFFFFFF
        elif size < whole:
            if size < least:
                continue
        elif ether == ipv4 and version == 0x45:
            if not flags & fragment:
                if proto == 17:
                    if sport not in marked and dport not in marked:
                        if not start[first] or not sip_prefix(buffer, last + ip + 56, end):
                            continue
                    elif sport == gtp_u or dport == gtp_u:
                        if not gtp_candidate(buffer, last + ip + 56, end):
                            continue
                    elif not marked_candidate(buffer, last + ip + 56, end):
                        continue
                elif proto == 6:
                    if sport not in ports and dport not in ports:
                        data = last + ip + 48 + (buffer[last + ip + 60] >> 4) * 4
                        if data >= end or not tcp_start[buffer[data]]:
                            continue
                        if not tcp_text(buffer, last + ip + 28, last + ip + 48, end):
                            continue
                elif not ip_candidate(buffer, last + ip + 28, end, False):
                    continue
        elif ether in (ipv6, ipv4):
            if not ip_candidate(buffer, last + ip + 28, end, False):
                continue
        elif ether == vlan and not vlan_candidate(buffer, last + ip + 28, end):
            continue
        hits.append((frame, last))
    return at, frame, due, last


def vlan_candidate(buffer: bytes, at: int, end: int) -> bool:
    """May what is behind the 802.1Q tag at `at` be a candidate?"""
    if buffer[at + 2 : at + 4] not in IP_ETHERTYPES:
        return True
    return at + 4 + LEAST <= end and ip_candidate(buffer, at + 4, end, False)


def ip_candidate(buffer: bytes, ip: int, end: int, inner: bool) -> bool:
    """May the IP datagram at `ip` be one, or hold one? `inner`: it came out of a tunnel."""
    version = buffer[ip]
    if version == 0x45:
        fragment, proto, sport, dport, first = IPV4.unpack_from(buffer, ip)
        if fragment & 0x3FFF:
            return True
        at = ip + 20
    elif version & 0xF0 == 0x60:
        proto, sport, dport, first = IPV6.unpack_from(buffer, ip)
        at = ip + 40
    else:
        return True
    if at + 9 > end:
        return True
    if proto == 17:
        if sport == GTP_U or dport == GTP_U:
            return inner or gtp_candidate(buffer, at + 8, end)
        if sport in MARKED_PORTS or dport in MARKED_PORTS:
            return (inner and (sport in TUNNELS or dport in TUNNELS)) or marked_candidate(
                buffer, at + 8, end
            )
        return SIP_START[first] and sip_prefix(buffer, at + 8, end) is not None
    if proto == 6:
        if sport in SIP_PORTS or dport in SIP_PORTS:
            return True
        data = at + (buffer[at + 12] >> 4) * 4
        return data < end and TCP_START[buffer[data]] and tcp_text(buffer, ip, at, end)
    if proto in ICMP_ERRORS:
        return buffer[at] in ICMP_ERRORS[proto]
    if proto == SCTP:
        return sctp_candidate(buffer, at, end)
    return proto not in BORING


def gtp_candidate(buffer: bytes, at: int, end: int) -> bool:
    """May what a UDP datagram with a GTP-U port holds at `at` be a candidate (TS 29.281 5.1)?"""
    flags, kind, version, fragment, proto, sport, dport, first = GTP.unpack_from(buffer, at)
    if flags == 0x30 and kind == 0xFF and version == 0x45 and not fragment & 0x3FFF:
        if at + 37 > end:
            return at + 8 + LEAST <= end
        if proto == 17 and sport not in MARKED_PORTS and dport not in MARKED_PORTS:
            return SIP_START[first] and sip_prefix(buffer, at + 36, end) is not None
        if proto == 6 and sport not in SIP_PORTS and dport not in SIP_PORTS:
            data = at + 28 + (buffer[at + 40] >> 4) * 4
            if data >= end or not TCP_START[buffer[data]]:
                return False
            return tcp_text(buffer, at + 8, at + 28, end)
    if flags & 0xF0 != 0x30:
        return SIP_START[flags] and sip_prefix(buffer, at, end) is not None
    if kind != 0xFF:
        return False
    inner = at + 8
    if flags & 7:
        inner += 4
        following = buffer[inner - 1] if flags & 4 else 0
        while following and inner < end:
            size = buffer[inner] * 4
            if not size:
                return True
            inner += size
            following = buffer[inner - 1] if inner <= end else 0
    return inner + LEAST <= end and ip_candidate(buffer, inner, end, True)


def marked_candidate(buffer: bytes, at: int, end: int) -> bool:
    """May what a UDP datagram of `MARKED_PORTS`, but for GTP-U, holds at `at` be a candidate?

    The layers of tunnels are left to `decap`: but for IKE behind the marker of RFC 3948 and for
    keep-alives, what comes over these ports is ESP or a mirrored frame.
    """
    sport, dport = PORTS.unpack_from(buffer, at - 8)
    if sport in TUNNELS or dport in TUNNELS:
        if at + 8 <= end and buffer[at : at + 4] != MARKER:
            return True
        return is_ike(buffer, at, end)
    return (
        ims_name(buffer, at, end) is not None
        or is_ike(buffer, at, end)
        or sip_prefix(buffer, at, end) is not None
    )


def sctp_candidate(data: bytes, at: int, end: int) -> bool:
    """Has the SCTP packet at `at` a DATA chunk that begins as SIP does, or of a SIP port?"""
    if end - at < 28:
        return False
    sport, dport = PORTS.unpack_from(data, at)
    ours = sport in SIP_PORTS or dport in SIP_PORTS
    cx = sport == DIAMETER or dport == DIAMETER
    at += 12
    while at + 16 < end:
        if data[at] == 0 and (ours or sip_prefix(data, at + 16, end)):
            return True
        if data[at] == 0 and cx and data.find(CX_ANSWER, at + 16, end) >= 0:
            return True
        size = data[at + 2] << 8 | data[at + 3]
        if size < 4:
            return False
        at += size + 3 & ~3
    return False


def is_ike(buffer: bytes, at: int, end: int) -> bool:
    """An IKE header, behind the marker of port 4500 or not (RFC 7296 3.1, RFC 3948 2.2)."""
    if buffer[at : at + 4] == MARKER:
        at += 4
    return at + IKE_HEADER <= end and buffer[at + 17] == 0x20 and buffer[at + 18] in IKE_EXCHANGES


def tcp_text(buffer: bytes, ip: int, tcp: int, end: int) -> bool:
    """Has the TCP segment at `tcp`, in the IP datagram at `ip`, a payload that begins like text?"""
    at = tcp + (buffer[tcp + 12] >> 4) * 4
    if at >= end:
        return False
    if not TEXT[buffer[at]]:
        if buffer[at] == 1 and cx_answer(buffer, tcp, at, end):
            return True
        return (
            WEBSOCKET[buffer[at]]
            and websocket_data(buffer[at : min(at + FRAME_HEAD, end)]) is not None
        )
    # Ethernet pads short frames, so the IP header has to say where the text ends.
    if buffer[ip] >> 4 == 4:
        stop = ip + (buffer[ip + 2] << 8 | buffer[ip + 3])
        empty = stop == ip
    else:
        stop = ip + 40 + (buffer[ip + 4] << 8 | buffer[ip + 5])
        empty = stop == ip + 40
    if stop > end or empty:
        stop = end
    if at >= stop:
        return False
    return is_text(buffer, at, min(at + TEXT_PREFIX, stop)) is not None


def cx_answer(buffer: bytes, tcp: int, at: int, end: int) -> bool:
    """Has the TCP segment at `tcp` of the Diameter port an answer of Cx with keys from `at` on?"""
    sport, dport = PORTS.unpack_from(buffer, tcp)
    if sport != DIAMETER and dport != DIAMETER:
        return False
    return buffer.find(CX_ANSWER, at, end) >= 0


def websocket_data(payload: bytes) -> bytes | None:
    """The first octets of the data in the WebSocket frame that `payload` begins with (RFC 6455
    5.2), unmasked; None where it is no frame that begins a SIP message."""
    if len(payload) < 8 or not WEBSOCKET[payload[0]]:
        return None
    size = payload[1] & 0x7F
    at = 2 if size < 126 else 4 if size == 126 else 10
    data = payload[at : at + FRAME_HEAD]
    if payload[1] & 0x80:
        mask = data[:4] * (FRAME_HEAD // 4)
        data = bytes(octet ^ key for octet, key in zip(data[4:], mask, strict=False))
    return data if sip_prefix(data) is not None else None


def is_candidate(proto: int, data: bytes, at: int, end: int, frag_offset: int) -> bool:
    """May SIP, ESP or a signal be in the IP payload `data[at:end]`?

    `frag_offset` is that of a fragment, -1 for a whole datagram.
    """
    if at >= end:
        return False
    if frag_offset >= 0 or proto == ESP:
        return True
    if proto == 17:
        return sip_first_line(data, at + 8, end) is not None or udp_signal(data, at, end)
    if proto == 6:
        return tcp_candidate(data, at, end)
    if proto == SCTP:
        return sctp_candidate(data, at, end)
    return data[at] in ICMP_ERRORS.get(proto, ())


def udp_signal(data: bytes, at: int, end: int) -> bool:
    """Is this UDP datagram DNS about names of the IMS, or IKE?"""
    if end - at < 8:
        return False
    sport, dport = PORTS.unpack_from(data, at)
    if sport == DNS or dport == DNS:
        return ims_name(data, at + 8, end) is not None
    return (sport in IKE or dport in IKE) and is_ike(data, at + 8, end)


def tcp_candidate(data: bytes, at: int, end: int) -> bool:
    """Is this TCP segment text, or one of a SIP port that carries or changes something?"""
    if end - at < 20:
        return False
    sport, dport, offset, flags = TCP.unpack_from(data, at)
    start = at + (offset >> 4) * 4
    if sport in SIP_PORTS or dport in SIP_PORTS:
        return bool(start < end or flags & 0b111)  # RST, SYN, FIN
    if start >= end:
        return False
    if data[start] == 1 and cx_answer(data, at, start, end):
        return True
    if not TEXT[data[start]]:
        return websocket_data(data[start : min(start + FRAME_HEAD, end)]) is not None
    return is_text(data, start, min(start + TEXT_PREFIX, end)) is not None
