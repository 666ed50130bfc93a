"""From frames to the innermost IP datagram: every layer, every way to end early."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.capture.decap import LAYERS, decapsulate, decapsulate_ip
from analyzer.capture.packet import Packet, Problem
from analyzer.capture.problems import Problems

CLIENT, SERVER = bytes([192, 0, 2, 10]), bytes([192, 0, 2, 1])


def look(
    data: bytes, link: int = 1, *, cut: bool = False, problems: list[Problem] | None = None
) -> Packet | None:
    return decapsulate(
        data,
        link,
        capture=2,
        frame=7,
        time=5,
        interface=1,
        cut=cut,
        problems=Problems([] if problems is None else problems),
    )


def test_a_plain_frame(wire: Any) -> None:
    payload = wire.udp(wire.register)
    assert look(wire.eth(wire.ip(17, payload)) + b"trailer") == Packet(
        capture=2,
        frame=7,
        time=5,
        interface=1,
        path="eth/ip",
        src=CLIENT,
        dst=SERVER,
        proto=17,
        data=payload,
        offset=34,
        ip_id=9,
    )


def layers(wire: Any) -> dict[str, tuple[bytes, int, str]]:
    udp = wire.udp(wire.register)
    ip, ip6 = wire.ip(17, udp), wire.ip6(17, udp)
    ah = struct.pack(">BBHII12s", 17, 4, 0, 1, 1, bytes(12))
    tunnel = {"sport": 2152, "dport": 2152}
    return {
        "ethernet": (wire.eth(ip), 1, "eth/ip"),
        "802.1Q": (wire.vlan(ip6, 0x86DD), 1, "eth/vlan/ip6"),
        "802.1ad": (wire.vlan(b"\0\1\x08\0" + ip, 0x8100, 0x88A8), 1, "eth/vlan/vlan/ip"),
        "sll": (wire.sll(ip), 113, "sll/ip"),
        "sll2": (wire.sll2(ip6, 0x86DD), 276, "sll2/ip6"),
        "raw": (ip, 101, "raw/ip"),
        "raw of BSD": (ip6, 12, "raw/ip6"),
        "raw of OpenBSD": (ip6, 14, "raw/ip6"),
        "raw IPv4": (ip, 228, "raw/ip"),
        "raw IPv6": (ip6, 229, "raw/ip6"),
        "IPv4 options": (wire.ip(17, udp, options=bytes(8)), 101, "raw/ip"),
        "IPv4 AH": (wire.ip(51, ah + udp), 101, "raw/ip"),
        "IPv6 AH": (wire.ip6(51, ah + udp), 101, "raw/ip6"),
        "IPv6 headers": (
            wire.ip6(0, b"\x2b\0" + bytes(6) + b"\x3c\1" + bytes(14) + b"\x11\0" + bytes(6) + udp),
            101,
            "raw/ip6",
        ),
        "atomic fragment": (wire.ip6(44, b"\x11\0\0\0" + b"\0\0\0\5" + udp), 101, "raw/ip6"),
        "GTP-U": (wire.ip(17, wire.udp(wire.gtp(ip6), **tunnel)), 101, "raw/ip/udp/gtp/ip6"),
        "GTP-U optional fields": (
            wire.eth(wire.ip(17, wire.udp(wire.gtp(ip, sequence=True), **tunnel))),
            1,
            "eth/ip/udp/gtp/ip",
        ),
        "GTP-U extension headers": (
            wire.ip6(
                17,
                wire.udp(wire.gtp(ip, extensions=[b"\x85\1\1", b"\xc0" + bytes(6)]), **tunnel),
            ),
            101,
            "raw/ip6/udp/gtp/ip",
        ),
        "GTP-U twice": (
            wire.ip(17, wire.udp(wire.gtp(wire.ip(17, wire.udp(wire.gtp(ip), 9, 2152))), **tunnel)),
            101,
            "raw/ip/udp/gtp/ip/udp/gtp/ip",
        ),
    }


def test_every_layer_leads_to_the_datagram(wire: Any) -> None:
    udp = wire.udp(wire.register)
    for name, (frame, link, path) in layers(wire).items():
        packet = look(frame, link)
        assert packet is not None, name
        assert (packet.path, packet.proto, packet.data) == (path, 17, udp), name
        assert frame[packet.offset : packet.offset + len(udp)] == udp, name
        assert len(packet.src) == (16 if path.endswith("ip6") else 4), name
        assert (packet.frag_offset, packet.more, packet.truncated) == (-1, False, False), name


def test_every_prefix_of_every_layer(wire: Any) -> None:
    for frame, link, _ in layers(wire).values():
        for end in range(len(frame)):
            packet = look(frame[:end], link, cut=True)
            assert packet is None or packet.truncated


@given(st.binary(max_size=120), st.sampled_from(sorted(n for s, n in LAYERS if s == "link")))
def test_any_octets(data: bytes, link: int) -> None:
    packet = look(data, link)
    assert packet is None or data[packet.offset :].startswith(packet.data)


@given(st.data())
def test_any_octet_changed(wire: Any, data: st.DataObject) -> None:
    frame, link, _ = data.draw(st.sampled_from(list(layers(wire).values())))
    changed = bytearray(frame)
    changed[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    packet = look(bytes(changed), link)
    assert packet is None or changed[packet.offset :].startswith(packet.data)


def test_interface_of_sll2_is_the_index_behind_that_of_the_file(wire: Any) -> None:
    packet = look(wire.sll2(wire.ip(50, b"12345678"), index=6), 276)
    assert packet is not None
    assert packet.interface == 1 << 32 | 6


def test_fragments(wire: Any) -> None:
    first = look(wire.eth(wire.ip(17, bytes(64), fragment=0x2000)))
    assert first is not None
    assert (first.frag_offset, first.more, first.ip_id) == (0, True, 9)
    last = look(wire.eth(wire.ip(17, bytes(64), fragment=185)))
    assert last is not None
    assert (last.frag_offset, last.more, last.proto) == (1480, False, 17)
    head = struct.pack(">BBHI", 17, 0, 1448 | 1, 0xABCDEF01)
    middle = look(wire.eth(wire.ip6(44, head + bytes(64)), 0x86DD))
    assert middle is not None
    assert (middle.frag_offset, middle.more, middle.ip_id) == (1448, True, 0xABCDEF01)
    assert (middle.proto, middle.data) == (17, bytes(64))


def test_inner_fragments_keep_their_own_numbers(wire: Any) -> None:
    inner = wire.ip(17, bytes(64), fragment=0x2000, ident=77)
    packet = look(wire.eth(wire.ip(17, wire.udp(wire.gtp(inner), 2152, 2152))))
    assert packet is not None
    assert (packet.path, packet.ip_id, packet.more) == ("eth/ip/udp/gtp/ip", 77, True)


def test_a_tunnel_put_together_from_fragments_is_gone_into(wire: Any) -> None:
    inner = wire.ip6(50, b"inner ESP")
    outer = wire.udp(wire.gtp(inner), 2152, 2152)
    first = look(wire.eth(wire.ip(17, outer[:16], fragment=0x2000)))
    assert first is not None
    first.data, first.frag_offset, first.more = outer, -1, False
    packet = decapsulate_ip(first)
    assert packet is not None
    assert (packet.path, packet.proto, packet.data) == ("eth/ip/udp/gtp/ip6", 50, b"inner ESP")
    assert outer[packet.offset :] == b"inner ESP"
    assert (packet.frame, packet.time, packet.capture) == (7, 5, 2)
    assert (packet.ip_id, packet.frag_offset) == (-1, -1)


def test_what_is_put_together_and_no_tunnel_stays_itself(wire: Any) -> None:
    first = look(wire.eth(wire.ip(17, bytes(16), fragment=0x2000)))
    assert first is not None
    first.frag_offset, first.more = -1, False
    first.data = wire.udp(wire.register)
    assert decapsulate_ip(first) is first
    first.data = wire.udp(wire.rtp)
    assert decapsulate_ip(first) is None


def test_extension_headers_inside_the_fragmented_part(wire: Any) -> None:
    head = struct.pack(">BBHI", 60, 0, 1, 5)
    first = look(wire.eth(wire.ip6(44, head + bytes(64)), 0x86DD))
    assert first is not None
    assert first.proto == 60
    first.data, first.frag_offset, first.more = (
        b"\x11\0" + bytes(6) + wire.udp(wire.register),
        -1,
        False,
    )
    packet = decapsulate_ip(first)
    assert packet is not None
    assert (packet.proto, packet.data, packet.offset) == (17, wire.udp(wire.register), 8)


@pytest.mark.parametrize("cut", [True, False])
def test_truncation(wire: Any, cut: bool) -> None:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    packet = look(frame[:-3], cut=cut)
    assert packet is not None
    assert packet.truncated
    offloaded = look(wire.eth(wire.ip(17, wire.udp(wire.register), total=0)), cut=cut)
    assert offloaded is not None
    assert offloaded.truncated is cut


def test_nesting_is_bounded_and_named(wire: Any) -> None:
    frame = wire.ip(17, wire.udp(wire.register))
    for _ in range(limits.NESTING):
        frame = wire.ip(17, wire.udp(wire.gtp(frame), 2152, 2152))
    problems: list[Problem] = []
    assert look(frame, 101, problems=problems) is None
    assert [(problem.kind, problem.frame) for problem in problems] == [("nesting", 7)]


def test_paths_are_interned(wire: Any) -> None:
    frame = wire.eth(wire.ip(50, b"12345678"))
    one, other = look(frame), look(frame)
    assert one is not None
    assert other is not None
    assert one.path is other.path
