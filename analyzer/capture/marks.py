"""What of a packet is found again at another tap, so that the clocks of two captures can be
compared: the packet itself, and its SIP message on the hop before or behind.

    itself      the IP payload without its checksum, with addresses and identification; of ESP the
                octets that say which packet it is (SPI, sequence number, IV)
    on a hop    Call-ID, CSeq and status of a SIP message; a proxy adds a Via to a request and
                takes it from the response (RFC 3261 16.6, 16.7), so that their number tells hops

Nothing depends on a single mark: what cannot be read here costs one, and no more.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

import msgspec

from analyzer.capture.packet import Packet, Watermark
from analyzer.capture.scan import ESP, UDP, UDP_HEADER, sip_first_line
from analyzer.limits import COPY_WINDOW, ESP_HEAD, MARKED_HOPS

TCP: Final = 6
CHECKSUM: Final = {TCP: (16, 18), UDP: (6, 8)}  # the sender's own capture has it unfinished
TCP_OFFSET: Final = 12

STATUS: Final = re.compile(rb"[\r\n]*SIP/2\.0 (\d{3})", re.IGNORECASE)
CALL: Final = re.compile(rb"\n(?:Call-ID|i)[ \t]*:[ \t]*([^\s]+)", re.IGNORECASE)
CSEQ: Final = re.compile(rb"\nCSeq[ \t]*:[ \t]*(\d+[ \t]+\w+)", re.IGNORECASE)
VIA: Final = re.compile(rb"\n(?:Via|v)[ \t]*:([^\r\n]*)", re.IGNORECASE)
TRYING: Final = b"100"  # hop by hop (RFC 3261 16.7)


class Mark(msgspec.Struct, gc=False):
    """Something to be found again: when it was first seen, between which ends, how often.

    `sure`: no retransmission looks like it. Copies of one moment count once. `vias` and `answer`
    are those of a SIP message on a hop.
    """

    time: int  # nanoseconds by the clock of its capture
    src: bytes
    dst: bytes
    sure: bool = False
    vias: int = 0
    answer: bool = False
    count: int = 1
    last: int = 0


class Marks:
    """The marks of one capture; beyond `most` half of them go. It is the same half in every
    capture, so that what two of them share stays shared.

    `packets` are the packets themselves, `messages` the SIP messages, each on several hops.
    """

    __slots__ = ("_mask", "_most", "first", "last", "messages", "packets")

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._mask = 0
        self.packets: dict[int, Mark] = {}
        self.messages: dict[int, list[Mark]] = {}
        self.first = -1  # time of the first and of the latest packet
        self.last = -1

    def collect(self, items: Iterable[Packet | Watermark], frames: int | None = None) -> None:
        """Take the marks of one capture, up to that frame."""
        for item in items:
            if frames is not None and item.frame > frames:
                return
            if self.first < 0:
                self.first = item.time
            self.last = max(self.last, item.time)
            if isinstance(item, Packet):
                self._take(item)

    def _take(self, packet: Packet) -> None:
        data, proto = packet.data, packet.proto
        content = data
        if packet.frag_offset <= 0:
            if proto == ESP:
                content = data[:ESP_HEAD]
            elif proto in CHECKSUM:
                start = payload_at(proto, data)
                if start >= len(data):
                    return  # nothing that would not come again and again
                if sip_first_line(data, start) is not None:
                    self._take_message(packet, data[start:])
                before, behind = CHECKSUM[proto]
                content = data[:before] + data[behind:]
        head = b"%d %d %d " % (proto, packet.ip_id, packet.frag_offset)
        name = number(head + packet.src + packet.dst + content)
        if name & self._mask:
            return
        known = self.packets.get(name)
        if known is None:
            sure = packet.ip_id > 0 or proto == ESP
            mark = Mark(packet.time, packet.src, packet.dst, sure, last=packet.time)
            self.packets[name] = mark
            self._thin()
        else:
            again(known, packet.time)

    def _take_message(self, packet: Packet, message: bytes) -> None:
        call, cseq, status = CALL.search(message), CSEQ.search(message), STATUS.match(message)
        code = b"" if status is None else status[1]
        if call is None or cseq is None or code == TRYING:
            return
        name = number(b" ".join((code, *cseq[1].split(), call[1])))
        if name & self._mask:
            return
        vias = sum(1 + row.count(b",") for row in VIA.findall(message))
        hops = self.messages.setdefault(name, [])
        for known in hops:
            if known.vias == vias and known.src == packet.src and known.dst == packet.dst:
                again(known, packet.time)
                return
        if len(hops) < MARKED_HOPS:
            mark = Mark(packet.time, packet.src, packet.dst, True, vias, bool(code))
            hops.append(mark)
            self._thin()

    def _thin(self) -> None:
        if len(self.packets) + len(self.messages) <= self._most:
            return
        self._mask = mask = self._mask << 1 | 1
        self.packets = {name: one for name, one in self.packets.items() if not name & mask}
        self.messages = {name: one for name, one in self.messages.items() if not name & mask}


def again(mark: Mark, time: int) -> None:
    """Seen once more: by another interface at the same moment, or sent once more."""
    if abs(time - mark.last) > COPY_WINDOW:
        mark.count += 1
        mark.last = time


def payload_at(proto: int, data: bytes) -> int:
    """Where the payload behind a UDP or TCP header begins."""
    if proto == UDP:
        return UDP_HEADER
    return (data[TCP_OFFSET] >> 4) << 2 if len(data) > TCP_OFFSET else len(data)


def number(key: bytes) -> int:
    """A name for these octets that no other octets have."""
    return int.from_bytes(blake2b(key, digest_size=12).digest())
