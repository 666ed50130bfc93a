"""What must not change the verdict: a second tap, two files for one, the order of parameters."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

import analyzer
from analyzer.agreement.security_list import parse_list
from analyzer.limits import CAPTURE_GAP
from analyzer.pipeline import Settings
from analyzer.report.json_writer import to_json
from analyzer.report.model import Frame, Report
from tests.captures import (
    ETHERNET,
    SAMPLES,
    SECOND,
    Record,
    analysed,
    link_type,
    pcap,
    pcapng,
    records,
    written,
)

PCAPS = {
    path.name: path.read_bytes()
    for folder in ("pcaps", "real")
    for path in sorted((SAMPLES / folder).glob("*.pcap"))
}
FRAMED = [name for name, data in PCAPS.items() if link_type(data) == ETHERNET]
# Headers of these are cut by segments or fragments, so that they cannot be edited in place.
CUT = re.compile(r"tcp|frag|third|17_")
# What has keys beside it has ICVs that fit the octets as they are.
SEALED = {path.stem for path in (SAMPLES / "pcaps").glob("*.esp_sa")}
WHOLE = [
    name for name in FRAMED if not CUT.search(name) and name.removesuffix(".pcap") not in SEALED
]

Number = Callable[[Frame], int]

names = st.sampled_from(FRAMED)


def tagged(data: bytes) -> bytes:
    """The same Ethernet frame in a VLAN."""
    return data[:12] + b"\x81\x00\x00\x64" + data[12:]


# ---- what is compared


def account(report: Report, number: Number) -> dict[str, Any]:
    """Exchanges and findings, their frames numbered as in the capture that they came from."""
    return {
        "exchanges": [
            {
                "what": (one.kind, one.outcome, one.stopped_at, one.layer, one.agreed),
                "registration": one.registration
                and (one.registration.state, one.registration.basis, one.registration.code),
                "steps": [
                    (
                        *(step.role, step.round, step.summary, step.protection, step.spi, step.sa),
                        number(Frame(step.capture, step.frame)),
                    )
                    for step in one.steps
                ],
                "missing": one.missing,
                "not checked": one.not_checked,
                "coverage": one.coverage,
            }
            for one in report.exchanges
        ],
        "agreements": [
            (one.exchange, one.mechanism, one.end_reason, one.association and one.association.state)
            for one in report.agreements
        ],
        "findings": sorted(
            (one.rule, one.severity, one.effect, one.party, one.exchange or "", number(one.frame))
            for one in report.findings
        ),
    }


@settings(max_examples=60)
@given(name=names, delay=st.integers(1, 1_000_000), vlan=st.booleans())
def test_a_second_tap_adds_sightings_alone(name: str, delay: int, vlan: bool) -> None:
    once = records(PCAPS[name])
    apart = min([delay, *(later - sooner - 1 for (sooner, _), (later, _) in pairwise(once))])
    twice = []
    for time, data in once:
        twice.append((0, (time, data)))
        twice.append((1, (time + max(apart, 0), tagged(data) if vlan else data)))
    one, two = analysed(pcap(once)), analysed(pcapng(twice))
    assert account(two, lambda frame: (frame.frame + 1) // 2) == account(
        one, lambda frame: frame.frame
    )
    assert two.captures[0].sip_sightings == 2 * one.captures[0].sip_sightings
    assert two.captures[0].sip_messages == one.captures[0].sip_messages


@settings(max_examples=60)
@given(name=names, data=st.data())
def test_two_files_are_as_one(name: str, data: st.DataObject) -> None:
    once = records(PCAPS[name])
    at = data.draw(st.integers(0, len(once)))
    if 0 < at < len(once):  # after a longer gap it would be another line of captures
        assume(once[at][0] - once[at - 1][0] <= CAPTURE_GAP)
    one, two = analysed(pcap(once)), analysed(pcap(once[:at]), pcap(once[at:]))
    assert account(two, lambda frame: frame.frame + at * frame.capture) == account(
        one, lambda frame: frame.frame
    )


@settings(max_examples=20)
@given(name=names)
def test_the_same_input_gives_the_same_octets(name: str) -> None:
    written = []
    for _ in range(2):
        stream = io.BytesIO()
        to_json(analysed(PCAPS[name]), stream)
        written.append(stream.getvalue())
    assert written[0] == written[1]


JSON_OF = """
import sys
import analyzer
from analyzer.report.json_writer import to_json
for path in sys.argv[1:]:
    to_json(analyzer.analyze([path]), sys.stdout.buffer)
