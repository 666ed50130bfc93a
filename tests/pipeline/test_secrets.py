"""What the USIM's secrets say of real runs: right responses, a wrong one, the phone's reports."""

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
