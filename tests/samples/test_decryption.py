"""What our keys and ciphers make of ESP, against what tshark makes of it: the same octets.

The packets were made by scapy, or by the kernels and stacks of the real captures. AES-GMAC is ours
alone: tshark has no such algorithm.
"""

import subprocess
from pathlib import Path

import pytest

from analyzer.capture import open_captures
from analyzer.keys.files import read_keys, read_usim
from analyzer.keys.keyring import KeyRing
from analyzer.pipeline import Conductor
from tests.samples.test_counts import key_rows

SAMPLES = Path(__file__).parents[2] / "samples"
WITH_KEYS = [
    path
    for path in (*sorted(SAMPLES.glob("pcaps/esp_*.pcap")), *sorted(SAMPLES.glob("real/*_gm.pcap")))
    if key_rows(path) and "tcp" not in path.name
]
ALGORITHMS = ("md5_null", "md5_aes", "md5_3des", "sha1_null", "sha1_aes", "sha1_3des", "gcm")


def by_tshark(path: Path) -> dict[int, bytes]:
    """The innermost UDP payload of each frame with SIP in it."""
    command = ["tshark", "-n", "-r", str(path), "-Y", "sip", "-T", "fields", "-e", "frame.number"]
    command += ["-e", "udp.payload", "-o", "esp.enable_encryption_decode:TRUE"]
    command += ["-o", "udp.try_heuristic_first:TRUE"]
    for row in key_rows(path):
        command += ["-o", f"uat:esp_sa:{row}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in output.splitlines()]
    return {
        int(number): bytes.fromhex(payload.split(",")[-1]) for number, payload in rows if payload
    }


def by_us(path: Path, ring: KeyRing) -> dict[int, bytes]:
    conductor = Conductor(ring)
    conductor.messages = []
    for packet in open_captures([str(path)]):
        conductor.feed(packet)
    conductor.finish()
    return {one.frame: bytes(one.raw) for one in conductor.messages if one.transport == "udp"}


def ring_of(path: Path) -> KeyRing:
    ring = KeyRing()
    read_keys("beside", "\n".join(key_rows(path)), ring)
    return ring


@pytest.mark.tshark
@pytest.mark.parametrize("path", WITH_KEYS, ids=lambda path: path.stem)
def test_the_octets_are_those_of_tshark(path: Path) -> None:
    theirs = by_tshark(path)
    assert theirs
    assert by_us(path, ring_of(path)) == theirs


def test_every_legal_pair_of_algorithms_is_among_them() -> None:
    assert {f"esp_{name}" for name in ALGORITHMS} <= {path.stem for path in WITH_KEYS}


def test_aes_gmac_holds_the_messages_of_the_same_scenario_without_it() -> None:
    """RFC 4543 leaves the payload readable: an ICV that fits shows that the key is right."""
    ring = KeyRing()
    read_usim("usim", (SAMPLES / "usim.toml").read_text(), ring)
    path = SAMPLES / "pcaps" / "esp_gmac.pcap"
    conductor = Conductor(ring)
    seen = [flow for packet in open_captures([str(path)]) for flow in fed(conductor, packet)]
    assert [flow.icv for flow in seen] == ["good"] * 6
    assert len(by_us(path, ring)) == 8


def fed(conductor: Conductor, packet: object) -> list[object]:
    """The ESP that this packet is, if it is any."""
    seen: list[object] = []
    take = conductor.reconstruction.esp
    conductor.reconstruction.esp = lambda esp: (seen.append(esp), take(esp))[1]  # type: ignore[method-assign]
    conductor.feed(packet)  # type: ignore[arg-type]
    conductor.reconstruction.esp = take  # type: ignore[method-assign]
    return seen
