"""A SIP message as it stands in the capture (RFC 3261 7), and its links to others.

Start line, header index and transaction fields are read at once; all else when first asked for.
"""

import msgspec

from analyzer import limits
from analyzer.flows.datagram import Datagram, Protection, Transport
from analyzer.sip import headers
from analyzer.sip.digest import Challenge, Credentials, parse_challenges, parse_credentials
from analyzer.sip.headers import METHODS, SPAN_BITS, SPAN_MASK, Head, unfold


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


class Contact(msgspec.Struct, frozen=True):
    """The first Contact value; `uri` is `*` where it asks to remove all bindings.

    `port` is 0 where none is written, `expires` None where there is no number. `host` keeps the
    brackets of an IPv6 reference off. `params` are those of the header, not of the URI.
    """

    uri: str
    host: str
    port: int
    expires: int | None
    params: dict[str, str]


class SipMessage:
    """One SIP message on one hop.

    Made from its octets, their head and the datagram that completed them.

    `raw` begins with the start line and ends with the body (over UDP: with the datagram, see
    `body`). `frame` is where Wireshark shows the message, `frames` all that carry it (never
    empty). `truncated`: octets are missing at the end, so an absent header proves nothing.

    `code` is 0 in a request, `method` and `uri` are "" in a response; `cseq_method` is there in
    both. `branch` and `sent_by` are those of the top Via, "" without one; `branches` those of all
    `via_count` Via values.

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
        "_index",
        "_parties",
        "_sightings",
        "_spans",
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
        "interface",
        "ip_id",
        "is_request",
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
        self._index = head.index
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
        self._parties: dict[str, tuple[str, str]] | None = None
        self._read_transaction(head)
        self._read_length(head)

    def __repr__(self) -> str:
        what = self.method if self.is_request else f"{self.code} {self.cseq_method}"
        return f"<SipMessage {what} capture {self.capture} frame {self.frame}>"

    def _read_transaction(self, head: Head) -> None:
        """Call-ID, CSeq and top Via (RFC 3261 8.1.1), the fields every message is matched by."""
        octets = first_value(head, "call-id")
        self.call_id = unfold(octets) if octets else ""
        if not self.call_id:
            self._defect("no-call-id")
        parts = (first_value(head, "cseq") or b"").split()
        if len(parts) == 2 and parts[0].isdigit() and len(parts[0]) <= 10:
            self.cseq = int(parts[0])
            self.cseq_method = METHODS.get(parts[1]) or headers.decode(parts[1])
        else:
            self.cseq = -1
            self.cseq_method = self.method
            self._defect("cseq-bad")
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
        if "content-length" in self._index:
            length = content_length(head)
            have = self.body_end - self.body_start
            if length is None:
                self._defect("content-length-bad")
            elif length < have:
                self.body_end = self.body_start + length
                self._defect("content-length-short")
            elif length > have:
                self.truncated = True
            if not isinstance(self._index["content-length"], int):
                self._defect("content-length-repeated")
        if self.truncated:
            self._defect("truncated")

    def _defect(self, defect: str) -> None:
        self.defects = (*self.defects, defect)

    @property
    def sent_by(self) -> str:
        """Host and port as written in the top Via, "" without one (RFC 3261 18.1.1)."""
        vias = self.values("via")
        return via_sent_by(vias[0]) if vias else ""

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

    def has(self, name: str) -> bool:
        """Whether there is a row of that header; any case, compact or not."""
        return name in self._index or headers.full_name(name) in self._index

    def rows(self, name: str) -> list[Row]:
        """The rows of a header in order, one `Row` each; any case, compact or not."""
        numbers = self._index.get(name)
        if numbers is None:
            numbers = self._index.get(headers.full_name(name))
            if numbers is None:
                return []
        if isinstance(numbers, int):
            return [self._row(numbers)]
        return [self._row(number) for number in numbers]

    def _row(self, number: int) -> Row:
        if self._spans is None:
            self._spans = headers.row_spans(self.raw, self.body_start)
        span = self._spans[number]
        line = self.raw[span >> SPAN_BITS : span & SPAN_MASK]
        octets = line[line.find(b":") + 1 :]
        end = (span & SPAN_MASK) - len(octets) + len(octets.rstrip(b" \t\r\n"))
        octets = octets.strip(b" \t\r\n")
        return Row(unfold(octets), end - len(octets), end)

    def values(self, name: str) -> list[str]:
        """The values over all rows, split at commas outside quotes and angle brackets."""
        return [value for row in self.rows(name) for value in headers.split_values(row.value)]

    def value(self, name: str) -> str | None:
        """The text of the first row, not split; None without one."""
        rows = self.rows(name)
        return rows[0].value if rows else None

    def tokens(self, name: str) -> frozenset[str]:
        """The lower-cased comma-separated tokens of all rows (Require, Supported, ...)."""
        if not self.has(name):
            return frozenset()
        return frozenset(value.lower() for value in self.values(name))

    def header_names(self) -> list[str]:
        """The name of each row in order: lower case, compact forms written out."""
        rows = [
            (row, name)
            for name, numbers in self._index.items()
            for row in ((numbers,) if isinstance(numbers, int) else numbers)
        ]
        return [name for _, name in sorted(rows)]

    @property
    def challenges(self) -> list[Challenge]:
        """All challenges: WWW-Authenticate, then Proxy-Authenticate, in order."""
        if self._challenges is None:
            self._challenges = [
                challenge
                for name in ("www-authenticate", "proxy-authenticate")
                for row in self.rows(name)
                for challenge in parse_challenges(row.value)
            ]
        return self._challenges

    @property
    def challenge(self) -> Challenge | None:
        """The first challenge for Digest AKA, else the first one."""
        found = self.challenges
        return next((one for one in found if one.aka), found[0] if found else None)

    @property
    def credentials(self) -> Credentials | None:
        """The first credentials for Digest AKA, else the first (Authorization before Proxy-)."""
        if self._credentials is None:
            found = [
                one
                for name in ("authorization", "proxy-authorization")
                for row in self.rows(name)
                if (one := parse_credentials(row.value)) is not None
            ]
            aka = next((one for one in found if one.aka), found[0] if found else None)
            self._credentials = (aka,)
        return self._credentials[0]

    def _party(self, name: str) -> tuple[str, str]:
        if self._parties is None:
            self._parties = {}
        if name not in self._parties:
            uri, params = parse_address(self.value(name) or "")
            self._parties[name] = (uri, params.get("tag", ""))
        return self._parties[name]

    @property
    def from_uri(self) -> str:
        """URI of From; "" without one."""
        return self._party("from")[0]

    @property
    def from_tag(self) -> str:
        """Tag of From; "" without one."""
        return self._party("from")[1]

    @property
    def to_uri(self) -> str:
        """URI of To; "" without one."""
        return self._party("to")[0]

    @property
    def to_tag(self) -> str:
        """Tag of To; "" without one."""
        return self._party("to")[1]

    @property
    def contact(self) -> Contact | None:
        """The first Contact value; None without one."""
        if self._contact is None:
            values = self.values("contact")
            self._contact = (parse_contact(values[0]) if values else None,)
        return self._contact[0]

    @property
    def expires(self) -> int | None:
        """Seconds: `expires` of the first Contact, else the Expires header (RFC 3261 10.2.1.1)."""
        contact = self.contact
        if contact is not None and contact.expires is not None:
            return contact.expires
        return _number(self.value("expires") or "")


def first_value(head: Head, name: str) -> bytes | None:
    """The octets behind the colon of the first row of that (full, lower-case) name."""
    row = head.index.get(name)
    if row is None:
        return None
    line = head.lines[row if isinstance(row, int) else row[0]]
    return line[line.find(b":") + 1 :]


def content_length(head: Head) -> int | None:
    """Content-Length of a head, the largest of several; None where absent or not a number.

    Numbers above `limits.MESSAGE` come back as one more than it.
    """
    rows = head.index.get("content-length")
    if rows is None:
        return None
    found = None
    for row in (rows,) if isinstance(rows, int) else rows:
        digits = head.lines[row].partition(b":")[2].strip()
        if digits.isdigit():
            number = limits.MESSAGE + 1
            if len(digits) <= len(str(limits.MESSAGE)):
                number = min(int(digits), number)
            found = number if found is None else max(found, number)
    return found


def via_branches(head: Head) -> tuple[str, ...]:
    """The branch parameter of each Via value, top first; "" where one has none."""
    rows = head.index.get("via")
    if rows is None:
        return ()
    branches: list[str] = []
    for row in (rows,) if isinstance(rows, int) else rows:
        octets = head.lines[row]
        start = octets.find(b";branch=") + 8
        if start < 8 or b"," in octets or b'"' in octets or b"\n" in octets:
            text = unfold(octets[octets.find(b":") + 1 :])
            branches.extend(map(via_branch, headers.split_values(text)))
        else:
            end = octets.find(b";", start)
            branch = octets[start:] if end < 0 else octets[start:end]
            branches.append(headers.decode(branch.strip()))
    return tuple(branches)


def via_branch(via: str) -> str:
    """The branch parameter of one Via value, "" without one."""
    return headers.parameters(headers.split_outside(via, ";")[1:]).get("branch", "")


def via_sent_by(via: str) -> str:
    """The sent-by of one Via value (`host` or `host:port`), "" without one.

    White space around the slashes and the colon is allowed (RFC 3261 25.1).
    """
    protocol = via.split(";", 1)[0].split("/", 2)
    if len(protocol) < 3:
        return ""
    words = protocol[2].split()
    return "".join(words[1:])


def parse_address(text: str) -> tuple[str, dict[str, str]]:
    """URI and header parameters of a name-addr or addr-spec (RFC 3261 20.10, 25.1)."""
    parts = headers.split_outside(text, ";")
    first = parts[0]
    opened = _bracket(first)
    if opened >= 0:
        closed = first.find(">", opened)
        first = first[opened + 1 : closed if closed >= 0 else len(first)]
    return first.strip(), headers.parameters(parts[1:])


def _bracket(text: str) -> int:
    """Where `<` opens outside a quoted display name, -1 without one."""
    if '"' not in text:
        return text.find("<")
    return text.find("<", text.rfind('"', 0, text.rfind("<") + 1) + 1)


def parse_contact(text: str) -> Contact:
    """Read one Contact value (RFC 3261 20.10)."""
    uri, params = parse_address(text)
    host, port = uri_host_port(uri)
    return Contact(uri, host, port, _number(params.get("expires", "")), params)


def uri_host_port(uri: str) -> tuple[str, int]:
    """Host and port of a SIP URI; ("", 0) of other URIs, port 0 where none is written."""
    scheme, _, rest = uri.partition(":")
    if scheme.lower() not in ("sip", "sips"):
        return "", 0
    hostport = rest.split("?", 1)[0]
    hostport = hostport.rpartition("@")[2] if "@" in hostport else hostport
    hostport = hostport.split(";", 1)[0]
    if hostport.startswith("["):
        host, _, port = hostport[1:].partition("]")
        port = port.lstrip(":")
    else:
        host, _, port = hostport.partition(":")
    number = _number(port)
    return host.strip(), number if number is not None and number <= 0xFFFF else 0


def _number(text: str) -> int | None:
    """A decimal of at most ten digits, else None."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None
