"""The command at the end of a report shows the frames that it speaks of, run as it stands."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import analyzer
from analyzer.pipeline import Settings
from analyzer.report.text import TextOptions, to_text

REAL = Path(__file__).parents[2] / "samples" / "real"
CASES = [
    ("09_udp_wrong_verify_spi_gm.pcap", "09_udp_wrong_verify_spi.esp_sa"),
    ("16_udp_multi_offer_phh_merged.pcapng", None),
    ("26_udp_no_secagree_gm.pcap", None),
]

pytestmark = pytest.mark.tshark


def printed(capture: str, keys: str | None) -> list[str]:
    """The commands, each in one line."""
    given = () if keys is None else (("--keys", keys),)
    report = analyzer.analyze([capture], Settings(keys=[path for _, path in given]))
    stream = io.StringIO()
    to_text(report, stream, TextOptions(verbose=True, given=given))
    _, _, text = stream.getvalue().partition("\nverify: ")
    lines = text.replace("\\\n", " ").splitlines()
    return [line.removeprefix("  then: ") for line in lines if "secagree" in line or "-Y" in line]


@pytest.mark.parametrize(("capture", "keys"), CASES)
def test_the_printed_command_works(
    capture: str, keys: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REAL)
    commands = printed(capture, keys)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in commands:
        done = subprocess.run(
            command,
            shell=True,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "HOME": str(tmp_path), "PATH": path},
        )
        assert done.returncode == 0, (command, done.stderr)
    _, _, wanted = commands[-1].partition(" in {")
    frames = wanted.partition("}")[0].split(", ")
    assert done.stdout.count("\nFrame ") + done.stdout.startswith("Frame ") == len(frames)
    assert done.stdout.count("Session Initiation Protocol (") >= len(frames)
