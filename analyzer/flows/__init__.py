"""From packets to transport payloads: fragments, UDP, TCP streams, ESP and what signals tell.

`Flows` takes the merged packets of all captures, one at a time, and keeps nothing but what is
incomplete. It reads the `SaTable` and never writes it.
"""

from collections.abc import Iterable
from struct import Struct
from typing import Final, Literal

from analyzer.capture.decap import decapsulate_ip
from analyzer.capture.packet import Packet
from analyzer.capture.scan import sip_first_line
from analyzer.flows.datagram import Datagram, EspSeen, Icv, KeysSeen, Protection
from analyzer.flows.esp import (
    CIPHER_DIFFERS,
    ICV_BAD,
    KEYS_UNFIT,
    EspCopies,
    EspOpener,
    Garbled,
    Opened,
    esp_header,
)
from analyzer.flows.esp_payload import TUNNELLED
from analyzer.flows.flow import Flow
from analyzer.flows.fragments import Fragments, Frames
from analyzer.flows.problems import Problems
from analyzer.flows.sctp import Associations
from analyzer.flows.signals import ICMP, ICMPV6, icmp_signal, udp_signal
from analyzer.flows.streams import Since, Streams
from analyzer.flows.transport import ESP, SCTP, TCP, UDP, UDP_HEADER, parse_udp
from analyzer.flows.websocket import WebSockets
from analyzer.keys.cx import PORT, find_answers
from analyzer.keys.esp_cipher import EspKey
from analyzer.keys.sa_table import SaTable
from analyzer.limits import Bounds

__all__ = ["Flow", "Flows"]

SIGCOMP: Final = b"\xf8"  # a SigComp message begins with five ones (RFC 3320 7)
_PORTS: Final = Struct("!HH")
ICV_OF: Final[dict[str, Icv]] = {ICV_BAD: "bad", KEYS_UNFIT: "unfit"}
CX_PORT: Final = PORT.to_bytes(2, "big")
CX_CARRIERS: Final = frozenset({TCP, 132})  # 132: SCTP
NO_FRAMES: Final[Frames] = ()


