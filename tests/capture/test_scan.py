"""The scan loses nothing that the closer look would keep, and keeps little else."""

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.capture.decap import LAYERS, decapsulate
from analyzer.capture.files import Input, Opened
from analyzer.capture.problems import Problems
from analyzer.capture.records import read_records
from analyzer.capture.scan import is_candidate
from analyzer.capture.walk import Record, Walk

SAMPLES = Path(__file__).parents[2] / "samples"
CAPTURES = sorted(path for path in SAMPLES.rglob("*.pcap*") if path.is_file())
T = 1_700_000_000_000_000_000
LINKS = (1, 113, 276, 101, 12, 228, 229, 0)


def closer_look(record: Record) -> bool:
    return (
        decapsulate(
            record.data,
            record.link_type,
            capture=0,
            frame=record.frame,
            time=record.time,
            interface=0,
            cut=record.cut,
            problems=Problems([]),
        )
        is not None
    )


def scanned(data: bytes) -> set[int]:
    return {record.frame for record in read_records(Walk(io.BytesIO(data), Problems([])))}


def kept(data: bytes) -> set[int]:
    records = read_records(Walk(io.BytesIO(data), Problems([]), every=True))
    return {record.frame for record in records if closer_look(record)}


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_nothing_in_the_samples_is_lost(path: Path) -> None:
    opened = Opened(Input(str(path)))
    every = list(read_records(Walk(opened, Problems([]), every=True)))
    opened.close()
    opened = Opened(Input(str(path)))
    some = {record.frame for record in read_records(Walk(opened, Problems([])))}
    opened.close()
    assert {record.frame for record in every if closer_look(record)} <= some


def chunk(data: bytes, flags: int = 3) -> bytes:
    """A DATA chunk of SCTP, the first and last fragment unless `flags` say otherwise."""
    size = 16 + len(data)
    return struct.pack(">BBHIHHI", 0, flags, size, 1, 0, 0, 0) + data + bytes(-size % 4)


def sctp(chunks: bytes, sport: int, dport: int) -> bytes:
    return struct.pack(">HHII", sport, dport, 1, 0) + chunks


