"""The exchange table: what each event means to a run of the agreement.

A run begins with a request that offers an agreement, needs one, or registers.

1. The first hop challenges it: 494 or 421 (RFC 3329 2.3.1, 2.3.2), 401 in IMS (TS 24.229 5.2.2),
   407 in the drafts. The list is in Security-Server.
2. The client answers: the next request carries Security-Verify or the credentials asked for
   (RFC 3329 2.3.1; SM7 of TS 33.203 7.2). Instead it may report an authentication failure (AUTS or
   an empty response, TS 24.229 5.1.1.5.3), which asks for a new challenge, or, after 421 or 494, it
   may start over with an offer (RFC 3329 2.3.2): either begins a new round of the same run.
   An answer that is not answered may be tried again in a transaction of its own. Where the answer
   or the report is seen without the challenge, the capture has lost the challenge.
3. The server gives its result. A further 401, 407 or 421 is a challenge of a new round; 494 to an
   answer is the refusal that RFC 3329 2.3.1 demands where the lists differ, so it is a result.
4. What travels in ESP that cannot be opened still moves the run on: from the client it is most
   likely the answer, towards the client most likely the result. Such steps are marked inferred.

Whatever follows the result belongs to the agreement's later traffic. A request that does none of
this begins a run of its own, and the open one is closed as it stands.
"""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a run stands."""

    BEGUN = "begun"
    OFFERED = "offered"
    CHALLENGED = "challenged"
    ANSWERED = "answered"
    HEARD = "heard"
    DONE = "done"


class Event(StrEnum):
    """What a message, or an ESP packet that cannot be opened, does to a run."""

    REQUEST = "request"
    ANSWER = "answer"
    FAILURE = "failure"
    RETRY = "retry"
    HIDDEN_REQUEST = "hidden request"
    PROVISIONAL = "provisional"
    CHALLENGE = "challenge"
    ACCEPT = "accept"
    REJECT = "reject"
    HIDDEN_ANSWER = "hidden answer"


_S, _E = State, Event

# (state, event) -> (next state, role of the step)
TABLE: Final[dict[tuple[State, Event], tuple[State, str]]] = {
    (_S.BEGUN, _E.REQUEST): (_S.OFFERED, "offer"),
    (_S.BEGUN, _E.CHALLENGE): (_S.CHALLENGED, "challenge"),
    (_S.OFFERED, _E.PROVISIONAL): (_S.OFFERED, "other"),
    (_S.OFFERED, _E.CHALLENGE): (_S.CHALLENGED, "challenge"),
    (_S.OFFERED, _E.ANSWER): (_S.ANSWERED, "verify"),
    (_S.OFFERED, _E.FAILURE): (_S.OFFERED, "failure-report"),
    (_S.OFFERED, _E.ACCEPT): (_S.DONE, "result"),
    (_S.OFFERED, _E.REJECT): (_S.DONE, "result"),
    (_S.CHALLENGED, _E.ANSWER): (_S.ANSWERED, "verify"),
    (_S.CHALLENGED, _E.HIDDEN_REQUEST): (_S.ANSWERED, "verify"),
    (_S.CHALLENGED, _E.FAILURE): (_S.OFFERED, "failure-report"),
    (_S.CHALLENGED, _E.RETRY): (_S.OFFERED, "offer"),
    (_S.CHALLENGED, _E.ACCEPT): (_S.DONE, "result"),
    (_S.CHALLENGED, _E.REJECT): (_S.DONE, "result"),
    (_S.ANSWERED, _E.PROVISIONAL): (_S.ANSWERED, "other"),
    (_S.ANSWERED, _E.ANSWER): (_S.ANSWERED, "verify"),
    (_S.ANSWERED, _E.HIDDEN_REQUEST): (_S.ANSWERED, "retransmission"),
    (_S.ANSWERED, _E.HIDDEN_ANSWER): (_S.HEARD, "result"),
    (_S.ANSWERED, _E.CHALLENGE): (_S.CHALLENGED, "challenge"),
    (_S.ANSWERED, _E.FAILURE): (_S.OFFERED, "failure-report"),
    (_S.ANSWERED, _E.ACCEPT): (_S.DONE, "result"),
    (_S.ANSWERED, _E.REJECT): (_S.DONE, "result"),
    (_S.HEARD, _E.CHALLENGE): (_S.CHALLENGED, "challenge"),
    (_S.HEARD, _E.ACCEPT): (_S.DONE, "result"),
    (_S.HEARD, _E.REJECT): (_S.DONE, "result"),
}

# A challenge after these roles asks the client again, so it opens a new round.
NEW_ROUND: Final = frozenset({Event.FAILURE, Event.RETRY})

CHALLENGES: Final = frozenset({401, 407, 421, 494})


def response_event(code: int, state: State) -> Event:
    """The event that a response with this status code is, in this state of the run."""
    if code < 200:
        return Event.PROVISIONAL
    if code < 300:
        return Event.ACCEPT
    if code in CHALLENGES and not (code == 494 and state is not State.OFFERED):
        return Event.CHALLENGE
    return Event.REJECT
