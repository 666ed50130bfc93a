"""What a run's authentication comes to for those who know the secrets (RFC 3310, TS 33.102 6.3).

Asked once, when a run has closed, and only where K and OPc, XRES of Cx or a password is known.
"""

from analyzer.agreement.exchange import Authentication, Exchange
from analyzer.agreement.listed import server_list
from analyzer.keys.aka import (
    Answered,
    Fit,
    digest_response,
    fits_aka,
    fits_d_ver,
    read_autn,
    read_auts,
)
from analyzer.keys.keyring import KeyRing, Subscriber
from analyzer.keys.milenage import Vector
from analyzer.sip.digest import AkaNonce, Challenge, Credentials, parse_auts
from analyzer.sip.message import SipMessage

RIGHT, OTHER, WRONG = "right", "other", "wrong"


def authenticate(exchange: Exchange, ring: KeyRing) -> Authentication | None:
    """What can be said of this run with the secrets in the ring; None for nothing."""
    challenge, verify = exchange.message("challenge"), exchange.message("verify")
    asked = None if challenge is None else challenge.challenge
    if challenge is None or asked is None:
        return None
    found = Authentication()
    nonce = asked.aka_nonce if asked.aka else None
    answer = None if verify is None else verify.credentials
    if nonce is not None:
        _judge_aka(found, exchange, ring, asked, nonce, verify)
    elif verify is not None and answer is not None and answer.response:
        _judge_digest(found, exchange, ring, verify, answer)
    return None if found == Authentication() else found


def _judge_aka(
    found: Authentication,
    exchange: Exchange,
    ring: KeyRing,
    asked: Challenge,
    nonce: AkaNonce,
    verify: SipMessage | None,
) -> None:
    whole = nonce.rand + nonce.autn
    answer = None if verify is None else verify.credentials
    subscriber = ring.subscriber(whole, _identity(exchange))
    if subscriber is not None:
        found.network = right = read_autn(subscriber.functions, nonce.rand, nonce.autn).mac_right
        _judge_report(found, exchange, subscriber)
        if not right:  # another card's secrets say nothing of this phone's answer
            subscriber = None
    vector = _vector(ring, subscriber, nonce.rand)
    if vector is None or verify is None or answer is None or not answer.response:
        return
    fit = fits_aka(
        answer.response,
        _answered(verify, answer),
        answer.algorithm or asked.algorithm or "",
        vector,
        [asked.realm] if asked.realm else [],
    )
    found.response, found.response_note = _told(fit)


def _vector(ring: KeyRing, subscriber: Subscriber | None, rand: bytes) -> Vector | None:
    """What RAND gives: by K, else XRES, CK and IK as Cx brought them."""
    if subscriber is not None:
        return subscriber.functions.vector(rand)
    res = ring.results.get(rand)
    pair = next(ring.pairs(rand), None)
    return None if res is None or pair is None else Vector(res, pair.ck, pair.ik, b"", b"")


def _judge_report(found: Authentication, exchange: Exchange, subscriber: Subscriber) -> None:
    """The report of a failure, against the challenge it answers."""
    before: SipMessage | None = None
    for step in exchange.steps:
        message = None if step.place is None else step.place.message
        if message is None:
            continue
        if step.role == "challenge":
            before = message
        elif step.role == "failure-report" and before is not None:
            _judge_auts(found, message, before, subscriber)


def _judge_auts(
    found: Authentication, report: SipMessage, before: SipMessage, subscriber: Subscriber
) -> None:
    credentials, asked = report.credentials, before.challenge
    nonce = None if asked is None else asked.aka_nonce
    auts = None if credentials is None or not credentials.auts else parse_auts(credentials.auts)[0]
    if nonce is None:
        return
    network = read_autn(subscriber.functions, nonce.rand, nonce.autn)
    found.network = network.mac_right
    if auts is not None and network.mac_right:
        opened = read_auts(subscriber.functions, nonce.rand, auts)
        found.auts = opened.mac_right
        found.ahead = opened.sqn_ms - network.sqn if opened.mac_right else None


def _judge_digest(
    found: Authentication,
    exchange: Exchange,
    ring: KeyRing,
    verify: SipMessage,
    answer: Credentials,
) -> None:
    """The digest of RFC 2617, and d-ver of RFC 3329 over the list of the server."""
    password = ring.passwords.get(answer.username or "")
    if password is None:
        return
    answered, algorithm = _answered(verify, answer), answer.algorithm or "MD5"
    right = digest_response(answered, password, algorithm) == (answer.response or "").lower()
    found.response = RIGHT if right else WRONG
    listed, place = server_list(exchange), exchange.place("verify")
    echoed = None if place is None else place.verify
    d_ver = next((one.d_ver for one in echoed.elements if one.d_ver), None) if echoed else None
    if listed is not None and d_ver is not None:
        found.d_ver, found.d_ver_note = _told(
            fits_d_ver(d_ver, answered, password, listed.rows, algorithm)
        )


def _answered(message: SipMessage, credentials: Credentials) -> Answered:
    return Answered(
        message.method,
        credentials.uri or "",
        credentials.username or "",
        credentials.realm or "",
        credentials.nonce or "",
        credentials.qop,
        credentials.nc,
        credentials.cnonce,
        bytes(message.body),
    )


def _identity(exchange: Exchange) -> str:
    """A text with the IMSI: the username of whatever credentials the run has."""
    for step in exchange.steps:
        message = None if step.place is None else step.place.message
        credentials = message.credentials if message is not None and message.is_request else None
        if credentials is not None and credentials.username:
            return credentials.username
    return ""


def _told(fit: Fit | None) -> tuple[str, str]:
    if fit is None:
        return WRONG, ""
    return (RIGHT if fit.as_written else OTHER), fit.note
