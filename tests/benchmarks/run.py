"""`make bench`: secagree, tshark and sngrep on the same captures, in turn, each as a whole process.

    python -m tests.benchmarks.run [--rounds N] [--only a|b] [--profile]

Prints the medians of time, the memory of one more run, their ratios to tshark's, and whether the
bounds hold. It measures and does not judge: the exit status is 0 unless a command could not be run.
"""

import argparse
import os
import pstats
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from tabulate import tabulate

from tests.benchmarks.inputs import CACHE, INPUTS, Input

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 900  # seconds for one process
PAGE = os.sysconf("SC_PAGE_SIZE")
LOOK = 0.1  # seconds between looks at the memory of its processes
# Compiled modules are kept, as an installed package has them (`compiled`).
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
HEADERS = ("Security-Client", "Security-Server", "Security-Verify")
# What an engineer would need to come to secagree's verdict by hand.
FIELDS = (
    # Which packet, when, between whom.
    "frame.number",
    "frame.time_epoch",
    "ip.src",
    "ip.dst",
    # On which ports and SA it came, to hold against those of the lists.
    "udp.srcport",
    "udp.dstport",
    "tcp.srcport",
    "tcp.dstport",
    "esp.spi",
    # Which message of which run, and of whom.
    "sip.Method",
    "sip.Status-Code",
    "sip.Call-ID",
    "sip.CSeq",
    "sip.To",
    # The agreement: its lists, and the option tag that asks for it.
    *(f"sip.{header}" for header in HEADERS),
    "sip.Require",
    "sip.Proxy-Require",
    "sip.Supported",
    # The challenge and its answer: algorithm, nonce, keys, AUTS.
    "sip.WWW-Authenticate",
    "sip.Authorization",
    # The registration: its lifetime or its end, and the protected ports named in it.
    "sip.Contact",
    "sip.Expires",
    "sip.Via",
)


class Bound(msgspec.Struct, frozen=True):
    """What secagree may take: a share of tshark's time, and a peak of memory in MB or none."""

    time_ratio: float
    memory: int | None


BOUNDS = {"a": Bound(0.1, 150), "b": Bound(1.0, None)}


class Sample(msgspec.Struct, frozen=True):
    """One command with all its processes: wall and user seconds, and the peak of the memory they
    take together in MB. A page that several of them share (the interpreter, libraries) is there
    once, so each counts its part of it (PSS of Linux)."""

    wall: float
    user: float
    memory: float


def commands(capture: Path) -> dict[str, list[str]]:
    """The command lines to compare; each succeeds on these captures.

    tshark resolves no names, which is its fastest way. secagree's findings are not to be taken for
    a failure to run.
    """
    fields = [word for field in FIELDS for word in ("-e", field)]
    wanted = " or ".join(f"sip.{header}" for header in HEADERS)
    null = "esp.enable_null_encryption_decode_heuristic:TRUE"
    file = str(capture)
    return {
        "secagree": [sys.executable, "-m", "analyzer.cli", file, "--fail-on", "never"],
        "tshark": ["tshark", "-n", "-r", file, "-o", null, "-Y", wanted, "-T", "fields", *fields],
        "sngrep": ["sngrep", "-N", "-q", "-l", "100000", "-I", file],
    }


