"""What the keys of one SA do to an ESP packet (RFC 4303): prove its ICV, take off its encryption.

HMAC-MD5-96 and HMAC-SHA-1-96 (RFC 2403, RFC 2404), AES-CBC (RFC 3602), 3DES-CBC (RFC 2451), AES-GCM
(RFC 4106) and AES-GMAC (RFC 4543), all by `hmac` and `cryptography`, which is loaded when the first
key is put to work; NULL (RFC 2410).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from analyzer.keys.keyring import Origin

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HEADER: Final = 8  # SPI and sequence number
_ICV: Final = 12  # of both HMACs
_TAG: Final = 16  # of AES-GCM and AES-GMAC
_COUNTER_IV: Final = 8
_SALT: Final = 4

_CBC: Final = ("aes-cbc", "des-ede3-cbc")
_HASHES: Final[dict[str, str]] = {"hmac-md5-96": "md5", "hmac-sha-1-96": "sha1"}


class EspKey(msgspec.Struct, frozen=True):
    """Keys of ESP for one SA, with the algorithms that they are for (sec-agree names).

    `variant` says how they differ from what the agreement gives, "" for not at all. `icv` is the
    length of an ICV that nothing is known to check (-1: it is checked).
    """

    alg: str
    ealg: str
    integrity_key: bytes
    cipher_key: bytes
    origin: Origin
    variant: str = ""
    icv: int = -1

    @property
    def proves(self) -> bool:
        """Whether a packet can prove it: by its ICV, or by the tag of AES-GCM."""
        return self.icv < 0 and (self.alg != "null" or self.ealg == "aes-gcm")


class EspCipher:
    """One key at work. `open` gives payload, padding and trailer of a packet, or None where the ICV
    does not fit; without an ICV to check it gives whatever decryption makes."""

    __slots__ = (
        "_block",
        "_cipher",
        "_forged",
        "_gcm",
        "_icv",
        "_iv",
        "_mac",
        "_salt",
        "key",
        "open",
    )

    def __init__(self, key: EspKey) -> None:
        self.key = key
        self._gcm: AESGCM | None = None
        self._salt = b""
        self._mac: hmac.HMAC | None = None
        self._cipher: Callable[[bytes], Cipher[modes.CBC]] | None = None
        self._iv = 0
        self._block = 1
        self._forged: type[Exception] = ValueError
        self._icv = max(key.icv, 0)
        self.open: Callable[[bytes], bytes | None] = self._open_mac
        if key.ealg == "aes-gcm":
            self._counter(key.cipher_key)
            self.open = self._open_gcm
        elif key.alg == "aes-gmac" and key.icv < 0:
            self._counter(key.integrity_key)
            self.open = self._open_gmac
        else:
            self._separate(key)

    def _counter(self, key: bytes) -> None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._forged = InvalidTag
        self._gcm = AESGCM(key[:-_SALT])
        self._salt = key[-_SALT:]

    def _separate(self, key: EspKey) -> None:
        name = _HASHES.get(key.alg)
        if name is not None and key.icv < 0:
            self._mac = hmac.new(key.integrity_key, digestmod=name)
            self._icv = _ICV
        if key.ealg in _CBC:
            self._chain(key)

    def _chain(self, key: EspKey) -> None:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        if key.ealg == "aes-cbc":
            aes = algorithms.AES(key.cipher_key)
            self._cipher = lambda iv: Cipher(aes, modes.CBC(iv))
            self._iv = self._block = 16
        else:
            des = TripleDES(key.cipher_key)
            self._cipher = lambda iv: Cipher(des, modes.CBC(iv))
            self._iv = self._block = 8

    def _open_gcm(self, data: bytes) -> bytes | None:
        start = HEADER + _COUNTER_IV
        if len(data) < start + _TAG:
            return None
        assert self._gcm is not None
        try:
            return self._gcm.decrypt(self._salt + data[HEADER:start], data[start:], data[:HEADER])
        except self._forged:
            return None

    def _open_gmac(self, data: bytes) -> bytes | None:
        start = HEADER + _COUNTER_IV
        end = len(data) - _TAG
        if end < start:
            return None
        assert self._gcm is not None
        try:
            self._gcm.decrypt(self._salt + data[HEADER:start], data[end:], data[:end])
        except self._forged:
            return None
        return data[start:end]

    def _open_mac(self, data: bytes) -> bytes | None:
        end = len(data) - self._icv
        start = HEADER + self._iv
        if end <= start or (end - start) % self._block:
            return None
        if self._mac is not None:
            mac = self._mac.copy()
            mac.update(data[:end])
            if mac.digest()[:_ICV] != data[end:]:
                return None
        if self._cipher is None:
            return data[start:end]
        context: CipherContext = self._cipher(data[HEADER:start]).decryptor()
        return context.update(data[start:end])


def icv_fits(alg: str, key: bytes, data: bytes) -> bool:
    """Whether the ICV of a whole ESP packet is that of this HMAC and key."""
    name = _HASHES[alg]
    made = hmac.digest(key, data[:-_ICV], name)
    return len(data) > HEADER + _ICV and made[:_ICV] == data[-_ICV:]
