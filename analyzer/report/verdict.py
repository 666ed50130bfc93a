"""From one exchange to the sentence an engineer asks for: did it register, and if not, who acts.

The verdict is looked up in a table over (registration state, basis, outcome, role that never
came); the first row that fits holds. `None` in a row fits anything. Templates are filled from the
names of `_words`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from analyzer.report.model import Exchange, Finding, Frame, Party, Registration, Signal, Step

Word = Literal["OK", "inferred", "bypassed", "no answer", "rejected", "given up", "unknown"]

ROLES: Final = ("offer", "challenge", "verify", "result")

PARTIES: Final[dict[Party, str]] = {
    "ue": "UE",
    "pcscf": "P-CSCF",
    "core": "core",
    "hss": "HSS",
    "path": "path",
    "capture": "capture",
    "unknown": "unknown",
}


class Verdict(NamedTuple):
    """What is said of one exchange.

    `word` is its class in counts, `headline` the first line, `brief` the same in a table's cell,
    `stopped` such as `stopped at step 3 of 4`, `party` who has to act (None: nobody), `succeeded`
    None where the capture cannot tell.
    """

    word: Word
    headline: str
    brief: str
    stopped: str
    party: Party | None
    succeeded: bool | None


class Claim(NamedTuple):
    """Whom a finding blames, and whether it explains how the exchange ended."""

    party: Party
    explains: bool


class _Row(NamedTuple):
    state: str | None
    basis: str | None
    outcome: str | None
    stopped_at: str | None
    word: Word
    headline: str
    brief: str
    party: Party | None


_REGISTRATIONS: Final = (
    _Row("registered", "inferred", "bypassed", None, "bypassed",
         "REGISTERED (inferred), SECURITY AGREEMENT BYPASSED", "bypassed", "pcscf"),
    _Row("registered", None, "bypassed", None, "bypassed",
         "REGISTERED, SECURITY AGREEMENT BYPASSED", "bypassed", "pcscf"),
    _Row("registered", "inferred", None, None, "inferred",
         "REGISTERED (inferred)", "registered (inferred)", None),
    _Row("registered", None, "not-used", None, "OK",
         "REGISTERED, no security agreement used", "no agreement", None),
    _Row("registered", None, None, None, "OK", "REGISTERED", "registered", None),
    _Row("deregistered", "inferred", None, None, "inferred",
         "DEREGISTERED (inferred)", "deregistered (inferred)", None),
    _Row("deregistered", None, None, None, "OK", "DEREGISTERED", "deregistered", None),
    _Row("rejected", None, None, None, "rejected",
         "NOT REGISTERED: {answer} {place}", "{code} {place}", None),
    _Row("no-answer", None, None, "challenge", "no answer",
         "NOT REGISTERED: no answer to the first REGISTER", "no answer to REGISTER", "path"),
    _Row("no-answer", None, None, "verify", "given up",
         "NOT REGISTERED: {followed} the {challenge}", "{followed_brief} {challenge}", "ue"),
    _Row("no-answer", None, None, None, "no answer",
         "NOT REGISTERED: no answer after the {challenge}",
         "no answer after {challenge}{esp_out}", "pcscf"),
    _Row("given-up", None, None, "verify", "given up",
         "NOT REGISTERED: the {client} gave up after the {challenge}",
         "gave up after {challenge}", "ue"),
    _Row("given-up", None, None, None, "given up",
         "NOT REGISTERED: the {client} gave up", "gave up", "ue"),
    _Row(None, None, None, None, "unknown", "UNKNOWN: {gap}", "{gap_brief}", "capture"),
)  # fmt: skip

_REQUESTS: Final = (
    _Row(None, None, "agreed", None, "OK", "AGREED: {method} {answer}", "{method} agreed", None),
    _Row(None, None, "not-used", None, "OK",
         "{method} {answer}, no security agreement used", "{method}, no agreement", None),
    _Row(None, None, "bypassed", None, "bypassed",
         "SECURITY AGREEMENT BYPASSED: {method} {answer}", "bypassed", "pcscf"),
    _Row(None, None, "rejected", None, "rejected",
         "REQUEST REJECTED: {method} {answer}", "{method} {code}", None),
    _Row(None, None, "failed", None, "no answer",
         "REQUEST FAILED: {method} {answer}", "{method} failed", None),
    _Row(None, None, None, None, "unknown", "UNKNOWN: {gap}", "{gap_brief}", "capture"),
)  # fmt: skip

_SUCCEEDED: Final[dict[Word, bool | None]] = {
    "OK": True,
    "inferred": True,
    "bypassed": True,
    "no answer": False,
    "rejected": False,
    "given up": False,
    "unknown": None,
}

# who refuses at a layer, where no finding knows better
_LAYER_PARTY: Final[dict[str, Party]] = {
    "reachability": "path",
    "agreement": "ue",
    "authentication": "hss",
    "protection": "pcscf",
    "service": "core",
}


_NOBODY: Final = (None, "unknown", "capture")


class _Gap(NamedTuple):
    holds: Callable[[Exchange], bool]
    text: str
    brief: str


def _hidden_answer(exchange: Exchange) -> bool:
    result = step_of(exchange, "result")
    return result is not None and result.inferred


class _Followed(NamedTuple):
    kind: str
    state: str | None
    text: str
    brief: str


# what followed a challenge in place of a request; the first that was seen
_FOLLOWED: Final = (
    _Followed("tls", "failed", "TLS failed after", "TLS failed after"),
    _Followed("tls", "hello", "TLS got no answer after", "no TLS answer after"),
    _Followed("syn", None, "TCP got no answer after", "no TCP answer after"),
    _Followed("rst", None, "TCP was refused after", "TCP refused after"),
    _Followed("icmp", None, "an ICMP error followed", "ICMP error after"),
    _Followed("esp", None, "ESP got no answer after", "no ESP answer after"),
)
_NOTHING: Final = _Followed("", None, "nothing followed", "nothing after")


def _followed(exchange: Exchange) -> _Followed:
    seen = [(one.kind, one.state) for one in attempts(exchange)]
    for row in _FOLLOWED:
        if any(kind == row.kind and row.state in (None, state) for kind, state in seen):
            return row
    return _NOTHING


def attempts(exchange: Exchange) -> list[Signal]:
    """What was seen beside SIP since the challenge."""
    challenge = step_of(exchange, "challenge")
    return [] if challenge is None else [s for s in exchange.signals if s.time >= challenge.time]


def _since_challenge(*states: tuple[str, str]) -> Callable[[Exchange], bool]:
    """Whether the run stands at its challenge, and one of these signals was seen since."""
    return lambda exchange: (
        exchange.stopped_at == "verify"
        and any((one.kind, one.state) in states for one in attempts(exchange))
    )


def _answer_lost(exchange: Exchange) -> bool:
    """Signs say that there was more than was captured."""
    registration = exchange.registration
    return registration is not None and bool(registration.signs)


# why the capture cannot tell; the first that holds
_GAPS: Final = (
    _Gap(lambda e: not e.coverage.start,
         "the capture starts inside the exchange", "start not captured"),
    _Gap(lambda e: e.stopped_at == "result" and _answer_lost(e),
         "the answer to the second {method} was not captured", "answer not captured"),
    _Gap(lambda e: e.stopped_at == "challenge" and _answer_lost(e),
         "the answer to the first {method} was not captured", "answer not captured"),
    _Gap(lambda e: not e.coverage.both_directions,
         "only one direction was captured", "one direction captured"),
    _Gap(lambda e: e.stopped_at == "result",
         "no answer to the second {method} before the end", "no answer before the end"),
    _Gap(_hidden_answer,
         "the answer to the second {method} is in ESP, not readable", "answer not readable"),
    _Gap(lambda e: e.coverage.protected_part in ("unread", "partly"),
         "the ESP part is not readable", "ESP not readable"),
    _Gap(lambda e: e.stopped_at == "challenge",
         "the capture ends after the first request", "ends after first request"),
    _Gap(_since_challenge(("tls", "secured")),
         "went on in TLS after the {challenge}, not readable", "TLS after the {challenge}"),
    _Gap(_since_challenge(("tls", "hello"), ("tls", "failed")),
         "TLS was begun after the {challenge}, not completed in the capture",
         "TLS after the {challenge}"),
    _Gap(_since_challenge(("tcp", "opened")),
         "TCP was opened after the {challenge}, no SIP is readable in it",
         "after the {challenge} not readable"),
    _Gap(_since_challenge(("esp", "answered")),
         "ESP went both ways after the {challenge}, no request is readable in it",
         "after the {challenge} not readable"),
    _Gap(lambda e: e.stopped_at == "verify",
         "the capture ends after the {challenge}", "ends after the {challenge}"),
    _Gap(lambda e: True, "the capture cannot tell", "cannot tell"),
)  # fmt: skip


def judge(exchange: Exchange, findings: Sequence[Finding] = ()) -> Verdict:
    """The verdict about one exchange, given the findings that belong to it."""
    row = _row(exchange)
    words = _words(exchange)
    gap = next(gap for gap in _GAPS if gap.holds(exchange))
    words |= {"gap": gap.text.format_map(words), "gap_brief": gap.brief.format_map(words)}
    return Verdict(
        word=row.word,
        headline=" ".join(row.headline.format_map(words).split()),
        brief=" ".join(row.brief.format_map(words).split()),
        stopped=_stopped(exchange, row),
        party=party_of(_own_party(exchange, row), map(claim, findings)),
        succeeded=_SUCCEEDED[row.word],
    )


def claim(finding: Finding) -> Claim:
    """What one finding says of who has to act; what another explains says nothing."""
    if finding.explained_by is not None:
        return Claim("unknown", False)
    return Claim(finding.party, finding.effect == "explains-outcome")


def party_of(own: Party | None, claims: Iterable[Claim]) -> Party | None:
    """Who has to act: whom a finding blames that explains the outcome, else the table's `own`
    party, else whom any finding blames. `unknown` never overrides a name."""
    named = [one for one in claims if one.party != "unknown"]
    for one in named:
        if one.explains:
            return one.party
    if own in (None, "unknown") and named:
        return named[0].party
    return own


def word(exchange: Exchange) -> Word:
    """The class alone: what is counted, without filling any sentence."""
    return _row(exchange).word


def word_of(registration: Registration | None, outcome: str, stopped_at: str | None) -> Word:
    """The same of an exchange that is not made yet."""
    return _fitting(registration, outcome, stopped_at).word


def succeeded(found: Word) -> bool | None:
    """Whether what is called so reached what it was for; None where the capture cannot tell."""
    return _SUCCEEDED[found]


def client_name(exchange: Exchange) -> str:
    """`UE` in the IMS, else `client`."""
    return "UE" if exchange.dialect == "ims" else "client"


def server_name(exchange: Exchange) -> str:
    """`P-CSCF` in the IMS, else `server`."""
    return "P-CSCF" if exchange.dialect == "ims" else "server"


def party_name(exchange: Exchange, party: Party) -> str:
    """A party in the words of the exchange's dialect."""
    if party == "ue":
        return client_name(exchange)
    return server_name(exchange) if party == "pcscf" else PARTIES[party]


