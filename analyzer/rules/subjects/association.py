"""A set and the ESP on it, as rules see them (vocabulary: association, flow)."""

from __future__ import annotations

from typing import Final

from analyzer.agreement.access import Access
from analyzer.agreement.association import DIRECTIONS, Association
from analyzer.agreement.esp_flow import Flow
from analyzer.agreement.items import Agreement, Request
from analyzer.agreement.naming import address_text
from analyzer.agreement.parameters import PORT_MAX
from analyzer.limits import ANSWER_WAIT, ECHOES, OVERLAP, SA_MARGIN, SECOND
from analyzer.rules.subjects.lazy import fact

LOST: Final = 2  # requests without an answer that make a transport a lost one

FrameIds = tuple[tuple[int, int], ...]


class AssociationFacts:
    """What an exchange settled. Only `ipsec-3gpp` has SAs of its own, and it is IMS.

    `state` is the one it was in when the message was sent that speaks of it.
    """

    dialect = "ims"
    mechanism = "ipsec-3gpp"

    def __init__(self, association: Association, state: str = "") -> None:
        self.association = association
        self.state = state or association.state

    @property
    def alg(self) -> str:
        return self.association.alg

    @property
    def ealg(self) -> str:
        return self.association.ealg

    @property
    def spi_pc(self) -> int | None:
        return self.association.server.spi_c

    @property
    def spi_ps(self) -> int | None:
        return self.association.server.spi_s

    @property
    def port_pc(self) -> int | None:
        return _port(self.association.server.port_c)

    @property
    def port_ps(self) -> int | None:
        return _port(self.association.server.port_s)

    @property
    def spi_uc(self) -> int | None:
        client = self.association.client
        return None if client is None else client.spi_c

    @property
    def spi_us(self) -> int | None:
        client = self.association.client
        return None if client is None else client.spi_s

    @property
    def port_uc(self) -> int | None:
        client = self.association.client
        return None if client is None else _port(client.port_c)

    @property
    def port_us(self) -> int | None:
        client = self.association.client
        return None if client is None else _port(client.port_s)

    @property
    def frames(self) -> FrameIds:
        """(capture, frame) of the challenge that announced it."""
        return (association_frame(self.association),)

    @fact
    def impi(self) -> str | None:
        return self.association.impi or None

    @fact
    def older(self) -> AssociationFacts | None:
        older = self.association.older
        return None if older is None else AssociationFacts(older)

    @property
    def collides(self) -> AssociationFacts | None:
        other = self.association.collides
        return None if other is None else AssociationFacts(other)

    @property
    def kernel_difference(self) -> str | None:
        return self.association.kernel or None

    @fact
    def used(self) -> bool:
        return self.association.packets > 0

    @fact
    def was_established(self) -> bool:
        return self.association.established_time is not None

    @fact
    def overlap(self) -> bool:
        older = self.association.older
        return older is not None and older.state != "dead" and self.state != "dead"

    @property
    def new_keys(self) -> bool | None:
        older = self.association.older
        if older is None:
            return None
        before, now = older.rand, self.association.rand
        return before != now if before and now else None


