"""Each limit of flows/ and sip/ tried: what is dropped is counted, all else is analysed.

Before a healthy registration goes what reaches the limit and what goes beyond it.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from struct import pack
from typing import NamedTuple

import pytest

from analyzer import limits
from analyzer.flows import esp
from analyzer.flows.transport import ACK, PSH, SYN
from analyzer.report.model import Report
from tests.captures import SAMPLES, SECOND, Record, analysed, pcap, records

HEALTHY = records((SAMPLES / "pcaps" / "ok_udp_null.pcap").read_bytes())
BEFORE = HEALTHY[0][0] - 600 * SECOND
ETHERNET = bytes(range(2, 14)) + b"\x08\x00"
CLIENT, SERVER = bytes((203, 0, 113, 9)), bytes((203, 0, 113, 1))

Frames = Iterator[bytes]


def ip(proto: int, data: bytes, ident: int = 0, fragment: int = 0) -> bytes:
    head = pack("!BBHHHBBH", 0x45, 0, 20 + len(data), ident, fragment, 64, proto, 0)
    return ETHERNET + head + CLIENT + SERVER + data


def udp(payload: bytes, port: int = 5060) -> bytes:
    return pack("!HHHH", port, 5060, 8 + len(payload), 0) + payload


def tcp(port: int, at: int, payload: bytes = b"", flags: int = PSH | ACK) -> bytes:
    return ip(6, pack("!HHIIBBHHH", port, 5060, 1 + at, 1, 0x50, flags, 0, 0, 0) + payload)


def options(number: int, *rows: str, method: str = "OPTIONS") -> bytes:
    usual = (
        f"{method} sip:x@example.org SIP/2.0",
        f"Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK{number}",
        f"Call-ID: c{number}",
        f"CSeq: 1 {method}",
    )
    return "\r\n".join([*usual, *rows, "", ""]).encode()


# ---- what goes up to a limit and beyond it


def datagrams_never_complete(count: int) -> Frames:
    for ident in range(count):
        yield ip(17, udp(options(ident)), ident + 1, 0x2000)


def one_in_many_fragments(count: int) -> Frames:
    data = udp(options(1).ljust(8 * count, b" "))
    for at in range(0, 8 * count, 8):
        more = 0x2000 if at + 8 < 8 * count else 0
        yield ip(17, data[at : at + 8], 1, at // 8 | more)


def up_to_the_largest(octets: int) -> Frames:
    """The last fragment of a datagram of so many octets."""
    yield ip(17, bytes(octets - 65_504), 1, 65_504 // 8)


def connections_of_sip(count: int) -> Frames:
    for port in range(1024, 1024 + count):
        yield tcp(port, 0, options(port, "Content-Length: 0"))


def behind_gaps(count: int) -> Frames:
    """Text that cannot be placed, in many connections."""
    for port in range(1024, 1024 + count):
        yield tcp(port, -1, flags=SYN)
        for number in range(8):
            yield tcp(port, 100 + 1400 * number, bytes(1400))


def inside_messages(count: int) -> Frames:
    for port in range(1024, 1024 + count):
        yield tcp(port, 0, options(port, "Content-Length: 10"))


def a_long_message(size: int) -> Frames:
    yield tcp(2000, 0, options(1, f"Content-Length: {size}"))


def an_endless_head(size: int) -> Frames:
    yield tcp(2000, 0, options(1)[:-2])
    row = b"X: " + b"x" * 1400 + b"\r\n"
    for at in range(0, size, len(row)):
        yield tcp(2000, len(options(1)) - 2 + at, row)


def transactions(count: int) -> Frames:
    for number in range(count):
        yield ip(17, udp(options(number)))


class Limit(NamedTuple):
    """`most` is a value small enough to be tried, or the real one (None). `frames` gives what
    reaches the limit, and with more what goes beyond; then `kind` is counted `count` times."""

    name: str
    most: int | None
    frames: Callable[[int], Frames]
    reaches: int
    beyond: int
    kind: str
    count: int


LIMITS = (
    # What is given up for another one is counted as what is incomplete at the end: all of them.
    Limit("FRAGMENTED", None, datagrams_never_complete, 0, 1100, "fragment-missing", 1100),
    Limit("FRAGMENTS", None, one_in_many_fragments, 256, 257, "fragment-limit", 1),
    Limit("FRAGMENT_BUFFER", 8000, datagrams_never_complete, 0, 100, "fragment-missing", 100),
    Limit("DATAGRAM", None, up_to_the_largest, 65_535, 65_536, "fragment-too-large", 1),
    Limit("STREAMS", 8, connections_of_sip, 8, 11, "tcp-streams", 3),
    Limit("STREAMS_BUFFER", 1 << 16, behind_gaps, 4, 5, "tcp-buffer", 1),
    Limit("UNFINISHED", 64, inside_messages, 16, 65, "sip-stream-dropped", 16),
    Limit("MESSAGE", None, a_long_message, 65_000, 1 << 32, "sip-message-too-long", 1),
    Limit("MESSAGE", None, an_endless_head, 60_000, 70_000, "sip-message-too-long", 1),
    Limit("TRANSACTIONS", 64, transactions, 16, 65, "sip-transaction-dropped", 16),
)


def judged(frames: Frames) -> Report:
    """The report on these frames, a millisecond apart, and the healthy registration behind them."""
    odd = [(BEFORE + number * 1_000_000, frame) for number, frame in enumerate(frames)]
    return analysed(pcap([*odd, *HEALTHY]))


def counts(report: Report) -> dict[str, int]:
    (capture,) = report.captures
    return {one.kind: one.count for one in capture.problems}


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.name} {limit.kind}")
def test_what_is_beyond_a_limit_is_counted_and_the_rest_is_analysed(
    limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    if limit.most is not None:
        monkeypatch.setattr(limits, limit.name, limit.most)
    for amount, count in ((limit.reaches, 0), (limit.beyond, limit.count)):
        report = judged(limit.frames(amount))
        assert counts(report).get(limit.kind, 0) == count, amount
        registered = [one for one in report.exchanges if one.registration is not None]
        assert [one.registration and one.registration.state for one in registered] == ["registered"]
        assert registered[0].outcome == "agreed"


def test_a_fragment_that_comes_too_late_is_no_part() -> None:
    """RFC 8200 4.5 gives up after 60 s; `limits.FRAGMENT_LIFE` is less."""
    first, second = (
        ip(17, udp(options(1, "X: " + "x" * 700)), 1, 0x2000)[: 34 + 512],
        ip(17, udp(options(1, "X: " + "x" * 700))[512:], 1, 512 // 8),
    )
    for wait, sip in ((limits.FRAGMENT_LIFE, 1), (limits.FRAGMENT_LIFE + SECOND, 0)):
        odd = [(BEFORE, first), (BEFORE + wait, second)]
        report = analysed(pcap([*odd, *HEALTHY]))
        assert report.captures[0].sip_messages == len(HEALTHY) + sip
        assert counts(report).get("fragment-missing", 0) == 2 * (1 - sip)


def test_sightings_are_counted_beyond_those_that_are_kept() -> None:
    count = limits.SIGHTINGS + 36
    report = judged(ip(17, udp(options(1))) for _ in range(count))
    (capture,) = report.captures
    assert capture.sip_sightings == len(HEALTHY) + count
    assert capture.sip_messages == len(HEALTHY) + 1


def test_copies_of_esp_are_known_among_many_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two generations: so many packets later at the latest a copy is one no more."""
    monkeypatch.setattr(esp, "ESP_SEEN", 8)
    copies = esp.EspCopies()

    def seen(seq: int) -> bool:
        from analyzer.capture.packet import Packet

        return copies.seen(Packet(0, 1, BEFORE, 0, "ip", CLIENT, SERVER, 50, pack("!II", 1, seq)))

    assert [seen(seq) for seq in range(8)] == [False] * 8
    assert seen(0)
    assert [seen(seq) for seq in range(8, 30)] == [False] * 22
    assert not seen(0)


