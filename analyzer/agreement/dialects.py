"""Which dialect of the agreement a run or a message speaks (protocol: profiles)."""

from typing import Literal

from analyzer.agreement.exchange import Exchange
from analyzer.agreement.place import Place

Dialect = Literal["ims", "rfc3329"]


def of_exchange(exchange: Exchange) -> Dialect:
    """IMS where an `ipsec-3gpp` element or an AKA digest shows it, RFC 3329 otherwise."""
    if exchange.association is not None or exchange.under is not None:
        return "ims"
    for step in exchange.steps:
        if step.place is None or speaks_ims(step.place):
            return "ims"
    return "rfc3329"


def of_place(place: Place) -> Dialect:
    """The same for a message outside every exchange."""
    if place.on is not None or place.in_force is not None or speaks_ims(place):
        return "ims"
    return "rfc3329"


def speaks_ims(place: Place) -> bool:
    """An `ipsec-3gpp` element or an AKA algorithm."""
    for listed in place.lists.values():
        if any(one.key == "ipsec-3gpp" for one in listed.elements):
            return True
    message = place.message
    if message.is_request:
        credentials = message.credentials
        return credentials is not None and credentials.aka
    challenge = message.challenge
    return challenge is not None and challenge.aka
