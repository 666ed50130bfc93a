"""`secagree dissect`: frames field by field, with the octets of each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from analyzer.cli.analyze import (
    CAPTURES,
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
    from analyzer.agreement.items import Item
    from analyzer.capture.anatomy import Examined
    from analyzer.report.dissect.frame import Dissection
    from analyzer.report.model import Frame, Report
    from analyzer.report.show.frame import Fact
    from analyzer.report.show.witness import Sight, Witness
    from analyzer.report.text import TextOptions
    from analyzer.wireshark.sa_keys import EspWatch


@click.command("dissect", short_help="Frames field by field, down to each parameter and octet.")
@with_options(*CAPTURES)
@click.option("--frame", "frames", multiple=True, metavar="N",
              help="This frame: 12, or b#12 of the second capture. May be repeated.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text",
              show_default=True, help="Format of standard output.")  # fmt: skip
@with_options(*SELECTING, *JUDGING, *READING, *SHOWING)
@click.pass_context
def command(
    ctx: click.Context, /, captures: tuple[str, ...], read: tuple[str, ...],
    frames: tuple[str, ...], form: str, redact: bool, **options: Any,
) -> None:  # fmt: skip
    """Take frames apart: layers, SIP headers, Security-* parameters and nonces, each with the
    octets it was read from; then the octets, those of the agreement marked; then what the analysis
    knows of the frame.

    What ESP held, and a message that several frames carry, are octets of their own. Without
    --frame: the frames of the exchanges. Exit code: 0, or 2 where a frame or an input is not there.

    \b
    secagree dissect phone.pcap --frame 12
    secagree dissect a.pcap b.pcap --frame b#12 --keys phone.esp_sa --format json
    """
    from analyzer.capture import open_captures
    from analyzer.cli import engine, output

    inputs = (*captures, *read)
    if not inputs:
        raise click.UsageError("no capture given")
    named = [_parsed(text) for text in frames]
    settings = {**judging(options), **running(options)}
    if not named:
        named = _of_exchanges(select_from(engine.analyze(inputs, **settings), options))
    gathered = _gather(inputs, named, settings)
    opened = open_captures(inputs)
    examined = {
        (number, frame): one
        for number in {frame.capture for frame in named}
        for frame, one in opened.examine(
            number, {frame.frame for frame in named if frame.capture == number}
        ).items()
    }
    shown = output.text_options(
        options["tz"], engine.threshold("error"), show_keys=options["show_keys"],
        given=key_files(options),
    )  # fmt: skip
    result = _Result(gathered, named, examined, redact, shown)
    if form == "json":
        output.write_octets(result.json())
    else:
        output.echo("\n".join(result.text(output.wants_colour(sys.stdout))))
    missing = any((frame.capture, frame.frame) not in examined for frame in named)
    unread = any(one.unreadable for one in gathered.report.captures)
    ctx.exit(engine.FAILED if missing or unread else engine.CLEAN)


def _parsed(text: str) -> Frame:
    from analyzer.report.show.ids import parse

    found = parse(text)
    if found is None or found.frame is None:
        raise click.BadParameter(f"{text!r} is no frame (12, #12, or b#12)")
    return found.frame


def _of_exchanges(report: Report) -> list[Frame]:
    """The frames of all steps in their order, as many as are shown."""
    from analyzer.limits import DISSECTED
    from analyzer.report.verdict import anchor

    found: dict[Frame, None] = {}
    for exchange in report.exchanges:
        for step in exchange.steps:
            found.update(dict.fromkeys(map(anchor, (step, *step.hops))))
        if len(found) > DISSECTED:
            click.echo(f"the first {DISSECTED} frames of the exchanges; name others", err=True)
            break
    return list(found)[:DISSECTED]


class _Gathered(NamedTuple):
    """What the sweep showed: the report, of each frame a witness, and what ESP held."""

    report: Report
    witnesses: list[Witness]
    esp: EspWatch


class _Witnesses:
    """Several of them as one."""

    def __init__(self, witnesses: list[Witness]) -> None:
        self.witnesses = witnesses

    def begin(self) -> None:
        """Another sweep."""
        for one in self.witnesses:
            one.begin()

    def item(self, item: Item) -> None:
        """Let all look at one item."""
        for one in self.witnesses:
            one.item(item)


def _gather(inputs: tuple[str, ...], named: list[Frame], settings: dict[str, Any]) -> _Gathered:
    from analyzer.cli import engine
    from analyzer.report.show.witness import Witness
    from analyzer.wireshark.sa_keys import EspWatch

    witnesses = [Witness(frame) for frame in named]
    esp = EspWatch(contents=frozenset((frame.capture, frame.frame) for frame in named))
    swept = engine.run(inputs, esp, _Witnesses(witnesses), **settings)
    return _Gathered(swept.report, witnesses, esp)


class _Result:
    """The frames, ready to be written."""

    def __init__(
        self,
        gathered: _Gathered,
        named: list[Frame],
        examined: dict[tuple[int, int], Examined],
        redact: bool,
        options: TextOptions,
    ) -> None:
        from analyzer.report import redaction
        from analyzer.report.dissect.frame import Hiding
        from analyzer.report.show.frame import uses
        from analyzer.report.text import view_of

        self._names = redaction.names_of(gathered.report) if redact else None
        self._report = redaction.redact(gathered.report) if redact else gathered.report
        self._hiding = Hiding(options.show_keys, self._names)
        self._gathered = gathered
        self._named = named
        self._examined = examined
        self._options = options
        self._view = view_of(self._report, options)
        self._uses = uses(named, self._report, self._view)

    def text(self, colour: bool) -> Iterator[str]:
        """All frames, a blank line between them."""
        from analyzer.report.dissect.page import absent, page
        from analyzer.report.layout import plural, wrap
        from analyzer.report.show.frame import UNSEEN
        from analyzer.report.times import clock, iso

        view = self._view
        for number, (frame, witness) in enumerate(
            zip(self._named, self._gathered.witnesses, strict=True)
        ):
            if number:
                yield ""
            one = self._examined.get((frame.capture, frame.frame))
            if one is None:
                yield from absent(frame, UNSEEN, view)
                continue
            path = self._report.captures[frame.capture].path
            cut = ", cut by the snap length" if one.look.cut else ""
            time = clock(iso(one.look.time), view.zone)
            size = plural(one.look.length, "octet")
            head = [*wrap(f"{view.frame(frame)} of {path}"), f" {time}, {size}{cut}"]
            yield from page(head, self._taken(frame, one, witness.sights),
                            self._facts(frame, one, witness.sights), view, colour)  # fmt: skip

    def json(self) -> bytes:
        """The document."""
        from analyzer.report.dissect.document import described, encoded, head
        from analyzer.report.show.exchange import citing
        from analyzer.report.times import iso

        frames = []
        for frame, witness in zip(self._named, self._gathered.witnesses, strict=True):
            one = self._examined.get((frame.capture, frame.frame))
            if one is not None:
                path = self._report.captures[frame.capture].path
                taken = self._taken(frame, one, witness.sights)
                facts = self._facts(frame, one, witness.sights)
                cited = [finding.id for finding in citing(self._report.findings, {frame})]
                frames.append(
                    described(taken, path, iso(one.look.time), facts, cited,
                              self._options.show_keys)
                )  # fmt: skip
        return encoded({**head(self._report.tool), "frames": frames})

    def _taken(self, frame: Frame, one: Examined, sights: list[Sight]) -> Dissection:
        from analyzer.report.dissect.frame import Inner, dissect

        held = self._gathered.esp.opened.get((frame.capture, frame.frame))
        inner = None if held is None else Inner(held.proto, held.data)
        return dissect(frame, one, sights, inner, self._hiding)

    def _facts(self, frame: Frame, one: Examined, sights: list[Sight]) -> list[Fact]:
        from analyzer.report.show.frame import facts

        if self._names is not None:
            sights = self._names.change(sights)
        return list(facts(frame, one.look, sights, self._report, self._view, self._uses))
