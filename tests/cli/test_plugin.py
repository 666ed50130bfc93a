"""`secagree plugin`: where it goes, what it holds, and what it leaves alone."""

import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from analyzer.cli import main
from analyzer.wireshark import plugin_folder
from analyzer.wireshark.plugin import MARK

RULES = """
[[rule]]
id = "XXX-01"
name = "own-rule"
title = "A rule of this site"
severity = "error"
class = "failure"
party = "ue"
scope = "message"
when = "message.is_request"
spec = "RFC 3329"
cause = "None."
fix = "None."
"""


FEW = ("--select", "VER-05")


def run(*words: Any) -> Result:
    return CliRunner().invoke(main, ["plugin", *map(str, words)])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a Wireshark on the way."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr("analyzer.wireshark.plugin_folder.which", lambda _: None)
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path


def usual(home: Path) -> Path:
    return home / ".local/lib/wireshark/plugins/secagree.lua"


def tshark_says(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch, label: str) -> None:
    program = home / "tshark"
    program.write_text(f"#!/bin/sh\necho 'Temp: /x'\nprintf '%s\\t%s\\n' '{label}' '{folder}'\n")
    program.chmod(0o755)
    monkeypatch.setattr(
        "analyzer.wireshark.plugin_folder.which",
        lambda name: str(program) if name == "tshark" else None,
    )


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.lua"
    path.write_text("an older file")
    done = run("-o", path, *FEW)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "1 rule -> " in done.stderr
    assert str(path) in done.stderr
    assert path.read_text().startswith(MARK)
    assert [one.name for one in tmp_path.iterdir()] == ["x.lua"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o444 == 0o444


def test_standard_output_has_the_file_alone() -> None:
    done = run("-o", "-", *FEW)
    assert done.exit_code == 0
    assert done.stdout.startswith(MARK)
    assert done.stderr == ""


def test_rules_policy_and_selection_are_those_of_analyze(tmp_path: Path) -> None:
    own, policy = tmp_path / "own.toml", tmp_path / "policy.toml"
    own.write_text(RULES)
    policy.write_text("release = 9\n")
    done = run(
        *("-o", "-", "--rules", own, "--policy", policy, "--dialect", "ims"),
        *("--select", "VER,XXX", "--ignore", "VER-05", "--extend-select", "TIM-01"),
    )
    assert done.exit_code == 0, done.stderr
    assert 'id = "XXX-01"' in done.stdout
    assert 'id = "VER-01"' in done.stdout
    assert 'id = "TIM-01"' in done.stdout
    assert 'id = "VER-05"' not in done.stdout
    assert 'id = "OFR-01"' not in done.stdout
    assert "release = 9," in done.stdout
    assert "-- Dialect: ims." in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give -o FILE, --install or --uninstall"),
        (("--install", "--uninstall"), "--uninstall goes alone"),
        (("--uninstall", "-o", "x"), "--uninstall goes alone"),
        (("-o", "-", "--select", "VRE"), "VRE"),
        (("-o", "-", "--rules", "missing.toml"), "missing.toml"),
        (("-o", "missing/x.lua"), "cannot write missing/x.lua"),
    ],
)
def test_wrong_usage_is_told(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_a_rule_file_with_a_fault_is_wrong_usage(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(RULES.replace("message.is_request", "message.is_reqest"))
    done = run("-o", tmp_path / "x.lua", "--rules", path)
    assert done.exit_code == 2
    assert "did you mean" in done.stderr
    assert not (tmp_path / "x.lua").exists()


def test_it_is_installed_where_tshark_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / "a folder" / "plugins"
    tshark_says(folder, home, monkeypatch, "Personal Lua Plugins:")
    done = run("--install", *FEW)
    assert done.exit_code == 0, done.stderr
    assert str(folder / "secagree.lua") in done.stderr
    assert (folder / "secagree.lua").read_text().startswith(MARK)
    assert not usual(home).exists()
    again = run("--install", "--select", "OFR-01")
    assert again.exit_code == 0
    assert 'id = "OFR-01"' in (folder / "secagree.lua").read_text()
    gone = run("--uninstall")
    assert gone.exit_code == 0
    assert str(folder / "secagree.lua") in gone.stderr
    assert list(folder.iterdir()) == []


def test_where_tshark_names_no_folder_the_usual_one_is_taken(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tshark_says(home, home, monkeypatch, "Personal Plugins:")
    assert run("--install", *FEW).exit_code == 0
    assert usual(home).exists()


def test_without_a_wireshark_the_usual_folder_is_taken_and_this_is_told(home: Path) -> None:
    done = run("--install", *FEW)
    assert done.exit_code == 0
    assert "no Wireshark was found" in done.stderr
    assert usual(home).read_text().startswith(MARK)


def test_a_flatpak_has_a_folder_of_its_own(home: Path) -> None:
    (home / ".var/app/org.wireshark.Wireshark").mkdir(parents=True)
    inside = home / ".var/app/org.wireshark.Wireshark/config/wireshark/plugins/secagree.lua"
    assert run("--install", *FEW).exit_code == 0
    assert inside.exists()
    assert not usual(home).exists()
    assert run("--uninstall").exit_code == 0
    assert not inside.exists()


def test_windows_and_macos_have_theirs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPDATA", str(home / "AppData/Roaming"))
    monkeypatch.setattr(sys, "platform", "win32")
    assert plugin_folder.usual() == home / "AppData/Roaming/Wireshark/plugins"
    program = home / "Files/Wireshark/tshark.exe"
    program.parent.mkdir(parents=True)
    program.write_text("")
    monkeypatch.setenv("ProgramFiles", str(home / "Files"))
    assert plugin_folder.found() == [plugin_folder.usual()]
    monkeypatch.setattr(sys, "platform", "darwin")
    assert plugin_folder.usual() == home / ".local/lib/wireshark/plugins"
    assert plugin_folder.found() == []


def test_a_file_of_somebody_else_stays(home: Path) -> None:
    path = usual(home)
    path.parent.mkdir(parents=True)
    path.write_text("-- mine\n")
    for word in ("--install", "--uninstall"):
        done = run(word, *FEW)
        assert done.exit_code == 2
        assert "is not of secagree" in done.stderr
    assert path.read_text() == "-- mine\n"


def test_only_our_file_is_removed(home: Path) -> None:
    assert run("--install", *FEW).exit_code == 0
    other = usual(home).with_name("other.lua")
    other.write_text("")
    assert run("--uninstall").exit_code == 0
    assert list(other.parent.iterdir()) == [other]
    done = run("--uninstall")
    assert done.exit_code == 0
    assert "nothing to remove" in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do all")
def test_a_folder_that_cannot_be_written_is_told(home: Path) -> None:
    folder = usual(home).parent
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    done = run("--install", *FEW)
    folder.chmod(0o700)
    assert done.exit_code == 2
    assert "cannot write into" in done.stderr


@pytest.mark.parametrize("user", [0, 1000])
def test_root_is_told_that_wireshark_runs_no_lua(
    home: Path, monkeypatch: pytest.MonkeyPatch, user: int
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    done = run("--install", *FEW)
    assert usual(home).is_file()
    assert ("as root, Wireshark and tshark from 4.2 on run no Lua" in done.output) == (user == 0)
