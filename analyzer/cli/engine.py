"""The way from the options of a command to a report."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from analyzer.report.glance import counted
from analyzer.report.model import SEVERITIES, Finding, Report
from analyzer.report.summary import is_note
from analyzer.report.verdict import succeeded

if TYPE_CHECKING:
    from analyzer.pipeline import Swept, Told, Watch
    from analyzer.wireshark.sa_keys import EspWatch

CLEAN: Final = 0
FOUND: Final = 1
FAILED: Final = 2
NEVER: Final = "never"

_SLOW: Final = 32 << 20  # octets of input that take long enough to show that work is done


def follow(stream: BinaryIO, told: Told, **settings: Any) -> Report:
    """As `analyze`, of a stream as it comes."""
    import click

    from analyzer import pipeline
    from analyzer.rules.errors import BookError

    try:
        return pipeline.follow(stream, told, pipeline.Settings(**settings))
    except (BookError, pipeline.KeysError) as error:
        raise click.UsageError(str(error)) from None


def run(inputs: Sequence[str], esp: EspWatch, watch: Watch | None = None, **settings: Any) -> Swept:
    """As `analyze`, with what the last sweep knew of keys; `esp` hears of what was opened."""
    import click

    from analyzer import pipeline
    from analyzer.capture import ClockError
    from analyzer.rules.errors import BookError

    try:
        with _progress(inputs):
            return pipeline.run(inputs, pipeline.Settings(**settings), watch, esp)
    except (BookError, pipeline.KeysError, ClockError) as error:
        raise click.UsageError(str(error)) from None


def analyze(inputs: Sequence[str], watch: Watch | None = None, **settings: Any) -> Report:
    """Run the whole machine, with a sign of life on a terminal while it takes long.

    `watch` sees what passes. `settings` are the members of `pipeline.Settings`. A rule book, a
    policy, a selection or keys that cannot be used are wrong usage, and so is a clock of what is no
    capture.
    """
    import click

    from analyzer import pipeline
    from analyzer.capture import ClockError
    from analyzer.pipeline import KeysError, Settings
    from analyzer.rules.errors import BookError

    try:
        with _progress(inputs):
            return pipeline.analyze(inputs, Settings(**settings), watch)
    except (BookError, ClockError, KeysError) as error:
        raise click.UsageError(str(error)) from None


def threshold(fail_on: str) -> frozenset[str]:
    """The severities at or above `fail_on`; none for `never`."""
    if fail_on == NEVER:
        return frozenset()
    return frozenset(SEVERITIES[: SEVERITIES.index(fail_on) + 1])


def exit_code(report: Report, fail_on: str) -> int:
    """0, 1 or 2, as the contract has it; 2 wins over 1."""
    if any(capture.unreadable for capture in report.captures):
        return FAILED
    if fail_on == NEVER:
        return CLEAN
    severities = threshold(fail_on)

    def counts(finding: Finding) -> bool:
        return finding.severity in severities and not is_note(finding, report.strict)

    if any(map(counts, report.findings)):
        return FOUND
    kinds = counted(report.exchanges).counted()
    failed = any(state and succeeded(word) is False for word, _, state in kinds)
    return FOUND if failed else CLEAN


def _progress(inputs: Sequence[str]) -> AbstractContextManager[Any]:
    if not sys.stderr.isatty() or _size(inputs) < _SLOW:
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status("reading")


def _size(inputs: Sequence[str]) -> int:
    paths = map(Path, inputs)
    return sum(path.stat().st_size for path in paths if path.is_file())
