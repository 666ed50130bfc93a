"""A SIP message as it stands in the capture (RFC 3261 7), and its links to others.

Start line, header index and transaction fields are read at once; all else when first asked for.
"""

from typing import Final

import msgspec

from analyzer.capture.text import SYNTHETIC
from analyzer.flows.datagram import Datagram, Protection, Transport
from analyzer.sip import headers
from analyzer.sip.digest import Challenge, Credentials, parse_challenges, parse_credentials
from analyzer.sip.fields import (
    Contact,
    content_length,
    parse_address,
    parse_contact,
    plain_expires,
    read_cseq,
    read_expires,
    read_length,
    read_tokens,
    row_branches,
    via_branches,
    via_sent_by,
)
from analyzer.sip.headers import (
    NAMES,
    SPAN_BITS,
    SPAN_MASK,
    Head,
    row_text,
    unfold,
)
from analyzer.sip.layouts import Rows

NO_TOKENS: Final[frozenset[str]] = frozenset()
NO_ROWS: Final[tuple[int, ...]] = ()


class Row(msgspec.Struct, frozen=True, gc=False):
    """One header row: its unfolded `value`, and the octets `raw[start:end]` it was read from."""

    value: str
    start: int
    end: int


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """One place and time a message was captured at."""

    capture: int
    frame: int
    src: bytes
    dst: bytes
    sport: int
    dport: int
    path: str
    time: int
    interface: int = 0
    ip_id: int = -1
    line: int = 0


