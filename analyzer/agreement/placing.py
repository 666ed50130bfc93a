"""What is in force where a message stands: the set it travelled on, the list it has to repeat."""

from analyzer.agreement.access import Access
from analyzer.agreement.association import DIRECTIONS
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.listed import due_lists
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.place import Place, is_protected
from analyzer.agreement.security_list import parse_list
from analyzer.agreement.settlements import Settlements
from analyzer.capture.scan import SIP_PORTS
from analyzer.sip.message import SipMessage


def place_of(
    message: SipMessage, evidence: str, access: Access | None, settlements: Settlements
) -> Place:
    """The message with what is in force for its client."""
    place = Place(message, "gm", evidence, access)
    spi = message.spi
    if spi >= 0:
        hit = settlements.sa(message.dst, spi)
        if hit is not None:
            place.on, place.sa = hit[0], hit[1].name
            place.from_client = DIRECTIONS[place.sa] == "to-server"
    if access is None:
        return place
    place.from_client = message.src == access.ue
    if spi < 0:
        asked = message if message.is_request else message.request
        if access.associations or (asked is not None and "security-verify" in asked.index):
            _above_ipsec(place, access, asked)
    standing = access.standing_of(message)
    if standing is not None:
        place.in_force = standing.association
        place.tls_port = standing.tls_port
    in_force = place.on or place.in_force
    if in_force is not None:
        place.life = in_force.state
    return place


def stand(place: Place) -> None:
    """A request that answers no challenge: what it has to repeat is the list in force."""
    access = place.access
    if access is None or not place.from_client:
        return
    standing = access.standing_of(place.message)
    if standing is not None:
        place.stand(standing)
        doubt(place)


def _above_ipsec(place: Place, access: Access, asked: SipMessage | None) -> None:
    """A message on the ports of a set where no ESP was ever seen: captured above IPsec. `asked` is
    the request that it is or answers."""
    message = place.message
    if message.synthetic:
        if access.associations and is_protected(message):
            place.protection, place.on = "ports", access.associations[-1]
        return
    if (message.line, message.interface) in access.esp_interfaces:
        return
    src, sport, dport = message.src, message.sport, message.dport
    for association in access.associations:
        for sa in association.sas:
            if sa.sport == sport and sa.dport == dport and sa.src == src:
                place.protection, place.on, place.sa = "ports", association, sa.name
                return
    if asked is not None and message.protection == "clear":
        if _on_repeated_ports(message, asked):
            place.protection = "ports"


def _on_repeated_ports(message: SipMessage, asked: SipMessage) -> bool:
    """Whether the server's port is one that the Security-Verify of the request names: it belongs to
    a set whose announcement was not captured (TS 33.203 7.1)."""
    port = message.dport if message is asked else message.sport
    return port not in SIP_PORTS and any(
        one.key == "ipsec-3gpp" and port in (one.port_c, one.port_s)
        for one in parse_list(asked.folded_texts("security-verify")).elements
    )


def due(exchange: Exchange) -> tuple[MechanismList | None, tuple[MechanismList, ...]]:
    """The list that an answer to the run's challenge must repeat, and those before it.

    Where the challenge was read and brought none, none is due; where it was not, nobody knows.
    """
    mine = due_lists(exchange)
    before = () if exchange.standing is None else exchange.standing.lists
    if not mine:
        return None, before
    return mine[0], (*mine[1:], *before) if before or len(mine) > 1 else before


def doubt(place: Place) -> None:
    """A message on the very SPI that its own Security-Verify names, where the list known here does
    not: the list it repeats was announced, but not captured."""
    spi, against = place.message.spi, place.against
    if spi < 0 or against is None or _names(against, spi):
        return
    verify = place.verify
    if verify is not None and _names(verify, spi):
        place.against = None


def _names(listed: MechanismList, spi: int) -> bool:
    for element in listed.elements:  # noqa: SIM110  (asked of most messages)
        if spi in (element.spi_c, element.spi_s):
            return True
    return False
