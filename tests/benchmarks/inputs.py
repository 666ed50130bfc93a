"""The captures that `make bench` measures with: made once in `.bench/`, the same bytes every time.

python -m tests.benchmarks.inputs [mixed] [sip]
"""

import argparse
import hashlib
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from tests.benchmarks import registrations, traffic

CACHE = Path(__file__).parents[2] / ".bench"
START = 1_700_000_000_000_000_000  # ns: 2023-11-14 22:13:20 UTC
SECOND = 1_000_000_000
TAIL = 3 * SECOND  # the longest registration ends within this time
BATCH = 4096  # records written at once


class Input(msgspec.Struct, frozen=True):
    """Packets in all, registrations of four SIP messages each, duration in seconds."""

    name: str
    packets: int
    registrations: int
    seconds: int

    @property
    def messages(self) -> int:
        """SIP messages in the capture."""
        return 4 * self.registrations


MIXED = Input("mixed", 2_000_000, 5_000, 600)
SIP = Input("sip", 200_000, 50_000, 3_600)
INPUTS = {"a": MIXED, "b": SIP}


def records(wanted: Input) -> Iterator[tuple[int, bytes]]:
    """The capture's frames with their times (ns), in time order."""
    duration = wanted.seconds * SECOND
    sip = registrations.frames(wanted.registrations, duration - TAIL, START)
    others = wanted.packets - len(sip)
    if others <= 0:
        yield from sip
        return
    step = duration // others
    now = START
    background = traffic.frames(seed=1)
    waiting = iter(sip)
    due = next(waiting, None)
    for frame, _ in zip(background, range(others), strict=False):
        while due is not None and due[0] <= now:
            yield due
            due = next(waiting, None)
        yield now, frame
        now += step
    if due is not None:
        yield due
        yield from waiting


def pcap(timed: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    """A pcap file (little endian, microseconds, Ethernet) in pieces."""
    yield struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
    pack = struct.Struct("<IIII").pack
    pieces: list[bytes] = []
    for time, frame in timed:
        seconds, rest = divmod(time, SECOND)
        size = len(frame)
        pieces.append(pack(seconds, rest // 1000, size, size))
        pieces.append(frame)
        if len(pieces) >= 2 * BATCH:
            yield b"".join(pieces)
            pieces.clear()
    yield b"".join(pieces)


def write(wanted: Input, path: Path) -> None:
    """Writes the capture; `path` exists only when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.writelines(pcap(records(wanted)))
    partial.replace(path)


def made(wanted: Input, cache: Path = CACHE) -> Path:
    """The capture's file, written if these modules changed since it was, or if it is not there."""
    digest = hashlib.sha256(repr(wanted).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        if source.stem in {"inputs", "registrations", "traffic", "wire"}:
            digest.update(source.read_bytes())
    path = cache / f"{wanted.name}-{digest.hexdigest()[:8]}.pcap"
    if not path.exists():
        for stale in cache.glob(f"{wanted.name}-*.pcap"):
            stale.unlink()
        write(wanted, path)
    return path


def main() -> None:
    """Makes the named inputs, by default all, and prints where they are."""
    names = [wanted.name for wanted in INPUTS.values()]
    parser = argparse.ArgumentParser(description="make the captures of the benchmark")
    parser.add_argument("name", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    chosen = parser.parse_args().name or names
    if unknown := set(chosen) - set(names):
        parser.error(f"no input named {', '.join(sorted(unknown))}")
    for wanted in INPUTS.values():
        if wanted.name in chosen:
            print(made(wanted))


if __name__ == "__main__":
    main()
