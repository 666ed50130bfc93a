"""Frames of the commonest kind take a short way through `decap`, to the same packet."""

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.capture import decap
from analyzer.capture.packet import Packet
from analyzer.capture.problems import Problems


def look(data: bytes, link: int, cut: bool) -> Packet | None:
    return decap.decapsulate(
        data,
        link,
        capture=1,
        frame=2,
        time=3,
        interface=4,
        cut=cut,
        problems=Problems([]),
    )


def datagrams(wire: Any) -> list[tuple[bytes, int]]:
    """IP datagrams with their EtherType."""
    register = wire.udp(wire.register)
    tunnel = wire.udp(wire.gtp(wire.ip(17, register)), 2152, 2152)
    payloads = [
        (17, register),
        (17, tunnel),
        (6, wire.tcp(wire.register, dport=5060)),
        (50, struct.pack(">II", 1, 2) + bytes(30)),
        (58, bytes((1, 4)) + bytes(60)),
        (51, struct.pack(">BBHII12s", 17, 4, 0, 1, 1, bytes(12)) + register),
    ]
    found = []
    for proto, payload in payloads:
        found.append((wire.ip(proto, payload), 0x0800))
        found.append((wire.ip6(proto, payload), 0x86DD))
    return [*found, (wire.ip(17, register, fragment=0x2000), 0x0800)]


@pytest.mark.parametrize("link", [1, 113])
def test_the_short_way_is_taken(wire: Any, link: int) -> None:
    linked = wire.eth if link == 1 else wire.sll
    for datagram, ether in datagrams(wire)[:2]:
        frame = linked(datagram, ether)
        found = decap.usual(frame, 0, len(frame), link, 1, 2, 3, 4)
        assert found is not None
        inside = decap.usual(b"before" + frame + b"behind", 6, len(frame), link, 1, 2, 3, 4)
        assert inside == found


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_both_ways_lead_to_the_same_packet(wire: Any, data: st.DataObject) -> None:
    link = data.draw(st.sampled_from([1, 113]))
    datagram, ether = data.draw(st.sampled_from(datagrams(wire)))
    whole = bytearray((wire.eth if link == 1 else wire.sll)(datagram, ether))
    for _ in range(data.draw(st.integers(0, 3))):
        whole[data.draw(st.integers(12, 60))] = data.draw(st.integers(0, 255))
    frame = (
        bytes(whole)[: data.draw(st.integers(0, len(whole)))]
        if data.draw(st.booleans())
        else bytes(whole) + data.draw(st.binary(max_size=8))
    )
    cut = data.draw(st.booleans())
    short = look(frame, link, cut)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decap, "USUAL", {})
        assert look(frame, link, cut) == short
