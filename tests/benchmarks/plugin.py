"""What the Lua plugin costs a tshark that reads 100 000 frames, with the plugin of this checkout.

    python -m tests.benchmarks.plugin [--rounds N]

Prints user seconds without and with it, the least of several rounds in turn, and whether their
ratio keeps to the bound: for a tshark that prints its lines, of which the plugin can tell that
nobody asks for what it knows, and for one of which it cannot (as on systems that do not tell it).
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from tabulate import tabulate

from analyzer.rules import book
from analyzer.rules.engine import Engine
from analyzer.wireshark import plugin
from tests.benchmarks import registrations, traffic
from tests.benchmarks.inputs import SECOND, START, pcap
from tests.benchmarks.wire import UDP

FRAMES = 100_000
HOUR = 3600 * SECOND
BOUND = 1.5
NOBODY = 65534
TIME_LIMIT = 600
PROTOCOL = 23  # where IPv4 behind Ethernet names it

# Options that print the same lines. Of a separator the plugin takes it that somebody may ask.
WAYS = {"nobody can ask": (), "somebody may ask": ("-S", "\n")}

Timed = Iterable[tuple[int, bytes]]


def clear() -> Iterator[tuple[int, bytes]]:
    """REGISTER and 401 of registrations before IPsec: each has a Security-* header."""
    frames = registrations.frames(FRAMES // 2, HOUR, START)
    return ((time, frame) for time, frame in frames if frame[PROTOCOL] == UDP)


def without_headers() -> Iterator[tuple[int, bytes]]:
    """The same messages with other headers in their place (tshark looks at no UDP checksum)."""
    return ((time, frame.replace(b"Security-", b"Whatever-")) for time, frame in clear())


def without_sip() -> Iterator[tuple[int, bytes]]:
    """Voice, bulk data, names, tunnels."""
    for number, frame in enumerate(islice(traffic.frames(seed=1), FRAMES)):
        yield START + number * HOUR // FRAMES, frame


CAPTURES = {
    "SIP, Security-*": clear,
    "SIP, no Security-*": without_headers,
    "no SIP": without_sip,
}


def user_seconds(home: Path, capture: Path, options: Iterable[str]) -> float:
    """Of one tshark, as an ordinary user: newer ones run no Lua as root. Raises RuntimeError."""
    command = ["timeout", str(TIME_LIMIT), "tshark", "-n", "-r", str(capture), *options]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        user=NOBODY if os.geteuid() == 0 else None,
    ) as process:  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit status {process.returncode}")
    return usage.ru_utime


def measured(
    home: Path, capture: Path, script: Path, rounds: int
) -> dict[str, tuple[float, float]]:
    """For each way the least user seconds without and with the plugin."""
    least: dict[tuple[str, bool], float] = {}
    for turn in range(rounds):
        for way, options in WAYS.items():
            for with_it in (False, True):
                words = (*options, *(("-X", f"lua_script:{script}") if with_it else ()))
                taken = user_seconds(home, capture, words)
                least[way, with_it] = min(taken, least.get((way, with_it), taken))
        print(f"round {turn + 1}/{rounds}: {capture.name}", file=sys.stderr)
    return {way: (least[way, False], least[way, True]) for way in WAYS}


def rows(home: Path, rounds: int) -> Iterator[tuple[str, str, float, float, float, str]]:
    """Captures and ways with what was measured."""
    script = home / "secagree.lua"
    script.write_text(plugin.source(Engine(book.load())))
    for name, frames in CAPTURES.items():
        capture = home / "capture.pcap"
        with capture.open("wb") as file:
            file.writelines(pcap(frames()))
        for way, (without, with_it) in measured(home, capture, script, rounds).items():
            ratio = with_it / without
            yield name, way, without, with_it, ratio, "holds" if ratio <= BOUND else "BROKEN"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="measure what the plugin costs tshark")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        shown = list(rows(Path(name), rounds))
    columns = ("100 000 frames", "", "user s", "with it", "ratio", f"at most {BOUND:g}")
    print(tabulate(shown, columns, floatfmt=("", "", ".2f", ".2f", ".3f", "")))


if __name__ == "__main__":
    main()
