"""A kernel's SAs beside the announced ones: every difference that a reader of both would name."""

from pathlib import Path

import pytest

import analyzer
from analyzer.pipeline import Settings

SAMPLES = Path(__file__).parents[2] / "samples" / "pcaps"
STATE = (SAMPLES / "prt_28_silent.xfrm").read_text()


def seen(state: str, tmp_path: Path) -> str | None:
    file = tmp_path / "state.txt"
    file.write_text(state)
    report = analyzer.analyze([str(SAMPLES / "prt_28_silent.pcap")], Settings(keys=[str(file)]))
    return next((one.seen for one in report.findings if one.rule == "PRT-28"), None)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", None),
        ("spi 0x00001001", "spi 0x00009999", "uc>ps: SPI 0x00009999, announced 0x00001001"),
        ("dport 6101", "dport 6100", "uc>ps: destination port 6100, announced 6101"),
        ("hmac(sha1)", "hmac(md5)", "uc>ps: alg hmac-md5-96, announced hmac-sha-1-96"),
        ("ecb(cipher_null)", "cbc(aes)", "uc>ps: ealg aes-cbc, announced null"),
        ("f769bcd7", "f7", "uc>ps: a key of 136 bits for hmac-sha-1-96, not 160"),
        ("00000000 96", " 96", None),  # IK alone is filled with zeros by HMAC
        (
            "src 192.0.2.10 dst 192.0.2.1\n\tproto esp spi 0x00001001",
            "src 192.0.2.1 dst 192.0.2.10\n\tproto esp spi 0x00001001",
            "uc>ps: SPI 0x00001001 in the other direction",
        ),
    ],
)
def test_each_difference_is_named(old: str, new: str, told: str | None, tmp_path: Path) -> None:
    found = seen(STATE.replace(old, new, 1) if old else STATE, tmp_path)
    assert (found or "").split("; ")[0] == (told or "")


def test_a_kernel_with_other_sets_says_nothing(tmp_path: Path) -> None:
    assert seen(STATE.replace("192.0.2.10", "192.0.2.99"), tmp_path) is None
