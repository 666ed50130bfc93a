"""`secagree keys` and `--decrypted` from the outside."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from analyzer.cli import main
from tests.captures import SAMPLES

MERGED = SAMPLES / "real" / "16_udp_multi_offer_phh_merged.pcapng"
NO_KEYS = SAMPLES / "real" / "03_udp_3des_md5_gm.pcap"
KEYS = SAMPLES / "real" / "03_udp_3des_md5.esp_sa"
CLEAR = SAMPLES / "real" / "26_udp_no_secagree_gm.pcap"


def secagree(*arguments: str | Path) -> Any:
    return CliRunner().invoke(main, [str(one) for one in arguments], prog_name="secagree")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_are_masked_on_a_terminal_and_in_a_pipe() -> None:
    result = secagree("keys", MERGED)
    assert result.exit_code == 0
    assert result.stdout.count('"***"') == 8
    assert "0x00001001" in result.stdout
    assert "keys are masked" in result.stderr


def test_shown_where_that_is_said() -> None:
    result = secagree("keys", MERGED, "--show-keys")
    assert "***" not in result.stdout
    assert result.stdout.count('"AES-CBC [RFC3602]","0x') == 4


def test_into_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "esp_sa"
    result = secagree("keys", MERGED, "-o", path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "4 SAs, 2 proven by their packets" in result.stderr
    assert path.read_text().count('"IPv4"') == 4
    if os.name == "posix":
        assert mode(path) == 0o600


def test_exit_codes(tmp_path: Path) -> None:
    assert secagree("keys", NO_KEYS).exit_code == 1
    assert "no ESP could be opened" in secagree("keys", NO_KEYS).stderr
    assert secagree("keys", NO_KEYS, "--keys", KEYS).exit_code == 0
    assert secagree("keys", CLEAR).exit_code == 0
    assert secagree("keys", tmp_path / "missing.pcap").exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (MERGED, "--format", "profile"),
        (MERGED, "--format", "json", "--wireshark-profile", "install"),
        (MERGED, "-o", "/nowhere/at/all"),
        (MERGED, "--keys", MERGED),
    ],
)
def test_wrong_usage(arguments: tuple[str | Path, ...]) -> None:
    assert secagree("keys", *arguments).exit_code == 2


def test_profile_goes_where_wireshark_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRESHARK_CONFIG_DIR", str(tmp_path))
    result = secagree("keys", MERGED, "--wireshark-profile", "install")
    assert result.exit_code == 0
    folder = tmp_path / "profiles" / "secagree"
    assert "esp.enable_encryption_decode: TRUE" in (folder / "preferences").read_text()
    assert "tshark -C secagree" in result.stderr
    other = tmp_path / "other"
    assert secagree("keys", MERGED, "--format", "profile", "-o", other).exit_code == 0
    assert {one.name for one in other.iterdir()} == {one.name for one in folder.iterdir()}


def test_decrypted_beside_the_report(tmp_path: Path) -> None:
    path = tmp_path / "open.pcapng"
    result = secagree(MERGED, "--decrypted", path)
    assert result.exit_code == 0
    assert result.stdout.startswith("OK  001010123456789")
    assert "4 ESP packets opened" in result.stderr
    if os.name == "posix":
        assert mode(path) == 0o600
    assert b"seq 1, opened" in path.read_bytes()


def test_findings_are_comments(tmp_path: Path) -> None:
    path = tmp_path / "open.pcapng"
    capture = SAMPLES / "real" / "09_udp_wrong_verify_spi_gm.pcap"
    keys = SAMPLES / "real" / "09_udp_wrong_verify_spi.esp_sa"
    assert secagree(capture, "--keys", keys, "--decrypted", path).exit_code == 1
    assert b"E1 ERROR VER-05 verify-param-changed: " in path.read_bytes()


def test_decrypted_never_over_a_capture(tmp_path: Path) -> None:
    capture = tmp_path / "x.pcapng"
    capture.write_bytes(MERGED.read_bytes())
    assert secagree(capture, "--decrypted", capture).exit_code == 2
    assert capture.read_bytes() == MERGED.read_bytes()
