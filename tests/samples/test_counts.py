"""As many SIP messages as tshark finds, in the frames where tshark shows them.

Where an `esp_sa` file lies beside a capture both have its keys.
"""

import re
import subprocess
from pathlib import Path

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
    name = re.sub(r"_(?:gm|mw|any|merged)$", "", path.stem)
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


@pytest.mark.tshark
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_messages_are_those_of_tshark(path: Path) -> None:
    theirs, (ours, counted) = by_tshark(path), by_us(path)
    only_theirs, only_ours, _ = EXPLAINED.get(path.name, ([], [], ""))
    assert sorted([*ours, *only_theirs]) == sorted([*theirs, *only_ours])
    assert counted == len(ours)


def test_every_explanation_is_needed() -> None:
    assert set(EXPLAINED) <= {path.name for path in CAPTURES}
    assert all(reason and (theirs or ours) for theirs, ours, reason in EXPLAINED.values())
