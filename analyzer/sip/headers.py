"""The head of a SIP message: start line and header rows as spans (RFC 3261 7.1 to 7.3, 25.1).

The usual head (CRLF, nothing folded) is indexed by a few calls that each see all of it; a head
with anything odd is read line by line. Values are not decoded here. The span of a row is packed
into one int, `start << 17 | end`, its name and folds included, its line end not.
"""

import re
from typing import Final

import msgspec

from analyzer import limits
from analyzer.sip.layouts import Layouts, Rows
from analyzer.sip.readings import remembered

# As numbers: `in` is slow at looking for octets in octets.
LF: Final = 0x0A
CR: Final = 0x0D
QUOTE: Final = 0x22
COMMA: Final = 0x2C

SPAN_BITS: Final = 17  # limits.MESSAGE needs 17 bits
SPAN_MASK: Final = (1 << SPAN_BITS) - 1

Index = dict[str, tuple[int, ...]]
"""Full lower-case name to the numbers of its rows, from 1 on; never empty.

Heads with the same names in the same order share one, so it is never changed."""

COMPACT: Final = {
    "a": "accept-contact",  # RFC 3841
    "b": "referred-by",  # RFC 3892
    "c": "content-type",
    "d": "request-disposition",  # RFC 3841
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",  # RFC 3841
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "n": "identity-info",  # RFC 4474
    "o": "event",  # RFC 6665
    "r": "refer-to",  # RFC 3515
    "s": "subject",
    "t": "to",
    "u": "allow-events",  # RFC 6665
    "v": "via",
    "x": "session-expires",  # RFC 4028
    "y": "identity",  # RFC 8224
}
"""Registered compact forms (RFC 3261 7.3.3 and the IANA registry)."""

_USUAL: Final = """
Accept Accept-Contact Accept-Encoding Accept-Language Access-Network-Info Alert-Info Allow
Allow-Events Authentication-Info Authorization Call-ID Call-Info Cellular-Network-Info Contact
Content-Disposition Content-Encoding Content-Language Content-Length Content-Type CSeq Date
Error-Info Event Expires Feature-Caps From Geolocation Geolocation-Routing History-Info
In-Reply-To Max-Breadth Max-Forwards MIME-Version Min-Expires Min-SE Organization
P-Access-Network-Info P-Asserted-Identity P-Asserted-Service P-Associated-URI P-Called-Party-ID
P-Charging-Function-Addresses P-Charging-Vector P-Early-Media P-Preferred-Identity
P-Preferred-Service P-Profile-Key P-Served-User P-User-Database P-Visited-Network-ID Path Priority
Privacy Proxy-Authenticate Proxy-Authorization Proxy-Require RAck Reason Record-Route Refer-To
Referred-By Replaces Require Resource-Priority Retry-After Route RSeq Security-Client
Security-Mechanism Security-Method Security-Server Security-Verify Server Service-Route
Session-Expires Session-ID SIP-ETag SIP-If-Match Subject Subscription-State Supported Timestamp To
Unsupported User-Agent Via Warning
WWW-Authenticate
"""

SPELLED: Final = {name.lower(): name for name in _USUAL.split()}
"""The usual spelling of names, by the name that rows are indexed under."""

NAMES: Final = frozenset(SPELLED)
"""Names as rows are indexed under them: these need no folding before they are looked up."""

_KNOWN: Final[dict[bytes, str]] = {
    spelling.encode(): name.lower()
    for name in _USUAL.split()
    for spelling in (name, name.lower(), name.upper(), name.title(), name.capitalize())
} | {form.encode(): name for short, name in COMPACT.items() for form in (short, short.upper())}

_METHOD_NAMES: Final = """
ACK BYE CANCEL INFO INVITE MESSAGE NOTIFY OPTIONS PRACK PUBLISH REFER REGISTER SUBSCRIBE UPDATE
"""

METHODS: Final[dict[bytes, str]] = {name.encode(): name for name in _METHOD_NAMES.split()}
"""The registered methods, to read them without decoding."""

_TOKEN: Final = re.compile(rb"[-.!%*_+`'~0-9A-Za-z]+")
_ROW_VALUE: Final = re.compile(rb":.*")
_BLANK_LINE: Final = re.compile(rb"\r\n\r\n")
_HEAD_END: Final = re.compile(rb"\n\r?\n")
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)

# What a separator does not separate: quoted-strings, and what stands in angle brackets, where
# quoted-strings stand too. What is not closed reaches to the end.
_QUOTED: Final = r'"[^"\\]*(?:\\.[^"\\]*)*\\?"?'
_BRACKETED: Final = rf'<[^>"]*(?:{_QUOTED}[^>"]*)*>?'
_SEPARATORS: Final = {
    separator: re.compile(f"({separator})|{_QUOTED}|{_BRACKETED}", re.DOTALL)
    for separator in (",", ";")
}


class StartLine(msgspec.Struct, frozen=True, gc=False):
    """A Request-Line (`method`, `uri`) or a Status-Line (`code`, `reason`; `method` empty)."""

    method: str
    uri: str
    code: int
    reason: str
    defects: tuple[str, ...] = ()


