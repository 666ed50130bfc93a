"""AKA and Digest as those see them who know the secrets: AUTN, AUTS, `response` and `d-ver`.

TS 33.102 6.3 for AUTN and AUTS, RFC 3310 and RFC 4169 for Digest AKA, RFC 3329 2.2 for d-ver. Pure
functions over octets and text; nothing here knows a message.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

import msgspec

from analyzer.keys.milenage import Milenage, Vector

AUTN: Final = 16  # octets: SQN xor AK (6), AMF (2), MAC (8)
AUTS: Final = 14  # octets: SQN_MS xor AK* (6), MAC-S (8)
_RESYNC_AMF: Final = b"\0\0"  # TS 33.102 6.3.3: MAC-S is made with this AMF

_V2_PASSWORD: Final = b"http-digest-akav2-password"
_SPACE: Final = " \t\r\n"


class Autn(NamedTuple):
    """AUTN opened with K: the network's SQN, AMF, and whether its MAC is right."""

    sqn: int
    amf: bytes
    mac_right: bool


class Auts(NamedTuple):
    """AUTS opened with K: the highest SQN the phone has accepted, and whether MAC-S is right."""

    sqn_ms: int
    mac_right: bool


def read_autn(functions: Milenage, rand: bytes, autn: bytes) -> Autn:
    """Take AUTN (16 octets) of one RAND apart (TS 33.102 6.3.3)."""
    sqn = _xor(autn[:6], functions.vector(rand).ak)
    mac, _ = functions.f1(rand, sqn, autn[6:8])
    return Autn(int.from_bytes(sqn, "big"), autn[6:8], mac == autn[8:16])


def read_auts(functions: Milenage, rand: bytes, auts: bytes) -> Auts:
    """Take AUTS (14 octets), the answer to one RAND, apart (TS 33.102 6.3.3)."""
    sqn = _xor(auts[:6], functions.vector(rand).ak_star)
    _, mac = functions.f1(rand, sqn, _RESYNC_AMF)
    return Auts(int.from_bytes(sqn, "big"), mac == auts[6:14])


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=True))


# ---- Digest


class Answered(msgspec.Struct, frozen=True):
    """What a response was computed from: values of the credentials, None where absent."""

    method: str
    uri: str
    username: str
    realm: str
    nonce: str
    qop: str | None = None
    nc: str | None = None
    cnonce: str | None = None
    body: bytes = b""


class Fit(NamedTuple):
    """A way in which a response is right; `note` says what is odd about it, "" for nothing."""

    note: str
    as_written: bool


def aka_password(algorithm: str, vector: Vector) -> bytes:
    """What stands for the password: RES (RFC 3310 3.3), or its derivation in version 2
    (RFC 4169 2.1)."""
    if not algorithm.lower().startswith("akav2-"):
        return vector.res
    key = vector.res + vector.ik + vector.ck
    return base64.b64encode(hmac.new(key, _V2_PASSWORD, _hash(algorithm)).digest())


def digest_response(
    answered: Answered, password: bytes, algorithm: str = "MD5", extra: str = ""
) -> str:
    """request-digest of RFC 2617 3.2.2 over these values, the session variants left out.

    `extra` is what d-ver adds to A2 (RFC 3329 2.2), its colon in front.
    """
    made = _hash(algorithm)
    secret = f"{answered.username}:{answered.realm}:".encode("utf-8", "surrogateescape") + password
    second = f"{answered.method}:{answered.uri}"
    if (answered.qop or "").lower() == "auth-int":
        second += f":{made(answered.body).hexdigest()}"
    ha1 = made(secret).hexdigest()
    ha2 = made((second + extra).encode("utf-8", "surrogateescape")).hexdigest()
    middle = answered.nonce
    if answered.qop:
        middle += f":{answered.nc or ''}:{answered.cnonce or ''}:{answered.qop}"
    return made(f"{ha1}:{middle}:{ha2}".encode("utf-8", "surrogateescape")).hexdigest()


