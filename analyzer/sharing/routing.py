"""Which share of the work a packet belongs to.

All that one subscriber does has to land in one share. What is known of a packet without reading it
properly is this, the first that says something counts:

    the two addresses, where they are bound: those of a phone and its first hop, and all but proxies
        between which ESP or TCP was seen, whose packets do not all name their call
    the Call-ID, bound by the first message that names it: so the forwards between proxies go with
        the phone's own messages, though the two proxies serve everybody
    the subscriber of a REGISTER: a new one goes to the share with the least to do, or by a hash,
        and a phone finds itself again at another address
    the two addresses, by a hash

The router guesses. What it must not get wrong is checked: a call that would be in two shares ends
the sharing (`Entangled`), and what only a reader of the messages can see the `witness` tells.
"""

import re
from collections.abc import Callable
from typing import Final
from zlib import crc32

import msgspec

from analyzer.capture.packet import Packet, Watermark
from analyzer.flows.datagram import Datagram
from analyzer.flows.fragments import Fragments, Frames
from analyzer.flows.problems import Problems
from analyzer.flows.signals import ICMP, ICMPV6, icmp_signal
from analyzer.flows.transport import UDP, UDP_HEADER
from analyzer.limits import SECOND

SPLIT: Final = -1  # a pair of addresses whose packets went to several shares

