"""The texts of a Security-* list: its rows, its elements, name and parameters of one of them.

What `security_list` makes elements of (`mechanism`); the grammar and the names of the defects stand
there.
"""

import re
from collections.abc import Iterator
from typing import Final

from analyzer import limits

Parameter = tuple[str, str | None, bool]
"""Name as written, value or None, whether that was quoted."""

MECHANISM_NAMES: Final = frozenset({"digest", "tls", "ipsec-ike", "ipsec-man", "ipsec-3gpp"})
SPI_NAMES: Final = ("spi-c", "spi-s", "spi")
PORT_NAMES: Final = ("port-c", "port-s")
# `spi`, `port1`, `port2` are the first generation (RFC 3329 App. A).
VALUED_NAMES: Final = frozenset(
    {"q", "alg", "ealg", "prot", "mod", "d-alg", "d-qop", "d-ver", "port1", "port2"}
    | set(SPI_NAMES)
    | set(PORT_NAMES)
)
SA_NAMES: Final = frozenset({*SPI_NAMES, *PORT_NAMES, "port1", "port2"})
SPI_MAX: Final = 0xFFFF_FFFF
PORT_MAX: Final = 0xFFFF

LWS: Final = " \t\r\n"
_LWS = r"[ \t\r\n]*+"
_TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]++"
_VALUE = r"[A-Za-z0-9\-.!%*_+`'~\[\]:]++"
_QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# From a quote to its end, or to the end of the text where it is never closed: always succeeds, so
# that an open quote costs one pass and not one for each quote behind it.
_QUOTED_OR_OPEN = r'"[^"\\]*+(?:\\.[^"\\]*+)*+\\?"?'

