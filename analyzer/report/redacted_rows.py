"""A SIP message without what may say anything: headers that are not known here, texts that people
wrote into the others, and the body."""

from __future__ import annotations

import re
from typing import Final

from analyzer.report.phrases import is_usual
from analyzer.sip.headers import full_name

LEFT_OUT: Final = "(left out: redacted)"

# of these it is known where names stand: in URIs, credentials, cells and instance ids
_ROWS: Final = """
    via max-forwards from to call-id cseq contact expires min-expires require proxy-require
    supported unsupported allow allow-events event subscription-state route record-route path
    service-route content-length content-type content-encoding security-client security-server
    security-verify security-mechanism security-method www-authenticate authorization
    proxy-authenticate proxy-authorization authentication-info user-agent server warning reason
    retry-after accept session-expires min-se rseq rack p-access-network-info
    cellular-network-info p-associated-uri p-preferred-identity p-asserted-identity
    p-visited-network-id p-called-party-id feature-caps
    """
_KNOWN: Final = frozenset(_ROWS.split())
_DISPLAYED: Final = frozenset(
    ("from", "to", "contact", "p-associated-uri", "p-preferred-identity", "p-asserted-identity")
)
_WORDED: Final = frozenset(("warning", "reason"))  # RFC 3261 20.43, RFC 3326
# what these say to people: a quoted text, also one without an end, a `text` without quotes, and
# what stands behind code and agent of a warning
_WORDS: Final = re.compile(
    r'"(?:[^"\\]|\\.)*(?:"|$)|(?<=text=)[^";,\s][^;,]*|(?P<agent>\b\d{3}\s+[^\s,"]+\s+)[^",\s][^,]*',
    re.IGNORECASE,
)
_ANSWER: Final = re.compile(r"(\s*SIP/\d+\.\d+\s+\d{3})\b(.*)", re.IGNORECASE | re.DOTALL)
_ENDS: Final = re.compile(r"\r\n|\n|\r")  # some senders leave out half of a line's end
# a display name that is no quoted string (RFC 3261 25.1)
_TOKENS: Final = re.compile(r"(^|,)([^<>,;:\"=]*[^<>,;:\"=\s])\s*(?=<)")


def known_rows(text: str) -> str:
    """The start line and the headers, values of those that are not known left out; no body."""
    start, *lines = _ENDS.split(text)
    end = lines.index("") if "" in lines else len(lines)
    lines, body = lines[:end], lines[end + 1 :]
    rows = [_start(start)]
    kept = False
    displayed = False
    for line in _joined(lines):
        if line[:1] in (" ", "\t"):  # goes on from the line before
            if kept:
                rows.append(_bare(line) if displayed else line)
            continue
        name, colon, value = line.partition(":")
        header = full_name(name.strip())
        kept, displayed = bool(colon) and header in _KNOWN, header in _DISPLAYED
        if header in _WORDED:
            value = _wordless(value)
        if kept:
            rows.append(f"{name}:{_bare(value) if displayed else value}")
        else:
            rows.append(f"{name if colon else ''}: {LEFT_OUT}")
    return "\r\n".join([*rows, "", LEFT_OUT if any(body) else ""])


def is_known(header: str) -> bool:
    """Whether it is known of a header where names stand in it."""
    return full_name(header) in _KNOWN


def _start(line: str) -> str:
    """The start line, without a reason phrase that says more than the code."""
    answer = _ANSWER.fullmatch(line)
    if answer is None or is_usual(answer[2]):
        return line
    return f"{answer[1]} {LEFT_OUT}"


def _joined(lines: list[str]) -> list[str]:
    """The lines; those that a text for people goes on over are one."""
    found: list[str] = []
    worded = False
    for line in lines:
        if line[:1] in (" ", "\t"):
            if worded:
                found[-1] += f" {line.strip()}"
                continue
        else:
            worded = full_name(line.partition(":")[0].strip()) in _WORDED
        found.append(line)
    return found


def _wordless(value: str) -> str:
    """The value of a Warning or Reason without what it says to people."""
    return _WORDS.sub(lambda found: f'{found["agent"] or ""}"{LEFT_OUT}"', value)


def _bare(value: str) -> str:
    return _TOKENS.sub(r"\1 ", value)
