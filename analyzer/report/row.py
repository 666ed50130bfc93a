"""One exchange on one line: what a healthy registration is worth."""

from __future__ import annotations

from typing import Final

from analyzer.report.header import mechanism
from analyzer.report.layout import plural, seconds
from analyzer.report.model import Exchange
from analyzer.report.verdict import Verdict, party_name
from analyzer.report.view import who

_DONE: Final = {
    "initial": "registered",
    "reauthentication": "re-registered",
    "refresh": "refreshed",
    "deregistration": "deregistered",
}

_WITHOUT: Final = {"agreed": "", "incomplete": "agreement not captured"}


def row(exchange: Exchange, verdict: Verdict, notes: int) -> str:
    """`OK  001010123456789  registered 1.356 s  ipsec-3gpp hmac-md5-96/aes-cbc  5 notes`.

    What did not succeed says so first, and who has to act last. May be longer than a line.
    """
    head = "OK" if verdict.word == "OK" else verdict.headline
    parts = [head, who(exchange)]
    if verdict.succeeded:
        parts += [_done(exchange, verdict), _agreed(exchange)]
    elif verdict.party is not None:
        parts.append(f"fix at: {party_name(exchange, verdict.party)}")
    if notes:
        parts.append(plural(notes, "note"))
    return "  ".join(filter(None, parts))


def _done(exchange: Exchange, verdict: Verdict) -> str:
    registration = exchange.registration
    if registration is None:
        return verdict.brief
    done = _DONE.get(exchange.kind, "") if verdict.word == "OK" else ""
    if registration.duration_ms is None:
        return done
    return f"{done} {seconds(registration.duration_ms / 1000)}".strip()


def _agreed(exchange: Exchange) -> str:
    if exchange.agreed is None:
        return _WITHOUT.get(exchange.outcome, "no security agreement")
    return mechanism(exchange.agreed).replace(" / ", "/").replace("  ", " ")