def to_act(exchange: Exchange, verdict: Verdict) -> str | None:
    """Who has to act, in the words of the exchange's dialect; None where that is nobody who could,
    or nobody knows."""
    return None if verdict.party in _NOBODY else party_name(exchange, verdict.party)


def step_of(exchange: Exchange, role: str) -> Step | None:
    """The last step of that role: the one its round ended with."""
    return next((step for step in reversed(exchange.steps) if step.role == role), None)


def list_step(exchange: Exchange) -> Step | None:
    """The step whose list the Verify has to echo: the last one before it that carries a list."""
    verify = step_of(exchange, "verify")
    for step in reversed(exchange.steps):
        if step.server and (verify is None or step.time < verify.time):
            return step
    return None


def explanation(exchange: Exchange, frame: Callable[[Step], str]) -> str | None:
    """One sentence under the headline, for an agreement that was bypassed; None for any other.

    `frame` names the frame of a step (`#3`).
    """
    if exchange.outcome != "bypassed":
        return None
    result, verify = step_of(exchange, "result"), step_of(exchange, "verify")
    challenge = list_step(exchange)
    answer = f"{result.code} {result.reason or ''}".strip() if result and result.code else "yes"
    place = f" ({frame(result)})" if result else ""
    head = f"The {server_name(exchange)} said {answer}{place} to a"
    if verify is None:
        return f"{head} request without the agreement it needed."
    if not verify.verify:
        return f"{head} request ({frame(verify)}) without Security-Verify."
    if challenge and verify.comparison and verify.comparison.level == "different":
        wrong = f"Security-Verify ({frame(verify)}) that is not its list ({frame(challenge)})"
        return f"{head} {wrong}."
    return f"{head} request ({frame(verify)}) outside the agreed protection."