def shapes(wire: Any) -> dict[str, tuple[bytes, int, bool]]:
    """IP datagrams with their version, and whether they are candidates."""
    sip, rtp, noise = wire.register, wire.rtp, bytes(range(200, 256))
    icmp = b"\x03\x03" + bytes(6) + wire.ip(17, wire.udp(b""))
    icmp6 = b"\x01\x04" + bytes(6) + wire.ip6(17, wire.udp(b""))
    inner = wire.ip(17, wire.udp(sip, 6062, 6101))
    vxlan = b"\x08" + bytes(7)
    session = b"\x85\x09\x09"
    tunnel = {"sport": 2152, "dport": 2152}
    options = {"options": b"\x94\x04\0\0"}
    dns = wire.dns("ims.mnc001.mcc001.3GPPnetwork.org")
    ike = bytes(range(1, 17)) + b"\x21\x20\x22\x08" + bytes(4) + b"\0\0\0\x1c"
    return {
        "REGISTER on any port": (wire.ip(17, wire.udp(sip, 6062, 6101)), 4, True),
        "response": (wire.ip(17, wire.udp(b"SIP/2.0 200 OK\r\n\r\n", 1, 2)), 4, True),
        "CRLF before": (wire.ip(17, wire.udp(b"\r\n\r\n" + sip)), 4, True),
        "keep-alive": (wire.ip(17, wire.udp(b"\r\n\r\n")), 4, False),
        "IPv6": (wire.ip6(17, wire.udp(sip)), 6, True),
        "IPv4 options": (wire.ip(17, wire.udp(sip), **options), 4, True),
        "total length 0": (wire.ip(17, wire.udp(sip), total=0), 4, True),
        "RTP": (wire.ip(17, wire.udp(rtp)), 4, False),
        "RTP6": (wire.ip6(17, wire.udp(rtp)), 6, False),
        "text that is no SIP": (wire.ip(17, wire.udp(b"GET / HTTP/1.1\r\n\r\n")), 4, False),
        "QUIC": (wire.ip(17, wire.udp(b"Cab" + noise, 443, 50000)), 4, False),
        "ESP": (wire.ip(50, noise), 4, True),
        "ESP6": (wire.ip6(50, noise), 6, True),
        "first fragment": (wire.ip(17, wire.udp(rtp), fragment=0x2000), 4, True),
        "last fragment": (wire.ip(17, rtp, fragment=0x00B9), 4, True),
        "fragment6": (wire.ip6(44, b"\x11\0\0\x01\0\0\0\1" + rtp), 6, True),
        "hop-by-hop": (wire.ip6(0, b"\x11\0" + bytes(6) + wire.udp(sip)), 6, True),
        "hop-by-hop RTP": (wire.ip6(0, b"\x11\0" + bytes(6) + wire.udp(rtp)), 6, False),
        "SCTP": (wire.ip(132, noise), 4, False),
        "TCP bulk": (wire.ip(6, wire.tcp(noise)), 4, False),
        "TCP ACK": (wire.ip(6, wire.tcp(b"")), 4, False),
        "TCP text": (wire.ip(6, wire.tcp(b"Via: SIP/2.0/TCP\r\n")), 4, True),
        "TCP two octets of text": (wire.ip(6, wire.tcp(b"\r\n")), 4, True),
        "TCP6 two octets of text": (wire.ip6(6, wire.tcp(b"\r\n")), 6, True),
        "TCP almost text": (wire.ip(6, wire.tcp(b"abc" + noise)), 4, False),
        "TCP 5060 payload": (wire.ip(6, wire.tcp(noise, 5060)), 4, True),
        "TCP 5061 SYN": (wire.ip(6, wire.tcp(b"", 40000, 5061, 2)), 4, True),
        "TCP 5060 FIN": (wire.ip(6, wire.tcp(b"", 5060, 40000, 0x11)), 4, True),
        "TCP 5060 RST": (wire.ip(6, wire.tcp(b"", 5060, 40000, 4)), 4, True),
        "TCP 5060 ACK": (wire.ip(6, wire.tcp(b"", 5060, 40000)), 4, False),
        "TCP 443 SYN": (wire.ip(6, wire.tcp(b"", flags=2)), 4, False),
        "ICMP unreachable": (wire.ip(1, icmp), 4, True),
        "ICMP time exceeded": (wire.ip(1, b"\x0b" + icmp[1:]), 4, True),
        "ICMP parameter problem": (wire.ip(1, b"\x0c" + icmp[1:]), 4, True),
        "ICMP echo": (wire.ip(1, b"\x08" + icmp[1:]), 4, False),
        "ICMPv6 unreachable": (wire.ip6(58, icmp6), 6, True),
        "ICMPv6 packet too big": (wire.ip6(58, b"\x02" + icmp6[1:]), 6, True),
        "ICMPv6 neighbour": (wire.ip6(58, b"\x87" + icmp6[1:]), 6, False),
        "GTP-U SIP": (wire.ip(17, wire.udp(wire.gtp(inner), **tunnel)), 4, True),
        "GTP-U port at one end": (wire.ip(17, wire.udp(wire.gtp(inner), 40000, 2152)), 4, True),
        "GTP-U sequence": (
            wire.ip(17, wire.udp(wire.gtp(inner, sequence=True), **tunnel)), 4, True
        ),
        "GTP-U session container": (
            wire.ip(17, wire.udp(wire.gtp(inner, extensions=[session, session]), **tunnel)), 4, True
        ),
        "GTP-U RTP": (
            wire.ip(17, wire.udp(wire.gtp(wire.ip6(17, wire.udp(rtp))), **tunnel)), 4, False
        ),
        "GTP-U in GTP-U": (
            wire.ip(17, wire.udp(
                wire.gtp(wire.ip(17, wire.udp(wire.gtp(inner), **tunnel))), **tunnel
            )), 4, True
        ),
        "GTP-U6 in IPv6": (
            wire.ip6(17, wire.udp(wire.gtp(wire.ip6(50, noise)), **tunnel)), 6, True
        ),
        "GTP-U fragment": (
            wire.ip(17, wire.udp(wire.gtp(wire.ip(17, rtp, fragment=0x2000)), **tunnel)), 4, True
        ),
        "GTP-U echo": (wire.ip(17, wire.udp(b"\x32\x01\0\4" + bytes(8), **tunnel)), 4, False),
        "DNS of the IMS": (wire.ip(17, wire.udp(dns, 40000, 53)), 4, True),
        "DNS answer of the IMS": (wire.ip6(17, wire.udp(dns, 53, 40000)), 6, True),
        "DNS of a P-CSCF": (wire.ip(17, wire.udp(wire.dns("pcscf01.example.net"))), 4, False),
        "DNS of a P-CSCF on 53": (
            wire.ip(17, wire.udp(wire.dns("pcscf01.example.net"), 40000, 53)), 4, True
        ),
        "DNS SRV": (wire.ip(17, wire.udp(wire.dns("_sip._udp.x"), 40000, 53)), 4, True),
        "DNS of others": (wire.ip(17, wire.udp(wire.dns("www.example.net"), 40000, 53)), 4, False),
        "IKE": (wire.ip(17, wire.udp(ike, 500, 500)), 4, True),
        "IKE behind its marker": (wire.ip6(17, wire.udp(bytes(4) + ike, 4500, 4500)), 6, True),
        "GTP-U DNS": (
            wire.ip(17, wire.udp(wire.gtp(wire.ip(17, wire.udp(dns, 40000, 53))), **tunnel)),
            4, True
        ),
        "GTP-U DNS of others": (
            wire.ip(17, wire.udp(wire.gtp(wire.ip(17, wire.udp(
                wire.dns("www.example.net"), 40000, 53
            ))), **tunnel)), 4, False
        ),
        "SIP on the port of DNS": (wire.ip(17, wire.udp(sip, 53, 53)), 4, True),
        "SIP on the GTP-U port": (wire.ip(17, wire.udp(sip, **tunnel)), 4, True),
        "SCTP SIP": (wire.ip(132, sctp(chunk(sip), 1000, 2000)), 4, True),
        "SCTP SIP behind a SACK": (
            wire.ip(132, sctp(b"\3\0\0\x10" + bytes(12) + chunk(sip), 1000, 2000)), 4, True
        ),
        "SCTP fragment of a SIP port": (wire.ip6(132, sctp(chunk(noise, 0), 5060, 9)), 6, True),
        "SCTP S1AP": (wire.ip(132, sctp(chunk(noise), 36412, 36412)), 4, False),
        "SCTP SACK of a SIP port": (
            wire.ip(132, sctp(b"\3\0\0\x10" + bytes(12), 5060, 5060)), 4, False
        ),
        "SCTP chunk without length": (
            wire.ip(132, sctp(b"\1\0\0\0" + chunk(sip), 1, 2)), 4, False
        ),
        "ESP in UDP": (wire.ip(17, wire.udp(b"\0\0\x10\1" + noise, 4500, 40000)), 4, True),
        "ESP in UDP6": (wire.ip6(17, wire.udp(b"\0\0\x10\1" + noise, 40000, 4500)), 6, True),
        "ESP in UDP in GTP-U": (
            wire.ip(17, wire.udp(
                wire.gtp(wire.ip(17, wire.udp(b"\0\0\x10\1" + noise, 4500, 4500))), **tunnel
            )), 4, True
        ),
        "SIP on port 4500": (wire.ip(17, wire.udp(sip, 4500, 4500)), 4, True),
        "no IKE on port 4500": (wire.ip(17, wire.udp(bytes(4) + noise, 4500, 4500)), 4, False),
        "NAT keep-alive": (wire.ip(17, wire.udp(b"\xff", 4500, 4500)), 4, False),
        "VXLAN": (wire.ip(17, wire.udp(vxlan + wire.eth(inner), 50000, 4789)), 4, True),
        "VXLAN RTP": (
            wire.ip(17, wire.udp(vxlan + wire.eth(wire.ip(17, wire.udp(rtp))), 1, 4789)), 4, False
        ),
        "GRE": (wire.ip(47, b"\0\0\x08\0" + inner), 4, True),
        "GRE RTP": (wire.ip(47, b"\0\0\x08\0" + wire.ip(17, wire.udp(rtp))), 4, False),
        "IP in IP": (wire.ip(4, inner), 4, True),
        "IP in IPv6": (wire.ip6(4, inner), 6, True),
    }  # fmt: skip


