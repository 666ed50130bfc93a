"""Closed exchanges and agreements, kept on disk when they are many, walked as often as needed."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from os import SEEK_END
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from analyzer.report.glance import Glance, glance
from analyzer.report.model import Agreement, Exchange
from analyzer.report.steps import Kept, steps

IN_MEMORY: Final = 1 << 20  # octets before the spool goes to disk
BLOCK: Final = 1 << 20  # octets written and read back at once

T = TypeVar("T")


class Numbers(NamedTuple):
    """What became of the numbers of exchanges and agreements, each by the number it had."""

    exchanges: Sequence[int]
    agreements: Sequence[int]

    @property
    def are_as_given(self) -> bool:
        """Nothing changed its number."""
        return all(number == before for numbers in self for before, number in enumerate(numbers))


def renamed(id_: str, numbers: Numbers | None) -> str:
    """`E3` or `A3` as the whole has it."""
    if numbers is None:
        return id_
    kind, number = id_[0], int(id_[1:])
    return f"{kind}{(numbers.exchanges if kind == 'E' else numbers.agreements)[number]}"


class Spool(ABC, Generic[T]):
    """Objects of one kind in the order they came, as MessagePack one behind the other.

    `findings` (set when all are numbered) maps an object's id to the ids of its findings, which
    are filled in as the spool is walked. `owners` names the exchange that each belongs to.
    `numbers` is set where other numbers hold in the whole than those it was filled under.
    """

    def __init__(self, kind: Any) -> None:
        self.numbers: Numbers | None = None
        self.findings: Mapping[str, Sequence[str]] = {}
        self.owners: list[str] = []
        self._ends = array("Q")
        self._waiting = bytearray()
        self._end = 0
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode: Callable[[bytes], Any] = msgspec.msgpack.Decoder(kind).decode

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[T]:
        return self._read(range(len(self._ends)))

    def pick(self, exchanges: Collection[str]) -> Iterator[T]:
        """What belongs to these exchanges, in order; only that is read back."""
        return self._read([n for n, id_ in enumerate(self.owners) if id_ in exchanges])

    def sizes(self) -> list[int]:
        """The octets of each object, in order."""
        return [end - start for start, end in pairwise((0, *self._ends))]

    def blocks(self) -> Iterator[bytes]:
        """All octets, in pieces."""
        self._write()
        self._file.seek(0)
        while block := self._file.read(BLOCK):
            yield block

    def fill(self, blocks: Iterable[bytes], sizes: Iterable[int], owners: list[str]) -> None:
        """Take in what another spool held: its `blocks`, `sizes` and `owners`."""
        self.owners = owners
        for block in blocks:
            self._file.write(block)
        for size in sizes:
            self._end += size
            self._ends.append(self._end)

    def read(self, numbers: Sequence[int]) -> Iterator[T]:
        """The objects at these places, which rise."""
        return self._read(numbers)

    def _append(self, kept: object, owner: str) -> None:
        data = self._encode(kept)
        self._waiting += data
        self._end += len(data)
        self._ends.append(self._end)
        self.owners.append(owner)
        if len(self._waiting) >= BLOCK:
            self._write()

    def _write(self) -> None:
        """Put away what waits."""
        self._file.seek(0, SEEK_END)
        self._file.write(self._waiting)
        self._waiting.clear()

    def _read(self, numbers: Sequence[int]) -> Iterator[T]:
        self._write()
        buffer, base = b"", 0
        for number in numbers:
            start = self._ends[number - 1] if number else 0
            end = self._ends[number]
            if not (base <= start and end <= base + len(buffer)):
                self._file.seek(start)
                buffer, base = self._file.read(max(BLOCK, end - start)), start
            yield self._made(self._decode(buffer[start - base : end - base]))

    @abstractmethod
    def _made(self, kept: Any) -> T:
        """The object as the report has it."""


class AgreementSpool(Spool[Agreement]):
    """Agreements as the report has them."""

    def __init__(self) -> None:
        super().__init__(Agreement)

    def append(self, one: Agreement) -> None:
        """Keep one agreement."""
        self._append(one, one.exchange)

    def _made(self, kept: Agreement) -> Agreement:
        kept.id = renamed(kept.id, self.numbers)
        kept.exchange = renamed(kept.exchange, self.numbers)
        kept.findings = list(self.findings.get(kept.id, ()))
        return kept


class ExchangeSpool(Spool[Exchange]):
    """Exchanges whose steps are made when they are walked, with a glance of each.

    `headers`, where set, has the steps come with the rows of their headers, `texts` with the text
    of their messages.
    """

    def __init__(self) -> None:
        super().__init__(tuple[Exchange, list[Kept]])
        self.headers = False
        self.texts = False
        self.glances: list[Glance] = []

    def append(self, one: Exchange, kept: list[Kept]) -> None:
        """Keep one exchange and what its steps are made of."""
        self._append((one, kept), one.id)
        self.glances.append(glance(one))

    def _made(self, kept: tuple[Exchange, list[Kept]]) -> Exchange:
        one, steps_kept = kept
        one.id = renamed(one.id, self.numbers)
        if one.under is not None:
            one.under = renamed(one.under, self.numbers)
        one.steps = steps(steps_kept, self.headers, self.texts)
        one.findings = list(self.findings.get(one.id, ()))
        return one
