"""Where the parts of a report stand in the captures: pairs of capture and frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from analyzer.report.model import Agreement, Exchange, Finding, Frame
from analyzer.report.view import Case

Place = tuple[int, int]

_CITED: Final = 12  # frames of one finding; the page names as many


def of_case(case: Case) -> Iterator[Place]:
    """Every frame that the page names of an exchange, some of them twice: those of the messages,
    then what findings cite, then the later requests, then what was seen beside SIP."""
    yield from of_messages(case.exchange)
    for finding in (*case.findings, *case.notes):
        yield from of_finding(finding)
    for agreement in case.agreements:
        yield from of_agreement(agreement)
    yield from of_signals(case.exchange)


def of_messages(exchange: Exchange) -> Iterator[Place]:
    """Every sighting and every piece of every message."""
    for step in exchange.steps:
        for one in (step, *step.hops):
            yield one.capture, one.frame
            yield from _pairs(one.frames)
            yield from ((seen.capture, seen.frame) for seen in one.sightings)


def of_finding(one: Finding) -> Iterator[Place]:
    """Its anchor, and the first of the frames that it cites."""
    return _pairs((one.frame, *one.frames[:_CITED]))


def of_agreement(one: Agreement) -> Iterator[Place]:
    """The message that gave the keys, then the later requests and their answers."""
    keys = one.association.keys if one.association is not None else None
    if keys is not None:
        yield from _pairs(each for each in (keys.frame, keys.challenge) if each is not None)
    for request in one.traffic:
        yield request.capture, request.frame
        if request.answer is not None:
            yield request.answer.capture, request.answer.frame


def of_signals(exchange: Exchange) -> Iterator[Place]:
    """What was seen beside SIP."""
    return ((one.capture, one.frame) for one in exchange.signals)


def _pairs(frames: Iterable[Frame]) -> Iterator[Place]:
    return ((one.capture, one.frame) for one in frames)
