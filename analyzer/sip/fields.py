"""Single header fields (RFC 3261 20): what one row, or one value of it, says.

What a message has of all of them is told by `message`.
"""

import re
from typing import Final

import msgspec

from analyzer import limits
from analyzer.sip import headers
from analyzer.sip.headers import COMMA, LF, METHODS, QUOTE, Head, row_text
from analyzer.sip.readings import remembered

_PLAIN_CONTACT: Final = re.compile(r'<[^<>"]*>((?:;[^;,<>"]*(?:"[^"\\]*")?)*)')


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


@remembered
def read_cseq(line: bytes) -> tuple[int, str] | None:
    """Number and method of a CSeq row (RFC 3261 20.16); None where it is none."""
    parts = line[line.find(b":") + 1 :].split()
    if len(parts) != 2 or not parts[0].isdigit() or len(parts[0]) > 10:
        return None
    return int(parts[0]), METHODS.get(parts[1]) or headers.decode(parts[1])


@remembered
def read_length(line: bytes) -> int | None:
    """The number in a Content-Length row, at most one more than `limits.MESSAGE`; None where it
    is none."""
    digits = line[line.find(b":") + 1 :].strip()
    if not digits.isdigit():
        return None
    if len(digits) > len(str(limits.MESSAGE)):
        return limits.MESSAGE + 1
    return min(int(digits), limits.MESSAGE + 1)


@remembered
def read_tokens(line: bytes) -> frozenset[str]:
    """The lower-cased comma-separated tokens of one row, given the whole row."""
    return frozenset(value.lower() for value in headers.split_values(row_text(line)))


@remembered
def read_expires(line: bytes) -> int | None:
    """The seconds in an Expires row, given the whole row; None where they are no number."""
    return read_number(row_text(line))


def content_length(head: Head) -> int | None:
    """Content-Length of a head, the largest of several; None where absent or not a number.

    Numbers above `limits.MESSAGE` come back as one more than it.
    """
    rows = head.index.get("content-length")
    if rows is None:
        return None
    if len(rows) == 1:
        return read_length(head.lines[rows[0]])
    numbers = [read_length(head.lines[row]) for row in rows]
    return max((number for number in numbers if number is not None), default=None)


def via_branches(head: Head) -> tuple[str, ...]:
    """The branch parameter of each Via value, top first; "" where one has none."""
    rows = head.index.get("via")
    if rows is None:
        return ()
    if len(rows) == 1:
        return row_branches(head.lines[rows[0]])
    return tuple(branch for row in rows for branch in row_branches(head.lines[row]))


def row_branches(line: bytes) -> tuple[str, ...]:
    """The branch parameter of each value of one Via row; "" where one has none."""
    start = line.find(b";branch=") + 8
    if start < 8 or COMMA in line or QUOTE in line or LF in line:
        return tuple(map(via_branch, headers.split_values(row_text(line))))
    end = line.find(b";", start)
    branch = line[start:] if end < 0 else line[start:end]
    return (branch.strip().decode("utf-8", "backslashreplace"),)


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
    before, opened, rest = text.partition("<")
    uri, closed, after = rest.partition(">")
    if opened and closed and ";" not in before and '"' not in before and '"' not in uri:
        if not after:
            return uri.strip(), {}
        parts = headers.split_outside(after, ";")
        if '"' not in parts[0]:
            return uri.strip(), headers.parameters(parts[1:])
    parts = headers.split_outside(text, ";")
    first = parts[0]
    begin = _bracket(first)
    if begin >= 0:
        end = first.find(">", begin)
        first = first[begin + 1 : end if end >= 0 else len(first)]
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
    return Contact(uri, host, port, read_number(params.get("expires", "")), params)


def plain_expires(text: str) -> int | None:
    """`expires` of a row with one Contact value, where a look tells: the URI stands in brackets,
    nothing is escaped, and the word stands there once; None where it has to be read."""
    plain = _PLAIN_CONTACT.fullmatch(text)
    if plain is None:
        return None
    params: str = plain[1].lower()
    before, found, rest = params.partition("expires")
    if not found or found in rest or before.count('"') % 2 or not before.rstrip().endswith(";"):
        return None
    equal, _, _ = rest.partition(";")
    mark, _, number = equal.partition("=")
    return None if mark.strip() else read_number(number)


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
    written = read_number(port)
    return host.strip(), written if written is not None and written <= 0xFFFF else 0


def read_number(text: str) -> int | None:
    """A decimal of at most ten digits, else None."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None
