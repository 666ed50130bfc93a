"""Which key opens the packets of an SA: candidates are tried until an ICV proves one.

Where none of the keys that belong to the SA fits, the usual mistakes are tried on the first packets
(TS 33.203 Annex I is easy to get wrong): another algorithm on the wire than the agreed one, CK and
IK the other way round, IK padded at the wrong end, the keys of another challenge, another expansion
of CK for 3DES. An ICV of 96 bits does not fit by chance, so what fits is what was done.
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from analyzer.capture.packet import Packet
from analyzer.flows.datagram import Icv
from analyzer.flows.esp_payload import likely_payload, proven_payload
from analyzer.keys.esp_cipher import EspCipher, EspKey, icv_fits
from analyzer.keys.keyring import KeyPair
from analyzer.keys.sa_table import Sa, SaTable, expanded
from analyzer.limits import (
    KEY_CAUSES,
    KEY_OTHERS,
    KEY_PACKETS,
    KEYS_AT_WORK,
    KEYS_WAITING,
    Bounds,
)

UNKNOWN_CIPHER: Final = "?"  # `ealg` of a key whose ICV fits while no decryption makes sense
SWAPPED: Final = "CK and IK the other way round"

_OTHERS: Final = frozenset({1, 58, 59, 132})  # ICMP, none (RFC 4303 2.6), SCTP

_HMACS: Final = ("hmac-sha-1-96", "hmac-md5-96")
_CIPHERS: Final = ("null", "aes-cbc", "des-ede3-cbc")
_AEADS: Final = (("null", "aes-gcm"), ("aes-gmac", "null"))


class Unlocked(NamedTuple):
    """A packet that a key opened: payload, padding and trailer."""

    plain: bytes
    key: EspKey


class _Life:
    """What is known of the keys of one SA; `tried` counts its candidates when they last failed."""

    __slots__ = ("causes", "cipher", "packets", "tried", "verdict")

    def __init__(self) -> None:
        self.cipher: EspCipher | None = None
        self.tried = 0
        self.packets = 0
        self.causes = 0
        self.verdict: Icv = ""  # on packets that none of them fits


class Trials:
    """The keys at work, and those that were tried in vain.

    `puzzled`: a mistake was looked for, with keys of other challenges too.
    """

    __slots__ = ("_lives", "_table", "_waiting", "puzzled")

    def __init__(self, table: SaTable) -> None:
        self._table = table
        self._lives: dict[tuple[bytes, int, int], _Life] = {}
        self._waiting: dict[tuple[bytes, int, int], tuple[Sa, int]] = {}
        self.puzzled = False

    @property
    def keys_came_late(self) -> bool:
        """Packets stayed closed for which the ring has keys now that it had not then."""
        known = self._table.known
        return any(known(sa, sa.src, sa.dst, sa.spi) > then for sa, then in self._waiting.values())

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return {
            "keys-at-work": (len(self._lives), KEYS_AT_WORK),
            "keys-waiting": (len(self._waiting), KEYS_WAITING),
        }

    def closed(self, sa: Sa) -> None:
        """A packet of this SA was left closed."""
        key = sa.dst, sa.spi, sa.owner
        if sa.nonce and key not in self._waiting and len(self._waiting) < KEYS_WAITING:
            self._waiting[key] = sa, self._table.known(sa, sa.src, sa.dst, sa.spi)

    def open(self, packet: Packet, spi: int, sa: Sa | None) -> Unlocked | Icv:
        """What the packet holds; else whether its ICV is wrong for all keys there are."""
        found = self._open(packet, spi, sa)
        if isinstance(found, Unlocked):
            return found
        former = self._table.former(packet.dst, spi)
        if former is not None:
            late = self._open(packet, spi, former)
            if isinstance(late, Unlocked):
                return late
        return found

    def _open(self, packet: Packet, spi: int, sa: Sa | None) -> Unlocked | Icv:
        key = packet.dst, spi, 0 if sa is None else sa.owner
        life = self._lives.pop(key, None)
        if life is None:
            if sa is None and not self._table.known(None, packet.src, packet.dst, spi):
                return ""
            if len(self._lives) >= KEYS_AT_WORK:
                del self._lives[next(iter(self._lives))]
            life = _Life()
        self._lives[key] = life
        data = packet.data
        if life.cipher is not None:
            plain = life.cipher.open(data)
            if plain is not None:
                return Unlocked(plain, life.cipher.key)
        return self._try(life, packet, spi, sa)

    def _try(self, life: _Life, packet: Packet, spi: int, sa: Sa | None) -> Unlocked | Icv:
        """Candidates, while there are new ones or few packets were tried; then the mistakes."""
        known = self._table.known(sa, packet.src, packet.dst, spi)
        if known > life.tried:
            life.tried, life.packets, life.causes, life.verdict = known, 0, 0, ""
        if not known:
            return ""
        life.packets += 1
        if life.packets > KEY_PACKETS:
            return life.verdict
        provable = False
        for key in self._table.candidates(sa, packet.src, packet.dst, spi):
            provable = provable or key.proves
            if key.proves:
                life.verdict = "bad" if key.origin.belongs else life.verdict or "unfit"
            found = _opened_by(key, packet.data)
            if found is not None:
                return self._adopt(life, *found)
        if sa is None or not provable:
            return life.verdict
        if life.cipher is None and life.causes < KEY_CAUSES:
            life.causes += 1
            self.puzzled = True
            cause = explain(packet.data, sa, self._table)
            if cause is not None:
                return self._adopt(life, *cause)
        return life.verdict

    def _adopt(self, life: _Life, cipher: EspCipher, plain: bytes) -> Unlocked:
        life.cipher = cipher
        life.packets = 0
        return Unlocked(plain, cipher.key)


def _opened_by(key: EspKey, data: bytes) -> tuple[EspCipher, bytes] | None:
    if not key.proves and key.ealg == "null":
        return None  # nothing to prove: that it is NULL shows without a key
    try:
        cipher = EspCipher(key)
    except ValueError:  # a key of a length that its algorithm has not
        return None
    plain = cipher.open(data)
    if plain is None:
        return None
    if key.ealg != "null" and key.ealg != "aes-gcm" and not _sound(plain):
        return None
    return cipher, plain


def _sound(plain: bytes) -> bool:
    """Whether decryption made sense of it: UDP, TCP or IP inside, or padding before another
    protocol that may be there."""
    if likely_payload(plain, 0, len(plain) - 2) is not None:
        return True
    found = proven_payload(plain)
    if found is None or found[0] not in _OTHERS:
        return False
    padding = plain[len(found[1]) : -2]
    return padding == bytes(range(1, len(padding) + 1))


# ---- mistakes


def explain(data: bytes, sa: Sa, table: SaTable) -> tuple[EspCipher, bytes] | None:
    """The mistake that a packet's sender made with the keys of this ring, where one is found.

    The result opens the packet; its key says in `variant` what the mistake was. Where the ICV is
    explained and the encryption is not, `ealg` is `UNKNOWN_CIPHER`.
    """
    for pair, whose in _pairs(sa, table):
        for alg, key, mistake in _integrity_forms(pair):
            if not icv_fits(alg, key, data):
                continue
            told = [whose, mistake]
            if alg != sa.alg:
                told.append(f"{alg} on the wire, {sa.alg or 'nothing'} agreed")
            return _decrypted(data, sa, pair, alg, key, told)
        for alg, ealg in _AEADS:
            for one, mistake in ((pair, ""), (_swapped(pair), SWAPPED)):
                made = expanded(alg, ealg, one)
                if made is None:
                    continue
                plain = EspCipher(made).open(data)
                if plain is not None:
                    wire = "" if (alg, ealg) == (sa.alg, sa.ealg) else (
                        f"{alg}/{ealg} on the wire, {sa.alg}/{sa.ealg} agreed")  # fmt: skip
                    variant = _joined((whose, mistake, wire))
                    return EspCipher(_with(made, variant)), plain
    return None


def _pairs(sa: Sa, table: SaTable) -> Iterator[tuple[KeyPair, str]]:
    own = ((pair, "") for pair in table.ring.pairs(sa.nonce, sa.identity))
    others = (
        (pair, "keys of another challenge (another RAND)")
        for _, pair in islice(table.ring.others(sa.nonce), KEY_OTHERS)
    )
    return chain(own, others)


def _integrity_forms(pair: KeyPair) -> Iterator[tuple[str, bytes, str]]:
    """(algorithm, key, mistake). HMAC fills a short key with zeros itself, so IK without the 32
    zero bits of HMAC-SHA-1-96 is no mistake on the wire."""
    for key, mistake in ((pair.ik, ""), (pair.ck, SWAPPED)):
        for alg in _HMACS:
            yield alg, key, mistake
    yield "hmac-sha-1-96", bytes(4) + pair.ik, "32 zero bits in front of IK, not behind it"
    yield "hmac-sha-1-96", pair.ik + pair.ik[:4], "IK lengthened by its own first 32 bits"
    yield "hmac-sha-1-96", pair.ik + pair.ck[:4], "IK lengthened by the first 32 bits of CK"
    for alg in _HMACS:
        yield alg, pair.ik.hex().encode(), "IK as hexadecimal text"


def _decrypted(
    data: bytes, sa: Sa, pair: KeyPair, alg: str, integrity: bytes, told: list[str]
) -> tuple[EspCipher, bytes]:
    """The ICV is explained; now the encryption."""
    for ealg, cipher_key, mistake in _cipher_forms(pair, sa.ealg):
        wire = "" if ealg == sa.ealg else f"{ealg} on the wire, {sa.ealg} agreed"
        key = EspKey(alg, ealg, integrity, cipher_key, pair.origin, _joined((*told, mistake, wire)))
        cipher = EspCipher(key)
        plain = cipher.open(data)
        if plain is not None and _sound(plain):
            return cipher, plain
    unknown = _joined((*told, "no decryption makes sense"))
    cipher = EspCipher(EspKey(alg, UNKNOWN_CIPHER, integrity, b"", pair.origin, unknown))
    return cipher, cipher.open(data) or b""


def _cipher_forms(pair: KeyPair, agreed: str) -> Iterator[tuple[str, bytes, str]]:
    for key, mistake in ((pair.ck, ""), (pair.ik, SWAPPED)):
        for ealg in sorted(_CIPHERS, key=lambda name: name != agreed):
            made = {"null": b"", "aes-cbc": key, "des-ede3-cbc": key + key[:8]}[ealg]
            yield ealg, made, mistake if ealg != "null" else ""
    ck = pair.ck
    for made, mistake in (
        (ck + ck[8:], "3DES key ends with the second half of CK"),
        (ck + bytes(8), "3DES key ends with zero bits"),
        (ck[8:] + ck, "3DES key begins with the second half of CK"),
        (ck + pair.ik[:8], "3DES key ends with the first half of IK"),
    ):
        yield "des-ede3-cbc", made, mistake


def _swapped(pair: KeyPair) -> KeyPair:
    return KeyPair(pair.ik, pair.ck, pair.origin)


def _with(key: EspKey, variant: str) -> EspKey:
    return EspKey(
        key.alg, key.ealg, key.integrity_key, key.cipher_key, key.origin, variant, key.icv
    )


def _joined(parts: tuple[str, ...]) -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part))
