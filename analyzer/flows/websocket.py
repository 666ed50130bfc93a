"""SIP over WebSocket (RFC 7118): messages out of the frames (RFC 6455 5.2) in a TCP direction.

A direction is taken for one of WebSocket when it begins with the HTTP upgrade or with a frame that
holds the start of a SIP message, masked or not. Ping, pong and close are passed over. Behind a gap
nothing says where the next frame begins: what follows is dropped until a segment begins with one.
"""

from typing import Final

from analyzer import limits
from analyzer.capture.scan import sip_first_line, websocket_data
from analyzer.flows.datagram import Datagram
from analyzer.flows.flow import Flow
from analyzer.flows.problems import Problems
from analyzer.flows.start_line import is_handshake

FIN, RESERVED, OPCODE, MASKED = 0x80, 0x70, 0x0F, 0x80
CONTINUATION, CLOSE = 0, 8
HEAD_END: Final = b"\r\n\r\n"


class _Direction:
    """Octets of a direction that are not used up, and the message in the making."""

    __slots__ = ("data", "frames", "lost", "message", "skip", "talking")

    def __init__(self, talking: bool) -> None:
        self.data = bytearray()
        self.message = bytearray()
        self.frames: dict[int, None] = {}
        self.skip = 0  # octets of a frame that is not kept
        self.talking = talking  # the handshake is over
        self.lost = False  # nothing says where the next frame begins


class WebSockets:
    """Follows the TCP directions that carry WebSocket, by their stream number."""

    __slots__ = ("_directions", "_problems")

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._directions: dict[int, _Direction] = {}  # least recently used first

    @property
    def bounds(self) -> limits.Bounds:
        """How near each bound came: a direction stays until there are too many."""
        return {"websockets": (len(self._directions), limits.UNFINISHED)}

    def through(self, flows: list[Flow]) -> list[Flow]:
        """The same flows, with messages in the place of WebSocket's octets."""
        found: list[Flow] = []
        for flow in flows:
            if isinstance(flow, Datagram) and flow.stream >= 0:
                found += self._feed(flow)
            else:
                found.append(flow)
        return found

    def _feed(self, datagram: Datagram) -> list[Datagram]:
        direction = self._directions.pop(datagram.stream, None)
        payload = datagram.payload
        if direction is None:
            handshake = is_handshake(payload)
            if not handshake and websocket_data(payload) is None:
                return [datagram]
            direction = _Direction(not handshake)
        found: list[Datagram] = []
        if datagram.fresh and direction.talking:
            direction.message += begun(direction.data)
            found += self._hand_on(direction, datagram, True)
        if datagram.fresh:
            direction = _Direction(True) if direction.talking else _Direction(False)
            direction.lost = direction.talking
        if direction.lost and websocket_data(payload) is not None:
            direction.lost = False
        if len(self._directions) >= limits.UNFINISHED:
            del self._directions[next(iter(self._directions))]
        self._directions[datagram.stream] = direction
        if not direction.lost:
            direction.data += payload
            direction.frames.update(dict.fromkeys(datagram.frames or (datagram.frame,)))
            found += self._messages(direction, datagram)
        return found

    def _messages(self, direction: _Direction, latest: Datagram) -> list[Datagram]:
        found: list[Datagram] = []
        data = direction.data
        if not direction.talking:
            end = data.find(HEAD_END)
            if end < 0:
                if len(data) > limits.START_LINE:
                    data.clear()
                return found
            del data[: end + len(HEAD_END)]
            direction.talking = True
        while True:
            gone = min(direction.skip, len(data))
            direction.skip -= gone
            del data[:gone]
            frame = None if direction.skip else header(data)
            if frame is None:
                break
            first, mask, start, size = frame
            control = first & OPCODE >= CLOSE
            if control or first & RESERVED or len(direction.message) + size > limits.MESSAGE:
                if not control:
                    kind = "websocket-compressed" if first & RESERVED else "websocket-too-long"
                    self._problems.note(latest.capture, kind, latest.frame)
                    direction.message.clear()
                direction.skip = start + size
                continue
            if len(data) < start + size:
                break
            if first & OPCODE != CONTINUATION:
                direction.message.clear()
            direction.message += unmasked(data[start : start + size], mask)
            del data[: start + size]
            if first & FIN:
                found += self._hand_on(direction, latest, latest.truncated and not data)
        if not data and not direction.message:
            direction.frames.clear()
        return found

    def _hand_on(self, direction: _Direction, latest: Datagram, truncated: bool) -> list[Datagram]:
        """The message gathered, if it is SIP."""
        payload, frames = bytes(direction.message), tuple(direction.frames)
        direction.message.clear()
        direction.frames = dict.fromkeys(frames[-1:])
        if sip_first_line(payload) is None:
            return []
        return [
            Datagram(
                latest.capture,
                latest.frame,
                latest.time,
                latest.interface,
                latest.path.removesuffix("/tcp") + "/tcp/websocket",
                latest.src,
                latest.dst,
                latest.sport,
                latest.dport,
                "ws",
                payload,
                frames if len(frames) > 1 else (),
                latest.protection,
                latest.spi,
                latest.seq,
                latest.ip_id,
                truncated=truncated,
                line=latest.line,
            )
        ]


def header(data: bytearray) -> tuple[int, bytes, int, int] | None:
    """First octet, masking key, where the data begins and its size; None: not all there yet."""
    if len(data) < 2:
        return None
    size, at = data[1] & 0x7F, 2
    if size >= 126:
        more = 2 if size == 126 else 8
        size = int.from_bytes(data[2 : 2 + more])
        at += more
    masked = 4 if data[1] & MASKED else 0
    if len(data) < at + masked:
        return None
    return data[0], bytes(data[at : at + masked]), at + masked, size


def begun(data: bytearray) -> bytes:
    """What is there of the data of a frame whose end is missing."""
    frame = header(data)
    if frame is None or frame[0] & (RESERVED | OPCODE) >= CLOSE:
        return b""
    _, mask, start, size = frame
    return unmasked(data[start : start + size], mask)


def unmasked(data: bytearray, mask: bytes) -> bytes:
    """RFC 6455 5.3, all octets at once."""
    if not mask:
        return bytes(data)
    size = len(data)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data) ^ int.from_bytes(key)).to_bytes(size)
