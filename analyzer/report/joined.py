"""What spools hold, in the order of the sweep: of one, or of several that were filled apart.

They are filled as things close, which is the order of the sweep but for what waited for something.
Where several were filled each has numbers of its own; here all get those that one would have given.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, cached_property
from itertools import chain, repeat
from struct import Struct
from typing import Generic, TypeVar

from analyzer.agreement.order import Order
from analyzer.report.glance import Glance, Glances, Kind
from analyzer.report.model import Agreement, Exchange, Report
from analyzer.report.spool import AgreementSpool, ExchangeSpool, Numbers, Spool, renamed
from analyzer.report.streams import origin
from analyzer.rules.conclusion import Found

T = TypeVar("T", Exchange, Agreement)
Packed = Sequence[bytes]
"""Orders (`packed`), one for each object."""


def packed(order: Order) -> bytes:
    """An order in little room; packed ones compare alike."""
    return _packer(len(order))(*[number + 1 for number in order])


@cache
def _packer(length: int) -> Callable[..., bytes]:
    """What packs so many integers: orders have few lengths."""
    return Struct(f">{length}Q").pack


class Filled(Generic[T]):
    """A spool with the order of each object, and by number where each began (`born`)."""

    __slots__ = ("born", "orders", "spool")

    def __init__(self, spool: Spool[T], orders: Packed, born: Packed) -> None:
        self.spool: Spool[T] = spool
        self.orders = orders
        self.born = born


class Joined(Generic[T]):
    """The objects of all spools, in the order of the sweep."""

    def __init__(self, filled: Sequence[Filled[T]]) -> None:
        self._spools: list[Spool[T]] = [one.spool for one in filled]
        self._places, self._sources = ranked([one.orders for one in filled])

    def __len__(self) -> int:
        return len(self._sources)

    def __iter__(self) -> Iterator[T]:
        return self._read(range(len(self)))

    @property
    def findings(self) -> Mapping[str, Sequence[str]]:
        """See `Spool`."""
        return self._spools[0].findings

    @findings.setter
    def findings(self, findings: Mapping[str, Sequence[str]]) -> None:
        for spool in self._spools:
            spool.findings = findings

    def pick(self, exchanges: Collection[str]) -> Iterator[T]:
        """What belongs to these exchanges, in order; only that is read back."""
        wanted = [spool.places(exchanges) for spool in self._spools]
        which = zip(self._sources, self._places, strict=True)
        return self._read(
            [at for at, (source, place) in enumerate(which) if place in wanted[source]]
        )

    def _read(self, wanted: Sequence[int]) -> Iterator[T]:
        readers = [
            spool.read([self._places[at] for at in wanted if self._sources[at] == source])
            for source, spool in enumerate(self._spools)
        ]
        return (next(readers[self._sources[at]]) for at in wanted)


class JoinedExchanges(Joined[Exchange]):
    """The exchanges, with a glance of each."""

    def __init__(self, filled: Sequence[Filled[Exchange]], glances: Sequence[Glances]) -> None:
        super().__init__(filled)
        self._filled = filled
        self._glances = glances
        for its, spool in zip(glances, self._spools, strict=True):
            if spool.numbers is not None:
                its.numbers = [spool.numbers.exchanges[number] for number in its.numbers]

    @cached_property
    def glances(self) -> list[Glance]:
        """A glance of each, in order."""
        which = zip(self._sources, self._places, strict=True)
        return [self._glances[source].glance(place) for source, place in which]

    def counted(self) -> Counter[Kind]:
        """See `glance.Counted`."""
        return sum((its.counted() for its in self._glances), Counter())

    def phones(self) -> set[str]:
        """See `glance.Counted`."""
        return set().union(*(its.phones for its in self._glances))

    def named(self, wanted: Callable[[Kind], bool]) -> set[str]:
        """See `glance.Counted`."""
        return {f"E{number}" for its in self._glances for number in its.of(wanted)}

    def with_headers(self) -> None:
        """Have the steps come with the rows of their headers."""
        for one in self._filled:
            if isinstance(one.spool, ExchangeSpool):
                one.spool.headers = True

    @contextmanager
    def with_texts(self) -> Iterator[None]:
        """While it lasts the steps come with the text of their messages."""
        spools = [one.spool for one in self._filled if isinstance(one.spool, ExchangeSpool)]
        for spool in spools:
            spool.texts = True
        try:
            yield
        finally:
            for spool in spools:
                spool.texts = False


def with_texts(report: Report) -> AbstractContextManager[None]:
    """While it lasts the steps of this report come with the text of their messages, where they are
    made as they are walked."""
    source = origin(report.exchanges)
    return source.with_texts() if isinstance(source, JoinedExchanges) else nullcontext()


class Share:
    """All that one filled, and what its rules found."""

    def __init__(
        self,
        exchanges: tuple[ExchangeSpool, Packed, Packed],
        agreements: tuple[AgreementSpool, Packed, Packed],
        found: Found,
    ) -> None:
        self.glances = exchanges[0].glances
        self.exchanges: Filled[Exchange] = Filled(*exchanges)
        self.agreements: Filled[Agreement] = Filled(*agreements)
        self.found = found


def joined(shares: Sequence[Share]) -> tuple[JoinedExchanges, Joined[Agreement]]:
    """The exchanges and agreements of all shares; all names are those of the whole then, in what
    was found as well."""
    exchanges = [share.exchanges for share in shares]
    agreements = [share.agreements for share in shares]
    numbers = map(Numbers, _numbered(exchanges), _numbered(agreements))
    for share, mine in zip(shares, numbers, strict=True):
        if len(shares) > 1 or not mine.are_as_given:
            share.exchanges.spool.numbers = share.agreements.spool.numbers = mine
            for one in share.found.everything():
                one.exchange = one.exchange and renamed(one.exchange, mine)
                one.agreement = one.agreement and renamed(one.agreement, mine)
    return JoinedExchanges(exchanges, [share.glances for share in shares]), Joined(agreements)


def ranked(keys: Sequence[Packed]) -> tuple[array[int], array[int]]:
    """Places and sources of all, in the order of their keys."""
    places = list(chain.from_iterable(range(len(mine)) for mine in keys))
    sources = list(chain.from_iterable(repeat(n, len(mine)) for n, mine in enumerate(keys)))
    order = _order(keys)
    return array("L", map(places.__getitem__, order)), array("H", map(sources.__getitem__, order))


def _order(keys: Sequence[Packed]) -> list[int]:
    """The order of all keys, by the places they have one source behind the other."""
    every = list(chain.from_iterable(keys))
    return sorted(range(len(every)), key=every.__getitem__)


def _numbered(filled: Sequence[Filled[T]]) -> list[array[int]]:
    """Of each the numbers that one would have given, from 1 on as things began; by the number it
    gave, that is from 1 on as well."""
    every = array("L", [0]) * sum(len(one.born) for one in filled)
    for number, at in enumerate(_order([one.born for one in filled]), 1):
        every[at] = number
    numbers, start = [], 0
    for one in filled:
        end = start + len(one.born)
        numbers.append(array("L", [0]) + every[start:end])
        start = end
    return numbers
