"""Subscribers under other names: the same one under the same name in every output.

Names are numbers in the order in which subscribers first appear, so that equal input gives equal
output, and nothing of a real identity can be computed back. An IMSI keeps its first five digits
(MCC and the start of MNC), which name the network and no person; `99` behind them marks
what is invented. Addresses of hosts stay.

All names are learned before anything is written: a number that only one Contact names as a user may
stand in the Call-ID that was told of before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import msgspec

from analyzer.limits import REDACTED
from analyzer.report.joined import with_texts
from analyzer.report.model import CoreRegistration, Identity, Registration, Report, Step
from analyzer.report.phrases import is_usual
from analyzer.report.redacted_rows import known_rows
from analyzer.report.streams import Mapped

_DIGITS: Final = r"(?<![0-9])[0-9]{6,32}(?![0-9])"
_SCHEMES: Final = "sips?|im|pres|mailto|xmpp|acct|h323"  # of URIs with a user (RFC 3261, RFC 3859)
# the user of a URI, the number of a tel URI; the cell; the phone (RFC 7254, RFC 5626 4.1); a
# username of another form; a display name; else what stands before an @; else a number
_NAMES: Final = re.compile(
    rf"\b((?:{_SCHEMES}):(?=[^@;<>\s\"]+@)|tel:)([^@;<>\s\"]+)"
    r"|\b([a-z0-9-]{0,32}(?:cell-id|cgi|sai|ci-3gpp2|node-id)[a-z0-9-]{0,32}=\"?)([^\";,\s]+)"
    r"|\b(urn:(?:gsma:imei|uuid):)([0-9a-f-]{8,64})"
    r"|\b(username[ \t]*=[ \t]*\")([^\"@]{1,256})(?=\")"
    rf"|(\")((?:[^\"\\\r\n]|\\.|\r\n[ \t]){{1,256}})(?=\"\s{{0,8}}<(?:{_SCHEMES}|tel):)"
    r"|([A-Za-z0-9+_.~%-]{1,128})(?=@)"
    rf"|(\+[0-9][0-9().-]{{4,38}}[0-9]|{_DIGITS})",
    re.IGNORECASE,
)
_VALUES: Final = (2, 4, 6, 8, 10, 11, 12)  # groups of what is replaced
_NUMBER: Final = re.compile(_DIGITS)
_DIALLED: Final = re.compile(r"\+?[0-9().-]{6,40}")  # with visual separators (RFC 3966 3)
_LONG: Final = 10  # digits of a number that may be a subscriber's
_ANY: Final = f"99{0:09d}"  # anybody, where not all could be learned
_IMEI: Final = 14  # digits, without the check digit or the software version (TS 23.003 6.2)
_ANSWER: Final = re.compile(r"([1-6]\d\d) (.*)", re.DOTALL)
_BODY: Final = re.compile(r"\r?\n\r?\n")
_MADE: Final = frozenset(("key", "id", "fingerprint"))  # made here, they name nobody
_SUMMARY: Final = "summary"  # of a message: its method, or code and reason phrase
_FREE: Final = frozenset(("call_id", "path"))  # anything may stand there: known numbers alone go


class Pseudonyms:
    """Real names to invented ones. `frozen`: no further ones are learned, and whom nobody has
    named by then has the number 0, as all have beyond `limits.REDACTED`."""

    __slots__ = ("_known", "_names", "frozen")

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._names = 0
        self.frozen = False

    def learn(self, identity: Identity) -> None:
        """Give the subscriber of an exchange its names, if it has none yet."""
        if identity.imsi:
            self._add(identity.imsi, lambda n: f"{(identity.imsi or '')[:5]}99{n:08d}")
        if identity.imei:
            self._phone(identity.imei)
        if identity.msisdn:
            self._add(_only_digits(identity.msisdn), lambda n: f"99{n:09d}")
        if identity.cell:
            self._cell(identity.cell)
        for name in (identity.impi, identity.impu):
            if name:
                self._user(_bare(name))

    def change(self, value: Any) -> Any:
        """Any object with other names in every text of it."""
        return _walk(value, self, "")

    def text(self, text: str) -> str:
        """A text with every known identity, and every user part of a URI, under its other name."""
        whole = self._found(text)
        return _NAMES.sub(self._replace, text) if whole is None else whole

    def numbers(self, text: str) -> str:
        """A text with the known numbers in it under their other names, all else as it is."""
        return _NUMBER.sub(lambda match: self._number(match[0]), text)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where in a text something would get another name."""
        for match in _NAMES.finditer(text):
            if self._replace(match) != match[0]:
                group = next((one for one in _VALUES if match[one] is not None), 0)
                yield match.span(group)

    def _replace(self, match: re.Match[str]) -> str:
        scheme, user, cell_key, cell, *others, before_at, digits = match.groups()
        if scheme is not None:
            return str(scheme) + self._user(user)
        if cell_key is not None:
            return str(cell_key) + self._cell(cell)
        urn, phone, username, other, quote, person = others
        if urn is not None:
            return str(urn) + self._phone(phone)
        if username is not None:
            return str(username) + self._user(other)
        if quote is not None:
            return f"{quote}{self._add(person, lambda n: f'name-{n}')}"
        if before_at is not None:
            return self._found(before_at) or self.numbers(before_at)
        return self._found(digits) or self.numbers(digits)

    def _found(self, name: str) -> str | None:
        """The other name of a user, or of a number however it is written; None for a stranger."""
        dialled = name[:1] in "+0123456789" and _DIALLED.fullmatch(name)
        return self._known.get(_only_digits(name) if dialled else name)

    def _number(self, digits: str) -> str:
        full = len(self._known) >= REDACTED and len(digits) >= _LONG
        return self._known.get(digits, _ANY if full else digits)

    def _cell(self, cell: str) -> str:
        return self._add(cell, lambda n: f"cell-{n}")

    def _phone(self, instance: str) -> str:
        """The name of a phone, however its IMEI is written, or of a UUID."""
        digits = _only_digits(instance)
        if digits != instance.replace("-", ""):
            return self._add(instance, lambda n: f"99{n:013d}")
        name = self._add(digits[:_IMEI], lambda n: f"99{n:013d}")
        return self._add(digits, lambda _: name)

    def _user(self, user: str) -> str:
        """The name of a user part: that of its digits where it is a number."""
        digits = _only_digits(user) if _DIALLED.fullmatch(user) else user
        if digits in self._known:
            return self._known[digits]
        if digits.isdecimal():
            return self._add(digits, lambda n: f"99{n:09d}")
        return self._add(user, lambda n: f"user-{n}")

    def _add(self, real: str, make: Callable[[int], str]) -> str:
        name = self._known.get(real)
        if name is None:
            if self.frozen or len(self._known) >= REDACTED:
                return make(0)
            self._names += 1
            name = self._known[real] = make(self._names)
        return name


