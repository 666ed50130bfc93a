"""What is known of a subject by its form alone: so for one of them, so for all.

The facts are worked out on one subject of the form by the code that works them out for all. What is
declared here is which of them the form decides (`forms`); where there is doubt, it does not.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from analyzer.agreement.mechanism import LEAST_PORT, LEAST_SPI, draws_well
from analyzer.agreement.states import State
from analyzer.limits import FORM_PROMPT, MILLISECOND
from analyzer.rules.answers import FAULTS, is_as_due
from analyzer.rules.forms import earlier_roles, last_offer, repeats_client
from analyzer.rules.residue import PRESENT, AtMost, Drawn
from analyzer.rules.shapes import CREDENTIALS, spis_apart
from analyzer.rules.sorts import SORTS
from analyzer.rules.subjects.association import (
    AgreementFacts,
    AssociationFacts,
    FlowFacts,
    flows_as_named,
)
from analyzer.rules.subjects.exchange import ExchangeFacts
from analyzer.rules.subjects.lists import ComparisonFacts, HeaderFacts, MechanismFacts
from analyzer.rules.subjects.message import MessageFacts, TransactionFacts

Found = dict[str, Any]
Condition = Callable[[MessageFacts], bool]

DECIDED: Final = (
    *("require", "proxy_require", "supported", "unsupported", "leftover", "emergency"),
    *("has_credentials", "has_challenge", "aka", "algorithm", "algorithms", "qop"),
    *("nonce_empty", "response_empty", "integrity_protected", "via_count", "enclosed"),
    *("client", "server", "verify", "mechanisms", "flawed", "to_far_client"),
    *("sa", "fragmented", "qop_complete", "aka_nonce"),
)
"""Facts of a message that its form decides."""

SHOWN: Final = (
    *("username", "realm", "digest_uri", "auts", "nonce_count", "ck", "ik", "pani"),
    *("request", "challenge", "in_force", "travelled_on", "reuses", "verify_against"),
)
"""Facts of which it decides whether they are there."""

OF_ELEMENT: Final = (
    *("name", "key", "header", "q", "has_q", "alg", "ealg", "prot", "mod", "d_alg", "d_qop"),
    *("mediasec", "mediasec_value", "pref", "complete", "lacks", "defects", "missing_values"),
    *("repeated", "quoted", "old_names", "private_names", "digest_names"),
)
SHOWN_OF_ELEMENT: Final = ("spi_c", "spi_s", "port_c", "port_s", "d_ver", "raw")
DRAWN: Final = (
    ("spi_c", "spi_s", LEAST_SPI),
    ("spi_s", "spi_c", LEAST_SPI),
    ("port_c", "port_s", LEAST_PORT),
    ("port_s", "port_c", LEAST_PORT),
)
"""Numbers of an element, which other one they are not, and their least value, where it is usual."""

OF_LIST: Final = ("header", "defects", "equal_q", "lacks_q", "ports_on_last")
OF_COMPARISON: Final = ("level", "kind", "mediasec")
"""The same of an element of a list, of a list, and of a comparison of lists with equal rows."""

OF_EXCHANGE: Final = (
    *SORTS["exchange"],
    *("failure_reports", "challenges", "answered", "code", "unusable", "mixed"),
    *("passed_over", "first_common", "best_common", "chosen", "association", "previous"),
)
"""Facts of a run that its form decides, or whether they are there."""

OF_ASSOCIATION: Final = ("older", "collides", "kernel_difference")
"""Facts of a set that its form decides where they are absent."""

OF_AGREEMENT: Final = (
    *("replaced_requests", "lingering_requests", "lingering_answers", "lost_transport"),
    *("expired_requests", "cut_off_tries", "lost_tries", "lost_after_refresh", "lost_before_s"),
)
"""Facts of a set that follow from there being no traffic on it."""


def _without(*headers: str) -> Condition:
    return lambda facts: not any(facts.message.has(header) for header in headers)


def _outside(*roles: str) -> Condition:
    return lambda facts: facts.role not in roles


def _no_sdp(facts: MessageFacts) -> bool:
    kind = (facts.message.value("content-type") or "").lower()
    return not kind.startswith(("application/sdp", "multipart/"))


def _new(facts: MessageFacts) -> bool:
    """No list came before it, and no challenge."""
    exchange = facts.place.exchange
    if exchange is None:
        return True
    return exchange.previous is None and "challenge" not in (earlier_roles(facts.place) or ())


def _first(facts: MessageFacts) -> bool:
    exchange = facts.place.exchange
    return exchange is None or (exchange.previous is None and not earlier_roles(facts.place))


def _one_set(facts: MessageFacts) -> bool:
    listed = facts.place.client
    elements = () if listed is None else listed.signalling
    return sum(one.key == "ipsec-3gpp" for one in elements) < 2


def _own_words(facts: MessageFacts) -> bool:
    """Its Security-Verify, if any, is wholly its own or a mere repetition."""
    verify, against = facts.place.verify, facts.place.against
    return verify is None or against is None or verify.rows == against.rows


def _exemption(facts: MessageFacts) -> bool:
    """Why it may be exempt does not hang on the answer."""
    asked = facts.mechanisms or facts.has_credentials
    return bool(facts.emergency or facts.method != "REGISTER" or asked)


def _on_own_set(facts: MessageFacts) -> bool:
    on, request = facts.place.on, facts.request
    return on is None or facts.is_request or request is None or request.place.on is on


def _answers_known(facts: MessageFacts) -> bool:
    challenge = facts.challenge
    return challenge is None or challenge.form is not None


def _asked_known(facts: MessageFacts) -> bool:
    request = facts.request
    return facts.place.server is None or request is None or request.form is not None


def _repeats_client(facts: MessageFacts) -> bool | None:
    return repeats_client(facts.place, last_offer(facts.place))


def _compared_alike(facts: MessageFacts) -> bool:
    """It repeats nothing, or the list due as it stands."""
    return facts.comparison is None or _own_words(facts)


_UNPROVEN: Final = ("auts_valid", "mismatched", "algorithm_kept", "count_repeated")
_OF_SERVER: Final = ("server_comparison", "list_before", "list_moved", "strength_lost")

WHERE: Final[tuple[tuple[Condition, tuple[str, ...]], ...]] = (
    (_without(*CREDENTIALS), (*_UNPROVEN, "answers_elsewhere")),
    (_outside("verify"), ("mismatched", "algorithm_kept", "count_repeated", "first_protected")),
    (_outside("offer"), ("answers_elsewhere",)),
    (_outside("failure-report"), ("repeats_offer",)),
    (_outside("challenge"), ("nonce_repeated",)),
    (_outside("challenge", "result"), ("list_before", "list_moved", "strength_lost")),
    (_outside("offer", "verify"), ("refused_by", "since_challenge_ms")),
    (_outside("verify", "retransmission"), ("client_comparison",)),
    (lambda facts: facts.auts is None, ("auts_valid",)),
    (_answers_known, ("algorithm_kept",)),
    (_asked_known, ("algorithms_common", "settles_on")),
    (_one_set, ("sets_offered",)),
    (lambda facts: facts.place.server is None, (*_OF_SERVER, "copied", "not_offered")),
    (_own_words, ("stated", "stated_lists")),
    (_compared_alike, ("comparisons", "verify_comparison", "older_list")),
    (_new, (*_OF_SERVER, "nonce_repeated", "refused_by")),
    (_first, ("cseq_before",)),
    (lambda facts: facts.place.on is None, ("travelled_on", "answers_elsewhere")),
    (lambda facts: facts.place.in_force is None, ("set_alive", "new_call_id")),
    (lambda facts: facts.place.on is not None or facts.role != "verify", ("due_on",)),
    (
        lambda facts: facts.place.on is None and facts.role == "offer",
        ("since_challenge_ms",),
    ),
    (_on_own_set, ("strange_set",)),
    (_exemption, ("exempt",)),
    (_no_sdp, ("audio_transport", "has_crypto", "e2ae")),
    (_without("reason", "warning"), ("names_sec_agree",)),
    (_without("retry-after"), ("retry_after",)),
    (_without("contact"), ("contact_port",)),
    (_without("route"), ("route_port",)),
    (_without("record-route"), ("record_route_port",)),
    (lambda facts: (facts.protection, facts.transport) != ("clear", "tcp"), ("above_tls",)),
)
"""Facts of a message that its form decides where something holds for it."""


def known_of(scope: str, facts: Any) -> Found:
    """What is known of all subjects of its form, by path (see `residue`)."""
    match scope:
        case "message":
            return _message(facts, "message")
        case "transaction":
            return _transaction(facts)
        case "association":
            return _association(facts)
        case "agreement":
            return _agreement(facts)
        case "flow":
            return _flow(facts)
        case _:
            return _exchange(facts)


def _message(facts: MessageFacts | None, path: str) -> Found:
    if facts is None:
        return {path: None}
    if facts.form is None:
        return {path: PRESENT}
    names = {*SORTS["message"], *DECIDED}
    for holds, others in WHERE:
        if holds(facts):
            names.update(others)
    found = {
        **_shown(facts, SHOWN, path),
        **_decided(facts, names, path),
        path: PRESENT,
    }
    if facts.verify_comparison is not None and "comparisons" in names:
        found |= _decided(facts.verify_comparison, OF_COMPARISON, f"{path}.verify_comparison")
    if facts.verify is not None and facts.verify_against is not None and _own_words(facts):
        against = f"{path}.verify_against"
        found[against] = _of_each(facts.verify_against, against)
    if facts.role == "verify" and _repeats_client(facts) is not False:
        found |= _whole(facts.client_comparison, OF_COMPARISON, f"{path}.client_comparison")
    if facts.role == "verify" and is_as_due(facts.place):
        found |= _as_due(path)
    for name in ("request", "challenge"):
        found |= _message(getattr(facts, name), f"{path}.{name}")
    request = facts.request
    if request is not None and spis_apart(facts.place.server, request.place.client):
        theirs = _spis(found.get(f"{path}.request.client"))
        found[f"{path}.server"] = _apart_from(theirs, found[f"{path}.server"])
    return found


def _as_due(path: str) -> Found:
    """What is known of an answer as due."""
    found: Found = {f"{path}.mismatched": ()}
    found[f"{path}.since_challenge_ms"] = AtMost(FORM_PROMPT // MILLISECOND)
    for fault in FAULTS:
        one, operator, other = fault.split()
        found[f"{path}.{one} {operator} {path}.{other}"] = False
    return found


def _spis(elements: Any) -> frozenset[str]:
    """The names of their SPIs."""
    spis = (one[name] for one in elements or () for name in ("spi_c", "spi_s"))
    return frozenset(one.name for one in spis if isinstance(one, Drawn))


def _apart_from(others: frozenset[str], elements: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is known of elements, none of whose SPIs is one of those."""
    found = []
    for element in elements:
        known = dict(element)
        for name in ("spi_c", "spi_s"):
            spi = known[name]
            if isinstance(spi, Drawn):
                known[name] = Drawn(spi.name, spi.least, spi.others | others)
        found.append(known)
    return tuple(found)


