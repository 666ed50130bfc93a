"""Captures whose messages are read as something else than what they hold."""

from collections.abc import Callable

import pytest

from analyzer.flows.datagram import Datagram
from analyzer.sip import SipMessage, SipReader


def alter_messages(monkeypatch: pytest.MonkeyPatch, altered: Callable[[bytes], bytes]) -> None:
    """Have the octets of each message that came as one datagram altered before it is read."""
    feed = SipReader.feed

    def fed(reader: SipReader, datagram: Datagram) -> list[SipMessage]:
        if datagram.transport != "tcp":
            datagram.payload = altered(datagram.payload.lstrip(b"\r\n"))
        return feed(reader, datagram)

    monkeypatch.setattr(SipReader, "feed", fed)
