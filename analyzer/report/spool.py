"""Closed exchanges and agreements, kept on disk when they are many, walked as often as needed."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from os import SEEK_END
from typing import IO, Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from analyzer.report.closed import Closed, whole
from analyzer.report.glance import Glances
from analyzer.report.model import Agreement, Exchange
from analyzer.report.settled import Settled, agreement
from analyzer.report.steps import Kept

IN_MEMORY: Final = 1 << 20  # octets before the spool goes to disk
BLOCK: Final = 1 << 20  # octets read back at once
WAITING: Final = 1 << 18  # octets that wait to be written

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
    """Objects of one kind in the order they came: what is kept of each, as MessagePack one behind
    the other, of which they are made when they are walked.

    `findings` (set when all are numbered) maps an object's id to the ids of its findings, which
    are filled in as the spool is walked. `owners` are the numbers of the exchanges that they belong
    to. `numbers` is set where other numbers hold in the whole than those it was filled under.
    `file` is one that somebody else reads or has written, else it has its own.
    """

    def __init__(self, kind: Any, file: IO[bytes] | None) -> None:
        self.numbers: Numbers | None = None
        self.findings: Mapping[str, Sequence[str]] = {}
        self.owners = array("L")
        self._ends = array("Q")
        self._waiting = bytearray()
        self._written = 0  # octets in the file
        self._file: IO[bytes] = file or tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        self._encode_into = msgspec.msgpack.Encoder().encode_into
        self._decode: Callable[[bytes], Any] = msgspec.msgpack.Decoder(kind).decode

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[T]:
        return self._read(range(len(self._ends)))

    def pick(self, exchanges: Collection[str]) -> Iterator[T]:
        """What belongs to these exchanges, in order; only that is read back."""
        return self._read(sorted(self.places(exchanges)))

    def places(self, exchanges: Collection[str]) -> set[int]:
        """Where that stands."""
        if not exchanges:
            return set()
        wanted = {int(id_[1:]) for id_ in exchanges}
        numbers = self.numbers
        if numbers is None:
            return {place for place, owner in enumerate(self.owners) if owner in wanted}
        whole = numbers.exchanges
        return {place for place, owner in enumerate(self.owners) if whole[owner] in wanted}

    def sizes(self) -> list[int]:
        """The octets of each object, in order."""
        return [end - start for start, end in pairwise((0, *self._ends))]

    def blocks(self) -> Iterator[bytes]:
        """All octets, in pieces."""
        self.flush()
        self._file.seek(0)
        while block := self._file.read(BLOCK):
            yield block

    def flush(self) -> None:
        """Leave nothing that the file has not."""
        self._write()
        self._file.flush()

    def fill(self, blocks: Iterable[bytes], sizes: Iterable[int], owners: Iterable[int]) -> None:
        """Take in what another spool held: its `sizes` and `owners`, and its `blocks` as far as the
        file has not got them."""
        self.owners.extend(owners)
        for block in blocks:
            self._file.write(block)
        self._ends.extend(accumulate(sizes))
        self._written = self._ends[-1] if self._ends else 0

    def read(self, numbers: Sequence[int]) -> Iterator[T]:
        """The objects at these places, which rise."""
        return self._read(numbers)

    def _extend(self, many: Sequence[object], owners: Sequence[int]) -> None:
        waiting, encode_into, ends = self._waiting, self._encode_into, self._ends
        for one in many:
            encode_into(one, waiting, -1)  # at its end
            ends.append(self._written + len(waiting))
        self.owners.extend(owners)
        if len(waiting) >= WAITING:
            self._write()

    def _write(self) -> None:
        """Put away what waits."""
        if not self._waiting:
            return
        self._file.seek(0, SEEK_END)
        self._file.write(self._waiting)
        self._written += len(self._waiting)
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
    """Agreements."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        super().__init__(Settled, file)

    def extend(self, many: Sequence[Settled]) -> None:
        """Keep these agreements."""
        self._extend(many, [one.exchange for one in many])

    def _made(self, kept: Settled) -> Agreement:
        numbers = self.numbers
        if numbers is not None:
            kept.number = numbers.agreements[kept.number]
            kept.exchange = numbers.exchanges[kept.exchange]
        made = agreement(kept)
        made.findings = list(self.findings.get(made.id, ()))
        return made


class ExchangeSpool(Spool[Exchange]):
    """Exchanges, with a glance of each.

    `headers`, where set, has the steps come with the rows of their headers, `texts` with the text
    of their messages.
    """

    def __init__(self, file: IO[bytes] | None = None) -> None:
        super().__init__(tuple[Closed, list[Kept]], file)
        self.headers = False
        self.texts = False
        self.glances = Glances()

    def extend(self, many: Sequence[tuple[Closed, list[Kept]]]) -> None:
        """Keep these exchanges, each with what its steps are made of."""
        self._extend(many, [one.number for one, _ in many])
        for one, _ in many:
            self.glances.add(one)

    def _made(self, kept: tuple[Closed, list[Kept]]) -> Exchange:
        one, its_steps = kept
        numbers = self.numbers
        if numbers is not None:
            one.number = numbers.exchanges[one.number]
            one.under = numbers.agreements[one.under] if one.under else 0
        made = whole(one, its_steps, self.headers, self.texts)
        made.findings = list(self.findings.get(made.id, ()))
        return made
