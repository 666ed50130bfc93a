"""SIP over WebSocket: behind the upgrade, masked or not, in any pieces."""

import random
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.capture import open_captures
from analyzer.capture.packet import Packet
from analyzer.capture.scan import is_candidate, websocket_data
from analyzer.flows import Flows
from analyzer.flows.datagram import Datagram
from analyzer.keys.sa_table import SaTable
from analyzer.pipeline import Conductor
from tests.captures import pcap

UPGRADE = (
    b"GET /sip HTTP/1.1\r\nHost: pcscf.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n"
)
SWITCHED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
)
T = 1_700_000_000_000_000_000


def message(number: int, body: bytes = b"") -> bytes:
    return (
        b"REGISTER sip:ims.example SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK%d\r\n"
        b"From: <sip:a@ims.example>;tag=1\r\nTo: <sip:a@ims.example>\r\nCall-ID: %d\r\n"
        b"CSeq: 1 REGISTER\r\nContent-Length: %d\r\n\r\n" % (number, number, len(body))
    ) + body


def frame(data: bytes, mask: bytes = b"", opcode: int = 1, fin: int = 0x80) -> bytes:
    masked = 0x80 if mask else 0
    if len(data) < 126:
        head = struct.pack(">BB", fin | opcode, masked | len(data))
    elif len(data) < 1 << 16:
        head = struct.pack(">BBH", fin | opcode, masked | 126, len(data))
    else:
        head = struct.pack(">BBQ", fin | opcode, masked | 127, len(data))
    if mask:
        data = bytes(octet ^ mask[n % 4] for n, octet in enumerate(data))
    return head + mask + data


MASKS = [b"", b"\x37\xfa\x21\x3d", bytes(4)]


def segments(pieces: list[bytes], sport: int = 40000, dport: int = 80) -> list[Packet]:
    src, dst = b"\xc0\0\2\x0a", b"\xc0\0\2\1"
    at, found = 1000, []
    for number, data in enumerate(pieces, 1):
        tcp = struct.pack(">HHIIBBHHH", sport, dport, at, 1, 0x50, 0x18, 1000, 0, 0) + data
        found.append(Packet(0, number, number, 0, "raw/ip", src, dst, 6, tcp))
        at += len(data)
    return found


def through(packets: list[Packet]) -> list[Datagram]:
    flows = Flows(SaTable())
    found = []
    for packet in packets:
        found += flows.feed(packet)
    found += flows.finish()
    return [one for one in found if isinstance(one, Datagram)]


@pytest.mark.parametrize("mask", MASKS)
def test_messages_behind_the_upgrade(mask: bytes) -> None:
    pieces = [UPGRADE, frame(message(1), mask), frame(message(2), mask) + frame(message(3), mask)]
    found = through(segments(pieces))
    assert [one.payload for one in found] == [message(1), message(2), message(3)]
    assert {(one.transport, one.path) for one in found} == {("ws", "raw/ip/tcp/websocket")}
    assert [(one.frame, one.frames) for one in found] == [(2, ()), (3, ()), (3, ())]


@pytest.mark.parametrize("mask", MASKS)
def test_messages_of_a_capture_begun_later(mask: bytes) -> None:
    found = through(segments([frame(message(1), mask), frame(message(2), mask)]))
    assert [one.payload for one in found] == [message(1), message(2)]


@given(
    st.sampled_from(MASKS),
    st.lists(st.integers(1, 900), max_size=20),
    st.randoms(use_true_random=False),
)
def test_any_pieces(mask: bytes, cuts: list[int], chance: random.Random) -> None:
    octets = UPGRADE
    for number in range(4):
        whole = message(number, b"b" * chance.randrange(300))
        end = chance.randrange(1, len(whole))
        octets += frame(whole[:end], mask, 1, 0) + frame(b"", mask, 9)
        octets += frame(whole[end:], mask, 0) + frame(b"still here", mask, 10)
    pieces, at = [], 0
    for size in [len(UPGRADE), *cuts]:
        pieces.append(octets[at : at + size])
        at += size
    pieces.append(octets[at:])
    found = through(segments([piece for piece in pieces if piece]))
    assert [one.payload.split(b"\r\n")[4] for one in found] == [
        b"Call-ID: %d" % n for n in range(4)
    ]
    assert not any(one.truncated for one in found)


