"""TCP and fragments as networks and tests really send them: what is read, and what tshark reads."""

import io
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from struct import pack

import pytest

from analyzer import limits
from analyzer.capture import open_captures
from analyzer.flows.transport import ACK, FIN, PSH, RST, SYN
from analyzer.pipeline import Conductor
from tests.captures import SECOND, Record, analysed, pcap

T = 1_767_225_600 * SECOND
UE, PCSCF = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1))
ETHERNET = bytes(range(2, 14)) + b"\x08\x00"


def message(number: int, body: int = 0, method: str = "MESSAGE") -> bytes:
    """A SIP request; `body` octets of text in it."""
    rows = [
        f"{method} sip:bob@example.org SIP/2.0",
        f"Via: SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bK{number}",
        f"Call-ID: call{number}@192.0.2.10",
        f"CSeq: {number} {method}",
        "From: <sip:alice@example.org>;tag=a",
        "To: <sip:bob@example.org>",
        "Content-Type: text/plain",
        f"Content-Length: {body}",
    ]
    return "\r\n".join([*rows, "", ""]).encode() + b"x" * body


def ip(proto: int, data: bytes, ident: int, fragment: int = 0, *, back: bool = False) -> bytes:
    """An Ethernet frame with an IPv4 datagram, or a fragment of one (`fragment` as on the wire)."""
    ends = PCSCF + UE if back else UE + PCSCF
    head = pack("!BBHHHBBH", 0x45, 0, 20 + len(data), ident, fragment, 64, proto, 0)
    return ETHERNET + head + ends + data


def udp(payload: bytes) -> bytes:
    return pack("!HHHH", 5060, 5060, 8 + len(payload), 0) + payload


