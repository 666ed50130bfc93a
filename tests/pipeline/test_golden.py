"""The two cases of the text report that keys make whole, from the real captures to the last line.

What is above the findings is held to the letter, the findings by rule and frames: their words
belong to the rule book. A change to these files is a decision.
"""

import io
import os
from pathlib import Path

import pytest

import analyzer
from analyzer.pipeline import Settings
from analyzer.report.model import Report
from analyzer.report.text import TextOptions, to_text

HERE = Path(__file__).parent / "golden"
REAL = Path(__file__).parents[2] / "samples" / "real"
A = ("09_udp_wrong_verify_spi_gm.pcap", ["09_udp_wrong_verify_spi.esp_sa"])
B = ("16_udp_multi_offer_phh_merged.pcapng", [])


@pytest.fixture(autouse=True)
def _beside_the_captures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REAL)


def report(capture: str, keys: list[str]) -> Report:
    return analyzer.analyze([capture], Settings(keys=keys))


def above_the_findings(found: Report, *, verbose: bool) -> str:
    stream = io.StringIO()
    to_text(found, stream, TextOptions(verbose=verbose))
    lines = stream.getvalue().splitlines()
    ends = [n for n, line in enumerate(lines) if line.startswith(("F1 ", "notes", " Security-V"))]
    return "\n".join(lines[: min(ends, default=len(lines))]).rstrip() + "\n"


@pytest.mark.parametrize(
    ("name", "case", "verbose"), [("case_a", A, False), ("case_b", B, False), ("case_b_v", B, True)]
)
def test_text(name: str, case: tuple[str, list[str]], verbose: bool) -> None:
    golden = HERE / f"{name}.txt"
    text = above_the_findings(report(*case), verbose=verbose)
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_findings_of_case_a() -> None:
    found = report(*A)
    loud = {one.rule: [frame.frame for frame in one.frames] for one in found.findings
            if one.effect != "none"}  # fmt: skip
    assert loud == {"VER-10": [2, 3, 4, 5, 6], "VER-05": [2, 3, 5]}
    accepted = next(one for one in found.findings if one.rule == "VER-10")
    assert (accepted.frame.frame, accepted.seen, accepted.count) == (4, "200 to REGISTER", 2)
    assert [(one.frame.frame, one.seen) for one in accepted.again] == [(6, "202 to MESSAGE")]
    assert {"OFR-14", "PRT-05", "PRT-13"} <= {one.rule for one in found.findings}


def test_findings_of_case_b() -> None:
    found = report(*B)
    assert all(one.effect == "none" for one in found.findings)
    assert {"LEAK-02", "LEAK-03", "LEAK-06", "OFR-14", "DWN-07"} <= {
        one.rule for one in found.findings
    }
