"""What a run adds up to: its kind, the outcome of the agreement, and the registration.

"Not seen" is never "wrong": where the capture cannot tell, the outcome is `incomplete` and the
registration `unknown`; a conclusion from unread ESP is `inferred`, and every sign is listed.
"""

from typing import Final

from analyzer.agreement.attempt import Attempt, attempt, undeliverable, went_on_unseen
from analyzer.agreement.choice import choose
from analyzer.agreement.dialects import of_exchange
from analyzer.agreement.exchange import (
    Dialect,
    Exchange,
    Kind,
    Outcome,
    Past,
    Registration,
    Sign,
    Step,
    Verdict,
)
from analyzer.agreement.listed import client_list, listings, server_list
from analyzer.agreement.meaning import is_emergency
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.place import Place, demands_sec_agree
from analyzer.agreement.states import ANSWERED, CHALLENGED, CHALLENGES, HEARD, OFFERED, WAITING
from analyzer.flows.datagram import Signal
from analyzer.limits import ANSWER_WAIT, CHALLENGES_KEPT, REPEATED_BY, SECOND
from analyzer.sip.message import SipMessage

# This many tries of one request without an answer are a failure, not the end of the capture
# (rules.md PRT-22).
TRIES: Final = 3

# Mechanisms whose protection shows on the wire; digest protects the list itself (RFC 3329 2.4).
ON_THE_WIRE: Final = frozenset({"ipsec-3gpp", "ipsec-ike", "ipsec-man", "tls"})

REASONS_OF_AGREEMENT: Final = ("sec-agree", "security agree", "ipsec", "security-client")


def verdict(exchange: Exchange, dialect: Dialect | None = None) -> Verdict:
    """What a run adds up to, when it is closed; `dialect` is the one to judge it by, if given."""
    lost = failed(exchange)
    challenge: Step | None = None
    verify: Step | None = None
    result: Place | None = None
    for step in exchange.steps:  # the last of each
        role = step.role
        if role == "challenge":
            challenge = step
        elif role == "verify":
            verify = step
        elif role == "result":
            result = step.place
    registration = _registration(exchange, result, lost)
    if result is None:
        outcome: Outcome = "failed" if lost else _unread_outcome(exchange, registration)
    else:
        outcome = _outcome(exchange, challenge, verify, result)
    return Verdict(
        dialect or of_exchange(exchange),
        _kind(exchange, challenge),
        outcome,
        registration,
        _stopped_at(exchange, challenge, result),
        _layer(exchange, challenge, result, lost),
        lost,
    )


def _kind(exchange: Exchange, challenge: Step | None) -> Kind:
    """What sort of run it is (TS 24.229 5.1.1.2, 5.1.1.4, 5.1.1.6)."""
    if exchange.method != "REGISTER":
        offer = exchange.offer
        return "in-dialog" if offer is not None and offer.message.to_tag else "other"
    if exchange.deregistration:
        return "deregistration"
    if exchange.under is None or not _begun_protected(exchange):
        return "initial"
    return "reauthentication" if challenge is not None else "refresh"


def _outcome(
    exchange: Exchange, challenge: Step | None, verify: Step | None, result: Place
) -> Outcome:
    """What became of the agreement, where the result was read."""
    if result.message.code >= 300:
        return "rejected"
    if _cut(exchange):
        return "incomplete"
    if not uses_sec_agree(exchange):
        return "not-used"
    if challenge is None:
        if verify is not None:
            return "incomplete"  # the challenge was not captured
        if not _unchallenged_offer(exchange):
            return _by_echo(exchange.offer)
        return _unchallenged(exchange, result)
    if server_list(exchange) is None:
        return _unchallenged(exchange, result)
    if verify is None or verify.place is None:
        return "incomplete"
    return _by_protection(verify.place, exchange)


