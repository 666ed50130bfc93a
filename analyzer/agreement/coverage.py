"""How much of a run the captures show: what a rule may need, and what an engineer is told."""

from typing import Literal

import msgspec

from analyzer.agreement.attempt import undeliverable
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.states import WAITING
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
    open_end = exchange.state in WAITING
    quiet = exchange.end_time - exchange.last_time >= ANSWER_WAIT
    ue = exchange.access.ue
    up = down = repeated = read = unread = above = synthetic = False
    for step in exchange.steps:
        place = step.place
        repeated = repeated or step.role == "retransmission"
        if place is None:
            unread = True
            src = b"" if step.esp is None else step.esp.src
        else:
            src = place.message.src
            read = read or place.protection != "clear"
            above = above or place.protection == "ports"
            synthetic = synthetic or place.message.synthetic
        if src == ue:
            up = True
        else:
            down = True
    part: Part = ("partly" if read else "unread") if unread else "read" if read else "none"
    return Coverage(
        start=exchange.start_seen,
        # or the client's own repeats show that nothing came back
        both_directions=(up and down) or repeated,
        protected_part=part,
        waited=quiet
        or not open_end
        or exchange.superseded_by is not None
        or undeliverable(exchange) is not None,
        above_ipsec=above,
        synthetic=synthetic,
        sealed=exchange.access.sealed,
        beyond=bool(exchange.far),
        keys=_keys(exchange, part),
        secrets=exchange.authentication is not None,
    )


def _keys(exchange: Exchange, part: Part) -> Keys:
    proven = unfit = False
    for one in (exchange.association, exchange.under):
        if one is not None:
            for flow in one.flows.values():
                proven = proven or flow.key is not None
                unfit = unfit or flow.icv_bad > 0 or flow.icv_unfit > 0
    if part in ("unread", "partly"):
        return "partial" if proven else "unfit" if unfit else "missing"
    return "proven" if proven else "not-needed"
