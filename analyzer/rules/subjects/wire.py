"""How a message travelled, beside what it says of it: ports, SA, contact (vocabulary: message)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from analyzer.agreement.naming import address_text
from analyzer.rules.subjects.association import AssociationFacts
from analyzer.rules.subjects.lazy import fact

if TYPE_CHECKING:
    from analyzer.agreement.place import Place
    from analyzer.sip.message import SipMessage

SIP_PORT: Final = 5060  # RFC 3261 19.1.2: where none is written
NOTHING_LEFT: Final = frozenset({"0"})
OPTION_ROWS: Final = (("require", "Require"), ("proxy-require", "Proxy-Require"))


class WireFacts:
    """The part of `MessageFacts` that is about packets and addresses."""

    place: Place
    message: SipMessage

    @fact
    def source_port(self) -> int:
        return self.message.sport

    @fact
    def destination_port(self) -> int:
        return self.message.dport

    @fact
    def travelled_on(self) -> AssociationFacts | None:
        on = self.place.on
        return None if on is None else AssociationFacts(on, self.place.life)

    @fact
    def due_on(self) -> AssociationFacts | None:
        exchange = self.place.exchange
        if self.place.on is not None or exchange is None or self.place.role != "verify":
            return self.travelled_on
        announced = exchange.association
        return None if announced is None else AssociationFacts(announced)

    @fact
    def reuses(self) -> AssociationFacts | None:
        found = self.place.reuses
        return None if found is None else AssociationFacts(found)

    @fact
    def via_port(self) -> int | None:
        sent_by = self.message.sent_by
        if not sent_by:
            return None
        port = sent_by.rpartition("]")[2].rpartition(":")[2] if ":" in sent_by else ""
        if sent_by.endswith("]") or not port:
            return SIP_PORT
        return int(port) if port.isascii() and port.isdigit() and len(port) < 6 else None

    @fact
    def contact_port(self) -> int | None:
        contact = self.message.contact
        if contact is None or _is_gruu(contact.uri):
            return None
        try:
            host = str(ip_address(contact.host))
        except ValueError:
            return None
        if host != address_text(self.message.src):
            return None
        return contact.port or SIP_PORT

    @fact
    def above_tls(self) -> bool:
        message = self.message
        if message.transport != "tcp" or self.place.protection != "clear":
            return False
        via = message.value("via")
        return via is not None and via.replace(" ", "")[:11].upper() == "SIP/2.0/TLS"

    @fact
    def leftover(self) -> str | None:
        message = self.message
        for name, shown in OPTION_ROWS:
            if message.has(name) and message.tokens(name) <= NOTHING_LEFT:
                return shown
        return None

    @fact
    def has_challenge(self) -> bool:
        return self.message.has("www-authenticate") or self.message.has("proxy-authenticate")


def _is_gruu(uri: str) -> bool:
    """A public or temporary GRUU names no place (RFC 5627 3)."""
    parameters = uri.lower().split(";")[1:]
    return any(one == "gr" or one.startswith("gr=") for one in parameters)
