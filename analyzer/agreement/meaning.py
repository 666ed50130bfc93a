"""What a message means to an open run: a step of it, one sent again, or nothing; and whether it
asks for a run where there is none.
"""

import re
from typing import Final

from analyzer.agreement import older
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.listed import server_list
from analyzer.agreement.place import demands_sec_agree
from analyzer.agreement.states import (
    ANSWER,
    ANSWERED,
    BEGUN,
    CHALLENGED,
    DONE,
    FAILURE,
    HEARD,
    OFFERED,
    RETRY,
    Event,
)
from analyzer.sip.message import SipMessage

# Credentials that plainly hold a response, and no report of a failure, need no parsing here.
RESPONSE: Final = re.compile(rb'response="(?<![^\s,]response=")[0-9a-f]')

EMERGENCY: Final = "urn:service:sos"  # RFC 5031
NOT_NEGOTIATED: Final = frozenset({"ACK", "CANCEL", "PRACK"})  # RFC 3329 2.6


def has_to_echo(message: SipMessage) -> bool:
    """A request that has to repeat the list of the server on an agreement (RFC 3329 2.3.1, 2.6)."""
    return message.method not in NOT_NEGOTIATED and not message.uri.lower().startswith(EMERGENCY)


def negotiates(message: SipMessage) -> bool:
    """A request that offers or demands an agreement, in clear (RFC 3329 2.3.1)."""
    if message.protection != "clear" or message.method in NOT_NEGOTIATED:
        return False
    if "security-verify" in message.index:
        return False
    if "security-client" in message.index or demands_sec_agree(message):
        return True
    return older.present(message)


def request_event(exchange: Exchange, message: SipMessage) -> Event | None:
    """What a request of the same client means to an open run; None: it begins another one."""
    verifies = "security-verify" in message.index
    if exchange.state is OFFERED:
        if _reports_failure(exchange.pending, message):
            return FAILURE
        follows = _follows(exchange.pending, message, verifies)
        return ANSWER if follows else None
    if exchange.state in (BEGUN, DONE):
        return None
    if verifies:
        row = message.first_row("authorization") or message.first_row("proxy-authorization")
        if RESPONSE.search(row) and b"auts" not in row.lower():
            return ANSWER
    challenge = exchange.message("challenge")
    if message.value("authorization") or message.value("proxy-authorization"):
        credentials = message.credentials
        if credentials is not None and credentials.nonce:
            if credentials.auts is not None or not credentials.response:
                return FAILURE
            if _answers_nonce(challenge, credentials.nonce):
                return ANSWER
    if verifies or _echoes_older(exchange, message):
        return ANSWER
    if challenge is not None and challenge.code in (421, 494) and message.protection == "clear":
        return RETRY
    return None


def _echoes_older(exchange: Exchange, message: SipMessage) -> bool:
    """An answer in the dialects whose lists all have one header. After 421 and 494 a client that
    had sent no list may send its own first, which starts over (draft-00 6.3)."""
    if not older.present(message):
        return False
    server = server_list(exchange)
    offer = exchange.offer
    if server is None or (offer is not None and offer.client is not None):
        return True
    return any(one.source == server.source for one in older.lists_of(message))


def _reports_failure(pending: SipMessage | None, request: SipMessage) -> bool:
    """A report about a challenge that was not captured (TS 24.229 5.1.1.5.3)."""
    if pending is None or request.call_id != pending.call_id or request.cseq <= pending.cseq:
        return False
    text = request.value("authorization") or ""
    if "auts" not in text.lower():
        return False
    credentials = request.credentials
    return credentials is not None and bool(credentials.nonce) and credentials.auts is not None


def _follows(pending: SipMessage | None, request: SipMessage, verifies: bool) -> bool:
    """The next request of the client, with a new list, or the response to a nonce that the one
    before it had not: its challenge was not captured."""
    if pending is None or request.call_id != pending.call_id or request.cseq <= pending.cseq:
        return False
    if verifies and pending.value("security-verify") != request.value("security-verify"):
        return True
    return _responds_anew(pending, request)


def _responds_anew(pending: SipMessage, request: SipMessage) -> bool:
    for header in ("authorization", "proxy-authorization"):
        row = request.first_row(header)
        if RESPONSE.search(row) and request.value(header) != pending.value(header):
            new, old = request.credentials, pending.credentials
            had = "" if old is None else old.nonce
            return new is not None and bool(new.nonce) and new.nonce != had
    return False


def sent_again(exchange: Exchange, request: SipMessage) -> bool:
    """A request of the run once more: the same octets, or the same transaction (RFC 3261 17.1)."""
    if request.original is not None and exchange.holds(request.original):
        return True
    pending = exchange.pending
    return pending is not None and _one_transaction(request, pending)


def _one_transaction(one: SipMessage, other: SipMessage) -> bool:
    """Two requests of one Call-ID are the same transaction (RFC 3261 17.1.3)."""
    return (
        one.branch == other.branch != "" and one.cseq == other.cseq and one.method == other.method
    )


def repeats(exchange: Exchange, response: SipMessage) -> bool:
    """A response that the run has had: sent again, or to a request that was sent again."""
    if response.original is not None and exchange.holds(response.original):
        return True
    request = response.request
    if request is None or request is exchange.pending:
        return False
    final = request.final
    return final is not None and final is not response and exchange.holds(final)


def _answers_nonce(challenge: SipMessage | None, nonce: str) -> bool:
    if challenge is None or challenge.challenge is None:
        return False
    return any(one.nonce == nonce for one in challenge.challenges)


def answers_pending(exchange: Exchange, message: SipMessage) -> bool:
    """Whether a response answers the run's pending request, read or not."""
    pending = exchange.pending
    if pending is not None:
        request = message.request
        if request is not None:
            return pending in (request, request.original) or _one_transaction(request, pending)
        return message.cseq == pending.cseq and message.cseq_method == pending.method
    if message.request is not None or not _may_be_answered_unseen(exchange, message):
        return False
    challenge = exchange.message("challenge")
    return (
        challenge is not None
        and message.cseq_method == exchange.method
        and message.cseq == challenge.cseq + 1
    )


def _may_be_answered_unseen(exchange: Exchange, message: SipMessage) -> bool:
    """The answer to the challenge was hidden; or not captured, which a result in ESP shows."""
    if exchange.state is CHALLENGED:
        return message.code >= 200 and message.spi >= 0
    return exchange.state in (ANSWERED, HEARD)


def identity(message: SipMessage) -> str:
    """The address-of-record that a registration is about (RFC 3261 10.2)."""
    return message.to_uri


def is_emergency(message: SipMessage) -> bool:
    """A request for an emergency service, or a REGISTER whose Contact has `sos` (TS 24.229
    5.1.6.2): an agreement is welcome there, and not due."""
    if message.uri.lower().startswith(EMERGENCY):
        return True
    contact = message.value("contact") if message.method == "REGISTER" else None
    return contact is not None and ";sos" in contact.lower()
