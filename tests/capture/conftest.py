"""Hand-made frames and capture files, octet by octet."""

import struct
from collections.abc import Sequence

import pytest

CLIENT, SERVER = b"\xc0\x00\x02\x0a", b"\xc0\x00\x02\x01"
CLIENT6, SERVER6 = (
    b"\x20\x01\x0d\xb8" + bytes(11) + b"\x0a",
    b"\x20\x01\x0d\xb8" + bytes(11) + b"\x01",
)


class Wire:
    """Builders; numbers default to what a plain capture has."""

    register = b"REGISTER sip:ims.example SIP/2.0\r\nCall-ID: 1\r\n\r\n"
    rtp = b"\x80\x60" + bytes(40)

    @staticmethod
    def eth(payload: bytes, ether: int = 0x0800) -> bytes:
        return bytes(12) + struct.pack(">H", ether) + payload

    @staticmethod
    def vlan(payload: bytes, ether: int = 0x0800, tag: int = 0x8100) -> bytes:
        return bytes(12) + struct.pack(">HHH", tag, 7, ether) + payload

    @staticmethod
    def sll(payload: bytes, ether: int = 0x0800) -> bytes:
        return struct.pack(">HHH8xH", 0, 1, 6, ether) + payload

    @staticmethod
    def sll2(payload: bytes, ether: int = 0x0800, index: int = 3) -> bytes:
        return struct.pack(">HxxIHBB8x", ether, index, 1, 0, 6) + payload

    @staticmethod
    def ip(
        proto: int,
        payload: bytes,
        *,
        fragment: int = 0x4000,
        ident: int = 9,
        options: bytes = b"",
        total: int | None = None,
    ) -> bytes:
        size = 20 + len(options)
        total = size + len(payload) if total is None else total
        first = 0x40 | size // 4
        head = struct.pack(
            ">BBHHHBBH4s4s", first, 0, total, ident, fragment, 64, proto, 0, CLIENT, SERVER
        )
        return head + options + payload

    @staticmethod
    def ip6(proto: int, payload: bytes, *, length: int | None = None) -> bytes:
        length = len(payload) if length is None else length
        return struct.pack(">IHBB16s16s", 6 << 28, length, proto, 64, CLIENT6, SERVER6) + payload

    @staticmethod
    def udp(payload: bytes, sport: int = 5060, dport: int = 5060) -> bytes:
        return struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload

    @staticmethod
    def tcp(payload: bytes, sport: int = 40000, dport: int = 443, flags: int = 0x10) -> bytes:
        return struct.pack(">HHIIBBHHH", sport, dport, 1, 1, 0x50, flags, 1000, 0, 0) + payload

    @staticmethod
    def dns(name: str) -> bytes:
        """A question for the A records of a name."""
        labels = b"".join(bytes([len(one)]) + one.encode() for one in name.split("."))
        return struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"

    @staticmethod
    def gtp(payload: bytes, *, extensions: Sequence[bytes] = (), sequence: bool = False) -> bytes:
        """A G-PDU; an extension is its type octet and its content (4n - 2 octets)."""
        optional = b""
        if extensions or sequence:
            optional = bytes(3) + (extensions[0][:1] if extensions else b"\0")
            types = [*(extension[:1] for extension in extensions[1:]), b"\0"]
            for extension, following in zip(extensions, types, strict=False):
                content = extension[1:]
                optional += bytes([(len(content) + 2) // 4]) + content + following
        flags = 0x30 | (4 if extensions else 0) | (2 if sequence else 0)
        return (
            struct.pack(">BBHI", flags, 0xFF, len(optional) + len(payload), 1) + optional + payload
        )

    @staticmethod
    def pcap(
        frames: Sequence[tuple[int, bytes]],
        *,
        order: str = "<",
        nano: bool = False,
        link: int = 1,
        snap: int = 1 << 18,
    ) -> bytes:
        """A file of (nanoseconds, frame)."""
        magic, unit = (0xA1B23C4D, 1) if nano else (0xA1B2C3D4, 1000)
        parts = [struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, snap, link)]
        for time, frame in frames:
            second, rest = divmod(time, 1_000_000_000)
            data = frame[:snap]
            parts.append(struct.pack(f"{order}IIII", second, rest // unit, len(data), len(frame)))
            parts.append(data)
        return b"".join(parts)

    @staticmethod
    def block(kind: int, body: bytes, order: str = "<") -> bytes:
        padded = body + bytes(-len(body) % 4)
        size = 12 + len(padded)
        return struct.pack(f"{order}II", kind, size) + padded + struct.pack(f"{order}I", size)

    @classmethod
    def section(cls, order: str = "<") -> bytes:
        return cls.block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)

    @classmethod
    def interface(
        cls, link: int = 1, *options: tuple[int, bytes], snap: int = 1 << 18, order: str = "<"
    ) -> bytes:
        body = struct.pack(f"{order}HHI", link, 0, snap)
        for code, value in options:
            body += struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)
        return cls.block(1, body, order)

    @classmethod
    def enhanced(
        cls,
        frame: bytes,
        units: int = 1_700_000_000_000_000,
        interface: int = 0,
        *,
        order: str = "<",
        captured: int | None = None,
        options: bytes = b"",
    ) -> bytes:
        size = len(frame) if captured is None else captured
        head = (interface, units >> 32, units & 0xFFFFFFFF, size, len(frame))
        padded = frame + bytes(-len(frame) % 4)
        return cls.block(6, struct.pack(f"{order}IIIII", *head) + padded + options, order)


@pytest.fixture(scope="session")
def wire() -> type[Wire]:
    return Wire
