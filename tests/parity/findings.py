"""What the analysis finds in a capture, and what a plugin said it finds, in one form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from analyzer.pipeline import Settings, run
from analyzer.pipeline.settings import engine
from analyzer.rules import lua_book
from analyzer.wireshark.esp_sa import esp_sa
from analyzer.wireshark.sa_keys import EspWatch
from tests.parity.engines import Item, Output

SEVERITIES: Final = ("critical", "error", "warning", "info")


class Found(NamedTuple):
    """One finding: its anchor frame (0 where the plugin shows none), rule, severity."""

    frame: int
    rule: str
    severity: str

    def __str__(self) -> str:
        return f"#{self.frame} {self.rule} {self.severity}"


class Expected(NamedTuple):
    """What the analysis finds by rules that the plugin holds, and the keys in the capture, as
    Wireshark's table."""

    findings: frozenset[Found]
    keys: str


@cache
def _held() -> frozenset[str]:
    kept, lacking = lua_book.held(engine(Settings()).rules)
    assert len(lacking) < len(kept) / 20, "what cannot be held is the exception"
    return frozenset(rule.id for rule in kept)


def expected(capture: Path) -> Expected:
    """Of one capture alone, with what it holds itself."""
    watch = EspWatch()
    report = run([str(capture)], Settings(), esp=watch).report
    found = {
        Found(one.frame.frame, one.rule, one.severity)
        for one in report.findings
        if one.rule in _held()
    }
    assert all(one.frame for one in found), "each finding is anchored in a frame"
    rows = watch.keys()
    ciphers = any(row.cipher_key for row in rows)
    return Expected(frozenset(found), esp_sa(rows) if ciphers else "")


_ROW: Final = re.compile(r"^(?:finding|note) +(?:#(\d+)|-) +([A-Z]+-\d+) +([a-z]+) ", re.MULTILINE)


def of_summary(printed: str) -> frozenset[Found]:
    """What `-z secagree,tree` lists."""
    return frozenset(
        Found(int(frame or 0), rule, severity) for frame, rule, severity in _ROW.findall(printed)
    )


_VALUE: Final = re.compile(r'^secagree\.(rule|severity) == "(.*)"$')


def of_tree(items: Iterable[Item]) -> frozenset[Found]:
    """What the tree has below the frames: a rule, and its severity behind it."""
    found, rule = set(), ""
    for item in items:
        match = _VALUE.match(item.filter)
        if match and match[1] == "rule":
            rule = match[2]
        elif match:
            found.add(Found(item.frame, rule, match[2]))
    return frozenset(found)


def seen(output: Output) -> frozenset[Found]:
    """What an engine showed, by its summary or by its tree."""
    return of_summary(output.printed) if output.items is None else of_tree(output.items)
