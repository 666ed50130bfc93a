"""`secagree show`: one exchange, the life of one agreement, or one frame."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli.analyze import (
    CAPTURES,
    FAIL_ON,
    JUDGING,
    READING,
    SELECTING,
    SHOWING,
    judging,
    key_files,
    running,
    select_from,
    with_options,
)

if TYPE_CHECKING:
    from analyzer.report.model import Frame, Report
    from analyzer.report.show.ids import Wanted
    from analyzer.report.show.witness import Witness
    from analyzer.report.text import TextOptions


@click.command("show", short_help="One exchange, agreement or frame, in full.")
@with_options(*CAPTURES, *SELECTING, FAIL_ON, *JUDGING, *READING, *SHOWING)
@click.option("--all", "every", is_flag=True, help="Every request, however many there are.")
@click.pass_context
def command(
    ctx: click.Context, /, captures: tuple[str, ...], read: tuple[str, ...], redact: bool,
    fail_on: str, every: bool, **options: Any,
) -> None:  # fmt: skip
    """Show one thing behind the captures, by the name that the report gives it:

    \b
    secagree show phone.pcap E1      an exchange: its steps, Security-* headers
    secagree show phone.pcap A1      an agreement: its life, and later requests
    secagree show phone.pcap 12      a frame: what it is, and what was made of it
    secagree show a.pcap b.pcap b#12

    Without a name it lists what there is. A stable key stands for an exchange too. Exit code as
    that of analyze, of what is shown.
    """
    from analyzer.cli import engine, output
    from analyzer.report.show.page import with_headers
    from analyzer.report.show.witness import Witness

    inputs, wanted = _told_apart((*read, *captures))
    watch = None if wanted is None or wanted.frame is None else Witness(wanted.frame)
    report = engine.analyze(inputs, watch, **judging(options), **running(options))
    with_headers(report)
    report = select_from(report, options)
    if redact:
        from analyzer.report import redaction

        if watch is not None:
            watch.sights = redaction.change_of(report)(watch.sights)
        report = redaction.redact(report)
    level = engine.threshold("error" if fail_on == engine.NEVER else fail_on)
    text = output.text_options(
        options["tz"], level, every=every, show_keys=options["show_keys"], given=key_files(options)
    )
    if watch is not None:
        _frame(inputs, watch, report, text)
        ctx.exit(engine.FAILED if any(one.unreadable for one in report.captures) else engine.CLEAN)
    _page(wanted, report, text)
    ctx.exit(engine.exit_code(_alone(wanted, report), fail_on))


def _told_apart(words: tuple[str, ...]) -> tuple[tuple[str, ...], Wanted | None]:
    """The captures, and the name of what is wanted: the last word, where it is no file."""
    from analyzer.report.show.ids import parse

    if not words:
        raise click.UsageError("no capture given")
    *inputs, last = words
    wanted = None if Path(last).exists() else parse(last)
    if wanted is None:
        return words, None
    if not inputs:
        raise click.UsageError("no capture given")
    return tuple(inputs), wanted


def _page(wanted: Wanted | None, report: Report, text: TextOptions) -> None:
    from analyzer.report.show.page import contents, page

    lines = contents(report, text) if wanted is None else page(wanted, report, text)
    if lines is None:
        assert wanted is not None
        there = ", ".join(one.id for one, _ in zip(report.exchanges, range(8), strict=False))
        raise click.UsageError(f"there is no {wanted.name} here (there is: {there or 'nothing'})")
    _write(lines, text)


def _alone(wanted: Wanted | None, report: Report) -> Report:
    """The report of what is shown, for the exit code."""
    if wanted is None:
        return report
    from analyzer.report.selection import Criteria, select

    name = wanted.name
    if wanted.kind == "agreement":
        name = next((one.exchange for one in report.agreements if one.id == name), "")
    return select(report, Criteria(exchange=(name,)))


def _frame(inputs: tuple[str, ...], watch: Witness, report: Report, text: TextOptions) -> None:
    from analyzer.capture import open_captures
    from analyzer.report.show.frame import frame
    from analyzer.report.text import view_of

    wanted: Frame = watch.frame
    if wanted.capture >= len(report.captures):
        raise click.UsageError(f"there are only {len(report.captures)} captures")
    look = open_captures(inputs).look(wanted.capture, wanted.frame)
    _write(frame(wanted, look, watch.sights, report, view_of(report, text)), text)


def _write(lines: Iterable[str], text: TextOptions) -> None:
    from analyzer.cli import output
    from analyzer.report.text import finished

    output.echo("\n".join(finished(line, text) for line in lines))
