"""A message in its place, as rules see it (vocabulary: message, transaction, pair)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any, Final

from analyzer.agreement.comparison import Comparison
from analyzer.agreement.dialects import of_place
from analyzer.agreement.meaning import is_emergency
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.outcome import REASONS_OF_AGREEMENT
from analyzer.agreement.place import Place
from analyzer.rules.subjects.association import AssociationFacts
from analyzer.rules.subjects.credentials import CredentialFacts
from analyzer.rules.subjects.given import GivenFacts
from analyzer.rules.subjects.lazy import fact, forget
from analyzer.rules.subjects.lists import (
    ComparisonFacts,
    Elements,
    HeaderFacts,
    MechanismFacts,
)
from analyzer.rules.subjects.media import MediaFacts
from analyzer.rules.subjects.older import OlderFacts, demanded
from analyzer.rules.subjects.wire import WireFacts
from analyzer.sip.fields import uri_host_port
from analyzer.sip.message import SipMessage

NO_COMPARISONS: Final[list[ComparisonFacts]] = []
NO_MECHANISMS: Final[list[MechanismFacts]] = []
NO_LISTS: Final[list[HeaderFacts]] = []
NO_TAGS: Final[frozenset[str]] = frozenset()


class Cast:
    """The messages that are judged together, so that request and response find one another."""

    def __init__(self, places: Iterable[Place], dialect: str | None = None) -> None:
        self._dialect = dialect
        self._places = list(places)
        self._facts: dict[int, MessageFacts] = {}
        self._elements: dict[tuple[int, str, int], Elements] = {}

    @property
    def members(self) -> list[MessageFacts]:
        """Those that it was made of, in order."""
        return [self.member(number) for number in range(len(self._places))]

    def member(self, number: int) -> MessageFacts:
        """One of them; its facts are made when somebody asks for it."""
        place = self._places[number]
        found = self._facts.get(id(place.message))
        if found is None or found.place is not place:
            found = self._facts[id(place.message)] = MessageFacts(place, self)
        return found

    def of(self, message: SipMessage | None, like: Place | None = None) -> MessageFacts | None:
        """The facts of a message; one from elsewhere is taken to stand on the leg of `like`."""
        if message is None:
            return None
        found = self._facts.get(id(message))
        if found is None:
            place = next((one for one in self._places if one.message is message), None)
            found = MessageFacts(place or _elsewhere(message, like), self)
            self._facts[id(message)] = found
        return found

    def elements(
        self, listed: MechanismList | None, header: str, twins: MechanismList | None = None
    ) -> Elements | None:
        """The elements of a list, None for none; a list that is repeated is read once."""
        if listed is None:
            return None
        key = id(listed), header, id(twins)
        found = self._elements.get(key)
        if found is None:
            found = self._elements[key] = Elements(listed, header, twins)
        return found

    def dismiss(self) -> None:
        """Part with the messages: they and the cast refer to one another."""
        for facts in self._facts.values():
            forget(facts)
        self._places.clear()
        self._facts.clear()

    def dialect(self, place: Place) -> str:
        """That of the exchange, or of the message alone."""
        return self._dialect or of_place(place)


class MessageFacts(WireFacts, GivenFacts, CredentialFacts, MediaFacts, OlderFacts):
    """One message on one hop."""

    def __init__(self, place: Place, cast: Cast) -> None:
        message = place.message
        self.place = place
        self.message = message
        self.cast = cast
        self.form: Any = None  # its kind among messages, where the engine tells such apart
        self.is_request = message.is_request
        self.method = message.method or None
        self.code = message.code or None
        self.leg = place.leg
        self.dialect = cast.dialect(place)
        self.protection = place.protection
        self.transport = message.transport
        self.from_client = place.from_client
        self.role = place.role or None
        self.retransmission = message.original is not None
        self.truncated = place.cut

    @property
    def call_id(self) -> str:
        return self.message.call_id

    @property
    def cseq(self) -> int:
        return self.message.cseq

    @property
    def retransmitted(self) -> int:
        return self.message.retransmissions

    @property
    def via_count(self) -> int:
        return self.message.via_count

    @property
    def fragmented(self) -> bool:
        message = self.message
        return message.transport == "udp" and len(message.frames) > 1

    @property
    def frames(self) -> tuple[tuple[int, int], ...]:
        """(capture, frame), the anchor first."""
        return ((self.message.capture, self.message.frame),)

    @fact
    def network_mac(self) -> str | None:
        exchange = self.place.exchange
        found = None if exchange is None else exchange.authentication
        if found is None or found.network is None:
            return None
        return "right" if found.network else "wrong"

    # ---- lists

    @fact
    def client(self) -> Elements | None:
        return self.cast.elements(self.place.client, "client")

    @fact
    def server(self) -> Elements | None:
        return self.cast.elements(self.place.server, "server")

    @fact
    def verify(self) -> Elements | None:
        return self.cast.elements(self.place.verify, "verify", self.place.against)

    @fact
    def mechanisms(self) -> list[MechanismFacts]:
        if not self.place.lists:
            return NO_MECHANISMS
        listed = self._listed
        if len(listed) == 1:
            return listed[0].made
        return [m for one in listed for m in one.made]

    @fact
    def _listed(self) -> list[Elements]:
        """The lists that are there."""
        lists = self.place.lists
        return [found for name in lists if (found := getattr(self, name)) is not None]

    @fact
    def flawed(self) -> list[MechanismFacts]:
        if not self.place.lists:
            return NO_MECHANISMS
        flawed = [one for one in self._listed if one.flawed]
        return [m for one in flawed for m in one.made if m.element.defects] if flawed else []

    @fact
    def stated(self) -> list[MechanismFacts]:
        if not self.place.lists:
            return NO_MECHANISMS
        if self.place.verify is None:
            return self.mechanisms
        own = [*(self.client or ()), *(self.server or ())]
        if self.verify is not None and not self._repeats:
            against = self.place.against
            known = {e.raw for e in against.elements} if against is not None else ()
            own += [m for m in self.verify if m.raw not in known]
        return own

    @fact
    def stated_lists(self) -> list[HeaderFacts]:
        lists = self.place.lists
        if not lists:
            return NO_LISTS
        return [
            HeaderFacts(listed, name)
            for name, listed in lists.items()
            if name != "verify" or not self._repeats
        ]

    @fact
    def _repeats(self) -> bool:
        """Its Security-Verify has the same elements as the list of the server."""
        verify, against = self.place.verify, self.place.against
        return (
            verify is not None
            and against is not None
            and (verify is against or verify.rows == against.rows)
        )

    @fact
    def against_list(self) -> MechanismList | None:
        """The list due here: an answer's, or that in force where the message is protected."""
        place = self.place
        if not self.is_request or not place.from_client:
            return None
        if place.role == "verify" or place.protection != "clear":
            return place.against
        # In clear nothing is due before the challenge, nor where an SA set should have been used.
        return None if place.role == "offer" or place.in_force is not None else place.against

    @fact
    def verify_against(self) -> Elements | None:
        return self.cast.elements(self.against_list, "server")

    @fact
    def list_source(self) -> MessageFacts | None:
        if self.verify_against is None or self.role != "verify":
            return None
        return self.challenge

    @fact
    def comparison(self) -> Comparison | None:
        return None if self.against_list is None else self.place.comparison

    @fact
    def verify_comparison(self) -> ComparisonFacts | None:
        whole = self.comparison
        if whole is None or self.against_list is None or not self.against_list.signalling:
            return None
        return ComparisonFacts(whole.signalling, whole, False)

    @fact
    def comparisons(self) -> list[ComparisonFacts]:
        if self.place.verify is None or self.comparison is None:
            return NO_COMPARISONS
        whole = self.comparison
        found = [] if self.verify_comparison is None else [self.verify_comparison]
        if self.against_list is not None and self.against_list.media:
            found.append(ComparisonFacts(whole.media, whole, True))
        return found

    @fact
    def older_list(self) -> bool:
        comparison = self.verify_comparison
        return comparison is not None and comparison.kind == "older list"

    # ---- option tags and plain headers

    @fact
    def require(self) -> frozenset[str]:
        return self._tags("require")

    @fact
    def proxy_require(self) -> frozenset[str]:
        return self._tags("proxy-require")

    @fact
    def supported(self) -> frozenset[str]:
        return self._tags("supported")

    @fact
    def unsupported(self) -> frozenset[str]:
        return self._tags("unsupported")

    def _tags(self, header: str) -> frozenset[str]:
        return self.message.tokens(header) if self.message.has(header) else NO_TAGS

    @fact
    def emergency(self) -> bool:
        return is_emergency(self.message)

    @fact
    def exempt(self) -> str | None:
        if self.emergency:
            return "emergency"
        if self.message.method == "REGISTER" and not self.mechanisms:
            if self.aka is False and not self.nonce_empty:
                return "digest"
            if not self.has_credentials and (self.answer_code or 0) // 100 == 2:
                return "giba"
        return None

    @fact
    def expires(self) -> int | None:
        return self.message.expires

    @fact
    def pani(self) -> str | None:
        return self.message.value("p-access-network-info")

    @fact
    def retry_after(self) -> int | None:
        text = (self.message.value("retry-after") or "").split(";")[0].split("(")[0].strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @fact
    def names_sec_agree(self) -> bool:
        texts = [self.message.reason, *self.message.values("reason")]
        texts += self.message.values("warning")
        return any(word in text.lower() for text in texts for word in REASONS_OF_AGREEMENT)

    @fact
    def nat(self) -> bool:
        request = self.message if self.is_request else self.message.request
        if request is None or request.via_count != 1:
            return False
        try:
            host = ip_address(uri_host_port(f"sip:{request.sent_by}")[0].strip("[]"))
        except ValueError:
            return False
        return host.packed != request.src

    # ---- authentication

    @fact
    def aka(self) -> bool | None:
        if self.is_request:
            credentials = self.message.credentials
            return None if credentials is None else credentials.aka
        challenge = self.message.challenge
        return None if challenge is None else challenge.aka

    @fact
    def algorithm(self) -> str | None:
        return self._digest("algorithm")

    @property
    def realm(self) -> str | None:
        realm = self._digest("realm")
        return None if realm is None else realm.lower()

    @fact
    def username(self) -> str | None:
        credentials = self.message.credentials if self.is_request else None
        return None if credentials is None else credentials.username

    @property
    def digest_uri(self) -> str | None:
        return self._digest("uri")

    @property
    def nonce_empty(self) -> bool | None:
        credentials = self.message.credentials
        return None if credentials is None else not credentials.nonce

    @fact
    def has_credentials(self) -> bool:
        return self.message.credentials is not None

    @property
    def response_empty(self) -> bool | None:
        credentials = self.message.credentials
        return None if credentials is None else not credentials.response

    @fact
    def auts(self) -> str | None:
        return self._digest("auts")

    @fact
    def ck(self) -> str | None:
        return _masked(self._digest("ck"))

    @property
    def ik(self) -> str | None:
        return _masked(self._digest("ik"))

    @property
    def integrity_protected(self) -> str | None:
        flag = self._digest("integrity_protected")
        return None if flag is None else flag.lower()

    def _digest(self, name: str) -> str | None:
        message = self.message
        source = message.credentials if self.is_request else message.challenge
        return None if source is None else getattr(source, name, None)

    # ---- its neighbours

    @fact
    def request(self) -> MessageFacts | None:
        return self.cast.of(self.message.request, self.place)

    @property
    def response(self) -> MessageFacts | None:
        return self.cast.of(self.message.final, self.place)

    @fact
    def answer_code(self) -> int | None:
        message = self.message
        for one in (message, message.forward):
            if one is not None and one.final is not None:
                return one.final.code
        return None

    @fact
    def challenge(self) -> MessageFacts | None:
        return self.cast.of(self.challenge_message, self.place)

    @fact
    def challenge_message(self) -> SipMessage | None:
        """The challenge that it answers."""
        exchange = self.place.exchange
        if exchange is None or self.role not in ("verify", "failure-report"):
            return None
        before = None
        for step in exchange.steps:
            if step.place is self.place:
                break
            if step.role == "challenge" and step.place is not None:
                before = step.place.message
        return before

    @fact
    def in_force(self) -> AssociationFacts | None:
        association = self.place.on or self.place.in_force
        return None if association is None else AssociationFacts(association, self.place.life)

    @fact
    def first_protected(self) -> bool:
        exchange = self.place.exchange
        if exchange is None or self.role != "verify":
            return False
        first = exchange.first("verify")
        return first is not None and first.place is self.place

    @fact
    def to_far_client(self) -> bool:
        return self.is_request and self.leg == "gm" and not self.from_client


