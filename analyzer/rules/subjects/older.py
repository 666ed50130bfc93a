"""What rules about the drafts ask of a message and of a run (vocabulary: message, exchange)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.agreement.choice import common
from analyzer.agreement.comparison import compare, with_uris
from analyzer.agreement.evidence import Connection
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.mechanism import Mechanism, MechanismList
from analyzer.agreement.naming import address_text
from analyzer.agreement.place import Place
from analyzer.rules.subjects.lazy import fact
from analyzer.sip.fields import parse_address, uri_host_port
from analyzer.sip.message import SipMessage

if TYPE_CHECKING:
    from analyzer.rules.subjects.message import MessageFacts

CLEAR = "clear"


class OlderFacts:
    """Facts of a message about the lists of the drafts."""

    message: SipMessage
    place: Place

    @fact
    def enclosed(self) -> bool:
        credentials = self.message.credentials
        qop = "" if credentials is None else (credentials.qop or "").lower()
        return bool(self.place.lists) and self.place.enclosed and qop == "auth-int"

    @fact
    def copied(self) -> bool:
        """Its list is one of the request it answers, and not the one the server had sent."""
        listed, request = self.place.server, _request_of(self.place)
        if listed is None or request is None:
            return False
        sent = [one for one in (request.client, request.verify) if one is not None]
        if not any(_same(listed, one) for one in sent):
            return False
        if request.against is None:
            return request.client is not None and _same(listed, request.client)
        return not _same(listed, request.against)

    @fact
    def not_offered(self) -> list[str]:
        """Mechanisms of its list that the client did not offer."""
        exchange, listed = self.place.exchange, self.place.server
        offer = None if exchange is None else exchange.offer
        if listed is None or offer is None or offer.client is None:
            return []
        offered = {element.key for element in offer.client.elements}
        return [element.name for element in listed.elements if element.key not in offered]


def demanded(request: MessageFacts, response: MessageFacts | None) -> bool:
    """The first hop has shown, before or by this answer, that it demands an agreement."""
    access = request.place.access
    if access is not None and access.demands:
        return True
    return response is not None and response.code == 421


def first_common(exchange: Exchange, listed: MechanismList | None) -> Mechanism | None:
    """The first element of the server's list that the client offered too (draft-00 6.3)."""
    offer = exchange.offer
    if listed is None or offer is None or offer.client is None:
        return None
    found = common(offer.client, listed)
    return found[0] if found else None


def mixed(exchange: Exchange) -> str | None:
    """The headers of the run, where its two sides use those of different dialects."""
    headers: dict[str, None] = {}
    for step in exchange.steps:
        if step.place is not None:
            for listed in step.place.lists.values():
                headers[_HEADERS.get(listed.dialect[:5], "Security-Client and others")] = None
    return " with ".join(headers) if len(headers) > 1 else None


_HEADERS = {"draft": "Security-Mechanism", "arkko": "Security-Method"}


def far_server(exchange: Exchange, listed: MechanismList | None) -> str | None:
    """The host that the server's list names as its own, where the client sent its request to
    another one and protects the way to that one."""
    offer, verify = exchange.offer, exchange.place("verify")
    if listed is None or offer is None or verify is None or verify.protection == CLEAR:
        return None
    route = offer.message.value("route")
    if not listed.source or not route:
        return None
    named = uri_host_port(listed.source)[0].lower()
    next_hop = uri_host_port(parse_address(route)[0])[0].lower()
    if named in ("", next_hop, address_text(exchange.access.first_hop)):
        return None
    return None if _domain(named) == _domain(next_hop) else named


def tcp_port(exchange: Exchange) -> int | None:
    """The port of the first hop at which the client's first connection after the challenge was
    accepted."""
    challenge = exchange.last("challenge")
    for one in exchange.evidence:
        if isinstance(one, Connection) and one.src == exchange.access.ue and challenge is not None:
            if one.time >= challenge.time and one.accepted is not None:
                return one.dport
    return None


def _domain(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def _request_of(place: Place) -> Place | None:
    request, exchange = place.message.request, place.exchange
    if exchange is None or request is None:
        return None
    for step in exchange.steps:
        if step.place is not None and step.place.message is request:
            return step.place
    return None


def _same(one: MechanismList, other: MechanismList) -> bool:
    return with_uris(compare(one, other), one, other).level != "different"
