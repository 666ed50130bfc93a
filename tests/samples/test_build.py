"""The sample captures are fresh, the same at every build, and what Wireshark takes them for."""

import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from samples import scenario as scenarios
from samples.build import PCAPS, Capture, build, main
from samples.scenario import ScenarioError

EXPECT_WORDS = {
    "fires",
    "silent",
    "registration",
    "basis",
    "outcome",
    "stopped_at",
    "keys",
    "policy",
}
RULE = re.compile(r"[A-Z]{3,4}-\d\d")

# One capture for each way of packing; the rule samples are made of the same steps.
SHAPES = [name for name in scenarios.names() if name.startswith("ok_")]


def test_every_pcap_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_two_builds_give_the_same_bytes() -> None:
    for name in ("ok_tcp_null", "ok_rereg_null", "ok_rfc3329_tls_client", "ok_v6_fragments"):
        once, again = build(name), build(name)
        assert {stem: capture.pcap() for stem, capture in once.items()} == {
            stem: capture.pcap() for stem, capture in again.items()
        }


def test_check_finds_a_stale_and_a_foreign_pcap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["ok_udp_null", "ok_tcp_null"]
    for name in few:
        shutil.copy(PCAPS / f"{name}.pcap", tmp_path)
    (tmp_path / "ok_udp_null.pcap").write_bytes(b"stale")
    (tmp_path / "nobody_made_me.pcap").write_bytes(b"foreign")
    monkeypatch.setattr("samples.build.PCAPS", tmp_path)
    monkeypatch.setattr(scenarios, "names", lambda: few)
    assert main(["--check"]) == 1
    told = capsys.readouterr().err
    assert "ok_udp_null.pcap" in told
    assert "nobody_made_me.pcap" in told
    assert told.count("\n") == 2


@pytest.mark.parametrize("name", scenarios.names())
def test_scenario_says_what_it_is_and_what_is_expected(name: str) -> None:
    scenario = scenarios.load(name)
    assert scenario["what"]
    expect = scenario["expect"]
    assert set(expect) <= EXPECT_WORDS
    named = expect.get("fires", []) + expect.get("silent", [])
    assert all(RULE.fullmatch(rule) for rule in named)
    family, number, kind = [*name.split("_"), "", ""][:3]
    if kind in ("fires", "silent"):
        assert f"{family.upper()}-{number}" in expect[kind]
    elif family != "beside":  # these are told by what is seen beside SIP
        assert expect["fires"] == []


def test_every_rule_sample_has_its_near_miss() -> None:
    names = set(scenarios.names())
    assert {name.removesuffix("_fires") for name in names if name.endswith("_fires")} == {
        name.removesuffix("_silent") for name in names if name.endswith("_silent")
    }


def test_unknown_words_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.toml").write_text('[[step]]\nname = "a"\nprotecton = "clear"\n')
    (tmp_path / "ring.toml").write_text('base = "ring"\n')
    (tmp_path / "lost.toml").write_text('drop = ["nothing"]\n')
    monkeypatch.setattr(scenarios, "DIRECTORY", tmp_path)
    with pytest.raises(ScenarioError, match="did you mean 'protection'"):
        scenarios.load("odd")
    with pytest.raises(ScenarioError, match="its own base"):
        scenarios.load("ring")
    with pytest.raises(ScenarioError, match="there is no step 'nothing'"):
        scenarios.load("lost")
    assert main(["odd"]) == 2


def packets(data: bytes) -> list[bytes]:
    found, at = [], 24
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 8)
        found.append(data[at + 16 : at + 16 + length])
        at += 16 + length
    return found


def test_esp_null_is_what_rfc_4303_says() -> None:
    verify = packets(build("ok_udp_null")["ok_udp_null"].pcap())[2]
    esp = verify[34:]
    assert struct.unpack("!II", esp[:8]) == (4097, 1)
    assert struct.unpack("!HH", esp[8:12]) == (45061, 6101)
    assert esp[-12:] == bytes(12)
    next_header, pad = esp[-13], esp[-14]
    assert next_header == 17
    assert esp[-14 - pad : -14] == bytes(range(1, pad + 1))
    assert (len(esp) - 12 - 8) % 4 == 0


def test_opaque_esp_never_reads_as_null() -> None:
    for packet in packets(build("ok_udp_opaque")["ok_udp_opaque"].pcap())[2:]:
        assert all(packet[-1 - icv] not in (6, 17) for icv in (0, 12, 16))


def test_sequence_numbers_count_on_each_sa() -> None:
    data = build("ok_rereg_null")["ok_rereg_null"].pcap()
    seen: dict[int, list[int]] = {}
    for packet in packets(data):
        if packet[23] == 50:
            spi, seq = struct.unpack("!II", packet[34:42])
            seen.setdefault(spi, []).append(seq)
    assert seen == {4097: [1, 2, 3, 4], 268439553: [1, 2, 3, 4], 8193: [1, 2], 268443649: [1, 2]}


def dissect(stem: str, capture: Capture) -> tuple[int, int, int, list[str]]:
    """Packets, SIP messages and ESP packets that tshark finds, and what it calls malformed."""
    command = ["tshark", "-r", str(PCAPS / f"{stem}.pcap"), "-T", "fields"]
    for option in ("esp.enable_null_encryption_decode_heuristic", "tcp.reassemble_out_of_order"):
        command += ["-o", f"{option}:TRUE"]
    for port in sorted(capture.tcp_ports):
        command += ["-d", f"tcp.port=={port},sip"]
    for field in ("frame.number", "sip.CSeq", "esp.spi", "_ws.malformed"):
        command += ["-e", field]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in output.splitlines()]
    sip = sum(len(row[1].split(",")) for row in rows if row[1])
    return len(rows), sip, sum(bool(row[2]) for row in rows), [row[3] for row in rows if row[3]]


@pytest.mark.tshark
@pytest.mark.parametrize("name", SHAPES)
def test_tshark_finds_what_the_scenario_says(name: str) -> None:
    for stem, capture in build(name).items():
        assert dissect(stem, capture) == (len(capture.packets), capture.sip, capture.esp, [])