_CALL_ID: Final = b"\nCall-ID: "
_ANY_CALL_ID: Final = re.compile(rb"\n(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_SUBSCRIBER: Final = re.compile(rb"\n(?:to|t)[ \t]*:[^\r\n]*?(sips?:[^>;\s]+)", re.IGNORECASE)
_OF_CORE: Final = re.compile(
    rb"\n(?=[vp])(?:(v|via)|path|p-visited-network-id|p-charging-vector)[ \t]*:([^\r\n]*)",
    re.IGNORECASE,
)
_OF_REGISTER: Final = re.compile(rb"\ncseq[ \t]*:[ \t]*\d+[ \t]+REGISTER", re.IGNORECASE)
_REGISTER: Final = b"REGISTER "
_RESPONSE: Final = b"SIP/2.0 "
SIGNALS: Final = frozenset({ICMP, ICMPV6})  # they concern the addresses that they tell of


class Turn(msgspec.Struct, array_like=True, tag=0, gc=False):
    """A capture has come to this time; goes to all. `number` is that of the packet, in all."""

    number: int
    capture: int
    line: int
    time: int


class Whole(msgspec.Struct, array_like=True, tag=1, gc=False):
    """A packet with all its fragments, whose `frames` are named where there were several."""

    number: int
    packet: Packet
    frames: Frames = ()


class Core(msgspec.Struct, array_like=True, tag=2, gc=False):
    """Packet `number` shows that two addresses are proxies; goes to all before the packet does."""

    number: int
    src: bytes
    dst: bytes


class End(msgspec.Struct, array_like=True, tag=3, gc=False):
    """All captures have ended; the latest time of a packet. Goes to all."""

    time: int


Routed = Turn | Whole | Core | End


class Entangled(Exception):
    """The work cannot be shared as it was begun."""


class Turns:
    """When every room is to be told the time: with each watermark, and once a second of capture."""

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due: dict[int, int] = {}

    def due(self, packet: Packet | Watermark | Datagram) -> bool:
        """Whether it is time, with this packet or what was read of it."""
        time = packet.time
        if time < self._due.get(packet.capture, 0) and not isinstance(packet, Watermark):
            return False
        self._due[packet.capture] = time + SECOND
        return True


class Router:
    """Gives each packet of the captures its share, a number below `shares`.

    The keys of its tables are hashes: were two alike, work would be shared worse, and the `witness`
    would see it where it mattered. `idlest` says which share has the least to do, below 0 where
    none has: what they give together does not depend on who gets what. Raises `Entangled`.
    """

    __slots__ = (
        "_bound",
        "_calls",
        "_core",
        "_fragments",
        "_idlest",
        "_passed",
        "_shares",
        "_subscribers",
        "problems",
        "shown",
    )

    def __init__(self, shares: int, idlest: Callable[[], int] = lambda: SPLIT) -> None:
        self.problems = Problems()
        self._shares = shares
        self._idlest = idlest
        self._fragments = Fragments(self.problems)
        self._bound: dict[int, int] = {}  # pairs all packets of which go to one share
        self._passed: dict[int, int] = {}  # other pairs: the share, or SPLIT
        self._calls: dict[int, int] = {}
        self._subscribers: dict[int, int] = {}
        self._core: dict[int, int] = {}  # the number of the packet that showed it
        self.shown: list[Core] = []  # what all shares have to be told before the packet comes

    def whole(self, packet: Packet) -> tuple[Packet, Frames] | None:
        """The packet that this fragment completes."""
        return self._fragments.complete(packet)

    def turn(self, time: int) -> None:
        """Give up fragments that are too old."""
        self._fragments.advance(time)

    def finish(self) -> None:
        """All packets were seen."""
        self._fragments.finish()

    def share(self, number: int, packet: Packet) -> int:
        """The share of a whole packet with this number. `shown` has what it shows beside."""
        src, dst = packet.src, packet.dst
        pair = hash((src, dst) if src < dst else (dst, src))  # as _pair, of every packet
        share = self._bound.get(pair, SPLIT)
        if share < 0 or packet.proto in SIGNALS:
            return self._otherwise(number, packet, pair)
        call = call_id(packet.data)
        if call and self._calls.setdefault(hash(call), share) != share:
            raise Entangled
        return share

    def is_split(self, one: bytes, other: bytes) -> bool:
        """Whether packets between these two went to several shares."""
        pair = _pair(one, other)
        return pair not in self._bound and self._passed.get(pair) == SPLIT

    @property
    def splits(self) -> bool:
        """Whether there is any such pair."""
        return SPLIT in self._passed.values()

    def is_bound(self, one: bytes, other: bytes) -> bool:
        """Whether all packets between these two went to one share."""
        return _pair(one, other) in self._bound

    @property
    def cores(self) -> int:
        """How many pairs of proxies were told of."""
        return len(self._core)

    def told_of_core(self, one: bytes, other: bytes) -> int | None:
        """The number of the packet that showed these two to be proxies."""
        return self._core.get(_pair(one, other))

    def _otherwise(self, number: int, packet: Packet, pair: int) -> int:
        if packet.proto in SIGNALS:
            signal = icmp_signal(packet)
            return 0 if signal is None else self._of_all(signal.src, signal.dst)
        if packet.proto == UDP and pair not in self._core and _passes_proxies(packet.data):
            self._core[pair] = number
            self.shown.append(Core(number, packet.src, packet.dst))
        call = call_id(packet.data)
        share = self._of_pair(packet, pair, call)
        if call and self._calls.setdefault(hash(call), share) != share:
            raise Entangled
        return share

    def _of_pair(self, packet: Packet, pair: int, call: bytes) -> int:
        src, dst = packet.src, packet.dst
        known = self._calls.get(hash(call), SPLIT) if call else SPLIT
        if packet.proto != UDP or not call:
            return self._of_all(src, dst, known)
        registers = packet.data.startswith(_REGISTER, UDP_HEADER)
        if registers and known < 0:
            known = self._of_subscriber(packet.data)
        if registers and pair not in self._core:
            return self._bind(src, dst, known)
        passed = self._passed.get(pair)
        if known < 0:
            known = self._home(src, dst) if passed is None or passed < 0 else passed
        self._passed[pair] = known if passed in (None, known) else SPLIT
        return known

    def _of_all(self, one: bytes, other: bytes, share: int = SPLIT) -> int:
        """The share of all packets between these two whose call cannot be told."""
        if _pair(one, other) in self._core:
            return self._home(one, other)
        return self._bind(one, other, share)

    def _bind(self, one: bytes, other: bytes, share: int = SPLIT) -> int:
        """Bind a pair: to where its packets went before, to `share`, or to where chance wills."""
        pair = _pair(one, other)
        bound = self._bound.get(pair)
        if bound is None:
            passed = self._passed.get(pair)
            if passed == SPLIT:
                raise Entangled
            bound = share if passed is None else passed
            if bound < 0:
                bound = self._home(one, other)
            self._bound[pair] = bound
        return bound

    def _home(self, one: bytes, other: bytes) -> int:
        return crc32(one + other if one < other else other + one) % self._shares

    def _of_subscriber(self, register: bytes) -> int:
        found = _SUBSCRIBER.search(register)
        if found is None:
            return SPLIT
        subscriber = crc32(found[1])
        share = self._subscribers.get(subscriber, SPLIT)
        if share < 0:
            share = self._idlest()
            if share < 0:
                share = subscriber % self._shares
            self._subscribers[subscriber] = share
        return share


def call_id(data: bytes) -> bytes:
    """The Call-ID that stands in these octets; empty where there is none."""
    at = data.find(_CALL_ID)
    if at < 0:
        found = _ANY_CALL_ID.search(data)
        return found[1].rstrip() if found else b""
    end = data.find(b"\n", at + 1)
    return data[at + len(_CALL_ID) : end if end >= 0 else len(data)].strip()


def _pair(one: bytes, other: bytes) -> int:
    return hash((one, other) if one < other else (other, one))


def _passes_proxies(data: bytes) -> bool:
    """Whether a UDP datagram holds a REGISTER that has passed a proxy, or the answer to one
    (agreement/legs.py says the same of a message)."""
    request = data.startswith(_REGISTER, UDP_HEADER)
    if not request and not data.startswith(_RESPONSE, UDP_HEADER):
        return False
    rows = _OF_CORE.findall(data)
    vias = [value for name, value in rows if name]
    hops = len(vias) + sum(value.count(b",") for value in vias)
    if request:
        return hops > 1 or len(vias) < len(rows)
    return hops > 1 and _OF_REGISTER.search(data) is not None