def test_a_start_line_of_tcp_is_waited_for_to_a_bound() -> None:
    """One that is whole within the bound is read, however long; what goes on is passed over."""
    rest = options(1, "Content-Length: 0")

    def long_line(size: int) -> Frames:
        line = b"OPTIONS sip:" + b"x" * size + b" SIP/2.0" + rest[rest.index(b"\r\n") :]
        for at in range(0, len(line), 1000):
            yield tcp(2000, at, line[at : at + 1000])
        yield tcp(2000, len(line), options(2, "Content-Length: 0"))

    for size, read in ((limits.START_LINE - 100, 2), (limits.START_LINE, 1)):
        report = judged(long_line(size))
        assert report.captures[0].sip_messages == len(HEALTHY) + read
        assert report.summary.registrations == {"registered": 1}


def test_a_message_whose_connection_falls_silent_is_cut() -> None:
    """Told long before the end of the captures, and once."""
    assert counts(judged(inside_messages(5))) == {"sip-message-cut": 5}


# ---- memory

MEASURE = """
import re, sys, analyzer
report = analyzer.analyze([sys.argv[1]])
assert report.summary.registrations == {"registered": int(sys.argv[2])}, report.summary
status = open("/proc/self/status").read()  # getrusage would tell of the parent's, too
print(int(re.search("VmHWM: *([0-9]+)", status.replace("\t", " "))[1]) // 1024)
"""
ROUNDS = 400


def runs(count: int) -> Iterator[Record]:
    """One phone that registers anew every five minutes; each run in a Call-ID of its own."""
    for number in range(count):
        tag = b"%08d" % number
        for time, data in HEALTHY:
            for name in (b"Call-ID: ", b"branch=z9hG4bK"):
                before, found, behind = data.partition(name)
                data = before + found + tag + behind[8:] if found else data
            yield time + number * 300 * SECOND, data


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc/self/status")
def test_memory_is_flat_over_a_capture_ten_times_as_long(tmp_path: Path) -> None:
    taken = []
    for count in (ROUNDS, 10 * ROUNDS):
        path = tmp_path / f"{count}.pcap"
        path.write_bytes(pcap(list(runs(count))))
        command = [sys.executable, "-c", MEASURE, str(path), str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        taken.append(int(done.stdout))
    # what every run costs while it is open is some 25 kB: kept, it would be four times this
    assert taken[1] - taken[0] < 24, taken
