"""Packets of a scenario: UDP and TCP, ESP, fragments, tunnels, link layers.

`esp` is ESP as the keys of the scenario make it (`esp.py`). `esp-null` is ESP with NULL encryption
(RFC 2410): the padding counts 1, 2, 3 and the ICV is twelve zero octets. `esp-opaque` only looks
like AES-CBC with HMAC-SHA-1-96: its octets are a hash of SPI and sequence number, no key opens
them, and no reading of them as NULL encryption holds.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Final

from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment
from scapy.layers.l2 import GRE, Dot1Q, Ether
from scapy.packet import Packet, Raw

from .esp import Keys, protect

ICV: Final = 12
LINK_TYPES: Final = {"ethernet": 1, "raw": 101, "sll": 113, "sll2": 276, "null": 0, "ppp": 9}
# Behind Ethernet: the EtherType, and the octets before the datagram (RFC 3032, RFC 2516).
BEFORE_IP: Final = {
    "mpls": (0x8847, b"\x00\x06\x40\x40\x00\x06\x51\x40"),
    "pppoe": (0x8864, b"\x11\x00\x00\x07"),
}
PPP_PROTOCOLS: Final = {4: 0x0021, 6: 0x0057}
MAC: Final = {"src": "02:00:00:00:00:01", "dst": "02:00:00:00:00:02"}
GTP_PEERS: Final = ("10.20.0.1", "10.20.0.2")
GTP_PORT: Final = 2152
VXLAN_PORT: Final = 4789
NAT_PORT: Final = 4500


@dataclass
class Way:
    """How one step's packets travel: addresses, ports, protection and what is done to them."""

    src: str
    dst: str
    sport: int
    dport: int
    version: int
    spi: int | None = None
    spi_back: int | None = None
    opaque: bool = False
    keys: Keys | None = None
    icv: bytes = b"\x00" * ICV
    fragment: int = 0
    link: str = "ethernet"
    encapsulation: tuple[str, ...] = ()

    def back(self) -> "Way":
        return Way(self.dst, self.src, self.dport, self.sport, self.version, self.spi_back,
                   self.spi, self.opaque, self.keys, self.icv, self.fragment, self.link,
                   self.encapsulation)  # fmt: skip


@dataclass
class Wire:
    """Counts what packets number: IP identification, ESP sequence, TCP octets."""

    ip_id: dict[str, int] = field(default_factory=dict)
    esp_seq: dict[tuple[str, int], int] = field(default_factory=dict)
    tcp_next: dict[tuple[str, int, str, int], int] = field(default_factory=dict)

    def udp(self, way: Way, payload: bytes) -> list[bytes]:
        return self._network(way, UDP(sport=way.sport, dport=way.dport) / Raw(payload), 17)

    def opened(self, way: Way) -> bool:
        return (way.src, way.sport, way.dst, way.dport) in self.tcp_next

    def tcp_handshake(self, way: Way) -> list[bytes]:
        forth = (way.src, way.sport, way.dst, way.dport)
        here = (way.dst, way.dport, way.src, way.sport)
        self.tcp_next[forth], self.tcp_next[here] = 1000, 5000
        packets = self._tcp(way, b"", "S")
        self.tcp_next[forth] += 1
        packets += self._tcp(way.back(), b"", "SA")
        self.tcp_next[here] += 1
        return packets + self._tcp(way, b"", "A")

    def tcp_data(
        self, way: Way, payload: bytes, split: Iterable[int], order: list[int], resend: list[int]
    ) -> list[bytes]:
        """`payload` in segments cut at the octets `split`, sent in `order`, some once more."""
        cuts = [0, *split, len(payload)]
        pieces = [(at, payload[at:end]) for at, end in pairwise(cuts)]
        forth = (way.src, way.sport, way.dst, way.dport)
        first = self.tcp_next[forth]
        packets: list[bytes] = []
        for index in [*(order or range(len(pieces))), *resend]:
            at, piece = pieces[index]
            self.tcp_next[forth] = first + at
            packets += self._tcp(way, piece, "PA")
        self.tcp_next[forth] = first + len(payload)
        return packets + self._tcp(way.back(), b"", "A")

    def flags(self, way: Way, flags: str) -> list[bytes]:
        """A segment without octets; after a SYN and its answer both sides count on."""
        forth = (way.src, way.sport, way.dst, way.dport)
        here = (way.dst, way.dport, way.src, way.sport)
        self.tcp_next.setdefault(forth, 1000)
        self.tcp_next.setdefault(here, 5000)
        packets = self._tcp(way, b"", flags)
        if flags == "SA":
            self.tcp_next[forth] += 1
            self.tcp_next[here] += 1
        return packets

    def icmp(self, way: Way, kind: int, code: int, quoted: bytes) -> list[bytes]:
        """An ICMP error with what it quotes."""
        return self._network(way, ICMP(type=kind, code=code) / Raw(quoted), 1)

    def _tcp(self, way: Way, payload: bytes, flags: str) -> list[bytes]:
        seq = self.tcp_next[way.src, way.sport, way.dst, way.dport]
        ack = self.tcp_next[way.dst, way.dport, way.src, way.sport] if "A" in flags else 0
        header = TCP(sport=way.sport, dport=way.dport, flags=flags, seq=seq, ack=ack, window=29200)
        return self._network(way, header / Raw(payload), 6)

    def _network(self, way: Way, above: Packet, proto: int) -> list[bytes]:
        ip = self._ip(way, proto)
        if way.spi is not None and way.keys is not None:
            sealed = protect(ip / above, way.spi, self._next_seq(way), way.keys)
            return [_framed(way, packet) for packet in _fragments(way, sealed)]
        if way.spi is not None:
            inner = bytes(ip.copy() / above)[len(ip) :]
            above = Raw(self._esp(way, inner, proto))
            proto = 50
            if "udpencap" in way.encapsulation:
                above, proto = UDP(sport=NAT_PORT, dport=NAT_PORT) / above, 17
            if way.version == 4:
                ip.proto = proto
            else:
                ip.nh = proto
        return [_framed(way, packet) for packet in _fragments(way, ip / above)]

    def _ip(self, way: Way, proto: int) -> Packet:
        if way.version == 6:
            return IPv6(src=way.src, dst=way.dst, nh=proto, hlim=64)
        self.ip_id[way.src] = self.ip_id.get(way.src, 0) + 1
        return IP(src=way.src, dst=way.dst, proto=proto, id=self.ip_id[way.src], ttl=64)

    def _next_seq(self, way: Way) -> int:
        assert way.spi is not None
        key = (way.dst, way.spi)
        seq = self.esp_seq[key] = self.esp_seq.get(key, 0) + 1
        return seq

    def _esp(self, way: Way, inner: bytes, proto: int) -> bytes:
        assert way.spi is not None
        seq = self._next_seq(way)
        header = struct.pack("!II", way.spi, seq)
        if way.opaque:
            return header + _opaque(header, len(inner))
        pad = -(len(inner) + 2) % 4
        trailer = bytes(range(1, pad + 1)) + bytes((pad, proto))
        return header + inner + trailer + way.icv


