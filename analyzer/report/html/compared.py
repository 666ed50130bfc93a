"""Security-Verify against Security-Server, element by element, parameter by parameter."""

from __future__ import annotations

from typing import Any, Final

from analyzer.report.comparison import LEVELS, parameters
from analyzer.report.layout import clip
from analyzer.report.model import Exchange, Mechanism
from analyzer.report.verdict import list_step, step_of
from analyzer.report.view import View

_VALUE: Final = 200  # characters of a value that are shown
_NONE: Final = "-"


def compared(exchange: Exchange, view: View) -> dict[str, Any] | None:
    """Level, edit, and the pairs of elements; None where no Verify was compared."""
    challenge, verify = list_step(exchange), step_of(exchange, "verify")
    if challenge is None or verify is None or verify.comparison is None:
        return None
    found = verify.comparison
    return {
        "level": found.level,
        "code": LEVELS[found.level],
        "kind": found.kind,
        "edit": found.edit,
        "server": view.frame(challenge),
        "verify": view.frame(verify),
        "elements": [
            _element(left, right) for left, right in _pairs(challenge.server, verify.verify)
        ],
    }


def _pairs(
    server: list[Mechanism], verify: list[Mechanism]
) -> list[tuple[Mechanism | None, Mechanism | None]]:
    """Each element of the server with the one of the client that is most like it; the rest alone,
    in the order of the lists."""
    if [one.raw for one in server] == [one.raw for one in verify]:
        return list(zip(server, verify, strict=True))
    left = list(verify)
    pairs: list[tuple[Mechanism | None, Mechanism | None]] = []
    for element in server:
        best = max(left, key=lambda one: _alike(element, one), default=None)
        if best is not None and _alike(element, best):
            left.remove(best)
        else:
            best = None
        pairs.append((element, best))
    return pairs + [(None, one) for one in left]


def _alike(one: Mechanism, other: Mechanism) -> int:
    """How many parameters they have in common; the name counts most."""
    mine, its = parameters(one, _VALUE), parameters(other, _VALUE)
    same = sum(mine[name].lower() == its.get(name, "").lower() for name in mine if name)
    return same + (len(mine) + 1) * (one.name.lower() == other.name.lower())


def _element(server: Mechanism | None, verify: Mechanism | None) -> dict[str, Any]:
    left, right = _values(server), _values(verify)
    names = [*left, *(name for name in right if name not in left)]
    return {
        "name": (server or verify or Mechanism(name=_NONE, raw=_NONE)).name,
        "missing": server is None or verify is None,
        "rows": [
            [name or "mechanism", left.get(name, _NONE), right.get(name, _NONE)] for name in names
        ],
    }


def _values(element: Mechanism | None) -> dict[str, str]:
    """Parameter to value; the mechanism's name stands first, under the empty name."""
    if element is None:
        return {}
    found = parameters(element, _VALUE)
    return {
        name: clip(text.partition("=")[2].strip() if name and "=" in text else text, _VALUE)
        for name, text in found.items()
    }
