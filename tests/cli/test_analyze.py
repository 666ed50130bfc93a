"""`secagree [analyze]`: inputs, selections, outputs and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analyzer.report.formats import NAMES, named

Makers = dict[str, Callable[..., Any]]


@pytest.fixture
def three(secagree: Any, make: Makers) -> Any:
    """Three exchanges: E1 and E3 registered, E2 was refused."""
    exchanges = [make["exchange"](1), make["exchange"](2, "rejected"), make["exchange"](3)]
    secagree.answer = make["report"](exchanges)
    return secagree


def ids(secagree: Any, *arguments: str) -> list[str]:
    result = secagree("x.pcap", "--format", "json", *arguments)
    assert result.exit_code in (0, 1), result.output
    return [exchange["id"] for exchange in json.loads(result.stdout)["exchanges"]]


def test_the_command_s_name_may_be_left_out(secagree: Any) -> None:
    assert secagree("x.pcap").stdout == secagree("analyze", "x.pcap").stdout
    assert secagree("-r", "x.pcap", "y.pcap").exit_code == 0
    assert secagree.inputs == ("y.pcap", "x.pcap")
    assert secagree("-").exit_code == 0
    assert secagree.inputs == ("-",)


def test_a_healthy_registration_is_one_line_and_exit_0(secagree: Any) -> None:
    result = secagree("x.pcap")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "OK  262017777777701  registered\n"


def test_how_to_judge_reaches_the_engine(secagree: Any, tmp_path: Path) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text("")
    secagree(
        "x.pcap", "--dialect", "ims", "--rules", rules, "--policy", rules, "--select",
        "VER,PRT-01", "--select", "LEAK", "--extend-select", "DWN-07", "--ignore", "VER-11",
        "--strict", "--jobs", "3", "--keys", rules, "--usim", rules, "--ck", "00", "--ik", "01",
        "--show-keys",
        "--strict", "--jobs", "3", "--engine", "native", "--tls-keylog", rules,
    )  # fmt: skip
    assert secagree.settings == {
        "dialect": "ims",
        "rules": (str(rules),),
        "policy": str(rules),
        "select": ("VER", "PRT-01", "LEAK"),
        "extend_select": ("DWN-07",),
        "ignore": ("VER-11",),
        "strict": True,
        "jobs": 3,
        "keys": (str(rules),),
        "usim": (str(rules),),
        "ck": "00",
        "ik": "01",
        "show_keys": True,
        "engine": "native",
        "tls_keylog": str(rules),
        "clocks": {},
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ["E1", "E2", "E3"]),
        (("--imsi", "262017777777702"), ["E2"]),
        (("--imsi", "262017777777702", "--imsi", "262017777777703"), ["E2", "E3"]),
        (("--msisdn", "+49 151 00000 1"), ["E1"]),
        (("--ue", "192.0.2.3"), ["E3"]),
        (("--call-id", "call-1@host"), ["E1"]),
        (("--exchange", "E2"), ["E2"]),
        (("--exchange", "key-3"), ["E3"]),
        (("--from", "09:02:00"), ["E2", "E3"]),
        (("--to", "09:02"), ["E1", "E2"]),
        (("--from", "2026-11-22T09:01:30Z", "--to", "2026-11-22T09:02:30Z"), ["E2"]),
        (("--tz", "Europe/Berlin", "--from", "10:03:00"), ["E3"]),
        (("--tz", "Europe/Berlin", "--to", "2026-11-22T10:01:00"), ["E1"]),
        (("--imsi", "262017777777702", "--ue", "192.0.2.3"), []),
    ],
)
def test_selections(three: Any, arguments: tuple[str, ...], expected: list[str]) -> None:
    assert ids(three, *arguments) == expected


def test_a_selection_has_a_summary_of_its_own(three: Any) -> None:
    result = three("x.pcap", "--format", "json", "--exchange", "E2")
    summary = json.loads(result.stdout)["summary"]
    assert (summary["exchanges"], summary["registrations"]) == (1, {"rejected": 1})


def test_a_registration_that_failed_is_exit_1(three: Any) -> None:
    assert three("x.pcap").exit_code == 1
    assert three("x.pcap", "--exchange", "E1").exit_code == 0
    assert three("x.pcap", "--fail-on", "never").exit_code == 0


def test_what_the_capture_cannot_tell_is_no_failure(secagree: Any, make: Makers) -> None:
    unknown = make["exchange"](1, "unknown", outcome="incomplete")
    secagree.answer = make["report"]([unknown])
    assert secagree("x.pcap").exit_code == 0


@pytest.mark.parametrize(
    ("severity", "effect", "fail_on", "code"),
    [
        ("error", "risk", "error", 1),
        ("critical", "risk", "error", 1),
        ("warning", "risk", "error", 0),
        ("warning", "explains-outcome", "warning", 1),
        ("error", "none", "error", 0),
        ("critical", "risk", "never", 0),
    ],
)
def test_findings_and_fail_on(
    secagree: Any, make: Makers, severity: str, effect: str, fail_on: str, code: int
) -> None:
    found = [make["finding"](1, severity, effect)]
    secagree.answer = make["report"]([make["exchange"](1)], found)
    assert secagree("x.pcap", "--fail-on", fail_on).exit_code == code


def test_an_unreadable_input_is_exit_2_and_the_rest_is_reported(three: Any, make: Makers) -> None:
    three.answer = make["report"]([make["exchange"](2, "rejected")], unreadable=True)
    result = three("x.pcap")
    assert result.exit_code == 2
    assert "NOT REGISTERED" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("-q",),
        ("x.pcap", "--from", "yesterday"),
        ("x.pcap", "--tz", "Atlantis"),
        ("x.pcap", "--spi", "0x1ffffffff"),
        ("x.pcap", "--rules", "no-such-file.toml"),
        ("x.pcap", "-o", "report.docx"),
        ("x.pcap", "--format", "docx"),
    ],
)
def test_wrong_usage_is_exit_2(secagree: Any, arguments: tuple[str, ...]) -> None:
    result = secagree(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr


def test_files_in_the_format_of_their_suffix(three: Any, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("r.txt", "r.json", "r.jsonl")]
    result = three("x.pcap", *(part for path in paths for part in ("-o", str(path))))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "3 exchanges (2 OK, 1 rejected) -> " in result.stderr
    assert paths[0].read_text().startswith("E1 OK  262017777777701")
    assert json.loads(paths[1].read_text())["schema"] == "secagree/1"
    assert json.loads(paths[2].read_text().splitlines()[-1]).keys() == {"summary"}


@pytest.mark.parametrize("form", NAMES)
def test_every_format_is_the_same_in_a_file_and_on_standard_output(
    three: Any, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"r{named(form).suffixes[0]}"
    written = three("x.pcap", "-o", str(path))
    printed = three("x.pcap", "--format", form)
    assert (written.exit_code, printed.exit_code) == (1, 1)
    assert path.read_bytes() == printed.stdout_bytes
    assert three("x.pcap", "--format", form, "--fail-on", "never").exit_code == 0


@pytest.mark.parametrize("form", NAMES)
def test_no_format_names_a_subscriber_that_is_to_be_hidden(three: Any, form: str) -> None:
    assert "2620177777777" not in three("x.pcap", "--format", form, "--redact").stdout


def test_a_file_that_cannot_be_written(secagree: Any, tmp_path: Path) -> None:
    result = secagree("x.pcap", "-o", tmp_path / "no" / "r.json")
    assert result.exit_code == 2
    assert "r.json" in result.stderr


def test_redaction_is_the_same_in_every_output(secagree: Any, make: Makers) -> None:
    exchanges = [make["exchange"](1), make["exchange"](2, "rejected")]
    secagree.answer = make["report"](exchanges, [make["finding"](2)])
    text = secagree("x.pcap", "--redact").stdout
    document = secagree("x.pcap", "--redact", "--format", "json").stdout
    for real in ("26201777777770", "4915100000"):
        assert real not in text + document
    other = json.loads(document)["exchanges"][1]["identity"]
    assert other["imsi"].startswith("26201")
    assert other["imsi"] in text
    assert other["msisdn"] in other["impu"]
    assert f"sip:{other['imsi']}@ims.example" in json.loads(document)["findings"][0]["seen"]


def test_redaction_reaches_cells_call_ids_and_paths(secagree: Any, make: Makers) -> None:
    imsi, cell = "262017777777701", "0010100010019B01"
    exchange = make["exchange"](1, call_id=f"{imsi}-7@host")
    exchange.identity.cell = cell
    finding = make["finding"](1)
    finding.seen = f"3GPP-E-UTRAN-FDD;utran-cell-id-3gpp={cell}, other cgi-3gpp=2620100010019B02"
    secagree.answer = make["report"]([exchange], [finding])
    secagree.answer.captures[0].path = f"phone-{imsi}.pcap"
    for form in ("text", "json"):
        shown = secagree("x.pcap", "--redact", "--format", form, "-v").stdout
        for real in (imsi, cell, "2620100010019B02"):
            assert real not in shown


def test_an_unknown_rule_is_a_mistake_of_the_caller() -> None:
    capture = Path(__file__).parents[2] / "samples" / "pcaps" / "ok_udp_null.pcap"
    for option in ("--select", "--ignore", "--extend-select"):
        command = [sys.executable, "-m", "analyzer.cli", str(capture), option, "VRE-05"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "did you mean 'VER-05'" in done.stderr


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    capture = Path(__file__).parents[2] / "samples" / "real" / "03_udp_3des_md5_gm.pcap"
    command = [sys.executable, "-m", "analyzer.cli", str(capture), "-v"]
    ends = os.pipe()
    os.close(ends[0])
    done = subprocess.run(command, stdout=ends[1], stderr=subprocess.PIPE, check=False)
    os.close(ends[1])
    assert done.stderr == b""
    assert done.returncode == 1


def test_the_clock_of_a_capture_is_given_in_its_unit(three: Any) -> None:
    given = ("a.pcap=+3.2s", "odd=name.pcap=-90", "c.pcap=1.5ms", "d.pcap=-2h")
    three("x.pcap", *(word for one in given for word in ("--clock", one)))
    assert three.settings["clocks"] == {
        "a.pcap": 3_200_000_000,
        "odd=name.pcap": -90_000_000_000,
        "c.pcap": 1_500_000,
        "d.pcap": -7_200_000_000_000,
    }
    for wrong in ("a.pcap", "a.pcap=", "=3s", "a.pcap=3 days", "a.pcap=+-3s", "a.pcap=1e3s"):
        assert three("x.pcap", "--clock", wrong).exit_code == 2


def test_a_clock_of_no_capture_is_wrong_usage() -> None:
    capture = Path(__file__).parents[2] / "samples" / "pcaps" / "ok_udp_null.pcap"
    command = [sys.executable, "-m", "analyzer.cli", str(capture), "--clock", "other.pcap=+1s"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "'other.pcap' is none of the captures" in done.stderr
