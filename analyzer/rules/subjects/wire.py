"""How a message travelled, beside what it says of it: ports, SA, contact (vocabulary: message)."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from analyzer.agreement.naming import address_text
from analyzer.agreement.place import above_tls
from analyzer.rules.subjects.association import AssociationFacts
from analyzer.rules.subjects.lazy import fact
from analyzer.sip.fields import parse_address, uri_host_port

if TYPE_CHECKING:
    from analyzer.agreement.place import Place
    from analyzer.rules.subjects.message import Cast
    from analyzer.sip.message import SipMessage

SIP_PORT: Final = 5060  # RFC 3261 19.1.2: where none is written
NOTHING_LEFT: Final = frozenset({"0"})


class WireFacts:
    """The part of `MessageFacts` that is about packets and addresses."""

    place: Place
    message: SipMessage
    cast: Cast
    require: fact[frozenset[str]]
    proxy_require: fact[frozenset[str]]

    @property
    def source_port(self) -> int:
        return self.message.sport

    @property
    def destination_port(self) -> int:
        return self.message.dport

    @fact
    def travelled_on(self) -> AssociationFacts | None:
        on = self.place.on
        return None if on is None else AssociationFacts(on, self.place.life)

    @property
    def sa(self) -> str | None:
        return self.place.sa or None

    @property
    def set_alive(self) -> bool:
        association = self.place.in_force
        return association is not None and self.message.time < association.until

    @fact
    def new_call_id(self) -> bool | None:
        association = self.place.in_force
        if association is None or not association.call_id:
            return None
        return association.call_id != self.message.call_id

    @fact
    def strange_set(self) -> str | None:
        mine = self.place.on
        asked = self.cast.of(self.message.request, self.place)
        theirs = None if asked is None or self.message.is_request else asked.place.on
        if mine is None or theirs is None or mine is theirs:
            return None
        older, newer = (mine, theirs) if theirs.older is mine else (theirs, mine)
        overlap = newer.older is older and older.established_time is not None
        if overlap and older.state != "dead":
            return None
        return "abandoned" if mine.established_time is None else "other"

    @fact
    def behind_nat(self) -> bool:
        try:
            host = ip_address(self.message.sent_by.rpartition(":")[0] or self.message.sent_by)
        except ValueError:
            return False
        return len(host.packed) == len(self.message.src) and host.packed != self.message.src

    @fact
    def in_dialog(self) -> bool:
        return bool(self.message.to_tag)

    @fact
    def route_port(self) -> int | None:
        return self._port_of("route", self.message.dst)

    @fact
    def record_route_port(self) -> int | None:
        return self._port_of("record-route", self.message.src)

    @fact
    def hop_via_port(self) -> int | None:
        host = self.message.sent_by.rpartition(":")[0] or self.message.sent_by
        return self.via_port if host.strip("[]") == address_text(self.message.src) else None

    def _port_of(self, header: str, address: bytes) -> int | None:
        """Port in the first value of a header of routes, where it names this address."""
        value = self.message.value(header)
        if value is None:
            return None
        host, port = uri_host_port(parse_address(value)[0])
        return port or SIP_PORT if host == address_text(address) else None

    @fact
    def again_after_ms(self) -> int | None:
        first = self.message.original
        if first is None or first.original is not None:
            return None
        return (self.message.time - first.time) // 1_000_000

    @fact
    def due_on(self) -> AssociationFacts | None:
        exchange = self.place.exchange
        if self.place.on is not None or exchange is None or self.place.role != "verify":
            return self.travelled_on
        announced = exchange.association
        return None if announced is None else AssociationFacts(announced)

    @property
    def reuses(self) -> AssociationFacts | None:
        found = self.place.reuses
        return None if found is None else AssociationFacts(found)

    @fact
    def via_port(self) -> int | None:
        return via_port(self.message)

    @fact
    def contact_port(self) -> int | None:
        return contact_port(self.message)

    @property
    def above_tls(self) -> bool:
        return self.place.protection == "clear" and above_tls(self.message)

    @fact
    def registered_in_tls(self) -> bool:
        return self.place.tls_port >= 0

    @fact
    def other_tls_connection(self) -> bool:
        place, message = self.place, self.message
        if place.tls_port < 0 or not (place.protection == "tls" or self.above_tls):
            return False
        port = message.sport if place.from_client else message.dport
        return port != place.tls_port

    @fact
    def leftover(self) -> str | None:
        message = self.message
        if message.has("require") and self.require <= NOTHING_LEFT:
            return "Require"
        if message.has("proxy-require") and self.proxy_require <= NOTHING_LEFT:
            return "Proxy-Require"
        return None

    @fact
    def has_challenge(self) -> bool:
        return self.message.has("www-authenticate") or self.message.has("proxy-authenticate")


# A SIP URI in angle brackets, an IPv4 address in it, without parameters, as the first thing of the
# row: nothing else need be read.
_USUAL_CONTACT: Final = re.compile(
    rb"[^:]*:[ \t]*<sip:(?:[-.!~*'()\w+]+@)?([0-9.]+)(?::([1-9][0-9]{0,4}))?>"
)
# The same of a Via: host and port without anything odd before or between them.
_USUAL_VIA: Final = re.compile(
    rb"[^:]*:[ \t]*SIP/2\.0/[A-Z]+ [-.0-9A-Za-z]+(?::([1-9][0-9]{0,4}))?;"
)


def via_port(message: SipMessage) -> int | None:
    """Vocabulary: message."""
    usual = _USUAL_VIA.match(message.first_row("via"))
    if usual is not None:
        return int(usual[1] or SIP_PORT)
    sent_by = message.sent_by
    if not sent_by:
        return None
    port = sent_by.rpartition("]")[2].rpartition(":")[2] if ":" in sent_by else ""
    if sent_by.endswith("]") or not port:
        return SIP_PORT
    return int(port) if port.isascii() and port.isdigit() and len(port) < 6 else None


def contact_port(message: SipMessage) -> int | None:
    """Vocabulary: message."""
    own = address_text(message.src)
    usual = _USUAL_CONTACT.match(message.first_row("contact"))
    if usual is not None and usual[1].decode() == own:
        port = int(usual[2] or SIP_PORT)
        if port < 1 << 16:
            return port
    contact = message.contact
    if contact is None or _is_gruu(contact.uri):
        return None
    if contact.host != own:  # it may be written otherwise
        try:
            if str(ip_address(contact.host)) != own:
                return None
        except ValueError:
            return None
    return contact.port or SIP_PORT


def _is_gruu(uri: str) -> bool:
    """A public or temporary GRUU names no place (RFC 5627 3)."""
    parameters = uri.lower().split(";")[1:]
    return any(one == "gr" or one.startswith("gr=") for one in parameters)