def names_of(report: Report) -> Pseudonyms:
    """The other names for all whom this report, or a message of its exchanges, names."""
    names = Pseudonyms()
    for exchange in report.exchanges:
        names.learn(exchange.identity)
    with with_texts(report):
        for exchange in report.exchanges:
            for step in exchange.steps:
                for message in (step, *step.hops):
                    names.text(_head(message.text or ""))
            names.change(exchange)
    for told in (
        report.captures, report.agreements, report.findings, report.signals,
        report.core_registrations,
    ):  # fmt: skip
        for one in told:
            names.change(one)
    names.frozen = True
    return names


def change_of(report: Report) -> Callable[[Any], Any]:
    """What puts other names for the subscribers of this report into any object."""
    return names_of(report).change


def redact(report: Report) -> Report:
    """The report with every subscriber under another name, in every text of it."""
    change = change_of(report)
    return replace(
        report,
        redacted=True,
        captures=[change(capture) for capture in report.captures],
        exchanges=Mapped(report.exchanges, change),
        agreements=Mapped(report.agreements, change),
        findings=Mapped(report.findings, change),
        signals=[change(signal) for signal in report.signals],
        core_registrations=[change(one) for one in report.core_registrations],
    )


def _walk(value: Any, names: Pseudonyms, member: str) -> Any:
    if isinstance(value, str):
        if member in _MADE:
            return value
        if member == _SUMMARY:
            value = _answer(value)
        if member in _FREE and "@" not in value:
            return names.numbers(value)
        return names.text(value)
    if isinstance(value, Step) and value.text is not None:
        value = msgspec.structs.replace(value, text=known_rows(value.text))
    if isinstance(value, (Step, Registration, CoreRegistration)) and value.reason is not None:
        usual = is_usual(value.reason)
        value = value if usual else msgspec.structs.replace(value, reason=None)
    if isinstance(value, msgspec.Struct):
        members = value.__struct_fields__
        return type(value)(**{m: _walk(getattr(value, m), names, m) for m in members})
    if isinstance(value, list):
        return [_walk(item, names, member) for item in value]
    if isinstance(value, dict):
        return {key: _walk(item, names, member) for key, item in value.items()}
    return value


def _answer(summary: str) -> str:
    """Code and reason phrase, or the code alone where the phrase says more."""
    found = _ANSWER.fullmatch(summary)
    return summary if found is None or is_usual(found[2]) else found[1]


def _head(text: str) -> str:
    """Start line and headers of a message."""
    return _BODY.split(text, 1)[0]


def _bare(name: str) -> str:
    """The user part of an IMPI or IMPU."""
    return re.sub(r"^(sips?|tel):", "", name, flags=re.IGNORECASE).partition("@")[0]


def _only_digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
