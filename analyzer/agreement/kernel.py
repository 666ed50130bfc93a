"""The SAs that a kernel has, laid beside those that were announced (TS 33.203 7.1)."""

from analyzer.agreement.association import Association
from analyzer.keys.algorithms import encryption, integrity
from analyzer.keys.keyring import GivenSa, KeyRing
from analyzer.keys.sa_table import Sa


def difference(association: Association, ring: KeyRing) -> str:
    """How the kernel's SAs differ from this set, in words; "" where they do not, or where the
    kernel has none of the set (its list was taken at another time)."""
    told: list[str] = []
    matched = 0
    for sa in association.sas:
        one = ring.kernel_sa(sa.src, sa.dst, sa.spi)
        turned = ring.kernel_sa(sa.dst, sa.src, sa.spi)
        moved = ring.kernel_way(sa.src, sa.dst, sa.sport, sa.dport)
        matched += any(found is not None for found in (one, turned, moved))
        if one is not None:
            told += _differs(sa, one)
        elif turned is not None:
            told.append(f"{sa.name}: SPI 0x{sa.spi:08x} in the other direction")
        elif moved is not None:
            told.append(f"{sa.name}: SPI {_spi(moved)}, announced 0x{sa.spi:08x}")
        else:
            told.append(f"{sa.name}: no SA with SPI 0x{sa.spi:08x}")
    return "; ".join(told) if matched else ""


def _spi(one: GivenSa) -> str:
    return f"0x{one.spi:08x}" if isinstance(one.spi, int) else one.spi


def _differs(sa: Sa, one: GivenSa) -> list[str]:
    told = []
    for what, announced, has in (
        ("alg", sa.alg, one.alg or one.named_alg or "null"),
        ("ealg", sa.ealg, one.ealg or one.named_ealg or "null"),
    ):
        if announced != has:
            told.append(f"{sa.name}: {what} {has}, announced {announced}")
    for what, port, kernel in (
        ("source port", sa.sport, one.sport),
        ("destination port", sa.dport, one.dport),
    ):
        if kernel and port and kernel != port:
            told.append(f"{sa.name}: {what} {kernel}, announced {port}")
    for row, key in (
        (integrity(sa.alg), one.integrity_key),
        (encryption(sa.ealg), one.cipher_key),
    ):
        bits = 0 if row is None else row.key_bits + row.salt_bits
        # HMAC fills a short key with zeros itself, so an IK without its 32 zero bits works.
        short = row is not None and row.name == "hmac-sha-1-96" and len(key) == 16
        if row is not None and key and len(key) * 8 != bits and not short and not told:
            told.append(f"{sa.name}: a key of {len(key) * 8} bits for {row.name}, not {bits}")
    return told