class Head(msgspec.Struct, gc=False):
    """Start line and header rows; `body_start` lies behind the blank line.

    `lines` are the octets of the rows, `spans` where they lie, the first row first: None where
    they follow the start line without a gap, each ended by CRLF (`row_spans` then finds them).
    """

    start: StartLine
    index: Index
    lines: Rows
    spans: list[int] | None
    body_start: int
    defects: tuple[str, ...]


class _Layout(msgspec.Struct, frozen=True, gc=False):
    """What heads with the same names in the same order have in common: `rows` is their count."""

    index: Index
    rows: int


def decode(octets: bytes) -> str:
    """UTF-8 text; octets that are none stay visible as `\\xNN`."""
    return octets.decode("utf-8", "backslashreplace")


def parse_start_line(line: bytes) -> StartLine | None:
    """Read a start line given without its line end; None where it is none (RFC 3261 7.1, 7.2).

    Defects: `start-line-space` (more than the one SP between its parts, or space in the URI).
    """
    if line.startswith(b"SIP/2.0 "):
        return _status_line(line)
    stripped = line.rstrip(b" \t\r")
    if not stripped.endswith((b" SIP/2.0", b"\tSIP/2.0")):
        return None
    octets, _, rest = stripped.partition(b" ")
    method = METHODS.get(octets)
    if method is None:
        if not _TOKEN.fullmatch(octets):
            return None
        method = octets.decode("ascii")
    written = rest[:-8]
    uri = written.strip(b" \t")
    if not uri:
        return None
    odd = stripped != line or uri != written or b" " in uri or b"\t" in uri
    return StartLine(method, decode(uri), 0, "", ("start-line-space",) if odd else ())


_start_line = remembered(parse_start_line)
_LAYOUTS: Final[Layouts[Index]] = Layouts()


def _status_line(line: bytes) -> StartLine | None:
    rest = line[8:].lstrip(b" \t")
    digits = rest[:3]
    if len(digits) != 3 or not digits.isdigit() or digits[0] == 0x30:
        return None
    if len(rest) > 3 and rest[3] not in b" \t\r":
        return None
    odd = len(rest) != len(line) - 8 or len(rest) < 4
    reason = decode(rest[3:].strip(b" \t\r"))
    return StartLine("", "", int(digits), reason, ("start-line-space",) if odd else ())


def head_end(data: bytes | bytearray, start: int = 0) -> int:
    """Offset behind the blank line that ends the head, searched from `start`; -1 without one.

    Bare LF counts as a line end.
    """
    found = _HEAD_END.search(data, start)
    return found.end() if found else -1


def parse_head(raw: bytes, cut: bool = False) -> Head | None:
    """Read start line and rows of a message that starts at offset 0; None if it is not SIP.

    `cut`: octets are missing at the end, so a last row without line end is not taken.
    Defects: those of the start line, `no-blank-line`, `bare-lf`, `line-without-colon`,
    `fold-without-header`, `bad-header-name`, `too-many-rows`.
    """
    line_end = raw.find(b"\n", 0, limits.MESSAGE)
    if line_end <= 0:
        return None
    ends_in_cr = raw[line_end - 1] == CR
    start = _start_line(raw[: line_end - 1] if ends_in_cr else raw[:line_end])
    if start is None:
        return None
    if ends_in_cr:
        found = _LAYOUTS.read(start.method, start.code, raw, line_end + 1)
        if found is not None:
            index, lines, body_start = found
            return Head(start, index, lines, None, body_start, start.defects)
        head = _usual_head(raw, start, line_end + 1)
        if head is not None:
            return head
    return _odd_head(raw, start, line_end + 1, cut)


def _usual_head(raw: bytes, start: StartLine, position: int) -> Head | None:
    """The head whose rows end in CRLF and are not folded; None where anything is odd."""
    blank = _BLANK_LINE.search(raw, position - 1, limits.MESSAGE)
    if blank is None:
        return None
    end = blank.start()
    count = len(raw[position:end].split(b"\r\n", limits.HEADER_ROWS))
    names = row_names(raw[position : end + 1])
    layout = _layout(names)
    # As many rows as line feeds: none is bare.
    if layout is None or layout.rows != count:
        return None
    _LAYOUTS.meet(start.method, start.code, names, layout.index)
    lines = row_lines(raw, end + 4, None)
    return Head(start, layout.index, lines, None, end + 4, start.defects)


def row_names(octets: bytes) -> bytes:
    """What stands before the first colon of each line, in a line of its own; of a line without
    colon all of it, with its CR."""
    return b"".join(_ROW_VALUE.split(octets))


@remembered
def _layout(names: bytes) -> _Layout | None:
    """The layout of a usual head by its `row_names`; None where it is not usual after all."""
    keys = [_KNOWN.get(name) or _full_name(name) for name in names.split(b"\n")]
    return None if None in keys else _Layout(_indexed(keys), len(keys))


