"""Whether an answer to a challenge is what the challenge, the offer and the set ask for.

That of a healthy run is, with other values each time: the form of a message has it (`forms`), so
that the rules about it need not be asked one by one (`by_form`).
"""

from typing import Final

from analyzer.agreement.association import Association
from analyzer.agreement.place import Place
from analyzer.limits import FORM_PROMPT
from analyzer.rules.subjects.credentials import mismatched
from analyzer.rules.subjects.wire import contact_port, via_port
from analyzer.sip.message import SipMessage

FAULTS: Final = (
    *("username != travelled_on.impi", "cseq <= cseq_before"),
    *("source_port != due_on.port_uc", "destination_port != due_on.port_ps"),
    *("contact_port != travelled_on.port_us", "via_port != travelled_on.port_us"),
)
"""What does not hold of an answer as due, `message.` left out. Nothing of it is `mismatched`
either, and it did not come later than `limits.FORM_PROMPT`."""


def is_as_due(place: Place) -> bool:
    """Whether this answer is in time, on its set, and repeats what it has to; False where some of
    that cannot be told."""
    exchange, on, message = place.exchange, place.on, place.message
    mine = message.credentials
    if exchange is None or on is None or mine is None or not _is_on_ports(message, on):
        return False
    challenge: SipMessage | None = None
    offer: SipMessage | None = None
    highest = -1 if exchange.previous is None else exchange.previous.cseq
    for step in exchange.steps:
        before = step.place
        if before is place:
            break
        if before is not None:
            earlier = before.message
            if step.role == "challenge":
                challenge = earlier
            elif step.role == "offer" and offer is None:
                offer = earlier
            if earlier.is_request and earlier.cseq > highest:
                highest = earlier.cseq
    return (
        challenge is not None
        and message.time - challenge.time < FORM_PROMPT
        and message.cseq > highest
        and mine.username == on.impi
        and len(challenge.challenges) == 1
        and not mismatched(
            mine, challenge.challenges[0], None if offer is None else offer.credentials
        )
    )


def _is_on_ports(message: SipMessage, on: Association) -> bool:
    """Its packet, its Via and its Contact have the ports of the set."""
    client = on.client
    return (
        client is not None
        and message.sport == client.port_c
        and message.dport == on.server.port_s
        and via_port(message) == client.port_s
        and contact_port(message) == client.port_s
    )
