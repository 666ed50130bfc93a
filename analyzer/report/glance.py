"""What counts and overviews need of an exchange, without the rest of it.

A spool keeps a glance of each exchange it holds, so that fifty thousand healthy ones are counted
without one of them being read back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
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


def glance_of(run: Closed) -> Glance:
    """The same of an exchange that is not made yet."""
    registration, outcome = run.registration, run.outcome
    return Glance(
        run.number,
        word_of(registration, outcome, run.stopped_at or None),
        outcome,
        "" if registration is None else registration.state,
        run.imsi or run.impi or address_text(run.ue),
    )


def glances(exchanges: Iterable[Exchange]) -> Iterable[Glance]:
    """A glance of each."""
    return exchanges.glances if isinstance(exchanges, Glanced) else map(glance, exchanges)


def pick(stream: Iterable[T], exchanges: Collection[str]) -> Iterator[T]:
    """What of a stream of exchanges or agreements belongs to these exchanges, in order."""
    if isinstance(stream, Picked):
        return stream.pick(exchanges)
    return (one for one in stream if getattr(one, "exchange", one.id) in exchanges)


def phone(exchange: Exchange) -> str:
    """What tells one phone from another: its IMSI, its IMPI, else its address."""
    identity = exchange.identity
    return identity.imsi or identity.impi or exchange.client.address
