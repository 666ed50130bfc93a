"""The same octets twice: a copy from another tap, or a retransmission."""

from collections.abc import Callable

import pytest

from analyzer.flows.datagram import Datagram
from analyzer.limits import SECOND
from analyzer.sip import SipMessage, SipReader

Send = Callable[..., Datagram]

OCTETS = (
    b"REGISTER sip:ims SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKa\r\n"
    b"Call-ID: c\r\nCSeq: 1 REGISTER\r\n\r\n"
)


def feed(reader: SipReader, *datagrams: Datagram) -> list[SipMessage]:
    return [message for datagram in datagrams for message in reader.feed(datagram)]


def test_copy_at_another_tap_is_a_sighting(send: Send) -> None:
    reader = SipReader()
    (message,) = feed(
        reader,
        send("ue", "pcscf", OCTETS),
        send("ue", "pcscf", OCTETS, ms=249, capture=1, path="eth/ip/udp/gtp/ip/udp"),
    )
    assert [(at.capture, at.frame, at.path) for at in message.sightings] == [
        (0, 1, "eth/ip/udp"),
        (1, 2, "eth/ip/udp/gtp/ip/udp"),
    ]
    assert message.retransmissions == 0
    assert reader.sightings == {0: 1, 1: 1}
    assert reader.messages == {0: 1}


def test_retransmissions_are_counted_at_the_original(send: Send) -> None:
    reader = SipReader()
    found = feed(
        reader, *(send("ue", "pcscf", OCTETS, ms=ms, ip_id=ms) for ms in (0, 500, 1500, 3500))
    )
    original, *again = found
    assert original.original is None
    assert original.retransmissions == 3
    assert all(message.original is original for message in again)
    assert reader.messages == {0: 4}


def test_retransmission_and_original_seen_at_two_taps(send: Send) -> None:
    """Linux sets the identification of such packets to 0, so it does not tell them apart."""
    reader = SipReader()
    original, again = feed(
        reader,
        send("ue", "pcscf", OCTETS, ip_id=0),
        send("ue", "pcscf", OCTETS, ms=10, ip_id=0, capture=1),
        send("ue", "pcscf", OCTETS, ms=2000, ip_id=0),
        send("ue", "pcscf", OCTETS, ms=2010, ip_id=0, capture=1),
    )
    assert again.original is original
    assert original.retransmissions == 1
    assert [at.frame for at in original.sightings] == [1, 2]
    assert [at.frame for at in again.sightings] == [3, 4]


def test_same_packet_at_a_tap_whose_clock_is_apart_is_a_copy(send: Send) -> None:
    reader = SipReader()
    found = feed(
        reader,
        send("ue", "pcscf", OCTETS, ip_id=100),
        send("ue", "pcscf", OCTETS, ms=500, ip_id=101),
        send("ue", "pcscf", OCTETS, ms=3000, ip_id=100, capture=1),
        send("ue", "pcscf", OCTETS, ms=3500, ip_id=101, capture=1),
    )
    assert [[at.frame for at in message.sightings] for message in found] == [[1, 3], [2, 4]]
    assert found[0].retransmissions == 1


@pytest.mark.parametrize(
    "other", [{"sport": 5070}, {"dport": 5070}, {"transport": "tcp", "stream": 1, "fresh": True}]
)
def test_other_ports_or_transport_are_no_copy_but_a_repetition(
    send: Send, other: dict[str, object]
) -> None:
    octets = OCTETS.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n")
    one, two = feed(
        SipReader(), send("ue", "pcscf", octets), send("ue", "pcscf", octets, ms=1, **other)
    )
    assert two.original is one
    assert one.retransmissions == 1


def test_other_hop_is_neither(send: Send) -> None:
    _, two = feed(SipReader(), send("ue", "pcscf", OCTETS), send("pcscf-mw", "scscf", OCTETS, ms=1))
    assert two.original is None
    assert two.sightings[0].frame == 2


