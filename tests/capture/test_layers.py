"""Every link layer and tunnel beside the usual ones: the datagram, in the frames of tshark."""

import struct
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.capture import Packet, open_captures
from analyzer.capture.decap import LAYERS, decapsulate
from analyzer.capture.problems import Problems

ESP = b"\0\0\x10\1\0\0\0\1" + bytes(range(100, 140))


class Case(NamedTuple):
    """A frame, and the path to the datagram in it. `tell` is what tshark has to be told."""

    link: int
    path: str
    frame: bytes
    tell: tuple[str, ...] = ()


def gre(flags: int, kind: int, rest: bytes) -> bytes:
    return struct.pack(">HH", flags, kind) + rest


def ppp_session(payload: bytes) -> bytes:
    return struct.pack(">BBHH", 0x11, 0, 7, len(payload)) + payload


def mpls(payload: bytes, *labels: int) -> bytes:
    last = len(labels) - 1
    stack = [struct.pack(">I", v << 12 | (n == last) << 8 | 64) for n, v in enumerate(labels)]
    return b"".join(stack) + payload


def cases(wire: Any) -> dict[str, Case]:
    udp = wire.udp(wire.register)
    ip, ip6 = wire.ip(17, udp), wire.ip6(17, udp)
    eth = wire.eth(ip)
    vxlan = b"\x08\0\0\0\0\0\x2a\0"
    erspan2 = struct.pack(">HHI", 0x1000 | 5, 9, 0)
    erspan3 = struct.pack(">HHIHH", 0x2000 | 5, 9, 0, 0, 0x0000)
    platform = struct.pack(">HHIHH", 0x2000 | 5, 9, 0, 0, 0x0001) + bytes(8)
    erspan3_ip = struct.pack(">HHIHH", 0x2000 | 5, 9, 0, 0, 2 << 10)
    snap = b"\xaa\xaa\x03\0\0\0\x08\0" + ip
    return {
        "null": Case(0, "null/ip", b"\2\0\0\0" + ip),
        "null, big endian": Case(0, "null/ip", b"\0\0\0\2" + ip),
        "null, macOS": Case(0, "null/ip6", b"\x1e\0\0\0" + ip6),
        "null, FreeBSD": Case(0, "null/ip6", b"\x1c\0\0\0" + ip6),
        "null, OpenBSD": Case(0, "null/ip6", b"\0\0\0\x18" + ip6),
        "loop": Case(108, "loop/ip", b"\0\0\0\2" + ip),
        "PPP": Case(9, "ppp/ip", b"\xff\x03\x00\x21" + ip),
        "PPP, compressed": Case(9, "ppp/ip6", b"\x57" + ip6),
        "PPP in HDLC": Case(50, "hdlc/ip", b"\xff\x03\x00\x21" + ip),
        "Cisco HDLC": Case(104, "hdlc/ip", b"\x0f\0\x08\0" + ip),
        "pppd": Case(166, "ppp/ip", b"\x01\x03\x00\x21" + ip),
        "PPP with direction": Case(204, "ppp/ip", b"\x01\xff\x03\x00\x21" + ip),
        "PPPoE": Case(
            1, "eth/pppoe/ppp/ip6", wire.eth(ppp_session(b"\x00\x57" + ip6) + b"pad", 0x8864)
        ),
        "PPPoE as link": Case(51, "pppoe/ppp/ip", ppp_session(b"\x00\x21" + ip)),
        "PPI": Case(192, "ppi/eth/ip", struct.pack("<BBHI", 0, 0, 8, 1) + eth),
        "802.3 with SNAP": Case(1, "eth/llc/ip", wire.eth(snap, len(snap)) + bytes(6)),
        "QinQ": Case(1, "eth/vlan/vlan/ip", wire.vlan(b"\0\1\x08\0" + ip, 0x8100, 0x88A8)),
        "QinQ of old": Case(1, "eth/vlan/vlan/ip", wire.vlan(b"\0\1\x08\0" + ip, 0x8100, 0x9100)),
        "QinQinQ": Case(
            1,
            "eth/vlan/vlan/vlan/ip6",
            wire.vlan(b"\0\1\x81\0\0\2\x86\xdd" + ip6, 0x8100, 0x88A8),
        ),
        "MPLS": Case(1, "eth/mpls/ip", wire.eth(mpls(ip, 100), 0x8847)),
        "MPLS, three labels": Case(1, "eth/mpls/ip6", wire.eth(mpls(ip6, 100, 200, 300), 0x8847)),
        "MPLS pseudowire": Case(
            1,
            "eth/mpls/eth/ip",
            wire.eth(mpls(bytes(4) + eth, 700), 0x8847),
            ("-d", "mpls.label==700,pwethcw"),
        ),
        "IP in IP": Case(1, "eth/ip/ip", wire.eth(wire.ip(4, ip))),
        "IPv6 in IP": Case(101, "raw/ip/ip6", wire.ip(41, ip6)),
        "IP in IPv6": Case(101, "raw/ip6/ip", wire.ip6(4, ip)),
        "GRE": Case(101, "raw/ip/gre/ip", wire.ip(47, gre(0, 0x0800, ip))),
        "GRE with all": Case(
            101, "raw/ip/gre/ip6", wire.ip(47, gre(0xB000, 0x86DD, bytes(12) + ip6))
        ),
        "GRE with Ethernet": Case(101, "raw/ip/gre/eth/ip", wire.ip(47, gre(0, 0x6558, eth))),
        "PPTP": Case(
            101,
            "raw/ip/gre/ppp/ip",
            wire.ip(47, gre(0x3081, 0x880B, struct.pack(">HHII", 4 + len(ip), 1, 1, 1)
                            + b"\xff\x03\x00\x21" + ip)),
        ),
        "ERSPAN I": Case(101, "raw/ip/gre/eth/ip", wire.ip(47, gre(0, 0x88BE, eth))),
        "ERSPAN II": Case(
            101,
            "raw/ip/gre/erspan/eth/ip",
            wire.ip(47, gre(0x1000, 0x88BE, bytes(4) + erspan2 + eth)),
        ),
        "ERSPAN III": Case(
            101,
            "raw/ip/gre/erspan/eth/ip",
            wire.ip(47, gre(0x1000, 0x22EB, bytes(4) + erspan3 + eth)),
        ),
        "ERSPAN III, platform header": Case(
            101,
            "raw/ip/gre/erspan/eth/ip",
            wire.ip(47, gre(0x1000, 0x22EB, bytes(4) + platform + eth)),
        ),
        "ERSPAN III of IP": Case(
            101,
            "raw/ip/gre/erspan/ip",
            wire.ip(47, gre(0x1000, 0x22EB, bytes(4) + erspan3_ip + ip)),
        ),
        "EtherIP": Case(101, "raw/ip/etherip/eth/ip", wire.ip(97, b"\x30\0" + eth)),
        "VXLAN": Case(
            1, "eth/ip/udp/vxlan/eth/ip", wire.eth(wire.ip(17, wire.udp(vxlan + eth, 9, 4789)))
        ),
        "Geneve with an option": Case(
            1,
            "eth/ip/udp/geneve/eth/ip",
            wire.eth(wire.ip(17, wire.udp(
                b"\x02\0\x65\x58\0\0\x2a\0" + b"\x01\x08\x01\x01" + bytes(4) + eth, 9, 6081
            ))),
        ),
        "Geneve of IP": Case(
            1,
            "eth/ip/udp/geneve/ip6",
            wire.eth(wire.ip(17, wire.udp(b"\0\0\x86\xdd\0\0\x2a\0" + ip6, 9, 6081))),
        ),
        "VXLAN of old": Case(
            1,
            "eth/ip/udp/vxlan/eth/ip",
            wire.eth(wire.ip(17, wire.udp(vxlan + eth, 9, 8472))),
            ("-d", "udp.port==8472,vxlan"),
        ),
        "GTP in GTP": Case(
            1,
            "eth/ip/udp/gtp/ip/udp/gtp/ip",
            wire.eth(wire.ip(17, wire.udp(wire.gtp(
                wire.ip(17, wire.udp(wire.gtp(ip), 2152, 2152))), 2152, 2152))),
        ),
        "ESP in UDP": Case(
            1, "eth/ip/udp/udpencap", wire.eth(wire.ip(17, wire.udp(ESP, 4500, 4500)))
        ),
        "ESP in UDP, port translated": Case(
            101, "raw/ip6/udp/udpencap", wire.ip6(17, wire.udp(ESP, 61000, 4500))
        ),
        "ESP in UDP in GTP": Case(
            101,
            "raw/ip/udp/gtp/ip/udp/udpencap",
            wire.ip(17, wire.udp(
                wire.gtp(wire.ip(17, wire.udp(ESP, 4500, 4500))), 2152, 2152)),
        ),
        "erf": Case(
            197,
            "erf/eth/ip",
            struct.pack("<II", 0, 1_700_000_000)
            + struct.pack(">BBHHH", 2, 4, 18 + len(eth), 0, len(eth)) + b"\0\0" + eth,
        ),
    }  # fmt: skip


