"""Inputs to one line of time, and what is known of each."""

import gzip
import io
import sys
from pathlib import Path
from typing import Any

import pytest

from analyzer import limits
from analyzer.capture import CaptureInfo, Packet, Watermark, decapsulate_ip, open_captures

S = limits.SECOND
T = 1_700_000_000 * S


def sip_at(wire: Any, *times: int) -> bytes:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    return bytes(wire.pcap([(time, frame) for time in times], nano=True))


def dull_at(wire: Any, *times: int) -> bytes:
    frame = wire.eth(wire.ip(17, wire.udp(wire.rtp)))
    return bytes(wire.pcap([(time, frame) for time in times], nano=True))


def order(inputs: list[Any]) -> list[tuple[str, int, int]]:
    kinds = {Packet: "p", Watermark: "w"}
    return [(kinds[type(item)], item.capture, item.frame) for item in open_captures(inputs)]


def test_one_capture(wire: Any) -> None:
    captures = open_captures([io.BytesIO(sip_at(wire, T, T + 5))])
    first, second, end = list(captures)
    assert isinstance(first, Packet)
    assert isinstance(second, Packet)
    assert end == Watermark(0, 2, T + 5)
    expected = CaptureInfo("<stream>", "pcap", ["ethernet"], 2, T, T + 5, snap_length=262_144)
    assert captures.infos == [expected]


