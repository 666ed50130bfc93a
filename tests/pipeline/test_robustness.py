"""Captures that are cut short or broken: no exception, no hang, what is whole is still analysed."""

import io
import random
import signal
import struct
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from types import FrameType

import msgspec
import pytest

from analyzer.report.json_writer import to_json
from analyzer.report.model import Document, Report
from analyzer.report.text import TextOptions, to_text
from analyzer.report.verdict import succeeded, word
from tests import captures
from tests.amounts import some
from tests.captures import SAMPLES, Record, link_type, pcap, records

PATIENCE = 10  # seconds for one small capture: a hang, on any machine
WIDTH = 80

# ---- what must hold of every report


class Hang(Exception):
    """One capture took longer than anything may."""


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def watched() -> AbstractContextManager[None]:
    """Raises `Hang` in what it holds, where the system has alarms."""
    return _alarm() if hasattr(signal, "SIGALRM") else nullcontext()


def analysed(data: bytes) -> Report:
    with watched():
        return captures.analysed(data)


def check_rendering(report: Report) -> None:
    """Text of 80 columns that drives no terminal, and JSON that follows its schema."""
    for options in (TextOptions(verbose=True), TextOptions(ascii_only=False, every=True)):
        text = io.StringIO()
        to_text(report, text, options)
        lines = text.getvalue().split("\n")
        assert all(len(line) <= WIDTH for line in lines)
        assert all(line.isprintable() for line in lines)
    data = io.BytesIO()
    to_json(report, data)
    document = msgspec.json.decode(data.getvalue(), type=Document)
    assert len(document.exchanges) == report.summary.exchanges


# ---- every prefix


def pcap_ends(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the file header and each record end, with the number of packets until there."""
    at = 24
    yield at, 0
    for packets in count(1):
        if at == len(data):
            return
        at += 16 + int(struct.unpack_from("<I", data, at + 8)[0])
        yield at, packets


def pcapng_ends(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each block ends, with the number of packets until there."""
    at = packets = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        at += int(length)
        packets += kind == 6
        yield at, packets


CUT = {
    "real/02_udp_null_md5_gm.pcap": pcap_ends,
    "real/33_realscscf_udp_aes_sha1_merged.pcapng": pcapng_ends,
}
CLOSELY = 2048  # octets at the end that are cut at every one
COARSELY = 37


def lengths(size: int) -> list[int]:
    return [*range(0, size - CLOSELY, COARSELY), *range(size - CLOSELY, size)]


def steps(report: Report) -> set[tuple[str, int]]:
    return {(step.role, step.frame) for one in report.exchanges for step in one.steps}


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("name", CUT)
def test_every_prefix_is_analysed_as_far_as_it_goes(name: str, part: int) -> None:
    data = (SAMPLES / name).read_bytes()
    ends = dict(CUT[name](data))
    whole = steps(analysed(data))
    for length in lengths(len(data))[part::4]:
        report = analysed(data[:length])
        (capture,) = report.captures
        packets = max((n for end, n in ends.items() if end <= length), default=0)
        assert capture.packets == packets, length
        assert bool(capture.problems) != (length in ends), length
        assert all(one.kind for one in capture.problems)
        read = {(role, frame) for role, frame in whole if frame <= packets}
        assert read <= steps(report), length
        check_rendering(report)


@pytest.mark.parametrize("at", range(1, 4))
def test_garbage_between_records_is_named_and_passed_over(at: int) -> None:
    data = (SAMPLES / "pcaps" / "ok_udp_null.pcap").read_bytes()
    end = next(end for end, packets in pcap_ends(data) if packets == at)
    report = analysed(data[:end] + bytes(range(251)) + data[end:])
    (capture,) = report.captures
    assert capture.problems
    assert {role for role, frame in steps(report) if frame <= at} == {
        role for role, frame in steps(analysed(data)) if frame <= at
    }
    assert capture.sip_sightings == 8


# ---- healthy ones, of which a part is missing

HEALTHY = [path.name for path in sorted(SAMPLES.glob("pcaps/ok_*.pcap"))]


def without_some(whole: list[Record]) -> Iterator[tuple[str, list[Record]]]:
    for at in range(len(whole)):
        yield f"from packet {at + 1}", whole[at:]
        yield f"up to packet {at}", whole[:at]
        yield f"without packet {at + 1}", whole[:at] + whole[at + 1 :]


def invented(data: bytes) -> set[str]:
    """What would send somebody looking for a fault that is not there."""
    report = analysed(data)
    rules = {
        one.rule
        for one in report.findings
        if one.severity in ("critical", "error") and one.effect != "none"
    }
    return rules | {word(one) for one in report.exchanges if succeeded(word(one)) is False}


@pytest.mark.parametrize("name", HEALTHY)
def test_missing_packets_of_a_healthy_capture_are_no_fault(name: str) -> None:
    data = (SAMPLES / "pcaps" / name).read_bytes()
    found = {
        what: rules
        for what, part in without_some(records(data))
        if (rules := invented(pcap(part, link_type(data))))
    }
    assert found == {}


@pytest.mark.parametrize("name", HEALTHY)
def test_packets_of_a_healthy_capture_cut_short_are_no_fault(name: str) -> None:
    data = (SAMPLES / "pcaps" / name).read_bytes()
    found = {
        snaplen: rules
        for snaplen in some(range(40, 1500, 20), 3)
        if (rules := invented(pcap(records(data), link_type(data), snaplen)))
    }
    assert found == {}


# ---- mutations

SMALL = 12_000
SOURCES = [
    path.read_bytes()
    for path in sorted([*SAMPLES.glob("pcaps/*.pcap"), *SAMPLES.glob("real/*.pcap*")])
    if path.stat().st_size <= SMALL
]
CHUNKS = 20
MUTATIONS = 10_000
TOKENS = (
    *(b"\x00", b"\xff", b"\r\n", b"\r\n\r\n", b"\r\n ", b",", b";", b"=", b'"', b"<", b">", b"%"),
    *(b"\\", b"@", b":", b"[", b"\x1b[2J", b"\xe2\x80\xae", b"-1", b"99999999999999999999"),
    *(b"SIP/2.0 ", b"Security-Server: ", b"Content-Length: 4294967295\r\n", b"q=1e9", b"spi-c="),
)

Mutation = Callable[[random.Random, bytes], bytes]


def span(chance: random.Random, data: bytes, most: int) -> tuple[int, int]:
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.randint(1, most))