def _transaction(facts: TransactionFacts) -> Found:
    found: Found = {}
    if facts.response is not None:
        found["transaction.accepted"] = facts.accepted
    asked = facts.request.message
    if asked.provisional is None and asked.forward is None:
        found |= _decided(facts, ("provisional", "forwarded", "let_pass"), "transaction")
    for name in ("request", "response"):
        found |= _message(getattr(facts, name), f"transaction.{name}")
    return found


def _exchange(facts: ExchangeFacts) -> Found:
    exchange = facts.exchange
    names = [*OF_EXCHANGE]
    if not facts.failure_reports:
        names.append("resync_ignored")
    if exchange.state is not State.CHALLENGED:
        names.append("silence_ms")
    if exchange.state is not State.ANSWERED:
        names.append("unanswered_ms")
    if not facts.unanswered:
        names.append("unanswered")
    if exchange.superseded_by is None:
        names += ("restart", "began_anew_ms")
    if exchange.authentication is None:
        names += ("response_check", "response_note", "d_ver_check", "d_ver_note")
        names += ("auts_mac", "sqn_ahead")
    found = _decided(facts, names, "exchange")
    for name in ("passed_over", "first_common", "best_common", "chosen"):
        found |= _whole(getattr(facts, name), OF_ELEMENT, f"exchange.{name}")
    for name in ("offer", "challenge", "verify", "result"):
        found |= _message(getattr(facts, name), f"exchange.{name}")
    offer = facts.offer
    if offer is None:
        found["exchange.exempt"] = None
    elif "exchange.offer.exempt" in found:
        found["exchange.exempt"] = facts.exempt
    return found


