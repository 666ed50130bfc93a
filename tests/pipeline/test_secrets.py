"""What the USIM's secrets say of real runs: right responses, a wrong one, the phone's reports."""

import tomllib
from pathlib import Path

import pytest

import analyzer
from analyzer.pipeline import Settings
from analyzer.report.model import Finding

SAMPLES = Path(__file__).parents[2] / "samples"
USIM = str(SAMPLES / "usim.toml")
REAL = SAMPLES / "real"


def findings(path: Path, rule: str) -> list[Finding]:
    keys = path.with_name(path.name.removesuffix("_gm.pcap") + ".esp_sa")
    settings = Settings(usim=[USIM], keys=[str(keys)] if keys.exists() else [])
    return [one for one in analyzer.analyze([str(path)], settings).findings if one.rule == rule]


@pytest.mark.parametrize(
    "name",
    ["01_udp_aes_sha1", "08_udp_calls", "26_udp_no_secagree", "27_tcp_aes_sha1",
     "33_realscscf_udp_aes_sha1", "os_01_udp_aes_sha1"],
)  # fmt: skip
def test_responses_that_real_cores_accepted_are_right(name: str) -> None:
    assert findings(REAL / f"{name}_gm.pcap", "AUT-06") == []


def test_the_response_that_the_core_refused_is_wrong() -> None:
    """truth.json: must_with_res of this capture."""
    (one,) = findings(REAL / "22_udp_bad_res_gm.pcap", "AUT-06")
    assert (one.severity, one.effect) == ("error", "explains-outcome")


def test_the_distance_of_sqn_is_told() -> None:
    (one,) = findings(SAMPLES / "pcaps" / "aut_12_fires.pcap", "AUT-12")
    assert one.detail == "the SQN of the phone is 249 ahead of the challenge"


def test_the_mac_that_the_phone_refused_is_right_by_this_k() -> None:
    (one,) = findings(SAMPLES / "pcaps" / "aut_14_fires.pcap", "AUT-14")
    assert one.detail == "by the K that was given the MAC is right"


@pytest.fixture
def foreign(tmp_path: Path) -> str:
    """The file of another card: the right IMSI and K, one digit of OP wrong."""
    text = Path(USIM).read_text("utf-8").partition("[[usim]]")[2].partition("[[usim]]")[0]
    path = tmp_path / "usim.toml"
    path.write_text("[[usim]]" + text.replace("cdc202", "cdc203"), "utf-8")
    return str(path)


def test_secrets_of_another_card_accuse_nobody(foreign: str) -> None:
    """TS 33.102 6.3.3: the phone went on, so AUTN was right for it, and is not for these."""
    for name in ("01_udp_aes_sha1_gm.pcap", "22_udp_bad_res_gm.pcap"):
        keys = str(REAL / name.replace("_gm.pcap", ".esp_sa"))
        for settings in (Settings(usim=[foreign]), Settings(usim=[foreign], keys=[keys])):
            report = analyzer.analyze([str(REAL / name)], settings)
            assert not {"PRT-23", "AUT-06"} & {one.rule for one in report.findings}
            (exchange,) = report.exchanges
            assert exchange.coverage.autn == "wrong"
        assert exchange.coverage.keys == "proven"
    (exchange,) = analyzer.analyze(
        [str(REAL / "01_udp_aes_sha1_gm.pcap")], Settings(usim=[foreign])
    ).exchanges
    assert exchange.coverage.keys == "unfit"


def test_swapped_on_the_command_line_is_no_fault_of_the_phone() -> None:
    vector = tomllib.loads((SAMPLES / "defaults.toml").read_text("utf-8"))["vectors"]["1"]
    path = REAL / "01_udp_aes_sha1_gm.pcap"
    report = analyzer.analyze([str(path)], Settings(ck=vector["ik"], ik=vector["ck"]))
    assert "PRT-23" not in {one.rule for one in report.findings}
    (agreement,) = report.agreements
    assert agreement.association is not None
    assert agreement.association.keys is not None
    assert agreement.association.keys.variant == "CK and IK the other way round"


def test_a_wrong_ck_beside_the_right_ik_is_told() -> None:
    vector = tomllib.loads((SAMPLES / "defaults.toml").read_text("utf-8"))["vectors"]["1"]
    path = REAL / "01_udp_aes_sha1_gm.pcap"
    report = analyzer.analyze([str(path)], Settings(ck="00" * 16, ik=vector["ik"]))
    (agreement,) = report.agreements
    assert agreement.association is not None
    found = agreement.association.keys
    assert found is not None
    assert (found.icv_good, found.variant) == (6, "no decryption makes sense")
