"""Is a payload the beginning of SIP, may it yet become one, or is it something else?"""

import re
from typing import Final

from analyzer.capture.scan import sip_first_line, websocket_data

_TOKEN: Final = rb"[A-Za-z][-.!%*_+`'~0-9A-Za-z]*"
_BEGUN: Final = re.compile(
    rb"[\r\n]*(?:|SIP/[0-9.]*|" + _TOKEN + rb"(?: [^\r\n]*)?)\Z", re.IGNORECASE
)
_NOT_TEXT: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HANDSHAKES: Final = (b"GET ", b"HTTP/1.1 101")
_PROBE: Final = 64  # octets that tell text from other things
_TLS_TYPES: Final = (b"\x14", b"\x15", b"\x16", b"\x17")


def starts_like_sip(payload: bytes) -> bool:
    """A SIP start line stands at the beginning."""
    return sip_first_line(payload) is not None


def begins(payload: bytes) -> bool:
    """A conversation begins here: with SIP, or with WebSocket, which may carry it."""
    return starts_like_sip(payload) or is_handshake(payload) or websocket_data(payload) is not None


def is_handshake(payload: bytes) -> bool:
    """The HTTP request or response that makes WebSocket of a connection (RFC 6455 4)."""
    return payload.startswith(_HANDSHAKES) and b"websocket" in payload.lower()


def may_start_sip(payload: bytes) -> bool:
    """So far this could be the beginning of a start line: no line end yet."""
    return _BEGUN.match(payload) is not None


def is_text(payload: bytes) -> bool:
    """The first octets could stand inside a SIP message."""
    return _NOT_TEXT.search(payload, 0, _PROBE) is None


def is_tls(payload: bytes) -> bool:
    """A TLS record begins here (RFC 8446 5.1)."""
    return payload[:1] in _TLS_TYPES and payload[1:2] == b"\x03"
