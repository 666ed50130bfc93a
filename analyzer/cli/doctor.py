"""`secagree doctor`: why is something not seen, or not decoded?"""

from __future__ import annotations

import sys
from typing import Any

import click

from analyzer.cli.analyze import JUDGING, READING, judging, running, with_options


@click.command("doctor", short_help="Why is something not seen, or not decoded?")
@click.argument("captures", nargs=-1, metavar="CAPTURE...")
@click.option("-r", "read", multiple=True, metavar="CAPTURE", help="The same as CAPTURE.")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True
)
@click.option(
    "--capture-filter", "filter_only", is_flag=True,
    help="Print only the tcpdump line that catches all of it.",
)  # fmt: skip
@with_options(*JUDGING, *READING)
@click.pass_context
def command(
    ctx: click.Context, /, captures: tuple[str, ...], read: tuple[str, ...], form: str,
    filter_only: bool, **options: Any,
) -> None:  # fmt: skip
    """One page about the captures themselves: what is missing in them, what could not be read and
    why, which keys are needed and where to get them.

    Exit code: 0 nothing to mend, 1 something to mend, 2 wrong usage or an input that could not be
    read.

    \b
    secagree doctor phone.pcap
    secagree doctor --capture-filter                 before there is any capture
    """
    from analyzer.cli import engine, output
    from analyzer.report import doctor
    from analyzer.report.doctor.capture_filter import command as tcpdump
    from analyzer.report.doctor.page import filter_line

    inputs = (*captures, *read)
    if not inputs:
        if not filter_only:
            raise click.UsageError("no capture given")
        click.echo(tcpdump())
        return
    report = engine.analyze(inputs, **judging(options), **running(options))
    evidence, checks = doctor.diagnose(report)
    if filter_only:
        click.echo(filter_line(evidence))
    elif form == "json":
        sys.stdout.buffer.write(doctor.to_json(report))
    else:
        doctor.to_text(report, sys.stdout, not output.speaks_utf8(sys.stdout))
    if any(capture.unreadable for capture in report.captures):
        ctx.exit(engine.FAILED)
    if not filter_only:
        ctx.exit(engine.FOUND if any(c.state == "problem" for c in checks) else engine.CLEAN)
