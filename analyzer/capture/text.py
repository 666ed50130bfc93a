"""SIP in text files: exports of trace tools, logs of proxies.

A message begins at a line that ends in a start line, whatever stands before it, and ends with its
headers (and the body that Content-Length names), at the next message, or at a line that is neither
header nor continuation. What stands before the start line is taken off the lines behind it too,
with other digits where it is a time stamp. Messages of one line, with their line ends escaped as
`\\r\\n` or `#015#012`, are unfolded.

Nothing in a text tells where a message went. So addresses are made up, and the report says so: the
sent-by of the top Via is one end (a name gets an address of 198.18.0.0/15), the other end is one
for each number of Via values: the UE and the first hop, the first hop and the next one.
"""

import codecs
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from struct import Struct
from typing import Final, NamedTuple

from analyzer.capture.packet import Packet
from analyzer.limits import HEADER_ROWS, MESSAGE, MILLISECOND, SECOND

TEXT_LINK: Final = (1 << 26) - 1  # in the place of a link type; pcap has none as high
SYNTHETIC: Final = "text"
SIP_PORT: Final = 5060
UDP: Final = 17
LONGEST: Final = 65_000  # octets of a message: room for UDP and IP headers
HALF_A_DAY: Final = 43_200 * SECOND
DAY: Final = 86_400 * SECOND
NEAR: Final = 400  # octets of a line in which its time stamp is looked for
HOPS: Final = 200  # Via values told apart

BYTE_ORDER_MARKS: Final = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
NOT_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
START: Final = re.compile(
    rb"(?:[A-Z]{3,16} (?:sips?|tel|urn):[^ ]{1,2048} SIP/2\.0|SIP/2\.0 [1-6]\d\d(?: .*)?)\s*\Z"
)
ESCAPED: Final = re.compile(rb"(?:#015)?#012|(?:\\r)?\\n")
MAY_START: Final = b"SIP/2.0"
HEADER: Final = re.compile(rb"[A-Za-z][-A-Za-z0-9.!%*_+`'~]*[ \t]*:")
DIGITS: Final = re.compile(rb"\d")
CONTENT_LENGTH: Final = re.compile(rb"(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})", re.IGNORECASE)
VIA: Final = re.compile(rb"(?:via|v)[ \t]*:", re.IGNORECASE)
SENT_BY: Final = re.compile(
    rb"SIP[ \t]*/[ \t]*2\.0[ \t]*/[ \t]*\w+[ \t]+"
    rb"(\[[^\]]*\]|[^\s:;,]+)(?:[ \t]*:[ \t]*(\d{1,5}))?"
)
DATE: Final = rb"(\d{4})[-/.](\d\d)[-/.](\d\d)[ T]+"
STAMP: Final = re.compile(
    rb"(?<![\d:])(?:"
    + DATE
    + rb")?(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?(?![\d:])"
)


class TextMessage(NamedTuple):
    """One message: the line its start line stands in, and when it was, in nanoseconds."""

    line: int
    time: int
    octets: bytes
    cut: bool


def is_text(head: bytes) -> bool:
    """Whether a file that begins so holds text."""
    return head[:2] in BYTE_ORDER_MARKS or (bool(head) and NOT_TEXT.search(head) is None)


class Clock:
    """The times of messages: those written before them, else a moment after the one before."""

    __slots__ = ("_latest", "_midnight")

    def __init__(self) -> None:
        self._latest = 0
        self._midnight = 0  # of the day that times without a date are in

    def read(self, text: bytes) -> None:
        """Take the time stamp of this text, if there is one near its beginning."""
        found = STAMP.search(text, 0, NEAR)
        time = None if found is None else self._time(found)
        if time is not None:
            self._latest = time

    def tick(self) -> int:
        """The time of the message that begins now."""
        self._latest += MILLISECOND
        return self._latest - MILLISECOND

    def _time(self, found: re.Match[bytes]) -> int | None:
        year, month, day, hour, minute, second, fraction, zone = found.groups()
        nanoseconds = int((fraction or b"").ljust(9, b"0") or 0)
        clock = int(hour) * 3600 + int(minute) * 60 + int(second)
        if int(hour) > 23 or int(minute) > 59 or int(second) > 60:
            return None
        if year is None:
            time = self._midnight + clock * SECOND + nanoseconds
            if time < self._latest - HALF_A_DAY:
                self._midnight += DAY
                time += DAY
            return time
        try:
            midnight = datetime(int(year), int(month), int(day), tzinfo=UTC)
        except ValueError:
            return None
        elapsed = midnight - datetime(1970, 1, 1, tzinfo=UTC)
        if elapsed < timedelta(0) or int(year) > 2200:
            return None
        self._midnight = elapsed.days * DAY
        return self._midnight + (clock - offset(zone)) * SECOND + nanoseconds


def offset(zone: bytes | None) -> int:
    """Seconds east of Greenwich."""
    if zone is None or zone == b"Z":
        return 0
    digits = zone[1:].replace(b":", b"")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone.startswith(b"-") else seconds


