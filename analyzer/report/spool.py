"""Closed exchanges and agreements, kept on disk when they are many, walked as often as needed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Generic, TypeVar

import msgspec

from analyzer.report.model import Agreement, Exchange

IN_MEMORY: Final = 8 << 20  # octets before the spool goes to disk
LENGTH: Final = 4

T = TypeVar("T", Exchange, Agreement)


class Spool(Generic[T]):
    """Objects of one kind in the order they came, MessagePack with a length in front.

    `findings` (set when all are numbered) maps an object's id to the ids of its findings, which
    are filled in as the spool is walked.
    """

    def __init__(self, kind: type[T]) -> None:
        self.findings: Mapping[str, Sequence[str]] = {}
        self.count = 0
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode: Callable[[bytes], T] = msgspec.msgpack.Decoder(kind).decode

    def append(self, one: T) -> None:
        """Keep one object."""
        data = self._encode(one)
        self._file.write(len(data).to_bytes(LENGTH, "big") + data)
        self.count += 1

    def __iter__(self) -> Iterator[T]:
        place = 0
        while True:
            self._file.seek(place)
            length = int.from_bytes(self._file.read(LENGTH), "big")
            if not length:
                self._file.seek(0, 2)
                return
            one = self._decode(self._file.read(length))
            place += LENGTH + length
            one.findings = list(self.findings.get(one.id, ()))
            yield one
