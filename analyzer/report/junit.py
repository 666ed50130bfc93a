"""JUnit XML: a suite for each exchange, in it a case for its registration and one a rule family.

A case fails where a finding counts and is as severe as `--fail-on` asks for; it is skipped where
none of its rules could be checked, and its output says which of them were not, and why. A family
that has nothing to look at in a run has no case there. Where no exchange was seen the one case is
skipped: what was not judged did not pass.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import BinaryIO, Final, NamedTuple
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from analyzer.report.by_exchange import counted, noted, owners
from analyzer.report.escape import escape
from analyzer.report.families import looks_at
from analyzer.report.finding_text import fields
from analyzer.report.model import Capture, Exchange, Finding, Report, RuleText
from analyzer.report.nothing import advice, nothing, sentence
from analyzer.report.text import TextOptions, view_of
from analyzer.report.verdict import PARTIES, judge, to_act
from analyzer.report.view import View, who
from analyzer.version import NAME

_MEDIASEC: Final = "mediasec"
_REGISTRATION: Final = "registration"
_LISTED: Final = 8  # frames of a finding
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class _Case(NamedTuple):
    """One case: `bad` is the element that makes it no pass, with its message; `said` its output."""

    name: str
    bad: str = ""
    message: str = ""
    kind: str = ""
    text: str = ""
    said: str = ""


class _Suite(NamedTuple):
    name: str
    cases: list[_Case]
    started: str = ""
    seconds: float = 0.0
    properties: tuple[tuple[str, str], ...] = ()


def to_junit(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    """Write one document, an exchange at a time."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n", write_through=True)
    try:
        xml = _Xml(text, options.show_keys)
        xml.document()
        with xml.element("testsuites", {"name": NAME}):
            for suite in _suites(report, options):
                _write(xml, suite)
    finally:
        text.detach()


def _suites(report: Report, options: TextOptions) -> Iterator[_Suite]:
    agreements = owners(report.agreements)
    view = view_of(report, options)
    found, notes = counted(report, agreements), noted(report, agreements)
    broken = [_unreadable(one) for one in report.captures if one.unreadable]
    if broken:
        yield _Suite("captures", broken)
    if not report.summary.exchanges and len(broken) < max(1, len(report.captures)):
        yield _Suite(NAME, [_unseen(report, view, options.selected)])
    outside = found.get("", [])
    if outside:
        families = _by_family(outside)
        cases = [_family(name, families[name], (), {}, 0, options, view) for name in families]
        yield _Suite("outside of the exchanges", cases)
    for exchange in report.exchanges:
        yield _suite(exchange, found.get(exchange.id, []), notes.get(exchange.id, ()), report,
                     options, view)  # fmt: skip


def _unreadable(capture: Capture) -> _Case:
    why = "; ".join(f"{one.kind}: {one.detail}" for one in capture.problems)
    return _Case(capture.path, "error", "cannot be read", "unreadable", why)


def _unseen(report: Report, view: View, selected: bool) -> _Case:
    """No exchange: what the captures hold instead."""
    said = sentence(report, selected)
    more = advice(report, selected)
    message = said if more is None else f"{said} ({more.rstrip('.')})"
    text = "\n".join(nothing(report, view, selected))
    return _Case(_REGISTRATION, "skipped", message, said=text)


def _suite(
    exchange: Exchange, found: list[Finding], notes: tuple[str, ...], report: Report,
    options: TextOptions, view: View,
) -> _Suite:  # fmt: skip
    rules = [
        rule for rule in report.rules if _speaks(rule, exchange) and looks_at(rule.family, exchange)
    ]
    families = _by_family(found)
    fired = {*notes, *(one.rule for one in found)}
    skipped = {
        rule: reason
        for reason, names in exchange.not_checked.items()
        for rule in names
        if rule not in fired and looks_at(_family_of(rule), exchange)
    }
    names = dict.fromkeys(
        [*(rule.family for rule in rules), *families, *map(_family_of, (*skipped, *notes))]
    )
    cases = [_registration(exchange, found)]
    for name in names:
        cases.append(
            _family(
                name,
                families.get(name, []),
                [rule for rule in notes if _family_of(rule) == name],
                {rule: why for rule, why in skipped.items() if _family_of(rule) == name},
                sum(rule.family == name for rule in rules),
                options,
                view,
            )
        )
    facts = (
        ("key", exchange.key),
        ("dialect", exchange.dialect),
        ("call-id", exchange.call_id or ""),
        ("user-agent", exchange.user_agent or ""),
        ("client", exchange.client.address),
        ("server", exchange.server.address),
    )
    properties = tuple((name, value) for name, value in facts if value)
    name = f"{exchange.id} {who(exchange)}"
    return _Suite(name, cases, exchange.started, exchange.duration_ms / 1000, properties)


def _speaks(rule: RuleText, exchange: Exchange) -> bool:
    dialects = rule.dialects
    return exchange.dialect in dialects or (exchange.mediasec and _MEDIASEC in dialects)


def _family_of(rule: str) -> str:
    return rule.partition("-")[0]