class FlowFacts:
    """The ESP packets of one SPI one way.

    `association` is the set it belongs to, or, for an SPI nobody announced, the youngest set of
    the Access when it began; `sealed` says that an announcement may have been missed.
    """

    dialect = "ims"
    leg = "gm"
    tunnel = False  # IKE's and UDP-encapsulated ESP never get here
    loss = False

    def __init__(
        self, flow: Flow, access: Access, association: Association | None, sealed: bool
    ) -> None:
        self.flow = flow
        self.access = access
        self.association = association
        self.sealed = sealed
        self.spi = flow.spi
        self.sa = flow.name or None
        self.direction = flow.direction
        self.packets = flow.packets
        self.unanswered = flow.unanswered
        self.bound_provisionally = flow.provisional

    @property
    def frames(self) -> FrameIds:
        """(capture, frame): those from another address, the unanswered ones, else all, the last
        one first as the anchor."""
        flow = self.flow
        frames = flow.moved_frames or flow.unanswered_frames or flow.frames
        return (frames[-1], *frames[:-1]) if frames else ()

    @property
    def announced(self) -> bool | None:
        if self.flow.announced:
            return True
        return None if self.association is None or self.sealed else False

    @fact
    def ports_of(self) -> str | None:
        ports, association = self.flow.ports, self.association
        if ports is None or association is None:
            return None
        found = None
        for sa in association.sas:
            if (sa.sport, sa.dport) == ports and DIRECTIONS[sa.name] == self.direction:
                if sa.name == self.sa:
                    return self.sa
                found = found or sa.name
        return found

    @fact
    def ports_text(self) -> str:
        ports = self.flow.ports
        if ports is None:
            return ""
        return f", ports {ports[0]} > {ports[1]}" + (f" ({self.ports_of})" if self.ports_of else "")

    @fact
    def announced_ports_text(self) -> str:
        if self.flow.ports is None or self.association is None:
            return ""
        for sa in self.association.sas:
            if sa.spi == self.announced_spi and DIRECTIONS[sa.name] == self.direction:
                return f", ports {sa.sport} > {sa.dport} ({sa.name})"
        return ""

    @fact
    def icv_bad(self) -> int:
        return self.flow.icv_bad

    @property
    def keys_fit(self) -> bool | None:
        if self.flow.icv_good:
            return True
        return False if self.flow.icv_bad else None

    @property
    def key_variant(self) -> str | None:
        # of keys that RAND does not bind the mistake may be that of whoever typed them
        key = self.flow.key
        if key is None or not key.proves or not key.origin.belongs:
            return None
        return key.variant or None

    @fact
    def agreed_ealg(self) -> str | None:
        return None if self.association is None else self.association.ealg

    @property
    def wire_ealg(self) -> str | None:
        key = self.flow.key
        if key is not None and key.proves and key.ealg != "?":
            return key.ealg
        return "null" if self.flow.null_unagreed else None

    @property
    def restarted(self) -> int:
        return self.flow.restarted

    @property
    def late(self) -> int:
        return self.flow.late

    @property
    def moved(self) -> int:
        return self.flow.moved

    @fact
    def moved_to(self) -> str | None:
        return address_text(self.flow.moved_to) if self.flow.moved else None

    @fact
    def home(self) -> str:
        return address_text(self.flow.src)

    @fact
    def lifetime_known(self) -> bool | None:
        association = self.association
        return None if association is None else association.packets == association.opened

    @property
    def senders_own(self) -> bool | None:
        association = self.association
        if association is None or self.flow.announced:
            return None
        sender = association.server if self.direction == "to-client" else association.client
        return sender is not None and self.spi in (sender.spi_c, sender.spi_s)

    @property
    def returns(self) -> int:
        """ESP packets the other way on any SA of the two."""
        other = "to-client" if self.direction == "to-server" else "to-server"
        flows = [flow for one in self.access.associations for flow in one.flows.values()]
        if self.association is not None:
            flows += self.association.flows.values()
        flows += self.access.strays.values()
        return sum({id(f): f.packets for f in flows if f.direction == other}.values())

    @property
    def after_challenge(self) -> bool:
        return (
            self.association is not None and self.flow.first_time >= self.association.announced_time
        )

    @fact
    def announced_spi(self) -> int | None:
        if self.association is None:
            return None
        if self.direction == "to-server":
            return self.association.server.spi_s
        client = self.association.client
        return None if client is None else client.spi_s