def test_watermarks_once_a_second_and_at_the_end(wire: Any) -> None:
    data = dull_at(wire, *(T + n * S // 10 for n in range(35)))
    frames = [(item.frame, item.time) for item in open_captures([io.BytesIO(data)])]
    assert frames == [
        (1, T),
        (11, T + S),
        (21, T + 2 * S),
        (31, T + 3 * S),
        (35, T + 3_400_000_000),
    ]


def test_a_packet_tells_the_time_as_a_watermark_does(wire: Any) -> None:
    sip = wire.eth(wire.ip(17, wire.udp(wire.register)))
    dull = wire.eth(wire.ip(17, wire.udp(wire.rtp)))
    data = wire.pcap([(T, sip), (T + S // 2, dull), (T + S - 1000, dull), (T + S, dull)])
    assert order([io.BytesIO(data)]) == [("p", 0, 1), ("w", 0, 4), ("w", 0, 4)]


def test_merged_by_time_then_capture_then_frame(wire: Any) -> None:
    one, other = sip_at(wire, T, T + 3, T + 4), sip_at(wire, T, T + 1, T + 4)
    assert [row for row in order([io.BytesIO(one), io.BytesIO(other)]) if row[0] == "p"] == [
        ("p", 0, 1), ("p", 1, 1), ("p", 1, 2), ("p", 0, 2), ("p", 0, 3), ("p", 1, 3),
    ]  # fmt: skip


def test_a_capture_out_of_order_keeps_its_order(wire: Any) -> None:
    one, other = sip_at(wire, T, T + 9, T + 2, T + 10), sip_at(wire, T + 5, T + 9)
    rows = [row for row in order([io.BytesIO(one), io.BytesIO(other)]) if row[0] == "p"]
    assert rows == [("p", 0, 1), ("p", 1, 1), ("p", 0, 2), ("p", 0, 3), ("p", 1, 2), ("p", 0, 4)]


def test_files_can_be_read_again(wire: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(sip_at(wire, T, T + S)[:-1])
    captures = open_captures([str(path)])
    assert captures.repeatable
    first = list(captures), [repr(info) for info in captures.infos]
    assert first == (list(captures), [repr(info) for info in captures.infos])
    assert [problem.count for problem in captures.infos[0].problems] == [1]
    assert not open_captures([io.BytesIO(b"")]).repeatable


def test_standard_input(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(gzip.compress(sip_at(wire, T))))
    monkeypatch.setattr(sys, "stdin", stdin)
    captures = open_captures(["-"])
    assert len(list(captures)) == 2
    assert (captures.infos[0].path, captures.infos[0].format) == ("-", "pcap+gzip")


def test_globs_and_directories_are_ordered_by_first_time(wire: Any, tmp_path: Path) -> None:
    (tmp_path / "late.pcap").write_bytes(sip_at(wire, T + 50 * S))
    (tmp_path / "z-early.pcap").write_bytes(gzip.compress(sip_at(wire, T)))
    (tmp_path / "middle.pcap").write_bytes(sip_at(wire, T + 20 * S))
    (tmp_path / "notes.txt").write_text("no capture")
    names = ["z-early.pcap", "middle.pcap", "late.pcap"]
    for argument in (str(tmp_path), str(tmp_path / "*.pcap")):
        captures = open_captures([argument])
        assert [Path(info.path).name for info in captures.infos] == names
        assert [item.capture for item in captures if isinstance(item, Packet)] == [0, 1, 2]
    assert len(open_captures([str(tmp_path / "*")]).infos) == 4


def test_many_files_one_after_the_other_are_not_open_together(wire: Any, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    for number in range(100):
        (tmp_path / f"{number:03}.pcap").write_bytes(sip_at(wire, T + number * S))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (60, hard))
    try:
        captures = open_captures([str(tmp_path)])
        found = [item.capture for item in captures if isinstance(item, Packet)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert found == list(range(100))
    assert not any(info.unreadable for info in captures.infos)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("missing", None, "cannot-open"),
        ("empty", b"", "not-a-capture"),
        ("text", b"no capture at all", "not-a-capture"),
        ("packed text", gzip.compress(b"no capture at all", mtime=0), "not-a-capture"),
        ("header alone, cut", b"\xd4\xc3\xb2\xa1" + bytes(10), "cut-short"),
        ("nul\0", None, "cannot-open"),
    ],
)
def test_what_cannot_be_read(
    wire: Any, tmp_path: Path, name: str, content: bytes | None, kind: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    good = io.BytesIO(sip_at(wire, T))
    captures = open_captures([str(path), good])
    assert sum(isinstance(item, Packet) for item in captures) == 1
    bad, fine = captures.infos
    assert bad.unreadable
    assert [problem.kind for problem in bad.problems] == [kind]
    assert not fine.unreadable


def test_a_directory_without_captures(tmp_path: Path) -> None:
    captures = open_captures([str(tmp_path)])
    assert list(captures) == []
    assert captures.infos[0].unreadable
    assert captures.infos[0].problems[0].detail == "no capture in this directory"


def test_a_capture_without_packets_is_readable(wire: Any) -> None:
    captures = open_captures([io.BytesIO(wire.pcap([]))])
    assert list(captures) == []
    assert not captures.infos[0].unreadable


def test_a_cut_capture_is_read_to_the_cut(wire: Any) -> None:
    captures = open_captures([io.BytesIO(sip_at(wire, T, T + S)[:-1])])
    assert [item.frame for item in captures] == [1, 1]
    (info,) = captures.infos
    assert not info.unreadable
    assert (info.packets, info.problems[0].kind, info.problems[0].frame) == (1, "cut-short", 2)


def test_a_damaged_gzip_is_read_to_the_damage(wire: Any) -> None:
    packed = bytearray(gzip.compress(sip_at(wire, T, T + S)))
    packed[-6] ^= 1
    captures = open_captures([io.BytesIO(bytes(packed))])
    assert [item.frame for item in captures] == [1, 2, 2]
    assert [problem.kind for problem in captures.infos[0].problems] == ["damaged"]


def test_a_file_still_being_written(wire: Any, tmp_path: Path) -> None:
    """Its last record is not whole yet, and more is written while it is read."""
    data = sip_at(wire, T, T + S)
    captures = open_captures([io.BytesIO(data[:30])])
    assert list(captures) == []
    assert not captures.infos[0].unreadable
    path = tmp_path / "growing.pcap"
    path.write_bytes(data[:-5])
    captures = open_captures([str(path)])
    items = iter(captures)
    assert next(items).frame == 1
    with path.open("ab") as file:
        file.write(data[-5:] + sip_at(wire, T + 2 * S)[24:])
    assert [item.frame for item in items] == [2, 3, 3]
    assert captures.infos[0].problems == []


def test_a_file_that_grows_faster_than_it_is_read(wire: Any) -> None:
    class Growing(io.BytesIO):
        """Each read finds another record behind what was there."""

        left = 20

        def read(self, size: int | None = -1, /) -> bytes:
            if self.left:
                self.left -= 1
                at = self.tell()
                self.seek(0, io.SEEK_END)
                self.write(sip_at(wire, T + (20 - self.left) * S)[24:])
                self.seek(at)
            return super().read(size)

        read1 = read

    captures = open_captures([Growing(sip_at(wire, T))])
    assert [item.frame for item in captures] == [*range(1, 22), 21]
    assert captures.infos[0].problems == []


def test_unknown_link_types_are_one_problem_each(wire: Any) -> None:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    data = wire.section() + wire.interface(147) + wire.interface(999) + wire.interface(1)
    for number in (0, 1, 0, 2, 0):
        data += wire.enhanced(frame, interface=number)
    captures = open_captures([io.BytesIO(data)])
    assert [item.frame for item in captures if isinstance(item, Packet)] == [4]
    (info,) = captures.infos
    assert info.link_types == ["user0", "link-type-999", "ethernet"]
    assert [(p.kind, p.detail, p.frame, p.count) for p in info.problems] == [
        ("link-type", "user0 is not read", 1, 3),
        ("link-type", "link-type-999 is not read", 2, 1),
    ]
    assert (info.packets, info.unreadable) == (5, False)
    only = open_captures([io.BytesIO(wire.pcap([(T, frame)], link=147))])
    assert [type(item) for item in only] == [Watermark, Watermark]
    assert only.infos[0].unreadable


def test_problems_of_many_kinds_are_bounded(wire: Any) -> None:
    data = wire.section()
    for number in range(limits.PROBLEM_KINDS + 9):
        data += wire.interface(1000 + number)
    for number in range(limits.PROBLEM_KINDS + 9):
        data += wire.enhanced(b"a" * 60, interface=number)
    captures = open_captures([io.BytesIO(data)])
    list(captures)
    problems = captures.infos[0].problems
    assert len(problems) == limits.PROBLEM_KINDS + 1
    assert (problems[-1].kind, problems[-1].count) == ("further-problems", 9)


def test_reassembly_entry_is_public() -> None:
    assert callable(decapsulate_ip)
