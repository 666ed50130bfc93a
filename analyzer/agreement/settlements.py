"""Agreements and their associations: announced by a challenge, in force from a 2xx, replaced, dead.

TS 33.203 7.4: a re-authentication announces a new set while the old one is in use; TS 24.229
5.1.1.5.1: the 2xx makes it the established one. RFC 3329 2.5: what was agreed holds until it ends.
"""

from collections.abc import Iterable

from analyzer.agreement.access import Standing
from analyzer.agreement.association import Aka, Association
from analyzer.agreement.choice import choose, matching
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.items import Agreement, Request, SaEvent
from analyzer.agreement.listed import client_list, due_lists, server_list
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.order import START, Order
from analyzer.keys.sa_table import Sa
from analyzer.limits import SA_MARGIN, SECOND, SETS_BEFORE, TRAFFIC
from analyzer.sip.message import SipMessage


def _collision(association: Association, exchange: Exchange) -> Association | None:
    """A set of the same UE that is alive and has the same port_uc (TS 33.203 7.1), not the same
    set once more. A UE that begins anew in clear holds no set of that subscriber any more."""
    access, former = exchange.access, exchange.association
    client = association.client
    if client is None or client.port_c is None or (former is None and not access.associations):
        return None
    live = [one for one in access.associations if one.state in ("temporary", "established", "old")]
    if former is not None and former not in live:
        live.append(former)
    if not live:
        return None
    given_up: set[int] = set()
    if exchange.offer is not None and exchange.offer.protection == "clear":
        before = exchange.under
        while before is not None:
            given_up.add(before.number)
            before = before.older
    return next(
        (
            one
            for one in live
            if one.client is not None
            and one.number not in given_up
            and one.client.port_c == client.port_c
            and one.spis() != association.spis()
        ),
        None,
    )


def conclude(agreement: Agreement) -> None:
    """Why an agreement that nothing ended goes no further: it ran out, or the captures did."""
    if agreement.end_reason:
        return
    if agreement.established is None:
        agreement.end_reason = "not-established"
        return
    expiry = agreement.renewed + (agreement.expires or 0) * SECOND
    if agreement.expires is not None and expiry <= agreement.seen_until:
        agreement.ended, agreement.end_reason = expiry, "expired"
    else:
        agreement.end_reason = "capture-ended"


