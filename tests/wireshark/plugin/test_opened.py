"""ESP that the plugin opens itself, and frames that a second pass makes sense of first: `passes`
with an analysis that only counts what it is given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.wireshark.plugin.modules import VERSIONS, Lua

LOOKED = 5
MANY = 200
_LIMITS = f"""
return {{ AT_ONCE = 10, LOOKED = {LOOKED}, RECORDED = 1e6, RECORDED_OCTETS = 1e6, SECOND = 1e9 }}
"""
_ANALYSIS = """
begun, fed = 0, 0
local Run = {}
Run.__index = Run
function Run:finish() end
return {
  new = function()
    begun = begun + 1
    return setmetatable({ nth = begun, latest = 0 }, Run)
  end,
}
"""
_FEEDING = "return { feed = function() fed = fed + 1 end }"
_PLANS = "return { inside = function() return { opened = 'udp' } end }"
_EXTRACTION = """
return {
  plan = function() return plan end,
  esp_packet = function() return {} end,
  has_sip = function() return true end,
  read = function(plan, _, _, frame, time)
    return { { kind = "datagram", frame = frame, time = time, plan = plan, opened = plan.opened } }
  end,
}
"""


class Tshark:
    """`tshark -2` with a filter; `looks`: a field of ours is asked for."""

    def __init__(self, version: str, *, esp: bool, looks: bool) -> None:
        lua = self.lua = Lua(
            version,
            limits=_LIMITS,
            analysis=_ANALYSIS,
            **{
                "wireshark.feeding": _FEEDING,
                "wireshark.plans": _PLANS,
                "wireshark.extraction": _EXTRACTION,
            },
        )
        lua.runtime.execute(f"""
            function gui_enabled() return false end
            plan = {{ esp = {str(esp).lower()} }}
            opened = {{}}
            machine = {{ open = function(_, _, pinfo)
              opened[#opened + 1] = pinfo.number
              return "udp"
            end }}
        """)
        self.passes: Any = lua.module("wireshark.passes")
        self.passes.opens = lua.value("function() return machine end")
        self._take = lua.value("""function(passes, frame, visited, looks)
            local pinfo = { number = frame, rel_ts = frame / 1000, abs_ts = 1 + frame / 1000,
              visited = visited, cols = { info = "(info)" } }
            return passes.take(pinfo, nil, nil, function() return looks end)
          end""")
        self._looks = looks

    def read(self, frames: Iterable[int], *, again: bool = False) -> None:
        for frame in frames:
            self._take(self.passes, frame, again, self._looks)

    def filter(self, frames: Iterable[int]) -> None:
        """One pass with a filter that names no field of ours, as `watching` asks for it."""
        take = self.lua.value("""function(passes, frame)
            local pinfo = { number = frame, rel_ts = frame / 1000, abs_ts = 1 + frame / 1000,
              visited = false, cols = { info = "REGISTER" } }
            return passes.idle(pinfo) or passes.take(pinfo, nil, nil, passes.cheap_to_open)
          end""")
        for frame in frames:
            take(self.passes, frame)

    def look(self, frame: int) -> int | None:
        """The how manieth run knows a frame that was seen before, if one does."""
        found = self.passes.look(frame, True)
        run = found[0] if isinstance(found, tuple) else found
        return None if run is None else int(run.nth)

    @property
    def opened(self) -> list[int]:
        return list(self.lua.value("opened").values())

    @property
    def begun(self) -> int:
        """Analyses that were begun."""
        return int(self.lua.value("begun"))


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_all_of_a_pass_is_opened_however_much(version: str) -> None:
    """What other taps and filters count must not depend on how much came before."""
    tshark = Tshark(version, esp=True, looks=False)
    frames = list(range(1, MANY + 1))
    tshark.read(frames)
    assert tshark.opened == frames
    tshark.read(frames, again=True)
    assert tshark.opened == frames * 2
    assert tshark.begun == 1
    assert tshark.lua.value("fed") == MANY


def test_frames_in_between_do_not_restart_the_analysis(version: str) -> None:
    """As a damaged capture has them: every twentieth frame says nothing in the first pass."""
    tshark = Tshark(version, esp=False, looks=True)
    late = set(range(10, MANY + 1, 20))
    tshark.read(frame for frame in range(1, MANY + 1) if frame not in late)
    assert tshark.look(1) == 1
    for frame in range(1, MANY + 1):
        tshark.read([frame], again=True)
        assert tshark.look(frame) == (None if frame in late else 1), "pending"
    assert tshark.begun == 1
    assert tshark.passes.everything().nth == 2, "whoever asks for everything gets it"
    assert tshark.look(min(late)) == 2


def test_many_in_between_are_worth_another(version: str) -> None:
    """A tenth more, as of what a live capture brings: runs grow with the logarithm of frames."""
    tshark = Tshark(version, esp=True, looks=True)
    tshark.read(range(2, 2 * MANY + 1, 2))
    assert tshark.look(2) == 1
    odd = range(1, 2 * MANY, 2)
    tshark.read(odd, again=True)
    assert tshark.begun <= 1 + 8, "log(2) / log(1.1) = 7.3"
    assert (tshark.look(1) or 0) > 1


def test_few_frames_are_analysed_for_each_in_between(version: str) -> None:
    tshark = Tshark(version, esp=False, looks=True)
    tshark.read(range(2, 61, 2))
    tshark.look(2)
    for frame in range(3, 60, 2):
        tshark.read([frame], again=True)
        assert tshark.look(frame) is not None


@pytest.mark.parametrize(("esp", "left"), [(True, LOOKED + 1), (False, None)])
def test_a_filter_opens_what_is_cheap_and_says_where_it_ended(
    version: str, esp: bool, left: int | None
) -> None:
    """`tshark -Y sip` on a large capture is not to take a hundred times as long."""
    tshark = Tshark(version, esp=esp, looks=False)
    tshark.filter(range(1, MANY))
    assert tshark.opened == (list(range(1, LOOKED + 1)) if esp else [])
    assert tshark.passes.left() == left


def test_a_filter_on_a_small_capture_leaves_nothing(version: str) -> None:
    tshark = Tshark(version, esp=True, looks=False)
    tshark.filter(range(1, LOOKED + 1))
    assert tshark.opened == list(range(1, LOOKED + 1))
    assert tshark.passes.left() is None


_RUN = """{
  sa = function()
    local sa = { name = "uc>ps", sport = 0, dport = 0 }
    return { alg = "hmac-md5-96", ealg = "null", sas = { sa } }, sa.name
  end,
}"""


@pytest.mark.parametrize(
    ("protocol", "data"), [(17, b"\0\1\0\2\0\x08\0\0"), (4, b"")], ids=["udp", "ip"]
)
def test_what_is_malformed_inside_was_opened(version: str, protocol: int, data: bytes) -> None:
    """A dissector of Wireshark raises where what it is given is malformed, and a Tvb without octets
    is none: the ESP packet is one all the same."""
    lua = Lua(version)
    lua.runtime.execute("""
        Dissector = { get = function()
          return { call = function() called = true error("Malformed frame") end }
        end }
        ByteArray = { new = function(octets)
          return { tvb = function() return #octets > 0 and {} or error("no octets") end }
        end }
    """)
    packet = b"\0\0\x10\1\0\0\0\1" + data + bytes((0, protocol)) + bytes(12)
    opens = lua.value("""function(decryption, run, octets)
        local machine = decryption.new({ pairs_of = function() return {} end })
        local range = { bytes = function() return { raw = function() return octets end } end }
        local packet = { dst = "", spi = 4097, range = range }
        return machine.open(packet, run, { number = 717, visited = false }, {})
      end""")
    name = opens(lua.module("wireshark.decryption"), lua.value(_RUN), packet.decode("latin-1"))
    assert (name[0] if isinstance(name, tuple) else name) == {17: "udp", 4: "ip"}[protocol]
    assert bool(lua.value("called")) is (protocol == 17)
