"""The lists of one run: what the client offered, what the server listed, what is to be repeated."""

from collections.abc import Iterable, Iterator

from analyzer.agreement.exchange import Exchange, Step
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.place import Place
from analyzer.sip.message import SipMessage


def server_list(exchange: Exchange) -> MechanismList | None:
    """The list of the run's last challenge that has one.

    A challenge without a list (the digest challenge behind a 494) leaves the one before in force.
    """
    for step in reversed(exchange.steps):
        if step.role == "challenge" and step.place is not None:
            found = step.place.server
            if found is not None:
                return found
    return None


def server_lists(exchange: Exchange) -> list[MechanismList]:
    """The lists of the run's challenges, newest first."""
    found: list[MechanismList] = []
    for step in reversed(exchange.steps):
        if step.role == "challenge" and step.place is not None:
            listed = step.place.server
            if listed is not None:
                found.append(listed)
    return found


def listings(steps: Iterable[Step]) -> Iterator[tuple[Place, MechanismList | None]]:
    """Each challenge with a list, and the Security-Client of the request that it answers, where
    that was read."""
    offer: Place | None = None
    for step in steps:
        if step.role in ("offer", "failure-report"):
            offer = step.place
        elif step.role == "challenge" and step.place is not None and offer is not None:
            if step.place.server is not None:
                yield step.place, offer.client


def due_lists(exchange: Exchange) -> list[MechanismList]:
    """The lists that the client has to repeat, newest first: those of the server.

    In arkko-00 (7.1) it is the client's own, of which the server's is a selection. A list for media
    may come with the 2xx (draft-dawes-sipcore-mediasec-parameter 4.4.2), where it is the only one.
    """
    found = server_lists(exchange)
    if not found:
        result = exchange.place("result")
        if result is None or result.server is None:
            return found
        found = [result.server]
    if found[0].dialect == "arkko-00":
        offer = exchange.offer
        found = [] if offer is None or offer.client is None else [offer.client]
    return found


def client_list(exchange: Exchange, challenge: SipMessage | None) -> MechanismList | None:
    """What the client offered: as read on the access side, else as forwarded to the core."""
    offer = exchange.offer
    if offer is not None:
        return offer.client
    if challenge is None:
        return None
    for place in exchange.far:
        if place.message.is_request and place.message.cseq == challenge.cseq:
            return place.client
    return None
