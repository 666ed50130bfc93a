"""Record walk: against tshark on real files, and hand-made files for every variant."""

import io
import random
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer import limits
from analyzer.capture.packet import Problem
from analyzer.capture.problems import Problems
from analyzer.capture.records import read_records
from analyzer.capture.walk import Record, Walk
from tests.listed import Rows, by_tshark, listed

REAL = sorted((Path(__file__).parents[2] / "samples" / "real").glob("*.pcap*"))
T = 1_700_000_000_000_000_000


def walk(data: bytes, every: bool = True) -> tuple[list[Record], list[Problem], Walk]:
    problems: list[Problem] = []
    it = Walk(io.BytesIO(data), Problems(problems), every=every)
    return list(read_records(it)), problems, it


def told(record: Record) -> tuple[int, int, int, int, bytes, bool]:
    return (
        record.frame, record.time, record.interface, record.link_type, record.data, record.cut
    )  # fmt: skip


def times(rows: Rows) -> list[tuple[int, int]]:
    """Frames with their times; what has none, such as a journal entry, is left out."""
    return [(number, int(time.replace(".", ""))) for number, (time, *_) in rows if time]


no_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="needs tshark")


@pytest.mark.tshark
@no_tshark
def test_real_captures_have_the_frames_and_times_of_tshark() -> None:
    for path, rows in listed(REAL, ["frame.time_epoch"]).items():
        records, problems, _ = walk(path.read_bytes())
        assert not problems
        assert [(record.frame, record.time) for record in records] == times(rows), path.name


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("nano", [False, True])
def test_pcap_in_both_byte_orders_and_resolutions(wire: Any, order: str, nano: bool) -> None:
    frames = [(T + 123_456_000, b"a" * 60), (T + 123_457_001, b"b" * 61)]
    records, problems, it = walk(wire.pcap(frames, order=order, nano=nano, link=113))
    assert not problems
    assert it.format == "pcap"
    last = T + 123_457_001 if nano else T + 123_457_000
    assert list(map(told, records)) == [
        (1, T + 123_456_000, 0, 113, b"a" * 60, False),
        (2, last, 0, 113, b"b" * 61, False),
    ]
    assert (it.first_time, it.last_time) == (T + 123_456_000, last)


def test_snap_length_and_frame_check_bits(wire: Any) -> None:
    data = bytearray(wire.pcap([(T, b"a" * 100)], snap=40))
    data[20:24] = struct.pack("<I", 1 | 4 << 28 | 1 << 26)
    records, _, _ = walk(bytes(data))
    assert list(map(told, records)) == [(1, T, 0, 1, b"a" * 40, True)]


def odd_pcapngs(wire: Any) -> dict[str, bytes]:
    frame = bytes(range(97))
    epb = wire.enhanced(frame)
    start = wire.section() + wire.interface() + epb
    old = struct.pack("<HHIIII", 0, 3, 1_700_000_000_000_000 >> 32, 1, 97, 97)
    return {
        "big endian": wire.section(">")
        + wire.interface(order=">")
        + wire.enhanced(frame, order=">"),
        "two sections": start
        + wire.section(">")
        + wire.interface(order=">")
        + wire.enhanced(frame, order=">") * 2,
        "obsolete packet block": start + wire.block(2, old + frame),
        "journal and custom blocks": start
        + wire.block(9, b"__REALTIME_TIMESTAMP=1700000000000000\nMESSAGE=hi\n")
        + wire.block(0xBAD, bytes(8))
        + epb,
        "unknown blocks": start + wire.block(0x777, b"data") + wire.block(4, bytes(4)) + epb,
        "comments": wire.section()
        + wire.interface(1, (1, b"comment"))
        + wire.enhanced(frame, options=struct.pack("<HH8sHH", 1, 7, b"comment", 0, 0)),
        "microseconds as 10^-6, nanoseconds, 2^-20, 10^-3 with offset, 10^-12": wire.section()
        + wire.interface(1, (9, b"\x06"))
        + wire.interface(1, (9, b"\x09"))
        + wire.interface(1, (9, b"\x94"))
        + wire.interface(1, (9, b"\x03"), (14, struct.pack("<q", 1000)))
        + wire.interface(1, (9, b"\x0c"))
        + epb
        + wire.enhanced(frame, T + 1, 1)
        + wire.enhanced(frame, (1_700_000_000 << 20) + 12345, 2)
        + wire.enhanced(frame, 1_700_000_000_001, 3)
        + wire.enhanced(frame, 1_700_000_000_000_000_123, 4)
        + epb,
        "seconds going back": start + wire.enhanced(frame, 1_600_000_000_000_000) + epb,
    }


@pytest.mark.tshark
@no_tshark
def test_pcapng_has_the_frames_and_times_of_tshark(wire: Any, tmp_path: Path) -> None:
    for name, data in odd_pcapngs(wire).items():
        path = tmp_path / "odd.pcapng"
        path.write_bytes(data)
        records, problems, it = walk(data)
        expected = times(by_tshark(path, ["frame.time_epoch"]))
        assert not problems, name
        found = {record.frame: record.time for record in records}
        events = {9: 2, 0xBAD: 3} if name.startswith("journal") else {}
        assert found == {n: t for n, t in expected if n not in events.values()}, name
        assert it.frames == expected[-1][0], name


