"""IKE version 2, as far as it can be read without keys (RFC 7296 3): who answers, what is refused.

It sets up the tunnel to an ePDG (TS 33.402), and the mechanism `ipsec-ike` of RFC 3329.
"""

from struct import Struct
from typing import Final

from analyzer.flows.datagram import Ike

_HEADER: Final = Struct("!8s8sBBBBII")
_NOTIFY: Final = 41
_ENCRYPTED: Final = frozenset((46, 53))  # its next payload is that of what is inside
_PAYLOADS: Final = 32  # payloads of one message that are looked at
_STATUS: Final = 16_384  # notify types from here on report no error (RFC 7296 3.10.1)
_RESPONSE: Final = 0x20
_MARKER: Final = bytes(4)  # RFC 3948 2.2

EXCHANGES: Final = {
    34: "IKE_SA_INIT",
    35: "IKE_AUTH",
    36: "CREATE_CHILD_SA",
    37: "INFORMATIONAL",
    43: "IKE_INTERMEDIATE",
    44: "IKE_FOLLOWUP_KE",
}
ERRORS: Final = {
    4: "INVALID_IKE_SPI",
    5: "INVALID_MAJOR_VERSION",
    7: "INVALID_SYNTAX",
    14: "NO_PROPOSAL_CHOSEN",
    17: "INVALID_KE_PAYLOAD",
    24: "AUTHENTICATION_FAILED",
}


def read_ike(data: bytes) -> Ike | None:
    """One message; None where the header is cut or no exchange is known by its number."""
    if data[:4] == _MARKER:
        data = data[4:]
    if len(data) < _HEADER.size:
        return None
    initiator, _, following, version, exchange, flags, _, _ = _HEADER.unpack_from(data)
    if version >> 4 != 2 or exchange not in EXCHANGES:
        return None
    return Ike(
        initiator,
        EXCHANGES[exchange],
        bool(flags & _RESPONSE),
        _error(data, following),
    )


def _error(data: bytes, following: int) -> str:
    """The error that a notify payload in clear reports, "" for none."""
    at = _HEADER.size
    for _ in range(_PAYLOADS):
        if not following or following in _ENCRYPTED or at + 8 > len(data):
            return ""
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if following == _NOTIFY:
            number = int.from_bytes(data[at + 6 : at + 8], "big")
            if number < _STATUS:
                return ERRORS.get(number, f"error {number}")
        if size < 4:
            return ""
        following = data[at]
        at += size
    return ""