def _registration(exchange: Exchange, result: Place | None, lost: bool) -> Registration | None:
    """What became of the registration; None where another method began the run."""
    if exchange.method != "REGISTER":
        return None
    good = "deregistered" if exchange.deregistration else "registered"
    if result is not None:
        state = good if result.message.code < 300 else "rejected"
        return Registration(state, "seen", result)
    core = _core_answer(exchange)
    if exchange.state is HEARD:
        return _heard(exchange, good, core)
    answered = next((one for one in exchange.used if 200 <= one.message.code < 300), None)
    if answered is not None:
        message = answered.message
        text = f"a later request on the set was answered {message.code}"
        return Registration(good, "inferred", None, [Sign(text, message.capture, message.frame)])
    connection = over_tls(exchange)
    if connection is not None and exchange.superseded_by is None:
        return _beyond_tls(exchange, good, connection)
    if lost:
        gave_up = exchange.state is CHALLENGED and attempt(exchange) is None
        signs = [] if core is None else [_core_sign(core)]
        state = "given-up" if gave_up else "no-answer"
        return Registration(state, "seen" if exchange.steps else "none", None, signs)
    return Registration("unknown", "none", None, _unsure_signs(exchange))


def _stopped_at(exchange: Exchange, challenge: Step | None, result: Place | None) -> str:
    """The role that never came, "" where nothing is missing or nobody can tell."""
    if exchange.state is OFFERED:
        return "challenge"
    if exchange.state is CHALLENGED:
        return "verify"
    if exchange.state is ANSWERED:
        return "result"
    if result is None or result.message.code < 300:
        return ""
    return "result" if challenge is not None else "challenge"


def _layer(exchange: Exchange, challenge: Step | None, result: Place | None, lost: bool) -> str:
    """What stopped a run that did not succeed: "" where it did, or where nobody can tell."""
    if result is not None:
        answer = result.message
        if answer.code < 300:
            return ""
        challenged = challenge is not None and challenge.place is not None
        return _layer_of_code(answer.code, answer.reason, challenged)
    if not lost:
        return ""
    if exchange.state is OFFERED:
        return "reachability"
    if exchange.state is CHALLENGED:
        return "agreement" if attempt(exchange) is None else "protection"
    return "protection" if exchange.association is not None else "reachability"


def failed(exchange: Exchange) -> bool:
    """Whether silence means failure: it lasted, or was tried against, or was given up, or a
    host said that it takes nothing."""
    if exchange.state not in WAITING:
        return False
    if exchange.used or _cut(exchange) or gap_towards(exchange, exchange.access.ue) is not None:
        return False
    tried = attempt(exchange)
    if tried is not None and tried.went_on is not False:
        return False
    after = exchange.superseded_by
    if after is not None:
        # A challenge out of the blue answers a request of the client that was not captured.
        return after.is_request
    role = {OFFERED: "offer", ANSWERED: "verify"}.get(exchange.state)
    if role is not None and _tries(exchange, role) >= TRIES:
        return True
    if role is not None and undeliverable(exchange) is not None:
        return True
    if exchange.end_time - exchange.last_time < ANSWER_WAIT:
        return False
    return went_on_unseen(exchange) is None and not left_at_one_try(exchange)


def left_at_one_try(exchange: Exchange) -> bool:
    """The answer to the challenge was sent once, over what makes a client repeat it until it hears
    something (RFC 3261 17.1.2.2; in ESP, UDP or TCP does): what it heard was not captured."""
    step = exchange.last("verify")
    if exchange.state is not ANSWERED or step is None or _tries(exchange, "verify") > 1:
        return False
    if exchange.superseded_by is None and exchange.end_time - step.time < REPEATED_BY:
        return False
    return step.place is None or step.place.message.transport == "udp"


def gap_towards(exchange: Exchange, receiver: bytes) -> Signal | None:
    """Octets of TCP towards this end that were lost to the capture since the last step."""
    for one in exchange.evidence:
        if isinstance(one, Signal) and one.kind == "tcp-gap" and one.dst == receiver:
            if one.time >= exchange.last_time:
                return one
    return None


def _unsure_signs(exchange: Exchange) -> list[Sign]:
    """Why nothing is concluded from silence: what the captures lost, or who went on."""
    signs = []
    gap = gap_towards(exchange, exchange.access.ue)
    if gap is not None:
        text = f"TCP towards the client: {gap.detail} in the capture"
        signs.append(Sign(text, gap.capture, gap.frame))
    unseen = went_on_unseen(exchange)
    if unseen is not None:
        signs.append(unseen)
    if exchange.superseded_by is None and left_at_one_try(exchange):
        signs.append(Sign("sent once and not repeated: what was heard was not captured"))
    for place in exchange.used[:1]:
        message = place.message
        what = message.method or f"a {message.code}"
        text = f"{what} followed on the set, but no 2xx was captured"
        signs.append(Sign(text, message.capture, message.frame))
    return signs


