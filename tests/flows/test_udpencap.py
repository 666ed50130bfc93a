"""ESP in UDP (RFC 3948), as behind a NAT (TS 33.203 Annex M): from the frame to the SIP in it."""

import struct
import subprocess
from pathlib import Path

import pytest

from analyzer.capture import Packet, open_captures
from analyzer.capture.decap import decapsulate
from analyzer.capture.problems import Problems
from analyzer.flows import Flows
from analyzer.flows.datagram import Datagram, EspSeen
from analyzer.keys.sa_table import SaTable
from tests.captures import pcap

SIP = b"REGISTER sip:ims.example SIP/2.0\r\nCall-ID: 1\r\n\r\n"
OUTER = b"\xc0\0\2\x0a\xc0\0\2\1"
INNER = b"\x0a\0\0\x0a\xc0\0\2\1"
T = 1_700_000_000_000_000_000


def ip(proto: int, data: bytes, ends: bytes = OUTER, fragment: int = 0) -> bytes:
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), 7, fragment, 64, proto, 0)
    return head + ends + data


def udp(data: bytes, sport: int, dport: int) -> bytes:
    return struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data


def esp(data: bytes, proto: int) -> bytes:
    """NULL encryption; padded to four octets, twelve octets of ICV."""
    pad = -(len(data) + 2) % 4
    trailer = bytes(range(1, pad + 1)) + bytes((pad, proto))
    return struct.pack(">II", 0x1001, 1) + data + trailer + bytes(12)


TRANSPORT = esp(udp(SIP, 6062, 6101), 17)
TUNNEL = esp(ip(17, udp(SIP, 6062, 6101), INNER), 4)


def look(frame: bytes) -> Packet:
    found = decapsulate(
        frame, 101, capture=0, frame=1, time=0, interface=0, cut=False, problems=Problems([])
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("inside", "src", "path"),
    [
        (TRANSPORT, OUTER[:4], "raw/ip/udp/udpencap/esp/udp"),
        (TUNNEL, INNER[:4], "raw/ip/udp/udpencap/esp/ip/udp"),
    ],
)
def test_the_esp_and_what_it_holds(inside: bytes, src: bytes, path: str) -> None:
    seen, datagram = Flows(SaTable()).feed(look(ip(17, udp(inside, 4500, 4500))))
    assert isinstance(seen, EspSeen)
    assert (seen.spi, seen.seq, seen.path) == (0x1001, 1, "raw/ip/udp/udpencap/esp")
    assert (seen.src, seen.opened, seen.sport, seen.dport) == (OUTER[:4], "null", 6062, 6101)
    assert isinstance(datagram, Datagram)
    assert (datagram.payload, datagram.src, datagram.path) == (SIP, src, path)
    assert (datagram.protection, datagram.spi) == ("esp-null", 0x1001)


def test_fragments_of_the_udp_around_it() -> None:
    whole = udp(TUNNEL, 4500, 40000)
    flows = Flows(SaTable())
    assert flows.feed(look(ip(17, whole[:48], fragment=0x2000))) == []
    seen, datagram = flows.feed(look(ip(17, whole[48:], fragment=6)))
    assert isinstance(seen, EspSeen)
    assert seen.path == "raw/ip/udp/udpencap/esp"
    assert isinstance(datagram, Datagram)
    assert datagram.payload == SIP


@pytest.mark.tshark
def test_frames_and_spis_are_those_of_tshark(tmp_path: Path) -> None:
    frames = [
        ip(17, udp(TRANSPORT, 4500, 4500)),
        ip(17, udp(TUNNEL, 40000, 4500)),
        ip(17, udp(b"\xff", 4500, 4500)),
        ip(17, udp(bytes(4) + bytes(28), 4500, 4500)),
        ip(17, udp(SIP, 4500, 4500)),
    ]
    path = tmp_path / "nat.pcap"
    path.write_bytes(pcap([(T + n, frame) for n, frame in enumerate(frames)], 101))
    command = ["tshark", "-n", "-r", str(path), "-Y", "esp", "-T", "fields"]
    command += ["-e", "frame.number", "-e", "esp.spi"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = [line.split("\t") for line in output.splitlines()]
    flows = Flows(SaTable())
    ours = [
        [str(flow.frame), f"0x{flow.spi:08x}"]
        for packet in open_captures([str(path)])
        if isinstance(packet, Packet)
        for flow in flows.feed(packet)
        if isinstance(flow, EspSeen)
    ]
    # tshark takes frame 5, SIP that came to use the port, for ESP with the SPI "REGI".
    assert [*ours, ["5", "0x52454749"]] == theirs
