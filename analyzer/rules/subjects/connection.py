"""A connection with TLS, as rules see it (vocabulary: connection)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from analyzer.agreement.attempt import carries
from analyzer.agreement.evidence import Connection
from analyzer.agreement.exchange import Exchange
from analyzer.flows.tls import ALERTS, version_name
from analyzer.rules.subjects.lazy import fact

SIPS: Final = 5061  # RFC 3261 19.1.2

_FAILED: Final = frozenset(("failed", "refused", "reset"))

# Cipher suites (IANA's registry of TLS parameters) that do not do what the agreement is for.
_NULL: Final = (
    0x0000, 0x0001, 0x0002, 0x002C, 0x002D, 0x002E, 0x003B, 0x00B0, 0x00B1, 0x00B4, 0x00B5, 0x00B8,
    0x00B9, 0xC001, 0xC006, 0xC00B, 0xC010, 0xC015, 0xC039, 0xC03A, 0xC03B, 0xC0B4, 0xC0B5,
)  # fmt: skip
_ANONYMOUS: Final = (
    0x0018, 0x001A, 0x001B, 0x0034, 0x003A, 0x0046, 0x006C, 0x006D, 0x0089, 0x009B, 0x00A6, 0x00A7,
    0x00BF, 0x00C5, 0xC016, 0xC017, 0xC018, 0xC019, 0xC046, 0xC047, 0xC05A, 0xC05B, 0xC084, 0xC085,
)  # fmt: skip
_EXPORT: Final = (
    0x0003, 0x0006, 0x0008, 0x000B, 0x000E, 0x0011, 0x0014, 0x0017, 0x0019, *range(0x0026, 0x002C),
)  # fmt: skip
WEAKNESS: Final = {
    **dict.fromkeys(_NULL, "null"),
    **dict.fromkeys(_ANONYMOUS, "anonymous"),
    **dict.fromkeys(_EXPORT, "export"),
}


class ConnectionFacts:
    """One connection of a run, as of when the run closed."""

    def __init__(self, connection: Connection, until: int) -> None:
        self.connection = connection
        self.link = connection.link(until)
        alert = connection.alert_frame
        self.frames = (connection.frame,) if alert is None else (connection.frame, alert)

    @fact
    def version(self) -> int | None:
        answer = self.connection.answer
        return None if answer is None else answer.version

    @fact
    def version_name(self) -> str | None:
        return None if self.version is None else version_name(self.version)

    @fact
    def offered(self) -> int | None:
        hello = self.connection.hello
        return None if hello is None else hello.version

    @fact
    def suite(self) -> str | None:
        answer = self.connection.answer
        return None if answer is None or answer.cipher < 0 else f"0x{answer.cipher:04x}"

    @fact
    def weakness(self) -> str | None:
        answer = self.connection.answer
        return None if answer is None else WEAKNESS.get(answer.cipher)

    @fact
    def failed(self) -> bool:
        return self.link in _FAILED

    @fact
    def reason(self) -> str | None:
        if not self.failed:
            return None
        alert = self.connection.alert
        if alert is not None and alert.fatal:
            return ALERTS.get(alert.alert, f"alert {alert.alert}")
        if self.connection.reset is not None:
            return "refused" if self.link == "refused" else "reset"
        return "closed"


def tls_of(exchange: Exchange) -> ConnectionFacts | None:
    """The connection of the client with TLS after the last challenge: the one that carried messages
    of the run, else the last that was tried before the answer."""
    challenge, verify = exchange.last("challenge"), exchange.last("verify")
    if challenge is None:
        return None
    tried = [
        one
        for one in exchange.evidence
        if isinstance(one, Connection)
        and one.src == exchange.access.ue
        and one.time >= challenge.time
        and (one.hello is not None or one.dport == SIPS)
    ]
    carrier = _first(one for one in tried if carries(exchange, one))
    if carrier is None and verify is not None:
        tried = [one for one in tried if one.time <= verify.time]
    best = carrier or (max(tried, key=lambda one: one.time) if tried else None)
    return None if best is None else ConnectionFacts(best, exchange.end_time)


def _first(found: Iterable[Connection]) -> Connection | None:
    return next(iter(found), None)
