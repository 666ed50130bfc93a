"""What the client did after a challenge where no request of it could be read.

A run that stands at its challenge is no silence while the client opens connections or sends ESP:
that may have failed, or may have gone on where nobody can read it (rules.md CHL-19, PRT-22).
"""

import re
from typing import Final, Literal

import msgspec

from analyzer.agreement.esp_flow import Flow
from analyzer.agreement.evidence import Connection, FrameId
from analyzer.agreement.exchange import Exchange, Sign, Step
from analyzer.agreement.states import CHALLENGED, OFFERED
from analyzer.flows.datagram import Signal
from analyzer.sip.message import SipMessage

Kind = Literal["tls", "tcp", "esp", "icmp"]

# What a link says of the attempt: True, it went on; False, it failed; None, nobody can tell.
WENT_ON: Final = {
    "secured": True,
    "opened": None,
    "hello": None,
    "reset": False,
    "refused": False,
    "unanswered": False,
    "failed": False,
}
REG_ID: Final = re.compile(r";\s*reg-id\s*=\s*(\d+)", re.IGNORECASE)

# The link that says most stands first.
WEIGHT: Final = ("secured", "failed", "hello", "refused", "unanswered", "reset", "opened")

# ICMP errors that end a client transaction at once (RFC 3261 18.4, 17.1.4); what routers say of a
# link that may come back, and of sizes, does not (RFC 1122 3.2.2.1).
FINAL_ERRORS: Final = (
    "protocol unreachable",
    "port unreachable",
    "host administratively prohibited",
    "network administratively prohibited",
    "administratively prohibited",
)


class Attempt(msgspec.Struct):
    """One attempt: `went_on` is None where the capture cannot tell what became of it.

    `flow` is that of an attempt in ESP.
    """

    kind: Kind
    went_on: bool | None
    frame: FrameId
    flow: Flow | None = None


def attempt(exchange: Exchange) -> Attempt | None:
    """The attempt that says most; None where the client did nothing that was seen."""
    if exchange.state is not CHALLENGED:
        return None
    challenge = exchange.last("challenge")
    if challenge is None:
        return None
    return (
        _connected(exchange, challenge.time)
        or _sent_esp(exchange, challenge.time)
        or _quoted(exchange, challenge.time)
    )


def went_on_unseen(exchange: Exchange) -> Sign | None:
    """What happens only after a challenge, in a run that stands at its offer: TLS that the client
    completed, or ESP towards it that began after the offer. The challenge was not captured."""
    if exchange.state is not OFFERED:
        return None
    since, access = exchange.last_time, exchange.access
    for one in exchange.evidence:
        if isinstance(one, Connection) and one.src == access.ue and one.time >= since:
            if one.link(exchange.end_time) == "secured" and not carries(exchange, one):
                return Sign("TLS was set up after the request", *one.frame)
    for flow in access.strays.values():
        if flow.direction == "to-client" and flow.first_time >= since:
            return Sign("ESP towards the client began after the request", *flow.frames[0])
    return None


def began_anew(exchange: Exchange) -> int | None:
    """Milliseconds from a REGISTER that waits for its final response to the REGISTER with which the
    client began anew (RFC 3261 10.2). None where nothing waited, where the transport had failed
    (18.4), and for another flow of its own (RFC 5626)."""
    asked, anew = exchange.pending, exchange.superseded_by
    if asked is None or anew is None or asked.method != "REGISTER" or anew.method != "REGISTER":
        return None
    if asked.final is not None or _flow_of(asked) != _flow_of(anew):
        return None
    for one in exchange.evidence:
        if one.time < asked.time:
            continue
        if isinstance(one, Signal) or one.link(anew.time) not in ("opened", "secured"):
            return None
    return (anew.time - asked.time) // 1_000_000


def _flow_of(register: SipMessage) -> str:
    """reg-id of its Contact, as text."""
    found = REG_ID.search(register.value("contact") or "")
    return "" if found is None else found[1]


def undeliverable(exchange: Exchange) -> Signal | None:
    """The ICMP error that quotes the last request of a run and leaves no hope of an answer."""
    step = exchange.steps[-1] if exchange.steps else None
    if step is None:
        return None
    ue = exchange.access.ue
    for one in exchange.evidence:
        if isinstance(one, Signal) and one.kind == "icmp" and one.src == ue:
            if one.time >= step.time and one.detail in FINAL_ERRORS and _quotes(one, step):
                return one
    return None


def _quotes(error: Signal, step: Step) -> bool:
    """Whether the packet that an ICMP error quotes may be the one of this step."""
    if step.place is None:
        return step.esp is not None and error.spi == step.esp.spi
    message = step.place.message
    if not message.is_request:
        return False
    if error.spi >= 0:
        return error.spi == message.spi
    return (error.sport, error.dport) == (message.sport, message.dport)


def _connected(exchange: Exchange, since: int) -> Attempt | None:
    ue = exchange.access.ue
    found = []
    for one in exchange.evidence:
        if isinstance(one, Connection) and one.src == ue and one.time >= since:
            link = one.link(exchange.end_time)
            if link is not None and not carries(exchange, one):
                found.append((WEIGHT.index(link), one, link))
    if not found:
        return None
    _, best, link = min(found, key=lambda entry: (entry[0], entry[1].time))
    went_on = WENT_ON[link]
    if link == "hello" and best.answer is None:
        went_on = False
    return Attempt("tls" if best.hello is not None else "tcp", went_on, best.frame)


def _sent_esp(exchange: Exchange, since: int) -> Attempt | None:
    """ESP of the client too short for a request (a SYN, as a rule), or on an SPI of no list."""
    association = exchange.association
    flows = [] if association is None else list(association.flows.values())
    flows += exchange.access.strays.values()
    live = [flow for flow in flows if flow.packets and flow.last_time >= since]
    sent = [flow for flow in live if flow.direction == "to-server"]
    if not sent:
        return None
    answered = len(sent) < len(live)
    return Attempt("esp", None if answered else False, sent[0].frames[-1], sent[0])


def _quoted(exchange: Exchange, since: int) -> Attempt | None:
    """An ICMP error that quotes what the client sent: it did send."""
    ue = exchange.access.ue
    for one in exchange.evidence:
        if isinstance(one, Signal) and one.kind == "icmp" and one.src == ue and one.time >= since:
            return Attempt("icmp", False, (one.capture, one.frame))
    return None


def carries(exchange: Exchange, connection: Connection) -> bool:
    """Whether messages of the run were read on this connection."""
    ends = {(connection.src, connection.sport), (connection.dst, connection.dport)}
    for step in exchange.steps:
        if step.place is not None:
            message = step.place.message
            if {(message.src, message.sport), (message.dst, message.dport)} == ends:
                return True
    return False
