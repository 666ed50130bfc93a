"""`secagree analyze`: captures in, verdicts out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from analyzer.cli.parameters import Moment, clock, moment, names, spi, zone
from analyzer.report import formats

if TYPE_CHECKING:
    from analyzer.report.model import Report
    from analyzer.report.text import TextOptions

F = TypeVar("F", bound=Callable[..., Any])

_DIALECTS: Final = ("auto", "ims", "rfc3329", "draft-00", "draft-01", "arkko-00", "arkko-01")
_LEVELS: Final = ("critical", "error", "warning", "info", "never")
_FILE: Final = click.Path(exists=True, dir_okay=False)

CAPTURES: Final = (
    click.argument("captures", nargs=-1, metavar="CAPTURE..."),
    click.option("-r", "read", multiple=True, metavar="CAPTURE", help="The same as CAPTURE."),
)  # fmt: skip

_WRITTEN: Final = (
    click.option("--decrypted", metavar="FILE",
                 help="Write a pcapng with the opened ESP packets in clear, findings as comments."),
    click.option("-o", "outputs", multiple=True, metavar="FILE",
                 help=f"Write a file: {formats.suffixes()}. May be repeated."),
    click.option("--format", "form", type=click.Choice(formats.NAMES),
                 help="Format of standard output.  [default: text]"),
)  # fmt: skip

SELECTING: Final = (
    click.option("--imsi", multiple=True, metavar="DIGITS", help="Only this subscriber."),
    click.option("--msisdn", multiple=True, metavar="DIGITS", help="Only this number."),
    click.option("--imei", multiple=True, metavar="DIGITS", help="Only this phone."),
    click.option("--ue", multiple=True, metavar="ADDR", help="Only this address of a UE."),
    click.option("--call-id", multiple=True, metavar="ID", help="Only this Call-ID."),
    click.option("--spi", multiple=True, type=spi, metavar="SPI",
                 help="Only where this SPI is announced or used (0x.. or decimal)."),
    click.option("--from", "since", type=moment, metavar="TIME",
                 help="Not before: ISO 8601, or HH:MM:SS of the capture's day."),
    click.option("--to", "until", type=moment, metavar="TIME", help="Not after."),
    click.option("--exchange", multiple=True, metavar="ID", help="Only E1, or a stable key."),
)  # fmt: skip

FAIL_ON: Final = click.option(
    "--fail-on", type=click.Choice(_LEVELS), default="error", show_default=True,
    help="Exit code 1 from this severity on.",
)  # fmt: skip

RULES: Final = (
    click.option("--dialect", type=click.Choice(_DIALECTS), default="auto", show_default=True,
                 help="Judge by this dialect."),
    click.option("--rules", "rule_files", multiple=True, type=_FILE, metavar="FILE",
                 help="Rules beside the book, or in place of its own."),
    click.option("--policy", type=_FILE, metavar="FILE", help="Site policy: release, quirks, .."),
    click.option("--select", "chosen", multiple=True, metavar="RULES",
                 help="Only these: ids, names or families (VER)."),
    click.option("--extend-select", "added", multiple=True, metavar="RULES",
                 help="These too."),
    click.option("--ignore", "ignored", multiple=True, metavar="RULES",
                 help="Not these; wins over the others."),
)  # fmt: skip

JUDGING: Final = (
    *RULES,
    click.option("--strict", is_flag=True, help="Count findings without effect too."),
    click.option("--keys", "key_files", multiple=True, type=_FILE, metavar="FILE",
                 help="Keys: Wireshark's esp_sa, `ip xfrm state`, or JSON."),
    click.option("--ck", metavar="HEX", help="CK, 32 hexadecimal digits, with --ik."),
    click.option("--ik", metavar="HEX", help="IK of the same challenge."),
    click.option("--usim", "usim_files", multiple=True, type=_FILE, metavar="FILE",
                 help="USIMs in TOML: imsi, k, op or opc, and amf, sqn where known."),
    click.option("--show-keys", is_flag=True, help="Leave keys readable in what is written."),
)  # fmt: skip

READING: Final = (
    click.option("--engine", type=click.Choice(("auto", "native", "tshark")), default="auto",
                 show_default=True,
                 help="Who reads SIP: auto asks tshark only for what is not read natively."),
    click.option("--tls-keylog", type=_FILE, metavar="FILE",
                 help="TLS secrets (SSLKEYLOGFILE), for SIP in TLS."),
    click.option("--clock", "clocks", multiple=True, type=clock, metavar="FILE=+3.2s",
                 help="The clock of this capture is so much ahead (- behind)."),
    click.option("--jobs", type=click.IntRange(min=1), metavar="N",
                 help="Processes to use for large captures; the report is the same.  [default: "
                 "one for each core]"),
)  # fmt: skip

SHOWING: Final = (
    click.option("--tz", type=zone, default="utc", show_default=True, metavar="ZONE",
                 help="Zone of times: utc, local, or such as Europe/Berlin."),
    click.option("--redact", is_flag=True, help="Put other names for subscribers and phones."),
)  # fmt: skip

_AMOUNT: Final = (
    click.option("--all", "every", is_flag=True, help="List every exchange."),
    click.option("-q", "--quiet", is_flag=True, help="One verdict line an exchange."),
    click.option("-v", "--verbose", is_flag=True, help="Healthy ones and notes in full, too."),
)  # fmt: skip


Option = Callable[[Any], Any]


def with_options(*options: Option) -> Callable[[F], F]:
    """Decorate a command with these, in this order."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@click.command("analyze", short_help="Did each phone register, and if not, why? (the default)")