@dataclass
class Wire:
    """Frames a millisecond apart, and a TCP connection from the UE on it."""

    initial: int = 1000
    port: int = 40_000
    frames: list[Record] = field(default_factory=list)

    def put(self, frame: bytes, wait: int = SECOND // 1000) -> None:
        time = self.frames[-1][0] if self.frames else T
        self.frames.append((time + wait, frame))

    def tcp(self, at: int, payload: bytes = b"", flags: int = PSH | ACK, **more: int) -> None:
        """A segment; `at` counts from the first octet of the stream (SYN: -1)."""
        seq = (self.initial + 1 + at) & 0xFFFFFFFF
        head = pack("!HHIIBBHHH", self.port, 5060, seq, 1, 0x50, flags, 8192, 0, 0)
        self.put(ip(6, head + payload, len(self.frames) + 1), **more)

    def open(self) -> None:
        self.tcp(-1, flags=SYN)

    def send(self, data: bytes, cuts: Iterable[int] = (), at: int = 0) -> int:
        """All of it in segments; the place behind it."""
        edges = [0, *cuts, len(data)]
        for start, end in pairwise(edges):
            self.tcp(at + start, data[start:end])
        return at + len(data)

    @property
    def capture(self) -> bytes:
        return pcap(self.frames)


def ours(wire: Wire, folder: Path) -> list[int]:
    """The frame of each SIP message."""
    path = folder / "x.pcap"
    path.write_bytes(wire.capture)
    conductor = Conductor()
    conductor.messages = []
    for packet in open_captures([str(path)]):
        conductor.feed(packet)
    conductor.finish()
    return sorted(one.frame for sent in conductor.messages for one in sent.sightings)


def tsharks(wire: Wire, folder: Path) -> list[int]:
    path = folder / "x.pcap"
    path.write_bytes(wire.capture)
    command = ["tshark", "-n", "-r", str(path), "-o", "tcp.reassemble_out_of_order:TRUE"]
    command += ["-Y", "sip", "-T", "fields", "-e", "frame.number", "-e", "sip.CSeq"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in output.splitlines()]
    return [int(frame) for frame, lines in rows for _ in lines.split(",") if lines]


def problems(wire: Wire) -> dict[str, int]:
    (capture,) = analysed(wire.capture).captures
    return {one.kind: one.count for one in capture.problems}


FIRST, SECOND_ONE, THIRD = message(1, 300), message(2, 20), message(3)


def conflicting() -> Wire:
    """Octets sent once more with other contents: what came first stays."""
    wire = Wire()
    wire.open()
    wire.tcp(0, FIRST[:100])
    wire.tcp(50, b"?" * 50 + FIRST[100:150])
    wire.send(FIRST[150:] + SECOND_ONE, at=150)
    return wire


def wrapped() -> Wire:
    """The sequence number goes through zero inside a message."""
    wire = Wire(initial=0xFFFFFFFF - 150)
    wire.open()
    wire.send(FIRST + SECOND_ONE, [100, 200, 300])
    return wire


def kept_alive() -> Wire:
    """RFC 5626 3.5.1 (double CRLF, answered by one), and probes of an octet (RFC 9293 3.8.4)."""
    wire = Wire()
    wire.open()
    at = wire.send(FIRST)
    for _ in range(3):
        at = wire.send(b"\r\n\r\n", at=at)
        wire.tcp(at - 1, b"\0", flags=ACK)
        wire.tcp(at - 1, flags=ACK)
    wire.send(SECOND_ONE + b"\r\n\r\n" + THIRD, at=at)
    return wire


def met_in_the_middle() -> Wire:
    """The capture begins inside a message."""
    wire = Wire()
    wire.tcp(200, FIRST[200:])
    wire.send(SECOND_ONE, at=len(FIRST))
    wire.send(THIRD, at=len(FIRST) + len(SECOND_ONE))
    return wire


def lost() -> Wire:
    """A segment is missing: the message in it is cut, those behind it are read."""
    wire = Wire()
    wire.open()
    wire.tcp(0, FIRST[:200])
    at = len(FIRST)
    for number in range(2, 9):
        at = wire.send(message(number), at=at)
    return wire


def used_again() -> Wire:
    """The same ports once more, with new sequence numbers, after FIN and after RST."""
    wire = Wire()
    for number, (initial, last) in enumerate(((1000, FIN | ACK), (5_000_000, RST), (70, ACK)), 1):
        wire.initial = initial
        wire.open()
        at = wire.send(message(number, 50), [40])
        wire.tcp(at, flags=last)
    return wire


def reset_inside() -> Wire:
    """RST inside a message; then a new connection."""
    wire = Wire()
    wire.open()
    wire.tcp(0, FIRST[:250])
    wire.tcp(250, flags=RST)
    wire.initial = 9_000_000
    wire.open()
    wire.send(SECOND_ONE)
    return wire


def disordered() -> Wire:
    """Three messages in twelve segments, each of these twice, the last ones first."""
    wire = Wire()
    wire.open()
    data = FIRST + SECOND_ONE + THIRD
    size = -(-len(data) // 12)
    for start in reversed(range(0, len(data), size)):
        for _ in range(2):
            wire.tcp(start, data[start : start + size])
    return wire


def many_in_one() -> Wire:
    """Segments with several messages and parts of them."""
    wire = Wire()
    wire.open()
    data = b"".join(message(n, n) for n in range(1, 21))
    wire.send(data, range(1400, len(data), 1400))
    return wire


def fragments(order: Iterable[int] = (), size: int = 1480, body: int = 4000) -> Wire:
    data = udp(message(1, body))
    pieces = [
        (start // 8 | (0x2000 if start + size < len(data) else 0), data[start : start + size])
        for start in range(0, len(data), size)
    ]
    wire = Wire()
    for index in list(order) or range(len(pieces)):
        offset, piece = pieces[index]
        wire.put(ip(17, piece, 7, offset))
    return wire


def huge() -> Wire:
    """The largest datagram: 65 507 octets of SIP in UDP in 65 535 of IP."""
    head = len(message(1, 10_000)) - 10_000
    return fragments(body=65_507 - head)


CASES = {
    "conflicting": (conflicting, {"tcp-overlap": 1}),
    "wrapped": (wrapped, {}),
    "kept alive": (kept_alive, {}),
    "met in the middle": (met_in_the_middle, {}),
    "lost": (lost, {"sip-message-cut": 1}),  # and not as truncated, too
    "used again": (used_again, {}),
    "reset inside": (reset_inside, {"sip-message-cut": 1}),
    "disordered": (disordered, {}),
    "many in one": (many_in_one, {}),
    "fragments": (fragments, {}),
    "fragments backwards": (lambda: fragments((2, 1, 0)), {}),
    "fragments twice": (lambda: fragments((0, 0, 1, 0, 2, 1)), {}),
    "a fragment is missing": (lambda: fragments((0, 2)), {"fragment-missing": 1}),
    "small fragments": (lambda: fragments(size=64, body=8000), {}),
    "the largest datagram": (huge, {}),
}

# What we read otherwise than tshark 4: case -> (frames that only tshark, that only we tell), why.
EXPLAINED: dict[str, tuple[list[int], list[int], str]] = {
    "kept alive": (
        [],
        [12],
        "two messages in a segment with CRLFs between them (RFC 3261 7.5): it shows the first",
    ),
    "lost": (
        [],
        [2, 3, 4, 5, 6, 7, 8, 9],
        "it waits for ever for what is lost; without out-of-order reassembly it shows all but 2",
    ),
    "reset inside": ([], [2], "the head of the message that the RST cut"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_counted(name: str) -> None:
    make, wanted = CASES[name]
    assert problems(make()) == wanted


@pytest.mark.tshark
@pytest.mark.parametrize("name", CASES)
def test_messages_are_those_of_tshark(name: str, tmp_path: Path) -> None:
    wire = CASES[name][0]()
    only_theirs, only_ours, _ = EXPLAINED.get(name, ([], [], ""))
    assert sorted([*ours(wire, tmp_path), *only_theirs]) == sorted(
        [*tsharks(wire, tmp_path), *only_ours]
    )


def test_every_explanation_is_needed() -> None:
    assert set(EXPLAINED) <= set(CASES)
    assert all(why and (theirs or ours) for theirs, ours, why in EXPLAINED.values())


def test_what_came_first_stays() -> None:
    conductor = Conductor()
    conductor.messages = []
    for packet in open_captures([io.BytesIO(conflicting().capture)]):
        conductor.feed(packet)
    conductor.finish()
    assert [one.raw for one in conductor.messages] == [FIRST, SECOND_ONE]


def test_octets_that_differ_behind_a_gap_are_told_too() -> None:
    """Both copies come before the segment that closes the gap."""
    wire = Wire()
    wire.open()
    wire.tcp(100, FIRST[100:200])
    wire.tcp(150, b"?" * 50 + FIRST[200:])
    wire.tcp(0, FIRST[:100])
    assert problems(wire) == {"tcp-overlap": 1}


def test_thousands_of_half_open_connections_hide_nothing(tmp_path: Path) -> None:
    """SYNs without an answer, and connections that say nothing: more than are followed at once."""
    wire = Wire()
    wire.open()
    wire.send(FIRST)
    for number in range(limits.STREAMS + 500):
        wire.port = 1024 + number
        wire.open()
    wire.port = 1000
    wire.open()
    wire.send(SECOND_ONE)
    assert ours(wire, tmp_path) == [2, len(wire.frames)]
    assert problems(wire) == {"tcp-streams": 1}  # the first, which was SIP, is given up
