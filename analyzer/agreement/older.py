"""Security-Mechanism and Security-Method: the lists of the drafts before the three headers.

draft-00 (draft-ietf-sip-sec-agree-00 6.4), one list for each pair of URIs:

    "Security-Mechanism" HCOLON "to=" uri COMMA "from=" uri 1*(COMMA mechanism)
    mechanism = "mech=" name [SEMI "pref=" positive-integer] [SEMI "alg=" token] [SEMI params]

arkko-00, arkko-01 (draft-arkko-sip-sec-agree-00 and -01 7.2), commas and semicolons in both parts:

    "Security-Method:" to-uri from-uri tag *(("," / ";") tag)
    tag = "org.iana.sip." name ["=" token]

The result is that of `security_list.parse_list`, with `dialect`, `to` and `source` (the from= URI).
The key of a Security-Method tag is what follows `org.iana.sip.`. Nothing here raises on input.
Defects of a list beside those of `mechanism`: no-to, no-from; of an element: bad-pref.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

import msgspec

from analyzer import limits
from analyzer.agreement.mechanism import Mechanism, MechanismList, Older
from analyzer.agreement.parameters import LWS, slices, unfold
from analyzer.agreement.security_list import parse_element, parse_list
from analyzer.sip.message import SipMessage

MECHANISM: Final = "security-mechanism"
METHOD: Final = "security-method"
DIALECTS: Final = ((MECHANISM, "draft-00"), (METHOD, "arkko"))
PREFIX: Final = "org.iana.sip."

_LABEL: Final = re.compile(r"\s*(to|from|mech)\s*=\s*", re.IGNORECASE)
_TO: Final = re.compile(r"(?:^|,)\s*(to)\s*=", re.IGNORECASE)
_POSITIVE: Final = re.compile(r"[1-9][0-9]{0,9}|0+[1-9][0-9]{0,9}")
_WORD: Final = re.compile(r"[^\s,;]+")
_URI: Final = re.compile(r"\*|sips?:\S*", re.IGNORECASE)
_TAG: Final = re.compile(r"([A-Za-z0-9\-.!%*_+`'~]+)(?:=(.*))?", re.DOTALL)
# RFC 3261 20 lets a body hold a message, or a part of one (message/sipfrag, RFC 3420).
_IN_BODY: Final = re.compile(
    rb"^(security-(?:client|server|verify|mechanism|method))[ \t]*:[ \t]*([^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass
class _Draft:
    """A list in the making."""

    to: str = ""
    source: str = ""
    rows: list[str] = field(default_factory=list)
    elements: list[Mechanism] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def present(message: SipMessage) -> bool:
    """Whether the message has one of the two headers."""
    index = message.index
    return MECHANISM in index or METHOD in index


def lists_of(message: SipMessage) -> tuple[MechanismList, ...]:
    """All lists of its older headers, in order; empty without any."""
    for header, dialect in DIALECTS:
        rows = message.folded_texts(header)
        if rows:
            return read(tuple(rows), dialect)
    return ()


def rows_in_body(message: SipMessage) -> dict[str, list[str]]:
    """Rows of Security-* headers by name that stand in a body message/sip or message/sipfrag:
    where draft-00 to draft-04 put what digest is to protect."""
    if not (message.value("content-type") or "").lower().startswith("message/sip"):
        return {}
    found: dict[str, list[str]] = {}
    for name, value in _IN_BODY.findall(message.body[: limits.MESSAGE]):
        text = value.decode("utf-8", "backslashreplace").strip()
        found.setdefault(name.decode().lower(), []).append(text)
    return found


def read_again(rows: tuple[str, ...], dialect: str) -> MechanismList:
    """A list that was kept as text, in its dialect ("" for that of the three headers)."""
    if not dialect:
        return parse_list(rows)
    return next(iter(read(rows, dialect)), _NOTHING)


@lru_cache(maxsize=limits.LISTS_CACHED)
def read(rows: tuple[str, ...], dialect: str) -> tuple[MechanismList, ...]:
    """The lists in the rows of one header; `dialect` is `draft-00` or begins with `arkko`."""
    if dialect == "draft-00":
        return tuple(_made(one, "draft-00") for one in _draft_00(rows))
    return tuple(_made(*_arkko(row)) for row in rows)


def echo_of(lists: Sequence[MechanismList], server: MechanismList) -> MechanismList | None:
    """Of the lists in a request the one that repeats the server's list, well or badly.

    A client may add lists for other entities (draft-00 6.3), so a list without a likeness is none.
    """
    keys = [element.key for element in server.elements]
    for alike in (
        lambda one: one.source == server.source and one.to == server.to,
        lambda one: one.source == server.source,
        lambda one: [element.key for element in one.elements] == keys,
    ):
        found = [one for one in lists if alike(one)]
        if found:
            return next((one for one in found if one.text == server.text), found[0])
    return None


def _draft_00(rows: Sequence[str]) -> Iterator[_Draft]:
    for group in _groups(rows):
        current = _Draft(rows=group)
        left = limits.ELEMENTS
        for number, row in enumerate(group):
            for start, end in slices(row, left):
                left -= 1
                if row[start:end].strip(LWS):
                    _take(current, row, number, start, end)
                elif current.elements or not current.source:
                    # Read to the letter, the grammar puts two commas behind from=.
                    current.defects.append("empty-element")
        if left <= 0:
            current.defects.append("limit")
        yield current


def _groups(rows: Sequence[str]) -> list[list[str]]:
    """The rows, or parts of rows, of each list: each begins with to=."""
    groups: list[list[str]] = []
    for row in rows:
        starts = [match.start(1) for match in _first(_TO.finditer(row))]
        if not starts and groups:
            groups[-1].append(row)
            continue
        cuts = [0, *starts[1:], len(row)]
        for start, end in pairwise(cuts):
            whole = start == 0 and end == len(row)
            groups.append([row if whole else row[start:end].rstrip(LWS + ",")])
    return groups


def _take(current: _Draft, row: str, number: int, start: int, end: int) -> None:
    """One piece between commas: a URI of the list, or a mechanism."""
    label = _LABEL.match(row, start, end)
    word = label[1].lower() if label else ""
    at = label.end() if label else start
    if word == "to":
        current.to = _uri(row[at:end])
        return
    if word == "from":
        current.source = _uri(row[at:end])
        return
    element = parse_element(row, number, at, end)
    piece = row[start:end]
    raw = piece.strip(LWS)
    first = start + len(piece) - len(piece.lstrip(LWS))
    if element is None:
        element = Mechanism(
            "", "", raw, number, (first, first + len(raw)), defects=("bad-mechanism",)
        )
    defects = element.defects if word else (*element.defects, "bad-mechanism")
    pref = next((value for name, value, _ in element.params if name.lower() == "pref"), None)
    if pref is not None and _POSITIVE.fullmatch(pref) is None:
        defects = (*defects, "bad-pref")
    current.elements.append(
        msgspec.structs.replace(
            element, raw=raw, span=(first, first + len(raw)), defects=tuple(dict.fromkeys(defects))
        )
    )


def _arkko(row: str) -> tuple[_Draft, Older]:
    """One row of Security-Method, and its dialect: commas between the URIs, `edigest`, and no `*`
    (the whole path) came with the second draft."""
    words = [(match[0], match.start()) for match in _first(_WORD.finditer(row))]
    uris: list[tuple[str, int]] = []
    while words and len(uris) < 2 and _URI.fullmatch(words[0][0]):
        uris.append(words.pop(0))
    to, source = (*(text for text, _ in uris), "", "")[:2]
    current = _Draft(to, source, [row])
    if words and words[0][0].lower() in ("sip", "sips"):
        current.defects.append("bad-mechanism")
    current.elements = [_tag(text, at) for text, at in words]
    behind = row.rstrip(LWS)
    if behind.endswith((",", ";")):
        current.defects += ["empty-element", "trailing-comma"]
    comma = len(uris) == 2 and "," in row[uris[0][1] + len(uris[0][0]) : uris[1][1]]
    second = any(element.key == "edigest" for element in current.elements)
    whole_path = any(text == "*" for text, _ in uris)
    return current, "arkko-01" if (second or comma) and not whole_path else "arkko-00"


def _first(matches: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    for _, match in zip(range(limits.ELEMENTS + 2), matches, strict=False):
        yield match


def _tag(text: str, at: int) -> Mechanism:
    span = at, at + len(text)
    match = _TAG.fullmatch(text)
    if match is None:
        return Mechanism(text, text.lower(), text, 0, span, defects=("bad-mechanism",))
    name, value = match[1], match[2]
    params = () if value is None else (("token", value, False),)
    return Mechanism(name, name.lower().removeprefix(PREFIX), text, 0, span, params)


def _uri(text: str) -> str:
    return unfold(text).strip("<>").lower()


def _made(current: _Draft, dialect: Older) -> MechanismList:
    defects = list(dict.fromkeys(current.defects))
    if not current.to:
        defects.append("no-to")
    if not current.source:
        defects.append("no-from")
    if not current.elements:
        defects += ["empty-element", "empty-header"]
    elements = tuple(current.elements)
    return MechanismList(
        tuple(current.rows),
        ", ".join(map(unfold, current.rows)),
        elements,
        elements,
        (),
        tuple(dict.fromkeys(defects)),
        dialect,
        current.to,
        current.source,
    )


_NOTHING: Final = MechanismList((), "", (), (), ())
