"""Octets as tshark shows them, with marks."""

from __future__ import annotations

import re
import subprocess

import pytest

from analyzer.report.dissect.frame import Source
from analyzer.report.dissect.hexdump import hexdump
from analyzer.report.dissect.node import Node
from tests.captures import SAMPLES, records

PATH = SAMPLES / "real" / "03_udp_3des_md5_gm.pcap"


def source(
    data: bytes, *fields: tuple[str, int, int], hidden: tuple[int, int] | None = None
) -> Source:
    nodes = [Node(field=f"secagree.nonce.{name}", name=name, start=at, length=size)
             for name, at, size in fields]  # fmt: skip
    return Source(name="frame", octets=data, fields=nodes, hidden=[hidden] if hidden else [])


@pytest.mark.tshark
def test_the_lines_are_those_of_tshark() -> None:
    command = ["tshark", "-r", str(PATH), "-x", "-Y", "frame.number==2"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    data = records(PATH.read_bytes())[1][1]
    mine = [line.rstrip() for line in hexdump(source(data), colour=False)]
    assert mine == [line.rstrip() for line in told.splitlines() if line]


def test_marks_stand_under_their_octets() -> None:
    lines = list(hexdump(source(bytes(range(32)), ("a", 14, 4), ("b", 18, 1)), colour=False))
    assert lines == [
        "0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f   ................",
        "                                                ^^ ^^   a",
        "0010  10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f   ................",
        "      ^^ ^^ ~~                                          b",
    ]


def test_colour_says_the_same_without_lines_of_marks() -> None:
    marked = source(bytes(range(40)), ("a", 14, 4), ("b", 18, 1))
    plain = list(hexdump(source(bytes(range(40))), colour=False))
    painted = list(hexdump(marked, colour=True))
    assert [re.sub(r"\x1b\[\d+m", "", line) for line in painted] == plain
    assert "\x1b[32m0e\x1b[0m" in painted[0]
    assert "\x1b[36m12\x1b[0m" in painted[1]


def test_hidden_octets_are_seen_nowhere() -> None:
    (line,) = hexdump(source(b"ck=secret;", hidden=(3, 9)), colour=False)
    assert line == "0000  63 6b 3d ** ** ** ** ** ** 3b                     ck=******;"


def test_offsets_have_the_digits_they_need() -> None:
    lines = list(hexdump(source(bytes(0x10010)), colour=False))
    assert lines[-1].startswith("10000  00")
    assert lines[0].startswith("00000  00")


def test_names_out_of_packets_are_escaped() -> None:
    lines = list(hexdump(source(b"x" * 16, ("\x1b[31m" + "y" * 80, 0, 4)), colour=False))
    assert lines[1].isprintable()
    assert len(lines[1]) <= 80
