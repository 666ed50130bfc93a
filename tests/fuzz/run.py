"""Coverage-guided fuzzing: `python -m tests.fuzz.run TARGET [--seconds N]`, needs atheris.

Begins with the seeds in `corpus/TARGET`; what reaches new code is kept in `.fuzz/TARGET`, what
fails in `.fuzz/failures`. A failure ends the run with its traceback. Once it is mended, the input
goes to the seeds (cut down: `--minimise FILE`).
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / ".fuzz"
LONGEST = 4096  # octets of an input
SLOWEST = 10  # seconds that one input may take
MEMORY = 1024  # MiB, with the fuzzer's own


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--minimise", metavar="FILE")
    options = parser.parse_args()
    import atheris

    with atheris.instrument_imports(include=["analyzer"]):
        from tests.fuzz.targets import TARGETS
    kept, failures = KEPT / options.target, KEPT / "failures"
    for folder in (kept, failures):
        folder.mkdir(parents=True, exist_ok=True)
    arguments = [
        sys.argv[0],
        f"-max_total_time={options.seconds}",
        f"-max_len={LONGEST}",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MEMORY}",
        f"-artifact_prefix={failures}/{options.target}-",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    if options.minimise:
        arguments += ["-minimize_crash=1", options.minimise]
    else:
        arguments += [str(kept), str(HERE / "corpus" / options.target)]
    atheris.Setup(arguments, TARGETS[options.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
