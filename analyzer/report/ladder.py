"""The ladder: who sent what to whom, with the time since the row before, one message a line.

`--` is clear, `==` ESP, `~~` TLS. Two lanes while only the first hop was seen; three, with the
core, where the messages were seen on the next hop too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from analyzer.report.layout import WIDTH, clip, pair, wrap
from analyzer.report.model import Agreement, Exchange, Finding, Frame, Mechanism, Step, Traffic
from analyzer.report.times import elapsed
from analyzer.report.verdict import client_name, server_name
from analyzer.report.view import View, host, port

_STROKES: Final = {"clear": "-", "ports": "-", "esp": "=", "esp-null": "=", "tls": "~"}
_LEGEND: Final = "-- clear   == ESP"
_LANES: Final = {2: 36, 3: 23}  # columns between two bars, with frame names of six columns
_FRAME: Final = 6
_WIDE: Final = 28  # columns of a lane in which names are written out
_ROWS: Final = (20, 10)  # shown of the first and of the last rows, where there are more
_CORE_LEGS: Final = frozenset(("mw", "cx"))
_TO_SERVER: Final = frozenset(("uc>ps", "us>pc"))
KINDS: Final = {
    "initial": "initial registration",
    "reauthentication": "re-registration with a new challenge",
    "refresh": "refresh of the registration",
    "deregistration": "de-registration",
    "in-dialog": "request in a dialog",
    "other": "request",
}


class Row(NamedTuple):
    """One message of the ladder."""

    step: Step  # the step it belongs to
    message: Step  # the step itself, or the same message on another hop
    first_hop: bool


def ladder(
    exchange: Exchange, findings: Sequence[Finding], agreements: Sequence[Agreement], view: View
) -> Iterator[str]:
    """The lines of one exchange's ladder, its title first, what came later on the SAs last."""
    found = rows(exchange)
    lanes = 3 if any(not row.first_hop for row in found) else 2
    names = max([_FRAME, *(len(view.frame(row.message)) for row in found)])
    inner = max(_LANES[lanes] - (names - _FRAME), 12)
    legs = "" if lanes == 3 or exchange.dialect != "ims" else ", Gm"
    tls = "   ~~ TLS" if any(row.message.protection == "tls" for row in found) else ""
    yield pair(f"{exchange.id} {KINDS[exchange.kind]}{legs}", _LEGEND + tls, 78)
    yield _heads(exchange, lanes, names, inner)
    marks = _marks(findings)
    previous: str | None = None
    for row in _elide(found, view):
        if isinstance(row, int):
            yield f"       ... {row} more ... (-v shows them)"
            continue
        yield _line(exchange, row, lanes, names, inner, previous, marks, view)
        previous = row.message.time
    yield from _later(agreements, view)


def rows(exchange: Exchange) -> list[Row]:
    """Its messages on all hops, in the order of time."""
    found = []
    for step in exchange.steps:
        found.append(Row(step, step, step.leg not in _CORE_LEGS))
        found += [Row(step, hop, hop.leg not in _CORE_LEGS) for hop in step.hops]
    found.sort(key=lambda row: (row.message.time, row.message.capture, row.message.frame))
    return found


def _elide(rows: list[Row], view: View) -> Iterator[Row | int]:
    head, tail = _ROWS
    if view.verbose or len(rows) <= head + tail:
        yield from rows
        return
    yield from rows[:head]
    yield len(rows) - head - tail
    yield from rows[-tail:]


