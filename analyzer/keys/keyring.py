"""All keys that are known, each with where it came from. The ring knows no time.

What AKA gives is bound by RAND: CK and IK that a 401 or a Cx answer carried, or that K and OPc of a
subscriber give. What was given without a RAND is tried on every set, and what a kernel or Wireshark
had, on the SA that it names. A key in the ring is a candidate; packets prove it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from analyzer.keys.aka import AUTN, read_autn
from analyzer.keys.milenage import Milenage
from analyzer.limits import KEYS_BOUND, KEYS_OF_RAND, Bounds

Source = Literal["mw", "cx", "gm", "usim", "esp_sa", "xfrm", "json", "secrets", "option"]

# Of two places that brought the same keys the first of these is named.
_RANK: Final[dict[str, int]] = {
    name: rank
    for rank, name in enumerate(
        ("mw", "cx", "usim", "gm", "xfrm", "esp_sa", "json", "secrets", "option")
    )
}


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Where a key came from: a message of the captures (frame from 1), or `name`, a file or a
    subscriber. `doubted`: made by a K that does not make the MAC of this AUTN."""

    source: Source
    capture: int = -1
    frame: int = 0
    name: str = ""
    doubted: bool = False

    @property
    def belongs(self) -> bool:
        """RAND says that it is the key of its challenge: what does not fit is wrong."""
        return not self.doubted and self.source in ("mw", "cx", "gm", "usim")

    def before(self, other: Origin) -> bool:
        """Whether this is the better one to name."""
        return self._order() < other._order()

    def _order(self) -> tuple[int, int, int, str]:
        return _RANK[self.source], self.capture, self.frame, self.name


class KeyPair(msgspec.Struct, frozen=True, gc=False):
    """CK and IK, 16 octets each."""

    ck: bytes
    ik: bytes
    origin: Origin


class Subscriber(msgspec.Struct, frozen=True):
    """A USIM: its secrets (16 octets each), `sqn` the highest SQN it accepted, where known."""

    imsi: str
    k: bytes
    opc: bytes
    amf: bytes | None = None
    sqn: int | None = None
    origin: Origin = Origin("usim")

    @property
    def functions(self) -> Milenage:
        """Its AKA functions."""
        return Milenage(self.k, self.opc)


class GivenSa(msgspec.Struct, frozen=True):
    """One SA as Wireshark or a kernel has it, with the keys of ESP themselves.

    `src` and `dst` are raw addresses, "" or a pattern of Wireshark's where they are text; `spi` is
    a number, or a pattern of ten characters. `alg` and `ealg` are sec-agree names, "" where there
    is none; `named_alg` and `named_ealg` what the source calls them. `icv` counts octets and is -1
    where the algorithm says it; `unchecked` says that no key is known for the ICV. The rest is what
    a kernel knows besides: the ports of its selector, its mode, and packets it dropped.
    """

    src: bytes | str
    dst: bytes | str
    spi: int | str
    alg: str
    ealg: str
    integrity_key: bytes
    cipher_key: bytes
    origin: Origin
    named_alg: str = ""
    named_ealg: str = ""
    icv: int = -1
    unchecked: bool = False
    sport: int = 0
    dport: int = 0
    mode: str = ""
    replayed: int | None = None
    failed: int | None = None

    def covers(self, src: bytes, dst: bytes, spi: int) -> bool:
        """Whether a packet between these ends with this SPI belongs to it."""
        return (
            _spi_fits(self.spi, spi) and _address_fits(self.dst, dst)
            and _address_fits(self.src, src)
        )  # fmt: skip


