"""Keys are masked in every output, and readable where `--show-keys` asks for them."""

import os
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from analyzer.cli import main

SAMPLES = Path(__file__).parents[2] / "samples"
GM = str(SAMPLES / "real" / "01_udp_aes_sha1_gm.pcap")
MW = str(SAMPLES / "real" / "01_udp_aes_sha1_mw.pcap")
VECTOR = tomllib.loads((SAMPLES / "defaults.toml").read_text("utf-8"))["vectors"]["1"]
KEYS = (VECTOR["ck"], VECTOR["ik"])
OUTPUTS = [
    ("analyze", GM, MW, "-v"),
    ("analyze", GM, MW, "--format", "json"),
    ("analyze", GM, MW, "--format", "jsonl"),
    ("analyze", GM, MW, "--format", "json", "--redact"),
    ("show", GM, MW, "E1"),
    ("show", GM, MW, "A1"),
    ("keys", GM, MW),
    ("keys", GM, MW, "--format", "json"),
]


def out(*words: str) -> str:
    """All that a command says, without what wrapping and quoting do to a key."""
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return "".join(f"{result.stdout}{result.stderr}".lower().split())


@pytest.mark.parametrize("words", OUTPUTS)
def test_keys_are_readable_where_that_is_asked_for_alone(words: tuple[str, ...]) -> None:
    assert not [key for key in KEYS if key in out(*words)]
    assert [key for key in KEYS if key in out(*words, "--show-keys")] == list(KEYS)


def test_what_a_challenge_says_of_its_keys_is_masked_in_its_header() -> None:
    """TS 24.229 7.2A.1: the 401 of Mw has them in WWW-Authenticate."""
    assert "ck=***" in out("show", GM, MW, "E1")
    assert f'ck="{VECTOR["ck"]}"' in out("show", GM, MW, "E1", "--show-keys")


def test_files_are_masked_as_well(tmp_path: Path) -> None:
    for name in ("r.json", "r.jsonl", "r.txt"):
        path = tmp_path / name
        out("analyze", GM, MW, "-v", "-o", str(path))
        assert not [key for key in KEYS if key in path.read_text("utf-8").lower()]


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_report_that_shows_keys_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.touch(0o644)
    out("analyze", GM, MW, "-o", str(path), "--show-keys")
    assert path.stat().st_mode & 0o777 == 0o600
    assert KEYS[0] in path.read_text("utf-8")
