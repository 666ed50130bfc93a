"""What is seen beside SIP, from the packets to the sentence: names, connections, TLS, ICMP, IKE."""

import io
from typing import Any

import pytest

import analyzer
from analyzer.report.model import Exchange, Report
from analyzer.report.text import TextOptions, to_text
from analyzer.report.verdict import judge
from tests.captures import SAMPLES, SECOND, analysed, link_type, pcap, records

PCAPS = SAMPLES / "pcaps"


def report(name: str) -> Report:
    return analyzer.analyze([str(PCAPS / f"{name}.pcap")])


def text(found: Report) -> str:
    stream = io.StringIO()
    to_text(found, stream, TextOptions())
    assert all(len(line) <= 80 for line in stream.getvalue().splitlines())
    return " ".join(stream.getvalue().split())


def only(found: Report) -> Exchange:
    (exchange,) = found.exchanges
    return exchange


def quiet(name: str, seconds: int = 40) -> Report:
    """The capture with a packet of nobody so much later."""
    data = (PCAPS / f"{name}.pcap").read_bytes()
    noise = records((PCAPS / "chl_19_fires.pcap").read_bytes())[-1][1]
    kept = records(data)
    return analysed(pcap([*kept, (kept[-1][0] + seconds * SECOND, noise)], link_type(data)))


@pytest.mark.parametrize(
    ("name", "headline", "layer", "party"),
    [
        ("beside_esp_syn", "NOT REGISTERED: ESP got no answer after the 401", "protection",
         "pcscf"),
        ("beside_icmp", "NOT REGISTERED: no answer after the 401", "protection", "pcscf"),
        ("beside_tls_alert", "REQUEST FAILED: OPTIONS not answered", "protection", None),
        ("beside_tcp_gap", "UNKNOWN: the answer to the first REGISTER was not captured", None,
         "capture"),
        ("chl_19_fires", "NOT REGISTERED: the UE gave up after the 401", "agreement", "ue"),
    ],
)  # fmt: skip
def test_where_it_stopped(name: str, headline: str, layer: str | None, party: str | None) -> None:
    exchange = only(report(name))
    verdict = judge(exchange)
    assert (verdict.headline, exchange.layer, verdict.party) == (headline, layer, party)


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("beside_esp_syn", {"kind": "esp", "state": "unanswered", "count": 4}),
        ("beside_icmp", {"kind": "icmp", "by": "192.0.2.1", "spi": 4097}),
        ("beside_tls_alert", {"kind": "tls", "state": "failed", "tls_version": "TLS 1.2",
                              "tls_cipher": 0xC02F}),
        ("ok_rfc3329_tls_client", {"kind": "tls", "state": "secured"}),
        ("beside_tcp_gap", {"kind": "tcp-gap"}),
    ],
)  # fmt: skip
def test_the_evidence_is_told(name: str, signal: dict[str, Any]) -> None:
    (found,) = only(report(name)).signals
    assert {member: getattr(found, member) for member in signal} == signal


@pytest.mark.parametrize(
    ("name", "signals", "words"),
    [
        ("beside_dns_nxdomain", [("dns", "failed"), ("dns", "unanswered")],
         ["NXDOMAIN", "(3 tries)", "cannot find its P-CSCF"]),
        ("beside_syn_unanswered", [("syn", "unanswered")],
         ["4 tries to open it, no answer", "the first hop takes no connection"]),
        ("beside_ike_refused", [("ike", "failed")],
         ["NO_PROPOSAL_CHOSEN", "tunnel to the ePDG is refused"]),
    ],
)  # fmt: skip
def test_no_register_at_all_gets_an_answer(
    name: str, signals: list[tuple[str, str]], words: list[str]
) -> None:
    found = report(name)
    assert [(one.kind, one.state) for one in found.signals] == signals
    told = text(found)
    assert told.startswith("UNKNOWN: no exchange was seen")
    for word in words:
        assert word in told


def test_only_esp_is_named_with_its_ends() -> None:
    data = (PCAPS / "ok_udp_opaque.pcap").read_bytes()
    found = analysed(pcap(records(data)[2:], link_type(data)))
    assert ("esp", "192.0.2.10", "192.0.2.1") in [(s.kind, s.src, s.dst) for s in found.signals]
    assert "start the capture first" in text(found)


