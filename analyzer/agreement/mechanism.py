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
from typing import Any, Final, Literal

import msgspec

from analyzer import limits

# The drafts whose headers had other names.
Older = Literal["draft-00", "arkko-00", "arkko-01"]
Parameter = tuple[str, str | None, bool]

MECHANISM_NAMES: Final = frozenset({"digest", "tls", "ipsec-ike", "ipsec-man", "ipsec-3gpp"})
SPI_NAMES: Final = ("spi-c", "spi-s", "spi")
PORT_NAMES: Final = ("port-c", "port-s")
# `spi`, `port1`, `port2` are the first generation (RFC 3329 App. A).
VALUED_NAMES: Final = frozenset(
    {"q", "alg", "ealg", "prot", "mod", "d-alg", "d-qop", "d-ver", "port1", "port2"}
    | set(SPI_NAMES)
    | set(PORT_NAMES)
)
# One text each for the values that every phone writes.
USUAL: Final[dict[str | None, str]] = {
    text: text
    for text in (
        *("hmac-md5-96", "hmac-sha-1-96", "aes-gmac", "null", "aes-cbc", "des-ede3-cbc"),
        *("aes-gcm", "esp", "ah", "trans", "tun", "UDP-enc-tun", "ipsec-3gpp"),
    )
}
DEFAULTS: Final = {"ealg": "null", "prot": "esp", "mod": "trans"}
SA_NAMES: Final = frozenset({*SPI_NAMES, *PORT_NAMES, "port1", "port2"})
SPI_MAX: Final = 0xFFFF_FFFF
PORT_MAX: Final = 0xFFFF
LEAST_SPI: Final = 256
LEAST_PORT: Final = 5062
"""From there on an SPI (RFC 4303 2.1), or a protected port (TS 33.203 7.1), is a usual one."""

