"""Which SA an ESP packet belongs to: (destination, SPI) to algorithms, ports, owner and keys.

Written by `pipeline.py` alone, from the `SaEvent`s of `agreement/`; read by `flows/`.
"""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from analyzer.keys.algorithms import encryption, esp_key, integrity
from analyzer.keys.esp_cipher import EspKey
from analyzer.keys.keyring import GivenSa, KeyPair, KeyRing
from analyzer.limits import SAS_FORMER, Bounds


class Challenged(Protocol):
    """What the AKA run of a set left behind, by which its keys are found.

    `nonce` is that of the challenge (RAND, AUTN and what follows), empty where it was no AKA;
    `identity` a text that holds the IMSI.
    """

    @property
    def nonce(self) -> bytes:
        """RAND, AUTN and what follows."""

    @property
    def identity(self) -> str:
        """A text with the IMSI."""


class Sa(msgspec.Struct, gc=False):
    """One security association (TS 33.203 7.1), named by its ports.

    `name`: `uc>ps`, `pc>us`, `us>pc` or `ps>uc`. `src`/`dst` are raw addresses. `alg` and `ealg`
    are lower-case sec-agree names (`ealg` "null" where absent or empty). `owner` is the number of
    the association it belongs to, `aka` the run it came from.
    """

    name: str
    spi: int
    src: bytes
    dst: bytes
    sport: int
    dport: int
    alg: str
    ealg: str
    owner: int
    aka: Challenged | None = None

    @property
    def nonce(self) -> bytes:
        """That of the challenge, empty where it was no AKA."""
        return b"" if self.aka is None else self.aka.nonce

    @property
    def identity(self) -> str:
        """A text that holds the IMSI, "" for none."""
        return "" if self.aka is None else self.aka.identity


class SaTable:
    """The SAs announced so far, and the keys for them.

    The youngest life of a (destination, SPI) wins; the one before it, or one that has ended, is
    kept as `former`: packets of it may be late.
    """

    __slots__ = ("_by_spi", "_former", "ring")

    def __init__(self, ring: KeyRing | None = None) -> None:
        self.ring = KeyRing() if ring is None else ring
        self._by_spi: dict[tuple[bytes, int], Sa] = {}
        self._former: dict[tuple[bytes, int], Sa] = {}

    def get(self, dst: bytes, spi: int) -> Sa | None:
        """The SA whose receiver is `dst` and whose SPI is `spi`."""
        return self._by_spi.get((dst, spi))

    def former(self, dst: bytes, spi: int) -> Sa | None:
        """The life before the present one."""
        return self._former.get((dst, spi))

    def announce(self, sas: tuple[Sa, ...]) -> None:
        """Enter one set; an older life of the same SPI is replaced."""
        for sa in sas:
            key = sa.dst, sa.spi
            before = self._by_spi.get(key)
            if before is not None:
                self._retire(key, before)
            self._by_spi[key] = sa

    def remove(self, sas: tuple[Sa, ...]) -> None:
        """Take a dead set out, unless a younger life has replaced it."""
        for sa in sas:
            key = sa.dst, sa.spi
            if self._by_spi.get(key) is sa:
                del self._by_spi[key]
                self._retire(key, sa)

    def _retire(self, key: tuple[bytes, int], sa: Sa) -> None:
        self._former.pop(key, None)
        if len(self._former) >= SAS_FORMER:
            del self._former[next(iter(self._former))]
        self._former[key] = sa

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return {"sas-former": (len(self._former), SAS_FORMER)}

    def known(self, sa: Sa | None, src: bytes, dst: bytes, spi: int) -> int:
        """How many candidates there are; it grows when a key is found."""
        ring = self.ring
        given = sum(1 for _ in ring.given_for(src, dst, spi)) if ring.given else 0
        return given if sa is None else given + sum(1 for _ in ring.pairs(sa.nonce, sa.identity))

    def candidates(self, sa: Sa | None, src: bytes, dst: bytes, spi: int) -> Iterator[EspKey]:
        """Keys that this packet may have been made with, as the SA was agreed, likeliest first."""
        if sa is not None:
            for pair in self.ring.pairs(sa.nonce, sa.identity):
                key = expanded(sa.alg, sa.ealg, pair)
                if key is not None:
                    yield key
        for given in self.ring.given_for(src, dst, spi):
            key = of_given(given, sa)
            if key is not None:
                yield key


def expanded(alg: str, ealg: str, pair: KeyPair, variant: str = "") -> EspKey | None:
    """The ESP keys that CK and IK give (TS 33.203 Annex I); None for what 3GPP has not."""
    first, second = integrity(alg), encryption(ealg)
    if first is None or second is None:
        return None
    return EspKey(
        first.name,
        second.name,
        esp_key(first, pair.ck, pair.ik),
        esp_key(second, pair.ck, pair.ik),
        pair.origin,
        variant,
    )


def of_given(given: GivenSa, sa: Sa | None) -> EspKey | None:
    """The keys of an SA that Wireshark or a kernel has, and how it differs from the agreed one."""
    if not given.alg or not given.ealg:
        return None
    icv = max(given.icv, 0) if given.unchecked else -1
    return EspKey(
        given.alg, given.ealg, given.integrity_key, given.cipher_key, given.origin,
        _difference(given, sa), icv,
    )  # fmt: skip


def _difference(given: GivenSa, sa: Sa | None) -> str:
    if sa is None:
        return ""
    told = []
    for agreed, wire in ((sa.alg, given.alg), (sa.ealg, given.ealg)):
        if agreed != wire and not (given.unchecked and wire == given.alg):
            told.append(f"{wire} on the wire, {agreed} agreed")
    return "; ".join(told)
