"""`secagree plugin`: the plugin for Wireshark, with the rules in force."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from analyzer.cli.analyze import RULES, in_force, with_options

AS_ROOT: Final = (
    "as root, Wireshark and tshark from 4.2 on run no Lua of the user and do not say so:"
    " install and run it as an ordinary user"
)


@click.command("plugin", short_help="The plugin for Wireshark: the same findings inside it.")
@click.option("-o", "output", metavar="FILE", help="The file to write; - for standard output.")
@click.option("--install", is_flag=True, help="Put it where Wireshark finds it.")
@click.option("--uninstall", is_flag=True, help="Take it away from there.")
@with_options(*RULES)
@click.pass_context
def command(
    ctx: click.Context, /, output: str | None, install: bool, uninstall: bool, **options: Any
) -> None:
    """Write the Lua plugin for Wireshark 4.0 and newer, with the rules in force.

    It shows each exchange, its steps and the findings in the packet tree, in columns, in Expert
    Information and in Tools > SEC-AGREE, to filter on as secagree.*; `-z secagree,tree` sums up in
    tshark. Exit code: 0, or 2 for wrong usage.

    What was found is known when all was read, so tshark shows it in a second pass: add -2 and
    -R frame to -V, -T, -Y secagree... and -z expert. One pass alone shows steps, not findings.

    \b
    secagree plugin --install
    tshark -2 -R frame -r FILE -Y 'secagree.severity == "error"'
    secagree plugin -o secagree.lua --policy site.toml --ignore TIM
    """
    if uninstall:
        if install or output is not None:
            raise click.UsageError("--uninstall goes alone")
        _uninstall()
        return
    if not install and output is None:
        raise click.UsageError("give -o FILE, --install or --uninstall")
    text, told = _made(in_force(options))
    if output == "-":
        sys.stdout.write(text)
    elif output is not None:
        _write(Path(output), text)
        click.echo(f"{told} -> {output}", err=True)
    if install:
        _install(text, told)


def _made(settings: dict[str, Any]) -> tuple[str, str]:
    """The file, and what it holds in a few words."""
    from analyzer.pipeline.settings import Settings, engine
    from analyzer.rules.errors import BookError
    from analyzer.rules.lua_book import held
    from analyzer.wireshark import plugin

    try:
        rules = engine(Settings(**settings))
    except BookError as error:
        raise click.UsageError(str(error)) from None
    kept, lacking = held(rules.rules)
    told = f"{len(kept)} rule{'' if len(kept) == 1 else 's'}"
    if lacking:
        ids = ", ".join(one.rule.id for one in lacking)
        told += f" (not {ids}: the file says why)"
    return plugin.source(rules), told


def _write(path: Path, text: str) -> None:
    from analyzer.wireshark import plugin_folder

    try:
        plugin_folder.replace(path, text)
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror}") from error


def _install(text: str, told: str) -> None:
    from analyzer.wireshark import plugin_folder

    found = plugin_folder.found()
    if not found:
        click.echo("no Wireshark was found; this is where one would look", err=True)
    for folder in found or [plugin_folder.usual()]:
        try:
            path = plugin_folder.write(folder, text)
        except OSError as error:
            raise click.UsageError(f"cannot write into {folder}: {error.strerror}") from error
        except plugin_folder.NotOurs as error:
            raise click.UsageError(f"{error} is not of secagree; move it away first") from None
        click.echo(f"{told} -> {path}", err=True)
    click.echo("start Wireshark anew, or reload Lua plugins there: Ctrl+Shift+L", err=True)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        click.echo(AS_ROOT, err=True)


def _uninstall() -> None:
    from analyzer.wireshark import plugin_folder

    removed = 0
    for folder in _places(plugin_folder.found(), plugin_folder.usual()):
        try:
            path = plugin_folder.remove(folder)
        except OSError as error:
            raise click.UsageError(f"cannot remove from {folder}: {error.strerror}") from error
        except plugin_folder.NotOurs as error:
            raise click.UsageError(f"{error} is not of secagree; it stays") from None
        if path is not None:
            removed += 1
            click.echo(f"removed {path}", err=True)
    if not removed:
        click.echo("nothing to remove", err=True)


def _places(found: Sequence[Path], usual: Path) -> list[Path]:
    return list(dict.fromkeys((*found, usual)))