MARK: Final = 10_000  # a number that any SPI or port may be

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
_BARE_BREAK = re.compile(r"(?:\r\n|\r(?!\n)|\n)(?![ \t])")
_FOLD = re.compile(r"[ \t]*(?:\r\n|\r(?!\n)|\n)[ \t]+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
NUMBERED = re.compile(r";((?:spi|port)-[cs])=([0-9]{1,10})(?![^;])")
_Q = re.compile(r"0(?:\.([0-9]{0,3}))?|1(?:\.0{0,3})?")
_D_VER = re.compile(r"[0-9A-Fa-f]{32}")


class Mechanism(msgspec.Struct, frozen=True, gc=False):
    """One element of a Security-* list.

    Texts are as written (quotes and escapes taken off), None where the parameter is absent, ""
    where it is empty. `spi_*` is None unless a decimal number in range; `port_*` keeps a number
    out of range. `q_thousandths` is None unless q is legal. `written` are its `params`, None where
    they are read out of `raw` again when asked for. `raw` is `rows[row][span[0]:span[1]]`.
    """

    name: str
    key: str
    raw: str
    row: int
    span: tuple[int, int]
    written: tuple[Parameter, ...] | None = ()
    q: str | None = None
    q_thousandths: int | None = None
    alg: str | None = None
    ealg: str | None = None
    prot: str | None = None
    mod: str | None = None
    spi_c: int | None = None
    spi_s: int | None = None
    port_c: int | None = None
    port_s: int | None = None
    spi_c_text: str | None = None
    spi_s_text: str | None = None
    port_c_text: str | None = None
    port_s_text: str | None = None
    d_alg: str | None = None
    d_qop: str | None = None
    d_ver: str | None = None
    mediasec: bool = False
    defects: tuple[str, ...] = ()

    @property
    def params(self) -> tuple[Parameter, ...]:
        """Every parameter in order as (name as written, value or None, quoted)."""
        written = self.written
        return _element(self.raw, 0, self.span).params if written is None else written

    def slim(self) -> "Mechanism":
        """The same without the parameters one by one."""
        if self.written is None:
            return self
        return Mechanism(
            self.name,
            self.key,
            self.raw,
            self.row,
            self.span,
            q=self.q,
            q_thousandths=self.q_thousandths,
            alg=self.alg,
            ealg=self.ealg,
            prot=self.prot,
            mod=self.mod,
            spi_c=self.spi_c,
            spi_s=self.spi_s,
            port_c=self.port_c,
            port_s=self.port_s,
        )

    @property
    def effective_alg(self) -> str | None:
        """Integrity algorithm in lower case; it has no default."""
        return self.alg.lower() if self.alg else None

    @property
    def effective_ealg(self) -> str:
        """Encryption algorithm in lower case; absent or empty is `null`."""
        return (self.ealg or DEFAULTS["ealg"]).lower()

    @property
    def effective_prot(self) -> str:
        """IPsec protocol in lower case; absent or empty is `esp`."""
        return (self.prot or DEFAULTS["prot"]).lower()

    @property
    def effective_mod(self) -> str:
        """IPsec mode in lower case; absent or empty is `trans`."""
        return (self.mod or DEFAULTS["mod"]).lower()

    @property
    def complete(self) -> bool:
        """Alg, both SPIs and both ports are written (TS 33.203 Annex H), legal or not."""
        return bool(
            self.alg
            and self.spi_c_text
            and self.spi_s_text
            and self.port_c_text
            and self.port_s_text
        )


_FIELDS: Final = Mechanism.__struct_fields__
_RAW, _ROW, _SPAN, _PARAMETERS = map(_FIELDS.index, ("raw", "row", "span", "written"))


class MechanismList(msgspec.Struct, frozen=True, gc=False):
    """All rows of one Security-* header of a message, joined in order (RFC 3261 7.3.1).

    `text` is the rows unfolded and joined by `, `. Empty elements are not among `elements`.
    `dialect`, `to` and `source` are those of a list of the drafts before (`older`), else "".
    Lists of one `form` (`row_forms`) differ in four usual numbers alone; "" where nothing says so.
    """

    rows: tuple[str, ...]
    text: str
    elements: tuple[Mechanism, ...]
    signalling: tuple[Mechanism, ...]
    media: tuple[Mechanism, ...]
    defects: tuple[str, ...] = ()
    dialect: Older | Literal[""] = ""
    to: str = ""
    source: str = ""
    form: str = ""


def parse_list(rows: Sequence[str]) -> MechanismList:
    """Parse the values of all rows of one header, in order, folds and all. Never raises."""
    key = tuple(rows)
    size = len(key[0]) if len(key) == 1 else sum(map(len, key))
    return _parse(key) if size > limits.LIST_CACHED else _parse_cached(key)


def draws_well(element: Mechanism) -> bool:
    """Its SPIs, and its ports, are two different ones, and none of them is reserved."""
    spi_c, spi_s = element.spi_c, element.spi_s
    port_c, port_s = element.port_c, element.port_s
    return (
        (spi_c is None or (spi_c >= LEAST_SPI and spi_c != spi_s))
        and (spi_s is None or spi_s >= LEAST_SPI)
        and (port_c is None or (port_c >= LEAST_PORT and port_c != port_s))
        and (port_s is None or port_s >= LEAST_PORT)
    )


def with_inherited(mechanisms: MechanismList) -> tuple[Mechanism, ...]:
    """The elements, those of ipsec-3gpp without SPI and port filled from the last complete one.

    Some networks print SPIs and ports on the last alternative only. `raw` and `params` stay as
    written.
    """
    if len(mechanisms.elements) == 1:
        return mechanisms.elements
    complete = [m for m in mechanisms.signalling if m.key == "ipsec-3gpp" and m.complete]
    if not complete:
        return mechanisms.elements
    donor = complete[-1]
    return tuple(_inherit(m, donor) for m in mechanisms.elements)


def _inherit(mechanism: Mechanism, donor: Mechanism) -> Mechanism:
    if mechanism.key != donor.key or mechanism.mediasec or _has_sa_parameter(mechanism):
        return mechanism
    return msgspec.structs.replace(
        mechanism,
        spi_c=donor.spi_c,
        spi_s=donor.spi_s,
        port_c=donor.port_c,
        port_s=donor.port_s,
        spi_c_text=donor.spi_c_text,
        spi_s_text=donor.spi_s_text,
        port_c_text=donor.port_c_text,
        port_s_text=donor.port_s_text,
    )


def _has_sa_parameter(mechanism: Mechanism) -> bool:
    return any(name.lower() in SA_NAMES for name, _, _ in mechanism.params)


def unfold(text: str) -> str:
    """Each fold as one SP (RFC 3261 7.3.1), white space at both ends taken off."""
    if "\n" in text or "\r" in text:
        text = _FOLD.sub(" ", text)
    return text.strip(LWS)


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
    if ("\n" in row or "\r" in row) and not split_token and _BARE_BREAK.search(row):
        defects.append("fold-in-token")
    return len(empty)


_parse_cached = lru_cache(maxsize=limits.LISTS_CACHED)(_parse)


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
    match = _WELL_FORMED.fullmatch(raw)
    defects: list[str] = []
    if match is not None:
        name = match[1]
        found = _PARAMS.findall(raw, match.end(1))
        params: list[Parameter] = [
            (p, token, False) if token else (p, *_other_value(equal, quoted))
            for p, equal, token, quoted in found
        ]
        if "\n" in raw or "\r" in raw:
            _note_bare_break(raw, defects)
    else:
        name, params = _tolerant(raw, defects)
    if len(params) > limits.ELEMENTS:
        del params[limits.ELEMENTS :]
        defects.append("limit")
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


def _other_value(equal: str, quoted: str) -> tuple[str | None, bool]:
    if quoted:
        return _unquote(quoted), True
    return ("" if equal else None), False


def _unquote(text: str) -> str:
    inner = text[1:-1]
    return _ESCAPE.sub(r"\1", inner) if "\\" in inner else inner


def _note_bare_break(raw: str, defects: list[str]) -> None:
    if _BARE_BREAK.search(raw):
        defects.append("fold-in-token")


def _tolerant(raw: str, defects: list[str]) -> tuple[str, list[Parameter]]:
    """Name and parameters of an element that the grammar does not allow."""
    pieces = _pieces(raw)
    name = _healed_name(pieces[0], MECHANISM_NAMES, defects)
    if _ONE_TOKEN.fullmatch(name) is None:
        _add(defects, "bad-mechanism")
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
        _add(defects, "bad-mechanism")
    if not equal:
        return name, None, False
    value = value.strip(LWS)
    if _ONE_QUOTED.fullmatch(value):
        return name, _unquote(value), True
    if name.lower() in VALUED_NAMES:
        value = _without_breaks(value, defects)
    if value and _ONE_VALUE.fullmatch(value) is None:
        _add(defects, "bad-mechanism")
    return name, value, False


def _healed_name(name: str, known: frozenset[str], defects: list[str]) -> str:
    """The name without the line break that splits it, where that gives a known one."""
    if "\n" in name or "\r" in name:
        joined = _BREAK_IN_TOKEN.sub("", name)
        if joined.lower() in known:
            _add(defects, "fold-in-token")
            return joined
    return name


def _without_breaks(value: str, defects: list[str]) -> str:
    if "\n" in value or "\r" in value:
        _add(defects, "fold-in-token")
        return _BREAK_IN_TOKEN.sub("", value)
    return value


def _add(defects: list[str], defect: str) -> None:
    if defect not in defects:
        defects.append(defect)


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
                _add(defects, f"value-missing:{key}")
            elif quoted and key != "d-ver":
                _add(defects, f"quoted-token:{key}")
        elif value == "" and not quoted:
            _add(defects, f"value-missing:{key}")


def _d_ver_defects(params: list[Parameter], defects: list[str]) -> None:
    for name, value, quoted in params:
        if value and name.lower() == "d-ver":
            if not quoted or _D_VER.fullmatch(value) is None:
                _add(defects, "d-ver-format")
            elif value != value.lower():
                _add(defects, "d-ver-upper-case")


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


def _spi(text: str | None, defects: list[str]) -> int | None:
    if not text:
        return None
    value = decimal(text)
    if value is None or value > SPI_MAX:
        _add(defects, "spi-range")
        return None
    return value


def _port(text: str | None, defects: list[str]) -> int | None:
    if not text:
        return None
    value = decimal(text)
    if value is None or not 1 <= value <= PORT_MAX:
        _add(defects, "port-range")
    return value
