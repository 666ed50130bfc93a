"""Inputs made to break the tool: no exception, no hang, what is wrong is named, memory is bounded.

Memory is the peak of a process of its own that analyses one file.
"""

import bz2
import gzip
import io
import json
import lzma
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lz4.frame
import pytest
import zstandard

from analyzer import limits
from analyzer.agreement.comparison import compare
from analyzer.agreement.security_list import parse_list
from analyzer.pipeline import analyze
from analyzer.report.text import TextOptions, to_text
from analyzer.sip.headers import parse_head
from tests.amounts import FULL
from tests.captures import SAMPLES, analysed, link_type, pcap, records

SECOND = 1_000_000_000
T = 1_700_000_000 * SECOND
MOST = 300_000  # KiB
PATIENCE = 300  # seconds: a hang, on any machine
SAMPLE = (SAMPLES / "pcaps" / "ok_udp_null.pcap").read_bytes()

CHILD = """
import json, sys
from analyzer.pipeline import analyze
report = analyze(sys.argv[1:])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({
    "peak": int(peak.split()[1]),
    "packets": report.captures[0].packets,
    "sip": report.captures[0].sip_sightings,
    "exchanges": report.summary.exchanges,
    "problems": {one.kind: one.count for one in report.captures[0].problems},
}))
"""
measured = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of memory cannot be read here"
)


