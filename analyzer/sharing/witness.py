"""Whether sharing the work changed nothing.

Each share tells what it met that could also concern another one. Where two shares have met the
same, one process would have put together what was taken apart; where a bound would have been
reached by all of them together, one process would have dropped something.
"""

import re
from binascii import a2b_base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import Final

import msgspec

from analyzer.agreement.association import Aka
from analyzer.agreement.items import SaEvent
from analyzer.keys.sa_table import Sa
from analyzer.sharing.routing import Router

Key = bytes
"""A Call-ID, or a RAND."""
Sas = dict[bytes, list[int]]
"""SAs: by receiver their SPIs."""

RAND: Final = 16  # octets (TS 33.102 6.3.2)
_PARAMETER: Final = rb"(?:realm|domain|opaque|stale|algorithm|qop)=(?:\"[^\"\\\r\n]*\"|[\w-]+)"
_NONCE: Final = rb"nonce=\"([0-9A-Za-z+/]{22})[0-9A-Za-z+/]{21}=\""  # of 32 octets the first 16
_USUAL_CHALLENGE: Final = re.compile(
    rb"WWW-Authenticate: Digest (?:%b, ?)*%b(?:, ?%b)*" % (_PARAMETER, _NONCE, _PARAMETER)
)


def announced_with(sa: Sa) -> bytes:
    """RAND of the challenge that announced it, empty where it was no AKA. Challenges hardly differ:
    of most the nonce is found without reading all that stands around it."""
    aka = sa.aka
    if isinstance(aka, Aka):
        usual = _USUAL_CHALLENGE.fullmatch(aka.challenge)
        if usual is not None:
            return a2b_base64(usual[1] + b"==")
    return sa.nonce[:RAND]


class Met:
    """What a share takes down while it works: calls, SPIs with their receiver that no SA was
    announced for, RANDs that SAs were announced with, and those that keys were found for."""

    __slots__ = ("calls", "found", "missed", "used")

    def __init__(self) -> None:
        self.calls: set[str] = set()
        self.missed: set[tuple[bytes, int]] = set()
        self.used: set[bytes] = set()
        self.found: set[bytes] = set()

    def hear(self, events: Iterable[SaEvent]) -> None:
        """Take down the RANDs of what became of SAs and keys."""
        for event in events:
            if event.keys is not None:
                self.found.add(event.rand)
            elif event.kind == "announced":
                rand = announced_with(event.sas[0]) if event.sas else b""
                if rand:
                    self.used.add(rand)


class Witness(msgspec.Struct):
    """What one share met.

    `announced` are the SAs that were announced, `missed` those on which ESP came though none was.
    `used` are RANDs that SAs were announced with, `found` those
    that keys were found for, `accesses` the pairs of phone and first hop, `cores` those of proxies
    with the number of the packet that showed it. `puzzled`: keys of other challenges were tried.
    `bounds` says by name how near each bound of `limits` came.
    """

    calls: list[Key]
    announced: Sas
    missed: Sas
    used: list[Key]
    found: list[Key]
    puzzled: bool
    accesses: list[tuple[bytes, bytes]]
    cores: list[tuple[bytes, bytes, int]]
    bounds: dict[str, tuple[int, int]]


def agree(witnesses: Sequence[Witness], router: Router) -> bool:
    """Whether the shares together have what one process would have had."""
    return (
        _apart(one.calls for one in witnesses)
        and _apart(one.found for one in witnesses)
        and _no_sa_of_two(witnesses)
        and _none_elsewhere((one.used, one.found) for one in witnesses)
        and not (any(one.puzzled for one in witnesses) and any(one.found for one in witnesses))
        and _whole(witnesses, router)
        and _foretold(witnesses, router)
        and _within(witnesses)
    )


def _apart(keys: Iterable[Sequence[Key]]) -> bool:
    """No key is in two of them."""
    every: set[Key] = set()
    for before, mine in pairwise(keys):
        every.update(before)
        if not every.isdisjoint(mine):
            return False
    return True


def _no_sa_of_two(witnesses: Sequence[Witness]) -> bool:
    """No SA is in two of them, and none has missed one that another had."""
    return all(
        _disjoint(one.announced, other.announced)
        and _disjoint(one.missed, other.missed)
        and _disjoint(one.missed, other.announced)
        and _disjoint(one.announced, other.missed)
        for one, other in combinations(witnesses, 2)
    )


def _disjoint(one: Sas, other: Sas) -> bool:
    return all(set(one[dst]).isdisjoint(other[dst]) for dst in one.keys() & other.keys())


def by_receiver(found: Iterable[tuple[bytes, int]]) -> Sas:
    """SAs, each told by its receiver and its SPI."""
    sas: defaultdict[bytes, list[int]] = defaultdict(list)
    for dst, spi in found:
        sas[dst].append(spi)
    return sas


def _none_elsewhere(sought: Iterable[tuple[Sequence[Key], Sequence[Key]]]) -> bool:
    """No share has sought in vain what another one had (of each: what it sought, what it had)."""
    shares = [(set(mine), had) for mine, had in sought]
    return all(
        not mine or mine.isdisjoint(had)
        for at, (mine, _) in enumerate(shares)
        for other, (_, had) in enumerate(shares)
        if at != other
    )


def _whole(witnesses: Sequence[Witness], router: Router) -> bool:
    """What passed between a phone and its first hop came to one share."""
    if not router.splits:
        return True
    return not any(router.is_split(*pair) for one in witnesses for pair in one.accesses)


def _foretold(witnesses: Sequence[Witness], router: Router) -> bool:
    """All shares were told of proxies by the very packet that showed it."""
    first: dict[tuple[bytes, bytes], int] = {}
    for one in witnesses:
        for src, dst, number in one.cores:
            first[src, dst] = min(number, first.get((src, dst), number))
    told = 0
    for (src, dst), number in first.items():
        said = router.told_of_core(src, dst)
        told += said is not None
        if said is None and router.is_bound(src, dst):
            continue
        if said != number:
            return False
    return told == router.cores


def _within(witnesses: Sequence[Witness]) -> bool:
    """No bound would have been reached."""
    reached: dict[str, int] = {}
    for one in witnesses:
        for name, (most, bound) in one.bounds.items():
            reached[name] = reached.get(name, 0) + most
            if reached[name] > bound:
                return False
    return True