def _row(exchange: Exchange) -> _Row:
    return _fitting(exchange.registration, exchange.outcome, exchange.stopped_at)


def _fitting(registration: Registration | None, outcome: str, stopped_at: str | None) -> _Row:
    if registration is None:
        return _found(False, None, None, outcome, stopped_at)
    return _found(True, registration.state, registration.basis, outcome, stopped_at)


@lru_cache
def _found(
    registers: bool, state: str | None, basis: str | None, outcome: str, stopped_at: str | None
) -> _Row:
    table = _REGISTRATIONS if registers else _REQUESTS
    facts = (state, basis, outcome, stopped_at)
    for row in table:
        if all(cell is None or cell == fact for cell, fact in zip(row[:4], facts, strict=True)):
            return row
    return table[-1]


def _words(exchange: Exchange) -> dict[str, str]:
    registration = exchange.registration
    challenge = step_of(exchange, "challenge")
    result = step_of(exchange, "result")
    code = registration.code if registration else (result.code if result else None)
    reason = registration.reason if registration else (result.reason if result else None)
    numeral = "" if code is None else str(code)
    answer = f"{numeral} {reason or ''}".strip()
    refused = exchange.outcome == "rejected" or registration is not None
    return {
        "client": client_name(exchange),
        "method": exchange.method,
        "code": numeral or "refused",
        "answer": answer or ("refused" if refused else "not answered"),
        "challenge": str(challenge.code) if challenge and challenge.code else "challenge",
        "place": _place(exchange),
        "followed": _followed(exchange).text,
        "followed_brief": _followed(exchange).brief,
        "esp_out": ", ESP out" if any(s.protection == "esp" for s in exchange.steps) else "",
    }


