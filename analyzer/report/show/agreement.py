"""The life of one agreement: announced, in force, ended; its SAs; every request that ran on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from analyzer.report.finding_text import finding_block
from analyzer.report.header import keys, mechanism
from analyzer.report.layout import GLUE, WIDTH, clip, plural, seconds, wrap
from analyzer.report.model import Agreement, Exchange, Frame, Mechanism, Traffic
from analyzer.report.sa_table import sa_table
from analyzer.report.times import clock, elapsed
from analyzer.report.verdict import client_name, server_name, step_of
from analyzer.report.view import Case, View, who

_HEADS: Final = ("t/s", "frame", "", "request", "answer", "frame", "delay", "on", "")
_ALIGN: Final = ("right", "right", "left", "left", "left", "right", "right", "left", "left")
_SHOWN: Final = (40, 20)  # requests shown of the first and of the last, without --all
_TO: Final = {True: "->", False: "<-"}
_CLEAR: Final = ("clear", "ports")


def agreement(
    case: Case, found: Agreement, others: Sequence[Agreement], view: View, every: bool
) -> Iterator[str]:
    """The lines; `others` are the further agreements of the report, in order."""
    exchange = case.exchange
    yield f"{found.id} of {exchange.id}  {_named(exchange, found)}"
    yield f" who      {who(exchange)}  {client_name(exchange)} {exchange.client.address}"
    yield f" with     {server_name(exchange)} {exchange.server.address}"
    yield from _life(exchange, found, others, view)
    origin = keys(case._replace(agreements=[found]), view)
    if origin:
        yield from wrap(origin, " keys      ", " " * 11)
    sas = list(sa_table(exchange, found, view))
    if sas:
        yield ""
        yield from sas
    yield ""
    yield from _requests(found, view, every)
    findings = [one for one in (*case.findings, *case.notes) if one.agreement == found.id]
    if findings:
        yield ""
    for finding in findings:
        yield from finding_block(exchange, finding, view, case.agreements)


def _named(exchange: Exchange, found: Agreement) -> str:
    """`ipsec-3gpp  hmac-sha-1-96 / null`."""
    held = found.association
    if held is None:
        agreed = exchange.agreed
        return found.mechanism if agreed is None else mechanism(agreed)
    return mechanism(Mechanism(name=found.mechanism, alg=held.alg, ealg=held.ealg, raw=""))


def _life(
    exchange: Exchange, found: Agreement, others: Sequence[Agreement], view: View
) -> Iterator[str]:
    challenge = step_of(exchange, "challenge")
    frame = "" if challenge is None else f" by {view.frame(challenge)}"
    yield f" announced {clock(found.created, view.zone)}{frame}"
    if found.established is None:
        yield " never in force: no 2xx was seen"
        return
    result = step_of(exchange, "result")
    frame = "" if result is None else f" by {view.frame(result)}"
    if result is not None and result.inferred:
        frame += " (inferred)"
    yield f" in force  {clock(found.established, view.zone)}{frame}"
    if found.expires is not None:
        renewed = found.renewed or found.established
        later = " (a refresh)" if renewed != found.established else ""
        said = f"the 2xx of {clock(renewed, view.zone)}{later} said"
        yield from wrap(f"{said} {found.expires}{GLUE}s", " expires   ", " " * 11)
    yield from wrap(_end(found, others, view), " ended     ", " " * 11)


def _end(found: Agreement, others: Sequence[Agreement], view: View) -> str:
    """Why it ended, or that it did not."""
    if found.ended is None:
        until = found.seen_until
        seen = (
            ""
            if until is None or found.established is None
            else (
                f", {seconds(max(elapsed(found.established, until), 0.0)).replace(' ', GLUE)} after"
                " it came in force"
            )
        )
        return f"not in this capture, which ends{seen}"
    after = seconds(elapsed(found.established or found.created, found.ended)).replace(" ", GLUE)
    text = f"{clock(found.ended, view.zone)}, after {after}: "
    if found.end_reason == "replaced":
        follower = next((o for o in others if o.established == found.ended), None)
        by = "" if follower is None else f" by {follower.id} ({follower.exchange})"
        return f"{text}replaced{by}"
    if found.end_reason == "expired":
        return f"{text}expired, no 2xx renewed it"
    return text + (found.end_reason or "")


def _requests(found: Agreement, view: View, every: bool) -> Iterator[str]:
    if not found.traffic:
        yield "no later request was read on it"
        yield from _unread(found)
        return
    yield from wrap(_summary(found.traffic), "", " ")
    yield from _table(found, view, every)
    yield from _unread(found)


def _summary(traffic: Sequence[Traffic]) -> str:
    due = [one for one in traffic if one.method != "ACK"]
    silent = sum(one.unanswered for one in due)
    clear = sum(one.protection in _CLEAR for one in traffic)
    delays = sorted(one.delay_ms for one in due if one.delay_ms is not None)
    parts = [plural(len(due), "later request"), f"{len(delays)} answered"]
    if silent:
        parts.append(f"{silent} NOT ANSWERED")
    open_ = len(due) - len(delays) - silent
    if open_:
        parts.append(f"{open_} without an answer before the end")
    if delays:
        parts.append(f"delay {_delay(delays[len(delays) // 2])} (median)")
    parts.append(f"{clear} in clear" if clear else "none in clear")
    return ", ".join(parts)


def _table(found: Agreement, view: View, every: bool) -> Iterator[str]:
    from tabulate import tabulate

    start = found.established or found.created
    head, tail = _SHOWN
    rows = [_cells(one, start, view) for one in found.traffic]
    hidden = 0 if every else max(len(rows) - head - tail, 0)
    if hidden:
        rows[head:-tail] = [["", "", "", f"... {hidden} more (--all)", "", "", "", "", ""]]
    text = tabulate([_HEADS, *rows], tablefmt="plain", colalign=_ALIGN, disable_numparse=True)
    for line in text.splitlines():
        yield clip(" " + line.rstrip(), WIDTH)


def _cells(one: Traffic, start: str, view: View) -> list[str]:
    answer = "-" if one.method == "ACK" else "none yet"
    if one.unanswered:
        answer = "NO ANSWER"
    elif one.code is not None:
        answer = str(one.code)
    elif one.provisional is not None:
        answer = f"{one.provisional} so far"
    return [
        f"+{elapsed(start, one.time):.3f}",
        view.frame(Frame(one.capture, one.frame)),
        _TO[one.from_client],
        clip(one.method, 10),
        answer,
        "" if one.answer is None else view.frame(one.answer),
        "" if one.delay_ms is None else _delay(one.delay_ms),
        one.sa or ("CLEAR" if one.protection in _CLEAR else one.protection),
        "; ".join(_more(one, view)),
    ]


def _more(one: Traffic, view: View) -> Iterator[str]:
    """Dialogs and tries."""
    if one.dialog is not None:
        yield f"d{one.dialog}"
    if one.dialogs:
        opened = [
            f"d{dialog.number}" + (f" {dialog.code}" if dialog.code != one.code else "")
            for dialog in one.dialogs
        ]
        yield f"opens {' '.join(opened)}"
    if one.tries is not None:
        yield f"{one.tries} tries"


def _delay(value: float) -> str:
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.3f} s"


def _unread(found: Agreement) -> Iterator[str]:
    """What runs inside ESP that could not be opened is not among the requests."""
    held = found.association
    hidden = 0 if held is None else held.esp_frames - held.decrypted_frames
    if hidden:
        yield from wrap(
            f"{plural(hidden, 'ESP packet')} on it could not be read: requests in them are not "
            "shown (keys?)",
            " ", "  ",
        )  # fmt: skip
