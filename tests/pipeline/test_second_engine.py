"""Two engines, one pipeline: what tshark reads takes the way of all messages, and is told."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import analyzer
from analyzer.capture.decap import LAYERS
from analyzer.pipeline import Settings
from analyzer.report.model import Exchange, Report
from analyzer.wireshark import tshark
from tests.captures import SAMPLES

WRAPPED = SAMPLES / "wrapped"
REAL = SAMPLES / "real"
KEYS = str(WRAPPED / "tls12.keys")


def analyzed(path: Path, **settings: object) -> Report:
    return analyzer.analyze([str(path)], Settings(**settings))  # type: ignore[arg-type]


def only(report: Report) -> Exchange:
    (exchange,) = report.exchanges
    return exchange


def places(exchange: Exchange) -> list[tuple[str, int, str]]:
    return [(step.role, step.frame, step.protection) for step in exchange.steps]


RUN = [("offer", 1, "clear"), ("challenge", 2, "clear")]
IN_TLS = [*RUN, ("verify", 10, "tls"), ("result", 11, "tls")]


@pytest.mark.tshark
def test_sip_in_tls_with_a_key_log() -> None:
    report = analyzed(WRAPPED / "tls12.pcap", tls_keylog=KEYS)
    exchange = only(report)
    assert places(exchange) == IN_TLS
    assert exchange.outcome == "agreed"
    verify = exchange.steps[2]
    assert verify.comparison is not None
    assert verify.comparison.level == "identical"
    told = report.captures[0].tshark
    assert told is not None
    assert (told.messages, told.why) == (4, ["SIP in TLS (--tls-keylog)"])
    assert [one.rule for one in report.findings if one.effect != "none"] == []


@pytest.mark.tshark
def test_secrets_of_the_capture_itself() -> None:
    report = analyzed(WRAPPED / "tls13_dsb.pcapng")
    assert places(only(report)) == IN_TLS
    assert report.captures[0].tshark is not None


@pytest.mark.tshark
def test_sigcomp() -> None:
    report = analyzed(WRAPPED / "sigcomp.pcap")
    assert [step.frame for step in only(report).steps] == [1, 2, 3, 4]
    assert only(report).outcome == "agreed"


@pytest.mark.tshark
def test_link_type_that_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    path = REAL / "14_udp_tls_only_gm.pcap"
    before = only(analyzed(path))
    monkeypatch.delitem(LAYERS, ("link", 1))
    report = analyzed(path)
    assert places(only(report)) == places(before)
    assert only(report).key == before.key
    assert report.captures[0].problems == []
    assert not report.captures[0].unreadable
    assert analyzed(path, engine="native").captures[0].unreadable


def test_without_keys_tshark_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_arguments: object, **_more: object) -> None:
        raise AssertionError("there was no reason")

    monkeypatch.setattr(tshark, "read", never)
    for path in (WRAPPED / "tls12.pcap", REAL / "03_udp_3des_md5_gm.pcap"):
        assert analyzed(path).captures[0].tshark is None
    assert analyzed(WRAPPED / "tls13_dsb.pcapng", engine="native").captures[0].tshark is None


def test_missing_tshark_is_told_where_there_was_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tshark, "which", lambda _: None)
    report = analyzed(WRAPPED / "tls13_dsb.pcapng")
    (problem,) = report.captures[0].problems
    assert problem.kind == "tshark-missing"
    assert "apt-get install tshark" in problem.detail
    assert [step.frame for step in only(report).steps] == [1, 2], "what is read natively stays"


def test_stream_cannot_be_read_twice() -> None:
    stream = io.BytesIO((WRAPPED / "tls13_dsb.pcapng").read_bytes())
    report = analyzer.analyze([stream])
    assert [one.kind for one in report.captures[0].problems] == ["tshark-stream"]
    assert only(report).outcome == "incomplete", "what the first sweep found stays"


@pytest.mark.tshark
@pytest.mark.parametrize(
    "name", ["ok_tcp_null", "ok_v6_fragments", "ok_gtp_null", "ver_10_fires", "ok_gm_mw"]
)
def test_both_engines_say_the_same(name: str) -> None:
    path = SAMPLES / "pcaps" / f"{name}.pcap"
    native, second = analyzed(path, engine="native"), analyzed(path, engine="tshark")
    assert [places(one) for one in native.exchanges] == [places(one) for one in second.exchanges]
    assert [(f.rule, f.frame, f.seen) for f in native.findings] == [
        (f.rule, f.frame, f.seen) for f in second.findings
    ]
    assert native.summary == second.summary


@pytest.mark.tshark
@pytest.mark.parametrize(
    "name", ["01_udp_aes_sha1", "02_udp_null_md5", "27_tcp_aes_sha1", "29_udp6_aes_sha1"]
)
def test_alone_it_leaves_esp_to_the_keys(name: str) -> None:
    """tshark has no keys of ESP: what ours open is read natively, else a registration is lost."""
    path, keys = REAL / f"{name}_gm.pcap", str(REAL / f"{name}.esp_sa")
    report = analyzer.analyze([str(path)], Settings(engine="tshark", keys=[keys]))
    native = analyzer.analyze([str(path)], Settings(engine="native", keys=[keys]))
    assert only(report).registration.state == "registered"
    assert places(only(report)) == places(only(native))