class TransactionFacts:
    """A request and its final response on one hop."""

    def __init__(self, request: MessageFacts, response: MessageFacts | None) -> None:
        self.request = request
        self.response = response
        self.leg = request.leg
        self.dialect = request.dialect

    @property
    def frames(self) -> tuple[tuple[int, int], ...]:
        """(capture, frame): the response where there is one, then the request."""
        return (
            self.request.frames
            if self.response is None
            else (
                *self.response.frames,
                *self.request.frames,
            )
        )

    @fact
    def provisional(self) -> int | None:
        codes = [code for code in self.request.message.answers if 100 < code < 200]
        return max(codes, default=None)

    @fact
    def forwarded(self) -> bool:
        return self.request.message.forward is not None

    @fact
    def delay_ms(self) -> int | None:
        if self.response is None:
            return None
        return (self.response.message.time - self.request.message.time) // 1_000_000

    @fact
    def let_pass(self) -> bool:
        response = self.response
        if self.provisional is not None or (response is not None and (response.code or 0) < 300):
            return True
        listed = response is not None and response.place.server is not None
        # In IMS the first hop forwards the REGISTER and adds its list to the 401 of the core.
        return self.dialect == "rfc3329" and self.forwarded and not listed

    @property
    def accepted(self) -> bool:
        code = None if self.response is None else self.response.code
        if code is not None:
            return code < 300
        return self.provisional is not None or self.forwarded

    @fact
    def demanded(self) -> bool:
        return demanded(self.request, self.response)


def transaction_of(request: MessageFacts) -> TransactionFacts | None:
    """A request with its final response; None for what is no request, or a repeated one, and where
    nothing answered it."""
    message = request.message
    if not request.is_request or request.retransmission:
        return None
    if message.final is None and message.provisional is None:
        return None
    return TransactionFacts(request, request.cast.of(message.final, request.place))


def _elsewhere(message: SipMessage, like: Place | None) -> Place:
    if like is None:
        return Place(message, "unknown", "")
    from_client = like.from_client == (message.src == like.message.src)
    place = Place(message, like.leg, like.evidence, like.access, from_client)
    place.exchange = like.exchange
    return place


def _masked(key: str | None) -> str | None:
    """Key material never leaves the message; whether it is empty does."""
    return key and "masked"
