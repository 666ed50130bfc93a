"""What a capture does not show is said so, never made a fault or a success of."""

from pathlib import Path

import pytest

import analyzer
from analyzer.limits import SECOND
from analyzer.report.model import Exchange, Report
from analyzer.report.verdict import judge
from tests.captures import SAMPLES, analysed, link_type, pcap, records

NULL = SAMPLES / "pcaps" / "ok_udp_null.pcap"
"""1 REGISTER, 2 401, 3 REGISTER and 4 200 in ESP-NULL, 5 MESSAGE, 6 202, 7 MESSAGE, 8 200."""


def without(path: Path, *frames: int) -> Report:
    data = path.read_bytes()
    left = [one for number, one in enumerate(records(data), 1) if number not in frames]
    return analysed(pcap(left, link_type(data)))


def only(report: Report) -> Exchange:
    (exchange,) = report.exchanges
    return exchange


def test_a_lost_challenge_is_no_silence() -> None:
    exchange = only(without(NULL, 2))
    assert [step.role for step in exchange.steps] == ["offer", "verify", "result"]
    assert exchange.registration is not None
    assert (exchange.registration.state, exchange.registration.basis) == ("registered", "seen")
    assert exchange.outcome == "incomplete"


def test_the_result_on_the_set_needs_no_request() -> None:
    exchange = only(without(NULL, 3))
    assert [step.role for step in exchange.steps] == ["offer", "challenge", "result"]
    assert exchange.registration is not None
    assert (exchange.registration.state, exchange.registration.basis) == ("registered", "seen")
    assert exchange.outcome == "incomplete"


@pytest.mark.parametrize("name", ["ok_arkko_00", "ok_draft_00", "ok_draft_01", "ok_mediasec_200"])
def test_the_response_to_an_unseen_nonce_says_that_there_was_a_challenge(name: str) -> None:
    exchange = only(without(SAMPLES / "pcaps" / f"{name}.pcap", 2))
    assert [step.role for step in exchange.steps] == ["offer", "verify", "result"]
    assert exchange.registration is not None
    assert exchange.registration.state == "registered"


def test_tls_after_the_request_is_no_silence() -> None:
    exchange = only(without(SAMPLES / "pcaps" / "ok_tls.pcap", 2))
    registration = exchange.registration
    assert registration is not None
    assert registration.state == "unknown"
    assert registration.signs == ["TLS was set up after the request (#2)"]


def test_the_answer_of_a_server_without_the_hello_is_tls_that_has_begun() -> None:
    """Frames 6 to 9 are the handshake; without the hello of the client and what is encrypted."""
    exchange = only(without(SAMPLES / "pcaps" / "ok_tls.pcap", 6, *range(10, 16)))
    (signal,) = exchange.signals
    assert (signal.kind, signal.state) == ("tls", "hello")


def test_encrypted_esp_that_began_after_the_request_is_no_silence() -> None:
    data = (SAMPLES / "real" / "01_udp_aes_sha1_gm.pcap").read_bytes()
    whole = records(data)
    noise = records((SAMPLES / "pcaps" / "ok_tls.pcap").read_bytes())[-1][1]
    later = whole[-1][0] + 40 * SECOND, noise
    exchange = only(analysed(pcap([whole[0], *whole[2:], later], link_type(data))))
    assert exchange.registration is not None
    assert exchange.registration.state == "unknown"


def test_what_is_sent_once_and_not_again_was_answered_by_something() -> None:
    """On UDP a request is repeated until something comes back (RFC 3261 17.1.2.2)."""
    once = only(without(SAMPLES / "pcaps" / "tim_03_silent_once.pcap"))
    again = only(without(SAMPLES / "pcaps" / "tim_03_fires.pcap"))
    assert once.registration is not None
    assert again.registration is not None
    assert (once.registration.state, again.registration.state) == ("unknown", "no-answer")
    assert once.registration.signs == [
        "sent once and not repeated: what was heard was not captured"
    ]


@pytest.mark.parametrize("lost", [(4,), (3, 4)])
def test_readable_traffic_on_the_set_shows_that_it_was_registered(lost: tuple[int, ...]) -> None:
    exchange = only(without(NULL, *lost))
    registration = exchange.registration
    assert registration is not None
    assert (registration.state, registration.basis) == ("registered", "inferred")
    answer = 6 - len(lost)
    assert registration.signs == [f"a later request on the set was answered 202 (#{answer})"]
    assert exchange.outcome == "incomplete"


def test_without_an_answer_on_the_set_nothing_is_concluded() -> None:
    exchange = only(without(NULL, 4, 6, 8))
    assert exchange.registration is not None
    assert exchange.registration.state == "unknown"


def test_cut_messages_are_counted_and_judge_nobody() -> None:
    data = (SAMPLES / "real" / "02_udp_null_md5_gm.pcap").read_bytes()
    report = analysed(pcap(records(data), link_type(data), 200))
    (capture,) = report.captures
    (problem,) = capture.problems
    assert (problem.kind, problem.frame, problem.count) == ("sip-message-truncated", 1, 4)
    assert not [one for one in report.findings if one.severity in ("critical", "error")]


def test_challenges_before_inferred_registrations_are_no_loop() -> None:
    captures = sorted(str(path) for path in (SAMPLES / "real").glob("0*_gm.pcap"))
    report = analyzer.analyze(captures)
    assert not [one for one in report.findings if one.rule == "CHL-14"]


def test_tls_after_a_challenge_is_not_the_end_of_the_capture() -> None:
    path = SAMPLES / "pcaps" / "ok_rfc3329_tls_client.pcap"
    assert judge(only(without(path))).headline == (
        "UNKNOWN: went on in TLS after the 494, not readable"
    )
    # 3 to 5 open TCP, 6 and 7 are the ClientHello and its acknowledgement
    begun = without(path, *range(8, 100))
    assert judge(only(begun)).headline == (
        "UNKNOWN: TLS was begun after the 494, not completed in the capture"
    )
    assert judge(only(without(path, *range(6, 100)))).headline == (
        "UNKNOWN: TCP was opened after the 494, no SIP is readable in it"
    )


def test_a_server_that_contradicts_itself_has_to_act() -> None:
    exchange = only(without(SAMPLES / "real" / "s7_421_then_420.pcap"))
    assert judge(exchange).party == "pcscf"


def test_a_clear_register_that_the_core_accepted_passed_the_agreement_by() -> None:
    base = SAMPLES / "real" / "24_udp_second_register_clear"
    report = analyzer.analyze([f"{base}_gm.pcap", f"{base}_mw.pcap"])
    assert only(report).outcome == "bypassed"
