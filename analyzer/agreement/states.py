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


# By themselves: to look one up in its enumeration costs ten times as much.
BEGUN: Final = State.BEGUN
OFFERED: Final = State.OFFERED
CHALLENGED: Final = State.CHALLENGED
ANSWERED: Final = State.ANSWERED
HEARD: Final = State.HEARD
DONE: Final = State.DONE
REQUEST: Final = Event.REQUEST
ANSWER: Final = Event.ANSWER
FAILURE: Final = Event.FAILURE
RETRY: Final = Event.RETRY
HIDDEN_REQUEST: Final = Event.HIDDEN_REQUEST
PROVISIONAL: Final = Event.PROVISIONAL
CHALLENGE: Final = Event.CHALLENGE
ACCEPT: Final = Event.ACCEPT
REJECT: Final = Event.REJECT
HIDDEN_ANSWER: Final = Event.HIDDEN_ANSWER

# (state, event) -> (next state, role of the step)
TABLE: Final[dict[tuple[State, Event], tuple[State, str]]] = {
    (BEGUN, REQUEST): (OFFERED, "offer"),
    (BEGUN, CHALLENGE): (CHALLENGED, "challenge"),
    (OFFERED, PROVISIONAL): (OFFERED, "other"),
    (OFFERED, CHALLENGE): (CHALLENGED, "challenge"),
    (OFFERED, ANSWER): (ANSWERED, "verify"),
    (OFFERED, FAILURE): (OFFERED, "failure-report"),
    (OFFERED, ACCEPT): (DONE, "result"),
    (OFFERED, REJECT): (DONE, "result"),
    (CHALLENGED, ANSWER): (ANSWERED, "verify"),
    (CHALLENGED, HIDDEN_REQUEST): (ANSWERED, "verify"),
    (CHALLENGED, FAILURE): (OFFERED, "failure-report"),
    (CHALLENGED, RETRY): (OFFERED, "offer"),
    (CHALLENGED, ACCEPT): (DONE, "result"),
    (CHALLENGED, REJECT): (DONE, "result"),
    (ANSWERED, PROVISIONAL): (ANSWERED, "other"),
    (ANSWERED, ANSWER): (ANSWERED, "verify"),
    (ANSWERED, HIDDEN_REQUEST): (ANSWERED, "retransmission"),
    (ANSWERED, HIDDEN_ANSWER): (HEARD, "result"),
    (ANSWERED, CHALLENGE): (CHALLENGED, "challenge"),
    (ANSWERED, FAILURE): (OFFERED, "failure-report"),
    (ANSWERED, ACCEPT): (DONE, "result"),
    (ANSWERED, REJECT): (DONE, "result"),
    (HEARD, CHALLENGE): (CHALLENGED, "challenge"),
    (HEARD, ACCEPT): (DONE, "result"),
    (HEARD, REJECT): (DONE, "result"),
}

# Something is due in these.
WAITING: Final = frozenset({OFFERED, CHALLENGED, ANSWERED})

# A challenge after these roles asks the client again, so it opens a new round.
NEW_ROUND: Final = frozenset({FAILURE, RETRY})

CHALLENGES: Final = frozenset({401, 407, 421, 494})


def response_event(code: int, state: State) -> Event:
    """The event that a response with this status code is, in this state of the run."""
    if code < 200:
        return PROVISIONAL
    if code < 300:
        return ACCEPT
    if code in CHALLENGES and not (code == 494 and state is not OFFERED):
        return CHALLENGE
    return REJECT
