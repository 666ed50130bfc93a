"""As many SIP messages as tshark finds, in the frames where tshark shows them.

Where an `esp_sa` file lies beside a capture both have its keys.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzer.capture import open_captures
from analyzer.keys.files import read_keys
from analyzer.keys.keyring import KeyRing
from analyzer.pipeline import Conductor

SAMPLES = Path(__file__).parents[2] / "samples"
CAPTURES = [*sorted(SAMPLES.glob("pcaps/*.pcap")), *sorted(SAMPLES.glob("real/*.pcap*"))]
OPTIONS = (
    "esp.enable_null_encryption_decode_heuristic",
    "esp.enable_encryption_decode",
    "tcp.reassemble_out_of_order",
    "tcp.try_heuristic_first",
    "udp.try_heuristic_first",
)

# What we read otherwise, and why: capture -> (frames that only tshark, that only we count, reason).
EXPLAINED: dict[str, tuple[list[int], list[int], str]] = {
    "beside_tcp_gap.pcap": ([], [6], "tshark reads no SIP behind octets that were lost"),
    "esp_gmac.pcap": ([], [3, 4, 5, 6, 7, 8], "tshark knows no AES-GMAC, nor its IV"),
}


def key_rows(path: Path) -> list[str]:
    name = re.sub(r"_(?:gm|any|merged)$", "", path.stem)
    beside = path.parent / f"{name}.esp_sa"
    return beside.read_text().splitlines() if beside.exists() else []


def by_tshark(path: Path) -> list[int]:
    """The frame of each SIP message; a segment with two of them stands twice."""
    command = ["tshark", "-n", "-r", str(path), "-Y", "sip", "-T", "fields"]
    for option in OPTIONS:
        command += ["-o", f"{option}:TRUE"]
    for row in key_rows(path):
        command += ["-o", f"uat:esp_sa:{row}"]
    for field in ("frame.number", "sip.Method", "sip.Status-Code"):
        command += ["-e", field]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    frames = []
    for line in output.splitlines():
        number, *starts = line.split("\t")
        frames += [int(number)] * sum(len(start.split(",")) for start in starts if start)
    return frames


def by_sharkd(paths: list[Path]) -> dict[Path, list[int]]:
    """The same of captures without keys, by one process that reads them all."""
    asked: list[tuple[str, dict[str, str]]] = []
    for option in OPTIONS:
        asked.append(("setconf", {"name": option, "value": "TRUE"}))
    for path in paths:
        columns = {"column0": "sip.Method:0", "column1": "sip.Status-Code:0"}
        asked += [("load", {"file": str(path)}), ("frames", columns)]
    questions = "".join(
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
        for number, (method, params) in enumerate(asked, 1)
    )
    done = subprocess.run(
        ["sharkd", "-"], input=questions, capture_output=True, text=True, check=True
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["id"] for one in answers] == list(range(1, len(asked) + 1))
    assert all("result" in one for one in answers)
    listed = [one["result"] for one in answers[len(OPTIONS) + 1 :: 2]]
    return {path: list(frames(rows)) for path, rows in zip(paths, listed, strict=True)}


def frames(rows: list[dict[str, Any]]) -> Iterator[int]:
    """Frame numbers of what sharkd lists, one for each start line in the frame."""
    for row in rows:
        yield from [row["num"]] * sum(len(start.split(",")) for start in row["c"] if start)


def by_us(path: Path) -> tuple[list[int], int]:
    """The same from the messages with their sightings, and what the report counts."""
    ring = KeyRing()
    rows = key_rows(path)
    if rows:
        read_keys("beside", "\n".join(rows), ring)
    conductor = Conductor(ring)
    conductor.messages = []
    for packet in open_captures([str(path)]):
        conductor.feed(packet)
    conductor.finish()
    frames = [sighting.frame for one in conductor.messages for sighting in one.sightings]
    return sorted(frames), conductor.reader.sightings[0]


def check(path: Path, theirs: list[int]) -> None:
    ours, counted = by_us(path)
    only_theirs, only_ours, _ = EXPLAINED.get(path.name, ([], [], ""))
    assert sorted([*ours, *only_theirs]) == sorted([*theirs, *only_ours]), path.name
    assert counted == len(ours), path.name


KEYED = [path for path in CAPTURES if key_rows(path)]
OTHERS = [path for path in CAPTURES if not key_rows(path)]
PARTS = 8


@pytest.mark.tshark
@pytest.mark.parametrize("path", KEYED, ids=lambda path: path.name)
def test_messages_are_those_of_tshark(path: Path) -> None:
    check(path, by_tshark(path))


@pytest.mark.tshark
@pytest.mark.parametrize("part", range(PARTS))
def test_messages_are_those_of_wireshark(part: int) -> None:
    """What needs no keys, read by one process where Wireshark brought the program for it."""
    paths = OTHERS[part::PARTS]
    if shutil.which("sharkd"):
        found = by_sharkd(paths)
    else:
        found = {path: by_tshark(path) for path in paths}
    for path, theirs in found.items():
        check(path, theirs)


def test_every_explanation_is_needed() -> None:
    assert set(EXPLAINED) <= {path.name for path in CAPTURES}
    assert all(reason and (theirs or ours) for theirs, ours, reason in EXPLAINED.values())
