"""The algorithms of `ipsec-3gpp` (TS 33.203 Annex H and Annex I): the one table of them.

Each row is one value of `alg` or `ealg` with its names elsewhere, its sizes on the wire, how its
ESP key is made from CK and IK, and the 3GPP releases that have it. What is not in the table is no
3GPP algorithm. Clauses and releases come from secondary sources; rows say how sure they are.
"""

import hashlib
import hmac
from typing import Final, Literal

import msgspec

Kind = Literal["integrity", "encryption"]

# How the ESP key is made (TS 33.203 Annex I):
#   none         no key
#   ik           IK
#   ik-zeros     IK followed by 32 zero bits
#   gmac-salt    IK followed by the salt: the low 32 bits of KDF(CK||IK), FC 0x58, "AES_GMAC_SALT"
#   ck           CK
#   ck-ck64      CK followed by the first 64 bits of CK
#   gcm-salt     CK followed by the salt: the low 32 bits of KDF(CK||IK), FC 0x59, "AES_GCM_SALT"
Expansion = Literal["none", "ik", "ik-zeros", "gmac-salt", "ck", "ck-ck64", "gcm-salt"]


class Algorithm(msgspec.Struct, frozen=True, gc=False):
    """One value of `alg` (integrity) or `ealg` (encryption).

    `wireshark` is the string of Wireshark's `esp_sa` table ("" where it has none), `xfrm` the name
    `ip xfrm state` prints. `key_bits` leaves out the salt of the counter modes (`salt_bits`).
    `icv` and `iv` are octets in the ESP packet. `first_release` and `last_release` are 3GPP
    releases, None where unknown or (the last) where it is still in. `rank` orders values of the
    same kind by strength, 0 is no protection; integrity `null` is allowed beside `aes-gcm` alone,
    which then protects integrity itself.
    """

    name: str
    kind: Kind
    wireshark: str
    xfrm: str
    key_bits: int
    salt_bits: int
    icv: int
    iv: int
    expansion: Expansion
    first_release: int | None
    last_release: int | None
    deprecated: bool
    rank: int


INTEGRITY: Final[tuple[Algorithm, ...]] = (
    Algorithm(
        name="hmac-md5-96",
        kind="integrity",
        wireshark="HMAC-MD5-96 [RFC2403]",
        xfrm="hmac(md5)",
        key_bits=128,
        salt_bits=0,
        icv=12,
        iv=0,
        expansion="ik",
        first_release=5,
        last_release=12,  # unsure: sources say 12 or 13 for its end
        deprecated=True,
        rank=1,
    ),
    Algorithm(
        name="hmac-sha-1-96",
        kind="integrity",
        wireshark="HMAC-SHA-1-96 [RFC2404]",
        xfrm="hmac(sha1)",
        key_bits=160,
        salt_bits=0,
        icv=12,
        iv=0,
        expansion="ik-zeros",
        first_release=5,
        last_release=None,  # sure: the mandatory baseline; "not recommended" in Release 17
        deprecated=False,
        rank=2,
    ),
    Algorithm(
        name="aes-gmac",
        kind="integrity",
        wireshark="",
        xfrm="rfc4543(gcm(aes))",
        key_bits=128,
        salt_bits=32,
        icv=16,
        iv=8,
        expansion="gmac-salt",
        first_release=13,  # unsure
        last_release=None,
        deprecated=False,
        rank=3,
    ),
    Algorithm(
        name="null",
        kind="integrity",
        wireshark="NULL",
        xfrm="digest_null",
        key_bits=0,
        salt_bits=0,
        icv=0,
        iv=0,
        expansion="none",
        first_release=13,  # unsure: came with aes-gcm, its only partner
        last_release=None,
        deprecated=False,
        rank=0,
    ),
)

