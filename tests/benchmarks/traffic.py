"""What surrounds the SIP in an operator's capture: voice, bulk data, names, user plane tunnels.

A flow is an iterator of packets in the order in which they would be captured. Templates carry what
does not change from packet to packet, so that making a packet costs about a microsecond.
"""

import itertools
import struct
from collections.abc import Callable, Iterator
from random import Random

from tests.benchmarks.wire import (
    ICMP,
    TCP,
    UDP,
    address,
    checksum,
    ethernet,
    ip_header,
    ipv4,
    ipv4_header,
    ones_sum,
    udp_header,
)

Flow = Iterator[bytes]
Start = Callable[[Random], Flow]

SPEECH, SILENCE = (
    33,
    7,
)  # octets of an AMR-WB 12.65 kbit/s and of a SID frame, octet-aligned (RFC 4867)
SEGMENT = 1448  # TCP payload at an MTU of 1500 with time stamps
INNER_SEGMENT = 1348  # the same below GTP-U
GTP_U = 2152
SYN, ACK, PUSH, FIN = 0x02, 0x10, 0x08, 0x01


def handset(rng: Random) -> bytes:
    return address((10 << 24 | 100 << 16) + rng.randrange(1 << 16))


def host(rng: Random) -> bytes:
    return address((203 << 24 | 113 << 8) + rng.randrange(1 << 8))


def handset6(rng: Random) -> bytes:
    return bytes.fromhex("20010db80001") + rng.randbytes(10)


def host6(rng: Random) -> bytes:
    return bytes.fromhex("20010db80002") + rng.randbytes(10)


def voice(rng: Random) -> Flow:
    """A call's RTP both ways, 20 ms a packet, a tenth of it silence (RFC 3550 5.1)."""
    source, destination = handset(rng), handset(rng)
    ports = 49_152 + 2 * rng.randrange(4000), 49_152 + 2 * rng.randrange(4000)
    frames = {size: [rng.randbytes(size) for _ in range(8)] for size in (SPEECH, SILENCE)}
    legs = []
    for sender, receiver, (port, peer) in (
        (source, destination, ports),
        (destination, source, ports[::-1]),
    ):
        heads = {
            size: ipv4_header(sender, receiver, UDP, 20 + size) + udp_header(port, peer, 12 + size)
            for size in (SPEECH, SILENCE)
        }
        legs.append((heads, rng.randrange(1 << 15), rng.randrange(1 << 31), rng.randbytes(4)))
    pack = struct.Struct("!BBHI").pack
    for number in range(rng.randrange(150, 650)):
        size = SILENCE if number % 10 == 9 else SPEECH
        payload = frames[size][number % 8]
        for heads, sequence, stamp, source_id in legs:
            head = pack(0x80, 104, sequence + number, stamp + 320 * number) + source_id
            yield heads[size] + head + payload


def reports(rng: Random) -> Flow:
    """RTCP sender reports with a CNAME (RFC 3550 6.4.1, 6.5.1)."""
    source, destination = handset(rng), handset(rng)
    port, source_id = 49_153 + 2 * rng.randrange(4000), rng.randbytes(4)
    names = b"\x81\xca\0\5" + source_id + b"\1\x0cue@lte.local" + bytes(2)
    head = ipv4_header(source, destination, UDP, 8 + 28 + len(names))
    head += udp_header(port, port, 28 + len(names)) + b"\x80\xc8\0\6" + source_id
    for number in range(1, 6):
        yield (
            head + struct.pack("!5I", number, 0, 320 * number, 250 * number, 8000 * number) + names
        )


def segments(
    source: bytes, destination: bytes, port: int, peer: int, flags: int, data: bytes
) -> Callable[[int, int], bytes]:
    """Maker of TCP packets that differ in sequence and acknowledgment only (RFC 9293 3.1)."""
    rest = bytes.fromhex("0101080a0000100000002000") + data
    offset, window, length = 8 << 12 | flags, 502, 20 + len(rest)
    head = ip_header(source, destination, TCP, length)
    fixed = ones_sum(source + destination + rest) + TCP + length + port + peer + offset + window
    pack = struct.Struct("!HHIIHHHH").pack

    def packet(sequence: int, acknowledged: int) -> bytes:
        total = checksum(fixed + sequence + acknowledged)
        return head + pack(port, peer, sequence, acknowledged, offset, window, total, 0) + rest

    return packet


