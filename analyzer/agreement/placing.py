"""What is in force where a message stands: the set it travelled on, the list it has to repeat."""

from analyzer.agreement.access import Access
from analyzer.agreement.association import DIRECTIONS
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.listed import due_lists
from analyzer.agreement.mechanism import MechanismList, parse_list
from analyzer.agreement.place import Place, is_protected
from analyzer.agreement.settlements import Settlements
from analyzer.capture.scan import SIP_PORTS
from analyzer.sip.message import SipMessage


def place_of(
    message: SipMessage, evidence: str, access: Access | None, settlements: Settlements
) -> Place:
    """The message with what is in force for its client."""
    place = Place(message, "gm", evidence, access)
    if message.spi >= 0:
        hit = settlements.sa(message.dst, message.spi)
        if hit is not None:
            place.on, place.sa = hit[0], hit[1].name
            place.from_client = DIRECTIONS[place.sa] == "to-server"
    if access is None:
        return place
    place.from_client = message.src == access.ue
    if message.spi < 0:
        _above_ipsec(place, access)
    standing = access.standing_of(message)
    if standing is not None:
        place.in_force = standing.association
        place.tls_port = standing.tls_port
        if message.is_request and place.from_client:
            place.stand(standing)
            doubt(place)
    in_force = place.on or place.in_force
    if in_force is not None:
        place.life = in_force.state
    return place


def _above_ipsec(place: Place, access: Access) -> None:
    """A message on the ports of a set where no ESP was ever seen: captured above IPsec."""
    message = place.message
    if message.synthetic:
        if access.associations and is_protected(message):
            place.protection, place.on = "ports", access.associations[-1]
        return
    if (message.line, message.interface) in access.esp_interfaces:
        return
    ports = message.src, message.sport, message.dport
    for association in access.associations:
        for sa in association.sas:
            if (sa.src, sa.sport, sa.dport) == ports:
                place.protection, place.on, place.sa = "ports", association, sa.name
                return
    if message.protection == "clear" and _on_repeated_ports(message):
        place.protection = "ports"


def _on_repeated_ports(message: SipMessage) -> bool:
    """Whether the server's port is one that the Security-Verify of the request names: it belongs to
    a set whose announcement was not captured (TS 33.203 7.1)."""
    asked, port = (
        (message, message.dport) if message.is_request else (message.request, message.sport)
    )
    if asked is None or port in SIP_PORTS:
        return False
    rows = asked.folded_texts("security-verify")
    return bool(rows) and any(
        one.key == "ipsec-3gpp" and port in (one.port_c, one.port_s)
        for one in parse_list(rows).elements
    )


def due(exchange: Exchange) -> tuple[MechanismList | None, tuple[MechanismList, ...]]:
    """The list that an answer to the run's challenge must repeat, and those before it.

    Where the challenge was read and brought none, none is due; where it was not, nobody knows.
    """
    mine = list(due_lists(exchange))
    standing = exchange.standing
    before: list[MechanismList] = []
    if standing is not None:
        before = [one for one in (standing.applies, *standing.older) if one is not None]
    return (mine[0] if mine else None), (*mine[1:], *before)


def doubt(place: Place) -> None:
    """A message on the very SPI that its own Security-Verify names, where the list known here does
    not: the list it repeats was announced, but not captured."""
    spi = place.message.spi
    if spi < 0 or place.against is None or place.verify is None:
        return
    if _names(place.verify, spi) and not _names(place.against, spi):
        place.against = None


def _names(listed: MechanismList, spi: int) -> bool:
    return spi in [one for element in listed.elements for one in (element.spi_c, element.spi_s)]
