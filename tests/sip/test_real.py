"""Messages of the real captures: counts as tshark has them, links as the ground truth tells."""

import json
from pathlib import Path
from typing import Any

import pytest

from analyzer.capture import Watermark, open_captures
from analyzer.flows import Flows
from analyzer.flows.datagram import Datagram
from analyzer.keys.sa_table import SaTable
from analyzer.sip import SipMessage, SipReader

REAL = Path(__file__).parents[2] / "samples" / "real"
TRUTH: dict[str, dict[str, Any]] = json.loads((REAL / "truth.json").read_text())


def read(*names: str) -> tuple[list[SipMessage], SipReader]:
    flows = Flows(SaTable())
    reader = SipReader()
    messages: list[SipMessage] = []
    for packet in open_captures([str(REAL / name) for name in names]):
        flowing = (
            flows.advance(packet.time) if isinstance(packet, Watermark) else flows.feed(packet)
        )
        for one in flowing:
            if isinstance(one, Datagram):
                messages += reader.feed(one)
    return messages + reader.finish(), reader


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_number_of_messages_in_the_clear(name: str) -> None:
    truth = TRUTH[name]
    _, reader = read(name)
    allowed = {truth["sip_messages_clear"], *truth.get("sip_messages_clear_ok", [])}
    assert reader.sightings[0] in allowed


def test_gm_and_mw_captures_together_link_offer_and_challenge() -> None:
    messages, reader = read("01_udp_aes_sha1_gm.pcap", "01_udp_aes_sha1_mw.pcap")
    offer = next(one for one in messages if one.capture == 0 and one.frame == 1)
    assert offer.method == "REGISTER"
    assert offer.forward is not None
    assert (offer.forward.capture, offer.forward.via_count) == (1, 2)
    challenge = offer.final
    assert challenge is not None
    assert (challenge.capture, challenge.frame, challenge.code) == (0, 2, 401)
    assert challenge.source is offer.forward.final
    assert challenge.source is not None
    assert not challenge.source.has("security-server")
    assert challenge.challenge is not None
    assert challenge.source.challenge is not None
    assert challenge.challenge.aka_nonce == challenge.source.challenge.aka_nonce is not None
    assert (challenge.challenge.ck, challenge.source.challenge.ck is None) == (None, False)
    assert reader.problems == []


def test_the_same_capture_twice_gives_copies_only() -> None:
    once, reader = read("27_tcp_aes_sha1_any.pcap")
    twice, both = read("27_tcp_aes_sha1_any.pcap", "27_tcp_aes_sha1_any.pcap")
    assert [one.raw for one in twice] == [one.raw for one in once]
    assert sum(both.messages.values()) == reader.messages[0]
    assert sum(both.sightings.values()) == 2 * reader.sightings[0]
