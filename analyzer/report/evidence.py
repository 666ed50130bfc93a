"""What was seen beside SIP: one `Signal` of the report a connection, name, tunnel or error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import Final

from analyzer.agreement.attempt import Attempt, attempt, carries
from analyzer.agreement.esp_flow import Flow
from analyzer.agreement.evidence import (
    IKE_WAIT,
    NAME_WAIT,
    Connection,
    Evidence,
    Heard,
    Lookup,
    Tunnel,
)
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.naming import address_text, endpoint_text
from analyzer.flows.datagram import Signal
from analyzer.flows.dns import CODES
from analyzer.flows.tls import ALERTS, version_name
from analyzer.limits import REPORTED
from analyzer.report import model
from analyzer.report.times import iso

# The cipher suites that are worth a name (IANA): what the IMS profiles name, and what none should.
CIPHERS: Final = {
    0x0000: "NULL_WITH_NULL_NULL",
    0x0001: "RSA_WITH_NULL_MD5",
    0x0002: "RSA_WITH_NULL_SHA",
    0x0004: "RSA_WITH_RC4_128_MD5",
    0x0005: "RSA_WITH_RC4_128_SHA",
    0x000A: "RSA_WITH_3DES_EDE_CBC_SHA",
    0x0018: "DH_anon_WITH_RC4_128_MD5",
    0x001B: "DH_anon_WITH_3DES_EDE_CBC_SHA",
    0x002F: "RSA_WITH_AES_128_CBC_SHA",
    0x0033: "DHE_RSA_WITH_AES_128_CBC_SHA",
    0x0034: "DH_anon_WITH_AES_128_CBC_SHA",
    0x0035: "RSA_WITH_AES_256_CBC_SHA",
    0x003A: "DH_anon_WITH_AES_256_CBC_SHA",
    0x003B: "RSA_WITH_NULL_SHA256",
    0x003C: "RSA_WITH_AES_128_CBC_SHA256",
    0x009C: "RSA_WITH_AES_128_GCM_SHA256",
    0x009D: "RSA_WITH_AES_256_GCM_SHA384",
    0x009E: "DHE_RSA_WITH_AES_128_GCM_SHA256",
    0x009F: "DHE_RSA_WITH_AES_256_GCM_SHA384",
    0x1301: "AES_128_GCM_SHA256",
    0x1302: "AES_256_GCM_SHA384",
    0x1303: "CHACHA20_POLY1305_SHA256",
    0xC009: "ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    0xC013: "ECDHE_RSA_WITH_AES_128_CBC_SHA",
    0xC014: "ECDHE_RSA_WITH_AES_256_CBC_SHA",
    0xC018: "ECDH_anon_WITH_AES_128_CBC_SHA",
    0xC02B: "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    0xC02C: "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    0xC02F: "ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    0xC030: "ECDHE_RSA_WITH_AES_256_GCM_SHA384",
}

_TCP: Final = {
    "unanswered": "{tries} to open it, no answer",
    "refused": "refused",
    "reset": "reset by {by}",
    "opened": "opened, no SIP was read in it",
}
_TLS: Final = {
    "hello": "begun, not completed in the capture",
    "secured": "handshake completed",
}
_KINDS: Final = {"unanswered": "syn", "refused": "rst", "reset": "rst", "opened": "tcp"}


def signals(run: Exchange) -> list[model.Signal]:
    """What concerns one closed run, in the order of time; takes it for that run."""
    found = []
    for one in run.evidence:
        if isinstance(one, Signal):
            found.append(_signal(one))
            continue
        one.claimed = True
        link = one.link(run.end_time)
        if link is not None and not (link == "opened" and carries(run, one)):
            found.append(_connection(one, link))
    tried = attempt(run)
    if tried is not None and tried.kind == "esp":
        found.append(_short_esp(run, tried))
    if len(found) < 2:
        return found
    return sorted(found, key=lambda signal: (signal.time, signal.capture, signal.frame))


def _short_esp(run: Exchange, tried: Attempt) -> model.Signal:
    """ESP in which no request can have travelled: a SYN, as a rule."""
    flow = tried.flow
    assert flow is not None
    return _esp_signal(
        flow,
        tried.frame,
        flow.last_time,
        f"{flow.name or 'no announced SA'}, {_counted(flow)} too short for a request",
        "unanswered" if tried.went_on is False else "answered",
    )


def outside(evidence: Evidence) -> list[model.Signal]:
    """What no run took, as far as it says something: the first `limits.REPORTED` in time."""
    return first_of(
        one for heard in evidence.everything() for one in _outside(heard, evidence.until)
    )


def first_of(signals: Iterable[model.Signal]) -> list[model.Signal]:
    """The first `limits.REPORTED` in time."""
    return nsmallest(REPORTED, signals, key=lambda one: (one.time, one.capture, one.frame))


def _outside(heard: Heard, until: int) -> Iterator[model.Signal]:
    yield from map(_esp, heard.flows.values())
    for name in heard.lookups.values():
        if name.code >= 0 or until - name.time >= NAME_WAIT:
            yield _lookup(name)
    for tunnel in heard.tunnels.values():
        yield _tunnel(tunnel, until)
    for error in heard.errors:
        if error.kind == "icmp":
            yield _signal(error)
    for one in (*heard.past, *heard.connections.values()):
        link = None if one.claimed else one.link(until)
        if link is not None:
            yield _connection(one, link)


def _connection(one: Connection, link: str) -> model.Signal:
    tls = one.hello is not None or one.answer is not None or link == "secured"
    what = (
        _tls(one, link)
        if tls
        else _TCP[link].format(
            tries=f"{one.tries} {'try' if one.tries == 1 else 'tries'}",
            by=address_text(one.reset_by) if one.reset_by else "",
        )
    )
    frame = one.frame
    if link == "failed":
        frame = one.alert_frame or one.reset or frame
    elif link in ("refused", "reset"):
        frame = one.reset or frame
    answer = one.answer
    return model.Signal(
        kind="tls" if tls else _KINDS[link],
        state=link,
        capture=frame[0],
        frame=frame[1],
        time=iso(one.time),
        detail=f"port {one.dport}: {what}",
        src=endpoint_text(one.src, one.sport),
        dst=endpoint_text(one.dst, one.dport),
        tls_version=None if answer is None else version_name(answer.version),
        tls_cipher=answer.cipher if answer is not None and answer.cipher >= 0 else None,
        count=one.tries if one.tries > 1 else None,
    )


def _tls(one: Connection, link: str) -> str:
    """`TLS 1.2 RSA_WITH_NULL_SHA, handshake completed`."""
    answer = one.answer
    if answer is None:
        head = "TLS" if one.hello is None else f"TLS hello ({version_name(one.hello.version)})"
        silent = link == "hello"
    else:
        head = f"{version_name(answer.version)} {cipher_name(answer.cipher)}".rstrip()
        silent = False
    if link == "failed":
        return f"{head}, {_failure(one)}"
    return f"{head}, no answer" if silent else f"{head}, {_TLS[link]}"


def _failure(one: Connection) -> str:
    if one.alert is not None and one.alert.fatal:
        name = ALERTS.get(one.alert.alert, str(one.alert.alert))
        return f"alert {name} from {address_text(one.alert_by)}"
    if one.reset is not None:
        return f"reset by {address_text(one.reset_by)}"
    return "closed before it was completed"


def cipher_name(cipher: int) -> str:
    """The suite's name without its prefix; the number of one that has none here."""
    return "" if cipher < 0 else CIPHERS.get(cipher, f"cipher suite 0x{cipher:04x}")


