"""Requests, their responses, and both on the next hop (RFC 3261 16, 17)."""

from collections.abc import Callable
from itertools import permutations

import pytest
from msgspec.structs import replace

from analyzer.flows.datagram import Datagram
from analyzer.sip import SipMessage, SipReader

Send = Callable[..., Datagram]

GM = "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKgm"
MW = "SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKmw"


def octets(
    start: str, *vias: str, cseq: str = "1 REGISTER", extra: str = "", call_id: str = "c"
) -> bytes:
    line = f"SIP/2.0 {start} Reason" if start.isdigit() else f"{start} sip:ims SIP/2.0"
    rows = [line, *(f"Via: {via}" for via in vias), f"Call-ID: {call_id}", f"CSeq: {cseq}"]
    if extra:
        rows.append(extra)
    return "\r\n".join([*rows, "", ""]).encode()


def feed(*datagrams: Datagram) -> list[SipMessage]:
    reader = SipReader()
    return [message for datagram in datagrams for message in reader.feed(datagram)]


def test_responses_on_other_ports_belong_to_the_request(send: Send) -> None:
    request, trying, refused = feed(
        send("ue", "pcscf", octets("REGISTER", GM), sport=6062, dport=6100),
        send("pcscf", "ue", octets("100", GM), ms=5, sport=5100, dport=6063),
        send("pcscf", "ue", octets("401", GM), ms=9, sport=5100, dport=6063),
    )
    assert trying.request is request
    assert refused.request is request
    assert request.provisional is trying
    assert request.final is refused
    assert request.request is None


@pytest.mark.parametrize(
    "response",
    [
        octets("200", MW),
        octets("200", GM, cseq="2 REGISTER"),
        octets("200", GM, cseq="1 MESSAGE"),
        octets("200", GM, call_id="d"),
    ],
)
def test_responses_of_other_transactions_do_not(send: Send, response: bytes) -> None:
    request, other = feed(
        send("ue", "pcscf", octets("REGISTER", GM)), send("pcscf", "ue", response, ms=1)
    )
    assert other.request is None
    assert request.final is None


def test_response_of_the_wrong_direction_or_hop_does_not(send: Send) -> None:
    request, *others = feed(
        send("ue", "pcscf", octets("REGISTER", GM)),
        send("ue", "pcscf", octets("200", GM), ms=1),
        send("scscf", "ue", octets("200", GM), ms=2),
    )
    assert [other.request for other in others] == [None, None]
    assert request.final is None


def test_ack_and_cancel_belong_to_their_invite(send: Send) -> None:
    invite, cancel, cancelled, terminated, ack = feed(
        send("ue", "pcscf", octets("INVITE", GM, cseq="1 INVITE")),
        send("ue", "pcscf", octets("CANCEL", GM, cseq="1 CANCEL"), ms=1),
        send("pcscf", "ue", octets("200", GM, cseq="1 CANCEL"), ms=2),
        send("pcscf", "ue", octets("487", GM, cseq="1 INVITE"), ms=3),
        send("ue", "pcscf", octets("ACK", GM, cseq="1 ACK"), ms=4),
    )
    assert cancelled.request is cancel
    assert terminated.request is invite
    assert invite.final is terminated
    assert cancel.request is invite
    assert ack.request is invite
    assert ack.final is None


def flow(send: Send) -> list[Datagram]:
    """A REGISTER through the P-CSCF, and its answer back."""
    return [
        send("ue", "pcscf", octets("REGISTER", GM), ms=0),
        send("pcscf-mw", "scscf", octets("REGISTER", MW, GM, extra="Path: p"), ms=2),
        send("scscf", "pcscf-mw", octets("401", MW, GM, extra="X: 1"), ms=4),
        send("pcscf", "ue", octets("401", GM), ms=6),
    ]


def test_forwards_of_request_and_response(send: Send) -> None:
    gm, mw, mw_answer, gm_answer = feed(*flow(send))
    assert gm.forward is mw
    assert mw.source is gm
    assert mw_answer.request is mw
    assert gm_answer.request is gm
    assert mw_answer.forward is gm_answer
    assert gm_answer.source is mw_answer
    assert gm.source is None
    assert gm.final is gm_answer


ORDERS = [
    order
    for order in permutations(range(4))
    if order.index(0) < order.index(3) and order.index(1) < order.index(2)
]