class SipMessage:
    """One SIP message on one hop.

    Made from its octets, their head and the datagram that completed them.

    `raw` begins with the start line and ends with the body (over UDP: with the datagram, see
    `body`). `frame` is where Wireshark shows the message, `frames` all that carry it (never
    empty). `truncated`: octets are missing at the end, so an absent header proves nothing.

    `code` is 0 in a request, `method` and `uri` are "" in a response; `cseq_method` is there in
    both. `index` has the numbers of its rows by the full lower-case names of its headers. `branch`
    and `sent_by` are those of the top Via, "" without one; `branches` those of all `via_count` Via
    values.

    Defects, beside those of `headers.parse_head`: `truncated`, `content-length-bad`,
    `content-length-repeated`, `content-length-short` (octets follow the body), `cseq-bad`,
    `no-call-id`, `no-via`.

    Links, None where nothing of the kind was seen:
    `request`: of a response, the request it answers on this hop; of an ACK to a failure and of a
        CANCEL, the INVITE they belong to.
    `final`, `provisional`: of a request, its first final and its first 1xx response on this hop.
    `original`: what this one is a retransmission of; `retransmissions` is counted there.
    `forward`, `source`: the same message on its next and its previous hop.
    `variant_of`: the same message at another tap of the same hop, with other octets.
    """

    __slots__ = (
        "_answers",
        "_challenges",
        "_contact",
        "_credentials",
        "_from",
        "_lines",
        "_sightings",
        "_spans",
        "_to",
        "body_end",
        "body_start",
        "branch",
        "branches",
        "call_id",
        "capture",
        "code",
        "cseq",
        "cseq_method",
        "defects",
        "dport",
        "dst",
        "final",
        "forward",
        "frame",
        "frames",
        "index",
        "interface",
        "ip_id",
        "is_request",
        "line",
        "method",
        "original",
        "path",
        "protection",
        "provisional",
        "raw",
        "reason",
        "request",
        "retransmissions",
        "seq",
        "source",
        "spi",
        "sport",
        "src",
        "stream",
        "time",
        "transport",
        "truncated",
        "uri",
        "variant_of",
        "via_count",
    )

    def __init__(
        self, head: Head, raw: bytes, origin: Datagram, frames: tuple[int, ...], truncated: bool
    ) -> None:
        self.capture = origin.capture
        self.line = origin.line
        self.frame = origin.frame
        self.frames = frames or (origin.frame,)
        self.time = origin.time
        self.interface = origin.interface
        self.path = origin.path
        self.src = origin.src
        self.sport = origin.sport
        self.dst = origin.dst
        self.dport = origin.dport
        self.transport: Transport = origin.transport
        self.protection: Protection = origin.protection
        self.spi = origin.spi
        self.seq = origin.seq
        self.stream = origin.stream
        self.ip_id = origin.ip_id
        self.raw = raw
        self.truncated = truncated

        start = head.start
        self.method = start.method
        self.uri = start.uri
        self.code = start.code
        self.reason = start.reason
        self.is_request = start.code == 0
        self.body_start = head.body_start
        self.defects = head.defects
        self.index = head.index
        self._lines: Rows | None = head.lines
        self._spans = head.spans

        self.request: SipMessage | None = None
        self.final: SipMessage | None = None
        self.provisional: SipMessage | None = None
        self.original: SipMessage | None = None
        self.forward: SipMessage | None = None
        self.source: SipMessage | None = None
        self.variant_of: SipMessage | None = None
        self.retransmissions = 0
        self._answers: dict[int, SipMessage] | None = None
        self._sightings: list[Sighting] | None = None
        self._challenges: list[Challenge] | None = None
        self._credentials: tuple[Credentials | None] | None = None
        self._contact: tuple[Contact | None] | None = None
        self._from: tuple[str, str] | None = None
        self._to: tuple[str, str] | None = None
        self._read_transaction(head)
        self._read_length(head)

    def __repr__(self) -> str:
        what = self.method if self.is_request else f"{self.code} {self.cseq_method}"
        return f"<SipMessage {what} capture {self.capture} frame {self.frame}>"

    @property
    def synthetic(self) -> bool:
        """It stands in a text: its addresses and ports are made up, how it travelled is unknown."""
        return self.path.startswith(SYNTHETIC)

    def _read_transaction(self, head: Head) -> None:
        """Call-ID, CSeq and top Via (RFC 3261 8.1.1), the fields every message is matched by."""
        index, lines = head.index, head.lines
        rows = index.get("call-id")
        self.call_id = "" if rows is None else row_text(lines[rows[0]])
        if not self.call_id:
            self._defect("no-call-id")
        rows = index.get("cseq")
        cseq = None if rows is None else read_cseq(lines[rows[0]])
        if cseq is not None:
            self.cseq, self.cseq_method = cseq
        else:
            self.cseq = -1
            self.cseq_method = self.method
            self._defect("cseq-bad")
        rows = index.get("via")
        if rows is not None and len(rows) == 1:
            self.branches = row_branches(lines[rows[0]])
        else:
            self.branches = via_branches(head)
        self.via_count = len(self.branches)
        if self.branches:
            self.branch = self.branches[0]
        else:
            self.branch = ""
            self._defect("no-via")

    def _read_length(self, head: Head) -> None:
        """Where the body ends (RFC 3261 18.3: Content-Length, else the end of the datagram)."""
        self.body_end = len(self.raw)
        rows = head.index.get("content-length")
        if rows is not None:
            length = read_length(head.lines[rows[0]]) if len(rows) == 1 else content_length(head)
            have = self.body_end - self.body_start
            if length is None:
                self._defect("content-length-bad")
            elif length < have:
                self.body_end = self.body_start + length
                self._defect("content-length-short")
            elif length > have:
                self.truncated = True
            if len(rows) > 1:
                self._defect("content-length-repeated")
        if self.truncated:
            self._defect("truncated")

    def _defect(self, defect: str) -> None:
        self.defects = (*self.defects, defect)

    def slim(self) -> None:
        """Let go of all that can be read from `raw` again, for a message that is only remembered.

        Nothing is lost by it but time.
        """
        if self._lines is None:  # nothing was read since it was slimmed
            return
        self._lines = None
        self._challenges = self._credentials = self._contact = None
        self._from = self._to = None

    def __getstate__(self) -> object:
        """For another process: the rows of a usual head are a match, which cannot go there."""
        self.slim()
        return object.__getstate__(self)

    @property
    def sent_by(self) -> str:
        """Host and port as written in the top Via, "" without one (RFC 3261 18.1.1)."""
        via = self._first("via")
        return via_sent_by(via) if via else ""

    @property
    def copies(self) -> list[Sighting]:
        """The other places it was captured at."""
        return [] if self._sightings is None else self._sightings[1:]

    @property
    def sightings(self) -> list[Sighting]:
        """All places it was captured at; the first is the message itself."""
        if self._sightings is None:
            self._sightings = [
                Sighting(
                    self.capture,
                    self.frame,
                    self.src,
                    self.dst,
                    self.sport,
                    self.dport,
                    self.path,
                    self.time,
                    self.interface,
                    self.ip_id,
                    self.line,
                )
            ]
        return self._sightings

    @property
    def answers(self) -> dict[int, "SipMessage"]:
        """Of a request: the first response of each code on this hop."""
        if self._answers is None:
            self._answers = {}
        return self._answers

    @property
    def body(self) -> bytes:
        """The body, as long as Content-Length says; octets behind it stay in `raw`."""
        return self.raw[self.body_start : self.body_end]

    @property
    def layout(self) -> headers.Index | None:
        """The numbers of the rows by name, one object for all usual heads of the same names in the
        same order; None for a head that is not usual."""
        return self.index if self._spans is None else None

    @property
    def lines(self) -> Rows:
        """The octets of its rows by their numbers."""
        if self._lines is None:
            self._lines = headers.row_lines(self.raw, self.body_start, self._spans)
        return self._lines

    def has(self, name: str) -> bool:
        """Whether there is a row of that header; any case, compact or not."""
        return name in self.index or (name not in NAMES and headers.full_name(name) in self.index)

    def _numbers(self, name: str) -> tuple[int, ...]:
        """The numbers of the rows of that header, in order."""
        numbers = self.index.get(name)
        if numbers is None and name not in NAMES:
            numbers = self.index.get(headers.full_name(name))
        return NO_ROWS if numbers is None else numbers

    def rows(self, name: str) -> list[Row]:
        """The rows of a header in order, one `Row` each; any case, compact or not."""
        return [self._row(number) for number in self._numbers(name)]

    def _row(self, number: int) -> Row:
        if self._spans is None:
            self._spans = headers.row_spans(self.raw, self.body_start)
        span = self._spans[number - 1]
        line = self.raw[span >> SPAN_BITS : span & SPAN_MASK]
        octets = line[line.find(b":") + 1 :]
        end = (span & SPAN_MASK) - len(octets) + len(octets.rstrip(b" \t\r\n"))
        octets = octets.strip(b" \t\r\n")
        return Row(unfold(octets), end - len(octets), end)

    def texts(self, name: str) -> list[str]:
        """The text of each row of a header, unfolded, not split; any case, compact or not."""
        numbers = self.index.get(name) or self._numbers(name)
        return [row_text(self._line(number)) for number in numbers] if numbers else []

    def folded_texts(self, name: str) -> list[str]:
        """As `texts`, folds as they stand; a line without colon below a row is taken for the rest
        of it that a bare line break cut off."""
        found: list[str] = []
        numbers = self.index.get(name) or self._numbers(name)
        if not numbers:
            return found
        broken = "line-without-colon" in self.defects
        for number in numbers:
            line = self._line(number)
            if broken:
                line += self._cut_off(number)
            found.append(headers.decode(line.partition(b":")[2].strip(b" \t\r\n")))
        return found

    def whole_octets(self, name: str) -> bytes | None:
        """The octets of a header's value, folds as they stand: its only row, in a message without
        defects. None for all else."""
        numbers = self.index.get(name)
        if numbers is None or len(numbers) != 1 or self.defects:
            return None
        return (self._lines or self.lines)[numbers[0]].partition(b":")[2].strip(b" \t\r\n")

    def _cut_off(self, number: int) -> bytes:
        last = len(self._spans or ())
        after = self._line(number + 1) if number < last else b""
        return b"" if b":" in after or not after else b"\r\n" + after

    def _line(self, number: int) -> bytes:
        return (self._lines or self.lines)[number]

    def values(self, name: str) -> list[str]:
        """The values over all rows, split at commas outside quotes and angle brackets."""
        texts = self.texts(name)
        if len(texts) == 1:
            return headers.split_values(texts[0])
        return [value for text in texts for value in headers.split_values(text)]

    def value(self, name: str) -> str | None:
        """The text of the first row, not split; None without one."""
        numbers = self.index.get(name) or self._numbers(name)
        return row_text(self._line(numbers[0])) if numbers else None

    def first_row(self, name: str) -> bytes:
        """The octets of the first row, name and all; empty without one."""
        numbers = self.index.get(name) or self._numbers(name)
        return (self._lines or self.lines)[numbers[0]] if numbers else b""

    def _first(self, name: str) -> str | None:
        """The first of `values`; None without one."""
        for text in self.texts(name):
            if text and "," not in text:
                return text
            values = headers.split_values(text)
            if values:
                return values[0]
        return None

    def tokens(self, name: str) -> frozenset[str]:
        """The lower-cased comma-separated tokens of all rows (Require, Supported, ...)."""
        numbers = self._numbers(name)
        if len(numbers) == 1:
            return read_tokens(self._line(numbers[0]))
        return NO_TOKENS.union(*(read_tokens(self._line(number)) for number in numbers))

    def header_names(self) -> list[str]:
        """The name of each row in order: lower case, compact forms written out."""
        rows = [(row, name) for name, numbers in self.index.items() for row in numbers]
        return [name for _, name in sorted(rows)]

    @property
    def challenges(self) -> list[Challenge]:
        """All challenges: WWW-Authenticate, then Proxy-Authenticate, in order."""
        if self._challenges is None:
            self._challenges = [
                challenge
                for name in ("www-authenticate", "proxy-authenticate")
                for number in self.index.get(name, NO_ROWS)
                for challenge in parse_challenges(row_text(self._line(number)))
            ]
        return self._challenges

    @property
    def challenge(self) -> Challenge | None:
        """The first challenge for Digest AKA, else the first one."""
        found = self.challenges
        for one in found:
            if one.aka:
                return one
        return found[0] if found else None

    @property
    def credentials(self) -> Credentials | None:
        """The first credentials for Digest AKA, else the first (Authorization before Proxy-)."""
        if self._credentials is None:
            first = None
            for name in ("authorization", "proxy-authorization"):
                for number in self.index.get(name, NO_ROWS):
                    one = parse_credentials(row_text(self._line(number)))
                    if first is None or (one is not None and one.aka and not first.aka):
                        first = one
            self._credentials = (first,)
        return self._credentials[0]

    def _party(self, name: str) -> tuple[str, str]:
        """URI and tag of From or To; "" for what is not there."""
        text = self.value(name)
        if not text:
            return "", ""
        uri, params = parse_address(text)
        return uri, params.get("tag", "")

    @property
    def _from_party(self) -> tuple[str, str]:
        if self._from is None:
            self._from = self._party("from")
        return self._from

    @property
    def _to_party(self) -> tuple[str, str]:
        if self._to is None:
            self._to = self._party("to")
        return self._to

    @property
    def from_uri(self) -> str:
        """URI of From; "" without one."""
        return self._from_party[0]

    @property
    def from_tag(self) -> str:
        """Tag of From; "" without one."""
        return self._from_party[1]

    @property
    def to_uri(self) -> str:
        """URI of To; "" without one."""
        return self._to_party[0]

    @property
    def to_tag(self) -> str:
        """Tag of To; "" without one."""
        return self._to_party[1]

    @property
    def contact(self) -> Contact | None:
        """The first Contact value; None without one."""
        if self._contact is None:
            value = self._first("contact")
            self._contact = (parse_contact(value) if value else None,)
        return self._contact[0]

    @property
    def expires(self) -> int | None:
        """Seconds: `expires` of the first Contact, else the Expires header (RFC 3261 10.2.1.1)."""
        rows = self.index.get("contact", NO_ROWS)
        for number in rows:
            row = self._line(number)
            if b"expires" in row.lower():  # else there is no need to read it
                plain = plain_expires(row_text(row)) if len(rows) == 1 else None
                if plain is not None:
                    return plain
                contact = self.contact
                if contact is not None and contact.expires is not None:
                    return contact.expires
        return read_expires(self.first_row("expires"))
