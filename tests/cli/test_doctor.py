"""`secagree doctor` from the outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from click.testing import CliRunner

from analyzer.cli import main
from tests.captures import SAMPLES

HEALTHY = SAMPLES / "pcaps" / "ok_udp_null.pcap"
NO_KEYS = SAMPLES / "real" / "03_udp_3des_md5_gm.pcap"


def doctor(*arguments: str | Path) -> Any:
    return CliRunner().invoke(main, ["doctor", *map(str, arguments)], prog_name="secagree")


def test_exit_codes(tmp_path: Path) -> None:
    assert doctor(HEALTHY).exit_code == 0
    assert doctor(NO_KEYS).exit_code == 1
    assert doctor(tmp_path / "missing.pcap").exit_code == 2
    assert doctor().exit_code == 2


def test_capture_filter_is_one_line() -> None:
    result = doctor("--capture-filter", NO_KEYS)
    assert result.exit_code == 0
    (line,) = result.output.splitlines()
    assert line.startswith("tcpdump -i any -s 0 ")
    assert "port 6100" in line, "a port of this 401"
    (plain,) = doctor("--capture-filter").output.splitlines()
    assert "esp" in plain


def test_json() -> None:
    result = doctor("--format", "json", "-r", NO_KEYS)
    assert msgspec.json.decode(result.output)["checks"][0]["check"] == "keys"


def test_a_text_is_not_told_to_lack_esp(tmp_path: Path) -> None:
    lines = (
        "REGISTER sip:ims.example SIP/2.0\n"
        "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1\n"
        "From: <sip:u@ims.example>;tag=1\nTo: <sip:u@ims.example>\nCall-ID: a\nCSeq: 1 REGISTER\n"
        "Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;spi-c=11;spi-s=12;port-c=1;port-s=2\n"
        "Require: sec-agree\nProxy-Require: sec-agree\nContent-Length: 0\n\n"
        "SIP/2.0 401 Unauthorized\n"
        "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1\n"
        "From: <sip:u@ims.example>;tag=1\nTo: <sip:u@ims.example>;tag=2\nCall-ID: a\n"
        "CSeq: 1 REGISTER\n"
        "Security-Server: ipsec-3gpp;alg=hmac-sha-1-96;spi-c=21;spi-s=22;port-c=3;port-s=4\n"
        "Content-Length: 0\n\n"
    )
    log = tmp_path / "proxy.log"
    log.write_text(lines)
    result = doctor(log)
    assert result.exit_code == 0, result.output
    assert "a text holds no ESP" in result.output
    assert "capture again" not in result.output
