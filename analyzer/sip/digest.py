"""Digest challenges and credentials, with AKA (RFC 3261 22; RFC 2617 3.2; RFC 3310 3; RFC 4169).

A parameter that is absent is None, one that is empty is "". Nothing here raises on input.
"""

import binascii
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec

from analyzer import limits
from analyzer.sip.headers import unquote
from analyzer.sip.readings import remembered

RAND_OCTETS: Final = 16
SQN_OCTETS: Final = 6
AMF_OCTETS: Final = 2
MAC_OCTETS: Final = 8
AUTS_OCTETS: Final = 14

_SCHEME: Final = re.compile(r"[\s,]*([-.!%*_+`'~0-9A-Za-z]+)(?=\s|$|,)")
_SEPARATOR: Final = re.compile(r"[\s,]*")
_PARAMETER: Final = re.compile(r"([-.!%*_+`'~0-9A-Za-z]+)\s*=\s*")
_NEXT_SCHEME: Final = re.compile(r"([-.!%*_+`'~0-9A-Za-z]+)\s+(?=[-.!%*_+`'~0-9A-Za-z]+\s*=)")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE: Final = re.compile(r'[^\s,"]*')


class AkaNonce(msgspec.Struct, frozen=True, gc=False):
    """What an AKA nonce carries (RFC 3310 3.2): RAND (16 octets), parts of AUTN, server data."""

    rand: bytes
    sqn_ak: bytes  # SQN xor AK, 6 octets
    amf: bytes  # 2 octets
    mac: bytes  # 8 octets
    server_data: bytes

    @property
    def autn(self) -> bytes:
        """AUTN whole, 16 octets (TS 33.102 6.3.2)."""
        return self.sqn_ak + self.amf + self.mac


class DigestParameters(msgspec.Struct):
    """What challenges and credentials have in common; values without their quotes.

    `quoted` holds the (lower-case) names of the parameters that were quoted-strings. `others` are
    parameters without a field here, in order. Defects: `no-parameters`, `unclosed-quote`,
    `bad-auth-param`, `missing-comma`, `repeated-auth-param`.
    """

    scheme: str
    realm: str | None = None
    nonce: str | None = None
    algorithm: str | None = None
    qop: str | None = None
    opaque: str | None = None
    others: tuple[tuple[str, str], ...] = ()
    quoted: frozenset[str] = frozenset()
    defects: tuple[str, ...] = ()

    @property
    def aka(self) -> bool:
        """The algorithm is one of Digest AKA (RFC 3310 3.1, RFC 4169)."""
        algorithm = self.algorithm
        return algorithm is not None and algorithm[:6].lower() in ("akav1-", "akav2-")

    @property
    def aka_nonce(self) -> AkaNonce | None:
        """The nonce read as RAND, AUTN and server data; None where it is none."""
        return parse_aka_nonce(self.nonce)[0] if self.nonce else None


class Challenge(DigestParameters):
    """One challenge of WWW-Authenticate or Proxy-Authenticate; `ck` and `ik` as on Mw
    (TS 24.229 7.2A.1), hexadecimal text as written."""

    stale: str | None = None
    domain: str | None = None
    ck: str | None = None
    ik: str | None = None


class Credentials(DigestParameters):
    """Authorization or Proxy-Authorization; `integrity_protected` as of TS 24.229 7.2A.2."""

    username: str | None = None
    uri: str | None = None
    response: str | None = None
    cnonce: str | None = None
    nc: str | None = None
    auts: str | None = None
    integrity_protected: str | None = None


AGAIN: Final = 64  # rows read lately: a set reads them again when its run is judged
_Kind = TypeVar("_Kind", bound=DigestParameters)
_COMMON: Final = ("realm", "nonce", "algorithm", "qop", "opaque")
_CHALLENGE: Final = {name: name for name in (*_COMMON, "stale", "domain", "ck", "ik")}
_CREDENTIALS: Final = {
    name: name.replace("-", "_")
    for name in (
        *_COMMON,
        "username",
        "uri",
        "response",
        "cnonce",
        "nc",
        "auts",
        "integrity-protected",
    )
}


_FIELDS: Final[dict[type[DigestParameters], dict[str, str]]] = {
    Challenge: _CHALLENGE,
    Credentials: _CREDENTIALS,
}


@lru_cache(AGAIN)
def parse_challenges(text: str) -> Sequence[Challenge]:
    """The challenges of one row, mostly one; shared, and not to be changed."""
    return _parse(text, Challenge)


@lru_cache(AGAIN)
def parse_credentials(text: str) -> Credentials | None:
    """The credentials of one row (further ones in the same row are not allowed and left
    out); shared, and not to be changed."""
    found = _parse(text, Credentials)
    return found[0] if found else None


def _parse(text: str, kind: type[_Kind]) -> list[_Kind]:
    """Read a row by its form, where that was met before, else step by step."""
    pieces = text.split('"')
    if len(pieces) % 2 and "\\" not in text:
        form = '"'.join(pieces[::2])
        filling = _filling(form, kind) if len(form) <= limits.READING else None
        if filling is not None:
            values, places = filling
            values = values.copy()
            for place, piece in places:
                values[place] = pieces[piece]
            return [kind(*values)]
    return _read(text, kind)