@pytest.mark.parametrize(
    ("frames", "word"),
    [
        # ARP; RTP on one port
        ([bytes(12) + b"\x08\x06" + bytes(46)], "hardly a frame holds IP"),
        ([bytes.fromhex("0000000000000000000000000800") + b"\x45" + bytes(8) + b"\x11" + bytes(10)
          + b"\x13\xba\x13\xba\x00\x30\x00\x00\x80" + bytes(39)], "a capture filter?"),
    ],
)  # fmt: skip
def test_what_a_capture_without_sip_holds(frames: list[bytes], word: str, tmp_path: Any) -> None:
    path = tmp_path / "other.pcap"
    path.write_bytes(pcap([(n * SECOND, frame) for n, frame in enumerate(frames * 20, 1)]))
    found = analyzer.analyze([str(path)])
    assert found.captures[0].sample is not None
    assert found.captures[0].sample.frames == 20
    assert word in text(found)


def test_user_traffic_in_gtp_without_sip(tmp_path: Any) -> None:
    data = (PCAPS / "ok_gtp_null.pcap").read_bytes()
    noise = [one for one in records(data) if b"SIP/2.0" not in one[1] and len(one[1]) < 150]
    path = tmp_path / "gtp.pcap"
    frame = records(data)[0][1].replace(b"REGISTER ", b"\x80\x60RTPRTP ").replace(b"SIP/", b"XXX/")
    path.write_bytes(pcap([*noise, (SECOND, frame)]))
    found = analyzer.analyze([str(path)])
    assert "user traffic in GTP-U, without SIP" in text(found)


@pytest.mark.parametrize(
    ("kept", "code", "state"),
    [
        ((3, 7), 2, "no-answer"),  # protocol unreachable to the only try: nobody has to wait
        ((3, 7), 4, "unknown"),  # fragmentation needed: the next try may pass
        ((3, 7), 1, "unknown"),  # host unreachable: a link may come back
        ((7, 6), 2, "unknown"),  # a try that nothing refused followed
    ],
)
def test_a_port_that_refuses_needs_no_further_waiting(
    kept: tuple[int, int], code: int, state: str
) -> None:
    # 1 REGISTER, 2 401, 3 to 6 tries of the protected one, 7 the ICMP error that quotes it
    data = (PCAPS / "beside_icmp.pcap").read_bytes()
    frames = records(data)
    (begin, _), (_, error) = frames[2], frames[6]
    at = error.index(b"\x03\x02", 34)
    frames[6] = (begin + SECOND, error[: at + 1] + bytes([code]) + error[at + 2 :])
    chosen = [frames[0], frames[1], frames[2], *(frames[n - 1] for n in kept[kept[0] == 3 :])]
    exchange = only(analysed(pcap(chosen, link_type(data))))
    assert exchange.registration is not None
    assert (exchange.registration.state, exchange.stopped_at) == (state, "result")


@pytest.mark.parametrize(("port", "layer"), [(5060, "reachability"), (53, "")])
def test_an_icmp_error_has_to_quote_the_request(port: int, layer: str) -> None:
    data = (PCAPS / "chl_19_fires.pcap").read_bytes()
    time, request = records(data)[0]
    assert request[12:14] == b"\x08\x00"
    quoted = bytearray(request[14 : 14 + 28])
    quoted[22:24] = port.to_bytes(2)
    ip = bytearray(request[14:34])
    ip[2:4], ip[9] = (56).to_bytes(2), 1
    ip[12:16], ip[16:20] = request[30:34], request[26:30]
    error = request[:14] + bytes(ip) + bytes([3, 3, 0, 0, 0, 0, 0, 0]) + bytes(quoted)
    kept = [(time, request), (time + SECOND // 50, error)]
    exchange = only(analysed(pcap(kept, link_type(data))))
    assert (exchange.layer or "") == layer


def test_tls_that_was_completed_is_no_silence() -> None:
    found = quiet("ok_rfc3329_tls_client")
    exchange = only(found)
    assert (exchange.outcome, exchange.stopped_at) == ("incomplete", "verify")
    assert judge(exchange).headline == "UNKNOWN: went on in TLS after the 494, not readable"
    assert "CHL-19" not in {one.rule for one in found.findings}
    assert "TLS to port 5061: TLS 1.2" in text(found)


def test_traffic_on_the_set_after_a_lost_answer() -> None:
    # 4 is the 200 to the REGISTER, 6 and 8 the answers to the two later requests
    data = (PCAPS / "ok_udp_null.pcap").read_bytes()
    kept = [one for number, one in enumerate(records(data), 1) if number not in (4, 6, 8)]
    exchange = only(analysed(pcap(kept, link_type(data))))
    assert exchange.registration is not None
    assert (
        "MESSAGE followed on the set, but no 2xx was captured (#4)" in exchange.registration.signs
    )
    assert judge(exchange).headline == (
        "UNKNOWN: the answer to the second REGISTER was not captured"
    )
