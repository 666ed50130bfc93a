"""`secagree live`: registrations as they happen, from a pipe or an interface."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from shutil import which
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import click

from analyzer.cli.analyze import FAIL_ON, JUDGING, judging, with_options
from analyzer.cli.parameters import zone
from analyzer.report import formats

if TYPE_CHECKING:
    from analyzer.capture.live import Tail
    from analyzer.report.model import Exchange, Finding

STDIN: Final = "-"
MISSING: Final = (
    "neither dumpcap nor tcpdump is on PATH (Debian, Ubuntu: sudo apt-get install tcpdump; Windows "
    "and macOS: install Wireshark)"
)
LISTED: Final = 4  # rules named in a line


@click.command("live", short_help="Registrations as they happen: from a pipe or an interface.")
@click.argument("stream", required=False, metavar="[-]")
@click.option("-i", "interface", metavar="IFACE", help="Capture here, with dumpcap or tcpdump.")
@click.option("-f", "expression", metavar="FILTER", help="Capture filter, with -i.")
@click.option("-o", "outputs", multiple=True, metavar="FILE",
              help=f"Write the report at the end: {formats.suffixes()}.")  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(("text", "jsonl")), default="text", show_default=True,
    help="Lines of text, or each exchange as JSON when it has closed.",
)  # fmt: skip
@with_options(FAIL_ON, *JUDGING)
@click.option("--tz", type=zone, default="utc", show_default=True, metavar="ZONE",
              help="Zone of times: utc, local, or such as Europe/Berlin.")  # fmt: skip
@click.pass_context
def command(
    ctx: click.Context, /, stream: str | None, interface: str | None, expression: str | None,
    outputs: tuple[str, ...], form: str, fail_on: str, tz: tzinfo, **options: Any,
) -> None:  # fmt: skip
    """One line for every registration as soon as its result is known, and the report when the
    stream ends or at Ctrl-C.

    Time passes with packets: a silence is told when later packets show that it lasts. Write to the
    pipe without buffering (tcpdump -U). Exit code as that of analyze.

    \b
    ssh root@pcscf tcpdump -i any -s 0 -U -w - | secagree live -
    adb shell tcpdump -i any -s 0 -U -w - | secagree live -
    secagree live -i eth0 -f "$(secagree doctor --capture-filter | cut -d"'" -f2)"
    """
    from analyzer.cli import engine, output

    if (stream is None) == (interface is None) or stream not in (None, STDIN):
        raise click.UsageError("give - for standard input, or -i IFACE")
    if expression is not None and interface is None:
        raise click.UsageError("-f goes with -i: a pipe has the filter of its writer")
    files = [(path, output.format_of(path, None)) for path in outputs]
    lines = _Lines(form, tz)
    with _source(interface, expression) as tail, _until_interrupted(tail):
        report = engine.follow(cast(BinaryIO, tail), lines.hear, **judging(options))
    shown = output.text_options(tz, engine.threshold("error" if fail_on == "never" else fail_on))
    for path, file_form in files:
        output.write_file(report, path, file_form, shown)
    if form == "text":
        lines.write("")
        output.write_stdout(report, "text", shown)
    ctx.exit(engine.exit_code(report, fail_on))


class _Lines:
    """What is told while it happens."""

    def __init__(self, form: str, tz: tzinfo) -> None:
        self._form = form
        self._zone = tz
        self._told: dict[str, str] = {}

    def hear(self, exchange: Exchange, findings: list[Finding], closed: bool) -> None:
        """Tell it once, and again only if it came out otherwise than it was told."""
        if self._form == "jsonl":
            if closed:
                import msgspec

                self.write(msgspec.json.encode(exchange).decode())
            return
        text = _line(exchange, findings)
        before = self._told.pop(exchange.id, None)
        if text != before:
            self.write("\n".join(self._dated(exchange, text)))
        if not closed:
            self._told[exchange.id] = text

    def write(self, text: str) -> None:
        """At once, also into a pipe."""
        from analyzer.cli import output

        output.echo(text)

    def _dated(self, exchange: Exchange, text: str) -> Iterator[str]:
        from analyzer.cli import output
        from analyzer.report.escape import escape
        from analyzer.report.layout import wrap
        from analyzer.report.times import clock

        moment = clock(exchange.ended, self._zone)[11:23]
        safe = escape(text, not output.speaks_utf8(sys.stdout))
        yield from wrap(safe, f"{moment} {exchange.id} ", "   ")


def _line(exchange: Exchange, findings: list[Finding]) -> str:
    from analyzer.report.model import SEVERITIES
    from analyzer.report.row import row
    from analyzer.report.summary import is_note
    from analyzer.report.verdict import judge

    counted = [one for one in findings if not is_note(one, False)]
    counted.sort(key=lambda one: (SEVERITIES.index(one.severity), one.rule))
    text = row(exchange, judge(exchange, counted), 0)
    rules = list(dict.fromkeys(one.rule for one in counted))
    frames = " ".join(f"#{frame}" for frame in dict.fromkeys(s.frame for s in exchange.steps))
    return "  ".join(filter(None, (text, " ".join(rules[:LISTED]), frames)))


@contextmanager
def _source(interface: str | None, expression: str | None) -> Iterator[Tail]:
    """Standard input, or a capture that is started here and ended with it."""
    from analyzer.capture.live import Tail

    if interface is None:
        yield Tail(sys.stdin.buffer, STDIN)
        return
    arguments = capture_command(interface, expression)
    try:
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE)  # noqa: S603
    except OSError as error:
        raise click.UsageError(f"{arguments[0]}: {error.strerror}") from error
    assert process.stdout is not None
    tail = Tail(cast(BinaryIO, process.stdout), interface)
    try:
        yield tail
    finally:
        process.terminate()
        process.stdout.close()
        process.wait()


def capture_command(interface: str, expression: str | None) -> list[str]:
    """dumpcap if it is there, else tcpdump. Raises UsageError without either."""
    if program := which("dumpcap"):
        return [program, "-q", "-i", interface, *(["-f", expression] if expression else []),
                "-w", "-"]  # fmt: skip
    if program := which("tcpdump"):
        return [program, "-U", "-s", "0", "-i", interface, "-w", "-", "--",
                *([expression] if expression else [])]  # fmt: skip
    raise click.UsageError(MISSING)


@contextmanager
def _until_interrupted(tail: Tail) -> Iterator[None]:
    """The first interrupt ends the stream, a second one the program."""
    names = ("SIGINT", "SIGTERM", "SIGBREAK")  # not every system has them all
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(_number: int, _frame: object) -> None:
        restore()
        tail.stop()

    for number in numbers:
        signal.signal(number, stop)
    try:
        yield
    finally:
        restore()
