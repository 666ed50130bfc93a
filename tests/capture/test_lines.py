import io
from pathlib import Path
from typing import Any

import pytest

from analyzer import limits
from analyzer.capture import CaptureInfo, open_captures
from analyzer.capture.lines import Lines

S = 1_000_000_000
T = 1_700_000_000 * S


def lines_of(*captures: bytes) -> list[int]:
    """The line of each capture, which all of its items carry."""
    opened = open_captures([io.BytesIO(data) for data in captures])
    for item in opened:
        assert item.line == opened.infos[item.capture].line
    return [info.line for info in opened.infos]


def sip_at(wire: Any, *times: int, link: int = 1) -> bytes:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    data: bytes = wire.pcap([(time, frame) for time in times], link=link)
    return data


def test_one_after_the_other_is_one_line(wire: Any) -> None:
    ring = [sip_at(wire, T + n * S, T + n * S + S) for n in range(4)]
    assert lines_of(*ring) == [0, 0, 0, 0]
    assert lines_of(*reversed(ring[::2])) == [1, 1]


def test_taps_overlap_and_stay_apart(wire: Any) -> None:
    one, other = sip_at(wire, T, T + 2 * S), sip_at(wire, T + S, T + 3 * S)
    assert lines_of(one, other) == [0, 1]


def test_each_tap_is_continued_by_its_own(wire: Any) -> None:
    files = [
        sip_at(wire, T, T + 10 * S),
        sip_at(wire, T + S, T + 12 * S),
        sip_at(wire, T + 11 * S, T + 20 * S),
        sip_at(wire, T + 13 * S, T + 20 * S),
    ]
    assert lines_of(*files) == [0, 1, 0, 1]


def test_a_line_is_continued_once(wire: Any) -> None:
    files = [sip_at(wire, T), sip_at(wire, T + S, T + 3 * S), sip_at(wire, T + 2 * S)]
    assert lines_of(*files) == [0, 0, 2]


def test_other_link_types_are_other_taps(wire: Any) -> None:
    assert lines_of(sip_at(wire, T), sip_at(wire, T + S, link=113)) == [0, 1]


def test_a_long_silence_is_not_known_to_be_one(wire: Any) -> None:
    gap = limits.CAPTURE_GAP
    assert lines_of(sip_at(wire, T), sip_at(wire, T + gap)) == [0, 0]
    assert lines_of(sip_at(wire, T), sip_at(wire, T + gap + S)) == [0, 1]


def test_a_capture_without_packets_changes_nothing(wire: Any) -> None:
    assert lines_of(sip_at(wire, T), wire.pcap([]), sip_at(wire, T + S)) == [0, 1, 0]


def test_a_dull_capture_continues_as_well(wire: Any) -> None:
    dull = wire.pcap([(T + S, wire.eth(wire.ip(17, wire.udp(wire.rtp))))])
    assert lines_of(sip_at(wire, T), dull, sip_at(wire, T + 2 * S)) == [0, 0, 0]


def test_files_read_again_have_the_same_lines(wire: Any, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"ring{number}.pcap").write_bytes(sip_at(wire, T + number * S))
    captures = open_captures([str(tmp_path)])
    for _ in range(2):
        assert [item.line for item in captures] == [0] * 6
        assert [info.line for info in captures.infos] == [0, 0, 0]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("gm_00001_20260101115900.pcapng", "gm_00002_20260101120000.pcapng", True),  # dumpcap
        ("gm.pcap", "gm.pcap1", True),  # tcpdump -C
        ("gm-00001.pcap.gz", "gm-00002.pcap", True),
        ("gm.pcap", "mw.pcap", False),
        ("lab/gm_1.pcap", "field/gm_2.pcap", False),
    ],
)
def test_names_differ_in_digits(one: str, other: str, alike: bool) -> None:
    lines = Lines([CaptureInfo(one), CaptureInfo(other)])
    assert lines.begin(0, T) == 0
    lines.end(0, T)
    assert lines.begin(1, T) == (0 if alike else 1)