def _indexed(keys: list[str | None]) -> Index:
    """The numbers of the rows by their names; rows without one have None."""
    found: dict[str, list[int]] = {}
    for row, key in enumerate(keys, 1):
        if key is not None:
            found.setdefault(key, []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


def _full_name(octets: bytes) -> str | None:
    """The lower-case full name of an unusual row; None where it is no name, or a folded line."""
    if octets[:1] in (b" ", b"\t"):
        return None
    octets = octets.rstrip(b" \t")  # HCOLON allows space before the colon
    if not _TOKEN.fullmatch(octets):
        return None
    return _KNOWN.get(octets) or full_name(octets.decode("ascii"))


def _odd_head(raw: bytes, start: StartLine, position: int, cut: bool) -> Head:
    """Read rows that may be folded (RFC 3261 7.3.1), end in a bare LF, or be none at all."""
    defects: dict[str, None] = dict.fromkeys(start.defects)
    body_start = head_end(raw, position - 1)
    if body_start < 0:
        body_start = min(len(raw), limits.MESSAGE)
        if cut:
            body_start = raw.rfind(b"\n", 0, body_start) + 1
        else:
            defects["no-blank-line"] = None
    starts: list[int] = []
    ends: list[int] = []
    for line in raw[position:body_start].split(b"\n"):
        end = position + len(line)
        if line.endswith(b"\r"):
            end -= 1
        elif end < body_start:
            defects["bare-lf"] = None
        if end > position and line[0] in b" \t":
            if starts:
                ends[-1] = end
            else:
                defects["fold-without-header"] = None
        elif end > position:
            if len(starts) == limits.HEADER_ROWS:
                defects["too-many-rows"] = None
                break
            starts.append(position)
            ends.append(end)
        position += len(line) + 1
    spans = [begin << SPAN_BITS | end for begin, end in zip(starts, ends, strict=True)]
    lines = row_lines(raw, body_start, spans)
    index = _indexed([_odd_name(line, defects) for line in lines[1:]])
    return Head(start, index, lines, spans, body_start, tuple(defects))


def _odd_name(line: bytes, defects: dict[str, None]) -> str | None:
    name, colon, _ = line.partition(b":")
    if not colon:
        defects["line-without-colon"] = None
        return None
    found = _full_name(name)
    if found is None:
        defects["bad-header-name"] = None
    return found


def row_lines(raw: bytes, body_start: int, spans: list[int] | None) -> tuple[bytes, ...]:
    """The rows of a head that was read before, given its `Head.spans`; nothing has the number 0."""
    if spans is None:
        return b"", *raw[raw.find(b"\n") + 1 : body_start - 3].split(b"\n")
    return b"", *[raw[span >> SPAN_BITS : span & SPAN_MASK] for span in spans]


def row_spans(raw: bytes, body_start: int) -> list[int]:
    """The packed spans of the rows of a usual head (see `Head.spans`)."""
    position = raw.find(b"\n") + 1
    spans = []
    for line in row_lines(raw, body_start, None)[1:]:
        end = position + len(line) - 1
        spans.append(position << SPAN_BITS | end)
        position = end + 2
    return spans


def full_name(name: str) -> str:
    """The name rows are indexed under: lower case, compact forms written out."""
    name = name.lower()
    return COMPACT.get(name, name)


def unfold(octets: bytes) -> str:
    """Text of a row's value: trimmed, each fold one SP (RFC 3261 7.3.1)."""
    if LF in octets:
        octets = b" ".join(part.strip(b" \t\r") for part in octets.split(b"\n"))
    return decode(octets.strip(b" \t\r"))


def row_text(line: bytes) -> str:
    """Text of a row's value, given the whole row."""
    octets = line.partition(b":")[2]
    if LF in line:
        return unfold(octets)
    return octets.strip(b" \t\r").decode("utf-8", "backslashreplace")


def split_outside(text: str, separator: str) -> list[str]:
    """Split at a separator (`,` or `;`) outside quotes and angle brackets; parts are trimmed.

    An unclosed quote or bracket reaches to the end.
    """
    if '"' not in text and "<" not in text:
        return [part.strip() for part in text.split(separator)]
    parts: list[str] = []
    start = 0
    for found in _SEPARATORS[separator].finditer(text):
        if found[1]:
            parts.append(text[start : found.start()].strip())
            start = found.end()
    parts.append(text[start:].strip())
    return parts


def split_values(text: str) -> list[str]:
    """The comma-separated values of one row (RFC 3261 7.3.1); empty ones are left out."""
    if "," not in text:
        return [text] if text else []
    return [part for part in split_outside(text, ",") if part]


def parameters(parts: list[str]) -> dict[str, str]:
    """`name=value` parts to a map with lower-case names; the first of a repeated name holds."""
    found: dict[str, str] = {}
    for part in parts:
        name, _, value = part.partition("=")
        value = value.strip()
        found.setdefault(name.strip().lower(), unquote(value) if '"' in value else value)
    return found


def unquote(text: str) -> str:
    """The content of a quoted-string (RFC 3261 25.1), else the text itself."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    inner = text[1:-1]
    return _ESCAPE.sub(r"\1", inner) if "\\" in inner else inner
