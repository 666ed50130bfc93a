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
