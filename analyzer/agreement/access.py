"""The unit of state: one UE address and one first-hop address on the access side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from analyzer.agreement.association import Association
from analyzer.agreement.esp_flow import Flow
from analyzer.agreement.mechanism import MechanismList, Older
from analyzer.agreement.older import read_again
from analyzer.limits import OLDER_LISTS, STRAYS
from analyzer.sip.message import SipMessage

Rows = tuple[str, ...]

if TYPE_CHECKING:
    from analyzer.agreement.exchange import Exchange, Past


class Standing:
    """What stays of a registered identity after its exchange closed.

    `applied` is the list that requests must echo (TS 24.229 5.1.1.4.2: that of the last successful
    authentication) and `earlier` those before it, newest first, as rows of text: they are parsed
    when they are needed again, `spoken` their dialect ("" for that of the three headers). `run` is
    the one open, `past` the one before, `agreement` the number of the agreement in force (0: none),
    `tls_port` the port of the client on the TLS connection it was made on (-1: made otherwise),
    `challenged` (time, capture, frame) of the challenges since the last success.
    """

    __slots__ = (
        "agreement",
        "applied",
        "association",
        "challenged",
        "earlier",
        "past",
        "run",
        "spoken",
        "tls_port",
    )

    def __init__(self) -> None:
        self.applied: Rows | None = None
        self.earlier: tuple[Rows, ...] = ()
        self.spoken: Older | Literal[""] = ""
        self.association: Association | None = None
        self.past: Past | None = None
        self.run: Exchange | None = None
        self.agreement = 0
        self.challenged: tuple[tuple[int, int, int], ...] = ()
        self.tls_port = -1

    @property
    def applies(self) -> MechanismList | None:
        """The list in force."""
        return None if self.applied is None else read_again(self.applied, self.spoken)

    @property
    def lists(self) -> tuple[MechanismList, ...]:
        """The list in force and those before it, newest first."""
        if self.applied is None:
            return ()
        return tuple([read_again(rows, self.spoken) for rows in (self.applied, *self.earlier)])

    def apply(self, listed: MechanismList) -> None:
        """A successful authentication puts another list in force."""
        if listed.rows != self.applied:
            before = () if self.applied is None else (self.applied,)
            same = listed.dialect == self.spoken
            self.earlier = (*before, *self.earlier)[:OLDER_LISTS] if same else ()
            self.applied, self.spoken = listed.rows, listed.dialect

    def end(self) -> None:
        """De-registered: nothing is in force any more."""
        self.association = None
        self.agreement = 0
        self.applied = None
        self.earlier = ()
        self.tls_port = -1


class Access:
    """Everything that one UE address and one first hop have in common.

    `strays` are ESP flows whose SPI no readable list announced; `sealed` says that ESP which could
    not be opened ran on a live set, so a list may have travelled inside it. `cut`: the capture cut
    messages between the two so short that they cannot be told. `demands`: the first hop
    has asked for an agreement, `spoken` is the dialect of its lists.
    """

    __slots__ = (
        "associations",
        "cut",
        "demands",
        "esp_interfaces",
        "first_hop",
        "sealed",
        "spoken",
        "standings",
        "strays",
        "ue",
    )

    def __init__(self, ue: bytes, first_hop: bytes) -> None:
        self.ue = ue
        self.first_hop = first_hop
        self.standings: dict[str, Standing] = {}
        self.associations: list[Association] = []
        self.strays: dict[tuple[bytes, int], Flow] = {}
        self.sealed = False
        self.cut = False
        self.demands = False
        self.spoken: Older | Literal[""] = ""
        self.esp_interfaces: frozenset[tuple[int, int]] = frozenset()

    def standing(self, identity: str) -> Standing:
        """What is known of this identity here, new or old."""
        found = self.standings.get(identity)
        if found is None:
            found = self.standings[identity] = Standing()
        return found

    def standing_of(self, message: SipMessage) -> Standing | None:
        """The standing of the subscriber that a message here is from or to."""
        standings = self.standings
        if len(standings) == 1:
            return next(iter(standings.values()))
        if not standings:
            return None
        return standings.get(message.to_uri) or standings.get(message.from_uri)

    def esp_seen(self, line: int, interface: int) -> None:
        """ESP between the two was captured there."""
        if (line, interface) not in self.esp_interfaces:
            self.esp_interfaces |= {(line, interface)}

    def stray(self, flow: Flow) -> Flow | None:
        """Keep an unannounced flow; None when there are too many."""
        if len(self.strays) >= STRAYS:
            return None
        self.strays[flow.dst, flow.spi] = flow
        return flow

    def announced(self, spi: int) -> bool:
        """Whether a set between the two has this SPI."""
        return any(spi in one.spis() for one in self.associations)

    def returned(self) -> None:
        """Something came back to the client: nothing sent before it is unanswered."""
        for association in self.associations:
            for flow in association.flows.values():
                if flow.unanswered:
                    flow.answered()
        for flow in self.strays.values():
            if flow.unanswered:
                flow.answered()
