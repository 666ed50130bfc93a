"""How much of a run the captures show: what a rule may need, and what an engineer is told."""

from typing import Literal

import msgspec

from analyzer.agreement.attempt import undeliverable
from analyzer.agreement.exchange import Exchange, Step
from analyzer.agreement.states import State
from analyzer.limits import ANSWER_WAIT

Part = Literal["read", "partly", "unread", "none"]
Keys = Literal["not-needed", "missing", "unfit", "partial", "proven"]


class Coverage(msgspec.Struct, frozen=True):
    """Of one exchange.

    `waited`: nothing was due any more when it was closed. `synthetic`: it stands in a text, where
    addresses, ports and protection are not told. `keys`: whether those of its set, or of the set it
    ran on, were there and fitted; `partial` where some packets stayed closed all the same.
    """

    start: bool
    both_directions: bool
    protected_part: Part
    waited: bool
    above_ipsec: bool
    synthetic: bool
    sealed: bool
    beyond: bool
    keys: Keys = "not-needed"
    secrets: bool = False


def coverage(exchange: Exchange) -> Coverage:
    """What of this run was captured and could be read."""
    open_end = exchange.state in (State.OFFERED, State.CHALLENGED, State.ANSWERED)
    quiet = exchange.end_time - exchange.last_time >= ANSWER_WAIT
    part = _protected_part(exchange)
    places = [step.place for step in exchange.steps if step.place is not None]
    return Coverage(
        start=exchange.start_seen,
        both_directions=_both_directions(exchange),
        protected_part=part,
        waited=quiet
        or not open_end
        or exchange.superseded_by is not None
        or undeliverable(exchange) is not None,
        above_ipsec="ports" in [place.protection for place in places],
        synthetic=True in [place.message.synthetic for place in places],
        sealed=exchange.access.sealed,
        beyond=bool(exchange.far),
        keys=_keys(exchange, part),
        secrets=exchange.authentication is not None,
    )


def _keys(exchange: Exchange, part: Part) -> Keys:
    sets = [one for one in (exchange.association, exchange.under) if one is not None]
    proven = any(one.key is not None for one in sets)
    if part in ("unread", "partly"):
        unfit = any(flow.icv_bad or flow.icv_unfit for one in sets for flow in one.flows.values())
        return "partial" if proven else "unfit" if unfit else "missing"
    return "proven" if proven else "not-needed"


def _both_directions(exchange: Exchange) -> bool:
    """Something went each way, or the client's own repeats show that nothing came back."""
    ue = exchange.access.ue
    ways = {_source(step) == ue for step in exchange.steps}
    return len(ways) > 1 or any(step.role == "retransmission" for step in exchange.steps)


def _source(step: Step) -> bytes:
    if step.place is not None:
        return step.place.message.src
    return b"" if step.esp is None else step.esp.src


def _protected_part(exchange: Exchange) -> Part:
    places = [step.place for step in exchange.steps]
    read = [place for place in places if place is not None and place.protection != "clear"]
    if None not in places:
        return "read" if read else "none"
    return "partly" if read else "unread"