def test_what_is_lost_in_a_gap_is_all_that_is_lost() -> None:
    whole = [message(n, b"b" * 600) for n in range(4)]
    frames = [frame(one, MASKS[1]) for one in whole]
    packets = segments([UPGRADE, *frames])
    del packets[2]
    assert [one.payload for one in through(packets)] == [whole[0], *whole[2:]]
    packets = segments([UPGRADE, frames[0][:500], frames[0][500:], *frames[1:]])
    del packets[2]
    found = through(packets)
    assert [(one.payload, one.truncated) for one in found] == [
        (whole[0][: 500 - 8], True),
        *[(one, False) for one in whole[1:]],
    ]


def test_compressed_and_endless_frames_are_named() -> None:
    flows = Flows(SaTable())
    compressed = frame(message(1), MASKS[1], 0x41)
    endless = struct.pack(">BBQ", 0x81, 127, 1 << 40)
    for packet in segments([UPGRADE, compressed, frame(message(2)), endless, b"x" * 1000]):
        flows.feed(packet)
    kinds = {problem.kind for _, problem in flows.problems}
    assert kinds == {"websocket-compressed", "websocket-too-long"}


def test_directions_are_bounded() -> None:
    flows = Flows(SaTable())
    for port in range(limits.UNFINISHED + 20):
        for packet in segments([frame(message(1))[:-5]], 1024 + port):
            flows.feed(packet)
    assert len(flows._websockets._directions) == limits.UNFINISHED


@given(st.binary(max_size=200))
def test_any_octets(data: bytes) -> None:
    through(segments([UPGRADE, data]) if data else [])
    through(segments([frame(message(1)) + data, *([data] if data else [])]))
    assert websocket_data(data) is None or data[0] in (0x81, 0x82, 1, 2)


def test_a_frame_is_a_candidate_on_any_port_and_other_octets_are_not() -> None:
    for mask in MASKS:
        for opcode, fin in ((1, 0x80), (2, 0x80), (1, 0)):
            (packet,) = segments([frame(message(1), mask, opcode, fin)])
            assert is_candidate(6, packet.data, 0, len(packet.data), -1)
    (packet,) = segments([frame(b"\x00" * 99)])
    assert not is_candidate(6, packet.data, 0, len(packet.data), -1)


@pytest.mark.tshark
@pytest.mark.parametrize("mask", MASKS[:2])
def test_messages_are_those_of_tshark(mask: bytes, tmp_path: Path) -> None:
    def ip(tcp: bytes, back: bool = False) -> bytes:
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0)
        ends = b"\xc0\0\2\x0a", b"\xc0\0\2\1"
        return head + b"".join(reversed(ends) if back else ends) + tcp

    client = segments([UPGRADE, frame(message(1), mask), frame(message(2), mask)], 40000, 5060)
    (answer,) = segments([SWITCHED], 5060, 40000)
    packets = [ip(client[0].data), ip(answer.data, True), *(ip(one.data) for one in client[1:])]
    path = tmp_path / "ws.pcap"
    path.write_bytes(pcap([(T + n * 1_000_000_000, data) for n, data in enumerate(packets)], 101))
    command = ["tshark", "-n", "-r", str(path), "-d", "tcp.port==5060,http", "-Y", "sip"]
    command += ["-T", "fields", "-e", "frame.number"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    conductor = Conductor()
    conductor.messages = []
    for item in open_captures([str(path)]):
        conductor.feed(item)
    conductor.finish()
    assert [one.frame for one in conductor.messages] == list(map(int, output.split())) == [3, 4]
