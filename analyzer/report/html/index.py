"""What the overview and the list of the page need of every exchange: columns, not objects.

A text that many exchanges share stands once, in `words`, and its number in the column.
"""

from __future__ import annotations

from typing import Any, Final

from analyzer.limits import MILLISECOND, PAGE_FRAMES
from analyzer.report.html.packing import safe
from analyzer.report.html.places import Place, of_case
from analyzer.report.layout import clip
from analyzer.report.model import Exchange, Finding
from analyzer.report.times import nanoseconds
from analyzer.report.verdict import PARTIES, judge, party_name
from analyzer.report.view import Case, who

_TEXT: Final = 120  # characters of one cell
_TAC: Final = 8  # digits of an IMEI that name the model (TS 23.003 6.2.1)

_SHARED: Final = (
    "word", "brief", "party", "client", "server", "handset", "tac", "dialect", "kind", "outcome",
    "state", "mechanism", "cell",
)  # fmt: skip
_OWN: Final = (
    "id", "key", "who", "also", "call", "start", "took", "frames", "marks", "notes", "cluster",
)  # fmt: skip


class Index:
    """The columns, filled one exchange after the other."""

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {name: [] for name in (*_SHARED, *_OWN)}
        self._words: dict[str, dict[str, int]] = {name: {} for name in _SHARED}
        self._marks: dict[tuple[str, str, str, str], int] = {}

    def add(self, case: Case, cluster: int | None) -> None:
        """Take in one exchange; `cluster` is its place among the failures of one signature."""
        for name, text in _shared(case).items():
            known = self._words[name]
            self.columns[name].append(known.setdefault(_cell(text), len(known)))
        for name, value in zip(_OWN, _own(case), strict=False):
            self.columns[name].append(value)
        marks = [self._mark(one) for one in (*case.findings, *case.notes) if not one.explained_by]
        self.columns["marks"].append(sorted(set(marks)))
        self.columns["notes"].append(len(case.notes))
        self.columns["cluster"].append(-1 if cluster is None else cluster)

    def packed(self) -> dict[str, Any]:
        """All of it. `marks` are rule, severity, effect and party of what was found."""
        return {
            "columns": self.columns,
            "words": {name: list(known) for name, known in self._words.items()},
            "marks": [list(one) for one in self._marks],
        }

    def _mark(self, one: Finding) -> int:
        key = (one.rule, one.severity, one.effect, PARTIES[one.party])
        return self._marks.setdefault(key, len(self._marks))


def _shared(case: Case) -> dict[str, str]:
    exchange = case.exchange
    verdict = judge(exchange, case.findings)
    identity, agreed = exchange.identity, exchange.agreed
    return {
        "word": verdict.word,
        "brief": verdict.brief,
        "party": party_name(exchange, verdict.party) if verdict.party is not None else "",
        "client": exchange.client.address,
        "server": exchange.server.address,
        "handset": exchange.user_agent or "",
        "tac": "".join(c for c in identity.imei or "" if c.isdigit())[:_TAC],
        "dialect": exchange.dialect + (" + mediasec" if exchange.mediasec else ""),
        "kind": exchange.kind,
        "outcome": exchange.outcome,
        "state": exchange.registration.state if exchange.registration is not None else "",
        "mechanism": " ".join(filter(None, (agreed.name, agreed.alg, agreed.ealg)))
        if agreed is not None
        else "",
        "cell": identity.cell or "",
    }


def _own(case: Case) -> list[Any]:
    exchange = case.exchange
    registration = exchange.registration
    took = None if registration is None else registration.duration_ms
    return [
        exchange.id,
        exchange.key,
        _cell(who(exchange)),
        _names(exchange),
        _cell(exchange.call_id or ""),
        nanoseconds(exchange.started) // MILLISECOND,
        None if took is None else round(took),
        _frames(case),
    ]


def _names(exchange: Exchange) -> str:
    """What else the subscriber and the phone are called, for those who search by it."""
    identity = exchange.identity
    number = f"+{identity.msisdn.lstrip('+')}" if identity.msisdn else None
    names = (identity.impi, identity.impu, number, identity.imei)
    return " ".join(_cell(name) for name in names if name and name != who(exchange))


def _frames(case: Case) -> list[int]:
    """Capture and number of each frame that the page names, one behind the other."""
    found: dict[Place, None] = {}
    for place in of_case(case):
        found[place] = None
        if len(found) >= PAGE_FRAMES:
            break
    return [number for place in found for number in place]


def _cell(text: str) -> str:
    return clip(str(safe(text)), _TEXT)
