"""DNS about names of the IMS: what was asked and what was answered (RFC 1035 4, RFC 2782, 3403).

Only what leads to a first hop gets here (`scan.ims_name`). Nothing raises on input.
"""

from ipaddress import ip_address
from struct import Struct
from typing import Final

from analyzer.flows.datagram import Dns

_HEADER: Final = Struct("!HHHHHH")
_FIXED: Final = Struct("!HHIH")  # of a resource record: type, class, TTL, length
_RESPONSE: Final = 0x8000
_LABELS: Final = 128  # labels and pointers of one name; RFC 1035 allows 127 labels
_ANSWERS: Final = 8  # records of one answer that are read
_POINTER: Final = 0xC0

TYPES: Final = {1: "A", 5: "CNAME", 28: "AAAA", 33: "SRV", 35: "NAPTR"}
CODES: Final = {
    0: "no error",
    1: "FORMERR",
    2: "SERVFAIL",
    3: "NXDOMAIN",
    4: "NOTIMP",
    5: "REFUSED",
}


def read_dns(data: bytes) -> Dns | None:
    """The first question of a DNS message with what answers it; None for what is none."""
    if len(data) < _HEADER.size:
        return None
    number, flags, questions, answers, _, _ = _HEADER.unpack_from(data)
    if not questions:
        return None
    name, at = _name(data, _HEADER.size)
    if at < 0 or at + 4 > len(data) or not name:
        return None
    kind = int.from_bytes(data[at : at + 2], "big")
    response = bool(flags & _RESPONSE)
    return Dns(
        number,
        name,
        TYPES.get(kind, f"TYPE{kind}"),
        flags & 15 if response else -1,
        _records(data, at + 4, min(answers, _ANSWERS)) if response else (),
    )


def _records(data: bytes, at: int, count: int) -> tuple[str, ...]:
    """What the answers point to: addresses and names, as far as they can be read."""
    found = []
    for _ in range(count):
        _, at = _name(data, at)
        if at < 0 or at + _FIXED.size > len(data):
            break
        kind, _, _, length = _FIXED.unpack_from(data, at)
        at += _FIXED.size
        text = _target(data, kind, at, length)
        if text:
            found.append(text)
        at += length
    return tuple(found)


def _target(data: bytes, kind: int, at: int, length: int) -> str:
    """An address, the target of an SRV (with its port) or the replacement of a NAPTR record."""
    if (kind, length) in ((1, 4), (28, 16)) and at + length <= len(data):
        return str(ip_address(data[at : at + length]))
    if kind == 33 and length > 6:
        return f"{_name(data, at + 6)[0]}:{int.from_bytes(data[at + 4 : at + 6], 'big')}"
    if kind == 35:
        return _replacement(data, at, at + length)
    return _name(data, at)[0] if kind == 5 else ""


def _replacement(data: bytes, at: int, end: int) -> str:
    """RFC 3403 4.1: order, preference, then flags, services and expression as texts."""
    at += 4
    for _ in range(3):
        if at >= min(end, len(data)):
            return ""
        at += 1 + data[at]
    return _name(data, at)[0]


def _name(data: bytes, at: int) -> tuple[str, int]:
    """A name and where it ends; -1 where it does not (RFC 1035 4.1.4)."""
    labels: list[str] = []
    end = -1
    for _ in range(_LABELS):
        if at >= len(data):
            return "", -1
        size = data[at]
        if size & _POINTER == _POINTER:
            end = at + 2 if end < 0 else end
            if at + 2 > len(data):
                return "", -1
            at = (size & 0x3F) << 8 | data[at + 1]
        elif size & _POINTER:
            return "", -1
        elif not size:
            return ".".join(labels), at + 1 if end < 0 else end
        else:
            labels.append(data[at + 1 : at + 1 + size].decode("ascii", "backslashreplace"))
            at += 1 + size
    return "", -1
