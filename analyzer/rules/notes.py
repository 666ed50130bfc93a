"""Network notes: the same rule about the same peer in three exchanges or more, told once."""

from typing import Final

from analyzer.rules.finding import Finding, fingerprint
from analyzer.rules.folding import FRAMES
from analyzer.rules.rule import SEVERITIES

LEAST: Final = 3
EXCHANGES: Final = 64
"""Exchanges named in a note; `count` goes on."""


class NetworkNotes:
    """Takes findings as their exchanges close, and holds back what may become a network note.

    Memory is bounded by the number of rules and peers, not by that of exchanges.
    """

    __slots__ = ("_held", "_notes")

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], list[Finding]] = {}
        self._notes: dict[tuple[str, str], Finding] = {}

    def add(self, one: Finding) -> None:
        """Takes a finding that has a peer and an exchange; see `fits`."""
        assert one.peer is not None
        key = (one.rule, one.peer)
        note = self._notes.get(key)
        if note is not None:
            _count(note, one)
            return
        held = self._held.setdefault(key, [])
        held.append(one)
        if len({other.exchange for other in held}) >= LEAST:
            self._notes[key] = _note(held)
            del self._held[key]

    def finish(self) -> tuple[list[Finding], list[Finding]]:
        """The findings that were seen too seldom, as they came, and the notes."""
        seldom = [one for held in self._held.values() for one in held]
        return seldom, list(self._notes.values())


def fits(one: Finding) -> bool:
    """Whether a finding is about a known peer in an exchange, so that it can be counted."""
    return one.peer is not None and one.exchange is not None


def _note(held: list[Finding]) -> Finding:
    note = held[0]
    note.fingerprint = fingerprint(note.rule, note.peer or "")
    note.exchanges = [note.exchange] if note.exchange is not None else []
    note.exchange = note.agreement = None
    for one in held[1:]:
        _count(note, one)
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
