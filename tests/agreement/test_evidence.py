"""What was seen beside SIP, by the two ends it speaks of, folded into what it means."""

import pytest

from analyzer.agreement import evidence as module
from analyzer.agreement.evidence import Connection, Evidence
from analyzer.flows.datagram import Dns, Ike, Signal, Tls
from analyzer.limits import SECOND
from analyzer.report.evidence import outside

UE, FIRST_HOP, OTHER = b"\1\1\1\1", b"\2\2\2\2", b"\3\3\3\3"
SERVER_PORT = 5061


def sent(frame: int, kind: str, said: Tls | None = None, at: float = 0.0, port: int = 1) -> Signal:
    time = round((at or frame) * SECOND)
    return Signal(0, frame, time, kind, UE, FIRST_HOP, port, SERVER_PORT, said=said)


def back(frame: int, kind: str, said: Tls | None = None, at: float = 0.0, port: int = 1) -> Signal:
    time = round((at or frame) * SECOND)
    return Signal(0, frame, time, kind, FIRST_HOP, UE, SERVER_PORT, port, said=said)


def folded(*signals: Signal) -> Connection:
    kept = Evidence()
    for one in signals:
        kept.hear(one)
    (entry,) = kept.between(UE, FIRST_HOP, 0, 1000 * SECOND)
    assert isinstance(entry, Connection)
    return entry


HELLO = Tls("client-hello", 0x0303)
ANSWER = Tls("server-hello", 0x0303, 0xC02F)
ANSWER_1_3 = Tls("server-hello", 0x0304, 0x1301)
OPENED = (sent(1, "syn"), back(2, "syn-ack"), sent(3, "tls", HELLO))


@pytest.mark.parametrize(
    ("signals", "link"),
    [
        ((sent(1, "syn"),), "unanswered"),
        ((sent(1, "syn"), back(2, "rst")), "refused"),
        ((sent(1, "syn"), back(2, "syn-ack")), "opened"),
        ((sent(1, "syn"), back(2, "syn-ack"), back(9, "rst")), "reset"),
        (OPENED, "hello"),
        ((*OPENED, back(4, "fin")), "failed"),
        ((*OPENED, back(4, "tls", Tls("alert", alert=40, fatal=True))), "failed"),
        ((*OPENED, back(4, "tls", Tls("alert", alert=112))), "hello"),
        ((*OPENED, back(4, "tls", ANSWER)), "hello"),
        ((*OPENED, back(4, "tls", ANSWER), sent(5, "tls", Tls("data", size=400))), "secured"),
        # the handshake of TLS 1.3 is itself encrypted from the ServerHello on
        ((*OPENED, back(4, "tls", ANSWER_1_3), back(4, "tls", Tls("data", size=900))), "hello"),
        ((*OPENED, back(4, "tls", ANSWER_1_3), sent(5, "tls", Tls("data", size=53))), "hello"),
        ((*OPENED, back(4, "tls", ANSWER_1_3), sent(5, "tls", Tls("data", size=53)),
          back(6, "tls", Tls("data", size=19)), back(7, "fin")), "failed"),
        ((*OPENED, back(4, "tls", ANSWER_1_3), sent(5, "tls", Tls("data", size=53)),
          back(6, "tls", Tls("data", size=250))), "secured"),
    ],
)  # fmt: skip
def test_what_became_of_a_connection(signals: tuple[Signal, ...], link: str) -> None:
    assert folded(*signals).link(100 * SECOND) == link


def test_a_syn_at_the_end_of_the_capture_is_not_unanswered() -> None:
    assert folded(sent(1, "syn")).link(2 * SECOND) is None


def test_copies_at_a_second_tap_are_no_further_tries() -> None:
    seen = folded(
        sent(1, "syn", at=1), sent(2, "syn", at=1.0004), sent(3, "syn", at=2), sent(4, "syn", at=4)
    )
    assert seen.tries == 3


def test_a_syn_on_the_same_ports_after_an_end_is_another_connection() -> None:
    kept = Evidence()
    for one in (*OPENED, back(4, "rst"), sent(5, "syn"), back(6, "syn-ack")):
        kept.hear(one)
    (entry,) = kept.between(UE, FIRST_HOP, 5 * SECOND, 100 * SECOND)
    assert isinstance(entry, Connection)
    assert entry.link(100 * SECOND) == "opened"