@pytest.mark.parametrize("order", ORDERS)
def test_forwards_with_clocks_apart(send: Send, order: tuple[int, ...]) -> None:
    """However the taps were merged, as long as requests stand before their responses."""
    datagrams = flow(send)
    found = dict(zip(order, feed(*(datagrams[n] for n in order)), strict=True))
    assert found[1].source is found[0]
    assert found[0].forward is found[1]
    assert found[3].source is found[2]
    assert found[2].forward is found[3]


def test_a_hop_that_was_not_captured_is_stepped_over(send: Send) -> None:
    hidden = "SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKicscf"
    gm, beyond = feed(
        send("ue", "pcscf", octets("REGISTER", GM)),
        send("pcscf-mw", "scscf", octets("REGISTER", hidden, f"{MW}, {GM}"), ms=2),
    )
    assert beyond.source is gm


def test_trying_is_not_forwarded_and_other_codes_are_not_the_same_message(send: Send) -> None:
    found = feed(
        *flow(send)[:2],
        send("scscf", "pcscf-mw", octets("100", MW, GM), ms=3),
        send("pcscf", "ue", octets("100", GM), ms=3),
        send("scscf", "pcscf-mw", octets("500", MW, GM), ms=4),
        send("pcscf", "ue", octets("504", GM), ms=6),
    )
    assert [message.source for message in found[2:]] == [None] * 4


def test_variant_at_another_tap_is_linked_and_not_merged(send: Send) -> None:
    request, changed, answer, changed_answer = feed(
        send("ue", "pcscf", octets("REGISTER", GM, extra="Security-Client: a")),
        send("ue", "pcscf", octets("REGISTER", GM), ms=3, capture=1),
        send("pcscf", "ue", octets("401", GM, extra="Security-Server: a"), ms=5, capture=1),
        send("pcscf", "ue", octets("401", GM), ms=6),
    )
    assert changed.variant_of is request
    assert len(request.sightings) == 1
    assert answer.request is request
    assert changed_answer.variant_of is answer
    assert request.final is answer


def test_variant_of_a_response_whose_request_was_not_seen(send: Send) -> None:
    one, two = feed(
        send("pcscf", "ue", octets("401", GM)),
        send("pcscf", "ue", octets("401", GM, extra="X: y"), ms=1, interface=3),
    )
    assert two.variant_of is one


def test_other_octets_at_the_same_tap_are_a_new_request(send: Send) -> None:
    """A UE that re-uses branch and CSeq for its second REGISTER."""
    first, refused, second, accepted = feed(
        send("ue", "pcscf", octets("REGISTER", GM)),
        send("pcscf", "ue", octets("401", GM), ms=50),
        send("ue", "pcscf", octets("REGISTER", GM, extra="Authorization: x"), ms=100),
        send("pcscf", "ue", octets("200", GM), ms=150),
    )
    assert second.variant_of is None
    assert second.original is None
    assert first.final is refused
    assert second.final is accepted


def test_retransmitted_response_keeps_its_request(send: Send) -> None:
    request, answer, again = feed(
        send("ue", "pcscf", octets("REGISTER", GM)),
        send("pcscf", "ue", octets("401", GM), ms=50),
        send("pcscf", "ue", octets("401", GM), ms=550),
    )
    assert again.original is answer
    assert again.request is request
    assert request.final is answer


def test_late_answers_find_nothing(send: Send) -> None:
    reader = SipReader()
    (request,) = reader.feed(send("ue", "pcscf", octets("REGISTER", GM)))
    for second in range(1, 300):
        reader.advance(request.time + second * 1_000_000_000)
    (late,) = reader.feed(send("pcscf", "ue", octets("200", GM), ms=300_000))
    assert late.request is None


def test_one_branch_on_endless_hops_stays_bounded(send: Send) -> None:
    request = send("ue", "pcscf", octets("REGISTER", GM))
    answer = send("pcscf", "ue", octets("200", GM))
    hops = [n.to_bytes(4, "big") for n in range(500)]
    found = feed(*(replace(request, src=hop) for hop in hops), replace(answer, dst=hops[-1]))
    assert found[-1].request is found[-2]


@pytest.mark.parametrize(("delay", "linked"), [(32_000, True), (32_001, False)])
def test_what_follows_later_than_the_window_is_no_forward(
    send: Send, delay: int, linked: bool
) -> None:
    """`limits.FORWARD_WINDOW` is 32 s (64*T1, RFC 3261 17.1.2.2)."""
    near, far = feed(
        send("ue", "pcscf", octets("REGISTER", GM)),
        send("pcscf-mw", "scscf", octets("REGISTER", MW, GM), ms=delay),
    )
    assert (far.source is near) == linked
