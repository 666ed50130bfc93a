"""TLS as far as it travels in clear: hellos, and alerts (RFC 5246 7.2, 7.4.1; RFC 8446 4.1, 6).

What is read is the beginning of one TCP segment: hellos fit there, and what does not is not read.
"""

from struct import Struct
from typing import Final

from analyzer.flows.datagram import Tls

_RECORD: Final = Struct("!BHH")
ALERT, HANDSHAKE, DATA = 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, HELLO_RETRY = 1, 2, 6
_ALERT_SIZE: Final = 2  # in clear; an encrypted one is longer
_SUPPORTED_VERSIONS: Final = 43
_SERVER_NAME: Final = 0
_RECORDS: Final = 8  # records of one segment that are looked at
_EXTENSIONS: Final = 64  # extensions of one hello that are looked at
_RANDOM: Final = 34  # version and random of a hello

VERSIONS: Final = {
    0x0300: "SSL 3.0",
    0x0301: "TLS 1.0",
    0x0302: "TLS 1.1",
    0x0303: "TLS 1.2",
    0x0304: "TLS 1.3",
}
ALERTS: Final = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    40: "handshake_failure",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}


def version_name(version: int) -> str:
    """`TLS 1.2`; the number of one that has no name."""
    return VERSIONS.get(version, f"TLS 0x{version:04x}")


def read_tls(payload: bytes) -> list[Tls]:
    """What the records of one segment say that is not encrypted, in order."""
    found = []
    at = 0
    for _ in range(_RECORDS):
        if at + _RECORD.size > len(payload):
            break
        kind, version, size = _RECORD.unpack_from(payload, at)
        if version >> 8 != 3:
            break
        body = payload[at + _RECORD.size : at + _RECORD.size + size]
        one = _record(kind, size, body)
        if one is not None:
            found.append(one)
        at += _RECORD.size + size
    return found


def _record(kind: int, size: int, body: bytes) -> Tls | None:
    if kind == HANDSHAKE and 4 < 4 + int.from_bytes(body[1:4], "big") <= size:
        return _hello(body)  # what is encrypted has no such length
    if kind == ALERT and size == _ALERT_SIZE == len(body):
        return Tls("alert", alert=body[1], fatal=body[0] == 2)
    return Tls("data", size=size) if kind == DATA else None


def _hello(body: bytes) -> Tls | None:
    """A ClientHello or ServerHello at the beginning of a handshake record."""
    kind = body[0]
    if kind not in (CLIENT_HELLO, SERVER_HELLO) or len(body) < 5 + _RANDOM:
        return None
    version = int.from_bytes(body[4:6], "big")
    at = 4 + _RANDOM
    at += 1 + body[at]  # session id
    cipher = -1
    if kind == SERVER_HELLO:
        cipher = int.from_bytes(body[at : at + 2], "big") if at + 2 <= len(body) else -1
        at += 3
    else:
        at += 2 + int.from_bytes(body[at : at + 2], "big")
        at += 1 + (body[at] if at < len(body) else 0)
    extensions = _extensions(body, at + 2)
    name = ""
    if kind == CLIENT_HELLO:
        # list length, name type, name length (RFC 6066 3)
        name = extensions.get(_SERVER_NAME, b"")[5:].decode("ascii", "backslashreplace")
        offered = extensions.get(_SUPPORTED_VERSIONS, b"")[1:]
        version = max([version, *_versions(offered)])
        return Tls("client-hello", version, name=name)
    chosen = extensions.get(_SUPPORTED_VERSIONS, b"")
    version = int.from_bytes(chosen, "big") if len(chosen) == 2 else version
    return Tls("server-hello", version, cipher)


def _versions(offered: bytes) -> list[int]:
    """The known ones of a list: clients mix in numbers that mean nothing (RFC 8701)."""
    found = (int.from_bytes(offered[at : at + 2], "big") for at in range(0, len(offered) - 1, 2))
    return [version for version in found if version in VERSIONS]


def _extensions(body: bytes, at: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for _ in range(_EXTENSIONS):
        if at + 4 > len(body):
            break
        kind, size = int.from_bytes(body[at : at + 2], "big"), body[at + 2] << 8 | body[at + 3]
        found.setdefault(kind, body[at + 4 : at + 4 + size])
        at += 4 + size
    return found
