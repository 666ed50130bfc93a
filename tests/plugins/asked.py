"""A run of `analysis` as Wireshark's part drives it: one frame after the other, and questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from analyzer.flows.datagram import Datagram, EspSeen, Signal
from tests.plugins.judged import plugin
from tests.plugins.recorded import CALL, Deed, Whole, whole

KINDS = {Datagram: b"datagram", EspSeen: b"esp", Signal: b"signal"}
OTHERWISE = {"path": "encapsulation", "proto": "next_header"}


class Asked:
    """One run."""

    def __init__(self, version: str) -> None:
        self.lua = plugin(version)
        self.run = self.lua("analysis")[b"new"](self.lua.runtime.table())
        self._call = self.lua.runtime.execute(CALL)

    def ask(self, name: str, *arguments: Any) -> Any:
        """A method of the run."""
        return self._call(self.run, name.encode(), *arguments)

    def feed(self, deeds: Iterable[Deed], each: Callable[[int], None] | None = None) -> None:
        """Give it the frames; `each` hears of each when it was given."""
        for _, deed in deeds:
            what = whole(deed.framed) if isinstance(deed, Whole) else deed
            kind = KINDS.get(type(what))
            if kind is not None:
                self._call(self.run, kind, self._table(what))
                if each is not None:
                    each(what.frame)  # type: ignore[union-attr]

    def _table(self, value: Any) -> Any:
        made = self.lua.runtime.table()
        for name in value.__struct_fields__:
            one = getattr(value, name)
            if isinstance(one, msgspec.Struct):
                one = self._table(one) if name == "said" else None
            elif isinstance(one, tuple):
                one = self.lua.list(*one)
            elif isinstance(one, str):
                one = one.encode()
            made[OTHERWISE.get(name, name).encode()] = one
        return made

    def findings(self) -> list[tuple[Any, ...]]:
        """(frame, rule, severity, effect) of each."""
        table = self.ask("findings")
        return sorted(
            (
                one[b"frame"] or 0,
                one[b"rule"].decode(),
                one[b"severity"].decode(),
                one[b"effect"].decode(),
            )
            for one in (table[i] for i in range(1, len(table) + 1))
        )
