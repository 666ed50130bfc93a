"""The command `secagree`: one module a command, loaded when it is called.

`secagree CAPTURE` is `secagree analyze CAPTURE`. Exit codes: 0 clean; 1 findings at or above
`--fail-on` with an effect, or a registration that did not succeed; 2 wrong usage, or an input that
could not be read.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from analyzer.collector import one_command

_NAMES: Final = ("analyze", "show", "dissect", "doctor", "keys", "live", "rules", "plugin")
_COMMANDS: Final = {name: name for name in _NAMES}
_DEFAULT: Final = "analyze"
_OWN_OPTIONS: Final = frozenset(("--help", "-h", "--version"))


class _Commands(click.Group):
    """Loads the module of a command when it is needed; what names none is a capture."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = import_module(f"analyzer.cli.{module}").command
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in _COMMANDS and args[0] not in _OWN_OPTIONS:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from analyzer.cli.version import versions

        click.echo(versions())
        ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and those of the libraries, and exit.",
)
def main() -> None:
    """Why does this phone not register? Reads captures, rebuilds the SIP security
    agreement (RFC 3329, 3GPP IMS) and says what went wrong and who has to act.

    \b
    secagree capture.pcap            is short for: secagree analyze capture.pcap
    secagree doctor capture.pcap     why is something not seen, or not decoded?
    secagree keys capture.pcap       keys found and proven, for Wireshark
    secagree live -i eth0            findings as they happen
    secagree show capture.pcap E1    one exchange, agreement (A1) or frame (12)
    secagree dissect phone.pcap --frame 12   fields and octets of one frame
    secagree rules VER-05            one rule, in full
    secagree plugin --install        the same findings inside Wireshark
    """
    one_command()
