"""`secagree live` from the outside."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from analyzer.cli import live, main
from tests.captures import SAMPLES

PCAPS = SAMPLES / "pcaps"


def run(data: bytes, *arguments: str) -> Any:
    return CliRunner().invoke(main, ["live", *arguments], input=data, prog_name="secagree")


def tellings(output: str) -> list[str]:
    """The lines before the report, unwrapped."""
    return output.partition("\n\n")[0].replace("\n   ", " ").splitlines()


def test_one_line_a_registration_then_the_report() -> None:
    result = run((PCAPS / "ok_udp_null.pcap").read_bytes(), "-")
    assert result.exit_code == 0
    (line,) = tellings(result.output)
    assert line == (
        "00:00:00.370 E1 OK 001010123456789 registered 0.331 s ipsec-3gpp hmac-sha-1-96/null "
        "#1 #2 #3 #4"
    )
    assert result.output.splitlines()[-1].startswith("OK  001010123456789  registered")


def test_told_again_only_where_it_changed() -> None:
    result = run((PCAPS / "ver_10_fires.pcap").read_bytes(), "-")
    assert result.exit_code == 1
    (line,) = tellings(result.output)
    assert "SECURITY AGREEMENT BYPASSED" in line
    assert "VER-10" in line


def test_silence_is_told_when_it_lasted() -> None:
    result = run((PCAPS / "prt_22_fires.pcap").read_bytes(), "-")
    (line,) = tellings(result.output)
    assert "NOT REGISTERED: no answer after the 401" in line


def test_json_lines() -> None:
    result = run((PCAPS / "ok_refresh.pcap").read_bytes(), "-", "--format", "jsonl")
    decoded = [msgspec.json.decode(line) for line in result.output.splitlines()]
    assert [one["id"] for one in decoded] == ["E1", "E2"]
    assert all(one["steps"] for one in decoded)


def test_report_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    run((PCAPS / "ok_udp_null.pcap").read_bytes(), "-", "-o", str(path))
    assert msgspec.json.decode(path.read_bytes())["schema"] == "secagree/1"


@pytest.mark.parametrize("arguments", [(), ("x.pcap",), ("-", "-i", "lo"), ("-", "-f", "esp")])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run(b"", *arguments).exit_code == 2


def test_programs_that_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"tcpdump": "/x/tcpdump", "dumpcap": "/x/dumpcap"}
    monkeypatch.setattr(live, "which", found.get)
    command = live.capture_command("eth0", "esp")
    assert command == ["/x/dumpcap", "-q", "-i", "eth0", "-f", "esp", "-w", "-"]
    del found["dumpcap"]
    assert live.capture_command("eth0", "-x")[-2:] == ["--", "-x"], "no option of tcpdump"
    del found["tcpdump"]
    result = run(b"", "-i", "eth0")
    assert result.exit_code == 2
    assert "apt-get install tcpdump" in " ".join(result.output.split())


@contextmanager
def running() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "analyzer.cli", "live", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_tells_before_the_end_and_ends_at_an_interrupt() -> None:
    data = (PCAPS / "ok_udp_null.pcap").read_bytes()
    with running() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for at in range(0, len(data), 700):
            process.stdin.write(data[at : at + 700])
            process.stdin.flush()
        assert b"E1 OK" in process.stdout.readline(), "though the stream goes on"
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(timeout=20) == 0
        assert b"\n\nOK  001010123456789  registered" in rest
        assert process.stderr is not None
        assert process.stderr.read() == b""