@with_options(*CAPTURES, *_WRITTEN, *SELECTING, FAIL_ON, *JUDGING, *READING, *SHOWING, *_AMOUNT)
@click.pass_context
def command(
    ctx: click.Context, /, captures: tuple[str, ...], read: tuple[str, ...],
    outputs: tuple[str, ...], form: str | None, redact: bool, fail_on: str, **options: Any,
) -> None:  # fmt: skip
    """Say of every registration in the captures whether it succeeded, and if not, why.

    CAPTURE is a pcap, pcapng, snoop or ERF file (compressed too), a text with SIP in it, a folder,
    a quoted glob, or - for standard input; several are read as one. Exit code: 0 clean, 1 findings
    or a registration that did not succeed, 2 wrong usage or an input that could not be read.

    \b
    secagree phone.pcap
    secagree ring*.pcap --imsi 001010123456789 -o report.json
    """
    from analyzer.cli import engine, output

    inputs = (*captures, *read)
    if not inputs:
        raise click.UsageError("no capture given")
    files = [(path, output.format_of(path, form)) for path in outputs]
    settings = {**judging(options), **running(options)}
    if options["decrypted"] is None:
        whole = engine.analyze(inputs, **settings)
    else:
        from analyzer.cli import decrypted

        whole = decrypted.analyze(inputs, options["decrypted"], **settings)
    report = select_from(whole, options)
    selected = report is not whole
    if redact:
        from analyzer.report.redaction import redact as redacted

        report = redacted(report)
    shown = _text_options(options, fail_on, selected)
    for path, file_form in files:
        output.write_file(report, path, file_form, shown)
    code = engine.exit_code(report, fail_on)
    if not files:
        output.write_stdout(report, form or "text", shown)
    elif not options["quiet"]:
        _tell(report, [path for path, _ in files])
    ctx.exit(code)


def running(options: dict[str, Any]) -> dict[str, Any]:
    """What reads the captures."""
    if options["engine"] == "tshark":
        from analyzer.wireshark.tshark import INSTALL, available

        if not available():
            raise click.UsageError(INSTALL)
    given = {name: options[name] for name in ("engine", "tls_keylog")}
    return given | {"clocks": dict(options["clocks"]), "jobs": options["jobs"] or cores()}


def judging(options: dict[str, Any]) -> dict[str, Any]:
    """The options of the engine, under its names."""
    return in_force(options) | {
        "strict": options["strict"],
        "keys": options["key_files"],
        "usim": options["usim_files"],
        "ck": options["ck"],
        "ik": options["ik"],
        "show_keys": options["show_keys"],
    }


def in_force(options: dict[str, Any]) -> dict[str, Any]:
    """Those of `RULES`, under the names of the engine."""
    return {
        "dialect": options["dialect"],
        "rules": options["rule_files"],
        "policy": options["policy"],
        "select": names(options["chosen"]),
        "extend_select": names(options["added"]),
        "ignore": names(options["ignored"]),
    }


def cores() -> int:
    """The processors this process may use."""
    import os

    if hasattr(os, "sched_getaffinity"):  # not everywhere
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def select_from(report: Report, options: dict[str, Any]) -> Report:
    """The report of what the options of `SELECTING` ask for."""
    from analyzer.report.selection import Criteria, select

    local: tzinfo = options["tz"]
    first = min((c.first_time for c in report.captures if c.first_time), default=None)

    def resolved(point: Moment | None) -> str | None:
        return None if point is None else point.resolve(local, first)

    criteria = Criteria(
        imsi=options["imsi"],
        msisdn=options["msisdn"],
        imei=options["imei"],
        ue=options["ue"],
        call_id=options["call_id"],
        spi=options["spi"],
        exchange=options["exchange"],
        since=resolved(options["since"]),
        until=resolved(options["until"]),
    )
    return select(report, criteria)


def _text_options(options: dict[str, Any], fail_on: str, selected: bool) -> TextOptions:
    from analyzer.cli import engine, output

    return output.text_options(
        options["tz"],
        engine.threshold("error" if fail_on == engine.NEVER else fail_on),
        quiet=options["quiet"],
        verbose=options["verbose"],
        every=options["every"],
        selected=selected,
        show_keys=options["show_keys"],
        given=key_files(options),
    )


def key_files(options: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Option and path of each file that keys are taken from."""
    return (
        *(("--keys", path) for path in options["key_files"]),
        *(("--usim", path) for path in options["usim_files"]),
    )


def _tell(report: Report, paths: list[str]) -> None:
    """One line to standard error, so that an exit code of 1 is never silent."""
    from analyzer.report.glance import by_word, counted
    from analyzer.report.layout import plural

    words = by_word(counted(report.exchanges).counted())
    counts = ", ".join(f"{count} {name}" for name, count in sorted(words.items()))
    total = plural(report.summary.exchanges, "exchange")
    click.echo(f"{total}{f' ({counts})' if counts else ''} -> {' '.join(paths)}", err=True)
