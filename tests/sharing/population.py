"""A capture of many phones and their proxies, each doing its part of what crosses from one phone
to another: forwards on Mw, several phones behind one address, addresses that change, fragments,
stray ESP, ICMP errors, requests outside every run, registrations that fail.

Made from the messages of `tests.benchmarks.registrations`, so all addresses, SPIs and Call-IDs are
distinct and the same in every run.
"""

import re
import struct
from collections.abc import Iterator
from functools import lru_cache

from tests.benchmarks import registrations
from tests.benchmarks.wire import ESP, ICMP, UDP, address, ethernet, ipv4, udp

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
START = 1_700_000_000 * SECOND
CORE = address(198 << 24 | 51 << 16 | 100 << 8 | 1)
KEY = b"k" * 16

Timed = tuple[int, bytes]


class Gm:
    """One packet on Gm, in clear or on an SA (`spi` 0: clear)."""

    def __init__(self, time: int, frame: bytes) -> None:
        packet = frame[14:]
        self.time, self.src, self.dst = time, packet[12:16], packet[16:20]
        inner = packet[20:]
        self.spi = self.seq = 0
        if packet[9] == ESP:
            self.spi, self.seq = struct.unpack_from("!II", inner)
            inner = inner[8 : len(inner) - 12]
            inner = inner[: len(inner) - 2 - inner[-2]]
        self.sport, self.dport = struct.unpack_from("!HH", inner)
        self.sip = inner[8:]

    def frame(self) -> bytes:
        payload = udp(self.src, self.dst, self.sport, self.dport, self.sip)
        if not self.spi:
            return ethernet(ipv4(self.src, self.dst, UDP, payload))
        return ethernet(
            ipv4(
                self.src,
                self.dst,
                ESP,
                registrations.esp_null(self.spi, self.seq, payload, KEY),
            )
        )


@lru_cache(maxsize=4)
def frames(phones: int, seed: int = 0) -> tuple[Timed, ...]:
    """The frames of `phones` phones with their times, in the order of time."""
    made: list[Timed] = []
    for number in range(phones):
        made += phone(number + seed, START + number * 97 * MILLISECOND)
    made += pings(START, phones)
    made.sort(key=lambda timed: timed[0])
    return tuple(made)


def phone(number: int, start: int) -> Iterator[Timed]:
    """What one phone does, and what is forwarded because of it."""
    steps = [Gm(*timed) for timed in registrations.registration(number, start)]
    if number % 7 == 1:  # behind the address of the phone before
        own = steps[0].src
        for step in steps:
            moved(step, own, address((10 << 24 | 1 << 16) + number - 1))
    yield from sequence(number, steps)
    if number % 5 == 2:
        yield from again(number, steps)
    if number % 11 == 3:
        yield from elsewhere(number, steps)
    if number % 6 == 4:
        yield unreachable(steps[1])
    if number % 9 == 5:
        yield stray(steps[2])


def sequence(number: int, steps: list[Gm]) -> Iterator[Timed]:
    """One registration: some fail or are cut short, some come in fragments; most are forwarded."""
    offer, challenge, verify, result = steps
    kind = number % 13
    if kind == 6:
        result.sip = result.sip.replace(b"200 OK", b"403 Forbidden", 1)
    if kind == 8:
        verify.sip = verify.sip.replace(b"alg=hmac-md5-96;ealg=null\r\nP-A", b"alg=x\r\nP-A", 1)
    kept = steps[:3] if kind == 7 else steps
    for step in kept:
        if number % 8 == 3 and not step.spi:
            yield from fragments(step, number)
        else:
            yield step.time, step.frame()
    if number % 3 != 1:
        early = -2 * MILLISECOND if number % 4 == 2 else 2 * MILLISECOND
        yield early + offer.time, forwarded(offer)
        yield challenge.time - 2 * MILLISECOND, forwarded(challenge)
        yield verify.time + early, forwarded(verify)
        if kind != 7:
            yield result.time - 2 * MILLISECOND, forwarded(result)


def again(number: int, before: list[Gm]) -> Iterator[Timed]:
    """A re-registration whose first two messages travel on the set in force."""
    later = before[3].time + 5 * SECOND
    steps = [Gm(*timed) for timed in registrations.registration(number + 500_000, later)]
    other, own = steps[0].src, before[0].src
    for step in steps:
        moved(step, other, own)
        impi = re.search(rb"sip:(\d{15})@", before[0].sip)
        assert impi is not None
        step.sip = re.sub(rb"\d{15}@", impi[1] + b"@", step.sip)
    steps[0].spi, steps[0].seq = before[2].spi, 2
    steps[0].sport, steps[0].dport = before[2].sport, before[2].dport
    steps[1].spi, steps[1].seq = before[3].spi, 2
    steps[1].sport, steps[1].dport = before[3].sport, before[3].dport
    for step in steps:
        yield step.time, step.frame()


