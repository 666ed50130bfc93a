"""As many SIP messages as tshark finds, in the frames where tshark shows them.

Where an `esp_sa` file lies beside a capture both have its keys.
"""

import re
from pathlib import Path

import pytest

from analyzer.capture import open_captures
from analyzer.keys.files import read_keys
from analyzer.keys.keyring import KeyRing
from analyzer.pipeline import Conductor
from tests.listed import Rows, by_tshark, listed

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


STARTS = ("sip.Method", "sip.Status-Code")


def starts(rows: Rows) -> list[int]:
    """The frame of each SIP message; a segment with two of them stands twice."""
    return [
        number for number, values in rows for start in values if start for _ in start.split(",")
    ]


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
    check(path, starts(by_tshark(path, STARTS, OPTIONS, key_rows(path))))


@pytest.mark.tshark
@pytest.mark.parametrize("part", range(PARTS))
def test_messages_are_those_of_wireshark(part: int) -> None:
    for path, rows in listed(OTHERS[part::PARTS], STARTS, OPTIONS).items():
        check(path, starts(rows))


def test_every_explanation_is_needed() -> None:
    assert set(EXPLAINED) <= {path.name for path in CAPTURES}
    assert all(reason and (theirs or ours) for theirs, ours, reason in EXPLAINED.values())
