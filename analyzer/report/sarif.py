"""SARIF 2.1.0 (OASIS): rules, the clauses they rest on as a taxonomy, a result for each finding.

What a viewer shows is the finding's text and the capture; frames are logical locations, since a
capture has no lines. A registration that did not succeed is a result of the rule `registration`.
Written as the report streams by, one object at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

import msgspec

from analyzer.report.escape import escape
from analyzer.report.finding_text import seen
from analyzer.report.glance import glances, pick
from analyzer.report.model import Capture, Exchange, Finding, Frame, Report, Severity
from analyzer.report.sarif_rules import REGISTRATION, Catalogue, catalogue
from analyzer.report.summary import is_note
from analyzer.report.text import TextOptions, view_of
from analyzer.report.verdict import PARTIES, Word, judge, succeeded, to_act
from analyzer.report.verdict import first_frame as first

Object = dict[str, Any]

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final[dict[Severity, str]] = {
    "critical": "error",
    "error": "error",
    "warning": "warning",
    "info": "note",
}
_LITERAL: Final = str.maketrans({"\\": r"\\", "[": r"\[", "]": r"\]", "{": "{{", "}": "}}"})
_FINGERPRINT: Final = "secagree/v1"
_ENCODE: Final = msgspec.json.Encoder().encode


def to_sarif(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    """Write one log with one run."""
    writer = _Sarif(report, options)
    stream.write(b'{"$schema":' + _ENCODE(_SCHEMA) + b',"version":"2.1.0","runs":[{\n')
    members = ((_ENCODE(name), _ENCODE(value)) for name, value in writer.head())
    stream.writelines(name + b":" + value + b",\n" for name, value in members)
    stream.write(b'"results":[')
    lead = b"\n"
    for result in writer.results():
        stream.write(lead + _ENCODE(result))
        lead = b",\n"
    stream.write(b"\n]}]}\n")


class _Sarif:
    """One report on its way out; every text out of a packet is escaped here."""

    def __init__(self, report: Report, options: TextOptions) -> None:
        self._report = report
        self._show_keys = options.show_keys
        self._view = view_of(report, options)
        failed = any(_failed(one.word) for one in glances(report.exchanges))
        self._catalogue: Catalogue = catalogue(report, failed, self._safe)

    def _safe(self, text: str) -> str:
        return escape(text, False, self._show_keys)

    def head(self) -> Iterator[tuple[str, Any]]:
        """The members of the run but its results."""
        report, known = self._report, self._catalogue
        driver: Object = {
            "name": report.tool.name,
            "version": report.tool.version,
            "rules": known.rules,
            "supportedTaxonomies": [{"name": one["name"]} for one in known.taxonomies],
        }
        yield "tool", {"driver": driver}
        yield "invocations", [self._invocation()]
        yield "artifacts", [self._artifact(one) for one in report.captures]
        yield "taxonomies", known.taxonomies
        yield "columnKind", "unicodeCodePoints"
        summary = msgspec.to_builtins(report.summary)
        not_checked = _not_checked(report.exchanges)
        yield "properties", {"summary": summary, "notChecked": not_checked}

    def results(self) -> Iterator[Object]:
        """Registrations that failed, then the findings in their order."""
        failed = {one.id for one in glances(self._report.exchanges) if _failed(one.word)}
        for exchange in pick(self._report.exchanges, failed):
            yield self._registration(exchange)
        for finding in self._report.findings:
            yield self._finding(finding)

    def _registration(self, exchange: Exchange) -> Object:
        verdict = judge(exchange)
        party = to_act(exchange, verdict)
        act = "" if party is None else f" Fix at: {party}."
        stopped = f", {verdict.stopped}" if verdict.stopped else ""
        frame = first(exchange)
        return {
            **self._catalogue.reference(REGISTRATION),
            "level": "error",
            "message": {"text": self._said(f"{verdict.headline}{stopped}.{act}")},
            "locations": [] if frame is None else [self._location(frame)],
            "partialFingerprints": {_FINGERPRINT: f"{REGISTRATION}-{exchange.key}"},
            "properties": _present(
                exchange=exchange.id, key=exchange.key, party=verdict.party, layer=exchange.layer
            ),
        }

    def _finding(self, finding: Finding) -> Object:
        note = is_note(finding, self._report.strict)
        frames = [one for one in finding.frames if one != finding.frame]
        related = [
            {"id": number, **self._location(frame), "message": {"text": self._name(frame)}}
            for number, frame in enumerate(frames, 1)
        ]
        return {
            **self._catalogue.reference(finding.rule),
            "level": "note" if note else _LEVELS[finding.severity],
            "message": {"text": self._message(finding)},
            "locations": [self._location(finding.frame)],
            **({"relatedLocations": related} if related else {}),
            "partialFingerprints": {_FINGERPRINT: finding.fingerprint},
            **({"occurrenceCount": finding.count} if finding.count else {}),
            "properties": _present(
                id=finding.id,
                name=finding.name,
                severity=finding.severity,
                effect=finding.effect,
                party=finding.party,
                exchange=finding.exchange,
                agreement=finding.agreement,
                explainedBy=finding.explained_by,
                expected=self._maybe(finding.expected),
                seen=self._maybe(seen(finding, self._view)),
                parameter=self._maybe(finding.parameter),
                peer=self._maybe(finding.peer),
                **{"class": finding.class_},
            ),
        }

    def _message(self, finding: Finding) -> str:
        """One paragraph that stands alone."""
        parts = [f"{finding.title}."]
        for label, text in (
            ("Expected", finding.expected), ("Seen", seen(finding, self._view)),
            ("Detail", finding.detail),
        ):  # fmt: skip
            if text:
                parts.append(f"{label}: {text}.")
        parts.append(f"Fix at: {PARTIES[finding.party]}.")
        return self._said(" ".join(parts))

    def _said(self, text: str) -> str:
        """A text that viewers find neither a link nor a placeholder in (SARIF 3.11.5, 3.11.6)."""
        return self._safe(text).translate(_LITERAL)

    def _maybe(self, text: str | None) -> str | None:
        return None if text is None else self._safe(text)

    def _name(self, frame: Frame) -> str:
        return self._view.frame(frame)

    def _location(self, frame: Frame) -> Object:
        """A frame of a capture; of a text the frame is the line."""
        capture = self._report.captures[frame.capture]
        physical: Object = {"artifactLocation": {**self._place(capture), "index": frame.capture}}
        if capture.format.startswith("text"):
            physical["region"] = {"startLine": frame.frame}
        return {
            "physicalLocation": physical,
            "logicalLocations": [
                {
                    "name": self._name(frame),
                    "fullyQualifiedName": f"{self._safe(capture.path)}#{frame.frame}",
                    "kind": "frame",
                }
            ],
            "properties": {"capture": frame.capture, "frame": frame.frame},
        }

    def _artifact(self, capture: Capture) -> Object:
        properties = _present(
            format=capture.format,
            packets=capture.packets,
            sipMessages=capture.sip_messages,
            firstTime=capture.first_time,
            lastTime=capture.last_time,
        )
        return {"location": self._place(capture), "properties": properties}

    def _place(self, capture: Capture) -> Object:
        return {"uri": uri(capture.path)}

    def _invocation(self) -> Object:
        """Whether all could be read, and what could not."""
        captures = self._report.captures
        told = [
            {
                "level": "error" if capture.unreadable else "warning",
                "message": {"text": self._said(": ".join(filter(None, (one.kind, one.detail))))},
                "locations": [
                    self._location(Frame(number, one.frame))
                    if one.frame
                    else {"physicalLocation": {"artifactLocation": self._place(capture)}}
                ],
                "properties": _present(count=one.count, offset=one.offset),
            }
            for number, capture in enumerate(captures)
            for one in capture.problems
        ]
        return {
            "executionSuccessful": not any(one.unreadable for one in captures),
            **({"toolExecutionNotifications": told} if told else {}),
        }


def uri(path: str) -> str:
    """The path of a capture as a URI reference, with its slashes the right way."""
    from pathlib import PurePath
    from urllib.parse import quote

    if path == "-":
        return "stdin"
    pure = PurePath(path)
    if pure.is_absolute():
        return pure.as_uri()
    slashed = quote(pure.as_posix(), errors="surrogateescape")
    return f"./{slashed}" if ":" in slashed.split("/", 1)[0] else slashed


def _failed(word: Word) -> bool:
    return succeeded(word) is False


def _present(**members: Any) -> Object:
    return {name: value for name, value in members.items() if value not in (None, "")}


def _not_checked(exchanges: Iterable[Exchange]) -> Mapping[str, list[str]]:
    """Over all exchanges: the rules that could not be checked somewhere, by reason."""
    found: dict[str, dict[str, None]] = {}
    for exchange in exchanges:
        for reason, rules in exchange.not_checked.items():
            found.setdefault(reason, {}).update(dict.fromkeys(rules))
    return {reason: sorted(rules) for reason, rules in sorted(found.items())}