def fits_aka(
    response: str, answered: Answered, algorithm: str, vector: Vector, realms: Sequence[str] = ()
) -> Fit | None:
    """How the response of AKA credentials comes about; None where no way known leads to it.

    Tried are the credentials as written, then the other values that implementations are known to
    use: the realm of the challenge (`realms`), other qop, the other AKA version, and RES in a
    wrong form. Some dozen hashes.
    """
    wanted = response.lower()
    for one, note in _variants(answered, realms):
        for password, name, flaw in _passwords(algorithm, vector):
            if digest_response(one, password, name) == wanted:
                notes = ", ".join(filter(None, (flaw, note)))
                return Fit(notes, not notes)
    return None


def _variants(answered: Answered, realms: Sequence[str]) -> Iterator[tuple[Answered, str]]:
    named = [(answered.realm, "")]
    named += [(realm, "with the realm of the challenge") for realm in realms
              if realm != answered.realm]  # fmt: skip
    qops: list[tuple[str | None, str]] = [(answered.qop, "")]
    qops += [(qop, f"computed with qop={qop}" if qop else "computed without qop")
             for qop in (None, "auth", "auth-int") if qop != answered.qop]  # fmt: skip
    for (realm, first), (qop, second) in product(named, qops):
        if qop and not answered.cnonce:
            continue
        changed = msgspec.structs.replace(answered, realm=realm, qop=qop)
        yield changed, ", ".join(filter(None, (first, second)))


def _passwords(algorithm: str, vector: Vector) -> Iterator[tuple[bytes, str, str]]:
    """(password, algorithm, what is wrong with it), the right one first."""
    yield aka_password(algorithm, vector), algorithm, ""
    for other in ("AKAv1-MD5", "AKAv2-MD5", "AKAv2-SHA-256"):
        if other.lower() != algorithm.lower():
            yield aka_password(other, vector), other, f"computed as {other}"
    res = vector.res
    yield res.hex().encode(), algorithm, "RES as hexadecimal text"
    yield res.hex().upper().encode(), algorithm, "RES as hexadecimal text"
    yield base64.b64encode(res), algorithm, "RES in base64"
    if b"\0" in res:
        yield res[: res.index(b"\0")], algorithm, "RES cut at its first zero octet"
    yield b"", algorithm, "an empty password"


def fits_d_ver(
    d_ver: str, answered: Answered, password: bytes, rows: Sequence[str], algorithm: str = "MD5"
) -> Fit | None:
    """Which canonical form of Security-Server a d-ver was computed over; None where none fits.

    `rows` are the values of that header as received. RFC 3329 2.2 leaves open how rows are joined,
    and whether a space follows the colon.
    """
    wanted = d_ver.lower()
    for text, note in _canonical(rows):
        if digest_response(answered, password, algorithm, f":{text}") == wanted:
            return Fit(note, not note)
    return None


def _canonical(rows: Sequence[str]) -> Iterator[tuple[str, str]]:
    single = [" ".join(row.split()) for row in rows]
    bare = [row.translate({ord(c): None for c in _SPACE}) for row in rows]
    plain: list[tuple[Sequence[str], str]] = [(single, ""), (bare, "all white space removed")]
    for (values, first), (joint, second), (head, third) in product(
        plain,
        ((", ", ""), (",", "rows joined by a bare comma" if len(rows) > 1 else "")),
        (("Security-Server: ", ""), ("Security-Server:", "no space behind the colon"),
         ("security-server: ", "name in lower case"), ("", "without the header name")),
    ):  # fmt: skip
        yield head + joint.join(values), ", ".join(filter(None, (first, second, third)))


def _hash(algorithm: str) -> Callable[..., "hashlib._Hash"]:
    """The hash of a digest algorithm; MD5 where it names none (RFC 3310 3.1)."""
    name = algorithm.lower()
    if name.startswith(("akav1-", "akav2-")):
        name = name[6:]
    return hashlib.sha256 if name.startswith("sha-256") else _md5


def _md5(data: bytes = b"") -> "hashlib._Hash":
    return hashlib.md5(data, usedforsecurity=False)