_PARAM = rf";{_LWS}({_TOKEN}){_LWS}(?:(=){_LWS}(?:({_VALUE})|({_QUOTED}))?{_LWS})?"
_PARAM_PLAIN = rf";{_LWS}{_TOKEN}{_LWS}(?:={_LWS}(?:{_VALUE}|{_QUOTED})?{_LWS})?"
_WELL_FORMED = re.compile(rf"{_LWS}({_TOKEN}){_LWS}(?:{_PARAM_PLAIN})*", re.DOTALL)
_PARAMS = re.compile(_PARAM, re.DOTALL)
_BETWEEN_COMMAS = re.compile(rf'(?:[^,"]++|{_QUOTED_OR_OPEN})*+', re.DOTALL)
_BETWEEN_SEMICOLONS = re.compile(rf'(?:[^;"]++|{_QUOTED_OR_OPEN})*+', re.DOTALL)
_ONE_TOKEN = re.compile(_TOKEN)
_ONE_VALUE = re.compile(_VALUE)
_ONE_QUOTED = re.compile(_QUOTED, re.DOTALL)
_BREAK_IN_TOKEN = re.compile(r"(?<=[^ \t\r\n])[ \t]*+(?:\r\n?|\n)[ \t]*+(?=[^ \t\r\n])")
BARE_BREAK = re.compile(r"(?:\r\n|\r(?!\n)|\n)(?![ \t])")
_FOLD = re.compile(r"[ \t]*(?:\r\n|\r(?!\n)|\n)[ \t]+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_Q = re.compile(r"0(?:\.([0-9]{0,3}))?|1(?:\.0{0,3})?")


def unfold(text: str) -> str:
    """Each fold as one SP (RFC 3261 7.3.1), white space at both ends taken off."""
    if "\n" in text or "\r" in text:
        text = _FOLD.sub(" ", text)
    return text.strip(LWS)


def slices(row: str, most: int) -> Iterator[tuple[int, int]]:
    """Spans between the commas outside quoted strings, at most `most` of them."""
    start = 0
    quoted = '"' in row
    for _ in range(most):
        if quoted:
            match = _BETWEEN_COMMAS.match(row, start)
            end = match.end() if match else len(row)
        else:
            end = row.find(",", start)
            if end < 0:
                end = len(row)
        yield start, end
        if end >= len(row):
            return
        start = end + 1


def read_element(raw: str, defects: list[str]) -> tuple[str, list[Parameter]]:
    """Name and parameters of an element, step by step, whatever is wrong with it."""
    match = _WELL_FORMED.fullmatch(raw)
    if match is not None:
        name = match[1]
        found = _PARAMS.findall(raw, match.end(1))
        params: list[Parameter] = [
            (p, token, False) if token else (p, *_other_value(equal, quoted))
            for p, equal, token, quoted in found
        ]
        if ("\n" in raw or "\r" in raw) and BARE_BREAK.search(raw):
            defects.append("fold-in-token")
    else:
        name, params = _tolerant(raw, defects)
    if len(params) > limits.ELEMENTS:
        del params[limits.ELEMENTS :]
        defects.append("limit")
    return name, params


def _other_value(equal: str, quoted: str) -> tuple[str | None, bool]:
    if quoted:
        return _unquote(quoted), True
    return ("" if equal else None), False


def _unquote(text: str) -> str:
    inner = text[1:-1]
    return _ESCAPE.sub(r"\1", inner) if "\\" in inner else inner


def _tolerant(raw: str, defects: list[str]) -> tuple[str, list[Parameter]]:
    """Name and parameters of an element that the grammar does not allow."""
    pieces = _pieces(raw)
    name = _healed_name(pieces[0], MECHANISM_NAMES, defects)
    if _ONE_TOKEN.fullmatch(name) is None:
        add(defects, "bad-mechanism")
        leading = _ONE_TOKEN.match(name)
        name = leading[0] if leading else ""
    return name, [_tolerant_parameter(piece, defects) for piece in pieces[1:]]


def _pieces(raw: str) -> list[str]:
    pieces: list[str] = []
    position = 0
    while len(pieces) <= limits.ELEMENTS + 1:
        match = _BETWEEN_SEMICOLONS.match(raw, position)
        end = match.end() if match else len(raw)
        pieces.append(raw[position:end].strip(LWS))
        if end >= len(raw):
            break
        position = end + 1
    return pieces


def _tolerant_parameter(piece: str, defects: list[str]) -> Parameter:
    name, equal, value = piece.partition("=")
    name = _healed_name(name.strip(LWS), VALUED_NAMES, defects)
    if _ONE_TOKEN.fullmatch(name) is None:
        add(defects, "bad-mechanism")
    if not equal:
        return name, None, False
    value = value.strip(LWS)
    if _ONE_QUOTED.fullmatch(value):
        return name, _unquote(value), True
    if name.lower() in VALUED_NAMES:
        value = _without_breaks(value, defects)
    if value and _ONE_VALUE.fullmatch(value) is None:
        add(defects, "bad-mechanism")
    return name, value, False


def _healed_name(name: str, known: frozenset[str], defects: list[str]) -> str:
    """The name without the line break that splits it, where that gives a known one."""
    if "\n" in name or "\r" in name:
        joined = _BREAK_IN_TOKEN.sub("", name)
        if joined.lower() in known:
            add(defects, "fold-in-token")
            return joined
    return name


def _without_breaks(value: str, defects: list[str]) -> str:
    if "\n" in value or "\r" in value:
        add(defects, "fold-in-token")
        return _BREAK_IN_TOKEN.sub("", value)
    return value


def add(defects: list[str], defect: str) -> None:
    """Note a defect, once."""
    if defect not in defects:
        defects.append(defect)


def q_thousandths(text: str) -> int | None:
    """A qvalue in thousandths (RFC 3329 2.2), None where it is outside the grammar."""
    match = _Q.fullmatch(text)
    if match is None:
        return None
    if text[0] == "1":
        return 1000
    return int((match[1] or "").ljust(3, "0"))


def decimal(text: str) -> int | None:
    """A decimal number of at most ten significant digits, None where it is anything else."""
    if not (text.isdigit() and text.isascii()):
        return None
    if len(text) > 10:
        text = text.lstrip("0")
        if len(text) > 10:
            return None
    return int(text or "0")