def test_simple_packet_block_has_the_snap_length_and_the_time_before(wire: Any) -> None:
    frame = b"a" * 97
    start = wire.section() + wire.interface(snap=60) + wire.enhanced(frame[:60])
    records, problems, _ = walk(start + wire.block(3, struct.pack("<I", 97) + frame[:60]))
    assert not problems
    assert told(records[1]) == (2, T, 0, 1, frame[:60], True)


def test_interfaces_are_numbered_over_sections(wire: Any) -> None:
    part = wire.section() + wire.interface() + wire.interface(101) + wire.enhanced(b"a" * 60, 0, 1)
    records, _, it = walk(part + part)
    assert [(record.interface, record.link_type) for record in records] == [(1, 101), (3, 101)]
    assert list(it.link_types) == [1, 101]


def test_interleaved_interfaces_of_different_kinds(wire: Any) -> None:
    packet = wire.ip(17, wire.udp(wire.register))
    data = wire.section() + wire.interface(1) + wire.interface(101) + wire.interface(1)
    for number in range(30):
        frame = packet if number % 3 == 1 else wire.eth(packet)
        data += wire.enhanced(frame, interface=number % 3)
    records, problems, _ = walk(data, every=False)
    assert not problems
    assert [record.frame for record in records] == list(range(1, 31))
    assert [record.interface for record in records] == [0, 1, 2] * 10


@pytest.mark.parametrize(
    ("name", "kind", "frame", "read"),
    [
        ("unknown interface", "unknown-interface", 2, [1, 3]),
        ("captured too long", "bad-length", 2, [1, 2, 3]),
        ("lengths differ", "bad-length", 2, [1, 3]),
        ("length too short", "bad-length", 2, [1, 3]),
        ("length beyond the end", "cut-short", 2, [1, 3]),
        ("time after 2262", "bad-time", 2, [1, 2, 3]),
        ("section without byte order", "bad-block", 2, [1, 3]),
        ("packet block without fields", "bad-length", 2, [1, 3]),
    ],
)
def test_nonsense_in_pcapng(wire: Any, name: str, kind: str, frame: int, read: list[int]) -> None:
    good = wire.enhanced(b"a" * 60)
    bad = {
        "unknown interface": wire.enhanced(b"b" * 60, interface=5),
        "captured too long": wire.enhanced(b"b" * 60, captured=5000),
        "lengths differ": good[:-4] + bytes(4),
        "length too short": good[:4] + struct.pack("<I", 8) + good[8:],
        "length beyond the end": good[:4] + struct.pack("<I", 5000) + good[8:],
        "time after 2262": wire.enhanced(b"b" * 60, 1 << 63),
        "section without byte order": wire.block(0x0A0D0D0A, bytes(16)),
        "packet block without fields": wire.block(6, bytes(8)),
    }[name]
    start = wire.section() + wire.interface() + good
    records, problems, it = walk(start + bad + good)
    assert [(problem.kind, problem.frame) for problem in problems] == [(kind, frame)]
    assert problems[0].offset in (None, len(start))
    assert [record.frame for record in records] == read
    assert it.frames == 3


def test_nonsense_in_pcap_is_skipped(wire: Any) -> None:
    frames = [(T + number, b"a" * 60) for number in range(6)]
    data = bytearray(wire.pcap(frames, nano=True))
    at = 24 + 2 * 76
    data[at + 8 : at + 12] = struct.pack("<I", limits.RECORD + 1)
    records, problems, it = walk(bytes(data))
    assert [record.frame for record in records] == [1, 2, 4, 5, 6]
    assert [(p.kind, p.frame, p.offset) for p in problems] == [("bad-length", 3, at)]
    assert it.frames == 6


@pytest.mark.parametrize("every", [True, False])
@pytest.mark.parametrize("size", [64, 1 << 16, 1 << 25])
def test_zeros_in_pcap_are_no_records(wire: Any, size: int, every: bool) -> None:
    # blocks that were allotted to the file and never written; 32 MiB of them end the search
    second = 1_000_000_000
    data = wire.pcap([(T + number * second, b"a" * 60) for number in range(4)])
    at = 24 + 2 * 76
    records, problems, it = walk(data[:at] + bytes(size) + data[at:], every)
    assert [(p.kind, p.frame, p.offset) for p in problems] == [("bad-length", 3, at)]
    assert len(records) == (4 if size < limits.RESYNC else 2)
    assert it.frames == (5 if size < limits.RESYNC else 2)
    assert it.last_time == T + (3 if size < limits.RESYNC else 1) * second


@pytest.mark.parametrize("order", "<>")
def test_a_record_is_looked_for_behind_a_time_beyond_all_times(wire: Any, order: str) -> None:
    head = wire.pcap([], order=order)
    late = struct.pack(f"{order}IIII", 0xFFFFFFFF, 0xFFFFFFFF, 4, 4) + b"late"
    bad = struct.pack(f"{order}IIII", 0, 0, 0xFFFFFFFF, 0) + bytes(40)
    good = struct.pack(f"{order}IIII", 0xFFFFFFF0, 0, 4, 4) + b"good"
    records, problems, it = walk(head + late + bad + good)
    assert [(record.frame, record.data) for record in records] == [(1, b"late"), (3, b"good")]
    assert [problem.kind for problem in problems] == ["bad-length"]
    assert (it.frames, it.lost) == (3, 1)


