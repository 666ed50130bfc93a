"""The life of an agreement: its SAs as they come and go, and what travelled on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from analyzer.report.model import Agreement, Exchange, Finding, Frame, Sa, Traffic
from analyzer.report.sa_table import cells, in_order, naming
from analyzer.report.times import clock, elapsed
from analyzer.report.view import View

_REQUESTS: Final = 200  # later requests of one agreement that the page shows
_REASONS: Final = {
    "replaced": "replaced by another set",
    "deregistered": "de-registered",
    "expired": "expired",
    "not-established": "never established",
    "capture-ended": "in force when the capture ends",
}


def life(
    one: Agreement, exchange: Exchange, findings: Sequence[Finding], view: View
) -> dict[str, Any]:
    """Times in seconds since the exchange began."""
    start = exchange.started
    held = one.association

    def since(time: str | None) -> float | None:
        return None if time is None else elapsed(start, time)

    requests = [request for request in one.traffic if request.method != "ACK"]
    found = {
        "id": one.id,
        "mechanism": one.mechanism,
        "algorithms": "" if held is None else f"{held.alg} / {held.ealg or 'null'}",
        "state": None if held is None else held.state,
        "created": since(one.created),
        "established": since(one.established),
        "ended": since(one.ended),
        "until": since(one.seen_until),
        "reason": _REASONS.get(one.end_reason or "", one.end_reason),
        "expires": one.expires,
        "begun": clock(one.created, view.zone),
        "sas": [] if held is None else [_sa(sa, one, exchange, view) for sa in in_order(held)],
        "traffic": [_request(request, start, findings, view) for request in requests[:_REQUESTS]],
        "more": max(len(requests) - _REQUESTS, 0),
    }
    return {name: value for name, value in found.items() if value not in (None, "", [], 0)}


def _sa(sa: Sa, one: Agreement, exchange: Exchange, view: View) -> dict[str, Any]:
    assert one.association is not None
    step = naming(exchange, sa)
    return {
        "cells": cells(exchange, one.association, sa, view),
        "born": elapsed(exchange.started, one.created if step is None else step.time),
        "used": sa.packets > 0,
        "bad": sa.icv_bad or 0,
    }


def _request(one: Traffic, start: str, findings: Sequence[Finding], view: View) -> dict[str, Any]:
    answer = "no answer" if one.unanswered else "" if one.code is None else str(one.code)
    frames = [Frame(one.capture, one.frame), *([one.answer] if one.answer is not None else [])]
    found = {
        "t": elapsed(start, one.time),
        "at": clock(one.time, view.zone),
        "f": view.frames(frames),
        "method": one.method,
        "answer": answer or "open",
        "delay": one.delay_ms,
        "sa": one.sa,
        "prot": one.protection,
        "up": one.from_client,
        "tries": one.tries,
        "bad": one.unanswered or (one.code or 0) >= 300,
        "pins": [each.id for each in findings if not set(frames).isdisjoint(each.frames)],
    }
    return {name: value for name, value in found.items() if value not in (None, False, [])}
