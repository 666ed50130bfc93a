"""Exported PDUs, as tshark writes them of the samples, and octet by octet."""

import io
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.capture import Packet, open_captures
from analyzer.capture.exported import ExportedPdus
from analyzer.pipeline import Conductor

PCAPS = Path(__file__).parents[2] / "samples" / "pcaps"
OPTIONS = ("esp.enable_null_encryption_decode_heuristic", "tcp.reassemble_out_of_order")
T = 1_700_000_000_000_000_000
CLIENT, SERVER = bytes([192, 0, 2, 10]), bytes([192, 0, 2, 1])


def messages(*sources: Any) -> list[bytes]:
    conductor = Conductor()
    conductor.messages = []
    for item in open_captures(sources):
        conductor.feed(item)
    conductor.finish()
    return [one.raw for one in conductor.messages]


@pytest.mark.tshark
@pytest.mark.parametrize("layer", ["OSI layer 4", "OSI layer 7"])
@pytest.mark.parametrize("name", ["ok_udp_null", "ok_v6_fragments", "ok_tcp_null"])
def test_what_tshark_exports_is_what_was_in_the_capture(
    name: str, layer: str, tmp_path: Path
) -> None:
    path = tmp_path / "exported.pcapng"
    command = ["tshark", "-r", str(PCAPS / f"{name}.pcap"), "-U", layer, "-w", str(path)]
    for option in OPTIONS:
        command += ["-o", f"{option}:TRUE"]
    subprocess.run(command, check=True, capture_output=True)
    exported = messages(str(path))
    assert exported
    if layer == "OSI layer 7" or name != "ok_tcp_null":  # layer 4 exports TCP segments as such
        original = messages(str(PCAPS / f"{name}.pcap"))
        missing = [one for one in original if one not in exported]
        assert (len(exported), missing) == (len(original), [])


def tag(code: int, value: bytes) -> bytes:
    padded = value + bytes(-len(value) % 4)
    return struct.pack(">HH", code, len(padded)) + padded


def number(code: int, value: int) -> bytes:
    return tag(code, struct.pack(">I", value))


def pdu(
    payload: bytes, kind: int = 3, frame: int | None = 1, name: bytes = b"sip", more: bytes = b""
) -> bytes:
    tags = tag(12, name) + tag(20, CLIENT) + tag(21, SERVER) + number(24, kind)
    tags += number(25, 6062) + number(26, 6101) + more
    if frame is not None:
        tags += number(30, frame)
    return tags + tag(0, b"") + payload


def read(wire: Any, *frames: bytes) -> list[Packet]:
    data = wire.pcap([(T, frame) for frame in frames], link=252)
    captures = open_captures([io.BytesIO(data)])
    return [one for one in captures if isinstance(one, Packet)]


def test_a_datagram(wire: Any) -> None:
    (one,) = read(wire, pdu(wire.register))
    assert (one.src, one.dst, one.proto, one.path) == (CLIENT, SERVER, 17, "exported_pdu")
    assert one.data == wire.udp(wire.register, 6062, 6101)


def test_a_message_of_sctp(wire: Any) -> None:
    assert messages(io.BytesIO(wire.pcap([(T, pdu(wire.register, 1))], link=252))) == [
        wire.register
    ]


@pytest.mark.parametrize(("name", "proto"), [(b"udp", 17), (b"tcp", 6), (b"sctp", 132)])
def test_a_transport_with_its_own_header(wire: Any, name: bytes, proto: int) -> None:
    # as `-U "OSI layer 3"` has what was in ESP: the ports of the tags stand in the header as well
    data = {
        17: wire.udp(wire.register, 6062, 6101),
        6: wire.tcp(wire.register, 6062, 6101),
        132: struct.pack(">HHII", 5060, 5060, 1, 0)
        + struct.pack(">BBHIHHI", 0, 3, 16 + len(wire.register), 1, 0, 0, 0)
        + wire.register,
    }[proto]
    (one,) = read(wire, pdu(data, name=name))
    assert (one.src, one.dst, one.proto, one.data) == (CLIENT, SERVER, proto, data)


@pytest.mark.tshark
def test_what_tshark_opened_of_esp_is_read(tmp_path: Path) -> None:
    path = tmp_path / "opened.pcapng"
    command = [
        "tshark",
        "-r",
        str(PCAPS / "ok_udp_null.pcap"),
        "-U",
        "OSI layer 3",
        "-w",
        str(path),
    ]
    subprocess.run([*command, "-o", f"{OPTIONS[0]}:TRUE"], check=True, capture_output=True)
    original = messages(str(PCAPS / "ok_udp_null.pcap"))
    assert messages(str(path)) == original[2:]  # the two before it were in clear


def test_whole_datagrams(wire: Any) -> None:
    inner = wire.ip(17, wire.udp(wire.register))
    for name, payload, path in (
        (b"ip", inner, "exported_pdu/ip"),
        (b"ipv6", wire.ip6(17, wire.udp(wire.register)), "exported_pdu/ip6"),
        (b"eth_withoutfcs", wire.eth(inner), "exported_pdu/eth/ip"),
    ):
        (one,) = read(wire, pdu(payload, name=name))
        assert (one.path, one.data) == (path, wire.udp(wire.register))


def message(call: int, body: int = 0) -> bytes:
    head = f"MESSAGE sip:a SIP/2.0\r\nCall-ID: {call}\r\nContent-Length: {body}\r\n\r\n"
    return head.encode() + b"b" * body


def test_a_segment_with_two_messages_is_exported_twice_and_read_once(wire: Any) -> None:
    segment = message(1, 9) + message(2)
    last = message(4) + message(5, 3)
    frames = [pdu(segment, 2, 7), pdu(segment, 2, 7), pdu(message(3), 2, 8), pdu(last, 2, 9)]
    found = messages(io.BytesIO(wire.pcap([(T + n, f) for n, f in enumerate(frames)], link=252)))
    assert found == [message(1, 9), message(2), message(3), message(4), message(5, 3)]


def test_without_the_number_of_the_frame_nothing_is_taken_for_a_repetition(wire: Any) -> None:
    assert len(read(wire, *[pdu(wire.register, frame=None)] * 2)) == 2
    assert len(read(wire, *[pdu(wire.register)] * 2)) == 1


def test_what_names_no_addresses_is_passed_over(wire: Any) -> None:
    assert read(wire, tag(12, b"sip") + tag(0, b"") + wire.register, b"", b"\0") == []


@given(st.binary(max_size=100), st.integers(0, 3))
def test_any_octets(wire: Any, data: bytes, kind: int) -> None:
    ExportedPdus().read(data)
    read(wire, data, pdu(data, kind), pdu(wire.register, kind, more=data), pdu(data, name=b"ip"))