class AgreementFacts:
    """A set over its life, with what was sent on it (vocabulary: agreement)."""

    dialect = "ims"
    mechanism = "ipsec-3gpp"
    leg = "gm"

    def __init__(self, agreement: Agreement, association: Association) -> None:
        self.agreement = agreement
        self.association = association
        self.echoed = association.echoed
        self.unechoed = association.unechoed

    @property
    def frames(self) -> FrameIds:
        """(capture, frame) of the requests that came too late or found nobody, else of those
        without the list, else of the challenge that announced the set."""
        late = self._after(ANSWER_WAIT) or self._expired or self._cut_off or self._lost
        late = late or self._mute
        if late:
            return tuple((one.capture, one.frame) for one in reversed(late[:ECHOES]))
        unechoed = self.association.unechoed_frames
        return tuple(unechoed) if unechoed else (association_frame(self.association),)

    @fact
    def replaced_requests(self) -> int:
        return len(self._after(ANSWER_WAIT))

    @property
    def lingering_requests(self) -> int:
        return len(self._after(OVERLAP))

    @property
    def lingering_answers(self) -> int:
        return sum(one.code > 0 for one in self._after(OVERLAP))

    @property
    def successor_unused(self) -> bool | None:
        for one in self.agreement.access.associations:
            if one.older is self.association and one.established_time is not None:
                return one.echoed + one.unechoed <= 1
        return None

    @fact
    def lost_transport(self) -> str | None:
        mute = self._mute
        return mute[0].transport if mute else None

    @fact
    def _mute(self) -> list[Request]:
        """Requests over one transport, of which none was answered, while others were."""
        if not self._own:
            return []
        until = self.agreement.seen_until - ANSWER_WAIT
        asked = [one for one in self._own if one.due and (one.code or one.time <= until)]
        for lost, other in (("udp", "tcp"), ("tcp", "udp")):
            mute = [one for one in asked if one.transport == lost]
            if (
                len(mute) >= LOST
                and not any(one.code or one.provisional for one in mute)
                and any(one.transport == other and one.code for one in asked)
            ):
                return mute
        return []

    @fact
    def expired_requests(self) -> int | None:
        return None if not self.association.until else len(self._expired)

    @fact
    def cut_off_tries(self) -> int:
        return sum(one.tries for one in self._cut_off)

    @fact
    def lost_tries(self) -> int:
        return sum(one.tries for one in self._lost)

    @fact
    def lost_after_refresh(self) -> bool | None:
        association, lost = self.association, self._lost
        if not lost or association.first_until == association.until:
            return None
        return association.last_heard <= association.first_until < lost[0].time + SA_MARGIN

    @fact
    def lost_before_s(self) -> int | None:
        lost, until = self._lost, self.association.until
        return (until - SA_MARGIN - lost[0].time) // SECOND if lost else None

    @property
    def sets_alive(self) -> int:
        since, older = self.association.established_time, self.association.older
        alive = 1
        while since and older is not None:
            heard = older.last_heard
            alive += bool(older.left) and heard > older.left + OVERLAP and heard > since
            older = older.older
        return alive

    @property
    def _cut_off(self) -> list[Request]:
        """Unheard between the challenge that announced the next set and the use of that."""
        association = self.association
        rekeyed, left = association.rekeyed, association.left
        return [
            one
            for one in self._unheard
            if rekeyed and one.time >= rekeyed and (not left or one.time < left)
        ]

    @property
    def _lost(self) -> list[Request]:
        """Unheard before the registration was over, and the first hop answered a new one."""
        association = self.association
        return [
            one
            for one in self._unheard
            if one.time < association.rekeyed and one.time < association.until - SA_MARGIN
        ]

    @fact
    def _unheard(self) -> list[Request]:
        """Requests of the client since the last packet on it came back, unanswered for so long that
        it means something."""
        agreement, heard = self.agreement, self.association.last_heard
        return [
            one
            for one in self._own
            if heard < one.time <= agreement.seen_until - ANSWER_WAIT
            and one.due
            and not (one.code or one.provisional)
        ]

    def _after(self, wait: int) -> list[Request]:
        """Requests of the client on it so long after another set took its place."""
        ended = self.agreement.ended
        if ended is None or self.agreement.end_reason != "replaced":
            return []
        return [one for one in self._own if one.time - ended > wait]

    @property
    def _expired(self) -> list[Request]:
        until = self.association.until
        return [one for one in self._own if until and one.time > until]

    @fact
    def _own(self) -> list[Request]:
        names = ("uc>ps", "us>pc")
        return [one for one in self.agreement.traffic if one.sa in names]


def flows_as_named(flow: Flow, association: Association | None) -> bool:
    """Whether the ports inside the ESP of an SA are those that its set gives it."""
    if association is None:
        return False
    for sa in association.sas:
        if sa.name == flow.name:
            return (sa.sport, sa.dport) == flow.ports
    return False


def _port(number: int | None) -> int | None:
    """None for a number that is no port, though a list names it."""
    return number if number is not None and 0 < number <= PORT_MAX else None


def association_frame(association: Association) -> tuple[int, int]:
    """(capture, frame) of the challenge that announced a set."""
    return association.announced_at
