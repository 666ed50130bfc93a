"""Whether anybody can ask the plugin: certain, or it is taken for asked."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzer.rules import book
from analyzer.rules.engine import Engine
from analyzer.wireshark import plugin
from tests.wireshark.plugin.modules import VERSIONS, Lua

OWN = "/home/me/plugins/secagree.lua"
COLUMNS = 'gui.column.format: \n\t"No.", "%m",\n\t"Time", "%t"'
CUSTOM = '"Exchange", "%Cus:secagree.exchange:0:R"'


@pytest.fixture(scope="module", params=VERSIONS)
def lua(request: pytest.FixtureRequest) -> Lua:
    return Lua(request.param)


def lines_alone(lua: Lua, *words: str) -> bool:
    module: Any = lua.module("wireshark.asked")
    return bool(module.lines_alone(lua.runtime.table(*words), OWN))


@pytest.mark.parametrize(
    "words",
    [
        ["-r", "a.pcap"],
        ["-rsecagree.pcap"],
        ["-nr", "a.pcap"],
        ["-n2qr", "a.pcap", "-c", "10"],
        ["-i", "any", "-f", "udp port 5060", "-w", "-V"],
        [
            "-r",
            "a",
            "-o",
            "esp.enable_null_encryption_decode_heuristic:TRUE",
            "-d",
            "udp.port==1,sip",
        ],
        ["-r", "a", "-X", f"lua_script:{OWN}"],
        ["-r", "a", "-t", "ad", "-N", "m"],
    ],
)
def test_lines_alone(lua: Lua, words: list[str]) -> None:
    assert lines_alone(lua, "tshark", *words)
    assert lines_alone(lua, "/usr/bin/tshark", *words)
    for other in ("wireshark", "sharkd", "/opt/tshark/python3"):
        assert not lines_alone(lua, other, *words)


@pytest.mark.parametrize(
    "words",
    [
        ["-V"],
        ["-nV"],
        ["-2R", "frame"],
        ["-Y", "secagree.rule"],
        ["-Ysip"],
        ["-T", "fields", "-e", "secagree.rule"],
        ["-q", "-z", "secagree,tree"],
        ["-O", "secagree"],
        ["-x"],
        ["-G"],
        ["-C", "mine"],
        ["--color"],
        ["--read-file=a"],
        ["-"],
        ["secagree.rule"],
        ["-o"],
        ["-o", 'gui.column.format:"R","%Cus:secagree.rule"'],
        ["-o", 'COLUMN.format:"R","%Cus:x"'],
        ["-o", "secagree.notes:FALSE"],
        ["-X", "lua_script:report.lua"],
        ["-X", "read_format:MIME Files Format"],
        ["-é"],
    ],
)
def test_what_may_ask(lua: Lua, words: list[str]) -> None:
    assert not lines_alone(lua, "tshark", "-r", "a.pcap", *words)


def test_no_words(lua: Lua) -> None:
    assert not lines_alone(lua)


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("", False),
        (COLUMNS, False),
        (f"{COLUMNS},\n\t{CUSTOM}\n", True),
        (f"{COLUMNS},\r\n\t{CUSTOM}", True),
        (f"#{COLUMNS},\n#\t{CUSTOM}\n", False),
        ('"M", "%Cus:sip.Method || secagree.role:0:R"', True),
        ('"M", "%Cus:sip.Method:0:R"\n#secagree.notes: TRUE\nsecagree.notes: FALSE', False),
    ],
)
def test_columns(lua: Lua, text: str, has: bool) -> None:
    assert bool(lua.module("wireshark.asked").has_column(text)) is has


# ---------------------------------------------------------------- in tshark itself

OTHER = """
local rule = Field.new("secagree.role")
local proto = Proto("trial", "A trial")
function proto.dissector() if rule() then print("role " .. rule().value) end end
register_postdissector(proto)
"""


class Home:
    """A home folder with the plugin in it, and a capture."""

    def __init__(self, folder: Path, capture: Path) -> None:
        self.folder = folder
        self.settings = folder / ".config/wireshark"
        self.plugins = folder / ".local/lib/wireshark/plugins"
        for path in (self.settings, self.plugins):
            path.mkdir(parents=True)
        self.capture = shutil.copy(capture, folder / "capture")
        (self.plugins / "secagree.lua").write_text(plugin.source(Engine(book.load())))

    def tshark(self, *options: str) -> str:
        """What it prints of the capture."""
        done = subprocess.run(
            ["tshark", "-n", "-r", self.capture, *options],
            env={"HOME": str(self.folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            user=65534 if os.geteuid() == 0 else None,
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        return done.stdout


@pytest.fixture
def home(real: Path) -> Iterator[Home]:
    if shutil.which("tshark") is None:
        pytest.skip("no tshark")
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Home(Path(name), real / "03_udp_3des_md5_gm.pcap")


@pytest.mark.tshark
def test_lines_are_those_of_a_tshark_without_it(home: Home) -> None:
    lines = home.tshark()
    (home.plugins / "secagree.lua").unlink()
    assert lines == home.tshark()


@pytest.mark.tshark
def test_it_stays_away_where_it_may(home: Home) -> None:
    """Seen by what it would need: its last module but the first is never compiled."""
    path = home.plugins / "secagree.lua"
    path.write_text(path.read_text() + '\nprint("compiled", loaded["wireshark.watching"] ~= nil)\n')
    linux = Path("/proc/self/cmdline").exists()
    assert f"compiled\t{str(not linux).lower()}" in home.tshark()
    assert "compiled\ttrue" in home.tshark("-V")


@pytest.mark.tshark
def test_a_column_of_the_user_is_filled(home: Home) -> None:
    (home.settings / "preferences").write_text(f"{COLUMNS},\n\t{CUSTOM}\n")
    assert [line.split()[-1] for line in home.tshark().splitlines()][:1] == ["E1"]


@pytest.mark.tshark
@pytest.mark.parametrize("folder", ["", "mine/more"])
def test_another_script_is_answered(home: Home, folder: str) -> None:
    place = home.plugins / folder
    place.mkdir(parents=True, exist_ok=True)
    (place / "trial.lua").write_text(OTHER)
    if folder:  # folders come before files: our fields are not there yet
        (home.plugins / "secagree.lua").rename(place / "a.lua")
    assert "role offer" in home.tshark()
