"""Which keys opened which SA: what one sweep has proven, and what follows from it.

A key counts as proven when the ICV of a packet was right with it. The four SAs of a set have the
same CK and IK (TS 33.203 Annex I), so one proven SA gives the keys of the other three.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

import msgspec

from analyzer.capture.packet import Packet
from analyzer.flows.datagram import EspSeen
from analyzer.flows.esp import Opened, open_null
from analyzer.keys.esp_cipher import EspKey
from analyzer.keys.sa_table import Sa, SaTable
from analyzer.limits import OPENED_OCTETS, SAS_PROVEN

KEYLESS: Final = "read without keys"
NULL_ICVS: Final = (12, 16, 24, 32)  # octets, as Wireshark tries them behind a NULL payload

_ORIGINS: Final[dict[str, str]] = {
    "mw": "ck and ik of the 401 on Mw",
    "gm": "ck and ik of the 401 on Gm",
    "cx": "Confidentiality-Key and Integrity-Key on Cx",
    "usim": "USIM file",
    "esp_sa": "esp_sa file",
    "xfrm": "ip xfrm state",
    "json": "key file",
    "secrets": "secrets in the capture",
    "option": "--ck and --ik",
}


class SaKeys(msgspec.Struct):
    """The keys of one SA. `name`, ports and `set` (the number of the agreement) are those of the
    announced SA, "" and 0 where none was announced. `packets` counts those that proved it: 0 where
    it follows from another SA of the set. `unchecked`: opened without a key for the ICV, which is
    `icv` octets long. `variant` says what was done otherwise than Annex I has it."""

    src: bytes
    dst: bytes
    spi: int
    alg: str
    ealg: str
    integrity_key: bytes
    cipher_key: bytes
    origin: str
    name: str = ""
    sport: int = 0
    dport: int = 0
    set: int = 0
    packets: int = 0
    frame: tuple[int, int] = (-1, 0)
    unchecked: bool = False
    icv: int = 0
    variant: str = ""


class Inner(msgspec.Struct, gc=False):
    """What an ESP packet held: next header and octets, between these ends."""

    src: bytes
    dst: bytes
    proto: int
    data: bytes
    ip_id: int
    spi: int
    seq: int


class EspWatch:
    """Takes down what opens during one sweep. With `contents` also what the packets held, by
    capture and frame, as far as `limits.OPENED_OCTETS` allows; `dropped` counts the rest. They may
    be limited to some frames: `contents` then holds capture and number of each."""

    def __init__(self, *, contents: bool | Container[tuple[int, int]] = False) -> None:
        self._contents = contents
        self.begin()

    def begin(self) -> None:
        """Another sweep: what the one before showed is void."""
        self.opened: dict[tuple[int, int], Inner] = {}
        self.dropped = 0
        self._octets = 0
        self._found: dict[tuple[bytes, int, int], SaKeys] = {}
        self._sas: dict[tuple[bytes, int, int], Sa] = {}

    def see(self, packet: Packet, opened: Opened, seen: EspSeen, table: SaTable) -> None:
        """One packet that was opened."""
        if self._wanted(seen):
            self._keep(packet, opened, seen)
        sa = table.get(packet.dst, seen.spi)
        place = packet.dst, seen.spi, 0 if sa is None else sa.owner
        found = self._found.get(place)
        if found is None:
            if len(self._found) >= SAS_PROVEN:
                return
            found = self._found[place] = _found(packet, seen, opened, sa)
        elif found.unchecked and opened.icv == "good":
            found = self._found[place] = _found(packet, seen, opened, sa)
        found.packets += not seen.copy

    def _wanted(self, seen: EspSeen) -> bool:
        contents = self._contents
        return contents if isinstance(contents, bool) else (seen.capture, seen.frame) in contents

    def announced(self, sas: tuple[Sa, ...]) -> None:
        """A set was announced."""
        for sa in sas:
            if len(self._sas) < SAS_PROVEN:
                self._sas[sa.dst, sa.spi, sa.owner] = sa

    def keys(self) -> list[SaKeys]:
        """The keys of every SA that was opened, and of the others of its set; sets in the order
        they were announced, those of no set last."""
        proven: dict[int, list[SaKeys]] = {}
        for one in self._found.values():
            proven.setdefault(one.set, []).append(one)
        rows: list[SaKeys] = []
        for owner in sorted(proven, key=lambda number: (number == 0, number)):
            rows += proven[owner]
            if owner:
                rows += self._others(owner, proven[owner])
        return rows

    def _others(self, owner: int, proven: list[SaKeys]) -> Iterator[SaKeys]:
        """The SAs of a set that no packet proved: IK and CK are those of the whole set."""
        best = next((one for one in proven if not one.unchecked and not one.variant), None)
        if best is None:
            return
        for place, sa in self._sas.items():
            if sa.owner == owner and place not in self._found:
                row = SaKeys(
                    sa.src, sa.dst, sa.spi, best.alg, best.ealg, best.integrity_key,
                    best.cipher_key, best.origin,
                )  # fmt: skip
                yield _named(row, sa)

    def _keep(self, packet: Packet, opened: Opened, seen: EspSeen) -> None:
        if self._octets + len(opened.data) > OPENED_OCTETS:
            self.dropped += 1
            return
        self._octets += len(opened.data)
        self.opened[seen.capture, seen.frame] = Inner(
            packet.src, packet.dst, opened.proto, opened.data, packet.ip_id, seen.spi, seen.seq
        )


def _found(packet: Packet, seen: EspSeen, opened: Opened, sa: Sa | None) -> SaKeys:
    key = opened.key
    if key is None:  # NULL encryption, read without keys
        alg = "" if sa is None else sa.alg
        row = SaKeys(packet.src, packet.dst, seen.spi, alg, "null", b"", b"", KEYLESS)
        row.unchecked, row.icv = True, _icv_seen(packet, opened)
    else:
        row = _row(packet.src, packet.dst, seen.spi, key)
        row.unchecked, row.icv = not key.proves, max(key.icv, 0)
    if sa is not None:
        _named(row, sa)
    row.frame = seen.capture, seen.frame
    return row


def _row(src: bytes, dst: bytes, spi: int, key: EspKey) -> SaKeys:
    return SaKeys(
        src, dst, spi, key.alg, key.ealg, key.integrity_key, key.cipher_key, origin(key),
        variant=key.variant,
    )  # fmt: skip


def _named(row: SaKeys, sa: Sa) -> SaKeys:
    row.name, row.sport, row.dport, row.set = sa.name, sa.sport, sa.dport, sa.owner
    return row


def _icv_seen(packet: Packet, opened: Opened) -> int:
    """How long the ICV is that stands behind a payload read without keys; 0: with an IV."""
    for octets in NULL_ICVS:
        if open_null(packet.data, 0, octets) == (opened.proto, opened.data):
            return octets
    return 0


def origin(key: EspKey) -> str:
    """Where a key came from, in words."""
    found = key.origin
    text = _ORIGINS[found.source]
    if not found.frame:
        return f"{text} {found.name}".strip()
    whose = f" of capture {found.capture + 1}" if found.capture > 0 else ""
    return f"{text}, frame {found.frame}{whose}"