def macos(datagram: bytes, ether: int) -> bytes:
    return (b"\2" if ether == 0x0800 else b"\x1e") + bytes(3) + datagram


def linked(wire: Any, link: int, datagram: bytes, version: int) -> bytes:
    ether = 0x0800 if version == 4 else 0x86DD
    builders: dict[int, Callable[[bytes, int], bytes]] = {
        1: wire.eth, 113: wire.sll, 276: wire.sll2, 0: macos
    }  # fmt: skip
    return builders[link](datagram, ether) if link in builders else datagram


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("link", LINKS)
def test_every_shape_in_every_link(wire: Any, link: int, order: str) -> None:
    names, frames = ["the first frame is always looked at"], [bytes(60)]
    expected = set()
    for name, (datagram, version, candidate) in shapes(wire).items():
        for trailer in (b"", bytes(6), b"abcdefgh"):
            names.append(name)
            frames.append(linked(wire, link, datagram, version) + trailer)
            if candidate:
                expected.add(len(frames))
    section = wire.section(order) + wire.interface(link, order=order)
    packets = [wire.enhanced(frame, order=order) for frame in frames]
    for data in (
        wire.pcap([(T, frame) for frame in frames], order=order, link=link),
        section + b"".join(packets),
    ):
        assert {names[n - 1] for n in kept(data) ^ expected} == set()
        assert {names[n - 1] for n in expected - scanned(data)} == set()
        dull = [names[n - 1] for n in scanned(data) - expected if n > 1]
        # Only these few shapes need the closer look to be found dull.
        assert set(dull) <= {
            "keep-alive",
            "text that is no SIP",
            "TCP 5060 ACK",
            "hop-by-hop RTP",
            "NAT keep-alive",
            "VXLAN RTP",
            "GRE RTP",
        }