def look(case: Case, data: bytes, *, cut: bool = False) -> Packet | None:
    return decapsulate(
        data,
        case.link,
        capture=0,
        frame=1,
        time=0,
        interface=0,
        cut=cut,
        problems=Problems([]),
    )


def test_every_layer_leads_to_the_datagram(wire: Any) -> None:
    udp = wire.udp(wire.register)
    for name, case in cases(wire).items():
        packet = look(case, case.frame)
        assert packet is not None, name
        encapsulated = case.path.endswith("udpencap")
        assert (packet.path, packet.proto) == (case.path, 50 if encapsulated else 17), name
        assert packet.data == (ESP if encapsulated else udp), name
        assert case.frame[packet.offset : packet.offset + len(packet.data)] == packet.data, name


def test_every_row_is_tried(wire: Any) -> None:
    usual = {"sll", "sll2", "raw"}
    walked = {layer for case in cases(wire).values() for layer in case.path.split("/")}
    assert {name for name, _ in LAYERS.values()} - usual == walked - usual


def test_every_prefix_of_every_layer(wire: Any) -> None:
    for case in cases(wire).values():
        whole = look(case, case.frame)
        assert whole is not None
        for end in range(whole.offset + len(whole.data)):
            packet = look(case, case.frame[:end], cut=True)
            assert packet is None or packet.truncated or packet.proto == 50


