"""What counts and overviews need of an exchange, without the rest of it.

A spool keeps a glance of each exchange it holds, so that fifty thousand healthy ones are counted
without one of them being read back. It keeps them in columns (`Glances`): what counts is one of few
kinds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Protocol, TypeVar, runtime_checkable

import msgspec

from analyzer.agreement.naming import address_text
from analyzer.report.closed import Closed
from analyzer.report.model import Agreement, Exchange
from analyzer.report.verdict import Word, word, word_of

T = TypeVar("T", Exchange, Agreement)
S_co = TypeVar("S_co", covariant=True)


class Glance(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`number` is that of the exchange, `state` that of the registration, "" where there is none;
    `phone` tells phones apart."""

    number: int
    word: Word
    outcome: str
    state: str
    phone: str

    @property
    def id(self) -> str:
        """The id of the exchange."""
        return f"E{self.number}"


Kind = tuple[Word, str, str]
"""Word, outcome and state of a glance."""


class Glances(msgspec.Struct, array_like=True, gc=False):
    """Glances in columns: of each the `numbers` of its exchange, the place of its kind among
    `kinds`, and its phone."""

    numbers: list[int] = []
    kinds: list[Kind] = []
    places: list[int] = []
    phones: list[str] = []

    def add(self, run: Closed) -> None:
        """Take down that of an exchange which is not made yet."""
        registration, outcome, kinds = run.registration, run.outcome, self.kinds
        found = word_of(registration, outcome, run.stopped_at or None)
        kind = found, outcome, "" if registration is None else registration.state
        if kind not in kinds:
            kinds.append(kind)
        self.numbers.append(run.number)
        self.places.append(kinds.index(kind))
        self.phones.append(run.imsi or run.impi or address_text(run.ue))

    def glance(self, place: int) -> Glance:
        """One of them."""
        return Glance(self.numbers[place], *self.kinds[self.places[place]], self.phones[place])

    def counted(self) -> Counter[Kind]:
        """How many there are of each kind."""
        kinds = self.kinds
        return Counter({kinds[place]: count for place, count in Counter(self.places).items()})

    def of(self, wanted: Callable[[Kind], bool]) -> Iterator[int]:
        """The numbers of those exchanges whose kind is wanted."""
        fitting = {place for place, kind in enumerate(self.kinds) if wanted(kind)}
        if not fitting:
            return iter(())
        both = zip(self.numbers, self.places, strict=True)
        return (number for number, place in both if place in fitting)


@runtime_checkable
class Counted(Protocol):
    """Exchanges of which some may be counted and named without a glance at each."""

    def counted(self) -> Counter[Kind]:
        """How many there are of each kind."""

    def phones(self) -> set[str]:
        """All phones."""

    def named(self, wanted: Callable[[Kind], bool]) -> set[str]:
        """The ids of those whose kind is wanted."""


@runtime_checkable
class Glanced(Protocol):
    """Exchanges that can be counted without being walked."""

    @property
    def glances(self) -> Iterable[Glance]:
        """A glance of each, in order."""


@runtime_checkable
class Picked(Protocol[S_co]):
    """Exchanges or agreements that can be had without walking all of them."""

    def pick(self, exchanges: Collection[str]) -> Iterator[S_co]:
        """What belongs to these exchanges, in order."""


def glance(exchange: Exchange) -> Glance:
    """The glance of one exchange."""
    state = "" if exchange.registration is None else exchange.registration.state
    number = int(exchange.id[1:])
    return Glance(number, word(exchange), exchange.outcome, state, phone(exchange))


def glances(exchanges: Iterable[Exchange]) -> Iterable[Glance]:
    """A glance of each."""
    return exchanges.glances if isinstance(exchanges, Glanced) else map(glance, exchanges)


def counted(exchanges: Iterable[Exchange]) -> Counted:
    """What can be counted of them."""
    return exchanges if isinstance(exchanges, Counted) else ByGlance(glances(exchanges))


class ByGlance:
    """Counts of exchanges of which there is a glance each."""

    def __init__(self, seen: Iterable[Glance]) -> None:
        self._seen = list(seen)

    def counted(self) -> Counter[Kind]:
        """How many there are of each kind."""
        return Counter(map(kind_of, self._seen))

    def phones(self) -> set[str]:
        """All phones."""
        return {one.phone for one in self._seen}

    def named(self, wanted: Callable[[Kind], bool]) -> set[str]:
        """The ids of those whose kind is wanted."""
        return {one.id for one in self._seen if wanted(kind_of(one))}


def kind_of(one: Glance) -> Kind:
    """The kind of a glance."""
    return one.word, one.outcome, one.state


def by_word(kinds: Mapping[Kind, int]) -> Counter[Word]:
    """How many there are of each word, given how many of each kind."""
    found: Counter[Word] = Counter()
    for (said, _, _), count in kinds.items():
        found[said] += count
    return found


def pick(stream: Iterable[T], exchanges: Collection[str]) -> Iterator[T]:
    """What of a stream of exchanges or agreements belongs to these exchanges, in order."""
    if isinstance(stream, Picked):
        return stream.pick(exchanges)
    return (one for one in stream if getattr(one, "exchange", one.id) in exchanges)


def phone(exchange: Exchange) -> str:
    """What tells one phone from another: its IMSI, its IMPI, else its address."""
    identity = exchange.identity
    return identity.imsi or identity.impi or exchange.client.address
