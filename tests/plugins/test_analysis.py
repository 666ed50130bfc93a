"""A run as Wireshark drives it: frame after frame, with a question at each of them."""

from pathlib import Path
from typing import Any

import pytest

from analyzer.flows.datagram import Datagram
from analyzer.limits import SECOND
from tests.plugins.asked import Asked
from tests.plugins.judged import Results
from tests.plugins.lua import RUNTIMES
from tests.plugins.recorded import Deed, recorded
from tests.plugins.test_reconstruction import MADE, QUICK, REAL, SAMPLES

HOSTILE = (
    b"\0" * 64,
    b"%s%d%1%%",
    b"]]--[[",
    b'"' * 65_536,
    b"a" * 65_536,
    b"\\" * 65_535,
    b";" * 65_536,
    b"," * 65_536,
    b"ipsec-3gpp;" * 6_000,
    b'ipsec-3gpp;a="' + b"%]]\0" * 16_000,
    b"\xff\xc3\x28\xf0" * 1_000,
    b"ipsec-3gpp;spi-c=" + b"9" * 60_000,
)
"""Values of a Security-* header that are made to break a reader."""

REGISTER = b"""REGISTER sip:example.com SIP/2.0\r
Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK%d\r
From: <sip:a@example.com>;tag=1\r
To: <sip:a@example.com>\r
Call-ID: one\r
CSeq: %d REGISTER\r
Security-Client: %s\r
Content-Length: 0\r
\r
"""


def taken(path: Path) -> tuple[list[Deed], int, Results]:
    """What the rooms were given of a capture, its last time, and what Python found."""
    conductor, closing = recorded([path])
    results = Results()
    for closed in closing:
        results.take(closed)
    return conductor.deeds, conductor._latest, results


def first(table: Any) -> Any:
    return table[1]


@pytest.mark.parametrize("version", RUNTIMES)
@pytest.mark.parametrize("path", [*REAL[2::8], *MADE[2 :: 2 * QUICK]], ids=lambda path: path.name)
def test_questions_change_nothing(version: str, path: Path) -> None:
    deeds, latest, results = taken(path)
    asked = Asked(version)

    def ask(frame: int) -> None:
        known = asked.ask("of_frame", frame)
        assert known is None or known[b"frame"] == frame
        asked.ask("exchanges")

    asked.feed(deeds, ask)
    asked.ask("finish", latest)
    assert asked.findings() == sorted(
        ((one.frame or one.frames[0])[1], one.rule, one.severity, one.effect)
        for one in results.finish().findings
    )


def test_a_verify_in_another_order() -> None:
    """ver_03_fires: frame 3 echoes the two elements of frame 2 the other way round."""
    deeds, latest, _ = taken(SAMPLES / "pcaps/ver_03_fires.pcap")
    asked = Asked("5.1")
    asked.feed(deeds)
    for finished in (False, True):
        if finished:
            asked.ask("finish", latest)
        known = asked.ask("of_frame", 3)
        assert known[b"step"][b"role"] == b"verify"
        assert (known[b"links"][b"offer"], known[b"links"][b"challenge"]) == (1, 2)
        said = first(known[b"messages"])
        assert (said[b"client"][b"n"], said[b"verify"][b"n"]) == (1, 2)
        comparison = said[b"comparison"]
        assert (comparison[b"level"], comparison[b"kind"]) == (b"different", b"reordered")
        assert first(comparison[b"rows"])[b"text"].startswith(b"moved ")
        assert known[b"sa"] == b"uc>ps"
    assert b"VER-03" in [
        known[b"findings"][i][b"rule"] for i in range(1, 1 + len(known[b"findings"]))
    ]
    assert known[b"exchange"][b"verdict"].startswith((b"REGISTERED", b"NOT REGISTERED"))


def test_the_association_of_an_esp_packet() -> None:
    """09_udp_wrong_verify_spi: frame 3 is ESP to SPI 4097, the spi-s of frame 2."""
    deeds, latest, _ = taken(SAMPLES / "real/09_udp_wrong_verify_spi_gm.pcap")
    asked = Asked("5.4")
    asked.feed(deeds)
    asked.ask("finish", latest)
    known = asked.ask("of_frame", 3)
    assert (known[b"spi"], known[b"sa"], known[b"announced"]) == (4097, b"uc>ps", 2)
    assert known[b"association"][b"text"] == b"A1 (hmac-sha-1-96, aes-cbc)"
    assert asked.ask("sa", bytes([192, 0, 2, 1]), 4097)[1] == b"uc>ps"
    assert asked.ask("sa", bytes([192, 0, 2, 1]), 4) is None


@pytest.mark.parametrize("version", RUNTIMES)
def test_hostile_values(version: str) -> None:
    asked = Asked(version)
    for number, value in enumerate(HOSTILE, 1):
        raw = REGISTER % (number, number, value)
        ends = (b"\xc0\0\2\x0a", b"\xc0\0\2\1", 5060, 5060)
        made = Datagram(0, number, number * SECOND, 0, "", *ends, "udp", raw)
        asked.feed([((number,), made)])
        known = asked.ask("of_frame", number)
        assert known is None or known[b"frame"] == number
    asked.ask("finish", 1000 * SECOND)
    assert len(asked.ask("exchanges")) >= 1
