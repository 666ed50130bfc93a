"""Link, network and transport headers as bytes, with right lengths and checksums."""

TCP, UDP, ESP, ICMP = 6, 17, 50, 1

ETHERNET_4 = bytes.fromhex("0200000000010200000000020800")
ETHERNET_6 = bytes.fromhex("02000000000102000000000286dd")


def address(number: int) -> bytes:
    """An IPv4 address from its number."""
    return number.to_bytes(4, "big")


def ones_sum(data: bytes) -> int:
    """The ones' complement sum of 16 bit words (RFC 1071), 0 to 65534.

    65536 is 1 modulo 65535, so a remainder gives it.
    """
    return int.from_bytes(data if len(data) % 2 == 0 else data + b"\0", "big") % 0xFFFF


def checksum(total: int) -> int:
    """The checksum that belongs to a sum of words that are not all zero."""
    return 0xFFFF - (total % 0xFFFF or 0xFFFF)


def ethernet(packet: bytes) -> bytes:
    """An IPv4 or IPv6 packet in an Ethernet frame."""
    return (ETHERNET_4 if packet[0] >> 4 == 4 else ETHERNET_6) + packet


def ipv4_header(source: bytes, destination: bytes, protocol: int, length: int) -> bytes:
    """An IPv4 header without options for a payload of `length` bytes: not fragmented, TTL 64."""
    head = b"\x45\0" + (20 + length).to_bytes(2, "big") + b"\0\0\x40\0\x40" + bytes([protocol])
    total = checksum(ones_sum(head + source + destination))
    return head + total.to_bytes(2, "big") + source + destination


def ipv4(source: bytes, destination: bytes, protocol: int, payload: bytes) -> bytes:
    """An IPv4 packet."""
    return ipv4_header(source, destination, protocol, len(payload)) + payload


def ip_header(source: bytes, destination: bytes, protocol: int, length: int) -> bytes:
    """An IPv4 or IPv6 header, as the length of the addresses says."""
    if len(source) == 4:
        return ipv4_header(source, destination, protocol, length)
    return b"\x60\0\0\0" + length.to_bytes(2, "big") + bytes([protocol, 64]) + source + destination


def udp_header(source_port: int, destination_port: int, length: int, total: int = 0) -> bytes:
    """A UDP header for a payload of `length` bytes; checksum 0 says that none was computed."""
    fields = (source_port, destination_port, 8 + length, total)
    return b"".join(field.to_bytes(2, "big") for field in fields)


def udp(
    source: bytes, destination: bytes, source_port: int, destination_port: int, payload: bytes
) -> bytes:
    """A UDP datagram with its checksum."""
    words = ones_sum(source + destination + payload) + source_port + destination_port
    words += UDP + 2 * (8 + len(payload))
    total = checksum(words) or 0xFFFF
    return udp_header(source_port, destination_port, len(payload), total) + payload
