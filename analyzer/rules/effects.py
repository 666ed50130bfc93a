"""Whether a finding matters here: its effect, beside its severity.

`explains-outcome`: the registration (or the agreement, where there is none) did not get what it
wanted, and this says why. `risk`: it matters whatever the outcome. `none`: a note, counted by
`--strict` only.
"""

from typing import Final

from msgspec import Struct

from analyzer.rules.rule import SEVERITIES, Rule

BEFORE: Final = {"challenge": "offer", "verify": "challenge", "result": "verify"}
"""A role that never came, or that came as a refusal, speaks of itself and of the one before it."""


class Ending(Struct, frozen=True):
    """How an exchange ended: it got its 2xx (None: the capture cannot tell), else where it stopped.

    `stopped_at` is the role that never came.
    """

    reached: bool | None = None
    stopped_at: str | None = None


UNKNOWN: Final = Ending()


def matters(rule: Rule, severity: str, role: str | None, ending: Ending) -> bool:
    """Whether a finding that is not loud has an effect."""
    return _effect_of(rule, severity, role, ending) != "none"


def effect_of(rule: Rule, severity: str, role: str | None, loud: bool, ending: Ending) -> str:
    """Effect of a finding of `rule` at `role` in an exchange that ended so."""
    effect = _effect_of(rule, severity, role, ending)
    return "risk" if loud and effect == "none" else effect


def _effect_of(rule: Rule, severity: str, role: str | None, ending: Ending) -> str:
    if ending.reached:  # nothing is left to be explained
        return "risk" if rule.class_ == "security" else "none"
    explains = ending.reached is False and _is_where_it_stopped(role, ending)
    match rule.class_:
        case "security":
            return "explains-outcome" if explains else "risk"
        case "failure":
            return "explains-outcome"
        case "conformance" if explains and _grave(severity):
            return "explains-outcome"
        case _:
            return "none"


def _is_where_it_stopped(role: str | None, ending: Ending) -> bool:
    stopped = ending.stopped_at
    return role is not None and stopped is not None and role in (stopped, BEFORE.get(stopped))


def _grave(severity: str) -> bool:
    return SEVERITIES.index(severity) <= SEVERITIES.index("error")
