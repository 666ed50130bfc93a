"""A finding: a rule that fired, in its place, with what reports need of it."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct, field

from analyzer.agreement.order import START, Order
from analyzer.rules.effects import UNKNOWN, Ending, effect_of
from analyzer.rules.engine import Fired
from analyzer.rules.rule import SEVERITIES

Frame = tuple[int, int]
"""Index of the capture, and Wireshark's frame number in it."""

FINGERPRINT: Final = 16  # hexadecimal digits


class Site(Struct, frozen=True):
    """Where a finding stands: the stable key and the id of its exchange, and who the peers are.

    `peers` maps a party (ue, pcscf, core) to what tells it from others of its kind in every
    exchange: the address of a server, the model of a handset.
    """

    exchange: str | None = None
    key: str = ""
    agreement: str | None = None
    ending: Ending = UNKNOWN
    peers: Mapping[str, str] = {}


class Finding(Struct):
    """One deviation at one place. `frames` in the order of the capture, `frame` is its anchor.

    `explained_by` is the id of the finding this one is a consequence of. `count` is how often it
    was seen, `again` where and what beside the first time; `exchanges` are the ids of all exchanges
    of a network note. `order` is that of the item it was found on.
    """

    rule: str
    name: str
    severity: str
    class_: str
    effect: str
    party: str
    title: str
    fingerprint: str
    frame: Frame | None
    frames: list[Frame]
    spec: str
    grade: str
    clause: str
    means: str
    cause: str
    fix: str
    explains: tuple[str, ...] = ()
    id: str = ""
    detail: str | None = None
    exchange: str | None = None
    agreement: str | None = None
    role: str | None = None
    peer: str | None = None
    expected: str | None = None
    seen: str | None = None
    parameter: str | None = None
    lowered_by: tuple[str, ...] = ()
    explained_by: str | None = None
    count: int = 1
    again: tuple[tuple[Frame, str], ...] = ()
    exchanges: list[str] = field(default_factory=list)
    order: Order = START

    def counts(self, strict: bool = False) -> bool:
        """Whether it counts for verdict and exit code."""
        return strict or self.effect != "none"

    def at_least(self, severity: str) -> bool:
        """Whether it is as bad as `severity`, or worse."""
        return SEVERITIES.index(self.severity) <= SEVERITIES.index(severity)


def finding(fired: Fired, site: Site, order: Order = START) -> Finding:
    """The finding of a rule that fired at a site."""
    rule = fired.rule
    frames = _frames(fired.cited)
    own: tuple[Frame, ...] = fired.subject.frames
    peer = site.peers.get(fired.party)
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=fired.severity,
        class_=rule.class_,
        effect=effect_of(rule, fired.severity, fired.role, fired.loud, site.ending),
        party=fired.party,
        title=rule.title,
        fingerprint=fingerprint(rule.id, site.key, peer or "", fired.parameter or ""),
        frame=own[0] if own else None,
        frames=frames,
        spec=rule.spec,
        grade=rule.grade,
        clause=rule.clause,
        means=rule.means,
        cause=rule.cause,
        fix=rule.fix,
        explains=rule.explains,
        detail=fired.detail,
        exchange=site.exchange,
        agreement=site.agreement,
        role=fired.role,
        peer=peer,
        expected=fired.expected,
        seen=fired.seen,
        parameter=fired.parameter,
        lowered_by=fired.lowered_by,
        order=order,
    )


def moved(one: Finding, fired: Fired, site: Site) -> Finding:
    """The finding at another site: that of the run it belongs to, now that its ending is known."""
    one.exchange = site.exchange
    one.peer = site.peers.get(fired.party) or one.peer
    one.fingerprint = fingerprint(one.rule, site.key, one.peer or "", one.parameter or "")
    one.effect = effect_of(fired.rule, fired.severity, fired.role, fired.loud, site.ending)
    return one


def fingerprint(*parts: str) -> str:
    """A stable name: the same in every run, however the capture was cut, merged or renamed.

    Frames, times and values that a peer draws by lot (SPIs, ports, nonces) are no part of it.
    """
    text = "\x00".join(parts)
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:FINGERPRINT]


def number(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of reports (worst first, then by frame), with their ids F1, F2, ..."""
    ordered = sorted(findings, key=_order)
    for place, one in enumerate(ordered, 1):
        one.id = f"F{place}"
    return ordered


def number_again(findings: Iterable[Finding]) -> list[Finding]:
    """The same once more when it is known what explains what: what a reader meets first has the
    first numbers, behind it what others explain, and what has no effect."""
    ordered = sorted(findings, key=_weight)
    names = {one.id: f"F{place}" for place, one in enumerate(ordered, 1)}
    for one in ordered:
        one.id = names[one.id]
        if one.explained_by is not None:
            one.explained_by = names[one.explained_by]
    return ordered


def _weight(one: Finding) -> tuple[bool, bool]:
    return one.effect == "none", one.explained_by is not None


def _order(one: Finding) -> tuple[Any, ...]:
    return (SEVERITIES.index(one.severity), one.frame or (0, 0), one.rule, one.fingerprint)


def _frames(cited: Iterable[Any]) -> list[Frame]:
    return sorted({frame for one in cited for frame in one.frames})