@given(st.data())
def test_any_octets_changed(wire: Any, data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(list(cases(wire).values())))
    changed = bytearray(case.frame)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    packet = look(case, bytes(changed))
    assert packet is None or changed[packet.offset :].startswith(packet.data)


def test_what_else_comes_over_the_port_of_esp(wire: Any) -> None:
    def over(payload: bytes) -> Packet | None:
        return look(Case(101, "", b""), wire.ip(17, wire.udp(payload, 4500, 4500)))

    assert over(bytes(4) + bytes(28)) is None  # IKE behind the marker
    assert over(b"\xff") is None  # keep-alive
    sip = over(wire.register)
    assert sip is not None
    assert (sip.proto, sip.path) == (17, "raw/ip")


# What tshark 4.0 reads otherwise: name -> why.
EXPLAINED = {
    "pppd": "Wireshark does not know link type 166",
    "ERSPAN III of IP": "tshark names the frame type and leaves the datagram as data",
}


@pytest.mark.tshark
def test_the_frames_are_those_of_tshark(wire: Any, tmp_path: Path) -> None:
    table = cases(wire)
    links = list(dict.fromkeys(case.link for case in table.values()))
    data = wire.section() + b"".join(map(wire.interface, links))
    tell: list[str] = []
    for case in table.values():
        data += wire.enhanced(case.frame, interface=links.index(case.link))
        tell += case.tell
    path = tmp_path / "all.pcapng"
    path.write_bytes(data)
    command = ["tshark", "-n", "-r", str(path), "-Y", "sip || esp", "-T", "fields"]
    command += ["-e", "frame.number", *tell]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = [int(line) for line in output.splitlines()]
    ours = [one.frame for one in open_captures([str(path)]) if isinstance(one, Packet)]
    assert ours == list(range(1, 1 + len(table)))
    names = list(table)
    assert {names[frame - 1] for frame in set(ours) - set(theirs)} == set(EXPLAINED)
