"""Challenges and credentials, one against the other and against earlier ones of the run
(vocabulary: message)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from analyzer.rules.subjects.lazy import fact
from analyzer.sip.digest import parse_auts

if TYPE_CHECKING:
    from analyzer.agreement.exchange import Step
    from analyzer.agreement.place import Place
    from analyzer.sip.digest import Challenge, Credentials
    from analyzer.sip.message import SipMessage

NC: Final = re.compile(r"[0-9a-fA-F]{8}")  # RFC 2617 3.2.2
WITHOUT_ALGORITHM: Final = "md5"  # RFC 3310 3.1, RFC 2617 3.2.1


class CredentialFacts:
    """The part of `MessageFacts` that is about authentication."""

    place: Place
    message: SipMessage
    is_request: bool
    role: str | None
    challenge_message: fact[SipMessage | None]
    before: fact[list[Step]]

    @fact
    def algorithms(self) -> list[str]:
        message = self.message
        if self.is_request:
            credentials = message.credentials
            return [] if credentials is None else [_algorithm(credentials)]
        return [_algorithm(one) for one in message.challenges]

    @fact
    def aka_nonce(self) -> bool | None:
        found = self.message.challenge
        if self.is_request or found is None or not found.aka:
            return None
        return found.aka_nonce is not None

    @fact
    def qop(self) -> str | None:
        found = self._own
        return None if found is None or found.qop is None else found.qop.lower()

    @fact
    def nonce_count(self) -> str | None:
        credentials = self.message.credentials
        return None if credentials is None else credentials.nc

    @fact
    def qop_complete(self) -> bool | None:
        credentials = self.message.credentials
        if credentials is None or credentials.qop is None:
            return None
        return is_qop_complete(credentials)

    @fact
    def auts_valid(self) -> bool | None:
        credentials = self.message.credentials
        if credentials is None or credentials.auts is None:
            return None
        return parse_auts(credentials.auts)[0] is not None

    @property
    def _own(self) -> Challenge | Credentials | None:
        return self.message.credentials if self.is_request else self.message.challenge

    # ---- an answer against its challenge and its offer

    @fact
    def _answered(self) -> Challenge | None:
        """The challenge that its credentials answer: of several that with their nonce."""
        challenge, credentials = self.challenge_message, self.message.credentials
        if challenge is None or credentials is None or self.role != "verify":
            return None
        for one in challenge.challenges:
            if one.nonce == credentials.nonce:
                return one
        return challenge.challenge

    @fact
    def algorithm_kept(self) -> bool | None:
        answered, credentials = self._answered, self.message.credentials
        if answered is None or credentials is None:
            return None
        if answered.aka and credentials.algorithm is None:
            return False
        return _algorithm(answered) == _algorithm(credentials)

    @fact
    def mismatched(self) -> list[str]:
        answered, credentials = self._answered, self.message.credentials
        if answered is None or credentials is None:
            return []
        return mismatched(credentials, answered, self._first_credentials)

    @property
    def _first_credentials(self) -> Credentials | None:
        """Those of the offer."""
        for step in self.before:
            if step.role == "offer" and step.place is not None:
                return step.place.message.credentials
        return None

    # ---- against what came before

    @fact
    def nonce_repeated(self) -> bool:
        exchange, challenge = self.place.exchange, self.message.challenge
        nonce = None if challenge is None else challenge.aka_nonce
        if self.is_request or exchange is None or nonce is None or self.role != "challenge":
            return False
        earlier = [
            one.challenge.aka_nonce
            for one in (
                step.place.message
                for step in self.before
                if step.role == "challenge" and step.place is not None
            )
            if one.challenge is not None
        ]
        if any(one is not None and one.rand == nonce.rand for one in earlier):
            return True
        return exchange.previous is not None and exchange.previous.rand == nonce.rand

    @fact
    def count_repeated(self) -> bool:
        mine = self.message.credentials
        if mine is None or not mine.nonce or mine.nc is None or self.role != "verify":
            return False
        for step in self.before:
            message = None if step.place is None else step.place.message
            if message is None or not message.is_request or message.branch == self.message.branch:
                continue
            theirs = message.credentials
            if theirs is not None and (theirs.nonce, theirs.nc) == (mine.nonce, mine.nc):
                return True
        return False

    @fact
    def cseq_before(self) -> int | None:
        message, exchange = self.message, self.place.exchange
        if exchange is None or self.role == "retransmission":
            return None
        highest: int | None = None
        for step in self.before:
            if step.place is None or not step.place.message.is_request:
                continue
            one = step.place.message
            if one.call_id == message.call_id and one.branch != message.branch:
                highest = one.cseq if highest is None else max(highest, one.cseq)
        past = exchange.previous
        if past is not None and past.call_id == message.call_id and past.cseq >= 0:
            highest = past.cseq if highest is None else max(highest, past.cseq)
        return highest

    @fact
    def since_challenge_ms(self) -> int | None:
        since: int | None = None
        challenge = self.challenge_message
        if challenge is not None and self.role == "verify":
            since = challenge.time
        elif self.role == "offer" and self.place.life in ("announced", "temporary"):
            since = None if self.place.on is None else self.place.on.announced_time
        return None if since is None else (self.message.time - since) // 1_000_000

    @property
    def answers_elsewhere(self) -> bool:
        on, credentials = self.place.on, self.message.credentials
        if on is None or credentials is None or not credentials.nonce or self.role != "offer":
            return False
        if self.place.life not in ("announced", "temporary") or not on.call_id:
            return False
        nonce = credentials.aka_nonce
        if nonce is None or on.call_id == self.message.call_id:
            return False
        return on.nonce == nonce.rand + nonce.autn

    @fact
    def repeats_offer(self) -> bool:
        """Vocabulary: message; of a failure report."""
        listed = self.place.client
        if self.role != "failure-report" or listed is None:
            return False
        taken: set[tuple[str, int]] = set()
        for step in self.before:
            if step.role == "offer" and step.place is not None and step.place.client is not None:
                for one in step.place.client.signalling:
                    taken |= {("spi", spi) for spi in (one.spi_c, one.spi_s) if spi is not None}
                    taken |= {("port", port) for port in (one.port_c,) if port is not None}
        return any(
            ("spi", one.spi_c) in taken
            or ("spi", one.spi_s) in taken
            or ("port", one.port_c) in taken
            for one in listed.signalling
        )


def mismatched(mine: Credentials, asked: Challenge, first: Credentials | None) -> list[str]:
    """What credentials have otherwise than the challenge they answer, and than those of the offer,
    where these name it."""
    found = []
    if asked.realm is not None and asked.realm != mine.realm:
        found.append("realm")
    if asked.nonce is not None and asked.nonce != mine.nonce:
        found.append("nonce")
    if asked.opaque is not None and asked.opaque != mine.opaque:
        found.append("opaque")
    if first is not None:
        if first.username is not None and first.username != mine.username:
            found.append("username")
        if first.uri is not None and first.uri != mine.uri:
            found.append("uri")
    return found


def is_qop_complete(credentials: Credentials) -> bool:
    """Count and nonce of the client are there, as its qop needs them (RFC 2617 3.2.2)."""
    counted = credentials.nc is not None and NC.fullmatch(credentials.nc) is not None
    return counted and credentials.cnonce is not None


def _algorithm(one: Challenge | Credentials) -> str:
    return (one.algorithm or WITHOUT_ALGORITHM).lower()
