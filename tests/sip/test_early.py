"""Responses that seem to come before their request."""

from collections.abc import Callable

import pytest

from analyzer import limits
from analyzer.flows.datagram import Datagram
from analyzer.limits import MILLISECOND, RESIDUAL
from analyzer.sip import SipMessage, SipReader, early
from analyzer.sip.early import Early

Send = Callable[..., Datagram]

REQUEST = (
    b"REGISTER sip:ims SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKa\r\n"
    b"Call-ID: c\r\nCSeq: 1 REGISTER\r\n\r\n"
)


def answer(code: int = 401) -> bytes:
    return REQUEST.replace(b"REGISTER sip:ims SIP/2.0", b"SIP/2.0 %d X" % code)


def read(reader: SipReader, *datagrams: Datagram) -> list[SipMessage]:
    return [message for datagram in datagrams for message in reader.feed(datagram)]


def test_it_is_linked_and_set_free_by_its_request(send: Send) -> None:
    reader, waiting = SipReader(), Early()
    trying, challenge = read(
        reader, send("pcscf", "ue", answer(100)), send("pcscf", "ue", answer(), ms=5)
    )
    assert waiting.takes(trying, 1)
    assert waiting.takes(challenge, 2)
    (request,) = read(reader, send("ue", "pcscf", REQUEST, ms=40, capture=1))
    assert not waiting.takes(request, 3)
    assert waiting.answers(request) == [(trying, 1), (challenge, 2)]
    assert (request.provisional, request.final) == (trying, challenge)
    assert challenge.time == request.time + 1
    assert waiting.count == 0


def test_what_repeats_one_stays_behind_it(send: Send) -> None:
    reader, waiting = SipReader(), Early()
    first, again = read(
        reader, send("pcscf", "ue", answer()), send("pcscf", "ue", answer(), ms=260, ip_id=7)
    )
    assert again.original is first
    assert waiting.takes(first, 1)
    assert waiting.takes(again, 2)
    assert waiting.finish() == [(first, 1), (again, 2)]
    assert not waiting.takes(again, 3)


def test_a_response_whose_request_was_seen_does_not_wait(send: Send) -> None:
    _, response = read(
        SipReader(), send("ue", "pcscf", REQUEST), send("pcscf", "ue", answer(), ms=20)
    )
    assert not Early().takes(response, 1)


def test_a_request_much_later_is_another_one(send: Send) -> None:
    late = RESIDUAL // MILLISECOND + 1
    response, request = read(
        SipReader(), send("pcscf", "ue", answer()), send("ue", "pcscf", REQUEST, ms=late)
    )
    assert response.request is None
    assert request.final is None


def test_time_sets_free(send: Send) -> None:
    waiting = Early()
    one, other, third = read(
        SipReader(),
        send("pcscf", "ue", answer()),
        send("scscf", "pcscf-mw", answer(403), ms=1),
        send("pcscf", "ue", answer(200), ms=2),
    )
    for number, message in enumerate((one, other, third)):
        assert waiting.takes(message, number)
    assert waiting.due(one.time + RESIDUAL) == []
    assert waiting.due(one.time + RESIDUAL + 1) == [(one, 0)]
    assert waiting.due(third.time + RESIDUAL + 1) == [(other, 1), (third, 2)]
    assert waiting.count == 0


def test_esp_between_the_same_ends_sets_free_what_is_in_clear(send: Send) -> None:
    waiting = Early()
    clear, inside = read(
        SipReader(),
        send("pcscf", "ue", answer()),
        send("pcscf", "ue", answer(200), ms=1, protection="esp-null", spi=5),
    )
    assert waiting.takes(clear, 1)
    assert waiting.takes(inside, 2)
    assert waiting.in_clear(b"other", clear.dst) == []
    assert waiting.in_clear(clear.dst, clear.src) == [(clear, 1)]
    assert waiting.finish() == [(inside, 2)]


def test_no_more_wait_than_the_bound(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "EARLY", 3)
    waiting = Early()
    responses = read(SipReader(), *(send("pcscf", "ue", answer(200 + n), ms=n) for n in range(5)))
    assert [waiting.takes(one, 0) for one in responses] == [True] * 3 + [False] * 2
    assert limits.EARLY > 3


def test_a_later_request_of_the_call_shows_that_the_client_has_gone_on(send: Send) -> None:
    reader, waiting = SipReader(), Early()
    other = answer().replace(b"Call-ID: c", b"Call-ID: d")
    challenge, foreign = read(
        reader, send("pcscf", "ue", answer()), send("pcscf", "ue", other, ms=5)
    )
    assert waiting.takes(challenge, 1)
    assert waiting.takes(foreign, 2)
    later = REQUEST.replace(b"CSeq: 1", b"CSeq: 2").replace(b"bKa", b"bKb")
    (request,) = read(reader, send("ue", "pcscf", later, ms=20))
    assert waiting.before(request) == [(challenge, 1)]
    assert waiting.finish() == [(foreign, 2)]
