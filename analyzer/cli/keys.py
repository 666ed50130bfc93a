"""`secagree keys`: the keys that were found and proven, for Wireshark and for us."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from analyzer.cli.analyze import JUDGING, judging, with_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyzer.pipeline import Swept
    from analyzer.wireshark.sa_keys import SaKeys

INSTALL: Final = "install"


@click.command("keys", short_help="Keys found and proven, as files for Wireshark.")
@click.argument("captures", nargs=-1, metavar="CAPTURE...")
@click.option("-r", "read", multiple=True, metavar="CAPTURE", help="The same as CAPTURE.")
@click.option(
    "--format", "form", type=click.Choice(("esp_sa", "json", "profile")), default="esp_sa",
    show_default=True, help="Wireshark's table, our own JSON, or a Wireshark profile.",
)  # fmt: skip
@click.option("-o", "output", metavar="PATH", help="The file to write, or the profile's folder.")
@click.option("--wireshark-profile", "wireshark", type=click.Choice((INSTALL,)),
              help="Write the profile where Wireshark finds it.")  # fmt: skip
@with_options(*JUDGING)
@click.pass_context
def command(
    ctx: click.Context, /, captures: tuple[str, ...], read: tuple[str, ...], form: str,
    output: str | None, wireshark: str | None, **options: Any,
) -> None:  # fmt: skip
    """Write the keys of every SA of which a packet proved them, both directions.

    Files get mode 0600. On standard output keys are masked unless --show-keys.
    Exit code: 0 there are proven keys or nothing needs one, 1 ESP for which no key is known, 2
    wrong usage or an input that could not be read.

    \b
    secagree keys gm.pcap mw.pcap --wireshark-profile install
    tshark -C secagree -r gm.pcap -Y sip
    secagree keys gm.pcap --keys x.txt -o esp_sa
    """
    from analyzer.cli import engine
    from analyzer.wireshark.sa_keys import EspWatch

    inputs = (*captures, *read)
    if not inputs:
        raise click.UsageError("no capture given")
    if wireshark is not None:
        if form == "json":
            raise click.UsageError("--wireshark-profile goes with --format profile")
        form = "profile"
    if form == "profile" and output is None and wireshark is None:
        raise click.UsageError("--format profile: give -o FOLDER or --wireshark-profile install")
    watch = EspWatch()
    swept = engine.run(inputs, watch, **judging(options))
    rows = watch.keys()
    if form == "profile":
        _write_profile(output, rows)
    else:
        _write(output, form, rows, swept, masked=not (output or options["show_keys"]))
    if any(capture.unreadable for capture in swept.report.captures):
        ctx.exit(engine.FAILED)
    closed = sum((c.esp_packets or 0) - (c.esp_opened or 0) for c in swept.report.captures)
    if not rows:
        click.echo("no ESP could be opened" if closed else "no ESP to be opened", err=True)
    ctx.exit(engine.FOUND if closed and not rows else engine.CLEAN)


def _write(
    output: str | None, form: str, rows: Sequence[SaKeys], swept: Swept, *, masked: bool
) -> None:
    from analyzer.wireshark.esp_sa import as_json, esp_sa
    from analyzer.wireshark.files import write_private

    if form == "json":
        text = as_json(rows, swept.ring, masked=masked)
    else:
        text = esp_sa(rows, masked=masked)
    if output is None:
        sys.stdout.write(text)
        if masked and rows:
            click.echo("keys are masked: -o FILE writes them, --show-keys prints them", err=True)
        return
    try:
        write_private(Path(output), text)
    except OSError as error:
        raise click.UsageError(f"cannot write {output}: {error.strerror}") from error
    click.echo(f"{_count(rows)} -> {output}", err=True)


def _write_profile(output: str | None, rows: Sequence[SaKeys]) -> None:
    from analyzer.wireshark import profile

    folder = profile.personal_folder() / profile.NAME if output is None else Path(output)
    try:
        profile.write(folder, rows)
    except OSError as error:
        raise click.UsageError(f"cannot write {folder}: {error.strerror}") from error
    click.echo(f"{_count(rows)} -> {folder}", err=True)
    if output is None:
        click.echo(f"tshark -C {profile.NAME} -r CAPTURE", err=True)


def _count(rows: Sequence[SaKeys]) -> str:
    from analyzer.report.layout import plural
    from analyzer.wireshark.esp_sa import usable

    proven = sum(row.packets > 0 for row in rows)
    lost = len(rows) - usable(rows)
    text = f"{plural(len(rows), 'SA')}, {proven} proven by their packets"
    return f"{text}, {lost} of no use to Wireshark" if lost else text