def alone(path: Path) -> dict[str, Any]:
    """What a process that analyses this file says of it; its memory is checked."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["peak"] < MOST
    return found


def kinds(data: bytes) -> list[str]:
    """The problems named; the report can be shown."""
    report = analysed(data)
    stream = io.StringIO()
    to_text(report, stream, TextOptions(verbose=True))
    assert stream.getvalue()
    return [problem.kind for problem in report.captures[0].problems]


# ---- files

HEADER = SAMPLE[:24]


def record(size: int, original: int | None = None, data: bytes = b"") -> bytes:
    return struct.pack("<IIII", 1, 0, size, size if original is None else original) + data


def block(kind: int, length: int, body: bytes = b"") -> bytes:
    return struct.pack("<II", kind, length) + body


SECTION = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)

FILES = {
    "empty": (b"", ["not-a-capture"]),
    "one octet": (b"\xd4", ["not-a-capture"]),
    "text": (b"These are notes about a capture.\n" * 99, ["not-a-capture"]),
    "binary": (bytes(range(256)) * 99, ["not-a-capture"]),
    "cut in the file header": (HEADER[:13], ["cut-short"]),
    "cut in a record header": (SAMPLE + record(9)[:7], ["cut-short"]),
    "cut in the first record header": (HEADER + record(9)[:7], ["cut-short"]),
    "a record of length 0": (HEADER + record(0) * 99, []),
    "a record of 4 GiB": (SAMPLE + record(0xFFFFFFFF), ["bad-length"]),
    "nothing but a record of 4 GiB": (HEADER + record(0xFFFFFFFF), ["bad-length"]),
    "a record of 2 GiB": (SAMPLE + record(0x80000000, 1) + bytes(99), ["bad-length"]),
    "more captured than there was": (SAMPLE + record(4, 0, b"abcd"), []),
    "a block of 2 GiB": (SECTION + block(6, 0x80000000, bytes(99)), ["bad-length"]),
    "a block of 4 GiB": (SECTION + block(1, 0xFFFFFFFF, bytes(99)), ["bad-length"]),
    "a block of length 0": (SECTION + block(6, 0, bytes(99)), ["bad-length"]),
    "a block of length 11": (SECTION + block(6, 11, bytes(99)), ["bad-length"]),
    "a section without byte order": (SECTION[:8] + bytes(20), ["bad-block"]),
    "a pcapng cut in a block": (SECTION + block(1, 20)[:5], ["cut-short"]),
    "snoop of 4 GiB": (
        b"snoop\0\0\0" + struct.pack(">IIIIIIII", 2, 4, 9, 9, 0xFFFFFFFF, 0, 0, 0),
        ["bad-length"],
    ),
    "gzip, nothing in it": (gzip.compress(b""), ["not-a-capture"]),
    "gzip in gzip": (gzip.compress(gzip.compress(SAMPLE)), ["not-a-capture"]),
    "gzip, cut": (gzip.compress(SAMPLE)[:40], ["cut-short", "not-a-capture"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_not_what_they_should_be(name: str) -> None:
    data, expected = FILES[name]
    assert kinds(data) == expected


def test_every_link_type_there_is() -> None:
    """Once a section for each four thousand of them; their number is no reason to take long."""
    interfaces = [struct.pack("<IIHHII", 1, 20, number, 0, 0, 20) for number in range(2, 1 << 16)]
    data = b"".join(
        SECTION + b"".join(interfaces[at : at + limits.INTERFACES])
        for at in range(0, len(interfaces), limits.INTERFACES)
    )
    report = analysed(data)
    (capture,) = report.captures
    assert len(capture.link_types) <= limits.PROBLEM_KINDS
    assert capture.problems == []


# ---- bombs: members that expand a thousand times, as many of them as make 400 MB

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "lz4": lz4.frame.compress,
}
LARGE = 250_000
TIMES = 1600


@measured
@pytest.mark.slow
@pytest.mark.parametrize("name", PACK)
def test_a_bomb_is_read_in_pieces(name: str, tmp_path: Path) -> None:
    pack = PACK[name]
    path = tmp_path / "bomb"
    path.write_bytes(pack(SAMPLE) + pack(record(LARGE, data=bytes(LARGE))) * TIMES)
    found = alone(path)
    assert (found["packets"], found["exchanges"]) == (8 + TIMES, 1)


@measured
@pytest.mark.slow
def test_an_endless_line_is_no_message(tmp_path: Path) -> None:
    path = tmp_path / "line.gz"
    path.write_bytes(gzip.compress(b"REGISTER sip:") + gzip.compress(b"a" * 1_000_000) * 300)
    assert alone(path)["problems"] == {"not-a-capture": 1}


# ---- packets


def ethernet(payload: bytes, ether: int = 0x0800) -> bytes:
    return bytes(12) + struct.pack(">H", ether) + payload


def ip(proto: int, payload: bytes, ident: int = 0, fragment: int = 0, total: int = -1) -> bytes:
    total = 20 + len(payload) if total < 0 else total
    head = struct.pack(">BBHHHBBH", 0x45, 0, total, ident & 0xFFFF, fragment, 64, proto, 0)
    return head + b"\xc0\0\2\x0a\xc0\0\2\1" + payload


def udp(payload: bytes, sport: int = 5060, dport: int = 5060) -> bytes:
    size = min(8 + len(payload), 0xFFFF)
    return struct.pack(">HHHH", sport, dport, size, 0) + payload


def tcp(payload: bytes, seq: int) -> bytes:
    return struct.pack(">HHIIBBHHH", 5060, 5060, seq, 0, 0x50, 0x18, 0, 0, 0) + payload


def nested(depth: int, layer: bytes) -> bytes:
    return layer * depth


TUNNELS = {
    "IP in IP": ip(4, b"", total=0),
    "GTP": ip(17, udp(b"\x30\xff\0\0\0\0\0\1", 2152, 2152), total=0),
    "GRE": ip(47, b"\0\0\x08\0", total=0),
    "VXLAN": ip(17, udp(b"\x08" + bytes(7), 1, 4789) + ethernet(b""), total=0),
    "VLAN": b"",
    "PPPoE in GRE": ip(47, b"\0\0\x88\x64\x11\0\0\0\xff\xff\x00\x21", total=0),
}


@pytest.mark.parametrize("name", TUNNELS)
def test_ten_thousand_nested_tunnels(name: str) -> None:
    if name == "VLAN":
        frame = bytes(12) + b"\x81\0\0\1" * 10_000 + b"\x08\0" + ip(17, udp(b""))
    else:
        frame = ethernet(nested(10_000, TUNNELS[name]))[: limits.RECORD]
    assert kinds(pcap([(T, frame), *records(SAMPLE)])) == ["nesting"]


def test_ten_thousand_labels_of_mpls() -> None:
    frame = ethernet(b"\0\0\0\x40" * 10_000 + ip(17, udp(b"")), 0x8847)
    assert kinds(pcap([(T, frame)])) == []


def test_fragments_inside_of_fragments() -> None:
    """Each datagram put together is again one that has to be put together."""
    inner = ip(17, udp(b"OPTIONS sip:a SIP/2.0\r\n\r\n"))
    frames = []
    for depth in range(40):
        inner = ip(4, inner, depth, 0)
    for at in range(0, len(inner), 8):
        more = 0x2000 if at + 8 < len(inner) else 0
        frames.append((T + at, ethernet(ip(4, inner[at : at + 8], 99, at // 8 | more))))
    kinds(pcap(frames))


def message(start: bytes, *headers: bytes) -> bytes:
    rows = (
        b"Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1",
        b"From: <sip:a@ims.example>;tag=1",
        b"To: <sip:a@ims.example>",
        b"Call-ID: 1",
        b"CSeq: 1 REGISTER",
        *headers,
    )
    return b"\r\n".join((start, *rows, b"Content-Length: 0", b"", b""))


REGISTER = b"REGISTER sip:ims.example SIP/2.0"
LONG = {
    "start line": message(b"REGISTER sip:" + b"a" * 65_000 + b" SIP/2.0"),
    "nothing but a line": b"REGISTER sip:" + b"a" * 65_000,
    "header": message(REGISTER, b"Security-Client: ipsec-3gpp; alg=" + b"a" * 65_000),
    "many commas": message(REGISTER, b"Security-Client: " + b"," * 65_000),
    "many semicolons": message(REGISTER, b"Security-Client: ipsec-3gpp" + b";" * 65_000),
    "many quotes": message(REGISTER, b"Authorization: Digest " + b'a="\\' * 16_000),
    "many parameters": message(REGISTER, b"Authorization: Digest " + b"a=1," * 16_000),
    "many Via": message(REGISTER, b"Via: " + b"SIP/2.0/UDP a," * 4_500),
    "many headers": message(REGISTER, *[b"a:b"] * 12_000),
    "many brackets": message(REGISTER, b"Contact: " + b"<" * 65_000),
    "many folds": message(REGISTER, b"Security-Client: ipsec-3gpp" + b"\r\n ;a" * 12_000),
}


@pytest.mark.parametrize("name", LONG)
def test_long_messages_over_udp(name: str) -> None:
    data = LONG[name][: 65_535 - 28]
    kinds(pcap([(T, ethernet(ip(17, udp(data)))), *records(SAMPLE)]))
    assert analysed(pcap(records(SAMPLE))).summary.exchanges == 1


@pytest.mark.parametrize("name", LONG)
def test_long_messages_over_tcp(name: str) -> None:
    data = LONG[name] * 2
    segments = [
        (T + at * 1000, ethernet(ip(6, tcp(data[at : at + 1400], at))))
        for at in range(0, len(data), 1400)
    ]
    kinds(pcap(segments))


def test_a_hundred_thousand_commas() -> None:
    for text in ("," * 100_000, "ipsec-3gpp," * 100_000, ";" * 100_000, 'a="' * 100_000):
        found = parse_list([text])
        assert len(found.elements) <= limits.ELEMENTS
        assert compare(found, found) is not None
    for name in (b"Security-Client", b"Authorization", b"WWW-Authenticate", b"Via", b"Require"):
        head = parse_head(REGISTER + b"\r\n" + name + b": " + b"," * 100_000 + b"\r\n\r\n")
        assert head is not None


# ---- many


def many(frames: Iterator[bytes], path: Path) -> Path:
    """A capture of these frames, a millisecond apart, with a healthy registration at the end."""
    with path.open("wb") as file:
        file.write(HEADER)
        at = T
        for frame in frames:
            at += 1_000_000
            second, rest = divmod(at, SECOND)
            file.write(struct.pack("<IIII", second, rest // 1000, len(frame), len(frame)) + frame)
        first = records(SAMPLE)[0][0]
        later = [(at + time - first, frame) for time, frame in records(SAMPLE)]
        assert link_type(SAMPLE) == 1
        for time, frame in later:
            second, rest = divmod(time, SECOND)
            file.write(struct.pack("<IIII", second, rest // 1000, len(frame), len(frame)) + frame)
    return path


@measured
def test_a_hundred_thousand_fragments_that_never_complete(tmp_path: Path) -> None:
    frames = (
        ethernet(ip(17, bytes(1400), number, 0x2000 | number % 3)) for number in range(100_000)
    )
    found = alone(many(frames, tmp_path / "fragments.pcap"))
    assert found["exchanges"] == 1
    assert "fragment-missing" in found["problems"] or "fragment-limit" in found["problems"]


@measured
def test_a_hundred_thousand_connections_with_a_gap(tmp_path: Path) -> None:
    def half(number: int) -> bytes:
        port = 1024 + number % 60_000
        segment = struct.pack(">HHIIBBHHH", port, 5060, number, 0, 0x50, 0x18, 0, 0, 0)
        return ethernet(ip(6, segment + b"REGISTER sip:a SIP/2.0\r\nVia: " + b"x" * 900))

    found = alone(many(map(half, range(100_000)), tmp_path / "half.pcap"))
    assert found["exchanges"] == 1


@measured
@pytest.mark.slow
def test_spis_without_end(tmp_path: Path) -> None:
    frames = (
        ethernet(ip(50, struct.pack(">II", 256 + number, 1) + b"\x5a" * 40))
        for number in range(1_000_000 if FULL else 300_000)
    )
    found = alone(many(frames, tmp_path / "spis.pcap"))
    assert found["exchanges"] == 1


def register(number: int, *headers: bytes) -> bytes:
    """One that nobody answers, from an address and to an account of its own."""
    user, call = b"<sip:%015d@ims.example>" % number, b"%d@10" % number
    text = b"\r\n".join(
        (
            REGISTER,
            b"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK%d" % number,
            b"From: " + user + b";tag=1",
            b"To: " + user,
            b"Call-ID: " + call,
            b"CSeq: 1 REGISTER",
            b"Contact: " + user,
            b"Require: sec-agree",
            b"User-Agent: Flood/1.0",
            b"Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans"
            b";spi-c=%d;spi-s=%d;port-c=5062;port-s=5063" % (2 * number + 256, 2 * number + 257),
            *headers,
            b"Content-Length: 0",
            b"",
            b"",
        )
    )
    packet = bytearray(ip(17, udp(text)))
    packet[12:16] = struct.pack(">I", 0x0A000000 + number)
    return ethernet(bytes(packet))


@measured
@pytest.mark.slow
def test_more_unanswered_phones_than_are_kept(tmp_path: Path) -> None:
    phones = limits.ACCESSES + (40_000 if FULL else 2000)
    found = alone(many(map(register, range(phones)), tmp_path / "phones.pcap"))
    assert found["exchanges"] == phones + 1
    assert found["problems"]["exchange-dropped"] >= phones - limits.EXCHANGES
    assert found["problems"]["access-dropped"] == phones + 1 - limits.ACCESSES


@measured
@pytest.mark.slow
def test_many_phones_with_a_lot_to_say(tmp_path: Path) -> None:
    padding = b"X: " + b"x" * 60_000
    frames = (register(number, padding) for number in range(4000))
    found = alone(many(frames, tmp_path / "large.pcap"))
    assert found["exchanges"] == 4001
    assert found["problems"]["exchange-dropped"] > 2000


def test_both_ends_register_under_one_call_id() -> None:
    there, back = register(1), bytearray(register(2).replace(b"2@10", b"1@10"))
    back[26:34] = there[30:34] + there[26:30]
    report = analysed(pcap([(T, there), (T + SECOND, bytes(back))]))
    assert [[step.frame for step in one.steps] for one in report.exchanges] == [[1], [2]]


# ---- what is said


def test_the_snap_length_is_named_as_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap(records(SAMPLE), snaplen=200))
    report = analyze([str(path)])
    stream = io.StringIO()
    to_text(report, stream, TextOptions())
    text = " ".join(stream.getvalue().split())
    assert (
        "every SIP message is cut by the snap length, and the headers with them: capture again"
        in text
    )
    assert "sip-message-truncated #1: cut by the snap length: capture whole packets" in text
    assert "-s 0" in text
