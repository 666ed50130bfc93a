"""Which dialect of the agreement a run or a message speaks (protocol: profiles)."""

from typing import Final

from analyzer.agreement.exchange import Dialect, Exchange
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.place import Place

# Mechanisms of draft-01 to draft-04 alone (3.3, 3.5).
DRAFT_01: Final = frozenset({"digest-integrity", "smime"})
OBSOLETE: Final = frozenset({"draft-00", "draft-01", "arkko-00", "arkko-01"})


def of_exchange(exchange: Exchange) -> Dialect:
    """That of the headers and mechanisms in it, the oldest that shows; RFC 3329 otherwise."""
    if exchange.association is not None or exchange.under is not None:
        return "ims"
    found: Dialect = "rfc3329"
    for step in exchange.steps:
        spoken = "ims" if step.place is None else _spoken(step.place)
        if spoken in OBSOLETE:
            return spoken
        if spoken == "ims":
            found = "ims"
    return found


def of_place(place: Place) -> Dialect:
    """The same for a message outside every exchange."""
    if place.on is not None or place.in_force is not None:
        return "ims"
    spoken = _spoken(place)
    if spoken == "rfc3329" and place.access is not None and place.access.spoken:
        return place.access.spoken
    return spoken


def _spoken(place: Place) -> Dialect:
    for listed in place.lists.values():
        spoken = _of_list(listed)
        if spoken is not None:
            return spoken
    message = place.message
    if not message.is_request and message.code == 401:
        server = place.server
        if server is not None and server.signalling:
            return "ims"  # RFC 3329 2.6 has the list in 421 and 494 only, TS 24.229 5.2.2 in 401
    asked = message.credentials if message.is_request else message.challenge
    return "ims" if asked is not None and asked.aka else "rfc3329"


def _of_list(listed: MechanismList) -> Dialect | None:
    if listed.dialect:
        return listed.dialect
    for element in listed.elements:
        if element.key == "ipsec-3gpp":
            return "ims"
        if element.key in DRAFT_01:
            return "draft-01"
    return None
