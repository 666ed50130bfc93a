"""The ladder as the page draws it: who sent what to whom, and what never came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from analyzer.limits import PAGE_VALUE
from analyzer.report.ladder import Row, rows, to_server
from analyzer.report.layout import clip, spi_text
from analyzer.report.model import Exchange, Finding, Frame, Mechanism, Step
from analyzer.report.times import clock, elapsed
from analyzer.report.verdict import anchor, client_name, judge, server_name
from analyzer.report.view import View, host, port

UE, FIRST_HOP, CORE = 0, 1, 2

_GHOSTS: Final = {
    "offer": ("{method} with Security-Client", UE, FIRST_HOP),
    "challenge": ("401 with Security-Server", FIRST_HOP, UE),
    "verify": ("{method} with Security-Verify, protected", UE, FIRST_HOP),
    "result": ("final answer, protected", FIRST_HOP, UE),
}
_NAME: Final = 200  # characters of a method or a reason phrase
_LISTS: Final = (
    ("Security-Client", "client"),
    ("Security-Server", "server"),
    ("Security-Verify", "verify"),
)


def lanes(exchange: Exchange) -> list[list[str]]:
    """Name and address of each party, from left to right."""
    client, server = client_name(exchange), server_name(exchange)
    found = [[client, exchange.client.address], [server, exchange.server.address]]
    hops = [row.message for row in rows(exchange) if not row.first_hop]
    if hops:
        ends = [host(hop.dst if hop.method else hop.src) for hop in hops]
        name = "S-CSCF" if exchange.dialect == "ims" else "next hop"
        found.append([name, ends[0]])
    return found


def arrows(exchange: Exchange, findings: Sequence[Finding], view: View) -> list[dict[str, Any]]:
    """The messages in the order of time, on all hops."""
    previous = exchange.started
    made = []
    for row in rows(exchange):
        made.append(_arrow(exchange, row, previous, findings, view))
        previous = row.message.time
    return made


def ghost(exchange: Exchange, view: View) -> dict[str, Any] | None:
    """What the protocol demands and the capture lacks: `missing` where it never came; `instead`
    the answer that ended the run without it; else it may only not have been captured."""
    found = _GHOSTS.get(exchange.stopped_at or "")
    ended = next((one for one in reversed(exchange.steps) if one.role == "result"), None)
    answered = ended is not None and exchange.stopped_at == "result"  # the answer came: it says no
    if found is None or answered or judge(exchange).succeeded is True:
        return None
    text, source, target = found
    role = exchange.stopped_at
    return {
        "role": role,
        "name": text.format(method=exchange.method),
        "from": source,
        "to": target,
        "missing": role in exchange.missing,
        "instead": None if ended is None else f"{ended.code or 'answer'} ({view.frame(ended)})",
    }


def _arrow(
    exchange: Exchange, row: Row, previous: str, findings: Sequence[Finding], view: View
) -> dict[str, Any]:
    message = row.message
    forth = to_server(exchange, message)
    near, far = (UE, FIRST_HOP) if row.first_hop else (FIRST_HOP, CORE)
    source, target = (near, far) if forth else (far, near)
    place = anchor(message)
    arrow: dict[str, Any] = {
        "f": view.frame(message),
        "c": message.capture,
        "n": message.frame,
        "t": elapsed(exchange.started, message.time),
        "d": elapsed(previous, message.time),
        "at": clock(message.time, view.zone),
        "from": source,
        "to": target,
        "name": _name(exchange, message, forth),
        "carries": _carries(message),
        "ports": f"{port(message.src)}>{port(message.dst)}".strip(">"),
        "src": message.src,
        "dst": message.dst,
        "tr": "" if message.transport == "unknown" else message.transport.upper(),
        "prot": message.protection,
        "role": message.role,
        "leg": message.leg,
    }
    more: dict[str, Any] = {
        "sa": message.sa,
        "spi": None if message.spi is None else spi_text(message.spi),
        "seq": message.seq,
        "round": message.round if message.round > 1 else None,
        "inferred": message.inferred,
        "length": message.length,
        "marks": message.marks,
        "pieces": view.frames(message.frames) if message.frames else None,
        "also": _also(message, view),
        "lists": list(_lists(message)),
        "pins": [one.id for one in findings if one.frame == place and not one.explained_by],
        "cited": [one.id for one in findings if place in one.frames and one.frame != place],
    }
    return arrow | {name: value for name, value in more.items() if value not in (None, [], False)}


def _name(exchange: Exchange, message: Step, forth: bool) -> str:
    if message.inferred:
        return f"{exchange.method if forth else 'answer'}? not read"
    name = message.method or f"{message.code or ''} {message.reason or ''}".strip()
    return clip(name, _NAME)


def _carries(message: Step) -> list[str]:
    return [
        name + (f" x{len(elements)}" if len(elements) > 1 else "")
        for name, member in _LISTS
        if (elements := getattr(message, member))
    ]


def _lists(message: Step) -> Iterator[list[Any]]:
    """Header, and of each element the raw text and its defects."""
    for name, member in _LISTS:
        elements: list[Mechanism] = getattr(message, member)
        if elements:
            yield [name, [[clip(one.raw, PAGE_VALUE), one.defects] for one in elements]]


def _also(message: Step, view: View) -> str | None:
    others = [
        Frame(one.capture, one.frame)
        for one in message.sightings
        if (one.capture, one.frame) != (message.capture, message.frame)
    ]
    return view.frames(others) if others else None