def elsewhere(number: int, before: list[Gm]) -> Iterator[Timed]:
    """The same subscriber at another address."""
    later = before[3].time + 9 * SECOND
    steps = [Gm(*timed) for timed in registrations.registration(number + 700_000, later)]
    impi = re.search(rb"sip:(\d{15})@", before[0].sip)
    assert impi is not None
    for step in steps:
        step.sip = re.sub(rb"\d{15}@", impi[1] + b"@", step.sip)
        yield step.time, step.frame()


def moved(step: Gm, old: bytes, new: bytes) -> None:
    """Let a step be that of a phone at another address."""
    step.src, step.dst = (new if one == old else one for one in (step.src, step.dst))
    step.sip = step.sip.replace(text(old), text(new))


def text(raw: bytes) -> bytes:
    return ".".join(map(str, raw)).encode()


def forwarded(step: Gm) -> bytes:
    """The message on Mw: one Via more, no Security-* headers."""
    request = step.sip.startswith(b"REGISTER")
    proxy = step.dst if request else step.src
    branch = re.search(rb"branch=(z9hG4bK\w+)", step.sip)
    assert branch is not None
    via = b"Via: SIP/2.0/UDP " + text(proxy) + b":5060;branch=" + branch[1] + b"mw\r\nVia: "
    sip = step.sip.replace(b"Via: ", via, 1)
    sip = re.sub(rb"Security-\w+: [^\r]*\r\n|(?:Proxy-)?Require: sec-agree\r\n", b"", sip)
    src, dst = (proxy, CORE) if request else (CORE, proxy)
    return ethernet(ipv4(src, dst, UDP, udp(src, dst, 5060, 5060, sip)))


def fragments(step: Gm, number: int) -> Iterator[Timed]:
    """A clear packet in two fragments, sometimes the second one first."""
    packet = step.frame()[14:]
    payload = packet[20:]
    pieces = [(0, payload[:800], 0x2000), (800, payload[800:], 0)]
    if number % 16 == 3:
        pieces.reverse()
    for late, (offset, piece, more) in enumerate(pieces):
        head = bytearray(ipv4(step.src, step.dst, UDP, piece)[:20])
        head[4:6] = (number & 0xFFFF).to_bytes(2, "big")
        head[6:8] = (more | offset // 8).to_bytes(2, "big")
        yield step.time + late * 1000, ethernet(bytes(head) + piece)


def unreachable(step: Gm) -> Timed:
    """An ICMP error that quotes a step."""
    quoted = step.frame()[14:][:28]
    body = b"\x03\x03\0\0\0\0\0\0" + quoted
    return step.time + MILLISECOND, ethernet(ipv4(step.dst, step.src, ICMP, body))


def stray(step: Gm) -> Timed:
    """ESP of the phone on an SPI that nobody announced."""
    sealed = bytes(range(7, 247))
    body = (step.spi ^ 0x0FFF_FFFF).to_bytes(4, "big") + (1).to_bytes(4, "big") + sealed
    return step.time + 3 * MILLISECOND, ethernet(ipv4(step.src, step.dst, ESP, body))


PING = b"""OPTIONS sip:%(to)b SIP/2.0\r
Via: SIP/2.0/UDP %(by)b:5060;branch=z9hG4bKping%(number)06d\r
Max-Forwards: 70\r
From: <sip:ping@%(by)b>;tag=%(number)d\r
To: <sip:%(to)b>\r
Call-ID: ping-%(number)06d@%(by)b\r
CSeq: 1 OPTIONS\r
Content-Length: 0\r
\r
"""


def pings(start: int, count: int) -> Iterator[Timed]:
    """Proxies ask one another whether they are there, from the beginning on; nobody answers."""
    for number in range(count):
        proxy = address((172 << 24 | 16 << 16 | 10) + number % registrations.PROXIES)
        values = {b"to": text(CORE), b"by": text(proxy), b"number": number}
        sip = PING % values
        time = start + number * 53 * MILLISECOND - SECOND // 50
        yield time, ethernet(ipv4(proxy, CORE, UDP, udp(proxy, CORE, 5060, 5060, sip)))