def test_every_prefix(wire: Any) -> None:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    head = wire.section() + wire.interface()
    files = {
        "pcap": (wire.pcap([(T, frame)] * 3), 24, 16 + len(frame)),
        "pcapng": (head + wire.enhanced(frame) * 3, len(head), len(wire.enhanced(frame))),
    }
    for data, start, size in files.values():
        for end in range(len(data) + 1):
            records, problems, _ = walk(data[:end], every=False)
            whole, rest = divmod(max(end - start, 0), size)
            assert len(records) == whole
            if end >= start:
                assert [p.kind for p in problems] == ["cut-short"] * (rest > 0)
                assert all((p.frame, p.offset) == (whole + 1, end - rest) for p in problems)
            elif end < 4:
                assert [p.kind for p in problems] == ["not-a-capture"]


def test_too_many_interfaces_are_a_problem(wire: Any) -> None:
    data = wire.section() + wire.interface() * (limits.INTERFACES + 2)
    _, problems, _ = walk(data)
    assert [(problem.kind, problem.count) for problem in problems] == [("interfaces", 2)]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutations_raise_nothing(wire: Any, data: st.DataObject) -> None:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    original = data.draw(
        st.sampled_from(
            [
                wire.pcap([(T, frame)] * 4),
                wire.section() + wire.interface(1, (9, b"\x09")) + wire.enhanced(frame) * 4,
            ]
        )
    )
    mutated = bytearray(original)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        mutated[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    records, problems, it = walk(bytes(mutated), every=data.draw(st.booleans()))
    assert all(0 <= record.time < 1 << 63 for record in records)
    assert [record.frame for record in records] == sorted({record.frame for record in records})
    assert it.frames or problems


@pytest.mark.parametrize("order", "<>")
def test_broken_records_one_after_the_other_take_linear_time(wire: Any, order: str) -> None:
    bad = wire.enhanced(b"a" * 4, order=order)
    bad = bad[:-4] + b"\xff\xff\xff\xff"
    good = wire.enhanced(b"a" * 4, order=order)
    data = wire.section(order) + wire.interface(order=order) + (good + bad) * 20_000 + good
    records, problems, it = walk(data)
    assert len(records) == 20_001
    assert [(problem.kind, problem.count) for problem in problems] == [("bad-length", 20_000)]
    assert it.frames == 40_001


def test_only_a_part_of_the_file_is_in_memory(wire: Any) -> None:
    class Source:
        """Gives a long file, and notes how far ahead of the walk it was read."""

        def __init__(self) -> None:
            self.given = 0
            self.head = wire.pcap([])
            self.body = wire.pcap([(T, b"a" * 1000)])[24:] * 500

        def read(self, size: int, /) -> bytes:
            data = self.head if not self.given else self.body[: size - size % 1016]
            if self.given > 20_000_000:
                return b""
            self.given += len(data)
            return bytes(data)

    source = Source()
    consumed = 0
    for record in read_records(Walk(source, Problems([]), every=True)):
        consumed += 16 + len(record.data)
        assert source.given - consumed < 3 * limits.CHUNK
    assert consumed > 20_000_000


def test_reads_of_any_size_give_the_same(wire: Any) -> None:
    rng = random.Random(3)
    frames = [(T + n, wire.eth(wire.ip(17, wire.udp(wire.register)))) for n in range(50)]
    files = [
        wire.pcap(frames),
        wire.section()
        + wire.interface()
        + b"".join(wire.enhanced(f, t // 1000) for t, f in frames),
    ]

    class Dribble(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(rng.randint(1, 300))

    for data in files:
        problems: list[Problem] = []
        found = list(read_records(Walk(Dribble(data), Problems(problems))))
        records, of_whole, _ = walk(data, every=False)
        assert (list(map(told, found)), problems) == (list(map(told, records)), of_whole)
        assert len(found) == 50


@pytest.mark.tshark
@pytest.mark.parametrize(
    "kind", ["netmon1", "netmon2", "ngsniffer", "ngwsniffer_2_0", "niobserver", "5views", "visual",
             "nettl", "lanalyzer", "k12text"]
)  # fmt: skip
def test_what_only_wireshark_reads_is_named(wire: Any, kind: str, tmp_path: Path) -> None:
    usual, other = tmp_path / "usual.pcap", tmp_path / "other"
    usual.write_bytes(wire.pcap([(T, wire.eth(wire.ip(17, wire.udp(wire.register))))]))
    subprocess.run(["editcap", "-F", kind, usual, other], check=True, capture_output=True)
    records, problems, _ = walk(other.read_bytes())
    assert [(one.kind, one.detail.split(": ")[1]) for one in problems] == [
        ("export-first", "make a capture of it")
    ]
    assert records == []
