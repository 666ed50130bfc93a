"""Security-Verify against Security-Server, parameter by parameter, with one caret line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Final, NamedTuple

from analyzer.report.layout import WIDTH, clip
from analyzer.report.model import Exchange, Mechanism, Step
from analyzer.report.verdict import list_step, step_of
from analyzer.report.view import View

_PARAMETERS: Final = re.compile(r'((?:"(?:\\.|[^"\\])*"?|[^;"])*)(?:;|$)')
_VALUE: Final = 40  # columns of one parameter
LEVELS: Final = {"identical": "L0", "equivalent": "L1", "default-equal": "L2", "different": "X"}


class _Column(NamedTuple):
    name: str
    server: str
    verify: str

    @property
    def differs(self) -> bool:
        return self.server.lower() != self.verify.lower()

    @property
    def width(self) -> int:
        return max(len(self.server), len(self.verify))


def sentence(exchange: Exchange, view: View) -> str | None:
    """`Security-Verify #7 against Security-Server #5: identical (L0)`; None where none was read."""
    challenge, verify = list_step(exchange), step_of(exchange, "verify")
    if challenge is None or verify is None or verify.comparison is None:
        return None
    level = verify.comparison.level
    against = verify.comparison.against or challenge
    text = f"Security-Verify {view.frame(verify)} against Security-Server {view.frame(against)}"
    return f" {text}: {verify.comparison.kind or level} ({LEVELS[level]})"


def rows(challenge: Step, verify: Step, view: View) -> Iterator[str]:
    """The first pair of elements that differ, one under the other, carets under the difference."""
    pairs = zip_longest(challenge.server, verify.verify)
    for server, echoed in pairs:
        columns = _columns(server, echoed)
        if any(column.differs for column in columns):
            break
    else:
        return
    width = max(len(view.frame(challenge)), len(view.frame(verify)))
    heads = [
        f"   {view.frame(step):<{width}} {name} "
        for step, name in ((challenge, "Server"), (verify, "Verify"))
    ]
    kept, dropped = _fit(columns, WIDTH - len(heads[0]))
    yield clip(heads[0] + _join(kept, 1), WIDTH).rstrip()
    yield clip(heads[1] + _join(kept, 2), WIDTH).rstrip()
    yield _carets(kept, dropped, len(heads[0]))


def _columns(server: Mechanism | None, verify: Mechanism | None) -> list[_Column]:
    left, right = parameters(server), parameters(verify)
    names = [*left, *(name for name in right if name not in left)]
    return [_Column(name, left.get(name, "-"), right.get(name, "-")) for name in names]


def parameters(mechanism: Mechanism | None, width: int = _VALUE) -> dict[str, str]:
    """`spi-s` to `spi-s=4097`; the mechanism's name stands first, under the empty name."""
    if mechanism is None:
        return {"": "(none)"}
    found: dict[str, str] = {}
    for part in _PARAMETERS.findall(mechanism.raw):
        name, equal, value = part.partition("=")
        if not found:
            found[""] = part.strip()
        elif part.strip():
            key = name.strip().lower()
            found.setdefault(key, clip(key + equal + value.strip(), width))
    return found


def _fit(columns: list[_Column], room: int) -> tuple[list[_Column], list[_Column]]:
    """The columns that are shown, in order, and those left out: equal ones, the last first."""
    first = next(column for column in columns if column.differs)
    kept = [column for column in columns if column.name != "" or column.differs]
    for column in [c for c in reversed(kept) if not c.differs] + list(reversed(kept)):
        if sum(c.width + 1 for c in kept) - 1 <= room:
            break
        if column is not first and column in kept:
            kept.remove(column)
    return kept, [column for column in columns if column not in kept and column.name != ""]


def _join(columns: list[_Column], side: int) -> str:
    return " ".join(f"{column[side]:<{column.width}}" for column in columns)


def _carets(kept: list[_Column], dropped: list[_Column], indent: int) -> str:
    offset = indent
    for column in kept:
        if column.differs:
            break
        offset += column.width + 1
    line = " " * offset + "^" * len(column.verify)
    equal = ", ".join(c.name for c in dropped if not c.differs)
    note = f"({equal}: equal)" if equal else ""
    if note and offset + len(column.verify) + 1 + len(note) <= WIDTH:
        return f"{line} {note}"
    return clip(line, WIDTH)
