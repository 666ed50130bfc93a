"""The command itself: help, version, and what it does not load."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from analyzer.version import VERSION


@pytest.mark.parametrize("command", ["doctor", "keys", "dissect"])
def test_what_has_no_findings_to_count_takes_no_threshold(secagree: Any, command: str) -> None:
    result = secagree(command, "x.pcap", "--fail-on", "never")
    assert result.exit_code == 2
    assert "--fail-on" in result.output


def test_help_names_the_commands(secagree: Any) -> None:
    result = secagree("--help")
    assert result.exit_code == 0
    assert "analyze" in result.stdout
    assert "rules" in result.stdout


def test_version(secagree: Any) -> None:
    result = secagree("--version")
    assert result.stdout.startswith(f"secagree {VERSION} (Python ")


def test_no_arguments_show_the_help(secagree: Any) -> None:
    assert "Usage: secagree" in secagree().output


def test_help_fits_a_terminal(secagree: Any) -> None:
    for arguments in (("--help",), ("analyze", "--help"), ("rules", "--help")):
        lines = secagree(*arguments).stdout.splitlines()
        assert max(map(len, lines)) <= 80


def test_the_command_line_loads_only_what_it_needs() -> None:
    heavy = ("rich", "tabulate", "analyzer.pipeline", "scapy", "cryptography", "jinja2")
    code = f"import sys, analyzer.cli.analyze; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n"
