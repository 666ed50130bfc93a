"""Builders of datagrams for the tests of `analyzer.sip`."""

from collections.abc import Callable
from typing import Any

import pytest

from analyzer.flows.datagram import Datagram

MILLISECOND = 1_000_000

HOSTS = {
    "ue": (b"\xc0\x00\x02\x0a", 5060),
    "pcscf": (b"\xc0\x00\x02\x01", 5060),
    "pcscf-mw": (b"\xc6\x33\x64\x01", 5060),
    "scscf": (b"\xc6\x33\x64\x02", 5060),
}


@pytest.fixture
def send() -> Callable[..., Datagram]:
    """`send("ue", "pcscf", payload, ms=0, **fields)`: one datagram; frames count up."""
    frame = 0

    def build(src: str, dst: str, payload: bytes, ms: float = 0, **fields: Any) -> Datagram:
        nonlocal frame
        frame += 1
        values: dict[str, Any] = {
            "capture": 0,
            "line": fields.get("capture", 0),
            "frame": frame,
            "time": 1_700_000_000_000_000_000 + int(ms * MILLISECOND),
            "interface": 0,
            "path": "eth/ip/udp",
            "src": HOSTS[src][0],
            "sport": HOSTS[src][1],
            "dst": HOSTS[dst][0],
            "dport": HOSTS[dst][1],
            "transport": "udp",
            "payload": payload,
        }
        return Datagram(**(values | fields))

    return build
