"""One run of the agreement: its steps in order (design: Exchange, Step)."""

from __future__ import annotations

from typing import Literal

import msgspec

from analyzer.agreement.access import Access, Standing
from analyzer.agreement.association import Association
from analyzer.agreement.evidence import Entry
from analyzer.agreement.order import START, Order
from analyzer.agreement.place import Place
from analyzer.agreement.states import BEGUN, CHALLENGE, NEW_ROUND, OFFERED, TABLE, Event
from analyzer.flows.datagram import EspSeen
from analyzer.limits import EXCHANGE_STEPS
from analyzer.sip.digest import parse_aka_nonce
from analyzer.sip.message import SipMessage

Dialect = Literal["ims", "rfc3329", "draft-00", "draft-01", "arkko-00", "arkko-01"]
Outcome = Literal["agreed", "rejected", "failed", "bypassed", "not-used", "incomplete"]
Kind = Literal["initial", "reauthentication", "refresh", "deregistration", "in-dialog", "other"]


class Step(msgspec.Struct, gc=False):
    """One message of the run, or one ESP packet that could not be opened (`place` is None).

    `time` is the packet's, in nanoseconds. `sa` names the SA it travelled on, "" outside ESP.
    """

    role: str
    round: int
    time: int
    capture: int
    frame: int
    place: Place | None = None
    esp: EspSeen | None = None
    sa: str = ""


class Exchange:
    """One run; `apply` moves it along `states.TABLE`.

    `pending` is the request that waits for its answer. `far` are messages of the same Call-ID seen
    beyond the first hop, `later` ESP packets that could not be opened and came after its inferred
    result, `used` traffic on its set before any result was seen. `last_time` is the time of its
    last step, `end_time` how far the captures had come when it was closed, with its `verdict` and
    its stable `key`. `superseded_by` is the request with
    which the client began another run before this one had its result. `under` is the set in force
    when it began, `granted` when and for how many seconds that was granted
    last. `evidence` is what was seen between its ends beside SIP, set when it is closed.
    `start_seen` is False where what came first was not captured, or not readable.
    `born` and `order` say where it stands among all that began and all that was handed on.
    """

    __slots__ = (
        "access",
        "association",
        "authentication",
        "begun",
        "born",
        "call_id",
        "closed",
        "deregistration",
        "dropped",
        "end_time",
        "evidence",
        "far",
        "granted",
        "key",
        "keys",
        "last_time",
        "later",
        "method",
        "number",
        "octets",
        "order",
        "orphans",
        "pending",
        "previous",
        "refused",
        "round",
        "standing",
        "start_seen",
        "state",
        "steps",
        "superseded_by",
        "under",
        "used",
        "verdict",
    )

    def __init__(
        self,
        number: int,
        access: Access,
        call_id: str,
        method: str,
        time: int,
        born: Order = START,
    ) -> None:
        self.number = number
        self.born = born
        self.order = born
        self.access = access
        self.call_id = call_id
        self.method = method
        self.begun = time
        self.last_time = time
        self.end_time = time
        self.state = BEGUN
        self.round = 1
        self.steps: list[Step] = []
        self.dropped = 0
        self.octets = 0  # of the messages it holds
        self.pending: SipMessage | None = None
        self.association: Association | None = None
        self.authentication: Authentication | None = None  # where the secrets are known
        self.under: Association | None = None
        self.granted: tuple[int, int] | None = None
        self.standing: Standing | None = None
        self.evidence: list[Entry] = []
        self.far: list[Place] = []
        self.later: list[EspSeen] = []
        self.orphans: list[Place] = []
        self.used: list[Place] = []
        self.keys: list[tuple[bytes, str]] = []
        self.refused: tuple[tuple[bytes, bytes, str], ...] = ()
        self.key = ""
        self.superseded_by: SipMessage | None = None
        self.closed = False
        self.deregistration = False
        self.start_seen = True
        self.previous: Past | None = None
        self.verdict: Verdict | None = None

    def accepts(self, event: Event) -> bool:
        """Whether the table has a row for this event in the present state."""
        return (self.state, event) in TABLE

    def apply(self, event: Event, seen: Place | EspSeen, sa: str) -> str:
        """Take one event in; gives the role of the step. Where the table has no row for it in the
        present state nothing is done, and the role is ""."""
        row = TABLE.get((self.state, event))
        if row is None:
            return ""
        again = event is CHALLENGE and self.state is not OFFERED
        self.state, role = row
        if event in NEW_ROUND or (again and self.last("challenge") is not None):
            self.round += 1
        self._append(role, seen, sa)
        return role

    def note(self, place: Place) -> None:
        """Keep a message that does not move the run on: a retransmission."""
        self._append(place.role, place, place.sa)

    def _append(self, role: str, seen: Place | EspSeen, sa: str) -> None:
        place: Place | None = None
        esp: EspSeen | None = None
        packet: SipMessage | EspSeen
        if isinstance(seen, Place):
            place, packet = seen, seen.message
        else:
            esp = packet = seen
        if packet.time > self.last_time:
            self.last_time = packet.time
        if len(self.steps) >= EXCHANGE_STEPS:
            self.dropped += 1
            return
        self.steps.append(
            Step(role, self.round, packet.time, packet.capture, packet.frame, place, esp, sa)
        )
        if place is not None:
            self.octets += len(place.message.raw)

    def last(self, role: str) -> Step | None:
        """The last step with this role."""
        for step in reversed(self.steps):
            if step.role == role:
                return step
        return None

    def first(self, role: str) -> Step | None:
        """The first step with this role."""
        for step in self.steps:
            if step.role == role:
                return step
        return None

    def place(self, role: str) -> Place | None:
        """The message of the last step with this role; None where it was not read."""
        for step in reversed(self.steps):
            if step.role == role:
                return step.place
        return None

    def message(self, role: str) -> SipMessage | None:
        """The same without its place."""
        for step in reversed(self.steps):
            if step.role == role:
                return None if step.place is None else step.place.message
        return None

    @property
    def offer(self) -> Place | None:
        """The request that the last challenge answers: the last offer or failure report."""
        for step in reversed(self.steps):
            if step.role in ("offer", "failure-report"):
                return step.place
        return None

    def holds(self, message: SipMessage) -> bool:
        """Whether the message is one of the steps."""
        return any(step.place is not None and step.place.message is message for step in self.steps)


