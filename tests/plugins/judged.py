"""A capture judged by Python and, from the same datagrams, by Lua."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from analyzer.agreement.exchange import Exchange
from analyzer.agreement.items import Item, release
from analyzer.report import model, verdict
from analyzer.report.closed import put_away, whole
from analyzer.report.steps import keep
from analyzer.rules import lua_book
from analyzer.rules.book import load
from analyzer.rules.engine import Engine
from analyzer.rules.finding import Finding
from analyzer.rules.judge import Judge
from tests.plugins.lua import items
from tests.plugins.recorded import CALL, Recording, Replay
from tests.plugins.translated import Lua


@cache
def compiled() -> bytes:
    """The rules of the book as the plugin has them."""
    return lua_book.source(Engine(load())).encode()


@cache
def engine() -> Engine:
    """An engine of the rules that the plugin holds."""
    book = load()
    kept, _ = lua_book.held(Engine(book).rules)
    return Engine(book, ids=[rule.id for rule in kept])


class Told(NamedTuple):
    """What is said of one exchange."""

    id: str
    word: str
    headline: str
    party: str | None
    outcome: str
    kind: str
    dialect: str
    imsi: str | None
    steps: tuple[tuple[str, int, str, str, str], ...]
    not_checked: dict[str, tuple[str, ...]]


class Judged(NamedTuple):
    """Findings and exchanges of a capture."""

    findings: list[Finding]
    exchanges: list[Told]


class Results:
    """Python's side."""

    def __init__(self) -> None:
        self._judge = Judge(engine())
        self._exchanges: list[model.Exchange] = []

    def take(self, closed: Iterable[Item]) -> None:
        """Judge what closed."""
        for item in closed:
            if isinstance(item, Exchange):
                judged = self._judge.exchange(item)
                self._exchanges.append(whole(put_away(judged), keep(item)))
                judged.facts.dismiss()
            else:
                self._judge.item(item)
            release(item)

    def finish(self) -> Judged:
        """All of it, at the end of the captures."""
        findings = self._judge.finish()
        told = [
            self._told(one, [found for found in findings if found.exchange == one.id])
            for one in self._exchanges
        ]
        return Judged(findings, sorted(told, key=lambda one: int(one.id[1:])))

    @staticmethod
    def _told(one: model.Exchange, findings: list[Any]) -> Told:
        said = verdict.judge(one, findings)
        rows = tuple((s.role, s.frame, s.summary, s.sa or "", s.src) for s in one.steps)
        reasons = {reason: tuple(ids) for reason, ids in one.not_checked.items()}
        return Told(
            one.id, said.word, said.headline, said.party, one.outcome, one.kind, one.dialect,
            one.identity.imsi, rows, reasons,
        )  # fmt: skip


@cache
def plugin(version: str) -> Lua:
    """A Lua with the plugin: its modules are without state, so that runs share them."""
    return Lua(version, compiled())


class LuaRun:
    """Lua's side: a run of `analysis` whose rooms are given what Python's were given."""

    def __init__(self, version: str) -> None:
        self.lua = plugin(version)
        self.run = self.lua("analysis")[b"new"](self.lua.runtime.table())
        self.replay = Replay(self.lua, self.run[b"conductor"])
        self._call = self.lua.runtime.execute(CALL)

    def take(self, deeds: Iterable[Any]) -> None:
        """Go on."""
        for deed in deeds:
            self.replay.take(deed)
            self._call(self.run, b"judge_closed")

    def finish(self, conductor: Recording) -> tuple[list[Any], list[Told]]:
        """Findings of Lua, and what is said of exchanges."""
        self.run[b"latest"] = conductor._latest
        self._call(self.run, b"finish")
        exchanges = self._call(self.run, b"exchanges")
        return items(self.run[b"all"]), [
            self._told(exchanges[i]) for i in range(1, len(exchanges) + 1)
        ]

    @staticmethod
    def _told(one: Any) -> Told:
        def text(value: bytes | None) -> str | None:
            return None if value is None else value.decode("utf-8", "surrogateescape")

        def rows(table: Any) -> list[Any]:
            return [table[i] for i in range(1, len(table) + 1)]

        steps_ = tuple(
            (text(s[b"role"]), s[b"frame"], text(s[b"summary"]), text(s[b"sa"]), text(s[b"src"]))
            for s in rows(one[b"steps"])
        )
        reasons = {
            text(row[b"reason"]): tuple(text(rule) for rule in rows(row[b"rules"]))
            for row in rows(one[b"not_checked"])
        }
        names = (b"id", b"word", b"verdict", b"party", b"outcome", b"kind", b"dialect", b"imsi")
        return Told(*(text(one[name]) for name in names), steps_, reasons)  # type: ignore[arg-type]
