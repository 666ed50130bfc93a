"""`--decrypted FILE`: the captures with ESP taken off, written beside the report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli import engine
from analyzer.version import NAME, VERSION

if TYPE_CHECKING:
    from analyzer.report.model import Report


def analyze(inputs: Sequence[str], path: str, **settings: Any) -> Report:
    """As `engine.analyze`; what was opened is written to `path`, mode 0600.

    Raises UsageError where that fails, or an input cannot be read a second time.
    """
    from analyzer.report.comments import comments
    from analyzer.report.layout import plural
    from analyzer.report.naming import letter
    from analyzer.wireshark.decrypted import Source, write
    from analyzer.wireshark.files import open_private
    from analyzer.wireshark.sa_keys import EspWatch

    watch = EspWatch(contents=True)
    report = engine.run(inputs, watch, **settings).report
    total = len(report.captures)
    sources = [
        Source(number, one.path, letter(number, total) or Path(one.path).name)
        for number, one in enumerate(report.captures)
        if not one.unreadable
    ]
    _check(sources, path)
    try:
        with open_private(Path(path)) as stream:
            count = write(
                stream, f"{NAME} {VERSION}", sources, watch.opened, comments(report.findings)
            )
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror}") from error
    dropped = f", {watch.dropped} more than can be held stay closed" if watch.dropped else ""
    click.echo(f"{plural(count, 'ESP packet')} opened{dropped} -> {path}", err=True)
    return report


def _check(sources: Sequence[Any], path: str) -> None:
    """The inputs are read a second time while the output is written."""
    for source in sources:
        place = Path(source.path)
        if not place.is_file():
            raise click.UsageError(f"--decrypted: {source.path} cannot be read a second time")
        if Path(path).exists() and place.samefile(path):
            raise click.UsageError(f"--decrypted: {path} is one of the captures")