def flip(chance: random.Random, data: bytes) -> bytes:
    broken = bytearray(data)
    for _ in range(chance.choice((1, 1, 4, 32))):
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def overwrite(chance: random.Random, data: bytes) -> bytes:
    start, end = span(chance, data, 64)
    filler = chance.choice((b"\x00", b"\xff", b"A", b"\r\n", b'"', b","))
    return data[:start] + (filler * (end - start))[: end - start] + data[end:]


def cut(chance: random.Random, data: bytes) -> bytes:
    start, end = span(chance, data, 1500)
    return data[:start] + data[end:]


def duplicate(chance: random.Random, data: bytes) -> bytes:
    start, end = span(chance, data, 1500)
    return data[:end] + data[start:end] * chance.choice((1, 1, 50)) + data[end:]


def splice(chance: random.Random, data: bytes) -> bytes:
    other = chance.choice(SOURCES)
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


def insert(chance: random.Random, data: bytes) -> bytes:
    """A word of the protocols in the place of others, so that all lengths stay right."""
    broken = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        token = chance.choice(TOKENS)
        at = chance.randrange(len(broken))
        broken[at : at + len(token)] = token[: len(broken) - at]
    return bytes(broken)


def number(chance: random.Random, data: bytes) -> bytes:
    """An extreme number where a length may stand."""
    at = chance.randrange(max(1, min(len(data) - 4, chance.choice((80, len(data))))))
    value = chance.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, len(data), len(data) + 1))
    form = chance.choice(("<I", ">I", "<H", ">H"))
    octets = struct.pack(form, value & (0xFFFF if form[1] == "H" else 0xFFFFFFFF))
    return data[:at] + octets + data[at + len(octets) :]


KINDS: tuple[Mutation, ...] = (flip, overwrite, cut, duplicate, splice, insert, number)


def mutated(seed: int) -> bytes:
    chance = random.Random(seed)
    data = SOURCES[seed % len(SOURCES)]
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(KINDS)(chance, data) or data
    return data


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_mutations_raise_nothing_and_end(chunk: int) -> None:
    for seed in range(chunk, MUTATIONS, CHUNKS):
        try:
            report = analysed(mutated(seed))
            if seed % 7 == 0:
                check_rendering(report)
        except Exception as error:
            raise AssertionError(f"mutated({seed})") from error