def test_the_same_octets_on_two_hops_are_told_apart(send: Send) -> None:
    one, other, *again = feed(
        SipReader(),
        send("ue", "pcscf", OCTETS),
        send("pcscf-mw", "scscf", OCTETS, ms=1),
        send("pcscf-mw", "scscf", OCTETS, ms=2, interface=1),
        send("ue", "pcscf", OCTETS, ms=500),
        send("pcscf-mw", "scscf", OCTETS, ms=600),
    )
    assert [message.original for message in (one, other, *again)] == [None, None, one, other]
    assert [len(message.sightings) for message in (one, other)] == [1, 2]
    assert (one.retransmissions, other.retransmissions) == (1, 1)


def test_tcp_copy_at_another_tap(send: Send) -> None:
    octets = OCTETS.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n")
    tcp = {"transport": "tcp", "fresh": True}
    (message,) = feed(
        SipReader(),
        send("ue", "pcscf", octets[:40], **tcp, stream=1),
        send("ue", "pcscf", octets[:40], **tcp, stream=2, capture=1),
        send("ue", "pcscf", octets[40:], transport="tcp", stream=1),
        send("ue", "pcscf", octets[40:], transport="tcp", stream=2, capture=1),
    )
    assert message.frames == (1, 3)
    assert [at.frame for at in message.sightings] == [3, 4]


def test_many_repetitions_stay_bounded(send: Send) -> None:
    reader = SipReader()
    found = feed(reader, *(send("ue", "pcscf", OCTETS, ms=n * 500) for n in range(1000)))
    assert found[0].retransmissions == 999
    assert {id(message.original) for message in found[1:]} == {id(found[0])}


def test_a_retransmission_is_known_long_after_its_answer(send: Send) -> None:
    """Within 64*T1 of Gm (TS 24.229 7.7), also when the octets were slimmed meanwhile."""
    reader = SipReader()
    answer = OCTETS.replace(b"REGISTER sip:ims SIP/2.0", b"SIP/2.0 200 OK")
    request, final = feed(reader, send("ue", "pcscf", OCTETS), send("pcscf", "ue", answer, ms=20))
    for second in range(1, 120):
        reader.advance(request.time + second * 1_000_000_000)
    again, answered = feed(
        reader,
        send("ue", "pcscf", OCTETS, ms=120_000),
        send("pcscf", "ue", answer, ms=120_020),
    )
    assert again.original is request
    assert answered.original is final
    assert (request.final, request.value("call-id")) == (final, "c")


def test_what_is_too_old_to_be_repeated_is_slimmed(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    slimmed: list[SipMessage] = []

    def slim(message: SipMessage) -> None:
        slimmed.append(message)

    monkeypatch.setattr(SipMessage, "slim", slim)
    reader = SipReader()
    (message,) = feed(reader, send("ue", "pcscf", OCTETS))
    for second in range(1, 200):
        reader.advance(message.time + second * 1_000_000_000)
        assert second > 32 or not slimmed
    assert slimmed == [message]


@pytest.mark.parametrize(("apart", "copied"), [(5_000, True), (5_001, False)])
def test_the_same_packet_is_a_copy_while_clocks_are_not_further_apart(
    send: Send, apart: int, copied: bool
) -> None:
    """`limits.CLOCKS_APART` is five seconds."""
    reader = SipReader()
    found = feed(
        reader,
        send("ue", "pcscf", OCTETS, ip_id=77),
        send("ue", "pcscf", OCTETS, ms=apart, ip_id=77, capture=1),
    )
    assert len(found) == (1 if copied else 2)
    assert reader.sightings == {0: 1, 1: 1}


@pytest.mark.parametrize(("gap", "again"), [(31, True), (300, False)])
def test_long_after_its_transaction_a_message_is_new(send: Send, gap: int, again: bool) -> None:
    """Within `limits.REPETITION` (32 s) it is known by its octets, later while its transaction is
    remembered (`limits.TRANSACTION_LIFE`, 128 s, and a third of that more)."""
    reader = SipReader()
    first = send("ue", "pcscf", OCTETS, ip_id=1)
    (original,) = reader.feed(first)
    for second in range(1, gap):
        reader.advance(first.time + second * SECOND)
    (later,) = reader.feed(send("ue", "pcscf", OCTETS, ms=1000 * gap, ip_id=2))
    assert (later.original is original) == again
    assert reader.messages == {0: 2}
