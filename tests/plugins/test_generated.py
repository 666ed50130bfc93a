"""Thousands of exchanges, captures in which everything may be wrong: Lua finds what Python does.

The newest Lua takes all, the oldest a part. `PARITY=20` in the environment takes twenty times as
many.
"""

import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest

from analyzer.capture.packet import Packet, Watermark
from tests.captures import pcap
from tests.plugins.crowd import crowd, exchange
from tests.plugins.lua import RUNTIMES
from tests.plugins.recorded import shifted
from tests.plugins.test_findings import difference
from tests.plugins.test_reconstruction import MADE, REAL
from tests.sharing.population import frames

ROUNDS = int(os.environ.get("PARITY", "1"))
PHONES = 100
CROWD, CROWDS = 100, 20
CAPTURES = [path for path in (*REAL, *MADE) if path.suffix in (".pcap", ".pcapng")]
MUTATED = 24
"""Captures of a round, taken by turns."""

PIECES = (
    *(b"\0", b"%", b"]]", b"]=]", b'"', b"\\", b"\r\n", b"\n", b" ", b",", b";", b"=", b"<", b">"),
    *(b"\xff\xfe", b"Security-Verify: ", b"Security-Server: ipsec-3gpp\r\n", b"%1", b"%s%d"),
    *(b"Require: sec-agree\r\n", b"--[[", b"l: 99999\r\n", b"SIP/2.0 401 x\r\n", b"4294967296"),
    *(b"-1", b"1e9"),
)


class Mutation:
    """Packets that are lost, come again, come late, or hold other octets than were sent."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)

    def __call__(self, packets: Iterator[Any]) -> Iterator[Any]:
        """The packets of a capture, changed."""
        chance = self._chance
        held: Packet | None = None
        latest = 0
        for packet in shifted(packets):
            if isinstance(packet, Watermark):
                yield packet
                continue
            if held is not None:
                held.time = packet.time
                yield held
                held = None
            latest = packet.time
            fate = chance.random()
            if fate < 0.05:
                continue
            if fate < 0.10:
                held = packet
                continue
            if fate < 0.45:
                packet.data = self._changed(packet.data)
            yield packet
            if fate > 0.95:
                yield packet
        if held is not None:
            held.time = latest
            yield held

    def _changed(self, data: bytes) -> bytes:
        chance = self._chance
        for _ in range(chance.randint(1, 3)):
            if len(data) < 40:
                return data
            start = chance.randrange(28, len(data))
            size = chance.choice((0, 0, 1, 3, 20))
            piece = chance.choice(PIECES)
            if chance.random() < 0.1:
                other = chance.randrange(28, len(data))
                piece = data[other : other + 200]
            data = data[:start] + piece + data[start + size :]
        return data


def least(seeds: list[int], fails: Callable[[list[int]], bool]) -> list[int]:
    """As few of the seeds as still fail together."""
    size = len(seeds) // 2
    while size:
        parts = [seeds[:at] + seeds[at + size :] for at in range(0, len(seeds), size)]
        fewer = next((part for part in parts if part and fails(part)), None)
        if fewer is None:
            size //= 2
        else:
            seeds = fewer
    return seeds


def test_what_differs_is_made_small() -> None:
    assert least(list(range(100)), lambda seeds: {17, 40, 41} <= set(seeds)) == [17, 40, 41]
    assert least([5], lambda seeds: True) == [5]


def told(versions: tuple[str, ...], seeds: list[int]) -> str | None:
    """What Lua finds otherwise of the exchanges of these seeds."""
    return difference(versions, BytesIO(pcap(crowd(seeds))))


@pytest.mark.parametrize("seeds", [[919, 933, 943]])
def test_what_differed_once(seeds: list[int]) -> None:
    """Three phones that give no name get the same note behind one first hop."""
    assert told(("5.4",), seeds) is None


@pytest.mark.parametrize("batch", range(CROWDS * ROUNDS))
def test_exchanges_of_all_shapes(batch: int) -> None:
    """A hundred exchanges in one capture; what differs is named with as few of them as need be."""
    seeds = list(range(batch * CROWD, (batch + 1) * CROWD))
    capture = pcap(crowd(seeds))
    versions = tuple(RUNTIMES) if batch % 10 == 0 else ("5.4",)
    if difference(versions, BytesIO(capture)) is not None:
        few = least(seeds, lambda some: told(versions, some) is not None)
        deeds = "\n".join(f"seed {one}: {exchange(one).deeds}" for one in few)
        pytest.fail(f"{deeds}\n{told(versions, few)}")


@pytest.mark.parametrize("seed", range(0, 4 * PHONES * ROUNDS, PHONES))
def test_populations(seed: int) -> None:
    version = list(RUNTIMES)[seed // PHONES % len(RUNTIMES)]
    assert difference(version, BytesIO(pcap(list(frames(PHONES, seed))))) is None


@pytest.mark.parametrize("number", range(MUTATED * ROUNDS))
def test_mutated_captures(number: int) -> None:
    version = list(RUNTIMES)[number % len(RUNTIMES)]
    capture: Path = CAPTURES[number * 7 % len(CAPTURES)]
    assert difference(version, capture, Mutation(number)) is None
