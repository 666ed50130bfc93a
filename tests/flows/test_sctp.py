"""SIP over SCTP: messages in one chunk and in several, in any order, within bounds."""

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
from analyzer.flows import Flows
from analyzer.flows.datagram import Datagram
from analyzer.flows.problems import Problems
from analyzer.flows.sctp import Associations
from analyzer.keys.sa_table import SaTable
from analyzer.pipeline import Conductor
from tests.captures import pcap

REGISTER = (
    b"REGISTER sip:ims.example SIP/2.0\r\nVia: SIP/2.0/SCTP 192.0.2.10:5060;branch=z9hG4bK1\r\n"
    b"From: <sip:a@ims.example>;tag=1\r\nTo: <sip:a@ims.example>\r\nCall-ID: 1\r\n"
    b"CSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"
)
T = 1_700_000_000_000_000_000


def chunk(tsn: int, data: bytes, flags: int = 3) -> bytes:
    size = 16 + len(data)
    return struct.pack(">BBHIHHI", 0, flags, size, tsn, 0, 0, 0) + data + bytes(-size % 4)


def pieces(tsn: int, data: bytes, size: int) -> list[bytes]:
    """The chunks of one message in pieces of `size` octets."""
    starts = range(0, len(data), size)
    return [
        chunk(
            (tsn + n) & 0xFFFFFFFF,
            data[at : at + size],
            2 * (at == 0) | (at + size >= len(data)),
        )
        for n, at in enumerate(starts)
    ]


def header(sport: int = 5060, dport: int = 5060) -> bytes:
    return struct.pack(">HHII", sport, dport, 77, 0)


def packet(data: bytes, frame: int = 1, time: int = 0, **more: object) -> Packet:
    src, dst = b"\xc0\0\2\x0a", b"\xc0\0\2\1"
    return Packet(0, frame, time, 0, "raw/ip", src, dst, 132, data, **more)  # type: ignore[arg-type]


def datagrams(*data: bytes) -> list[Datagram]:
    flows = Flows(SaTable())
    found = []
    for number, one in enumerate(data, 1):
        found += flows.feed(packet(header() + one, number))
    assert all(isinstance(one, Datagram) for one in found)
    return [one for one in found if isinstance(one, Datagram)]


def test_a_message_in_one_chunk() -> None:
    sack = b"\3\0\0\x10" + bytes(12)
    (one,) = datagrams(sack + chunk(5, REGISTER))
    assert (one.transport, one.path, one.payload) == ("sctp", "raw/ip/sctp", REGISTER)
    assert (one.sport, one.dport, one.frame, one.frames) == (5060, 5060, 1, ())
    two = datagrams(chunk(5, REGISTER) + chunk(6, REGISTER))
    assert [one.payload for one in two] == [REGISTER, REGISTER]


def test_a_chunk_sent_again_is_passed_over() -> None:
    assert len(datagrams(chunk(5, REGISTER), chunk(5, REGISTER), chunk(6, REGISTER))) == 2


@given(st.integers(0, 0xFFFFFFFF), st.integers(20, 200), st.randoms(use_true_random=False))
def test_fragments_in_any_order(tsn: int, size: int, chance: random.Random) -> None:
    parts = list(enumerate(pieces(tsn, REGISTER, size), 1))
    chance.shuffle(parts)
    associations = Associations(Problems())
    found = []
    for frame, part in parts:
        found += associations.feed(packet(header() + part, frame))
    (one,) = found
    assert one.data == REGISTER
    assert sorted(one.frames or (1,)) == list(range(1, 1 + len(parts)))


def test_messages_next_to_one_another_are_kept_apart() -> None:
    second = REGISTER.replace(b"Call-ID: 1", b"Call-ID: 2")
    parts = pieces(1, REGISTER, 60)
    more = pieces(1 + len(parts), second, 60)
    found = datagrams(*more, *parts)
    assert [one.payload for one in found] == [second, REGISTER]


def test_what_is_incomplete_is_told() -> None:
    problems = Problems()
    associations = Associations(problems)
    parts = pieces(1, REGISTER, 60)
    for part in parts[:-1]:
        assert associations.feed(packet(header() + part)) == []
    associations.advance(limits.FRAGMENT_LIFE + 1)
    assert associations.feed(packet(header() + parts[-1], time=limits.FRAGMENT_LIFE + 1)) == []
    associations.finish()
    ((_, problem),) = problems
    assert (problem.kind, problem.count) == ("sctp-fragment-missing", len(parts))


def test_fragments_that_never_complete_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHUNKS_BUFFER", 100_000)
    problems = Problems()
    associations = Associations(problems)
    for number in range(20_000):
        part = chunk(number, b"x" * 40, 0)
        associations.feed(packet(header(number % 7 + 1) + part))
    held = sum(len(one.held) for one in associations._directions.values())
    assert held * 200 <= 100_000 + 7 * 200
    ((_, problem),) = problems
    assert (problem.kind, problem.count) == ("sctp-fragment-missing", 20_000 - held)


def test_directions_are_bounded() -> None:
    associations = Associations(Problems())
    for number in range(limits.ASSOCIATIONS + 10):
        one = packet(header(*divmod(number + (1 << 16), 1 << 16)) + chunk(1, b"x", 2))
        associations.feed(one)
    assert len(associations._directions) == limits.ASSOCIATIONS


@given(st.binary(max_size=120))
def test_any_octets(data: bytes) -> None:
    flows = Flows(SaTable())
    flows.feed(packet(data))
    flows.feed(packet(header() + data))
    flows.finish()


def test_a_cut_chunk_is_truncated() -> None:
    whole = header() + chunk(1, REGISTER)
    flows = Flows(SaTable())
    (one,) = flows.feed(packet(whole[:-30], truncated=True))
    assert isinstance(one, Datagram)
    assert one.truncated


@pytest.mark.tshark
def test_messages_are_those_of_tshark(tmp_path: Path) -> None:
    def ip(data: bytes) -> bytes:
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), 1, 0, 64, 132, 0)
        return head + b"\xc0\0\2\x0a\xc0\0\2\1" + data

    other = [REGISTER.replace(b"Call-ID: 1", b"Call-ID: %d" % n) for n in (2, 3, 4)]
    one, *rest = pieces(10, other[2], 100)
    frames = [chunk(1, REGISTER), chunk(2, other[0]) + chunk(3, other[1]), one, *rest]
    path = tmp_path / "sctp.pcap"
    records = [(T + n * 1_000_000_000, ip(header() + data)) for n, data in enumerate(frames)]
    path.write_bytes(pcap(records, 101))
    command = ["tshark", "-n", "-r", str(path), "-o", "sctp.reassembly:TRUE", "-Y", "sip"]
    command += ["-T", "fields", "-e", "frame.number", "-e", "sip.CSeq"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs: list[int] = []
    for line in output.splitlines():
        number, sequences = line.split("\t")
        theirs += [int(number)] * len(sequences.split(","))
    conductor = Conductor()
    conductor.messages = []
    for item in open_captures([str(path)]):
        conductor.feed(item)
    conductor.finish()
    assert conductor.reader.sightings[0] == 4
    assert [message.frame for message in conductor.messages] == theirs