def _place(exchange: Exchange) -> str:
    """Where a refusal came: `at authentication`, `to the first REGISTER`."""
    if step_of(exchange, "challenge") is None and step_of(exchange, "verify") is None:
        return f"to the first {exchange.method}"
    if exchange.layer in (None, "reachability"):
        return f"to the second {exchange.method}"
    return f"at {exchange.layer}"


def _stopped(exchange: Exchange, row: _Row) -> str:
    if exchange.stopped_at in ROLES and _SUCCEEDED[row.word] is not True:
        return f"stopped at step {ROLES.index(exchange.stopped_at)} of {len(ROLES)}"
    return ""


def _own_party(exchange: Exchange, row: _Row) -> Party | None:
    if row.word == "given up" and exchange.layer == "protection":
        return _LAYER_PARTY["protection"]  # it went on, and nothing answered
    if row.word == "rejected":
        if _contradicts_itself(exchange):
            return "pcscf"
        return _LAYER_PARTY.get(exchange.layer or "", "unknown")
    return row.party


def _contradicts_itself(exchange: Exchange) -> bool:
    """420 to what the same server demanded by its own 421 or 494 (RFC 3329 2.3.1)."""
    result = step_of(exchange, "result")
    if result is None or result.code != 420:
        return False
    return any(step.role == "challenge" and step.code in (421, 494) for step in exchange.steps)


def first_frame(exchange: Exchange) -> Frame | None:
    """Where the exchange begins; None where none of its messages was read."""
    return anchor(exchange.steps[0]) if exchange.steps else None


def anchor(step: Step) -> Frame:
    """The frame where Wireshark shows a step."""
    return Frame(step.capture, step.frame)
