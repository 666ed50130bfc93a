"""Which of two mechanisms protects better, where that can be told.

RFC 3329 5 and TS 33.203 Annex H.
"""

from collections.abc import Mapping
from typing import Final

from analyzer.agreement.mechanism import Mechanism, MechanismList

# digest protects the list itself alone (RFC 3329 2.4); the others everything that follows.
_MECHANISMS: Final[Mapping[str, int]] = {
    "digest": 1,
    "tls": 2,
    "ipsec-ike": 2,
    "ipsec-man": 2,
    "ipsec-3gpp": 2,
}
_INTEGRITY: Final[Mapping[str, int]] = {"hmac-md5-96": 1, "hmac-sha-1-96": 2, "aes-gmac": 3}
_ENCRYPTION: Final[Mapping[str, int]] = {
    "null": 0,
    "des-ede3-cbc": 1,
    "aes-cbc": 2,
    "aes-gcm": 3,
}

Shape = tuple[str, str, str]


def stronger(one: Mechanism, other: Mechanism) -> bool:
    """Whether `one` is surely better; False where the two cannot be compared."""
    mine, theirs = _MECHANISMS.get(one.key), _MECHANISMS.get(other.key)
    if mine is None or theirs is None:
        return False
    if mine != theirs or one.key != other.key:
        return mine > theirs
    mine_of, theirs_of = _algorithms(one), _algorithms(other)
    if mine_of is None or theirs_of is None or mine_of == theirs_of:
        return False
    return all(a >= b for a, b in zip(mine_of, theirs_of, strict=True))


def surpasses(one: Shape, other: Shape) -> bool:
    """The same of two shapes of `ipsec-3gpp`."""
    mine, theirs = _ranks(*one[1:]), _ranks(*other[1:])
    if one[0] != other[0] or mine is None or theirs is None or mine == theirs:
        return False
    return all(a >= b for a, b in zip(mine, theirs, strict=True))


def shape(element: Mechanism) -> Shape:
    """What is negotiated in an element: its name and algorithms, no numbers."""
    if element.key != "ipsec-3gpp":
        return element.key, "", ""
    return "ipsec-3gpp", (element.alg or "").lower(), element.effective_ealg


def shapes(listed: MechanismList | None) -> tuple[Shape, ...]:
    """Those of the signalling elements, in order; empty for no list."""
    if listed is None:
        return ()
    return tuple([shape(one) for one in listed.signalling])


def _algorithms(element: Mechanism) -> tuple[int, int] | None:
    return _ranks(element.effective_alg or "", element.effective_ealg)


def _ranks(alg: str, ealg: str) -> tuple[int, int] | None:
    """Ranks of integrity and encryption; aes-gcm does both, with `alg=null`."""
    encryption = _ENCRYPTION.get(ealg)
    if ealg == "aes-gcm":
        return 3, 3
    integrity = _INTEGRITY.get(alg)
    return None if encryption is None or integrity is None else (integrity, encryption)