def _cut(exchange: Exchange) -> bool:
    """The capture cut messages of these two short: what looks like silence may be no silence."""
    after = exchange.superseded_by
    if exchange.access.cut or (after is not None and after.truncated):
        return True
    for step in exchange.steps:
        place = step.place
        if place is not None and place.message.truncated and place.cut:
            return True
    return False


def past(exchange: Exchange) -> Past:
    """What later runs need to know of this closed one."""
    found = exchange.verdict
    assert found is not None
    registered = found.registration is not None and found.registration.state == "registered"
    code, cseq = 0, -1
    challenge: SipMessage | None = None
    offer: Step | None = None
    for step in exchange.steps:
        role = step.role
        message = None if step.place is None else step.place.message
        if role == "challenge":
            challenge = message
        elif role == "result":
            code = 0 if message is None else message.code
        elif role == "offer" and offer is None:
            offer = step
        if message is not None and message.is_request and message.cseq > cseq:
            cseq = message.cseq
    listing: Place | None = None
    answered: MechanismList | None = None
    for place, offered in listings(exchange.steps):  # the last
        listing, answered = place, offered
    asked = None if challenge is None else challenge.challenge
    return Past(
        exchange.number,
        found.dialect,
        found.kind,
        exchange.method,
        found.outcome,
        registered,
        _rows(None if offer is None or offer.place is None else offer.place.client),
        code,
        _rows(None if listing is None else listing.server),
        _rows(answered),
        exchange.call_id,
        cseq,
        "" if asked is None else asked.nonce or "",
    )


def _rows(listed: MechanismList | None) -> tuple[str, ...]:
    return () if listed is None else listed.rows


def challenged_in_a_row(exchange: Exchange) -> None:
    """Carry the row of challenges on: a success ends it, an AUTS report is no failure (AUTS)."""
    standing = exchange.standing
    if standing is None:
        return
    if exchange.state is HEARD:  # what was heard may have been the success that ends a row
        standing.challenged = ()
        return
    last = exchange.steps[-1].place if exchange.steps else None
    if last is not None and 200 <= last.message.code < 300:  # as most do: whatever came before
        standing.challenged = ()
        return
    row = list(standing.challenged)
    for step in exchange.steps:
        message = None if step.place is None else step.place.message
        if message is None:
            continue
        if step.role == "failure-report" and row:
            row.pop()
        elif message.code in CHALLENGES and step.role in ("challenge", "result"):
            row.append((message.time, message.capture, message.frame))
        elif 200 <= message.code < 300:
            row.clear()
    standing.challenged = tuple(row[-CHALLENGES_KEPT:])


def uses_sec_agree(exchange: Exchange) -> bool:
    """Whether anybody offered, asked for or listed an agreement."""
    for step in exchange.steps:
        if step.place is None or step.place.lists:
            return True
        if demands_sec_agree(step.place.message):
            return True
    return False


def _begun_protected(exchange: Exchange) -> bool:
    first = exchange.steps[0] if exchange.steps else None
    if first is None or first.place is None:
        return True
    return first.place.protection != "clear" or first.role == "challenge"


def _unchallenged_offer(exchange: Exchange) -> bool:
    """A clear offer that the first hop let pass (RFC 3329 2.3.1 demands a challenge)."""
    offer = exchange.offer
    return offer is not None and offer.protection == "clear"


def _unchallenged(exchange: Exchange, result: Place) -> Outcome:
    """An offer that got its 2xx without a challenge that has a list: one that demanded none, or
    for which none is due.

    For media alone the list may come with the 2xx (draft-dawes-sipcore-mediasec-parameter 4.4.2),
    and draft-00 (6.3) has it in the first response, whatever its code.
    """
    offer = exchange.offer
    client = None if offer is None else offer.client
    if offer is not None and is_emergency(offer.message):
        return "not-used"
    if offer is None or client is None or demands_sec_agree(offer.message):
        return "bypassed"
    if not client.dialect and client.signalling:
        return "bypassed"
    return "not-used" if result.server is None else "agreed"