class Settlements:
    """The sets announced and the agreements in force, of all Accesses."""

    def __init__(self) -> None:
        self.events: list[SaEvent] = []
        self.ended: list[tuple[Agreement, int]] = []  # with the number of the run that ended it
        self.order: Order = START  # of what is being taken in
        self._spis: dict[tuple[bytes, int], tuple[Association, Sa]] = {}
        self._agreements: dict[int, Agreement] = {}
        self._associations = 0

    def sa(self, dst: bytes, spi: int) -> tuple[Association, Sa] | None:
        """The announced SA that this receiver and SPI belong to."""
        return self._spis.get((dst, spi))

    def announced(self) -> Iterable[tuple[bytes, int]]:
        """Receiver and SPI of every SA announced so far."""
        return self._spis

    def announce(self, exchange: Exchange, challenge: SipMessage, server: MechanismList) -> None:
        """A challenge with an `ipsec-3gpp` list announces a set."""
        offer = exchange.offer
        client = client_list(exchange, challenge) if offer is None else offer.client
        if offer is not None and client is None:
            return  # nothing was offered that a set could be built with: the client starts over
        chosen = choose(client, server)
        if chosen is None or chosen.key != "ipsec-3gpp" or chosen.spi_s is None:
            return
        access = exchange.access
        self._associations += 1
        association = Association(
            self._associations, matching(client, chosen), chosen, challenge.time
        )
        association.exchange = exchange
        association.exchange_number = exchange.number
        association.call_id = challenge.call_id
        association.rows = server.rows
        association.announced_at = challenge.capture, challenge.frame
        association.aka = Aka(
            challenge.first_row("www-authenticate"),
            b"" if offer is None else offer.message.first_row("authorization"),
        )
        association.collides = _collision(association, exchange)
        former = exchange.association
        association.older = former or exchange.under
        if association.older is not None:
            _forget(association)
        if exchange.under is not None and former is None:
            exchange.under.rekeyed = challenge.time
        if former is not None and former.established_time is None:
            self._end(exchange, former, challenge.time, "replaced")
        sas = association.build(access.ue, access.first_hop)
        exchange.association = association
        access.associations.append(association)
        for sa in sas:
            self._spis[sa.dst, sa.spi] = association, sa
        self._agreements[association.number] = Agreement(
            association.number, exchange.number, chosen.key, challenge.time, access, association,
            capture=challenge.capture, born=self.order,
        )  # fmt: skip
        self.events.append(SaEvent("announced", sas))

    def settle(self, exchange: Exchange, time: int, expires: int | None) -> None:
        """The run succeeded, or its unread result makes that likely: the agreement is in force."""
        standing = exchange.standing
        if standing is None:
            return
        if exchange.deregistration:
            self._end_standing(exchange, standing, time, "deregistered")
            return
        applies = due_lists(exchange)
        if applies:
            standing.apply(applies[0])
        association = exchange.association
        if association is None:
            self._settle_without_set(exchange, standing, time, expires)
            return
        if association.state not in ("announced", "temporary"):
            return
        if standing.association is not None:
            self._retire(exchange, standing.association, time)
        association.state = "established"
        association.established_time = time
        _prolong(association, time, expires)
        standing.association = association
        agreement = self._agreements.get(association.number)
        if agreement is not None:
            agreement.established = agreement.renewed = time
            agreement.expires = expires

    def _settle_without_set(
        self, exchange: Exchange, standing: Standing, time: int, expires: int | None
    ) -> None:
        """An agreement on digest or TLS: a list to be echoed, and no SAs of its own."""
        listed = server_list(exchange)
        if listed is None or exchange.under is not None:
            return
        chosen = choose(client_list(exchange, None), listed)
        if chosen is None or chosen.key == "ipsec-3gpp":
            return
        self._end_agreement(exchange, standing.agreement, time, "replaced")
        self._associations += 1
        standing.agreement = self._associations
        self._agreements[self._associations] = Agreement(
            self._associations, exchange.number, chosen.key, time, exchange.access, None, time,
            expires=expires, renewed=time, capture=exchange.steps[-1].capture, born=self.order,
        )  # fmt: skip

    def _end_agreement(self, by: Exchange, number: int, time: int, why: str) -> None:
        agreement = self._agreements.pop(number, None)
        if agreement is not None:
            agreement.ended, agreement.end_reason = time, why
            self.ended.append((agreement, by.number))

    def extend(self, association: Association, time: int, expires: int | None) -> None:
        """A refresh without challenge prolongs the agreement (TS 24.229 5.1.1.4.2)."""
        _prolong(association, time, expires)
        agreement = self._agreements.get(association.number)
        if agreement is not None and expires is not None:
            agreement.expires, agreement.renewed = expires, time

    def followed(self, association: Association, request: Request) -> None:
        """A later request on the agreement."""
        agreement = self._agreements.get(association.number)
        if agreement is not None and len(agreement.traffic) < TRAFFIC:
            agreement.traffic.append(request)

    def drop(self, exchange: Exchange, association: Association) -> None:
        """The run was closed without a result: the set it announced goes no further."""
        if association in exchange.access.associations:
            exchange.access.associations.remove(association)
        self._hand_out(exchange, association)

    def finish(self) -> list[Agreement]:
        """What is still in force."""
        left = list(self._agreements.values())
        self._agreements.clear()
        return left

    def _retire(self, by: Exchange, association: Association, time: int) -> None:
        association.state = "old"
        verify = by.last("verify")
        association.left = time if verify is None else verify.time
        known = by.access.associations
        live = [one for one in known if one.state == "old" and one is not association]
        for one in live:
            self._end(by, one, time, "replaced")
        agreement = self._agreements.get(association.number)
        if agreement is not None:
            agreement.ended = time
            agreement.end_reason = "replaced"

    def _end_standing(self, by: Exchange, standing: Standing, time: int, why: str) -> None:
        if standing.association is not None:
            self._end(by, standing.association, time, why)
        self._end_agreement(by, standing.agreement, time, why)
        standing.end()

    def _end(self, by: Exchange, association: Association, time: int, why: str) -> None:
        """Dead. Its SPIs stay known until they are announced anew: late packets are not strays."""
        association.state = "dead"
        if association in by.access.associations:
            by.access.associations.remove(association)
        agreement = self._agreements.get(association.number)
        if agreement is not None and agreement.ended is None:
            agreement.ended, agreement.end_reason = time, why
        self._hand_out(by, association)

    def _hand_out(self, by: Exchange, association: Association) -> None:
        self.events.append(SaEvent("ended", association.sas))
        agreement = self._agreements.pop(association.number, None)
        if agreement is not None:
            self.ended.append((agreement, by.number))


def _prolong(association: Association, time: int, expires: int | None) -> None:
    if expires is not None:
        until = time + expires * SECOND + SA_MARGIN
        if until > association.until:
            association.until = until
        if not association.first_until:
            association.first_until = until
        association.granted = time, expires


def _forget(association: Association) -> None:
    """Of the sets before it the last few are remembered."""
    for _ in range(SETS_BEFORE):
        if association.older is None:
            return
        association = association.older
    association.older = None
