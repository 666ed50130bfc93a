"""Whole messages are read in Lua as in Python: start line, headers, what is wrong with them."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import pytest

from analyzer.flows.datagram import Datagram
from analyzer.sip.headers import parse_head
from analyzer.sip.message import SipMessage
from tests.captures import SAMPLES, records
from tests.plugins.recorded import Replay
from tests.plugins.test_generated import PIECES
from tests.plugins.translated import Lua, dump

NAMES = (
    *("via", "from", "to", "call-id", "cseq", "contact", "require", "proxy-require", "supported"),
    *("security-client", "security-server", "security-verify", "authorization", "expires", "path"),
    *("www-authenticate", "proxy-authenticate", "content-length", "p-access-network-info", "route"),
)
CHANGED = 1200


@cache
def messages() -> tuple[bytes, ...]:
    """Those in clear in UDP of the samples, each start line with each sender once."""
    found: dict[bytes, bytes] = {}
    for path in sorted((SAMPLES / "pcaps").glob("*.pcap")):
        for _, data in records(path.read_bytes()):
            start = max(data.find(b"REGISTER sip:"), data.find(b"SIP/2.0 "), data.find(b"MESSAGE "))
            if 0 < start < 80 and parse_head(data[start:]) is not None:
                raw = data[start:]
                found.setdefault(b"\r\n".join([*raw.split(b"\r\n")[:2], raw[-200:]]), raw)
    return tuple(found.values())


def octets(raw: bytes, chance: Random) -> bytes:
    """The message with some octets taken away, doubled or put in."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(raw) + 1)
        end = at + chance.choice((0, 0, 1, 2, 20))
        piece = chance.choice(PIECES)
        if chance.random() < 0.15:
            piece = raw[at : at + 100]
        raw = raw[:at] + piece + raw[end:]
    return raw


class Reader:
    """Reads a message on both sides."""

    def __init__(self, rooms: Lua) -> None:
        self._rooms = rooms
        self._struct = Replay(rooms).struct
        self._read = rooms("sip.headers")[b"parse_head"]
        self._made = rooms("sip.message")[b"SipMessage"][b"make"]
        self._texts = rooms.runtime.eval(b"function(message, name) return message:texts(name) end")

    def both(self, raw: bytes) -> tuple[str, str]:
        """What Python and Lua say of it."""
        ends = (b"\xc0\0\2\x0a", b"\xc0\0\2\1", 5060, 5060)
        origin = Datagram(0, 1, 0, 0, "", *ends, "udp", raw)
        head = parse_head(raw)
        mine = self._read(raw, False)
        if head is None or mine is None:
            return dump(head), self._rooms.dump(mine)
        message = SipMessage(head, raw, origin, (1,), False)
        other = self._made(mine, raw, self._struct(origin), self._rooms.list(1), False)
        wanted, found = [dump(message)], [self._rooms.dump(other)]
        for name in NAMES:
            wanted.append(dump(message.texts(name)))
            found.append(self._rooms.dump(self._texts(other, name.encode())))
        return "\n".join(wanted), "\n".join(found)


@pytest.fixture
def reader(rooms: Lua) -> Any:
    return Reader(rooms)


def test_messages_of_samples(reader: Reader) -> None:
    assert len(messages()) > 100
    for raw in messages():
        wanted, found = reader.both(raw)
        assert wanted == found


def test_changed_messages(reader: Reader) -> None:
    chance = Random(3261)
    for number in range(CHANGED):
        raw = octets(chance.choice(messages()), chance)
        wanted, found = reader.both(raw)
        assert wanted == found, (number, raw)