class Sign(msgspec.Struct):
    """One piece of evidence, with the frame that shows it (0: none does)."""

    text: str
    capture: int = 0
    frame: int = 0


class Registration(msgspec.Struct):
    """Whether the phone registered, and how that is known (design: Registration).

    `answer` is the response it rests on, where one was read; `signs` what it is inferred from.
    """

    state: str
    basis: str
    answer: Place | None = None
    signs: list[Sign] = []


class Verdict(msgspec.Struct):
    """What a closed run adds up to (`outcome.verdict`)."""

    dialect: Dialect
    kind: Kind
    outcome: Outcome
    registration: Registration | None
    stopped_at: str
    layer: str
    failed: bool

    @property
    def succeeded(self) -> bool:
        """It reached its 2xx, seen or inferred."""
        if self.registration is not None:
            return self.registration.state in ("registered", "deregistered")
        return self.outcome in ("agreed", "bypassed", "not-used")


class Authentication(msgspec.Struct):
    """What those who know the secrets can say of the credentials (`authentication`).

    `response` and `d_ver` are `right`, `other` (right in another way than the message says, told
    in the note), `wrong`, or "" where nobody can say; `network` whether the MAC of AUTN is right,
    `auts` whether that of AUTS is. `ahead` is how far the phone's SQN is ahead of the network's.
    """

    response: str = ""
    response_note: str = ""
    d_ver: str = ""
    d_ver_note: str = ""
    network: bool | None = None
    auts: bool | None = None
    ahead: int | None = None


class Past(msgspec.Struct, gc=False):
    """What later runs of the same client need to know of an earlier one."""

    number: int
    dialect: str
    kind: str
    method: str
    outcome: str
    registered: bool
    offered: tuple[str, ...] = ()  # rows of its Security-Client
    code: int = 0  # of its result
    listed: tuple[str, ...] = ()  # rows of the last Security-Server, where the offer was read
    listed_for: tuple[str, ...] = ()  # and of the Security-Client that it answered
    call_id: str = ""
    cseq: int = -1  # the highest of its requests that were read
    nonce: str = ""  # of its last challenge

    @property
    def rand(self) -> bytes:
        """RAND of its last challenge, empty where it was no AKA."""
        nonce = parse_aka_nonce(self.nonce)[0] if self.nonce else None
        return b"" if nonce is None else nonce.rand