def _heads(exchange: Exchange, lanes: int, names: int, inner: int) -> str:
    bars = [8 + names + lane * (inner + 1) for lane in range(lanes)]
    client, server = client_name(exchange), server_name(exchange)
    if lanes == 2:
        heads = [f"{client} {exchange.client.address}", f"{server} {exchange.server.address}"]
    else:
        heads = [client, server, "S-CSCF" if exchange.dialect == "ims" else "next hop"]
    line = f"{'t/s':>6} {'frame':>{names}} {heads[0]}"
    for bar, head in zip(bars[1:], heads[1:], strict=True):
        start = min(max(bar - len(head) // 2, len(line) + 2), WIDTH - len(head))
        line = f"{clip(line, max(start - 1, 0)):<{max(start, 0)}}{head}"
    return clip(line, WIDTH)


def _line(
    exchange: Exchange, row: Row, lanes: int, names: int, inner: int,
    previous: str | None, marks: dict[Frame, list[str]], view: View,
) -> str:  # fmt: skip
    message = row.message
    arrow = _arrow(exchange, row, inner)
    inside = " " + _sa(message, lanes) if lanes == 3 and message.spi is not None else ""
    blank = f"{clip(inside, inner):<{inner}}"
    cells = [arrow, blank] if row.first_hop else [blank, arrow]
    body = "|".join(["", *cells[: lanes - 1], ""])
    left = f"{_delta(previous, message.time):>6} {view.frame(message):>{names}} {body}"
    labels = " ".join(marks.get(Frame(message.capture, message.frame), ()))
    return pair(f"{left} {_beside(message, lanes, view)}".rstrip(), clip(labels, 12))


def _delta(previous: str | None, time: str) -> str:
    if previous is None:
        return "0.000"
    value = elapsed(previous, time)
    if value < 100:
        return f"+{value:.3f}"
    return f"+{value:.0f}s" if value < 10_000 else f"+{value / 3600:.0f}h"


def _arrow(exchange: Exchange, row: Row, inner: int) -> str:
    stroke = _STROKES[row.message.protection]
    text = _words(exchange, row, inner - 4)
    if to_server(exchange, row.message):
        return f"{stroke * 2}{text}".ljust(inner - 1, stroke) + ">"
    return "<" + f"{text}{stroke * 3}".rjust(inner - 1, stroke)


def to_server(exchange: Exchange, message: Step) -> bool:
    """Which way it goes."""
    if message.method is not None:
        return True
    if message.code is not None:
        return False
    if message.sa is not None:
        return message.sa in _TO_SERVER
    return host(message.src) == exchange.client.address


def _words(exchange: Exchange, row: Row, width: int) -> str:
    message = row.message
    if message.inferred:
        guess = exchange.method if to_server(exchange, message) else "answer"
        return _with_fragments(clip(f"{guess}?  not read", width), message, width)
    name = message.method or str(message.code or message.summary)
    extra = _lists(message, row.first_hop and width >= _WIDE, not row.first_hop)
    extra += [mark for mark in message.marks if mark in ("ck", "ik", "auts")]
    text = clip("  ".join(filter(None, (name, " ".join(extra)))), width)
    return _with_fragments(text, message, width)


def _with_fragments(text: str, message: Step, width: int) -> str:
    """Where the lane has room for it; narrow lanes leave it to the right edge."""
    count = len(message.frames)
    note = f" {count} frag" if count > 1 and width >= _WIDE else ""
    return text + note if len(text) + len(note) <= width else text


def _lists(message: Step, in_full: bool, every: bool) -> list[str]:
    """The Security-* lists it carries: all on a later hop, the one that matters on the first."""
    lists: list[tuple[str, list[Mechanism]]] = [
        ("Security-Client" if in_full else "SC", message.client),
        ("Security-Server" if in_full else "SS", message.server),
        ("Security-Verify" if in_full else "SV", message.verify),
    ]
    present = [
        name + (f" x{len(elements)}" if len(elements) > 1 else "")
        for name, elements in lists
        if elements
    ]
    return present if every else present[-1:]


def _beside(message: Step, lanes: int, view: View) -> str:
    """What stands right of the bars: ports, SA and sequence number; fragments."""
    count = len(message.frames)
    if lanes == 2:
        return _sa(message, lanes)
    if count < 2:
        return ""
    others = [frame for frame in message.frames if frame.frame != message.frame]
    return f" {count} fragments {view.frames(others, 1)}"


def _sa(message: Step, lanes: int) -> str:
    """`5060>5060`, `uc>ps 6062>6100 seq 1`; without ports where there are three lanes."""
    ports = f"{port(message.src)}>{port(message.dst)}".strip(">")
    if message.spi is None:
        return ports
    spi = f"0x{message.spi:08x}"
    middle = (ports or spi) if lanes == 2 or message.sa is None else ""
    seq = "" if message.seq is None else f"seq {message.seq}"
    return " ".join(filter(None, (message.sa, middle, seq)))


def _marks(findings: Sequence[Finding]) -> dict[Frame, list[str]]:
    marks: dict[Frame, list[str]] = {}
    for finding in findings:
        if finding.explained_by is None:
            marks.setdefault(finding.frame, []).append(finding.id)
    return marks


def _later(agreements: Sequence[Agreement], view: View) -> Iterator[str]:
    """One line or two about the requests that came later on each agreement."""
    for agreement in agreements:
        requests = [one for one in agreement.traffic if one.method != "ACK"]
        if not requests:
            continue
        shown = [_request(request, view) for request in requests[:8]]
        hidden = len(requests) - len(shown)
        inside = [request.protection.startswith("esp") for request in agreement.traffic]
        where = "all in ESP" if all(inside) else "some in ESP" if any(inside) else "none in ESP"
        text = ", ".join([*shown, *([f"{hidden} more"] if hidden else []), where])
        name = f"[show {agreement.id}]"
        lines = wrap(text, " later: ", "        ", WIDTH - len(name) - 2)
        yield from lines[:-1]
        yield pair(lines[-1], name, 78)


def _request(request: Traffic, view: View) -> str:
    frames = [Frame(request.capture, request.frame)]
    if request.answer is not None:
        frames.append(request.answer)
    code = "no answer" if request.unanswered else "open"
    if request.code is not None:
        code = str(request.code)
    return f"{request.method} {code} ({view.frames(frames)})"
