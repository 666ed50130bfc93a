"""The Security-Client, -Server and -Verify grammar (RFC 3329 2.2, TS 33.203 Annex H).

    security-list  = sec-mechanism *(COMMA sec-mechanism)
    sec-mechanism  = mechanism-name *(SEMI mech-parameters)
    mech-parameters= generic-param            ; q, d-alg, alg, spi-c ... are known names of it
    generic-param  = token [EQUAL gen-value]
    gen-value      = token / host / quoted-string

COMMA, SEMI and EQUAL take linear white space on both sides (RFC 3261 25.1). Nothing here raises on
input: what departs from the grammar is read as far as it makes sense and named in `defects`.

Defects of an element (`Mechanism.defects`):

    bad-mechanism       no token as name, or something other than `;param` follows
    duplicate-param     a parameter name twice, whatever its case (the first one counts)
    value-missing:NAME  a parameter that needs a value has none, or `=` stands without one
    quoted-token:NAME   a token or number stands in quotes
    bad-q               q outside `0[.ddd]` and `1[.000]`
    spi-range           an SPI that is no decimal number in 0..4294967295
    port-range          port-c or port-s that is no decimal number in 1..65535
    d-ver-format        d-ver is not 32 hexadecimal digits in quotes
    d-ver-upper-case    d-ver has upper-case digits
    fold-in-token       CR or LF without following blank, or a fold that splits a token
    limit               more parameters than `limits.ELEMENTS`; the rest was not read

Defects of a list (`MechanismList.defects`): empty-element, always with at least one of
empty-header, leading-comma, trailing-comma, double-comma; fold-in-token; limit.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from analyzer import limits
from analyzer.agreement.mechanism import Mechanism, MechanismList
from analyzer.agreement.parameters import (
    BARE_BREAK,
    LWS,
    PORT_MAX,
    PORT_NAMES,
    SPI_MAX,
    VALUED_NAMES,
    Parameter,
    add,
    decimal,
    q_thousandths,
    read_element,
    slices,
    unfold,
)

# One text each for the values that every phone writes.
USUAL: Final[dict[str | None, str]] = {
    text: text
    for text in (
        *("hmac-md5-96", "hmac-sha-1-96", "aes-gmac", "null", "aes-cbc", "des-ede3-cbc"),
        *("aes-gcm", "esp", "ah", "trans", "tun", "UDP-enc-tun", "ipsec-3gpp"),
    )
}
MARK: Final = 10_000  # a number that any SPI or port may be

NUMBERED = re.compile(r";((?:spi|port)-[cs])=([0-9]{1,10})(?![^;])")
_D_VER = re.compile(r"[0-9A-Fa-f]{32}")
_FIELDS: Final = Mechanism.__struct_fields__
_RAW, _ROW, _SPAN, _PARAMETERS = map(_FIELDS.index, ("raw", "row", "span", "written"))


def parse_list(rows: Sequence[str]) -> MechanismList:
    """Parse the values of all rows of one header, in order, folds and all. Never raises."""
    key = tuple(rows)
    size = len(key[0]) if len(key) == 1 else sum(map(len, key))
    return _parse(key) if size > limits.LIST_CACHED else _parse_cached(key)


def _parse(rows: tuple[str, ...]) -> MechanismList:
    return _single(rows) or _joined(rows)


def _single(rows: tuple[str, ...]) -> MechanismList | None:
    """The list that most are: one element without fold or quote; None where it is not so plain."""
    row = rows[0] if len(rows) == 1 else ","
    if "," in row or '"' in row or "\n" in row or "\r" in row:
        return None
    element = parse_element(row, 0, 0, len(row))
    if element is None or element.mediasec:
        return None
    alone = (element,)
    return MechanismList(rows, row.strip(LWS), alone, alone, ())


def _joined(rows: tuple[str, ...]) -> MechanismList:
    elements: list[Mechanism] = []
    defects: list[str] = []
    left = limits.ELEMENTS
    for number, row in enumerate(rows):
        left -= _parse_row(row, number, left, elements, defects)
        if left < 0:
            defects.append("limit")
            break
    if not rows:
        defects += _empty_elements([True])
    every = tuple(elements)
    signalling = every
    media: tuple[Mechanism, ...] = ()
    if any(m.mediasec for m in every):
        signalling = tuple(m for m in every if not m.mediasec)
        media = tuple(m for m in every if m.mediasec)
    text = unfold(rows[0]) if len(rows) == 1 else ", ".join(map(unfold, rows))
    return MechanismList(
        rows, text, every, signalling, media, tuple(dict.fromkeys(defects)) if defects else ()
    )


def _parse_row(
    row: str, number: int, most: int, elements: list[Mechanism], defects: list[str]
) -> int:
    """Add what one row holds; gives the count of places between commas, `most` + 1 if more."""
    empty: list[bool] = []
    split_token = False
    for start, end in slices(row, most + 1):
        if len(empty) == most:
            return most + 1
        mechanism = parse_element(row, number, start, end)
        empty.append(mechanism is None)
        if mechanism is not None:
            elements.append(mechanism)
            split_token |= "fold-in-token" in mechanism.defects
    if True in empty:
        defects += _empty_elements(empty)
    if ("\n" in row or "\r" in row) and not split_token and BARE_BREAK.search(row):
        defects.append("fold-in-token")
    return len(empty)


_parse_cached = lru_cache(maxsize=limits.LISTS_CACHED)(_parse)


def _empty_elements(empty: list[bool]) -> Iterator[str]:
    """Defects of a row from its pattern of empty elements."""
    yield "empty-element"
    if len(empty) == 1:
        yield "empty-header"
        return
    if empty[0]:
        yield "leading-comma"
    if empty[-1]:
        yield "trailing-comma"
    if True in empty[1:-1]:
        yield "double-comma"


def parse_element(row: str, number: int, start: int, end: int) -> Mechanism | None:
    """The element at `row[start:end]`, None where nothing but white space stands there."""
    piece = row[start:end]
    raw = piece.strip(LWS)
    if not raw:
        return None
    start += piece.find(raw[0]) if raw is not piece else 0
    span = start, start + len(raw)
    return _by_form(raw, number, span) or _element(raw, number, span)


def _element(raw: str, number: int, span: tuple[int, int]) -> Mechanism:
    """Read an element step by step, whatever is wrong with it."""
    defects: list[str] = []
    name, params = read_element(raw, defects)
    return _mechanism(name, params, raw, number, span, defects)


class _Form(msgspec.Struct, frozen=True):
    """How elements of one form are read: values of the fields, the parameters, and for each number
    its parameter with the name of that, its two fields and the bounds of what it may be."""

    values: list[Any]
    params: list[Parameter]
    numbers: list[tuple[int, str, int, int, int, int]]


def _by_form(raw: str, row: int, span: tuple[int, int]) -> Mechanism | None:
    """Read an element whose form was met before: elements of one phone differ in SPIs and ports.
    None where it has to be read step by step."""
    pieces = NUMBERED.split(raw)
    if len(pieces) == 1 or len(raw) > limits.READING:
        return None
    form = _form(tuple(pieces[::3]), tuple(pieces[1::3]))
    if form is None:
        return None
    values, params = form.values.copy(), form.params.copy()
    place = 2
    for param, name, number, text, least, most in form.numbers:
        digits = pieces[place]
        place += 3
        found = int(digits)
        if not least <= found <= most:
            return None
        params[param] = (name, digits, False)
        values[number] = found
        values[text] = digits
    values[_RAW] = raw
    values[_ROW] = row
    values[_SPAN] = span
    values[_PARAMETERS] = tuple(params)
    return Mechanism(*values)


@lru_cache(limits.READINGS)
def _form(texts: tuple[str, ...], names: tuple[str, ...]) -> _Form | None:
    """The form of elements with these names before their numbers, and this between them; None
    where an element of it has a defect, or where its numbers would not be found again."""
    marks = [str(MARK + place) for place in range(len(names))]
    raw = texts[0] + "".join(
        f";{name}={mark}{text}" for name, mark, text in zip(names, marks, texts[1:], strict=True)
    )
    found = _element(raw, 0, (0, len(raw)))
    written = [value for _, value, _ in found.params]
    if found.defects or any(written.count(mark) != 1 for mark in marks):
        return None
    values = [getattr(found, field) for field in _FIELDS]
    numbers = []
    for name, mark in zip(names, marks, strict=True):
        field = name.replace("-", "_")
        least, most = (1, PORT_MAX) if name in PORT_NAMES else (0, SPI_MAX)
        numbers.append(
            (
                written.index(mark),
                name,
                _FIELDS.index(field),
                _FIELDS.index(f"{field}_text"),
                least,
                most,
            )
        )
    return _Form(values, list(found.params), numbers)


def _mechanism(
    name: str,
    params: list[Parameter],
    raw: str,
    row: int,
    span: tuple[int, int],
    defects: list[str],
) -> Mechanism:
    values: dict[str, str | None] = {}
    irregular = False
    for parameter, value, quoted in params:
        key = parameter.lower()
        if key not in values:
            values[key] = value
        if quoted or not value:
            irregular = True
    if len(values) != len(params):
        defects.append("duplicate-param")
    if irregular:
        _irregular_values(params, defects)
    if "d-ver" in values:
        _d_ver_defects(params, defects)
    get = values.get
    usual = USUAL.get
    q = get("q")
    thousandths = None
    if q:
        thousandths = None if "quoted-token:q" in defects else q_thousandths(q)
        if thousandths is None:
            defects.append("bad-q")
    spi_c_text, spi_s_text = get("spi-c"), get("spi-s")
    spi_c, spi_s = _spi(spi_c_text, defects), _spi(spi_s_text, defects)
    if "spi" in values:
        _spi(get("spi"), defects)
    port_c_text, port_s_text = get("port-c"), get("port-s")
    return Mechanism(
        usual(name, name),
        usual(name.lower(), name.lower()),
        raw,
        row,
        span,
        tuple(params),
        q,
        thousandths,
        usual(get("alg"), get("alg")),
        usual(get("ealg"), get("ealg")),
        usual(get("prot"), get("prot")),
        usual(get("mod"), get("mod")),
        spi_c,
        spi_s,
        _port(port_c_text, defects),
        _port(port_s_text, defects),
        spi_c_text,
        spi_s_text,
        port_c_text,
        port_s_text,
        get("d-alg"),
        get("d-qop"),
        get("d-ver"),
        "mediasec" in values,
        tuple(defects) if defects else (),
    )


def _irregular_values(params: list[Parameter], defects: list[str]) -> None:
    """Defects of parameters that are quoted or have no value."""
    for name, value, quoted in params:
        key = name.lower()
        if key in VALUED_NAMES:
            if not value:
                add(defects, f"value-missing:{key}")
            elif quoted and key != "d-ver":
                add(defects, f"quoted-token:{key}")
        elif value == "" and not quoted:
            add(defects, f"value-missing:{key}")


def _d_ver_defects(params: list[Parameter], defects: list[str]) -> None:
    for name, value, quoted in params:
        if value and name.lower() == "d-ver":
            if not quoted or _D_VER.fullmatch(value) is None:
                add(defects, "d-ver-format")
            elif value != value.lower():
                add(defects, "d-ver-upper-case")


def _spi(text: str | None, defects: list[str]) -> int | None:
    if not text:
        return None
    value = decimal(text)
    if value is None or value > SPI_MAX:
        add(defects, "spi-range")
        return None
    return value


def _port(text: str | None, defects: list[str]) -> int | None:
    if not text:
        return None
    value = decimal(text)
    if value is None or not 1 <= value <= PORT_MAX:
        add(defects, "port-range")
    return value