def _association(facts: AssociationFacts) -> Found:
    found = _shown(facts, OF_ASSOCIATION, "association")
    if facts.association.older is None:
        found["association.new_keys"] = None
    return found


def _agreement(facts: AgreementFacts) -> Found:
    names = [*OF_AGREEMENT]
    if facts.association.older is None:
        names.append("sets_alive")
    if not facts.unechoed:
        names.append("unechoed")
    return _decided(facts, names, "agreement")


def _flow(facts: FlowFacts) -> Found:
    flow = facts.flow
    names = ["leg", "tunnel", "loss", "sa", "announced", "bound_provisionally", "keys_fit"]
    for name in ("unanswered", "restarted", "late", "moved", "icv_bad"):
        if not getattr(flow, name):
            names.append(name)
    if flow.key is None:
        names.append("key_variant")
        if not flow.null_unagreed:
            names.append("wire_ealg")
    if flow.announced:
        names.append("senders_own")
    if flow.ports is None or flows_as_named(flow, facts.association):
        names.append("ports_of")
    return _decided(facts, names, "flow")


def _whole(one: Any, names: Iterable[str], path: str) -> Found:
    """An object that is there or not, and these facts of it."""
    return {path: None} if one is None else {path: PRESENT, **_decided(one, names, path)}