class Unfinished:
    """A message of which lines are still coming."""

    __slots__ = (
        "_body",
        "_headers",
        "_left",
        "_length",
        "_prefix",
        "_shape",
        "_size",
        "cut",
        "line",
        "time",
    )

    def __init__(self, line: int, time: int, prefix: bytes, start: bytes) -> None:
        self.line = line
        self.time = time
        self.cut = False
        self._prefix = prefix
        self._shape = DIGITS.sub(b"0", prefix)
        self._headers = [start]
        self._body: list[bytes] | None = None
        self._length = 0  # of the body
        self._left = 0  # octets of the body that are missing
        self._size = len(start)

    def add(self, text: bytes) -> bool:
        """Take the next line; False where the message had ended before it, or ends with it."""
        text = self._bare(text)
        self._size += len(text) + 2
        if self._size > LONGEST or len(self._headers) > HEADER_ROWS:
            self.cut = True
            return False
        if self._body is not None:
            self._body.append(text)
            self._left -= len(text) + 2
            return self._left > 0
        if not text.strip():
            self._left = self._length = self._content_length()
            self._body = []
            return self._left > 0
        if text[0] in b" \t" or HEADER.match(text):
            self._headers.append(text)
            return True
        return False

    @property
    def is_message(self) -> bool:
        """No message is without Via (RFC 3261 8.1.1)."""
        return any(map(VIA.match, self._headers))

    def octets(self) -> bytes:
        """The message, its lines ended as on the wire."""
        head = b"\r\n".join(self._headers) + b"\r\n\r\n"
        body = b"".join(line + b"\r\n" for line in self._body or ())
        return head + body[: self._length]

    def _bare(self, text: bytes) -> bytes:
        size = len(self._prefix)
        if size and DIGITS.sub(b"0", text[:size]) == self._shape:
            return text[size:]
        return text if text.strip() != self._prefix.strip() or not size else b""

    def _content_length(self) -> int:
        for text in self._headers:
            found = CONTENT_LENGTH.match(text)
            if found is not None:
                return min(int(found[1]), MESSAGE)
        return 0


def messages(pieces: Iterator[bytes]) -> Iterator[TextMessage]:
    """The messages of a text that comes in pieces."""
    clock = Clock()
    current: Unfinished | None = None
    for number, text in lines(pieces):
        first, *unfolded = ESCAPED.split(text) if MAY_START in text else [text]
        found = START.search(first) if MAY_START in first else None
        if found is not None:
            if current is not None:
                yield from whole(current)
            prefix = first[: found.start()]
            clock.read(prefix)
            current = Unfinished(number, clock.tick(), prefix, found[0].rstrip())
            if unfolded:
                all(map(current.add, unfolded))  # up to where it ends
                yield from whole(current)
                current = None
        elif current is None:
            clock.read(text)
        elif not current.add(text):
            yield from whole(current)
            current = None
            clock.read(text)
    if current is not None:
        yield from whole(current)


def whole(one: Unfinished) -> Iterator[TextMessage]:
    """The message of what was gathered; nothing where a start line was only spoken of."""
    if one.is_message:
        yield TextMessage(one.line, one.time, one.octets(), one.cut)


def lines(pieces: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, without their ends; what is longer than a message is cut."""
    rest = b""
    number = 0
    decoder = None
    for piece in pieces:
        if not number and not rest and decoder is None and piece[:2] in BYTE_ORDER_MARKS:
            decoder = codecs.getincrementaldecoder(BYTE_ORDER_MARKS[piece[:2]])("replace")
        if decoder is not None:
            piece = decoder.decode(piece).encode("utf-8", "replace")
        *complete, last = piece.split(b"\n")
        if complete:
            complete[0] = rest + complete[0]
            rest = last[: 2 * MESSAGE]
        else:
            rest = (rest + last)[: 2 * MESSAGE]
        for text in complete:
            number += 1
            yield number, text.rstrip(b"\r")[: 2 * MESSAGE]
    if rest:
        yield number + 1, rest.rstrip(b"\r")


def packet(message: bytes, frame: int, time: int, cut: bool, capture: int) -> Packet:
    """The message as a datagram between addresses made up from its Via headers."""
    rows = message.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    via = b",".join(filter(VIA.match, rows))
    places = SENT_BY.findall(via)
    host, port = places[0] if places else (b"", b"")
    client = address(host)
    number = min(max(len(places), 1), HOPS)
    if len(client) == 4:
        server = bytes([203, 0, 113, number])
    else:
        server = b"\x20\x01\x0d\xb8\xff\xff" + bytes(9) + bytes([number])
    client_port = int(port or SIP_PORT) & 0xFFFF or SIP_PORT
    ends = (client, server), (client_port, SIP_PORT)
    (src, dst), (sport, dport) = ends
    if message.startswith(MAY_START):
        src, dst, sport, dport = dst, src, dport, sport
    head = Struct(">HHHH").pack(sport, dport, 8 + len(message), 0)
    return Packet(capture, frame, time, 0, SYNTHETIC, src, dst, UDP, head + message, truncated=cut)


def address(host: bytes) -> bytes:
    """That of a literal; of a name always the same one out of 198.18.0.0/15 (RFC 2544)."""
    try:
        return ip_address(host.strip(b"[]").decode("ascii")).packed
    except ValueError:
        first, second, third = sha256(host.lower()).digest()[:3]
        return bytes([198, 18 | first & 1, second, third])
