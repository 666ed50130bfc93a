"""The plugin as one file: self-contained, the same each time, and Lua in each version."""

import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from analyzer.rules import book as rule_book
from analyzer.rules.engine import Engine
from analyzer.rules.vocabulary import POLICY_DEFAULTS
from analyzer.version import VERSION
from analyzer.wireshark import plugin, plugin_folder
from tests.plugins.lua import RUNTIMES, start

BOOK = rule_book.load()
LUACS = ("luac5.1", "luac5.2", "luac5.3", "luac5.4")
HOSTILE = 'x\nos.exit(1) --[[ "]] \\'
ENDS = "]] ]=] ]==] ]===] [[ [=[ ]="


@cache
def default() -> str:
    return plugin.source(Engine(BOOK))


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """The file, and beside it each of its modules as a file."""
    (tmp_path / "secagree.lua").write_text(default())
    for name, text in plugin.modules(Engine(BOOK)).items():
        (tmp_path / f"{name}.lua").write_text(text)
    return tmp_path


def held(text: str, version: str = "5.4") -> dict[bytes, bytes]:
    """The texts of the modules, as the file gives them to Lua; none of them is run."""
    head, loader, rest = text.partition("local function module_of(name)")
    assert loader
    code, last, _ = f"{head}{loader}{rest}".rpartition(f'module_of("{plugin.BEGINNING}")')
    assert last
    return dict(start(version).execute(f"{code} return modules".encode()))


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
    policy = {**POLICY_DEFAULTS, "quirks": frozenset({HOSTILE, ENDS, "\r-- \0é\u2028"})}
    engine = Engine(BOOK, policy)
    found = held(plugin.source(engine), version)
    assert found == {k.encode(): v.encode() for k, v in plugin.modules(engine).items()}
    for text in found.values():
        start(version).compile(text)


@pytest.mark.parametrize("version", RUNTIMES)
def test_the_file_holds_its_modules_octet_for_octet(version: str, project: Path) -> None:
    found = held(default(), version)
    places = (project / "plugins", project / "plugins/rooms")
    files = {
        name: path.read_bytes()
        for name in found
        for place in places
        if (path := place.joinpath(*name.decode().split(".")).with_suffix(".lua")).is_file()
    }
    assert {name: found[name] for name in files} == files
    assert set(found) - set(files) == {plugin.COMPILED.encode(), plugin.ABOUT.encode()}
    for text in found.values():
        start(version).compile(text)


@pytest.mark.parametrize("version", RUNTIMES)
@given(st.text(st.sampled_from(']=[\n\r\0"\\-é')))
def test_nothing_ends_a_bracket(version: str, text: str) -> None:
    assert start(version).eval(plugin.bracketed(text).encode()) == text.encode()


@pytest.mark.parametrize("version", RUNTIMES)
def test_a_rule_that_would_end_the_file_is_text(version: str) -> None:
    name, rule = next(iter(BOOK.rules.items()))
    rules = {**BOOK.rules, name: replace(rule, title=f"{ENDS}\n{HOSTILE}", fix=ENDS)}
    found = held(plugin.source(Engine(replace(BOOK, rules=rules))), version)
    about = start(version).execute(found[plugin.ABOUT.encode()])()
    titles = {row[b"id"].decode(): row[b"title"].decode() for row in about[b"rules"].values()}
    assert titles[name] == f"{ENDS}\n{HOSTILE}"


@pytest.mark.parametrize("luac", LUACS)
def test_the_compilers_take_it(luac: str, exported: Path) -> None:
    if shutil.which(luac) is None:
        pytest.skip(f"no {luac}")
    for path in sorted(exported.iterdir()):
        done = subprocess.run(
            [luac, "-p", path], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr


def test_luacheck_has_nothing_to_say(project: Path, exported: Path) -> None:
    """Neither of the modules, with those that are made, nor of the file that holds them."""
    if shutil.which("luacheck") is None:
        pytest.skip("no luacheck")
    done = subprocess.run(
        ["luacheck", "--no-color", "-q", "plugins"]
        + [exported / f"{name}.lua" for name in (plugin.COMPILED, plugin.ABOUT)],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_nothing_is_left_in_the_state_that_plugins_share(exported: Path) -> None:
    """No function of the file or a module sets a global; luac lists each place that does."""
    luac = shutil.which("luac5.1")
    if luac is None:
        pytest.skip("no luac5.1")
    for path in sorted(exported.iterdir()):
        done = subprocess.run([luac, "-l", "-p", path], capture_output=True, timeout=60, check=True)
        assert b"SETGLOBAL" not in done.stdout, path


def test_each_module_is_there_once() -> None:
    names = re.findall(r'^modules\["([a-z0-9_.]+)"\] = \[=+\[$', default(), re.MULTILINE)
    assert names == sorted(set(names)) == list(plugin.modules(Engine(BOOK)))
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
