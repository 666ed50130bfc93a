"""A closed run, a subscriber, a first hop, as rules see them (vocabulary: exchange, identity)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from analyzer.agreement.attempt import attempt, began_anew
from analyzer.agreement.choice import common
from analyzer.agreement.exchange import Exchange, Past
from analyzer.agreement.listed import listings, server_list
from analyzer.agreement.mechanism import Mechanism, MechanismList, with_inherited
from analyzer.agreement.security_list import parse_list
from analyzer.agreement.states import State
from analyzer.agreement.strength import stronger
from analyzer.limits import SECOND
from analyzer.rules.subjects import older
from analyzer.rules.subjects.association import AssociationFacts
from analyzer.rules.subjects.connection import ConnectionFacts, tls_of
from analyzer.rules.subjects.lazy import fact
from analyzer.rules.subjects.lists import MechanismFacts
from analyzer.rules.subjects.message import Cast, MessageFacts

# Names of the same mechanism in the dialects (RFC 3329 2.2, draft-00 6.4, draft-01 3.5, arkko 7.2).
IPSEC: Final = frozenset({"ipsec-ike", "ipsec-man", "ike"})
DIGEST: Final = frozenset({"digest", "digest-integrity", "edigest"})

FrameIds = tuple[tuple[int, int], ...]


class Offered:
    """The offer of an earlier run: its list is still known, the rest of it is absent."""

    frames: FrameIds = ()

    def __init__(self, past: Past) -> None:
        self.client = None
        if past.offered:
            listed = parse_list(past.offered)
            self.client = [MechanismFacts(element, "client") for element in listed.elements]

    def __getattr__(self, name: str) -> None:
        """Not kept: absent."""
        if name.startswith("_"):
            raise AttributeError(name)


class PastFacts:
    """What is still known of an earlier run of the same subscriber."""

    def __init__(self, past: Past) -> None:
        self.dialect = past.dialect
        self.kind = past.kind
        self.method = past.method
        self.code = past.code or None
        self.outcome = past.outcome
        self.registered = past.registered
        self.loss = False
        self.offer = Offered(past)

    def __getattr__(self, name: str) -> None:
        """Its messages are no longer held: absent."""
        if name.startswith("_"):
            raise AttributeError(name)


class ExchangeFacts:
    """One closed run of the agreement."""

    leg = "gm"
    loss = False

    def __init__(self, exchange: Exchange) -> None:
        found = exchange.verdict
        assert found is not None
        self.exchange = exchange
        self.verdict = found
        self.dialect = found.dialect
        self.kind = found.kind
        self.outcome = found.outcome
        self.method = exchange.method
        self._cast: Cast | None = None
        self.far = Cast(exchange.far, self.dialect) if exchange.far else None

    @property
    def cast(self) -> Cast:
        """Its messages, for those who ask for one."""
        if self._cast is None:
            places = [step.place for step in self.exchange.steps if step.place is not None]
            self._cast = Cast(places, self.dialect)
        return self._cast

    def dismiss(self) -> None:
        """Nothing more will be asked of its messages."""
        if self._cast is not None:
            self._cast.dismiss()
        if self.far is not None:
            self.far.dismiss()

    @property
    def frames(self) -> FrameIds:
        """(capture, frame) of its steps, the last one first as the anchor of an absence."""
        steps = self.exchange.steps
        return tuple((step.capture, step.frame) for step in [*steps[-1:], *steps[:-1]])

    @property
    def registered(self) -> bool:
        registration = self.verdict.registration
        return registration is not None and registration.state == "registered"

    @fact
    def offer(self) -> MessageFacts | None:
        first = self.exchange.first("offer")
        return None if first is None or first.place is None else self.cast.of(first.place.message)

    @fact
    def challenge(self) -> MessageFacts | None:
        return self.cast.of(self.exchange.message("challenge"))

    @fact
    def verify(self) -> MessageFacts | None:
        return self.cast.of(self.exchange.message("verify"))

    @property
    def result(self) -> MessageFacts | None:
        return self.cast.of(self.exchange.message("result"))

    @fact
    def code(self) -> int | None:
        message = self.exchange.message("result")
        return None if message is None else message.code

    @fact
    def association(self) -> AssociationFacts | None:
        found = self.exchange.association
        return None if found is None else AssociationFacts(found)

    @fact
    def tls(self) -> ConnectionFacts | None:
        return tls_of(self.exchange)

    @property
    def restart(self) -> MessageFacts | None:
        by = self.exchange.superseded_by
        offer = self.exchange.offer
        return None if by is None or not by.is_request else self.cast.of(by, offer)

    @property
    def began_anew_ms(self) -> int | None:
        return began_anew(self.exchange)

    @fact
    def granted_s(self) -> int | None:
        granted = self.exchange.granted
        return None if granted is None else granted[1]

    @fact
    def since_granted_s(self) -> int | None:
        granted = self.exchange.granted
        return None if granted is None else (self.exchange.begun - granted[0]) // SECOND

    @property
    def answered(self) -> bool:
        steps = self.exchange.steps
        for step in reversed(steps):
            if step.role in ("verify", "challenge"):
                return step.role == "verify"
        return False

    @property
    def failure_reports(self) -> int:
        return sum(step.role == "failure-report" for step in self.exchange.steps)

    @property
    def unanswered_ms(self) -> int | None:
        exchange = self.exchange
        verify = exchange.last("verify")
        if exchange.state is not State.ANSWERED or verify is None or not self._failed:
            return None
        return (exchange.end_time - verify.time) // 1_000_000

    @property
    def _failed(self) -> bool:
        verdict = self.exchange.verdict
        return verdict is not None and verdict.failed

    @fact
    def unanswered(self) -> int:
        association = self.exchange.association
        flows = () if association is None else association.flows.values()
        return max((flow.unanswered for flow in flows if flow.name == "uc>ps"), default=0)

    @fact
    def unusable(self) -> bool:
        place = self.exchange.place("challenge")
        challenge = self.challenge
        if place is None or challenge is None or challenge.code != 401 or not challenge.aka:
            return False
        listed, offer = place.server, self.exchange.offer
        if listed is None:
            offered = None if offer is None else offer.client
            return offered is not None and bool(offered.signalling)
        if any(one.key != "ipsec-3gpp" or one.complete for one in listed.signalling):
            return False  # an element that lacks nothing
        elements = [one for one in challenge.server or () if not one.mediasec]
        return bool(elements) and all(one.lacks for one in elements)

    @fact
    def passed_over(self) -> MechanismFacts | None:
        listed = offered = None
        for place, answered in listings(self.exchange.steps):
            if place.message.code == 401:
                listed, offered = place.server, answered
        if listed is None or offered is None or len(listed.signalling) != 1:
            return None
        picked = listed.signalling[0]
        if picked.key != "ipsec-3gpp" or picked.effective_ealg != "null":
            return None
        for one in offered.signalling:
            if one.effective_ealg in ("aes-cbc", "aes-gcm") and stronger(one, picked):
                return MechanismFacts(one, "client")
        return None

    @fact
    def previous(self) -> PastFacts | None:
        past = self.exchange.previous
        return None if past is None else PastFacts(past)

    @fact
    def exempt(self) -> str | None:
        return None if self.offer is None else self.offer.exempt

    @property
    def response_check(self) -> str | None:
        found = self.exchange.authentication
        return None if found is None else found.response or None

    @fact
    def response_note(self) -> str | None:
        found = self.exchange.authentication
        return None if found is None else found.response_note or None

    @fact
    def d_ver_check(self) -> str | None:
        found = self.exchange.authentication
        return None if found is None else found.d_ver or None

    @fact
    def d_ver_note(self) -> str | None:
        found = self.exchange.authentication
        return None if found is None else found.d_ver_note or None

    @fact
    def auts_mac(self) -> str | None:
        found = self.exchange.authentication
        if found is None or found.auts is None:
            return None
        return "right" if found.auts else "wrong"

    @fact
    def sqn_ahead(self) -> int | None:
        found = self.exchange.authentication
        return None if found is None else found.ahead

    @fact
    def resync_ignored(self) -> str | None:
        return _resync_ignored(self.exchange)

    @fact
    def challenges(self) -> int:
        return len([step for step in self.exchange.steps if step.role == "challenge"])

    @property
    def silence_ms(self) -> int | None:
        exchange = self.exchange
        if exchange.state is not State.CHALLENGED or exchange.superseded_by is not None:
            return None
        if attempt(exchange) is not None:
            return None
        since = exchange.last_time
        return (exchange.end_time - since) // 1_000_000

    @fact
    def server_list(self) -> MechanismList | None:
        return server_list(self.exchange)

    @fact
    def chosen(self) -> MechanismFacts | None:
        found = _on_the_wire(self.exchange, self.server_list)
        return None if found is None else MechanismFacts(found, "server")

    @fact
    def best_common(self) -> MechanismFacts | None:
        offer = self.exchange.offer
        listed = self.server_list
        if listed is None or offer is None:
            return None
        if all(element.q is None for element in listed.elements):
            return None
        client = offer.client
        best = common(client, listed)
        if client is None or not best or best[0].q_thousandths is None:
            return None
        return MechanismFacts(best[0], "server")

    @fact
    def first_common(self) -> MechanismFacts | None:
        found = older.first_common(self.exchange, self.server_list)
        return None if found is None else MechanismFacts(found, "server")

    @fact
    def mixed(self) -> str | None:
        return older.mixed(self.exchange)

    @fact
    def far_server(self) -> str | None:
        return older.far_server(self.exchange, self.server_list)

    @fact
    def tcp_port(self) -> int | None:
        return older.tcp_port(self.exchange)


def _resync_ignored(exchange: Exchange) -> str | None:
    """How the network passed over a report with auts (RFC 3310 3.2); None where it did not."""
    if exchange.first("failure-report") is None:
        return None
    before = ""
    reported = answered = False
    for step in exchange.steps:
        message = None if step.place is None else step.place.message
        if message is None:
            continue
        if step.role == "challenge":
            nonce = None if message.challenge is None else message.challenge.aka_nonce
            rand = "" if nonce is None else nonce.rand.hex()
            if reported and rand and rand == before:
                return "the same RAND again"
            before, answered = rand, reported
        elif step.role == "failure-report" and message.credentials is not None:
            if answered and message.credentials.auts:
                return "auts again for the next challenge"
            reported = bool(message.credentials.auts)
        elif step.role == "result" and reported and not answered and message.code == 403:
            return "403"
    return None


class IdentityFacts:
    """A subscriber over time, as of its last run."""

    leg = "gm"
    loss = False

    def __init__(self, exchange: ExchangeFacts) -> None:
        self.exchange = exchange
        self.dialect = exchange.dialect
        self.exempt = exchange.exempt

    @property
    def frames(self) -> FrameIds:
        """(capture, frame) of the challenges in a row, the last one first."""
        standing = self.exchange.exchange.standing
        rows = [] if standing is None else [(c, f) for _, c, f in standing.challenged]
        return (*rows[-1:], *rows[:-1]) or self.exchange.frames

    @fact
    def consecutive_challenges(self) -> int:
        standing = self.exchange.exchange.standing
        return 0 if standing is None else most_within(standing.challenged)


def most_within(challenged: Sequence[tuple[int, int, int]], window: int = 60_000_000_000) -> int:
    """The most challenges within the window, of (time, capture, frame) in time order."""
    most = start = 0
    for end, (time, _, _) in enumerate(challenged):
        while time - challenged[start][0] > window:
            start += 1
        most = max(most, end - start + 1)
    return most


def _on_the_wire(exchange: Exchange, listed: MechanismList | None) -> Mechanism | None:
    """The element that the protection seen belongs to; None where two fit, or none can be told."""
    if listed is None:
        return None
    verify = exchange.place("verify")
    elements = [element for element in with_inherited(listed) if not element.mediasec]
    association = exchange.association
    if association is not None and association.packets:
        null = association.opened > 0
        fits = [
            element
            for element in elements
            if element.key == "ipsec-3gpp" and (element.effective_ealg == "null") == null
        ]
    elif verify is not None and verify.protection in ("esp", "esp-null"):
        fits = [element for element in elements if element.key in IPSEC]
    elif verify is not None and verify.protection == "tls":
        fits = [element for element in elements if element.key == "tls"]
    elif verify is not None and verify.protection == "clear" and verify.message.credentials:
        fits = [element for element in elements if element.key in DIGEST]
    else:
        return None
    return fits[0] if len(fits) == 1 else None
