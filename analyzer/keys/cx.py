"""Keys on Cx: the Multimedia-Auth-Answer that brings the S-CSCF its vectors (TS 29.229 6.1.4).

A message is found by its command and application inside the segment or SCTP packet that holds it,
whatever stands before; one that goes on in the next segment is not put together.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from analyzer.keys.algorithms import KEY_OCTETS
from analyzer.limits import CX_AVPS

PORT: Final = 3868  # RFC 6733 2.1
ANSWER: Final = b"\x00\x01\x2f\x01\x00\x00\x00"  # command 303, application 16777216 (Cx)

_HEADER: Final = 20  # RFC 6733 3
_COMMAND: Final = 5  # where the command stands in it
_REQUEST: Final = 0x80
_VENDOR: Final = 0x80
_AVP: Final = Struct("!II")
_RAND: Final = 16

_AUTHENTICATE: Final = 609  # SIP-Authenticate: RAND and AUTN
_AUTHORIZATION: Final = 610  # SIP-Authorization: XRES
_CONFIDENTIALITY_KEY: Final = 625
_INTEGRITY_KEY: Final = 626
_AUTH_DATA_ITEM: Final = 612  # SIP-Auth-Data-Item, which holds the three


class CxKeys(NamedTuple):
    """One vector of an answer: RAND and AUTN (32 octets), CK and IK (16 each), XRES if there."""

    nonce: bytes
    ck: bytes
    ik: bytes
    res: bytes = b""


def find_answers(data: bytes) -> Iterator[CxKeys]:
    """The vectors of all answers in these octets; nothing is raised on what is damaged."""
    at = data.find(ANSWER)
    while at >= 0:
        start = at - _COMMAND
        if start >= 0 and data[start] == 1 and not data[start + 4] & _REQUEST:
            end = start + int.from_bytes(data[start + 1 : start + 4], "big")
            if start + _HEADER < end <= len(data):
                yield from _items(data, start + _HEADER, end)
        at = data.find(ANSWER, at + len(ANSWER))


def _items(data: bytes, at: int, end: int) -> Iterator[CxKeys]:
    for code, value in _avps(data, at, end):
        if code == _AUTH_DATA_ITEM:
            found = dict(_avps(value, 0, len(value)))
            keys = CxKeys(
                found.get(_AUTHENTICATE, b""),
                found.get(_CONFIDENTIALITY_KEY, b""),
                found.get(_INTEGRITY_KEY, b""),
                found.get(_AUTHORIZATION, b""),
            )
            if len(keys.nonce) >= _RAND and len(keys.ck) == len(keys.ik) == KEY_OCTETS:
                yield keys


def _avps(data: bytes, at: int, end: int) -> Iterator[tuple[int, bytes]]:
    """(code, value) of the AVPs between two places (RFC 6733 4.1)."""
    for _ in range(CX_AVPS):
        if at + _AVP.size > end:
            return
        code, word = _AVP.unpack_from(data, at)
        size, head = word & 0xFFFFFF, _AVP.size + (4 if word >> 24 & _VENDOR else 0)
        if size < head or at + size > end:
            return
        yield code, data[at + head : at + size]
        at += size + 3 & ~3