@lru_cache(limits.READINGS)
def _filling(form: str, kind: type[_Kind]) -> tuple[list[Any], list[tuple[int, int]]] | None:
    """How rows of one form are read: values of the fields, and which come from which piece.

    The form is the row without what stands in quotes. That decides nothing about the rest of a
    row without defects, nor about one of several challenges; of other rows None.
    """
    outside = form.split('"')
    numbered = outside[0] + "".join(
        f'"{2 * number + 1}"{piece}' for number, piece in enumerate(outside[1:])
    )
    found = _read(numbered, kind)
    if len(found) != 1 or found[0].defects or found[0].others:
        return None
    fields = kind.__struct_fields__
    values = [getattr(found[0], field) for field in fields]
    places = [fields.index(_FIELDS[kind][name]) for name in found[0].quoted]
    return values, [(place, int(values[place])) for place in places]


def _read(text: str, kind: type[_Kind]) -> list[_Kind]:
    """Read a row step by step, whatever is wrong with it."""
    fields = _FIELDS[kind]
    found: list[_Kind] = []
    position = 0
    scheme = _SCHEME.match(text)
    while scheme:
        value, position, following = _parameters(text, scheme.end(), kind(scheme[1]), fields)
        found.append(value)
        scheme = _NEXT_SCHEME.match(text, position) if following else None
    return found


def _parameters(
    text: str, position: int, value: _Kind, fields: dict[str, str]
) -> tuple[_Kind, int, bool]:
    """Fill `value` up to the end or the next scheme; where that is, and whether there is one."""
    defects: list[str] = []
    others: list[tuple[str, str]] = []
    quoted: set[str] = set()
    seen: set[str] = set()
    following = False
    while True:
        separator = _SEPARATOR.match(text, position)
        assert separator is not None  # matches the empty string
        position = separator.end()
        if position == len(text):
            break
        if seen and "," not in separator[0]:
            defects.append("missing-comma")
        parameter = _PARAMETER.match(text, position)
        if parameter is None:
            if seen and _NEXT_SCHEME.match(text, position):
                following = True
                break
            defects.append("bad-auth-param")
            comma = text.find(",", position)
            position = comma if comma > 0 else len(text)
            continue
        name = parameter[1].lower()
        content, position, is_quoted = _value(text, parameter.end(), defects)
        if is_quoted:
            quoted.add(name)
        if name in seen:
            defects.append("repeated-auth-param")
        elif name in fields:
            setattr(value, fields[name], content)
        else:
            others.append((name, content))
        seen.add(name)
    if not seen:
        defects.append("no-parameters")
    value.others = tuple(others)
    value.quoted = frozenset(quoted)
    value.defects = tuple(dict.fromkeys(defects))
    return value, position, following


def _value(text: str, position: int, defects: list[str]) -> tuple[str, int, bool]:
    if text[position : position + 1] != '"':
        bare = _BARE.match(text, position)
        assert bare is not None  # matches the empty string
        return bare[0], bare.end(), False
    quoted = _QUOTED.match(text, position)
    if quoted is None:
        defects.append("unclosed-quote")
        return text[position + 1 :], len(text), True
    return unquote(quoted[0]), quoted.end(), True


@remembered
def parse_aka_nonce(nonce: str) -> tuple[AkaNonce | None, tuple[str, ...]]:
    """Read RAND, AUTN and server data out of a nonce (RFC 3310 3.2).

    Defects: `nonce-not-base64`, `nonce-short` (fewer than 32 octets), `base64-padding`.
    """
    octets, defects = _base64(nonce, "nonce-not-base64")
    if octets is None:
        return None, defects
    autn = RAND_OCTETS
    amf = autn + SQN_OCTETS
    mac = amf + AMF_OCTETS
    end = mac + MAC_OCTETS
    if len(octets) < end:
        return None, (*defects, "nonce-short")
    return (
        AkaNonce(octets[:autn], octets[autn:amf], octets[amf:mac], octets[mac:end], octets[end:]),
        defects,
    )


def parse_auts(auts: str) -> tuple[bytes | None, tuple[str, ...]]:
    """Read AUTS (RFC 3310 3.4). Defects: `auts-not-base64`, `auts-length`, `base64-padding`."""
    octets, defects = _base64(auts, "auts-not-base64")
    if octets is None:
        return None, defects
    if len(octets) != AUTS_OCTETS:
        return None, (*defects, "auts-length")
    return octets, defects


def _base64(text: str, defect: str) -> tuple[bytes | None, tuple[str, ...]]:
    bare = text.strip().rstrip("=")
    padding = -len(bare) % 4
    if padding == 3 or not bare.isascii():
        return None, (defect,)
    try:
        octets = binascii.a2b_base64(bare + "=" * padding, strict_mode=True)
    except ValueError:
        return None, (defect,)
    return octets, () if len(bare) + padding == len(text.strip()) else ("base64-padding",)
