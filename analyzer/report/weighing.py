"""What speaks for and against each known cause of a silence, in one exchange.

Every function gives an `Evidence`, or None where the cause cannot be meant here. `fits` stands
before `open`, `open` before `against`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, Literal, NamedTuple

from analyzer.flows.tls import ALERTS
from analyzer.report.model import Exchange, Mechanism, Signal, Step
from analyzer.report.verdict import attempts, step_of
from analyzer.report.view import View, host

ORDER: Final = ("fits", "open", "against")
REFUSALS: Final = ("icmp", "rst", "syn")

_DISTRUST: Final = frozenset(ALERTS[n] for n in (42, 43, 44, 45, 46, 48, 49))
_NO_COMMON: Final = frozenset(ALERTS[n] for n in (40, 47, 70, 71, 86))
_WANTS_CLIENT: Final = frozenset((ALERTS[116],))
_TOO_BIG: Final = ("fragmentation needed", "packet too big")


class Evidence(NamedTuple):
    """What the capture says of one cause."""

    weight: Literal["fits", "open", "against"]
    text: str


def tries(exchange: Exchange) -> list[Step]:
    """The protected request and its repetitions, in order: what nothing answered."""
    first = step_of(exchange, "verify")
    if first is None:
        return []
    later = [
        step
        for step in exchange.steps
        if step.role == "retransmission" and step.time > first.time and step.spi == first.spi
    ]
    return [first, *later]


def refusals(exchange: Exchange) -> list[Signal]:
    """ICMP errors, resets, unanswered SYNs."""
    return [one for one in exchange.signals if one.kind in REFUSALS]


def told(one: Signal, view: View, short: bool = True) -> str:
    """`ICMP port unreachable #9`; what it is about in brackets only where there is room."""
    detail = one.detail.partition(" (")[0] if short else one.detail
    name = {"icmp": "ICMP", "rst": "RST", "syn": "SYN", "tcp-gap": "TCP", "esp": "ESP"}
    return f"{name.get(one.kind, '')} {detail} {view.letter(one.capture)}#{one.frame}".strip()


# ---- nothing answers the protected request


def keys(exchange: Exchange, view: View) -> Evidence:
    """The integrity check fails in silence."""
    against = [one for one in refusals(exchange) if one.kind != "syn"]
    if against:
        return Evidence("against", told(against[0], view))
    return Evidence("fits", "silence, no ICMP")


def refused(exchange: Exchange, view: View) -> Evidence | None:
    """A host or a router says that it will not."""
    errors = [one for one in exchange.signals if one.kind == "icmp"]
    return Evidence("fits", told(errors[0], view)) if errors else None


def spi(exchange: Exchange, view: View) -> Evidence | None:
    """The SA of the packets is not the one that the challenge announced."""
    challenge = step_of(exchange, "challenge")
    announced = [m.spi_s for m in challenge.server if m.spi_s is not None] if challenge else []
    used, unread = _used_spi(exchange)
    if used is None:
        return None
    if challenge is None or not announced:
        return Evidence("open", "no spi-s was announced")
    if used not in announced:
        return Evidence("fits", f"SPI is not spi-s of {view.frame(challenge)}")
    unseen = " (ports: unseen)" if unread else ""
    return Evidence("against", f"SPI is spi-s of {view.frame(challenge)}{unseen}")


def _used_spi(exchange: Exchange) -> tuple[int | None, bool]:
    """The SPI that the client sent on, and whether the packets were not read."""
    sent = tries(exchange)
    if sent:
        return sent[0].spi, sent[0].inferred
    short = next((one for one in attempts(exchange) if one.kind == "esp"), None)
    return (None if short is None else short.spi), True


def listens(exchange: Exchange, view: View) -> Evidence | None:
    """Short packets on the SA are the SYN of a connection that nobody takes."""
    for one in attempts(exchange):
        if one.kind == "esp" and one.state == "unanswered":
            frame = f"{view.letter(one.capture)}#{one.frame}"
            return Evidence("fits", f"only short ESP (a SYN?) on it, last {frame}")
        if one.kind in ("syn", "rst"):
            return Evidence("fits", told(one, view))
    return None


def fragment(exchange: Exchange, view: View) -> Evidence | None:
    """A request in pieces, of which one is lost."""
    sent = tries(exchange)
    if not sent:
        return None
    parts = len(sent[0].frames)
    if parts > 1:
        return Evidence("open", f"sent in {parts} fragments, all seen here")
    length = f"{sent[0].length} octets, " if sent[0].length is not None else ""
    return Evidence("against", f"{length}not fragmented")


def lost_here(exchange: Exchange, view: View) -> Evidence | None:
    """Sequence numbers that this capture never saw: it, or the way to it, loses packets."""
    numbers = sorted(step.seq for step in tries(exchange) if step.seq is not None)
    gap = next(((a + 1, b - 1) for a, b in pairwise(numbers) if b > a + 1), None)
    if gap is None:
        return None
    span = str(gap[0]) if gap[0] == gap[1] else f"{gap[0]}-{gap[1]}"
    return Evidence("fits", f"ESP seq {span} is not in the capture")


def nat(exchange: Exchange, view: View) -> Evidence:
    """The Via says what the client thinks its address is."""
    offer = step_of(exchange, "offer")
    if offer is None or offer.via is None:
        return Evidence("open", "the Via of the first request was not read")
    if offer.via.strip("[]").lower() == host(offer.src).lower():
        return Evidence("against", f"Via address = source address ({view.frame(offer)})")
    return Evidence("fits", f"Via {offer.via}, source {host(offer.src)}")


# ---- nothing answers the first request


def closed(exchange: Exchange, view: View) -> Evidence:
    """No host, no listener, a firewall."""
    found = refusals(exchange)
    return Evidence("fits", told(found[0], view)) if found else Evidence("open", "no ICMP, no RST")


def too_big(exchange: Exchange, view: View) -> Evidence:
    """RFC 3261 18.1.1: above 1300 octets a request belongs into TCP."""
    for one in exchange.signals:
        if one.kind == "icmp" and one.detail.startswith(_TOO_BIG):
            return Evidence("fits", told(one, view))
    offer = step_of(exchange, "offer")
    if offer is not None and len(offer.frames) > 1 and offer.transport == "udp":
        return Evidence("open", f"sent in {len(offer.frames)} fragments ({view.frame(offer)})")
    return Evidence("against", "not fragmented, no ICMP that says so")


def address(exchange: Exchange, view: View) -> Evidence:
    """What the network told the phone is not in the capture of Gm."""
    return Evidence("open", f"is {exchange.server.address} what PCO, DHCP or DNS says?")


def one_way(exchange: Exchange, view: View) -> Evidence | None:
    """An answer that this tap cannot see."""
    if exchange.coverage.both_directions:
        return None
    return Evidence("open", "one direction only in this capture")


# ---- nothing follows the challenge


def pair(exchange: Exchange, view: View) -> Evidence | None:
    """The algorithms that the first hop chose, against those that were offered."""
    chosen, offer = exchange.agreed, step_of(exchange, "offer")
    if chosen is None or offer is None or not offer.client or not chosen.alg:
        return None
    name = f"{chosen.alg}/{chosen.ealg or 'null'}"
    places = [n for n, one in enumerate(offer.client, 1) if _algorithms(one) == _algorithms(chosen)]
    if places:
        return Evidence("against", f"{name} is offer {places[0]} of {len(offer.client)}")
    return Evidence("fits", f"{name} is in no offer ({view.frame(offer)})")


def _algorithms(one: Mechanism) -> tuple[str, str]:
    return (one.alg or "").lower(), (one.ealg or "null").lower()


def listless(exchange: Exchange, view: View) -> Evidence | None:
    """Without a list there is nothing to build SAs from."""
    challenge, offer = step_of(exchange, "challenge"), step_of(exchange, "offer")
    if challenge is None or challenge.server or offer is None or not offer.client:
        return None
    return Evidence("fits", f"no Security-Server in {view.frame(challenge)}")


def leaked(exchange: Exchange, view: View) -> Evidence | None:
    """Some phones refuse a challenge that still has the keys in it."""
    challenge = step_of(exchange, "challenge")
    if challenge is None:
        return None
    marks = [mark for mark in challenge.marks if mark in ("ck", "ik")]
    if marks:
        return Evidence("fits", f"{' and '.join(marks)} are in {view.frame(challenge)}")
    return Evidence("against", f"none in {view.frame(challenge)}")


def list_form(exchange: Exchange, view: View) -> Evidence | None:
    """What strict phones want in every element of Security-Server."""
    challenge = step_of(exchange, "challenge")
    elements = [] if challenge is None else [m for m in challenge.server if m.spi_s is not None]
    if challenge is None or not elements:
        return None
    absent = [name for name in ("q", "ealg") if any(getattr(m, name) is None for m in elements)]
    if absent:
        return Evidence("open", f"no {', no '.join(absent)} in {view.frame(challenge)}")
    return Evidence("against", f"q and ealg are in {view.frame(challenge)}")


def challenge_lost(exchange: Exchange, view: View) -> Evidence:
    """A phone that has the challenge does not send its first request again."""
    challenge = step_of(exchange, "challenge")
    for step in exchange.steps:
        again = step.role == "retransmission" and step.method is not None
        if again and challenge is not None and step.time > challenge.time:
            return Evidence("fits", f"first request again after it ({view.frame(step)})")
    return Evidence("open", "the first request was not sent again")


def aka(exchange: Exchange, view: View) -> Evidence | None:
    """A phone that cannot verify the network says so, as a rule (TS 24.229 5.1.1.5.3)."""
    if exchange.dialect != "ims":
        return None
    if step_of(exchange, "failure-report") is not None:
        return Evidence("fits", "it reported a failure before")
    return Evidence("open", "no failure report seen; modem log")


def no_ipsec(exchange: Exchange, view: View) -> Evidence | None:
    """The SAs could not be set up in the phone."""
    if exchange.agreed is None or exchange.agreed.name.lower() != "ipsec-3gpp":
        return None
    return Evidence("open", "no ESP from it; modem log")


# ---- TLS


def _alerts(exchange: Exchange) -> list[Signal]:
    return [one for one in attempts(exchange) if one.kind == "tls" and one.state == "failed"]


def _by_alert(exchange: Exchange, view: View, names: frozenset[str]) -> Evidence:
    for one in _alerts(exchange):
        if any(f"alert {name} " in one.detail for name in names):
            return Evidence("fits", f"{one.detail.rpartition(', ')[2]} {view.letter(one.capture)}"
                            f"#{one.frame}")  # fmt: skip
    return Evidence("against", "no such alert")


def distrust(exchange: Exchange, view: View) -> Evidence:
    """The certificate is not accepted."""
    return _by_alert(exchange, view, _DISTRUST)


def no_common(exchange: Exchange, view: View) -> Evidence:
    """No version or cipher suite that both have."""
    return _by_alert(exchange, view, _NO_COMMON)


def wants_client(exchange: Exchange, view: View) -> Evidence:
    """TLS with a certificate of the client, where IMS has none."""
    return _by_alert(exchange, view, _WANTS_CLIENT)


def cut_off(exchange: Exchange, view: View) -> Evidence:
    """No alert, but the end of the connection; or nothing at all."""
    for one in attempts(exchange):
        if one.kind == "tls" and "alert" not in one.detail:
            return Evidence("fits", f"{one.detail} {view.letter(one.capture)}#{one.frame}")
    return Evidence("against", "an alert was sent")
