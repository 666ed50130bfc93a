"""The lists of a message against those that were given before it (vocabulary: message)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.agreement.choice import common
from analyzer.agreement.comparison import compare
from analyzer.agreement.listed import listings
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.security_list import parse_list
from analyzer.agreement.strength import Shape, shape, shapes, stronger
from analyzer.rules.subjects.lazy import fact
from analyzer.rules.subjects.lists import ComparisonFacts, Elements, MechanismFacts

if TYPE_CHECKING:
    from analyzer.agreement.exchange import Step
    from analyzer.agreement.place import Place
    from analyzer.rules.subjects.message import Cast, MessageFacts
    from analyzer.sip.message import SipMessage

OFFERS = ("offer", "failure-report")


class GivenFacts:
    """The part of `MessageFacts` that looks back at earlier lists of the run, and of the one
    before it."""

    place: Place
    message: SipMessage
    cast: Cast
    is_request: bool
    role: str | None

    @fact
    def before(self) -> list[Step]:
        """The steps of its exchange before it."""
        exchange = self.place.exchange
        found: list[Step] = []
        for step in () if exchange is None else exchange.steps:
            if step.place is self.place:
                break
            found.append(step)
        return found

    @fact
    def sets_offered(self) -> int:
        listed = self.place.client
        elements = () if listed is None else listed.signalling
        return len(
            {
                (one.spi_c, one.spi_s, one.port_c, one.port_s)
                for one in elements
                if one.key == "ipsec-3gpp" and one.complete
            }
        )

    @fact
    def refused_by(self) -> MessageFacts | None:
        if self.role not in ("offer", "verify") or not self.is_request:
            return None
        for step in reversed(self.before):
            if step.role == "challenge":
                found = None if step.place is None else step.place.message
                refusal = found is not None and found.code in (421, 494)
                return self.cast.of(found, self.place) if refusal else None
        return None

    @fact
    def client_comparison(self) -> ComparisonFacts | None:
        mine, theirs = self.place.client, self.client_before
        if mine is None or theirs is None:
            return None
        whole = compare(mine, theirs)
        return ComparisonFacts(whole.signalling, whole, False)

    @fact
    def client_before(self) -> MechanismList | None:
        """What its Security-Client has to repeat."""
        message = self.message
        if self.role == "verify":
            return self._offered_last
        if self.role != "retransmission" or message.variant_of is not None:
            return None
        for step in reversed(self.before):
            place = step.place
            if place is not None and place.message.is_request and _same(place.message, message):
                return place.client
        return None

    # ---- what the server listed, and what it had listed

    @fact
    def settles_on(self) -> MechanismFacts | None:
        listed = self.place.server
        if listed is None:
            return None
        best = common(self._offered, listed)
        return MechanismFacts(best[0], "server") if best else None

    @fact
    def algorithms_common(self) -> bool | None:
        listed, offered = self.place.server, self._offered
        if listed is None or offered is None or not listed.signalling:
            return None
        both = (*offered.signalling, *listed.signalling)
        if any(one.key == "ipsec-3gpp" and not one.alg for one in both):
            return None  # nobody knows what it would have taken, or given
        mine = {(one.key, one.effective_alg) for one in listed.signalling}
        return not mine.isdisjoint((one.key, one.effective_alg) for one in offered.signalling)

    @property
    def _offered(self) -> MechanismList | None:
        """Security-Client of the request that it answers."""
        request = self.cast.of(self.message.request, self.place)
        return None if request is None else request.place.client

    @fact
    def server_comparison(self) -> ComparisonFacts | None:
        listed, before = self.place.server, self._listed_before[0]
        if listed is None or before is None:
            return None
        whole = compare(listed, before)
        return ComparisonFacts(whole.signalling, whole, False)

    @fact
    def list_before(self) -> Elements | None:
        before, offered = self._listed_before
        if before is None or self.place.server is None or self.role not in ("challenge", "result"):
            return None
        if shapes(offered) != shapes(self._offered_last):
            return None
        return self.cast.elements(before, "server")

    @fact
    def list_moved(self) -> bool | None:
        listed = self.place.server
        if listed is None or self.list_before is None:
            return None
        before = self._listed_before[0]
        return before is not None and _ranked(listed) != _ranked(before)

    @fact
    def strength_lost(self) -> MechanismFacts | None:
        listed = self.place.server
        if not self.list_moved or listed is None or self.list_before is None:
            return None
        left = listed.signalling
        kept = set(shapes(listed))
        for one in self.list_before:
            element = one.element
            if shape(element) not in kept and left:
                if all(stronger(element, other) for other in left):
                    return one
        return None

    @fact
    def _offered_last(self) -> MechanismList | None:
        """Security-Client of the last offer before it."""
        for step in reversed(self.before):
            if step.role in OFFERS:
                return None if step.place is None else step.place.client
        return None

    @fact
    def _listed_before(self) -> tuple[MechanismList | None, MechanismList | None]:
        """The list this client got before from this first hop, and the offer that it answered."""
        exchange = self.place.exchange
        if exchange is None or self.role not in ("challenge", "result"):
            return None, None
        for place, answered in reversed(list(listings(self.before))):
            return place.server, answered
        past = exchange.previous
        if past is None or not past.listed:
            return None, None
        return parse_list(past.listed), parse_list(past.listed_for) if past.listed_for else None


def _same(one: SipMessage, other: SipMessage) -> bool:
    """The same client transaction (RFC 3261 17.1.1)."""
    return (one.branch, one.cseq, one.method, one.call_id) == (
        other.branch,
        other.cseq,
        other.method,
        other.call_id,
    )


def _ranked(listed: MechanismList) -> list[tuple[Shape, int | None]]:
    """Mechanisms, algorithms and q in order, without numbers that a peer draws anew."""
    return [(shape(one), one.q_thousandths) for one in listed.signalling]
