"""SIP messages from templates, edits and the state of the conversation."""

import re
from collections.abc import Callable
from hashlib import md5
from typing import Any, Final

from .scenario import ScenarioError, Table

_FIELD: Final = re.compile(r"\{(\w+)\}")
_OF_THE_REQUEST: Final = ("Via", "From", "To", "Call-ID", "CSeq")

Values = dict[str, "str | Callable[[], str]"]
Header = tuple[str, str]


class Message:
    """A message as lists of (name, value), so that steps can edit it and others quote it."""

    def __init__(self, start: str, headers: list[Header], body: str) -> None:
        self.start = start
        self.headers = headers
        self.body = body

    def rows(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def octets(self) -> bytes:
        """The message on the wire; a Content-Length written in the scenario stands."""
        body = self.body.lstrip("\n").replace("\n", "\r\n").encode()
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        if not self.rows("Content-Length"):
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def digest(*parts: str) -> str:
    """A short name that is the same at every build."""
    return md5("|".join(parts).encode(), usedforsecurity=False).hexdigest()[:16]


def fill(text: str, values: Values) -> str:
    """`text` with each known `{name}` put in, and those inside what was put in."""
    for _ in range(4):
        filled = _FIELD.sub(lambda match: _value(match, values), text)
        if filled == text:
            break
        text = filled
    return text


def _value(match: re.Match[str], values: Values) -> str:
    value = values.get(match[1])
    if value is None:
        raise ScenarioError(f"nothing is known by the name {match[0]}")
    return value() if callable(value) else value


def from_template(templates: Table, name: str, values: Values) -> Message:
    """Build a message by its template's name, or an answer by its status line (`403 Forbidden`)."""
    if name not in templates:
        if not name[:3].isdigit():
            raise ScenarioError(f"there is no message {name!r}")
        message = from_template(templates, "response", values)
        message.start = f"SIP/2.0 {name}"
        return message
    template = templates[name]
    if "like" in template:
        message = from_template(templates, template["like"], values)
    else:
        message = Message("SIP/2.0 200 OK", [], "")
        for line in template.get("headers", []):
            add(message, line, values)
    edit(message, template, values)
    return message


def add(message: Message, line: str, values: Values) -> None:
    """Add a header line; what it quotes may have several rows, or none."""
    name, _, text = line.partition(":")
    text = text.strip(" ")
    for row in fill(text, values).split("\f"):
        if row:
            message.headers.append((name, row))


def edit(message: Message, edits: Table, values: Values) -> None:
    """Apply `start`, `remove`, `set`, `replace`, `append` and `body`, in this order."""
    if "start" in edits:
        message.start = fill(edits["start"], values)
    gone = {name.lower() for name in edits.get("remove", [])}
    message.headers = [row for row in message.headers if row[0].lower() not in gone]
    for name, wanted in edits.get("set", {}).items():
        _set(message, name, wanted if isinstance(wanted, list) else [wanted], values)
    for name, changes in edits.get("replace", {}).items():
        _replace(message, name, changes, values)
    for line in edits.get("append", []):
        add(message, line, values)
    if "body" in edits:
        message.body = fill(edits["body"], values)


def _set(message: Message, name: str, wanted: list[str], values: Values) -> None:
    rows = [(name, row) for text in wanted for row in fill(text, values).split("\f") if row]
    places = [i for i, row in enumerate(message.headers) if row[0].lower() == name.lower()]
    place = places[0] if places else len(message.headers)
    kept = [row for row in message.headers if row[0].lower() != name.lower()]
    message.headers = kept[:place] + rows + kept[place:]


def _replace(message: Message, name: str, changes: dict[str, str], values: Values) -> None:
    for i, (key, text) in enumerate(message.headers):
        if key.lower() == name.lower():
            for old, new in changes.items():
                old = fill(old, values)
                if old not in text:
                    raise ScenarioError(f"{name} holds no {old!r}: {text}")
                text = text.replace(old, fill(new, values))
            message.headers[i] = (key, text)


def answer(message: Message, request: Message, to_tag: str) -> None:
    """Make `message` the answer to `request` (RFC 3261 8.2.6.2)."""
    quoted = [row for name in _OF_THE_REQUEST for row in request.headers if row[0] == name]
    message.headers = [
        (name, f"{value};tag={to_tag}" if name == "To" and ";tag=" not in value else value)
        for name, value in quoted
    ] + message.headers


def forwarded(request: Message, rules: Table, via: str, flag: str, values: Values) -> Message:
    """The request as the P-CSCF sends it on (TS 24.229 5.2.2)."""
    message = Message(request.start, list(request.headers), request.body)
    message.headers.insert(0, ("Via", via))
    for name in ("Require", "Proxy-Require"):
        tags = [tag.strip() for row in message.rows(name) for tag in row.split(",")]
        left = ", ".join(tag for tag in tags if tag != "sec-agree")
        _set(message, name, [left] if left else [], values)
    edit(message, rules, values)
    message.headers = [
        (name, f'{value},integrity-protected="{flag}"' if name == "Authorization" else value)
        if name != "Max-Forwards"
        else (name, str(int(value) - 1))
        for name, value in message.headers
    ]
    return message


def aka_response(method: str, uri: str, vector: Table, values: dict[str, Any]) -> str:
    """The digest response with RES as password (RFC 3310 3.3), qop=auth."""
    identity = f"{values['user']}@{values['realm']}:{values['realm']}:".encode()
    return _response(identity + bytes.fromhex(vector["res"]), method, uri, vector["nonce"], values)


def digest_response(method: str, uri: str, values: dict[str, Any], extra: str = "") -> str:
    """The plain digest response; `extra` is what d-ver adds to A2 (RFC 3329 2.2)."""
    secret = f"{values['user']}:{values['realm']}:{values['digest_password']}".encode()
    return _response(secret, method, uri + extra, values["digest_nonce"], values)


def _response(secret: bytes, method: str, rest: str, nonce: str, values: dict[str, Any]) -> str:
    ha1 = md5(secret, usedforsecurity=False).hexdigest()
    ha2 = md5(f"{method}:{rest}".encode(), usedforsecurity=False).hexdigest()
    text = f"{ha1}:{nonce}:00000001:{values['cnonce']}:auth:{ha2}"
    return md5(text.encode(), usedforsecurity=False).hexdigest()