"""


def test_the_order_of_sets_shows_nowhere() -> None:
    """Strings hash otherwise in every process."""
    paths = [SAMPLES / "real/29_udp6_aes_sha1_mw.pcap", SAMPLES / "pcaps/ok_mw_only.pcap"]
    command = [sys.executable, "-c", JSON_OF, *map(str, paths)]
    found = set()
    for seed in ("1", "2", "3", "4"):
        chosen = os.environ | {"PYTHONHASHSEED": seed}
        found.add(subprocess.run(command, env=chosen, capture_output=True, check=True).stdout)
    assert len(found) == 1


# A row that is not folded, and holds no quoted string.
LISTED = re.compile(
    rb"(Security-(?:Client|Server|Verify)[ \t]*: *)([^\r\n\"]*)(?=\r\n[^ \t])", re.IGNORECASE
)


def opened_with_keys(report: Report) -> bool:
    """Its ESP has ICVs that a key in the capture proves, so that no octet in it can be changed."""
    return any(one.association and one.association.keys for one in report.agreements)


def is_read(element: bytes) -> bool:
    """Whether it is parsed; what cannot be is compared by its octets."""
    found = parse_list([element.decode("latin-1")]).elements
    return not any({"bad-mechanism", "limit"}.intersection(one.defects) for one in found)


@settings(max_examples=60)
@given(name=st.sampled_from(WHOLE), chance=st.randoms(use_true_random=False))
@example(name="syn_01_fires.pcap", chance=Random(1))
def test_the_order_of_parameters_means_nothing(name: str, chance: Random) -> None:
    """RFC 3329 2.2: parameters have no order; VER-06 alone says that the octets differ."""

    def shuffled(match: re.Match[bytes]) -> bytes:
        elements = []
        for element in match[2].split(b","):
            mechanism, *parameters = element.split(b";")
            names = {one.partition(b"=")[0].lower() for one in parameters}
            if len(names) == len(parameters) and is_read(element):
                chance.shuffle(parameters)  # of two with one name the first counts
            elements.append(b";".join([mechanism, *parameters]))
        return match[1] + b",".join(elements)

    def found(report: Report) -> set[tuple[str, str, str]]:
        findings = report.findings
        return {(one.rule, one.severity, one.effect) for one in findings if one.rule != "VER-06"}

    before = PCAPS[name]
    after = LISTED.sub(shuffled, before)
    assert len(after) == len(before)
    one, two = analysed(before), analysed(after)
    assume(not opened_with_keys(one))
    assert found(two) == found(one)


# A message in one packet: from its start line to the end of its headers, folded rows included.
HEAD = re.compile(
    rb"((?:[A-Z]+ [^\r\n ]+ SIP/2\.0|SIP/2\.0 \d{3} [^\r\n]*)\r\n)((?:[^\r\n]+\r\n)+)(?=\r\n)"
)


@settings(max_examples=60)
@given(name=st.sampled_from(WHOLE), chance=st.randoms(use_true_random=False))
def test_the_order_of_different_headers_means_nothing(name: str, chance: Random) -> None:
    """RFC 3261 7.3.1: only rows of one name have an order among themselves. Retransmissions stay
    what they are: the same octets (17.1)."""

    known: dict[bytes, bytes] = {}

    def shuffled(match: re.Match[bytes]) -> bytes:
        if match[0] in known:
            return known[match[0]]
        rows = re.split(rb"(?<=\r\n)(?![ \t])", match[2])[:-1]
        names = [row.partition(b":")[0].strip().lower() for row in rows]
        of_name = {name: iter([r for r, n in zip(rows, names, strict=True) if n == name])
                   for name in names}  # fmt: skip
        chance.shuffle(names)
        known[match[0]] = match[1] + b"".join(next(of_name[name]) for name in names)
        return known[match[0]]

    before = PCAPS[name]
    after = HEAD.sub(shuffled, before)
    assert len(after) == len(before)
    one, two = analysed(before), analysed(after)
    assume(not opened_with_keys(one))
    assert account(two, lambda frame: frame.frame) == account(one, lambda frame: frame.frame)


# ---- TCP cut elsewhere


TCP_NAMES = ("ok_tcp_null.pcap", "beside_tcp_gap.pcap", "27_tcp_aes_sha1_gm.pcap")


def test_the_samples_of_tcp_have_segments_to_cut() -> None:
    for name in TCP_NAMES:
        assert any(len(pieces(data, [1, 2])) > 1 for _, data in records(PCAPS[name])), name


def pieces(frame: bytes, cuts: list[int]) -> list[bytes]:
    """A clear TCP segment over IPv4 in Ethernet, cut into several behind these octets."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 6:
        return [frame]
    packet = Ether(frame)
    tcp = packet[TCP]
    payload = bytes(tcp.payload)[: packet[IP].len - 4 * packet[IP].ihl - 4 * tcp.dataofs]
    inside = sorted({cut % len(payload) for cut in cuts} - {0}) if payload else []
    if not inside:
        return [frame]
    made = []
    for start, end in pairwise([0, *inside, len(payload)]):
        part = packet.copy()
        part[IP].remove_payload()
        head = tcp.copy()
        head.remove_payload()
        head.seq = (tcp.seq + start) % 2**32
        head.chksum = None
        part[IP].len = part[IP].chksum = None
        part[IP].id = (packet[IP].id + start) % 2**16
        made.append(bytes(part / head / Raw(payload[start:end])))
    return made


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(TCP_NAMES),
    cuts=st.lists(st.integers(1, 2000), min_size=1, max_size=5),
    chance=st.randoms(use_true_random=False),
)
def test_where_tcp_is_cut_and_in_which_order_means_nothing(
    name: str, cuts: list[int], chance: Random
) -> None:
    """A message stands at the segment that completes it: one of those its octets were cut into."""
    once = records(PCAPS[name])
    cut: list[Record] = []
    origin: list[int] = []
    for number, (time, data) in enumerate(once, 1):
        parts = pieces(data, cuts)
        chance.shuffle(parts)
        cut += [(time, part) for part in parts]
        origin += [number] * len(parts)
    one, two = analysed(pcap(once)), analysed(pcap(cut))
    assert account(two, lambda frame: origin[frame.frame - 1]) == account(
        one, lambda frame: frame.frame
    )
    assert two.captures[0].sip_messages == one.captures[0].sip_messages


