"""What the plugin takes out of Wireshark's dissection is what the native reader finds."""

from pathlib import Path
from typing import NamedTuple

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw
from scapy.utils import wrpcap

from analyzer.capture import open_captures
from analyzer.pipeline import Conductor
from analyzer.sip import SipMessage
from tests.captures import SAMPLES
from tests.parity.engines import PREFERENCES
from tests.wireshark.plugin.tellers import told

pytestmark = pytest.mark.tshark

PROFILE = [word for item in PREFERENCES.items() for word in ("-o", "{}:{}".format(*item))]


class Found(NamedTuple):
    """One message, as either of them tells it."""

    frame: int
    time: int  # ns since the first frame
    ports: str
    protection: str
    sa: str  # SPI, and sequence number where one packet held it
    frames: tuple[int, ...]  # with more than one
    octets: str


def _frames(frames: list[int]) -> tuple[int, ...]:
    return tuple(sorted(frames)) if len(frames) > 1 else ()


def plugin(capture: Path) -> list[Found]:
    """By the plugin."""
    found = []
    for line in told(capture, "-V", *PROFILE):
        kind, *rest = line.split(" ")
        if kind == "SIP" and len(rest) == 7:
            frame, time, ports, protection, sa, frames, octets = rest
            carriers = [int(one) for one in frames.strip("[]").split(",") if one]
            sa = sa.split("/")[0] if len(carriers) > 1 else sa
            found.append(
                Found(int(frame), int(time), ports, protection, sa, _frames(carriers), octets)
            )
    return found


def native(capture: Path) -> list[Found]:
    """By the native reader."""
    conductor = Conductor()
    heard: list[SipMessage] = []
    conductor.messages = heard
    packets = open_captures([str(capture)])
    for packet in packets:
        conductor.feed(packet)
    conductor.finish()
    start = packets.infos[0].first_time or 0
    return [
        Found(
            message.frame, message.time - start, f"{message.sport}>{message.dport}",
            message.protection, _sa(message), _frames(list(message.frames)), message.raw.hex(),
        )
        for message in heard
    ]  # fmt: skip


def _sa(message: SipMessage) -> str:
    return f"{message.spi}" if len(message.frames) > 1 else f"{message.spi}/{message.seq}"


@pytest.mark.parametrize(
    "name",
    [
        "ok_null", "ok_tcp_null", "ok_gtp_null", "ok_udp_fragments", "ok_v6_fragments", "ok_gre",
        "ok_vxlan", "ok_udpencap", "ok_sll2", "ok_raw", "esp_tunnel",
    ],
)  # fmt: skip
def test_samples(name: str) -> None:
    capture = SAMPLES / "pcaps" / f"{name}.pcap"
    expected = native(capture)
    assert len(expected) > 1
    assert plugin(capture) == expected


REQUEST = (
    "{0} sip:ims.example SIP/2.0\r\nVia: SIP/2.0/{1} 192.0.2.10;branch=z9hG4bK{2}\r\n"
    "From: <sip:a@ims.example>;tag=1\r\nTo: <sip:a@ims.example>\r\nCall-ID: {2}\r\n"
    "CSeq: 1 {0}\r\nMax-Forwards: 70\r\n"
    "Security-Client: ipsec-3gpp;alg=hmac-md5-96;spi-c=1;spi-s=2;port-c=3;port-s=4\r\n"
    "Content-Length: 0\r\n\r\n"
)


def request(name: str, transport: str = "UDP") -> bytes:
    return REQUEST.format("REGISTER", transport, name).encode()


def written(folder: Path, *packets: Packet) -> Path:
    """A capture of these packets, a tenth of a second apart."""
    for number, packet in enumerate(packets):
        packet.time = 1_700_000_000 + number / 10
    path = folder / "capture.pcap"
    wrpcap(str(path), list(packets))
    return path


def ethernet() -> Packet:
    return Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")


def ip(src: str = "192.0.2.10", dst: str = "192.0.2.1") -> Packet:
    return ethernet() / IP(src=src, dst=dst, id=7)


def test_several_messages_of_one_segment(tmp_path: Path) -> None:
    octets = [request("a", "TCP"), request("bb", "TCP"), request("ccc", "TCP")]
    segment = ip() / TCP(sport=40000, dport=5060, flags="PA", seq=1) / Raw(b"".join(octets))
    found = plugin(written(tmp_path, segment))
    assert [one.octets for one in found] == [one.hex() for one in octets]
    assert {one.frame for one in found} == {1}


def test_a_message_and_the_beginning_of_the_next(tmp_path: Path) -> None:
    first, second = request("a", "TCP"), request("b", "TCP")
    both = first + second
    cut = len(first) + 100
    found = plugin(
        written(
            tmp_path,
            ip() / TCP(sport=40000, dport=5060, flags="PA", seq=1) / Raw(both[:cut]),
            ip() / TCP(sport=40000, dport=5060, flags="PA", seq=1 + cut) / Raw(both[cut:]),
        )
    )
    assert [(one.frame, one.octets) for one in found] == [(1, first.hex()), (2, second.hex())]
    assert found[1].frames == (1, 2)


def test_sip_quoted_by_an_icmp_error_is_no_message(tmp_path: Path) -> None:
    inner = IP(src="192.0.2.10", dst="192.0.2.1") / UDP(sport=5060, dport=5060) / request("a")
    error = ip("192.0.2.1", "192.0.2.10") / ICMP(type=3, code=3) / inner
    assert plugin(written(tmp_path, error)) == []


def test_a_copy_at_another_tap_is_taken_down_as_wireshark_shows_it(tmp_path: Path) -> None:
    packet = ip() / UDP(sport=5060, dport=5060) / request("a")
    found = plugin(written(tmp_path, packet, packet.copy()))
    assert [one.frame for one in found] == [1, 2]
    assert found[0].octets == found[1].octets == request("a").hex()


def test_octets_that_are_no_text(tmp_path: Path) -> None:
    octets = request("a").replace(b"alg=", b"\x00%s]]\"'\xff=")
    found = plugin(written(tmp_path, ip() / UDP(sport=5060, dport=5060) / Raw(octets)))
    assert [one.octets for one in found] == [octets.hex()]
