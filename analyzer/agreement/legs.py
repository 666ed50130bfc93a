"""Which interface a message was captured on, with the evidence: Gm (first hop) or Mw (core).

RFC 3329 2.3.2 rests on the same test: a request that reaches the first hop has one Via. Requests
towards the UE are told by the addresses learnt from its registrations (rules.md G2).
"""

from collections.abc import Iterator
from typing import Final

from analyzer.agreement import older
from analyzer.agreement.access import Access
from analyzer.agreement.place import Leg
from analyzer.limits import ACCESSES
from analyzer.sip.message import SipMessage

# Written or needed by the P-CSCF only (TS 24.229 5.2.2, 7.2A.2).
MW_HEADERS: Final = ("p-visited-network-id", "path", "p-charging-vector")


class Legs:
    """What the registrations seen so far say about pairs of addresses."""

    __slots__ = ("_access", "_core", "cores", "dropped", "number")

    def __init__(self) -> None:
        self._access: dict[tuple[bytes, bytes], Access] = {}
        self._core: set[tuple[bytes, bytes]] = set()
        self.dropped = 0  # Accesses forgotten for others, those first that were learnt first
        self.number = -1  # of the packet that is taken in
        self.cores: dict[tuple[bytes, bytes], int] = {}  # the number of the packet that showed it

    def access(self, src: bytes, dst: bytes) -> Access | None:
        """The Access between these two addresses, in either direction."""
        return self._access.get((src, dst))

    def learn(self, ue: bytes, first_hop: bytes) -> Access:
        """The Access of this pair, new or known."""
        found = self._access.get((ue, first_hop))
        if found is not None and found.ue != ue and not found.standings:
            found.ue, found.first_hop = ue, first_hop  # learnt from an answer of the client
        if found is None:
            found = Access(ue, first_hop)
            if len(self._access) >= 2 * ACCESSES:
                self._forget(next(iter(self._access.values())))
                self.dropped += 1
            self._access[ue, first_hop] = self._access[first_hop, ue] = found
        return found

    def _forget(self, access: Access) -> None:
        """Let one go; a phone that registers again is met like a new one."""
        for ends in ((access.ue, access.first_hop), (access.first_hop, access.ue)):
            self._access.pop(ends, None)

    def identities(self) -> set[str]:
        """Those that a run was seen of on the access side."""
        return {name for access in self._access.values() for name in access.standings}

    @property
    def accesses(self) -> Iterator[Access]:
        """All that were learnt."""
        return (one for (ue, _), one in self._access.items() if ue == one.ue)

    def tell_core(self, src: bytes, dst: bytes) -> None:
        """What another share of the work learns now."""
        self._add_core((src, dst))

    def leg(self, message: SipMessage) -> tuple[Leg, str]:
        """(leg, evidence) of one message; registrations teach the pairs."""
        if message.is_request:
            return self._request(message)
        request = message.request
        if request is None:
            return self._response(message, (message.src, message.dst))
        leg, reason = self._request(request)
        if leg == "unknown" and _asks_for_agreement(message):
            return "gm", "asks for an agreement, one Via"
        return leg, reason and f"answers #{request.frame}"

    def _request(self, message: SipMessage) -> tuple[Leg, str]:
        if message.protection != "clear":
            return "gm", "inside the SA"
        if message.method == "REGISTER":
            reason = core_evidence(message)
            if reason:
                self._learn_core((message.src, message.dst))
                return "mw", reason
            return "gm", "REGISTER with one Via"
        pair = message.src, message.dst
        if pair in self._access:
            return "gm", "addresses of a registration"
        if pair in self._core or message.source is not None:
            return "mw", "addresses of the core"
        if message.via_count == 1 and (
            message.has("security-client")
            or message.has("security-verify")
            or older.present(message)
        ):
            return "gm", "Security-* with one Via"
        if message.via_count > 1 and message.has("security-verify"):
            return "mw", f"{message.via_count} Via"
        return "unknown", ""

    def _response(self, message: SipMessage, pair: tuple[bytes, bytes]) -> tuple[Leg, str]:
        if pair in self._access or message.protection != "clear":
            return "gm", "addresses of a registration"
        if pair in self._core:
            return "mw", "addresses of the core"
        if message.cseq_method == "REGISTER" and message.via_count == 1:
            return "gm", "response with one Via"
        if message.via_count > 1 and message.cseq_method == "REGISTER":
            self._learn_core(pair)
            return "mw", f"{message.via_count} Via"
        return "unknown", ""

    def _learn_core(self, pair: tuple[bytes, bytes]) -> None:
        self.cores.setdefault(min(pair, (pair[1], pair[0])), self.number)
        self._add_core(pair)

    def _add_core(self, pair: tuple[bytes, bytes]) -> None:
        if len(self._core) < 2 * ACCESSES:
            self._core.add(pair)
            self._core.add((pair[1], pair[0]))


def _asks_for_agreement(response: SipMessage) -> bool:
    """Only a first hop answers 421 or 494 with its list (RFC 3329 2.3.2)."""
    if response.code not in (421, 494) or response.via_count != 1:
        return False
    return response.has("security-server") or older.present(response)


def core_evidence(register: SipMessage) -> str:
    """What shows that this REGISTER has passed the first hop, "" if nothing does."""
    if register.via_count > 1:
        return f"{register.via_count} Via"
    if register.source is not None:
        return f"forward of #{register.source.frame}"
    index = register.index
    for name in MW_HEADERS:
        if name in index:
            return f"{name} present"
    return ""