def test_the_end_of_the_connection_before_on_the_same_ports_is_kept() -> None:
    kept = Evidence()
    for one in (sent(1, "syn"), back(2, "syn-ack"), back(3, "rst"), sent(4, "syn")):
        kept.hear(one)
    found = kept.between(UE, FIRST_HOP, 0, 1000 * SECOND)
    links = [one.link(1000 * SECOND) for one in found if isinstance(one, Connection)]
    assert links == ["reset", "unanswered"]
    assert [signal.state for signal in outside(kept)][:1] == ["reset"]


def test_met_in_its_middle_the_server_is_told_by_its_hello() -> None:
    seen = folded(back(1, "tls", ANSWER), sent(2, "tls", Tls("data", size=300)))
    assert (seen.src, seen.dport, seen.link(9 * SECOND)) == (UE, SERVER_PORT, "secured")


@pytest.mark.parametrize(
    ("end", "link", "text"),
    [(None, "hello", "not completed"), ("rst", "failed", "reset by 2.2.2.2")],
)
def test_a_client_hello_that_the_capture_lost(end: str | None, link: str, text: str) -> None:
    kept = Evidence()
    for one in (sent(1, "syn"), back(2, "syn-ack"), back(4, "tls", ANSWER)):
        kept.hear(one)
    if end is not None:
        kept.hear(back(5, end))
    kept.until = 100 * SECOND
    (told,) = outside(kept)
    assert (told.kind, told.state) == ("tls", link)
    assert text in told.detail
    assert "TLS 1.2 ECDHE_RSA_WITH_AES_128_GCM_SHA256" in told.detail


def test_a_name_asked_for_again_and_answered_at_last() -> None:
    kept = Evidence()
    name = "ims.mnc001.mcc001.3gppnetwork.org"
    for frame, number, code in ((1, 7, -1), (2, 8, -1), (3, 8, 2), (4, 9, -1), (5, 9, 0)):
        src, dst = (UE, OTHER) if code < 0 else (OTHER, UE)
        said = Dns(number, name if frame % 2 else name.upper(), "A", code, ("192.0.2.1",))
        kept.hear(Signal(0, frame, frame * SECOND, "dns", src, dst, said=said))
    (heard,) = kept.everything()
    (found,) = heard.lookups.values()
    assert (found.tries, found.code, found.answered) == (3, 0, (0, 5))
    assert (found.client, found.server, found.targets) == (UE, OTHER, ("192.0.2.1",))


def test_a_tunnel_that_comes_no_further_than_its_second_exchange() -> None:
    kept = Evidence()
    for frame, exchange, response in (
        (1, "IKE_SA_INIT", False), (2, "IKE_SA_INIT", True), (3, "IKE_AUTH", False),
        (4, "IKE_AUTH", False),
    ):  # fmt: skip
        src, dst = (OTHER, UE) if response else (UE, OTHER)
        said = Ike(b"initiator", exchange, response)
        kept.hear(Signal(0, frame, frame * SECOND, "ike", src, dst, said=said))
    (heard,) = kept.everything()
    (found,) = heard.tunnels.values()
    assert (found.exchange, found.answered, found.tries) == ("IKE_AUTH", "IKE_SA_INIT", 2)


def test_a_flood_elsewhere_takes_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SIGNALS", 3)
    monkeypatch.setattr(module, "SIGNALLED", 2)
    kept = Evidence()
    kept.hear(sent(1, "syn"))
    for frame in range(2, 50):
        kept.hear(Signal(0, frame, frame * SECOND, "rst", OTHER, FIRST_HOP, frame))
    assert [one.time for one in kept.between(UE, FIRST_HOP, 0, 99 * SECOND)] == [SECOND]
    for frame in range(50, 54):
        kept.hear(sent(frame, "syn", port=frame))
    times = [one.time // SECOND for one in kept.between(UE, FIRST_HOP, 0, 99 * SECOND)]
    assert times == [51, 52, 53]
    kept.hear(Signal(0, 54, 54, "rst", OTHER, UE))
    assert (len(kept), kept.dropped) == (2, 1)
