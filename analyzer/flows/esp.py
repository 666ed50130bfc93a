"""ESP packets (RFC 4303): seen always, opened where keys are known or encryption is NULL.

A key opens a packet only after an ICV has proved it; which keys are tried is in `trials`. Whether a
packet is NULL-encrypted stands nowhere in it. It is tried, and opened only where the
trailer and the transport header inside agree with one another. How seldom a packet of random
octets passes (which a well encrypted one is), for one ICV length:

- next header UDP or TCP, and as many padding octets 1, 2, 3... as the pad length says: 2**-8 for
  each protocol, times 2**-8 for the pad length (the sum over longer pads adds 1/255 of that);
- UDP: its length, equal to what is there: 2**-16; together 2**-32;
- TCP: reserved bits zero 2**-3, one of 32 usual flag sets of 256: 2**-3, no urgent pointer where
  URG is not set: 2**-16; together 2**-38.

With the five layouts of `_LAYOUTS` and a sixth from the table that is below 2**-29 a packet: one in
five hundred million. And nothing but a SIP start line makes a `Datagram` of it then.
"""

from functools import lru_cache
from struct import Struct
from typing import Final, NamedTuple

import msgspec

from analyzer.capture.packet import Packet
from analyzer.flows.datagram import Icv
from analyzer.flows.esp_payload import Payload, likely_payload, proven_payload
from analyzer.flows.start_line import starts_like_sip
from analyzer.flows.transport import UDP, UDP_HEADER
from analyzer.flows.trials import UNKNOWN_CIPHER, Trials, Unlocked
from analyzer.keys.algorithms import icv_length, iv_length
from analyzer.keys.esp_cipher import EspKey
from analyzer.keys.sa_table import Sa, SaTable
from analyzer.limits import COPY_WINDOW, ESP_HEAD, ESP_SEEN, READINGS

# Why a packet stayed closed (`EspSeen.reason`), or what is odd about an opened one.
ENCRYPTED: Final = "encrypted"  # the SA announces encryption, and it is not NULL on the wire
NOT_NULL: Final = "not-null"  # the SA announces NULL, the wire is not
UNKNOWN_SPI: Final = "unknown-spi"  # no SA announced, and not NULL
TRUNCATED: Final = "truncated"  # cut by the snap length before its trailer
SHORT: Final = "short"  # no room for a trailer
NULL_UNANNOUNCED: Final = "null-unannounced"  # opened as NULL though the SA announces encryption
ICV_BAD: Final = "icv-bad"  # there are keys, and its ICV fits none of them
KEYS_UNFIT: Final = "keys-unfit"  # the same of keys that nothing binds to it
CIPHER_DIFFERS: Final = "cipher-differs"  # the ICV is right, and no decryption makes sense
ICV_DIFFERS: Final = "icv-differs"  # opened, with another ICV length than the SA announces

HEADER: Final = 8
_HEADER: Final = Struct("!II")

# (IV octets, ICV octets) where nothing is announced: those of HMAC-*-96, of 128, 192 and 256 bit
# ICVs as Wireshark tries them, and AES-GMAC (RFC 4543), whose readable payload follows an IV.
_LAYOUTS: Final = ((0, 12), (0, 16), (0, 24), (0, 32), (8, 16))


class Opened(msgspec.Struct, frozen=True, gc=False):
    """What an ESP packet holds: `proto` and its octets; `reason` says what is odd about it.

    `icv` says whether the ICV was right, where keys could tell; `key` is the one that opened it.
    """

    proto: int
    data: bytes
    reason: str = ""
    truncated: bool = False
    icv: Icv = ""
    key: EspKey | None = None


class Garbled(NamedTuple):
    """The ICV fits this key, and no decryption makes sense: another cipher key was used."""

    key: EspKey


def esp_header(data: bytes) -> tuple[int, int] | None:
    """(SPI, sequence number), or None where the header is cut."""
    if len(data) < HEADER:
        return None
    spi, seq = _HEADER.unpack_from(data)
    return spi, seq