def _lookup(one: Lookup) -> model.Signal:
    if one.code < 0:
        state, what = "unanswered", "no answer"
    elif one.code:
        state, what = "failed", CODES.get(one.code, f"error {one.code}")
    elif one.targets:
        state, what = "answered", ", ".join(one.targets)
    else:
        state, what = "empty", "no such record"
    frame = one.answered or one.frame
    return model.Signal(
        kind="dns",
        state=state,
        capture=frame[0],
        frame=frame[1],
        time=iso(one.time),
        detail=f"{one.type} {one.name}: {what}",
        src=address_text(one.client),
        dst=address_text(one.server),
        count=one.tries if one.tries > 1 else None,
    )


def _tunnel(one: Tunnel, until: int) -> model.Signal:
    if one.error:
        state, what = "failed", f"{one.exchange}: {one.error}"
    elif one.answered == one.exchange:
        state, what = "answered", f"{one.exchange} answered"
    elif until - one.time >= IKE_WAIT:
        state, what = "unanswered", f"{one.exchange}: no answer"
    else:
        state, what = "begun", one.exchange
    return model.Signal(
        kind="ike",
        state=state,
        capture=one.frame[0],
        frame=one.frame[1],
        time=iso(one.time),
        detail=what,
        src=address_text(one.client),
        dst=address_text(one.server),
        count=one.tries if one.tries > 1 else None,
    )


def _esp(flow: Flow) -> model.Signal:
    return _esp_signal(flow, flow.frames[0], flow.first_time, _counted(flow))


def _esp_signal(
    flow: Flow, frame: tuple[int, int], time: int, detail: str, state: str | None = None
) -> model.Signal:
    return model.Signal(
        kind="esp",
        state=state,
        capture=frame[0],
        frame=frame[1],
        time=iso(time),
        detail=detail,
        src=address_text(flow.src),
        dst=address_text(flow.dst),
        spi=flow.spi,
        count=flow.packets,
    )


def _counted(flow: Flow) -> str:
    return f"SPI 0x{flow.spi:08x}, {flow.packets} packet{'s' * (flow.packets != 1)}"


def _signal(one: Signal) -> model.Signal:
    """An ICMP error with what it quotes, or a gap."""
    spi = f"ESP SPI 0x{one.spi:08x}" if one.spi >= 0 else ""
    port = f"port {one.dport}" if one.dport else ""
    about = spi or port
    return model.Signal(
        kind=one.kind,
        capture=one.capture,
        frame=one.frame,
        time=iso(one.time),
        detail=f"{one.detail} ({about})" if about and one.kind == "icmp" else one.detail,
        by=address_text(one.by) if one.by else None,
        src=endpoint_text(one.src, one.sport),
        dst=endpoint_text(one.dst, one.dport),
        spi=one.spi if one.spi >= 0 else None,
    )
