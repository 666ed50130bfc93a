"""The plugin as one file: self-contained, the same each time, and Lua in each version."""

import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from analyzer.rules import book as rule_book
from analyzer.rules.engine import Engine
from analyzer.rules.vocabulary import POLICY_DEFAULTS
from analyzer.version import VERSION
from analyzer.wireshark import plugin, plugin_folder
from tests.plugins.lua import RUNTIMES, start

BOOK = rule_book.load()
LUACS = ("luac5.1", "luac5.2", "luac5.3", "luac5.4")
HOSTILE = 'x\nos.exit(1) --[[ "]] \\'


@cache
def default() -> str:
    return plugin.source(Engine(BOOK))


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    path = tmp_path / "secagree.lua"
    path.write_text(default())
    return path


def head(text: str) -> list[str]:
    lines = text.splitlines()
    return lines[: next(n for n, line in enumerate(lines) if not line.startswith("--"))]


def test_the_committed_file_is_the_default_export(project: Path) -> None:
    committed = (project / "plugins" / "secagree.lua").read_text()
    assert committed == default(), "make plugin"


def test_the_same_rules_give_the_same_octets() -> None:
    assert plugin.source(Engine(rule_book.load())) == default()


def test_the_head_says_what_is_held_and_what_is_not() -> None:
    lines = head(default())
    assert lines[0] == plugin.MARK
    text = " ".join(line.removeprefix("--").strip() for line in lines)
    assert VERSION in text
    for name in ("VER-05", "OFR-01"):
        assert name in text
    assert "Not held, as each needs keys, K or a password, which the plugin is not given: " in text
    assert "AUT-06, DIG-02, PRT-23." in text
    assert "Not held, as each needs the SAs of a kernel" in text
    assert "release 17" in text
    held = text[text.index(" rules: ") : text.index("Not held")]
    assert "AUT-06" not in held


def test_policy_dialect_and_selection_are_those_of_the_export() -> None:
    policy = {**POLICY_DEFAULTS, "release": 9, "quirks": frozenset({HOSTILE})}
    text = plugin.source(Engine(BOOK, policy, ("rfc3329",), ["VER-05", "TLS-01"]))
    first = head(text)
    assert all(line.startswith("--") for line in first)
    shown = " ".join(line.removeprefix("--").strip() for line in first)
    assert "Dialect: rfc3329." in shown
    assert "release 9" in shown
    assert "OFR-01" not in shown
    assert "\nos.exit" not in text


@pytest.mark.parametrize("version", RUNTIMES)
def test_a_word_of_a_policy_file_is_no_lua(version: str) -> None:
    policy = {**POLICY_DEFAULTS, "quirks": frozenset({HOSTILE, "\r-- \0é\u2028"})}
    text = plugin.source(Engine(BOOK, policy))
    start(version).compile(text.encode())


@pytest.mark.parametrize("version", RUNTIMES)
def test_it_is_lua(version: str) -> None:
    start(version).compile(default().encode())


@pytest.mark.parametrize("luac", LUACS)
def test_the_compilers_take_it(luac: str, exported: Path) -> None:
    if shutil.which(luac) is None:
        pytest.skip(f"no {luac}")
    done = subprocess.run(
        [luac, "-p", exported], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_luacheck_has_nothing_to_say(project: Path) -> None:
    """Neither of the modules nor of the file that is made of them."""
    if shutil.which("luacheck") is None:
        pytest.skip("no luacheck")
    done = subprocess.run(
        ["luacheck", "--no-color", "-q", "plugins"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_nothing_is_left_in_the_state_that_plugins_share() -> None:
    """No function sets a global; luac lists each place that does."""
    luac = shutil.which("luac5.1")
    if luac is None:
        pytest.skip("no luac5.1")
    done = subprocess.run(
        [luac, "-l", "-p", "-"],
        input=default().encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert b"SETGLOBAL" not in done.stdout


def test_each_module_is_there_once() -> None:
    names = re.findall(r'^modules\["([a-z0-9_.]+)"\] = function\(\)$', default(), re.MULTILINE)
    assert names == sorted(set(names))
    wanted = set(re.findall(r'import\("([a-z0-9_.]+)"\)', default()))
    assert wanted | {plugin.BEGINNING} == set(names)


def test_a_module_that_is_missing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "wireshark").mkdir()
    (tmp_path / "wireshark" / "dissector.lua").write_text('return function(i) i("x") end')
    assert "wireshark.dissector" in plugin.source(Engine(BOOK), tmp_path)
    (tmp_path / "wireshark" / "dissector.lua").write_text('return function() import("gone") end')
    with pytest.raises(plugin.MissingModule, match="gone"):
        plugin.source(Engine(BOOK), tmp_path)


@pytest.mark.tshark
def test_tshark_finds_it_where_it_is_installed(project: Path, real: Path) -> None:
    """As an ordinary user: newer versions run no Lua as root, and do not say so."""
    if shutil.which("tshark") is None:
        pytest.skip("no tshark")
    user = 65534 if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        home.chmod(0o777)
        capture = shutil.copy(real / "03_udp_3des_md5_gm.pcap", home)

        def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                words,
                cwd=home,
                env={"HOME": name, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                user=user,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )

        def summary() -> str:
            return run("tshark", "-r", capture, "-q", "-z", "secagree,tree").stdout

        text = default()
        named = next(
            line.split(":", 1)[1].strip()
            for line in run("tshark", "-G", "folders").stdout.splitlines()
            if line.startswith("Personal Lua Plugins:")
        )
        assert "NOT REGISTERED" not in summary()
        path = plugin_folder.write(Path(named), text)
        assert path.is_relative_to(home)
        assert "NOT REGISTERED: no answer after the 401" in summary()
        assert plugin_folder.remove(Path(named)) == path
        assert "NOT REGISTERED" not in summary()