def _unread_outcome(exchange: Exchange, registration: Registration | None) -> Outcome:
    """The result was not read: a request in clear that succeeded all the same passed it by."""
    verify = exchange.place("verify")
    registered = registration is not None and registration.state == "registered"
    if registered and verify is not None and exchange.association is not None:
        if _by_protection(verify, exchange) == "bypassed":
            return "bypassed"
    return "incomplete"


def _by_protection(verify: Place, exchange: Exchange) -> Outcome:
    chosen = exchange.association.server.key if exchange.association is not None else ""
    if chosen in ON_THE_WIRE and verify.protection == "clear":
        return "bypassed"
    return _by_echo(verify)


def _by_echo(request: Place | None) -> Outcome:
    """Whether the accepted request repeated the list that applies (RFC 3329 2.3.1)."""
    if request is None or request.against is None or request.cut:
        return "incomplete"
    compared = request.comparison
    return "bypassed" if compared is None or compared.level == "different" else "agreed"


def _tries(exchange: Exchange, role: str) -> int:
    """How often the request with this role was sent in the last round; unread ESP counts."""
    sent = (role, "retransmission")
    return sum(step.role in sent and step.round == exchange.round for step in exchange.steps)


def _core_answer(exchange: Exchange) -> Place | None:
    """The final answer to the protected REGISTER as the core gave it, beyond the first hop."""
    challenge = exchange.message("challenge")
    floor = -1 if challenge is None else challenge.cseq
    for place in exchange.far:
        message = place.message
        if message.code >= 200 and message.cseq_method == "REGISTER" and message.cseq > floor:
            return place
    return None


def _core_sign(core: Place) -> Sign:
    message = core.message
    return Sign(f"the core answered {message.code}", message.capture, message.frame)


def _heard(exchange: Exchange, good: str, core: Place | None) -> Registration:
    """The result travelled in ESP that could not be opened."""
    if core is not None:
        state = good if core.message.code < 300 else "rejected"
        return Registration(state, "seen", core)
    heard = exchange.last("result")
    signs = []
    if heard is not None:
        text = "ESP from the P-CSCF on the announced SAs"
        signs.append(Sign(text, heard.capture, heard.frame))
    signs += _later_signs(exchange)
    return _inferred(exchange, good, signs)


def _inferred(exchange: Exchange, good: str, signs: list[Sign]) -> Registration:
    """Registered where a second sign joins: that the client left it at that for long enough."""
    quiet = exchange.end_time - exchange.last_time >= ANSWER_WAIT
    if exchange.superseded_by is None and quiet:
        seconds = (exchange.end_time - exchange.last_time) // SECOND
        signs.append(Sign(f"no new REGISTER in clear for {seconds} s"))
    return (
        Registration(good, "inferred", None, signs)
        if len(signs) > 1
        else Registration("unknown", "none", None, signs)
    )


def over_tls(exchange: Exchange) -> Attempt | None:
    """The connection on which TLS was set up after its challenge, where TLS is what the list lets
    the client choose."""
    found = attempt(exchange)
    if found is None or found.kind != "tls" or not found.went_on:
        return None
    listed = server_list(exchange)
    chosen = None if listed is None else choose(client_list(exchange, None), listed)
    return found if chosen is not None and chosen.key == "tls" else None


def _beyond_tls(exchange: Exchange, good: str, found: Attempt) -> Registration:
    """The rest of the run travelled in TLS that nothing here can open."""
    return _inferred(exchange, good, [Sign("TLS was set up after the challenge", *found.frame)])


def _later_signs(exchange: Exchange) -> list[Sign]:
    signs = []
    ue = exchange.access.ue
    later = next((esp for esp in exchange.later if esp.src == ue), None)
    if later is not None:
        signs.append(Sign("later ESP from the UE on the same set", later.capture, later.frame))
    for place in exchange.orphans:
        message = place.message
        if message.code < 300:
            text = f"a later REGISTER was answered {message.code}"
            signs.append(Sign(text, message.capture, message.frame))
    return signs


def _layer_of_code(code: int, reason: str, challenged: bool) -> str:
    if code < 300:
        return ""
    if code in (420, 421, 494):
        return "agreement"
    if any(word in reason.lower() for word in REASONS_OF_AGREEMENT):
        return "agreement"
    if challenged and code in (401, 403, 407):
        return "authentication"
    return "service"
