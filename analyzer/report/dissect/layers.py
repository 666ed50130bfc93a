"""The layers above a message, each a field with what its header says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from analyzer.agreement.naming import address_text
from analyzer.capture.anatomy import Anatomy, Layer
from analyzer.report.dissect.node import Node
from analyzer.report.layout import spi_text

# name in `Packet.path` -> Wireshark's filter name, and what people call it
_NAMES: Final[dict[str, tuple[str, str]]] = {
    "eth": ("eth", "Ethernet"),
    "sll": ("sll", "Linux cooked capture"),
    "sll2": ("sll", "Linux cooked capture v2"),
    "raw": ("raw", "Raw packet data"),
    "null": ("null", "Null/Loopback"),
    "loop": ("null", "Loopback"),
    "ppp": ("ppp", "PPP"),
    "hdlc": ("chdlc", "HDLC"),
    "pppoe": ("pppoes", "PPPoE"),
    "ppi": ("ppi", "PPI"),
    "erf": ("erf", "ERF"),
    "llc": ("llc", "LLC"),
    "vlan": ("vlan", "VLAN"),
    "mpls": ("mpls", "MPLS"),
    "gre": ("gre", "GRE"),
    "erspan": ("erspan", "ERSPAN"),
    "etherip": ("etherip", "EtherIP"),
    "vxlan": ("vxlan", "VXLAN"),
    "geneve": ("geneve", "Geneve"),
    "gtp": ("gtp", "GTP-U"),
    "udpencap": ("udpencap", "ESP in UDP"),
    "exported_pdu": ("exported_pdu", "Exported PDU"),
    "ip": ("ip", "IPv4"),
    "ip6": ("ipv6", "IPv6"),
    "udp": ("udp", "UDP"),
    "tcp": ("tcp", "TCP"),
    "sctp": ("sctp", "SCTP"),
    "esp": ("esp", "ESP"),
    "icmp": ("icmp", "ICMP"),
    "icmpv6": ("icmpv6", "ICMPv6"),
    "fragment": ("data", "rest of a datagram"),
}
_FLAGS: Final = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")
_PROTOCOLS: Final = {1: "ICMP", 4: "IPv4", 6: "TCP", 17: "UDP", 41: "IPv6", 50: "ESP", 132: "SCTP"}
_ESP_HEAD: Final = 8


def layer_nodes(data: bytes, anatomy: Anatomy) -> Iterator[Node]:
    """A field for each layer, outside in."""
    for layer in anatomy.layers:
        yield _node(data, layer)


def _node(data: bytes, layer: Layer) -> Node:
    field, name = _NAMES.get(layer.name, (layer.name.replace(" ", "_"), layer.name))
    header = data[layer.start : layer.end]
    described = _DESCRIBED.get(layer.name)
    shortest, describe = described or (0, _nothing)
    node = Node(
        field=field,
        name=name,
        text=describe(header) if len(header) >= shortest else "cut short",
        start=layer.start,
        length=layer.end - layer.start,
    )
    if layer.name == "esp" and len(header) >= _ESP_HEAD:
        node.children = _esp_fields(header, layer.start)
    return node


def _esp_fields(header: bytes, start: int) -> list[Node]:
    return [
        Node(field="esp.spi", name="SPI", text=spi_text(_number(header, 0, 4)), start=start,
             length=4),
        Node(field="esp.sequence", name="sequence number", text=str(_number(header, 4, 4)),
             start=start + 4, length=4),
    ]  # fmt: skip


def _number(header: bytes, at: int, octets: int) -> int:
    return int.from_bytes(header[at : at + octets])


def _nothing(header: bytes) -> str:
    return ""


def _mac(octets: bytes) -> str:
    return octets.hex(":")


def _ethernet(header: bytes) -> str:
    return f"{_mac(header[6:12])} > {_mac(header[:6])}"


def _vlan(header: bytes) -> str:
    return f"ID {_number(header, 0, 2) & 0xFFF}"


def _ipv4(header: bytes) -> str:
    flags = _number(header, 6, 2)
    offset = (flags & 0x1FFF) * 8
    fragment = f", fragment at {offset}" if flags & 0x3FFF else ""
    more = ", more follow" if flags & 0x2000 else ""
    ends = f"{address_text(header[12:16])} > {address_text(header[16:20])}"
    protocol = _PROTOCOLS.get(header[9], f"protocol {header[9]}")
    ident = f"identification 0x{_number(header, 4, 2):04x}"
    return f"{ends}, {protocol}, {ident}, TTL {header[8]}{fragment}{more}"


def _ipv6(header: bytes) -> str:
    ends = f"{address_text(header[8:24])} > {address_text(header[24:40])}"
    extended = ", extension headers" if len(header) > 40 else ""
    return f"{ends}, hop limit {header[7]}{extended}"


def _ports(header: bytes) -> str:
    return f"{_number(header, 0, 2)} > {_number(header, 2, 2)}"


def _udp(header: bytes) -> str:
    return f"{_ports(header)}, length {_number(header, 4, 2)}"


def _tcp(header: bytes) -> str:
    flags = " ".join(name for bit, name in enumerate(_FLAGS) if header[13] & 1 << bit)
    numbers = f"sequence number {_number(header, 4, 4)}, acknowledges {_number(header, 8, 4)}"
    return f"{_ports(header)}, {numbers}, {flags or 'no flag'}"


def _sctp(header: bytes) -> str:
    return f"{_ports(header)}, verification tag 0x{_number(header, 4, 4):08x}"


def _esp(header: bytes) -> str:
    return f"SPI {spi_text(_number(header, 0, 4))}, sequence number {_number(header, 4, 4)}"


def _gtp(header: bytes) -> str:
    return f"TEID 0x{_number(header, 4, 4):08x}"


def _icmp(header: bytes) -> str:
    return f"type {header[0]}, code {header[1]}"


# by name: the shortest header that can be described, and the description
_DESCRIBED: Final[dict[str, tuple[int, Callable[[bytes], str]]]] = {
    "eth": (14, _ethernet),
    "vlan": (4, _vlan),
    "ip": (20, _ipv4),
    "ip6": (40, _ipv6),
    "udp": (8, _udp),
    "tcp": (14, _tcp),
    "sctp": (8, _sctp),
    "esp": (_ESP_HEAD, _esp),
    "gtp": (8, _gtp),
    "icmp": (2, _icmp),
    "icmpv6": (2, _icmp),
}