class EspOpener:
    """Opens ESP packets with what the `SaTable` knows, and without it where that can be done."""

    __slots__ = ("_table", "trials")

    def __init__(self, table: SaTable) -> None:
        self._table = table
        self.trials = Trials(table)

    @property
    def keys_came_late(self) -> bool:
        """Packets stayed closed for which there are keys now."""
        return self.trials.keys_came_late

    def open(self, packet: Packet, spi: int) -> Opened | Garbled | str:
        """What the packet holds, or the reason why it stays closed.

        The wire may differ from what was agreed, so NULL is tried whatever the SA says, wherever no
        key has opened the packet.
        """
        data = packet.data
        sa = self._table.get(packet.dst, spi)
        if packet.truncated:
            return _open_truncated(data) or TRUNCATED
        icv: Icv = ""
        if not self._table.ring.empty:
            found = self.trials.open(packet, spi, sa)
            if isinstance(found, Unlocked):
                return _unlocked(found)
            icv = found
        size = len(data)
        for layout in _LAYOUTS if sa is None else _layouts(sa.alg, sa.ealg):
            iv, tail = layout
            inside = likely_payload(data, HEADER + iv, size - tail - 2)
            if inside is not None:
                return Opened(inside[0], inside[1], _oddity(sa, layout), False, icv)
        if size < HEADER + 2:
            return SHORT
        if sa is not None:
            self.trials.closed(sa)
        if icv:
            return ICV_BAD if icv == "bad" else KEYS_UNFIT
        if sa is None:
            return UNKNOWN_SPI
        return NOT_NULL if sa.ealg == "null" else ENCRYPTED


def _unlocked(found: Unlocked) -> Opened | Garbled:
    """The ICV was right; what decryption made may still be nothing (another cipher key)."""
    key = found.key
    payload = proven_payload(found.plain)
    if payload is None or key.ealg == UNKNOWN_CIPHER:
        return Garbled(key)
    return Opened(payload[0], payload[1], key.variant, False, "good" if key.proves else "", key)


class EspCopies:
    """Remembers when each ESP packet of a moment was seen last, by addresses and first octets
    (SPI, sequence number, IV), which a snap length leaves alike at all taps.

    Two generations of at most `limits.ESP_SEEN` packets; the younger takes the place of the older
    when `limits.COPY_WINDOW` is over, or when it is full.
    """

    __slots__ = ("_before", "_most", "_now", "_until")

    def __init__(self) -> None:
        self._now: dict[tuple[bytes, bytes, bytes], int] = {}  # time
        self._before = self._now
        self._until = 0
        self._most = 0

    @property
    def reached(self) -> tuple[int, int]:
        """The most packets in a generation, and the bound on that."""
        return max(self._most, len(self._now)), ESP_SEEN

    def seen(self, packet: Packet) -> bool:
        """Whether it is a copy of one within the window; it is remembered."""
        key = packet.src, packet.dst, packet.data[:ESP_HEAD]
        time = packet.time
        if time > self._until or len(self._now) >= ESP_SEEN:
            self._most = max(self._most, len(self._now))
            self._before, self._now = self._now, {}
            self._until = time + COPY_WINDOW
        earlier = self._now.get(key) or self._before.get(key)
        self._now[key] = time
        return earlier is not None and -COPY_WINDOW <= time - earlier <= COPY_WINDOW


def open_null(data: bytes, iv: int, icv: int) -> Payload | None:
    """(protocol, its octets) of an ESP packet without encryption, or None where it is not so."""
    return likely_payload(data, HEADER + iv, len(data) - icv - 2)


def _open_truncated(data: bytes) -> Opened | None:
    """Without its trailer a packet is opened only for a SIP start line right behind UDP."""
    for iv in (0, 8):
        inner = data[HEADER + iv :]
        if starts_like_sip(inner[UDP_HEADER:]):
            return Opened(UDP, inner, truncated=True)
    return None


@lru_cache(READINGS)
def _layout(alg: str, ealg: str) -> tuple[int, int] | None:
    """(IV, ICV) octets of an SA of these algorithms without encryption."""
    icv, iv = icv_length(alg, ealg), iv_length(alg, "null")
    return None if icv is None or iv is None else (iv, icv)


@lru_cache(READINGS)
def _layouts(alg: str, ealg: str) -> tuple[tuple[int, int], ...]:
    """The layouts that are tried, that of an SA of these algorithms first."""
    announced = _layout(alg, ealg)
    return _LAYOUTS if announced is None else (announced, *_LAYOUTS)


def _oddity(sa: Sa | None, seen: tuple[int, int]) -> str:
    if sa is None:
        return ""
    if sa.ealg != "null":
        return NULL_UNANNOUNCED
    announced = _layout(sa.alg, sa.ealg)
    return ICV_DIFFERS if announced is not None and announced != seen else ""
