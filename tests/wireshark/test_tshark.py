"""The second engine alone: octets of messages out of tshark, whatever tshark says."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from analyzer.wireshark import tshark
from tests.captures import SAMPLES

WRAPPED = SAMPLES / "wrapped"
FIRST = b"OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\n"
SECOND = b"OPTIONS sip:a SIP/2.0\r\nCall-ID: 2\r\n\r\n"


def layers(*values: Any) -> SimpleNamespace:
    """What pyshark makes of `sip_raw`."""
    first, *more = values
    return SimpleNamespace(
        sip_raw=SimpleNamespace(
            value=first, duplicate_layers=[SimpleNamespace(value=one) for one in more]
        )
    )


def test_one_message() -> None:
    assert tshark.messages(layers(FIRST.hex(), 0, len(FIRST), 0, 1)) == [FIRST]


def test_first_of_two_does_not_reach_into_the_second() -> None:
    both = (FIRST + SECOND).hex()
    assert tshark.messages(layers([both, 0, 78, 0, 1], SECOND.hex())) == [FIRST, SECOND]
    assert tshark.messages(layers([FIRST.hex(), 0, 39, 0, 1], SECOND.hex())) == [FIRST, SECOND]


def test_the_same_message_twice_stays_twice() -> None:
    assert tshark.messages(layers([FIRST.hex(), 0, 39, 0, 1], FIRST.hex())) == [FIRST, FIRST]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("1767225600.180000001", 1_767_225_600_180_000_001),
        ("1767225600", 1_767_225_600_000_000_000),
        ("2026-01-01T00:00:00.180000001Z", 1_767_225_600_180_000_001),
    ],
)
def test_times_of_old_and_new_versions(text: str, time: int) -> None:
    assert tshark._time(text) == time


def test_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tshark, "which", lambda _: None)
    (problem,) = tshark.read("x.pcap", 0, "sip").problems
    assert problem.kind == "tshark-missing"
    assert "apt-get install tshark" in problem.detail


@pytest.mark.tshark
class TestTshark:
    def test_tls_with_a_key_log(self) -> None:
        found = tshark.read(
            str(WRAPPED / "tls12.pcap"), 3, "sip && tls", str(WRAPPED / "tls12.keys")
        )
        assert found.problems == []
        assert [one.frame for one in found.datagrams] == [10, 11, 12, 12]
        assert {(one.capture, one.protection, one.transport) for one in found.datagrams} == {
            (3, "tls", "tcp")
        }
        first = found.datagrams[0]
        assert (first.src, first.sport, first.dport) == (bytes((192, 0, 2, 10)), 49_500, 5061)
        assert first.time == 1_767_225_600_180_000_000, "nine gaps of 20 ms after the first frame"
        assert first.payload.startswith(b"OPTIONS sip:example.com SIP/2.0\r\n")
        last = found.datagrams[2:]
        assert [b"\r\nCSeq: 3 " in last[0].payload, b"\r\nCSeq: 4 " in last[0].payload] == [
            True,
            False,
        ]
        assert b"\r\nCSeq: 4 " in last[1].payload

    def test_name_that_looks_like_an_option(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        shutil.copy(WRAPPED / "sigcomp.pcap", "-Xlua_script:x")
        Path("config.ini").write_text("[nonsense]\n")  # pyshark would read it from here
        found = tshark.read("-Xlua_script:x", 0, "sip && sigcomp")
        assert [one.frame for one in found.datagrams] == [3, 4]
        assert found.problems == []

    def test_time_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tshark, "TSHARK_SECONDS", 0.01)
        (problem,) = tshark.read(str(WRAPPED / "sigcomp.pcap"), 0, "sip").problems
        assert problem.kind == "tshark-stopped"

    def test_number_of_messages_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tshark, "TSHARK_MESSAGES", 1)
        found = tshark.read(str(WRAPPED / "sigcomp.pcap"), 0, "sip")
        assert len(found.datagrams) == 1
        assert [one.kind for one in found.problems] == ["tshark-stopped"]

    def test_no_capture(self, tmp_path: Path) -> None:
        path = tmp_path / "x.pcap"
        path.write_bytes(b"no capture at all")
        assert tshark.read(str(path), 0, "sip").datagrams == []
        (problem,) = tshark.read(str(tmp_path / "missing"), 0, "sip").problems
        assert problem.kind == "tshark-failed"