def _by_family(found: Iterable[Finding]) -> dict[str, list[Finding]]:
    families: dict[str, list[Finding]] = {}
    for one in found:
        families.setdefault(_family_of(one.rule), []).append(one)
    return families


def _registration(exchange: Exchange, found: Sequence[Finding]) -> _Case:
    """Whether it reached what it was for."""
    verdict = judge(exchange, found)
    name = _REGISTRATION if exchange.registration else exchange.method
    stopped = f", {verdict.stopped}" if verdict.stopped else ""
    if verdict.succeeded is None:
        return _Case(name, "skipped", verdict.headline + stopped)
    if verdict.succeeded:
        return _Case(name, said=verdict.headline)
    party = to_act(exchange, verdict)
    act = "" if party is None else f"fix at: {party}"
    return _Case(name, "failure", verdict.headline + stopped, verdict.word, act)


def _family(
    name: str,
    found: Sequence[Finding],
    notes: Sequence[str],
    skipped: Mapping[str, str],
    rules: int,
    options: TextOptions,
    view: View,
) -> _Case:
    """The case of one family; `rules` is how many of it were in force."""
    bad = [one for one in found if one.severity in options.threshold]
    mild = [one for one in found if one.severity not in options.threshold]
    said = [_told(one, view) for one in mild]
    if notes:
        said.append(f"notes, no effect here: {' '.join(notes)}")
    said += _unchecked(skipped)
    if bad:
        first = bad[0]
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        message = f"{first.rule} {first.title}, fix at: {PARTIES[first.party]}{more}"
        text = "\n".join(_told(one, view) for one in bad)
        return _Case(name, "failure", message, first.severity, text, "\n".join(said))
    if skipped and not found and not notes and len(skipped) >= rules:
        return _Case(name, "skipped", "; ".join(_unchecked(skipped)))
    return _Case(name, said="\n".join(said))


def _unchecked(skipped: Mapping[str, str]) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for rule, reason in skipped.items():
        by_reason.setdefault(reason, []).append(rule)
    return [f"not checked: {' '.join(rules)} ({reason})" for reason, rules in by_reason.items()]


def _told(finding: Finding, view: View) -> str:
    """What a finding says, a line for each of its fields."""
    frames = finding.frames or [finding.frame]
    named = " ".join(view.frame(one) for one in frames[:_LISTED])
    head = f"{finding.rule} {finding.name} ({finding.severity}, {finding.effect}) {named}".strip()
    rows = [("what", finding.title), ("fix at", PARTIES[finding.party])]
    rows += fields(finding, view, listed=False)
    if finding.explained_by:
        rows.append(("explained by", finding.explained_by))
    told = [f"  {name}: {escape(value, False, view.show_keys)}" for name, value in rows]
    return "\n".join([head, *told])


def _write(xml: _Xml, suite: _Suite) -> None:
    counts = [case.bad for case in suite.cases]
    attributes = {
        "name": suite.name,
        "tests": str(len(counts)),
        "failures": str(counts.count("failure")),
        "errors": str(counts.count("error")),
        "skipped": str(counts.count("skipped")),
        "time": f"{suite.seconds:.3f}",
    }
    if suite.started:
        attributes["timestamp"] = suite.started[:19]
    with xml.element("testsuite", attributes):
        if suite.properties:
            with xml.element("properties"):
                for name, value in suite.properties:
                    xml.leaf("property", {"name": name, "value": value})
        for case in suite.cases:
            attributes = {"name": case.name, "classname": f"{NAME}.{suite.name}"}
            if not (case.bad or case.said):
                xml.leaf("testcase", attributes)
                continue
            with xml.element("testcase", attributes):
                if case.bad:
                    kind = {"type": case.kind} if case.kind else {}
                    xml.leaf(case.bad, {"message": case.message, **kind}, case.text)
                if case.said:
                    xml.leaf("system-out", {}, case.said)


class _Xml:
    """Elements one a line; every text is escaped, control characters and keys too."""

    def __init__(self, stream: io.TextIOWrapper, show_keys: bool) -> None:
        self._writer = XMLGenerator(stream, "utf-8", short_empty_elements=True)
        self._show_keys = show_keys

    def document(self) -> None:
        """The XML declaration."""
        self._writer.startDocument()

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] = _NONE) -> Iterator[None]:
        """An element around others."""
        self._start(name, attributes)
        self._writer.characters("\n")
        yield
        self._end(name)

    def leaf(self, name: str, attributes: Mapping[str, str], text: str = "") -> None:
        """An element with text, whose lines stay lines."""
        self._start(name, attributes)
        if text:
            self._writer.characters("\n".join(map(self._safe, text.split("\n"))))
        self._end(name)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        safe = {key: self._safe(value) for key, value in attributes.items()}
        self._writer.startElement(name, AttributesImpl(safe))

    def _end(self, name: str) -> None:
        self._writer.endElement(name)
        self._writer.characters("\n")

    def _safe(self, text: str) -> str:
        return escape(text, False, self._show_keys)
