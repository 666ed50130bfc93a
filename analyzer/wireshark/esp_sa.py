"""Keys as files: Wireshark's `esp_sa` table, and our own JSON (`keys/files` reads both again).

The table has 8 columns, which every version of Wireshark loads. Wireshark does not check lengths of
keys when it loads them and takes the first row that fits a packet, so both are seen to here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address
from typing import Any, Final

from analyzer.keys.algorithms import Algorithm, encryption, integrity
from analyzer.keys.files import JSON_SCHEMA
from analyzer.keys.keyring import KeyRing
from analyzer.wireshark.sa_keys import SaKeys

MASKED: Final = "***"

_ANY: Final = "ANY {bits} bit authentication [no checking]"
_ANY_BITS: Final = frozenset((64, 96, 128, 192, 256))


def esp_sa(rows: Sequence[SaKeys], *, masked: bool = False) -> str:
    """The text of an `esp_sa` file; what Wireshark cannot use stands in it as a comment."""
    lines = ["# ESP SAs found by secagree; Wireshark: Preferences, Protocols, ESP, ESP SAs"]
    taken: set[tuple[bytes, bytes, int]] = set()
    said = ""
    for row in rows:
        about = _about(row)
        if about != said:
            lines.append(f"# {about}")
            said = about
        way = row.src, row.dst, row.spi
        line = _line(row, masked)
        if line is None:
            lines.append(f"# {_spi(row)} {row.name}: Wireshark cannot open it ({why_not(row)})")
        elif way in taken:
            lines.append(f"# the same SPI once more, and Wireshark takes the first: {line}")
        else:
            taken.add(way)
            lines.append(line)
    return "\n".join(lines) + "\n"


def usable(rows: Iterable[SaKeys]) -> int:
    """How many of them Wireshark can open."""
    return sum(_line(row, masked=True) is not None for row in rows)


def why_not(row: SaKeys) -> str:
    """Why Wireshark has no row for this SA."""
    if row.alg == "aes-gmac":
        return "it knows no AES-GMAC"
    if not row.spi:
        return "an SPI of 0"
    return f"{row.alg or 'unknown'} / {row.ealg}"


def _about(row: SaKeys) -> str:
    """What the rows of one set have in common."""
    names = f"{row.alg or '?'} / {row.ealg or '?'}"
    whose = f"A{row.set}: " if row.set else ""
    return f"{whose}{names}; {row.origin}" + (f"; {row.variant}" if row.variant else "")


def _line(row: SaKeys, masked: bool) -> str | None:
    cipher = encryption(row.ealg)
    if cipher is None or not cipher.wireshark or not _fits(cipher, row.cipher_key):
        return None
    found = _authentication(row)
    if found is None:
        return None
    name, key = found
    family = "IPv4" if len(row.dst) == 4 else "IPv6"
    columns = (
        family,
        str(ip_address(row.src)),
        str(ip_address(row.dst)),
        _spi(row),
        cipher.wireshark,
        _key(row.cipher_key, masked),
        name,
        _key(key, masked),
    )
    return ",".join(f'"{column}"' for column in columns)


def _authentication(row: SaKeys) -> tuple[str, bytes] | None:
    """Name and key of the integrity algorithm as Wireshark has it."""
    if row.unchecked:
        bits = row.icv * 8
        return (_ANY.format(bits=bits), b"") if bits in _ANY_BITS else None
    algorithm = integrity(row.alg)
    if algorithm is None or not algorithm.wireshark:
        return None
    if algorithm.name == "null":
        return algorithm.wireshark, b""
    size = algorithm.key_bits // 8
    # HMAC fills a short key with zero bits itself, Wireshark wants nothing of it: the whole length
    key = row.integrity_key.ljust(size, b"\0")
    return algorithm.wireshark, key


def _fits(algorithm: Algorithm, key: bytes) -> bool:
    return len(key) * 8 == algorithm.key_bits + algorithm.salt_bits


def _spi(row: SaKeys) -> str:
    return f"0x{row.spi:08x}"


def _key(key: bytes, masked: bool) -> str:
    if not key:
        return ""
    return MASKED if masked else f"0x{key.hex()}"


def as_json(rows: Iterable[SaKeys], ring: KeyRing, *, masked: bool = False) -> str:
    """The same as JSON, with CK and IK of every RAND they are known of."""
    document = {
        "schema": JSON_SCHEMA,
        "keys": list(_pairs(ring, masked)),
        "sa": [_sa(row, masked) for row in rows if row.integrity_key or row.cipher_key],
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _pairs(ring: KeyRing, masked: bool) -> Iterator[dict[str, str]]:
    for rand, pair in ring.bound():
        yield {
            "rand": rand.hex(),
            "ck": MASKED if masked else pair.ck.hex(),
            "ik": MASKED if masked else pair.ik.hex(),
        }


def _sa(row: SaKeys, masked: bool) -> dict[str, Any]:
    members = {
        "src": str(ip_address(row.src)),
        "dst": str(ip_address(row.dst)),
        "spi": row.spi,
        "name": row.name,
        "agreement": f"A{row.set}" if row.set else "",
        "sport": row.sport,
        "dport": row.dport,
        "alg": row.alg,
        "ealg": row.ealg,
        "integrity_key": MASKED if masked and row.integrity_key else row.integrity_key.hex(),
        "cipher_key": MASKED if masked and row.cipher_key else row.cipher_key.hex(),
        "unchecked": row.unchecked,
        "proven_by": row.packets,
        "origin": row.origin,
        "variant": row.variant,
    }
    always = ("alg", "ealg")
    return {name: value for name, value in members.items() if value or name in always}