def measured(command: Sequence[str], look: bool = False) -> Sample:
    """Runs a command to its end; `look` at its memory meanwhile (else it is 0), which slows it.

    Raises RuntimeError where it fails or does not end in time.
    """
    start = time.perf_counter()
    with subprocess.Popen(
        ["timeout", str(TIME_LIMIT), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=ENVIRONMENT,
    ) as process:
        peak = Peak(process.pid)
        if look:
            peak.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit status {process.returncode}")
    return Sample(wall, usage.ru_utime, peak.octets / (1 << 20))


class Peak(threading.Thread):
    """Looks again and again, while a process lives, how much memory it and those it started take
    (Linux only: elsewhere 0). The exact look is dear, so it is taken at new heights only; it still
    costs what grows a tenth of its time, so that times are taken in runs nobody looks at."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.octets = 0
        self._pid = pid

    def run(self) -> None:
        """Look until it has gone."""
        highest = 0
        while pids := list(_family(self._pid)):
            present = sum(map(_resident, pids))
            if present > highest:
                highest = present
                self.octets = max(self.octets, sum(map(_proportional, pids)))
            time.sleep(LOOK)


def _family(pid: int) -> Iterator[int]:
    """A process and its descendants; nothing where it has gone."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    yield pid
    for child in children:
        yield from _family(int(child))


def _resident(pid: int) -> int:
    """Octets of resident memory, shared or not; 0 where the process has gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    """The same, of pages that several processes share only this one's part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:")), 0)


def median(samples: Sequence[Sample], memory: float) -> Sample:
    """The medians of the times, and the memory, for which a run of its own was looked at."""
    return Sample(
        statistics.median(sample.wall for sample in samples),
        statistics.median(sample.user for sample in samples),
        memory,
    )


def table(medians: dict[str, Sample]) -> str:
    """The medians, each with its ratio to tshark's."""
    base = medians["tshark"]
    rows = [
        (
            name,
            sample.wall,
            sample.wall / base.wall,
            sample.user,
            sample.user / base.user,
            sample.memory,
            sample.memory / base.memory,
        )
        for name, sample in medians.items()
    ]
    columns = ("", "wall s", "ratio", "user s", "ratio", "peak MB (PSS)", "ratio")
    return tabulate(rows, columns, floatfmt=("", ".2f", ".3f", ".2f", ".3f", ".0f", ".3f"))


def judged(bound: Bound, ours: Sample, tshark: Sample) -> list[str]:
    """A line for each bound: what is allowed, what was measured, whether it holds."""
    ratio = ours.wall / tshark.wall
    lines = [
        f"time at most {bound.time_ratio:g} of tshark's: {ratio:.3f}, "
        + ("holds" if ratio <= bound.time_ratio else "BROKEN")
    ]
    if bound.memory is not None:
        lines.append(
            f"memory at most {bound.memory} MB: {ours.memory:.0f} MB, "
            + ("holds" if ours.memory <= bound.memory else "BROKEN")
        )
    return lines


def capture_of(wanted: Input) -> Path:
    """The input's file, made by a process of its own.

    On Linux the peak memory of a child begins with that of its parent, so this process stays small.
    """
    command = [sys.executable, "-m", "tests.benchmarks.inputs", wanted.name]
    made = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return Path(made.stdout.strip())


def compiled() -> None:
    """Have secagree's modules compiled as pip compiles them: nobody's start takes that time."""
    command = [sys.executable, "-m", "compileall", "-q", "analyzer"]
    subprocess.run(command, check=True, cwd=ROOT, env=ENVIRONMENT)


def compare(label: str, rounds: int) -> None:
    """Measures the commands on one input, in turn, and prints what came out."""
    wanted = INPUTS[label]
    capture = capture_of(wanted)
    print(
        f"\n({label}) {wanted.packets} packets, {wanted.messages} SIP messages, "
        f"{wanted.registrations} registrations"
    )
    samples: dict[str, list[Sample]] = {name: [] for name in commands(capture)}
    for turn in range(rounds):
        for name, command in commands(capture).items():
            sample = measured(command)
            samples[name].append(sample)
            print(f"round {turn + 1}/{rounds}: {name} {sample.wall:.2f} s", file=sys.stderr)
    memory = {
        name: measured(command, look=True).memory for name, command in commands(capture).items()
    }
    medians = {name: median(taken, memory[name]) for name, taken in samples.items()}
    print(table(medians))
    print("\n".join(judged(BOUNDS[label], medians["secagree"], medians["tshark"])), flush=True)


def profile(label: str) -> None:
    """Prints the functions that secagree spends its time in on one input."""
    capture = capture_of(INPUTS[label])
    result = CACHE / f"{label}.prof"
    command = [sys.executable, "-m", "cProfile", "-o", str(result)]
    command += commands(capture)["secagree"][1:]
    subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.DEVNULL)
    pstats.Stats(str(result)).sort_stats("tottime").print_stats(40)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="measure secagree against tshark and sngrep")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=sorted(INPUTS))
    parser.add_argument("--profile", action="store_true", help="profile secagree alone")
    options = parser.parse_args()
    compiled()
    for label in [options.only] if options.only else sorted(INPUTS):
        if options.profile:
            profile(label)
        else:
            compare(label, options.rounds)


if __name__ == "__main__":
    main()
