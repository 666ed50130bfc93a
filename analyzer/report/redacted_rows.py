"""A SIP message without what may say anything: headers that are not known here, and the body."""

from __future__ import annotations

import re
from typing import Final

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
_ENDS: Final = re.compile(r"\r\n|\n|\r")  # some senders leave out half of a line's end
# a display name that is no quoted string (RFC 3261 25.1)
_TOKENS: Final = re.compile(r"(^|,)([^<>,;:\"=]*[^<>,;:\"=\s])\s*(?=<)")


def known_rows(text: str) -> str:
    """The start line and the headers, values of those that are not known left out; no body."""
    start, *lines = _ENDS.split(text)
    end = lines.index("") if "" in lines else len(lines)
    lines, body = lines[:end], lines[end + 1 :]
    rows = [start]
    kept = False
    displayed = False
    for line in lines:
        if line[:1] in (" ", "\t"):  # goes on from the line before
            if kept:
                rows.append(_bare(line) if displayed else line)
            continue
        name, colon, value = line.partition(":")
        header = full_name(name.strip())
        kept, displayed = bool(colon) and header in _KNOWN, header in _DISPLAYED
        if kept:
            rows.append(f"{name}:{_bare(value) if displayed else value}")
        else:
            rows.append(f"{name if colon else ''}: {LEFT_OUT}")
    return "\r\n".join([*rows, "", LEFT_OUT if any(body) else ""])


def _bare(value: str) -> str:
    return _TOKENS.sub(r"\1 ", value)
