"""The SAs that a kernel has, laid beside those that were announced (TS 33.203 7.1)."""

from collections.abc import Sequence

from analyzer.agreement.association import Association
from analyzer.keys.algorithms import encryption, integrity
from analyzer.keys.keyring import GivenSa
from analyzer.keys.sa_table import Sa


def difference(association: Association, given: Sequence[GivenSa]) -> str:
    """How the kernel's SAs differ from this set, in words; "" where they do not, or where the
    kernel has none of the set (its list was taken at another time)."""
    kernel = [one for one in given if one.origin.source == "xfrm"]
    if not kernel:
        return ""
    told: list[str] = []
    matched = 0
    for sa in association.sas:
        one = _of(sa, kernel)
        if one is not None:
            matched += 1
            told += _differs(sa, one)
        else:
            turned = _turned(sa, kernel)
            moved = _moved(sa, kernel)
            if turned:
                matched += 1
                told.append(f"{sa.name}: SPI 0x{sa.spi:08x} in the other direction")
            elif moved is not None:
                matched += 1
                told.append(f"{sa.name}: SPI {_spi(moved)}, announced 0x{sa.spi:08x}")
            else:
                told.append(f"{sa.name}: no SA with SPI 0x{sa.spi:08x}")
    return "; ".join(told) if matched else ""


def _of(sa: Sa, kernel: list[GivenSa]) -> GivenSa | None:
    return next((one for one in kernel if (one.dst, one.spi) == (sa.dst, sa.spi)), None)


def _turned(sa: Sa, kernel: list[GivenSa]) -> bool:
    return any((one.src, one.dst, one.spi) == (sa.dst, sa.src, sa.spi) for one in kernel)


def _moved(sa: Sa, kernel: list[GivenSa]) -> GivenSa | None:
    """The kernel's SA of the same ends and ports under another SPI."""
    wanted = sa.src, sa.dst, sa.sport, sa.dport
    if not (sa.sport and sa.dport):
        return None
    return next((one for one in kernel if (one.src, one.dst, one.sport, one.dport) == wanted), None)


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