class Flows:
    """The packets of all captures, in time order, to datagrams, ESP sightings and signals.

    `problems` yields (capture, `Problem`) for what was dropped or could not be read so far:
    `fragment-missing`, `fragment-overlap`, `fragment-too-large`, `fragment-limit`, `udp-header`,
    `tcp-header`, `tcp-overlap`, `esp-header`, `tcp-streams`, `tcp-buffer`, `sctp-header`,
    `sctp-fragment-missing`, `websocket-compressed`, `websocket-too-long`, `sigcomp` (compressed,
    not read). Nothing here raises on input.
    """

    __slots__ = (
        "_associations",
        "_copies",
        "_fragments",
        "_opener",
        "_streams",
        "_websockets",
        "problems",
    )

    def __init__(self, table: SaTable) -> None:
        self.problems = Problems()
        self._fragments = Fragments(self.problems)
        self._streams = Streams(self.problems)
        self._associations = Associations(self.problems)
        self._websockets = WebSockets(self.problems)
        self._opener = EspOpener(table)
        self._copies = EspCopies()

    @property
    def keys_came_late(self) -> bool:
        """ESP stayed closed for which keys were found afterwards."""
        return self._opener.keys_came_late

    def feed(self, packet: Packet) -> list[Flow]:
        """What this packet gives or sets free; an `EspSeen` stands before what it held."""
        if packet.frag_offset < 0:
            return self.take(packet, NO_FRAMES)
        whole = self._fragments.complete(packet)
        return [] if whole is None else self.take(*whole)

    def advance(self, time: int) -> list[Flow]:
        """The time has come this far: give up what waited too long, hand on what that sets free."""
        return [flow for _, flows in self.overdue(time) for flow in flows]

    def overdue(self, time: int) -> Iterable[tuple[Since, list[Flow]]]:
        """The same, what belongs together by itself, with what tells its place among the others."""
        self._fragments.advance(time)
        self._associations.advance(time)
        for since, flows in self._streams.overdue(time):
            yield since, self._websockets.through(flows)

    def finish(self) -> list[Flow]:
        """All input was fed: hand on what is still held back, count what is incomplete."""
        return [flow for _, flows in self.remaining() for flow in flows]

    def remaining(self) -> Iterable[tuple[Since, list[Flow]]]:
        """As `finish`, in the form of `overdue`."""
        self._fragments.finish()
        self._associations.finish()
        for since, flows in self._streams.finish():
            yield since, self._websockets.through(flows)

    def take(self, packet: Packet, frames: Frames) -> list[Flow]:
        """The same for a whole packet: its fragments are put together already."""
        out: list[Flow] = []
        proto = packet.proto
        if proto == UDP:
            self._feed_udp(packet, packet.data, packet.path, packet.truncated, frames, out)
        elif proto == ESP:
            self._feed_esp(packet, frames, out)
        elif is_cx(packet):
            return cx_keys(packet)
        elif proto == TCP:
            self._streams.feed(packet, out, frames)
            if out:
                return self._websockets.through(out)
        elif proto == SCTP:
            self._feed_sctp(packet, frames, out)
        elif proto in (ICMP, ICMPV6):
            signal = icmp_signal(packet)
            if signal is not None:
                out.append(signal)
        return out

    @property
    def bounds(self) -> Bounds:
        """How near each bound came, but for those of fragments."""
        trials = self._opener.trials.bounds
        copies = {"esp-copies": self._copies.reached}
        streams = self._streams.bounds | self._associations.bounds | self._websockets.bounds
        return streams | trials | copies

    @property
    def puzzled(self) -> bool:
        """A mistake in the use of keys was looked for, with keys of other challenges too."""
        return self._opener.trials.puzzled

    def _feed_udp(
        self,
        packet: Packet,
        data: bytes,
        path: str,
        truncated: bool,
        frames: tuple[int, ...],
        out: list[Flow],
        protection: Protection = "clear",
        spi: int = -1,
        seq: int = -1,
    ) -> None:
        """Take the UDP datagram `data`, which `packet` holds or is, at the end of `path`."""
        header = parse_udp(data)
        if header is None:
            self.problems.note(packet.capture, "udp-header", packet.frame)
            return
        sport, dport, payload, short = header
        if not sip_first_line(payload):
            if spi < 0:
                signal = udp_signal(packet, sport, dport, payload)
                if signal is not None:
                    out.append(signal)
            elif payload[:1] >= SIGCOMP:
                self.problems.note(packet.capture, "sigcomp", packet.frame)
            return
        out.append(
            Datagram(
                packet.capture,
                packet.frame,
                packet.time,
                packet.interface,
                path + "/udp",
                packet.src,
                packet.dst,
                sport,
                dport,
                "udp",
                payload,
                frames,
                protection,
                spi,
                seq,
                packet.ip_id,
                -1,
                False,
                short or truncated,
                packet.line,
            )
        )

    def _feed_sctp(self, packet: Packet, frames: tuple[int, ...], out: list[Flow]) -> None:
        for message in self._associations.feed(packet, frames):
            if sip_first_line(message.data):
                out.append(
                    Datagram(
                        packet.capture,
                        packet.frame,
                        packet.time,
                        packet.interface,
                        packet.path + "/sctp",
                        packet.src,
                        packet.dst,
                        message.sport,
                        message.dport,
                        "sctp",
                        message.data,
                        message.frames,
                        ip_id=packet.ip_id,
                        truncated=message.truncated or packet.truncated,
                        line=packet.line,
                    )
                )

    def _feed_esp(self, packet: Packet, frames: tuple[int, ...], out: list[Flow]) -> None:
        header = esp_header(packet.data)
        if header is None:
            self.problems.note(packet.capture, "esp-header", packet.frame)
            return
        spi, seq = header
        path = packet.path + "/esp"
        copy = self._copies.seen(packet)
        opened = self._opener.open(packet, spi)
        how, reason, icv, key, proto = _told(opened)
        seen = EspSeen(
            packet.capture,
            packet.frame,
            packet.time,
            packet.interface,
            path,
            packet.src,
            packet.dst,
            spi,
            seq,
            len(packet.data),
            how,
            reason,
            frames,
            proto,
            0,
            0,
            copy,
            packet.line,
            icv,
            key,
        )
        out.append(seen)
        if isinstance(opened, Opened):
            self._feed_opened(packet, path, opened, seen, out)

    def _feed_opened(
        self, packet: Packet, path: str, opened: Opened, seen: EspSeen, out: list[Flow]
    ) -> None:
        """Go on with what an ESP packet held, its ports noted in `seen`."""
        proto, data = opened.proto, opened.data
        protection: Protection = "esp-null" if seen.opened == "null" else "esp"
        truncated = opened.truncated
        if proto == UDP:  # its place is that of the packet, so it need be none of its own
            inner = packet
        else:
            inner = _inside(packet, path, opened)
        if proto in TUNNELLED:
            within = decapsulate_ip(inner)
            if within is None or within is inner:
                return
            inner, path, truncated = within, within.path, within.truncated
            proto, data = inner.proto, inner.data
        if proto in (UDP, TCP) and len(data) >= UDP_HEADER:
            seen.sport, seen.dport = _PORTS.unpack_from(data)
        if proto == UDP:
            self._feed_udp(
                inner, data, path, truncated, seen.frames, out, protection, seen.spi, seen.seq
            )
        elif proto == TCP:
            self._streams.feed(inner, out, seen.frames, protection, seen.spi, seen.seq)


def _told(
    opened: Opened | Garbled | str,
) -> tuple[Literal["", "null", "decrypted"], str, Icv, EspKey | None, int]:
    """What `EspSeen` says of it: `opened`, `reason`, `icv`, `key` and `proto`."""
    if isinstance(opened, Opened):
        null = opened.key is None or opened.key.ealg == "null"
        how: Literal["null", "decrypted"] = "null" if null else "decrypted"
        return how, opened.reason, opened.icv, opened.key, opened.proto
    if isinstance(opened, Garbled):
        return "", CIPHER_DIFFERS, "good", opened.key, 0
    return "", opened, ICV_OF.get(opened, ""), None, 0


def is_cx(packet: Packet) -> bool:
    """Whether it is one of the Diameter port, of which nothing but keys is read."""
    return packet.proto in CX_CARRIERS and CX_PORT in (packet.data[:2], packet.data[2:4])


def cx_keys(packet: Packet) -> list[Flow]:
    """What a packet of the Diameter port says of keys."""
    return [KeysSeen(packet.capture, packet.frame, *found) for found in find_answers(packet.data)]


def _inside(packet: Packet, path: str, opened: Opened) -> Packet:
    """What an ESP packet held, as a packet of its own (transport mode: the same addresses)."""
    return Packet(
        packet.capture,
        packet.frame,
        packet.time,
        packet.interface,
        path,
        packet.src,
        packet.dst,
        opened.proto,
        opened.data,
        ip_id=packet.ip_id,
        truncated=opened.truncated,
        line=packet.line,
    )