def _opaque(seed: bytes, length: int) -> bytes:
    """IV, ciphertext and ICV as long as AES-CBC would make them."""
    octets = bytearray(noise(seed, 16 + (length + 2 + 15) // 16 * 16 + ICV))
    # Where an ICV of 0, 12 or 16 octets would leave the next header: no protocol of ours.
    for icv in (0, 12, 16):
        octets[-1 - icv] = 0xEE
    return bytes(octets)


def noise(seed: bytes, length: int) -> bytes:
    """Octets that look like chance and are the same at every build."""
    blocks = (sha256(seed + struct.pack("!I", i)).digest() for i in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def _fragments(way: Way, packet: Packet) -> list[Packet]:
    if not way.fragment:
        return [packet]
    if way.version == 4:
        return list(fragment(packet, fragsize=way.fragment))
    return _fragments6(packet, way.fragment)


def _fragments6(packet: Packet, size: int) -> list[Packet]:
    """IPv6 fragments of `size` octets, a multiple of 8 (RFC 8200 4.5)."""
    whole = bytes(packet)[40:]
    number = int.from_bytes(sha256(whole).digest()[:4], "big")
    found = []
    for at in range(0, len(whole), size):
        piece = whole[at : at + size]
        header = IPv6ExtHdrFragment(
            nh=packet.nh, offset=at // 8, m=int(at + size < len(whole)), id=number
        )
        found.append(IPv6(src=packet.src, dst=packet.dst, hlim=64) / header / Raw(piece))
    return found


def _framed(way: Way, packet: Packet) -> bytes:
    """The packet inside its tunnels and link layer."""
    version = way.version
    octets = bytes(packet)
    if "gtp" in way.encapsulation:
        tunnel = struct.pack("!BBHI", 0x30, 0xFF, len(octets), 0x1234)
        outer = IP(src=GTP_PEERS[0], dst=GTP_PEERS[1], id=0, ttl=64)
        udp = UDP(sport=GTP_PORT, dport=GTP_PORT)
        octets, version = bytes(outer / udp / Raw(tunnel + octets)), 4
    if "gre" in way.encapsulation:
        outer = IP(src=GTP_PEERS[0], dst=GTP_PEERS[1], id=0, ttl=64)
        octets = bytes(outer / GRE(proto=0x0800 if version == 4 else 0x86DD) / Raw(octets))
        version = 4
    if "vxlan" in way.encapsulation:
        inner = bytes(Ether(**MAC, type=0x0800 if version == 4 else 0x86DD)) + octets
        outer = IP(src=GTP_PEERS[0], dst=GTP_PEERS[1], id=0, ttl=64)
        udp = UDP(sport=49999, dport=VXLAN_PORT)
        octets, version = bytes(outer / udp / Raw(b"\x08\0\0\0\0\0\x2a\0" + inner)), 4
    ethertype = 0x0800 if version == 4 else 0x86DD
    if way.link == "raw":
        return octets
    if way.link == "null":
        return struct.pack("<I", 2 if version == 4 else 30) + octets
    if way.link == "ppp":
        return struct.pack("!HH", 0xFF03, PPP_PROTOCOLS[version]) + octets
    for word, (ether, before) in BEFORE_IP.items():
        if word in way.encapsulation:
            if word == "pppoe":
                octets = struct.pack("!HH", len(octets) + 2, PPP_PROTOCOLS[version]) + octets
            octets, ethertype = before + octets, ether
    if way.link == "sll":
        return struct.pack("!HHH8sH", 0, 1, 6, bytes(8), ethertype) + octets
    if way.link == "sll2":
        return struct.pack("!HHIHBB8s", ethertype, 0, 2, 1, 0, 6, bytes(8)) + octets
    if "vlan" in way.encapsulation:
        return bytes(Ether(**MAC) / Dot1Q(vlan=100, type=ethertype)) + octets
    return bytes(Ether(**MAC, type=ethertype)) + octets