ENCRYPTION: Final[tuple[Algorithm, ...]] = (
    Algorithm(
        name="null",
        kind="encryption",
        wireshark="NULL",
        xfrm="ecb(cipher_null)",
        key_bits=0,
        salt_bits=0,
        icv=0,
        iv=0,
        expansion="none",
        first_release=5,  # sure
        last_release=None,
        deprecated=False,
        rank=0,
    ),
    Algorithm(
        name="des-ede3-cbc",
        kind="encryption",
        wireshark="TripleDES-CBC [RFC2451]",
        xfrm="cbc(des3_ede)",
        key_bits=192,
        salt_bits=0,
        icv=0,
        iv=8,
        expansion="ck-ck64",
        first_release=5,  # unsure: 5 or 6
        last_release=12,  # unsure: went with hmac-md5-96
        deprecated=True,
        rank=1,
    ),
    Algorithm(
        name="aes-cbc",
        kind="encryption",
        wireshark="AES-CBC [RFC3602]",
        xfrm="cbc(aes)",
        key_bits=128,
        salt_bits=0,
        icv=0,
        iv=16,
        expansion="ck",
        first_release=6,  # unsure: 6 or 7
        last_release=None,  # sure; "not recommended" in Release 17
        deprecated=False,
        rank=2,
    ),
    Algorithm(
        name="aes-gcm",
        kind="encryption",
        wireshark="AES-GCM with 16 octet ICV [RFC4106]",
        xfrm="rfc4106(gcm(aes))",
        key_bits=128,
        salt_bits=32,
        icv=16,
        iv=8,
        expansion="gcm-salt",
        first_release=13,  # unsure
        last_release=None,
        deprecated=False,
        rank=3,
    ),
)

KEY_OCTETS: Final = 16  # of CK and of IK (TS 33.102 6.3.7)

# FC and P0 of the key derivation that gives the salts (TS 33.203 Annex I, TS 33.220 Annex B).
_SALTS: Final = {"gmac-salt": (0x58, b"AES_GMAC_SALT"), "gcm-salt": (0x59, b"AES_GCM_SALT")}

_INTEGRITY: Final = {row.name: row for row in INTEGRITY}
_ENCRYPTION: Final = {row.name: row for row in ENCRYPTION}


def integrity(alg: str) -> Algorithm | None:
    """The row of an `alg` value, in any case; None where 3GPP has no such value."""
    return _INTEGRITY.get(alg.lower())


def encryption(ealg: str) -> Algorithm | None:
    """The row of an `ealg` value, in any case; an absent or empty one means `null` (Annex H)."""
    return _ENCRYPTION.get(ealg.lower() or "null")


def icv_length(alg: str, ealg: str) -> int | None:
    """Octets of the ICV behind an ESP packet protected by this pair; None where one is unknown."""
    first, second = integrity(alg), encryption(ealg)
    if first is None or second is None:
        return None
    return first.icv or second.icv


def iv_length(alg: str, ealg: str) -> int | None:
    """Octets of the IV before the payload for this pair; None where one is unknown."""
    first, second = integrity(alg), encryption(ealg)
    if first is None or second is None:
        return None
    return second.iv or first.iv


def by_wireshark(name: str, kind: Kind) -> Algorithm | None:
    """The row of a name in Wireshark's `esp_sa`; the AES-GCM of other ICV lengths is not ours."""
    rows = INTEGRITY if kind == "integrity" else ENCRYPTION
    return next((row for row in rows if row.wireshark and row.wireshark == name), None)


def by_xfrm(name: str, kind: Kind) -> Algorithm | None:
    """The row of a name that `ip xfrm state` prints."""
    rows = INTEGRITY if kind == "integrity" else ENCRYPTION
    return next((row for row in rows if row.xfrm == name), None)


def salt(row: Algorithm, ck: bytes, ik: bytes) -> bytes:
    """The salt of a counter mode, 4 octets; empty for the others (TS 33.203 Annex I)."""
    derivation = _SALTS.get(row.expansion)
    if derivation is None:
        return b""
    fc, p0 = derivation
    text = bytes((fc,)) + p0 + len(p0).to_bytes(2, "big")
    return hmac.new(ck + ik, text, hashlib.sha256).digest()[-4:]


def esp_key(row: Algorithm, ck: bytes, ik: bytes) -> bytes:
    """The ESP key that CK and IK (16 octets each) give for this algorithm, its salt behind it."""
    if row.expansion == "none":
        return b""
    if row.kind == "integrity":
        return ik + (bytes(4) if row.expansion == "ik-zeros" else salt(row, ck, ik))
    return ck + (ck[:8] if row.expansion == "ck-ck64" else salt(row, ck, ik))