class KeyRing:
    """`version` grows with whatever is added. `results` are XRES by RAND as Cx brought them,
    `passwords` those of digest accounts by username."""

    __slots__ = (
        "_bound",
        "_derived",
        "_exact",
        "_loose",
        "_patterns",
        "_ways",
        "given",
        "passwords",
        "results",
        "subscribers",
        "version",
    )

    def __init__(self) -> None:
        self._bound: dict[bytes, list[KeyPair]] = {}
        self._derived: dict[tuple[bytes, str], list[KeyPair]] = {}
        self._loose: list[KeyPair] = []
        self._exact: dict[tuple[bytes, int], list[GivenSa]] = {}
        self._patterns: list[GivenSa] = []
        self._ways: dict[tuple[bytes, bytes, int, int], GivenSa] = {}
        self.given: list[GivenSa] = []
        self.subscribers: list[Subscriber] = []
        self.results: dict[bytes, bytes] = {}
        self.passwords: dict[str, bytes] = {}
        self.version = 0

    @property
    def empty(self) -> bool:
        """Nothing was added yet."""
        return not self.version

    @property
    def secrets(self) -> bool:
        """Responses can be judged."""
        return bool(self.subscribers or self.results or self.passwords)

    def bind(self, rand: bytes, pair: KeyPair) -> bool:
        """CK and IK of a RAND (16 octets); whether that is news."""
        pairs = self._bound.get(rand)
        if pairs is None:
            if len(self._bound) >= KEYS_BOUND:
                return False
            pairs = self._bound[rand] = []
        for place, known in enumerate(pairs):
            if (known.ck, known.ik) == (pair.ck, pair.ik):
                if pair.origin.before(known.origin):
                    pairs[place] = pair
                return False
        if len(pairs) >= KEYS_OF_RAND:
            return False
        pairs.append(pair)
        self.version += 1
        return True

    def add(self, pair: KeyPair) -> None:
        """CK and IK whose RAND nobody told."""
        self._loose.append(pair)
        self.version += 1

    def give(self, given: GivenSa) -> None:
        """Keys of one SA."""
        self.given.append(given)
        self.version += 1
        src, dst, spi = given.src, given.dst, given.spi
        if isinstance(src, bytes) and isinstance(dst, bytes) and isinstance(spi, int):
            self._exact.setdefault((dst, spi), []).append(given)
            if given.sport and given.dport:
                self._ways[src, dst, given.sport, given.dport] = given
        else:
            self._patterns.append(given)

    def given_for(self, src: bytes, dst: bytes, spi: int) -> Iterator[GivenSa]:
        """The SAs given that cover packets between these ends with this SPI."""
        for one in self._exact.get((dst, spi), ()):
            if one.src == src:
                yield one
        for one in self._patterns:
            if one.covers(src, dst, spi):
                yield one

    def kernel_sa(self, src: bytes, dst: bytes, spi: int) -> GivenSa | None:
        """The SA of a kernel between these ends with this SPI."""
        found = self._exact.get((dst, spi), ())
        return next((one for one in found if one.src == src and one.origin.source == "xfrm"), None)

    def kernel_way(self, src: bytes, dst: bytes, sport: int, dport: int) -> GivenSa | None:
        """The SA of a kernel between these ends and ports."""
        return self._ways.get((src, dst, sport, dport))

    def enrol(self, subscriber: Subscriber) -> None:
        """The secrets of one USIM."""
        self.subscribers.append(subscriber)
        self._derived.clear()
        self.version += 1

    def merge(self, other: KeyRing) -> None:
        """Take over what another ring has found in the captures; what was given both have."""
        for rand, pairs in other._bound.items():
            for pair in pairs:
                self.bind(rand, pair)
        self.results |= other.results

    def pairs(self, nonce: bytes, identity: str = "") -> Iterator[KeyPair]:
        """Candidates for a challenge: `nonce` is RAND, AUTN and what follows; `identity` any text
        that holds the IMSI. Those bound by RAND come first."""
        rand = nonce[:16]
        yield from self._bound.get(rand, ())
        if self.subscribers and len(nonce) >= 16 + AUTN:
            yield from self._of_subscribers(nonce[: 16 + AUTN], identity)
        yield from self._loose

    def others(self, nonce: bytes) -> Iterator[tuple[bytes, KeyPair]]:
        """(RAND, keys) of other challenges."""
        rand = nonce[:16]
        for other, pairs in self._bound.items():
            if other != rand:
                for pair in pairs:
                    yield other, pair

    def bound(self) -> Iterator[tuple[bytes, KeyPair]]:
        """(RAND, keys), all of them."""
        for rand, pairs in self._bound.items():
            for pair in pairs:
                yield rand, pair

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return {"keys-bound": (len(self._bound), KEYS_BOUND)}

    def subscriber(self, nonce: bytes, identity: str) -> Subscriber | None:
        """Whose challenge this is: by IMSI, and among several of one IMSI, or where none has it, by
        the MAC that K makes."""
        named = [one for one in self.subscribers if one.imsi and one.imsi in identity]
        if len(named) == 1:
            return named[0]
        rand, autn = nonce[:16], nonce[16 : 16 + AUTN]
        if len(autn) == AUTN:
            for one in named or self.subscribers:
                if read_autn(one.functions, rand, autn).mac_right:
                    return one
        return named[0] if named else None

    def _of_subscribers(self, nonce: bytes, identity: str) -> list[KeyPair]:
        key = nonce, identity
        found = self._derived.get(key)
        if found is None:
            if len(self._derived) >= KEYS_BOUND:
                self._derived.clear()
            one = self.subscriber(nonce, identity)
            found = self._derived[key] = []
            if one is not None:
                functions, rand = one.functions, nonce[:16]
                vector = functions.vector(rand)
                # a phone goes on with AUTN whose MAC is right alone (TS 33.102 6.3.3), so the file
                # is that of another one; the rare stack that never looks is still tried
                right = read_autn(functions, rand, nonce[16:]).mac_right
                origin = one.origin if right else msgspec.structs.replace(one.origin, doubted=True)
                found.append(KeyPair(vector.ck, vector.ik, origin))
        return found


def _spi_fits(pattern: int | str, spi: int) -> bool:
    if isinstance(pattern, int):
        return pattern == spi
    if pattern == "*":
        return True
    return all(p in ("*", c) for p, c in zip(pattern, f"0x{spi:08x}", strict=True))


def _address_fits(pattern: bytes | str, address: bytes) -> bool:
    """Wireshark's patterns: `*`, `10.0.*.1`, `2001:db8::*`, `192.0.2.0/24`."""
    if isinstance(pattern, bytes):
        return pattern == address
    version = 4 if len(address) == 4 else 6
    if pattern.startswith(("4:", "6:")):
        if int(pattern[0]) != version:
            return False
        pattern = pattern[2:]
    if pattern == "*":
        return True
    return _parts_fit(pattern, address)


def _parts_fit(pattern: str, address: bytes) -> bool:
    from ipaddress import ip_address, ip_network

    if "/" in pattern:
        try:
            return ip_address(address) in ip_network(pattern, strict=False)
        except ValueError:
            return False
    if len(address) == 4:
        parts, octets = pattern.split("."), [str(octet) for octet in address]
    else:
        parts = pattern.lower().split(":")
        whole = ip_address(address).exploded.split(":")
        octets = [part.lstrip("0") or "0" for part in whole]
        if "" in parts:  # "::" stands for as many zeros as are missing
            at = parts.index("")
            head, tail = parts[:at], [part for part in parts[at:] if part]
            parts = [*head, *["0"] * (8 - len(head) - len(tail)), *tail]
        parts = [part.lstrip("0") or "0" if part != "*" else part for part in parts]
    return len(parts) == len(octets) and all(
        p in ("*", o) for p, o in zip(parts, octets, strict=True)
    )
