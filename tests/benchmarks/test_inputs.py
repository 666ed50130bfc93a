"""The benchmark's captures are what they say, by tshark's judgement."""

import subprocess
from pathlib import Path

import pytest

from tests.benchmarks.inputs import Input, pcap, records, write

MIXED = Input("mixed", 6_000, 40, 30)
SIP = Input("sip", 160, 40, 30)


def shown(path: Path, display_filter: str, *options: str) -> list[str]:
    """The frames that a display filter finds, as their protocols."""
    null = "esp.enable_null_encryption_decode_heuristic:TRUE"
    command = ["tshark", "-n", "-r", str(path), "-o", null, *options, "-Y", display_filter]
    command += ["-T", "fields", "-e", "frame.protocols"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("wanted", [MIXED, SIP], ids=lambda wanted: wanted.name)
def test_packets_are_in_time_order_and_counted(wanted: Input) -> None:
    times = [time for time, _ in records(wanted)]
    assert len(times) == wanted.packets
    assert times == sorted(times)


def test_the_same_bytes_every_time() -> None:
    assert b"".join(pcap(records(MIXED))) == b"".join(pcap(records(MIXED)))


@pytest.mark.tshark
@pytest.mark.parametrize("wanted", [MIXED, SIP], ids=lambda wanted: wanted.name)
def test_tshark_sees_every_message(wanted: Input, tmp_path: Path) -> None:
    path = tmp_path / "input.pcap"
    write(wanted, path)
    protocols = shown(path, "sip")
    assert len(protocols) == wanted.messages
    assert sum(":esp:" in path for path in protocols) == wanted.messages // 2


@pytest.mark.tshark
def test_lengths_and_checksums_are_right(tmp_path: Path) -> None:
    path = tmp_path / "input.pcap"
    write(MIXED, path)
    checks = [f"{layer}.check_checksum:TRUE" for layer in ("ip", "udp", "tcp")]
    options = [word for check in checks for word in ("-o", check)]
    wrong = " or ".join(f"{layer}.checksum.status == 0" for layer in ("ip", "udp", "tcp"))
    assert shown(path, f"{wrong} or _ws.malformed", *options) == []