def bulk(rng: Random, segment: int = SEGMENT) -> Flow:
    """A TLS download: TCP handshake, data with an ACK for every second segment, the end."""
    phone = rng.randrange(3)  # a third of the phones has IPv6
    client, server = (handset6(rng), host6(rng)) if phone == 0 else (handset(rng), host(rng))
    port = 32_768 + rng.randrange(28_000)
    sent, received = rng.randrange(1 << 31), rng.randrange(1 << 31)
    record = b"\x17\x03\x03" + (segment - 5).to_bytes(2, "big") + rng.randbytes(segment - 5)
    up, down = (client, server, port, 443), (server, client, 443, port)
    yield segments(*up, SYN, b"")(sent, 0)
    yield segments(*down, SYN | ACK, b"")(received, sent + 1)
    sent, received = sent + 1, received + 1
    acknowledge, data = segments(*up, ACK, b""), segments(*down, ACK | PUSH, record)
    yield acknowledge(sent, received)
    for _ in range(rng.randrange(50, 400)):
        yield data(received, sent)
        yield data(received + segment, sent)
        received += 2 * segment
        yield acknowledge(sent, received)
    yield segments(*down, FIN | ACK, b"")(received, sent)
    yield segments(*up, FIN | ACK, b"")(sent, received + 1)


def inner_bulk(rng: Random) -> Flow:
    return bulk(rng, INNER_SEGMENT)


def quic(rng: Random) -> Flow:
    """An established QUIC connection (RFC 9000 17.3): short headers, nothing readable."""
    client, server, port = handset(rng), host(rng), 32_768 + rng.randrange(28_000)
    identity, sealed = rng.randbytes(8), [rng.randbytes(1200) for _ in range(4)]
    down = ipv4_header(server, client, UDP, 8 + 1209) + udp_header(443, port, 1209)
    up = ipv4_header(client, server, UDP, 8 + 41) + udp_header(port, 443, 41)
    down, up = down + b"\x41" + identity, up + b"\x42" + identity
    for number in range(rng.randrange(100, 400)):
        yield down + sealed[number % 4]
        if number % 4 == 3:
            yield up + sealed[number % 3][:32]


def names(rng: Random) -> Flow:
    """A DNS question and its answer (RFC 1035 4.1)."""
    client, server, port = handset(rng), host(rng), 32_768 + rng.randrange(28_000)
    question = b"\x09host%05d\x07example\x03net\0\0\1\0\1" % rng.randrange(100_000)
    identity = rng.randbytes(2)
    query = identity + b"\x01\0\0\1\0\0\0\0\0\0" + question
    reply = identity + b"\x81\x80\0\1\0\1\0\0\0\0" + question
    reply += b"\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4" + host(rng)
    yield ipv4(client, server, UDP, udp_header(port, 53, len(query)) + query)
    yield ipv4(server, client, UDP, udp_header(53, port, len(reply)) + reply)


def echo(rng: Random) -> Flow:
    """ICMP echo and its reply (RFC 792)."""
    client, server = handset(rng), host(rng)
    body = rng.randbytes(4) + bytes(56)
    for kind, source, destination in ((8, client, server), (0, server, client)):
        total = checksum((kind << 8) + ones_sum(body))
        yield ipv4(source, destination, ICMP, bytes([kind, 0]) + total.to_bytes(2, "big") + body)


def tunnelled(start: Start) -> Start:
    """The flow of a phone inside GTP-U between a base station and a gateway (TS 29.281 5.1)."""

    def flow(rng: Random) -> Flow:
        station = address((10 << 24 | 200 << 16) + rng.randrange(256))
        gateway = address(10 << 24 | 200 << 16 | 255 << 8 | 1)
        tunnels = rng.randbytes(4), rng.randbytes(4)
        heads: dict[tuple[int, int], bytes] = {}
        for packet in start(rng):
            size = len(packet)
            towards = packet[12] if packet[0] >> 4 == 4 else packet[13]
            head = heads.get((towards, size))
            if head is None:
                up = towards in (10, 1)
                ends = (station, gateway) if up else (gateway, station)
                head = ipv4_header(*ends, UDP, 16 + size) + udp_header(GTP_U, GTP_U, 8 + size)
                head += b"\x30\xff" + size.to_bytes(2, "big") + tunnels[up]
                heads[towards, size] = head
            yield head + packet

    return flow


# what starts, packets of it in a thousand, flows at once
MIX: tuple[tuple[Start, int, int], ...] = (
    (voice, 380, 30),
    (reports, 10, 30),
    (bulk, 200, 40),
    (names, 20, 20),
    (echo, 10, 5),
    (tunnelled(inner_bulk), 230, 40),
    (tunnelled(quic), 80, 20),
    (tunnelled(voice), 70, 10),
)


def lane(start: Start, width: int, rng: Random) -> Iterator[bytes]:
    """Ethernet frames of `width` flows in turn, without end; a flow that ended is replaced."""
    flows = [start(rng) for _ in range(width)]
    while True:
        for position in range(width):
            packet = next(flows[position], None)
            if packet is None:
                flows[position] = start(rng)
                packet = next(flows[position])
            yield ethernet(packet)


def frames(seed: int) -> Iterator[bytes]:
    """The mix as Ethernet frames, without end."""
    rng = Random(seed)
    lanes = [(lane(start, width, rng), share) for start, share, width in MIX]
    order = [frame for frame, share in lanes for _ in range(share)]
    rng.shuffle(order)
    return map(next, itertools.cycle(order))