def _decided(one: Any, names: Iterable[str], path: str) -> Found:
    return {f"{path}.{name}": _value(getattr(one, name), path) for name in names}


def _shown(one: Any, names: Iterable[str], path: str) -> Found:
    return {f"{path}.{name}": None if getattr(one, name) is None else PRESENT for name in names}


def _value(found: Any, path: str) -> Any:
    """As `residue` has it: lists element by element, other objects as there; `path` is that of the
    message."""
    if found is None or isinstance(found, bool | int | str | frozenset):
        return found
    if isinstance(found, Sequence):
        return _of_each(found, path)
    return PRESENT


def _of_each(elements: Iterable[Any], path: str) -> tuple[Any, ...]:
    return tuple(_element(one, path) for one in elements)


def _element(one: Any, path: str) -> Any:
    match one:
        case MechanismFacts():
            found = {name: _value(getattr(one, name), path) for name in OF_ELEMENT}
            for name in SHOWN_OF_ELEMENT:
                found[name] = None if getattr(one, name) is None else PRESENT
            if one.place is not None and draws_well(one.element):
                found |= _drawn(one, path)
            return found
        case HeaderFacts():
            return {name: _value(getattr(one, name), path) for name in OF_LIST}
        case ComparisonFacts():
            return {name: _value(getattr(one, name), path) for name in OF_COMPARISON}
        case _:
            return one


def _drawn(one: MechanismFacts, path: str) -> Found:
    """Its numbers; each has a name of its own among all that is known of a subject."""
    place = f"{path}.{one.header}.{one.place}"
    return {
        name: Drawn(f"{place}.{name}", least, frozenset([f"{place}.{other}"]))
        for name, other, least in DRAWN
        if getattr(one, name) is not None
    }
