"""Which SA an ESP packet belongs to: (destination, SPI) to algorithms, ports and owner.

Written by `pipeline.py` alone, from the `SaEvent`s of `agreement/`; read by `flows/`.
"""

import msgspec


class Sa(msgspec.Struct, gc=False):
    """One security association (TS 33.203 7.1), named by its ports.

    `name`: `uc>ps`, `pc>us`, `us>pc` or `ps>uc`. `src`/`dst` are raw addresses. `alg` and `ealg`
    are lower-case sec-agree names (`ealg` "null" where absent or empty). `owner` is the number of
    the association it belongs to.
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


class SaTable:
    """The SAs announced so far; the youngest life of a (destination, SPI) wins."""

    __slots__ = ("_by_spi",)

    def __init__(self) -> None:
        self._by_spi: dict[tuple[bytes, int], Sa] = {}

    def get(self, dst: bytes, spi: int) -> Sa | None:
        """The SA whose receiver is `dst` and whose SPI is `spi`."""
        return self._by_spi.get((dst, spi))

    def announce(self, sas: tuple[Sa, ...]) -> None:
        """Enter one set; an older life of the same SPI is replaced."""
        for sa in sas:
            self._by_spi[sa.dst, sa.spi] = sa

    def remove(self, sas: tuple[Sa, ...]) -> None:
        """Take a dead set out, unless a younger life has replaced it."""
        for sa in sas:
            if self._by_spi.get((sa.dst, sa.spi)) is sa:
                del self._by_spi[sa.dst, sa.spi]