def test_vlan_and_other_ethertypes(wire: Any) -> None:
    sip, rtp = wire.ip(17, wire.udp(wire.register)), wire.ip(17, wire.udp(wire.rtp))
    frames = [
        bytes(60),
        wire.vlan(sip),
        wire.vlan(rtp),
        wire.vlan(b"\0\7\x08\0" + sip, 0x8100, 0x88A8),
        wire.vlan(wire.ip6(50, wire.rtp), 0x86DD),
        wire.eth(bytes(46), 0x0806),
    ]
    data = wire.pcap([(T, frame) for frame in frames])
    assert kept(data) == {2, 4, 5}
    assert kept(data) <= scanned(data)
    assert 3 not in scanned(data)


@pytest.mark.parametrize("link", [1, 276, 101])
def test_cut_frames(wire: Any, link: int) -> None:
    frames = [
        (T, linked(wire, link, datagram, version)) for datagram, version, _ in shapes(wire).values()
    ]
    for snap in range(1, 120):
        data = wire.pcap(frames, link=link, snap=snap)
        assert kept(data) <= scanned(data), snap


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_nothing_is_lost_in_any_frame(wire: Any, data: st.DataObject) -> None:
    link = data.draw(st.sampled_from(LINKS))
    frames = []
    for _ in range(4):
        datagram, version, _ = data.draw(st.sampled_from(list(shapes(wire).values())))
        frame = bytearray(linked(wire, link, datagram, version))
        for _ in range(data.draw(st.integers(0, 3))):
            frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
        frames.append(bytes(frame) + data.draw(st.binary(max_size=12)))
    order = data.draw(st.sampled_from("<>"))
    pcap = wire.pcap([(T, frame) for frame in frames], order=order, link=link)
    pcapng = wire.section() + wire.interface(link) + b"".join(map(wire.enhanced, frames))
    assert kept(pcap) <= scanned(pcap)
    assert kept(pcapng) <= scanned(pcapng)


@pytest.mark.parametrize(
    ("line", "sip"),
    [
        (b"REGISTER sip:a SIP/2.0\r\n", True),
        (b"register sip:a sip/2.0\n", True),
        (b"NOTIFY sip:a;x=y SIP/2.0", True),
        (b"INVITE tel:+1", True),  # cut by the snap length
        (b"x-y!z sip:a SIP/2.0\r\n", True),
        (b"SIP/2.0 494 Security Agreement Required\r\n", True),
        (b"SIP/2.0", False),
        (b"REGISTER sip:a SIP/3.0\r\n", False),
        (b"REGISTER\r\nsip:a SIP/2.0\r\n", False),
        (b"", False),
        (b"\r\n", False),
        (b"A" * 60_000, False),
        (b"A " * 30_000, False),
        (b"A" + b" SIP/2.0" * 8000 + b"\0", False),
    ],
)
def test_first_line(wire: Any, line: bytes, sip: bool) -> None:
    data = wire.udp(line)
    assert is_candidate(17, data, 0, len(data), -1) is sip


def test_rows_of_the_scan_are_rows_of_decap() -> None:
    assert {("link", link) for link in LINKS} <= set(LAYERS)


def test_a_frame_a_second_is_looked_at(wire: Any) -> None:
    dull = wire.eth(wire.ip(17, wire.udp(wire.rtp)))
    times = [T + n * 100_000_000 for n in range(100)]
    pcap = wire.pcap([(time, dull) for time in times])
    assert scanned(pcap) == {1, *range(11, 101, 10)}
    for exponent, units in ((6, 1000), (9, 1)):
        head = wire.section() + wire.interface(1, (9, struct.pack("B", exponent)))
        pcapng = head + b"".join(wire.enhanced(dull, time // units) for time in times)
        assert scanned(pcapng) == {1, *range(11, 101, 10)}
