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
from tests.captures import SAMPLES
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
        ("secagree.info: TRUE\n", True),
        ("a: b\r\n secagree.info:true\r\n", True),
        ("#secagree.info: TRUE\n", False),
        ("secagree.info: FALSE\nother.secagree.info: TRUE\n", False),
    ],
)
def test_columns(lua: Lua, text: str, has: bool) -> None:
    assert bool(lua.module("wireshark.asked").fills_column(text)) is has


@pytest.mark.parametrize(
    ("words", "packets", "expert"),
    [
        ([], False, False),
        (["-n2", "-c", "10", "-o", "a.b:-Y", "-C", "mine", "-t", "ad"], False, False),
        (["-w", "-z"], False, False),
        (["-Y", "sip"], True, False),
        (["-nYsip"], True, False),
        (["-2R", "sip"], True, False),
        (["--display-filter", "sip"], True, False),
        (["sip"], True, False),
        (["-V", "-Y", "sip"], True, False),
        (["-T", "fields", "-e", "sip.CSeq.method"], True, False),
        (["-z", "sip,stat"], True, False),
        (["-Y", "-z", "-o", "expert"], True, False),
        (["-z", "expert"], True, True),
        (["-qz", "expert,warn"], True, True),
        (["-z"], True, False),
        (["-é"], True, False),
    ],
)
def test_what_is_wanted(lua: Lua, words: list[str], packets: bool, expert: bool) -> None:
    module: Any = lua.module("wireshark.asked")
    wants = module.wants(lua.runtime.table("/usr/bin/tshark", "-r", "a.pcap", *words))
    assert (wants.packets, wants.expert) == (packets, expert)


@pytest.mark.parametrize(
    ("words", "taps"), [(["-z", "sip,stat"], True), (["-qzexpert"], True), (["-Y", "-z"], False)]
)
def test_statistics_are_told_from_filters(lua: Lua, words: list[str], taps: bool) -> None:
    module: Any = lua.module("wireshark.asked")
    assert module.wants(lua.runtime.table("tshark", *words)).taps is taps


def test_nothing_is_wanted_where_no_tshark_is_told(lua: Lua) -> None:
    module: Any = lua.module("wireshark.asked")
    for words in ([], ["sharkd", "-Y", "-z", "expert"]):
        wants = module.wants(lua.runtime.table(*words))
        assert (wants.packets, wants.expert) == (False, False)


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("", False),
        ("run_user_scripts_when_superuser = true\n", False),
        ("  -- dofile('a.lua')\r\n--\nenable_lua = true -- or not", False),
        ('if not running then dofile(DATA_DIR.."console.lua") end', False),
        ('dofile(DATA_DIR.."console.lua") dofile("a.lua")', True),
        ("payload = Fields, preload, listeners", False),
        ('dofile("/opt/report.lua")', True),
        ("local ok = pcall(dofile, name)", True),
        ('\n--[[\n]] require "report"', True),
        ("--[[]] loadfile(name)()", True),
        ('local field = Field.new("sip." .. name)', True),
        ('Listener.new("frame")', True),
    ],
)
def test_what_runs_before_plugins(lua: Lua, text: str, may: bool) -> None:
    assert bool(lua.module("wireshark.asked").may_load(text)) is may


def test_what_wireshark_brings_asks_nothing(lua: Lua) -> None:
    shipped = Path("/usr/share/wireshark/init.lua")
    if not shipped.is_file():
        pytest.skip("this Wireshark brings no init.lua")
    assert not lua.module("wireshark.asked").may_load(shipped.read_text("latin-1"))


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
@pytest.mark.parametrize("by", ["preferences", "-o"])
def test_the_info_column_is_filled_where_it_is_set(home: Home, by: str) -> None:
    if by == "-o":
        lines = home.tshark("-o", "secagree.info:TRUE")
    else:
        (home.settings / "preferences").write_text("secagree.info: TRUE\n")
        lines = home.tshark()
    assert "[E1 offer] Request: REGISTER" in lines


@pytest.mark.tshark
@pytest.mark.parametrize(
    "options",
    [
        ("-Y", "sip"),
        ("-2", "-R", "sip"),
        ("-2", "-Y", "sip"),
        ("-T", "fields", "-e", "sip.CSeq.method", "-Y", "sip"),
    ],
)
def test_a_filter_finds_what_only_we_open(home: Home, options: tuple[str, ...]) -> None:
    """Two messages in clear and six in ESP without encryption, which Wireshark leaves closed."""
    home.capture = shutil.copy(SAMPLES / "pcaps" / "ok_null.pcap", home.folder / "capture")
    assert len(home.tshark(*options).splitlines()) == 8


@pytest.mark.tshark
def test_a_script_with_capitals_is_answered(home: Home) -> None:
    (home.plugins / "trial.LUA").write_text(OTHER)
    assert "role offer" in home.tshark()


@pytest.mark.tshark
@pytest.mark.parametrize("place", ["settings", "plugins"])
def test_what_init_lua_loads_is_answered(home: Home, place: str) -> None:
    """Before plugins of Wireshark 4.0 are loaded none of our fields is there: it loads both."""
    mine = (home.plugins / "secagree.lua").rename(home.folder / "elsewhere.lua")
    trial = home.folder / "trial.lua"
    trial.write_text(OTHER)
    folder = home.settings if place == "settings" else home.plugins
    (folder / "init.lua").write_text(f'dofile("{mine}")\ndofile("{trial}")\n')
    assert "role offer" in home.tshark()


@pytest.mark.tshark
@pytest.mark.parametrize("folder", ["", "mine/more"])
def test_another_script_is_answered(home: Home, folder: str) -> None:
    place = home.plugins / folder
    place.mkdir(parents=True, exist_ok=True)
    (place / "trial.lua").write_text(OTHER)
    if folder:  # folders come before files: our fields are not there yet
        (home.plugins / "secagree.lua").rename(place / "a.lua")
    assert "role offer" in home.tshark()
