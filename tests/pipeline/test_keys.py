"""The ways by which keys reach the whole machine, each on a capture that needs them."""

import io
import json
from pathlib import Path
from struct import pack

import msgspec
import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.layers.sctp import SCTP, SCTPChunkData
from scapy.packet import Packet, Raw

import analyzer
from analyzer.capture import open_captures
from analyzer.keys.files import KeysError
from analyzer.keys.keyring import KeyRing
from analyzer.pipeline import Settings, sweep
from analyzer.report.model import KeySource, Report
from tests.captures import ENGINE
from tests.keys.test_cx import CK, IK, ITEM, avp, diameter
from tests.keys.test_milenage import DEFAULTS

SAMPLES = Path(__file__).parents[2] / "samples"
AES = SAMPLES / "pcaps" / "esp_sha1_aes.pcap"
VECTOR = DEFAULTS["vectors"]["1"]
SECRET = (VECTOR["ck"], VECTOR["ik"], VECTOR["res"])


def answer() -> bytes:
    """The Multimedia-Auth-Answer with the vector of the samples."""
    import base64

    nonce = base64.b64decode(VECTOR["nonce"])
    item = avp(609, nonce) + avp(625, bytes.fromhex(VECTOR["ck"]))
    return diameter(avp(612, item + avp(626, bytes.fromhex(VECTOR["ik"]))))


def record(time: int, packet: Packet) -> bytes:
    data = bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet)
    return pack("<IIII", time, 0, len(data), len(data)) + data


def cx_packet(transport: str, payload: bytes) -> Packet:
    ip = IP(src="198.51.100.9", dst="198.51.100.2")
    if transport == "tcp":
        return ip / TCP(sport=3868, dport=41000, flags="PA", seq=1) / Raw(payload)
    return ip / SCTP(sport=3868, dport=41000) / SCTPChunkData(data=payload, beginning=1, ending=1)


def source(report: Report) -> KeySource:
    (agreement,) = report.agreements
    assert agreement.association is not None
    found = agreement.association.keys
    assert found is not None
    assert (found.icv_good, found.icv_bad) == (agreement.association.esp_frames, 0)
    return found


def swept(data: bytes) -> Report:
    """Until no keys come late, as `analyze` does with files."""
    ring = KeyRing()
    for _ in range(3):
        found = sweep(open_captures([io.BytesIO(data)]), ENGINE, ring=ring)
        if not found.keys_came_late:
            break
    return found.report


@pytest.mark.parametrize("transport", ["tcp", "sctp"])
@pytest.mark.parametrize("late", [False, True])
def test_keys_of_cx(transport: str, late: bool) -> None:
    data = AES.read_bytes()
    extra = record(1_767_225_600 + (60 if late else 0), cx_packet(transport, answer()))
    data = data + extra if late else data[:24] + extra + data[24:]
    found = source(swept(data))
    assert found.source == "cx"
    assert found.frame is not None
    assert found.frame.frame == (9 if late else 1)


def test_keys_of_another_challenge_on_cx_open_nothing() -> None:
    data = AES.read_bytes() + record(1_767_225_700, cx_packet("tcp", diameter(ITEM)))
    (agreement,) = swept(data).agreements
    assert agreement.association is not None
    assert agreement.association.keys is None
    assert CK != IK


def pcapng(secrets: bytes, kind: int) -> bytes:
    """The capture as a pcapng with one block of secrets."""

    def block(number: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        return pack("<II", number, len(body) + 12) + body + pack("<I", len(body) + 12)

    out = block(0x0A0D0D0A, pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, pack("<HHI", 1, 0, 0))
    out += block(10, pack("<II", kind, len(secrets)) + secrets)
    data, at = AES.read_bytes(), 24
    while at < len(data):
        seconds, micro, size = (
            int.from_bytes(data[at + n : at + n + 4], "little") for n in (0, 4, 8)
        )
        time = seconds * 1_000_000 + micro
        body = pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, size, size)
        out += block(6, body + data[at + 16 : at + 16 + size])
        at += 16 + size
    return out


def test_esp_secrets_of_a_pcapng() -> None:
    lines = AES.with_suffix(".esp_sa").read_bytes()
    data = pcapng(lines, 0x45535053)
    assert source(swept(data)).source == "secrets"
    # A stream is read once: the block is known when the first packet comes.
    assert not sweep(open_captures([io.BytesIO(data)]), ENGINE).keys_came_late


def test_secrets_that_cannot_be_used_are_a_problem_of_the_capture() -> None:
    report = swept(pcapng(b"nonsense", 0x45535053))
    assert [one.kind for one in report.captures[0].problems] == ["secrets"]


def test_ck_and_ik_by_hand_and_a_usim() -> None:
    for settings, name in (
        (Settings(ck=VECTOR["ck"], ik=VECTOR["ik"]), "option"),
        (Settings(usim=[str(SAMPLES / "usim.toml")]), "usim"),
        (Settings(keys=[str(AES.with_suffix(".esp_sa"))]), "esp_sa"),
    ):
        report = analyzer.analyze([str(AES)], settings)
        assert source(report).source == name
        text = json.dumps(msgspec.to_builtins([*report.exchanges, *report.agreements])).lower()
        assert not [key for key in SECRET if key in text]


@pytest.mark.parametrize(
    "settings",
    [
        Settings(ck=VECTOR["ck"]),
        Settings(ck="00", ik="00"),
        Settings(keys=["no such file"]),
        Settings(usim=[str(AES)]),
    ],
)
def test_keys_that_cannot_be_used_are_wrong_usage(settings: Settings) -> None:
    with pytest.raises(KeysError):
        analyzer.analyze([str(AES)], settings)


def test_a_late_tap_is_swept_again() -> None:
    report = analyzer.analyze([str(SAMPLES / "pcaps" / "esp_late_keys.pcap")])
    assert source(report).source == "mw"
    once = sweep(open_captures([str(SAMPLES / "pcaps" / "esp_late_keys.pcap")]), ENGINE)
    assert once.keys_came_late
