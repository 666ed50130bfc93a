"""Network notes: the same rule about the same peer in three exchanges or more, told once."""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from analyzer.agreement.order import Order
from analyzer.rules.effects import Ending, matters
from analyzer.rules.finding import Finding, Frame, fingerprint
from analyzer.rules.folding import FRAMES
from analyzer.rules.rule import SEVERITIES, Rule

LEAST: Final = 3
EXCHANGES: Final = 64
"""Exchanges named in a note; `count` goes on."""


class Noted(Struct):
    """Findings of one rule about one peer (`about`): those that make a difference to the note they
    may become, as they came, and how often it was seen `more`."""

    about: str
    kept: list[Finding]
    more: int = 0

    @property
    def exchanges(self) -> set[str | None]:
        """Those it was seen in, as far as they are kept."""
        return {one.exchange for one in self.kept}


class _Group:
    """What is held of one rule about one peer, with what would stand in the note by now."""

    __slots__ = ("exchanges", "frames", "full", "noted", "severity")

    def __init__(self, about: str) -> None:
        self.noted = Noted(about, [])
        self.exchanges: set[str | None] = set()
        self.frames: set[Frame] = set()
        self.severity = len(SEVERITIES)
        self.full = False  # nothing but a worse severity would be kept any more

    def add(self, one: Finding) -> None:
        severity = SEVERITIES.index(one.severity)
        if (
            len(self.exchanges) < LEAST
            or severity < self.severity
            or (len(self.exchanges) < EXCHANGES and one.exchange not in self.exchanges)
            or (len(self.frames) < FRAMES and not self.frames.issuperset(one.frames))
        ):
            self.noted.kept.append(one)
            self.exchanges.add(one.exchange)
            self.frames.update(one.frames)
            self.severity = min(severity, self.severity)
            self.full = len(self.exchanges) >= EXCHANGES and len(self.frames) >= FRAMES
        else:
            self.noted.more += one.count


class NetworkNotes:
    """Takes findings as their exchanges close, and holds back what may become a network note.

    Memory is bounded by the number of rules and peers, not by that of exchanges. What several of
    these hold can be put together (`together`) as if one had taken all of it.
    """

    __slots__ = ("_groups",)

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], _Group] = {}

    def add(self, one: Finding, about: str) -> None:
        """Takes a finding that has an exchange."""
        key = (one.rule, about)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(about)
        group.add(one)

    def counted(self, rule: str, about: str, severity: str) -> bool:
        """Count a finding of no effect and of this severity at most, where that is all that would
        become of it: False where it has to be made and added."""
        group = self._groups.get((rule, about))
        if group is None or not group.full or SEVERITIES.index(severity) < group.severity:
            return False
        group.noted.more += 1
        return True

    def held(self) -> list[Noted]:
        """All that is held, by rule and peer."""
        return [group.noted for group in self._groups.values()]

    def finish(self) -> tuple[list[Finding], list[Finding]]:
        """The findings that were seen too seldom, as they came, and the notes."""
        return concluded(self.held())


class Tally:
    """Findings of one exchange that notes about its peers need only count.

    `rules` are the ids of the rules that were found so.
    """

    __slots__ = ("_ending", "_notes", "_peers", "rules")

    def __init__(self, notes: NetworkNotes, peers: Mapping[str, str], ending: Ending) -> None:
        self._notes = notes
        self._peers = peers
        self._ending = ending
        self.rules: list[str] = []

    def takes(self, rule: Rule, severity: str, party: str, role: str | None) -> bool:
        """Count what a rule found, `severity` at most; False where a finding has to be made."""
        about = whom(self._peers, party)
        if about is None or matters(rule, severity, role, self._ending):
            return False
        if not self._notes.counted(rule.id, about, severity):
            return False
        self.rules.append(rule.id)
        return True


def together(held: Iterable[Noted]) -> list[Noted]:
    """What several have held, by rule and peer."""
    groups: dict[tuple[str, str], Noted] = {}
    for noted in held:
        about = noted.about
        group = groups.setdefault((noted.kept[0].rule, about), Noted(about, []))
        group.kept += noted.kept
        group.more += noted.more
    for group in groups.values():
        group.kept.sort(key=_order)
    return list(groups.values())


def concluded(held: Iterable[Noted]) -> tuple[list[Finding], list[Finding]]:
    """The findings that were seen too seldom, as they came, and the notes."""
    seldom: list[Finding] = []
    notes: list[Finding] = []
    for noted in held:
        if len(noted.exchanges) < LEAST:
            seldom += noted.kept
        else:
            notes.append(_note(noted))
    return seldom, notes


def whom(peers: Mapping[str, str], party: str) -> str | None:
    """Whom notes are about that are for this party to hear: a peer, and where the rule names nobody
    whose name is known, the network by its first hop. None where neither is known."""
    return peers.get(party) or peers.get("pcscf")


def nameless(peers: Mapping[str, str]) -> dict[str, str]:
    """Peers of which the handset is known by its address alone: notes about it are told with those
    about all such behind its first hop, else there would be as many as phones."""
    told = dict(peers)
    if "ue" in told and "pcscf" in told:
        told["ue"] = f"handsets behind {told['pcscf']}"
    return told


def _order(one: Finding) -> Order:
    return one.order


def _note(noted: Noted) -> Finding:
    note = noted.kept[0]
    note.fingerprint = fingerprint(note.rule, noted.about)
    note.exchanges = [note.exchange] if note.exchange is not None else []
    note.exchange = note.agreement = None
    note.peer = noted.about
    for one in noted.kept[1:]:
        _count(note, one)
    note.count += noted.more
    return note


def _count(note: Finding, one: Finding) -> None:
    note.count += one.count
    if len(note.frames) < FRAMES:
        note.frames = sorted({*note.frames, *one.frames})[:FRAMES]
    if (
        one.exchange is not None
        and len(note.exchanges) < EXCHANGES
        and one.exchange not in note.exchanges
    ):
        note.exchanges.append(one.exchange)
    if SEVERITIES.index(one.severity) < SEVERITIES.index(note.severity):
        note.severity = one.severity
    if note.effect == "none" or one.effect == "explains-outcome":
        note.effect = one.effect
