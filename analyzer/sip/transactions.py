"""Which response answers which request, and which message is the same one on the next hop.

A transaction is known by its top branch, Call-ID, CSeq number and method (RFC 3261 17.1.3,
17.2.3); an ACK to a failure and a CANCEL carry the branch of their INVITE. A hop is a pair of
addresses: IMS answers come from and go to other ports than the request did (TS 33.203 7.1).
A proxy puts its Via on top of those before it (RFC 3261 16.6), so the branch below the top one
names the same request on the hop it came from.
"""

from analyzer import limits
from analyzer.limits import Bounds
from analyzer.sip.aging import Aging
from analyzer.sip.message import SipMessage

Key = tuple[str, int, str, str]


class Transactions:
    """Open transactions of all hops.

    Under each key stand the messages that opened it: one request for each hop, and on hops where
    no request was seen the responses, one for each code.
    """

    __slots__ = ("_awaited", "_open")

    def __init__(self) -> None:
        self._open: Aging[Key, list[SipMessage]] = Aging(
            limits.TRANSACTION_LIFE, limits.TRANSACTIONS, octets=limits.TRANSACTIONS_BUFFER
        )
        self._awaited: Aging[Key, list[SipMessage]] = Aging(
            limits.FORWARD_WINDOW, limits.TRANSACTIONS, octets=limits.TRANSACTIONS_BUFFER
        )

    @property
    def dropped(self) -> int:
        """How many entries were lost to the bound."""
        return self._open.dropped + self._awaited.dropped

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return {
            "sip-transactions": self._open.reached,
            "sip-forwards": self._awaited.reached,
        }

    def turn(self, now: int) -> None:
        """Let the time be `now`; transactions too old to be answered are forgotten."""
        self._open.turn(now)
        self._awaited.turn(now)

    def place(self, message: SipMessage) -> None:
        """Set the links between this message (no copy, no retransmission) and earlier ones."""
        key = (message.call_id, message.cseq, message.cseq_method, message.branch)
        peers = self._open.get(key)
        if message.code:
            self._place_response(message, key, peers)
        else:
            self._place_request(message, key, peers)

    def _place_request(self, message: SipMessage, key: Key, peers: list[SipMessage] | None) -> None:
        if peers is None:
            self._open.put(key, [message], len(message.raw))
        else:
            self._join(message, peers)
            if message.original or message.variant_of:
                return
        if message.method in ("ACK", "CANCEL"):
            self._find_invite(message)
        if message.branch:
            for forwarded in self._awaited.pop(key) or ():
                if _other_hop(message, forwarded):
                    _link(message, forwarded)
        if message.via_count > 1:
            self._find_source(message)

    def _join(self, message: SipMessage, peers: list[SipMessage]) -> None:
        """Take a request in beside earlier ones with the same key."""
        for position, peer in enumerate(peers):
            if peer.src == message.src and peer.dst == message.dst and peer.is_request:
                if _repeats(message, peer):
                    return
                peers[position] = message
                return
            if not peer.is_request and peer.request is None and _early(peer, message):
                _answer(message, peer)
        peers.append(message)
        del peers[: -limits.REPEATS]

    def _find_invite(self, message: SipMessage) -> None:
        key = (message.call_id, message.cseq, "INVITE", message.branch)
        for peer in self._open.get(key) or ():
            if peer.is_request and peer.src == message.src and peer.dst == message.dst:
                message.request = peer

    def _find_source(self, message: SipMessage) -> None:
        """Link to the request it was made from, on the nearest hop that was captured."""
        if message.source is not None:
            return
        branches = message.branches[1 : limits.REPEATS]
        for branch in branches:
            key = (message.call_id, message.cseq, message.cseq_method, branch)
            for peer in (self._open.get(key) or ()) if branch else ():
                if peer.is_request and _other_hop(peer, message):
                    _link(peer, message)
                    return
        if branches[0]:
            key = (message.call_id, message.cseq, message.cseq_method, branches[0])
            waiting = self._awaited.get(key)
            if waiting is None:
                self._awaited.put(key, [message], len(message.raw))
            elif len(waiting) < limits.REPEATS:
                waiting.append(message)

    def _place_response(
        self, message: SipMessage, key: Key, peers: list[SipMessage] | None
    ) -> None:
        for peer in peers or ():
            if peer.is_request:
                if peer.src == message.dst and peer.dst == message.src:
                    _answer(peer, message)
                    return
            elif peer.code == message.code and peer.src == message.src and peer.dst == message.dst:
                _repeats(message, peer)
                return
        if peers is None:
            self._open.put(key, [message], len(message.raw))
        elif len(peers) < limits.REPEATS:
            peers.append(message)


def _early(response: SipMessage, request: SipMessage) -> bool:
    """Whether it answers a request that comes after it: by a clock that is not quite right."""
    if response.src != request.dst or response.dst != request.src:
        return False
    return request.time - response.time <= limits.RESIDUAL


def _answer(request: SipMessage, response: SipMessage) -> None:
    response.request = request
    answers = request.answers
    earlier = answers.get(response.code)
    if earlier is not None:
        _repeats(response, earlier)
        return
    answers[response.code] = response
    if response.code >= 200:
        if request.final is None:
            request.final = response
    elif request.provisional is None:
        request.provisional = response
    if response.code == 100:  # hop by hop, never forwarded (RFC 3261 16.7)
        return
    if request.source is not None:
        returned = request.source.answers.get(response.code)
        if returned is not None:
            _link(response, returned)
    if request.forward is not None:
        arrived = request.forward.answers.get(response.code)
        if arrived is not None:
            _link(arrived, response)


def _repeats(message: SipMessage, earlier: SipMessage) -> bool:
    """Whether this is `earlier` again, at another tap with other octets or on other ports."""
    if message.raw == earlier.raw:
        message.original = earlier.original or earlier
        return True
    here = (message.line, message.interface, message.path)
    there = (earlier.line, earlier.interface, earlier.path)
    same_packet = message.ip_id > 0 and message.ip_id == earlier.ip_id
    window = limits.CLOCKS_APART if same_packet else limits.COPY_WINDOW
    if here != there and abs(message.time - earlier.time) <= window:
        message.variant_of = earlier.variant_of or earlier
        return True
    return False


def _other_hop(one: SipMessage, other: SipMessage) -> bool:
    """Two hops differ in an address or a port, and follow each other within the window."""
    if abs(one.time - other.time) > limits.FORWARD_WINDOW:
        return False
    return (one.src, one.dst, one.sport, one.dport) != (
        other.src,
        other.dst,
        other.sport,
        other.dport,
    )


def _link(source: SipMessage, forward: SipMessage) -> None:
    """The first forward stays (a fork has several); a message has one source."""
    if forward.source is None:
        forward.source = source
        if source.forward is None:
            source.forward = forward