@pytest.mark.parametrize("name", FRAMED)
def test_a_capture_written_again_is_the_same(name: str) -> None:
    """What the properties rest on."""
    once, again = analysed(PCAPS[name]), analysed(pcap(records(PCAPS[name])))
    assert account(again, lambda frame: frame.frame) == account(once, lambda frame: frame.frame)


# ---- files and clocks


@settings(max_examples=25)
@given(name=names, data=st.data())
def test_a_ring_on_disk_is_as_one(name: str, data: st.DataObject) -> None:
    """As `test_two_files_are_as_one`, where the clocks of the files could be compared."""
    once = records(PCAPS[name])
    at = data.draw(st.integers(0, len(once)))
    with TemporaryDirectory() as folder:
        paths = written(Path(folder), gm_00001=once[:at], gm_00002=once[at:])
        one = analyzer.analyze(written(Path(folder), whole=once))
        two = analyzer.analyze(paths)
    assert account(two, lambda frame: frame.frame + at * frame.capture) == account(
        one, lambda frame: frame.frame
    )
    assert [capture.clock for capture in two.captures] == [None, None]


@settings(max_examples=25)
@given(name=names, ahead=st.sampled_from([-90, 7, 3600]), jobs=st.integers(1, 3))
def test_a_tap_with_another_clock_adds_sightings_alone(name: str, ahead: int, jobs: int) -> None:
    """The frames are those of the first; what differs is that each is seen twice."""
    once = records(PCAPS[name])
    shifted = [(time + ahead * SECOND, data) for time, data in once]
    with TemporaryDirectory() as folder:
        paths = written(Path(folder), gm=once, ue=shifted)
        one = analyzer.analyze(paths[:1])
        two = analyzer.analyze(paths, Settings(jobs=jobs))
    assert account(two, lambda frame: frame.frame) == account(one, lambda frame: frame.frame)
    assert two.captures[1].clock_offset_ms in (ahead * 1000, None)
