"""What a look gets in a window, where a long run is made beside it: `passes` with an analysis that
only counts what it is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lupa.lua54
import pytest

MODULES = Path(__file__).parents[3] / "plugins" / "wireshark"
AT_ONCE = 10
SETTING = """
local passes_text, record_text, clock = ...
function gui_enabled() return true end
os.time = function() return clock() end
local Run = {}
Run.__index = Run
function Run:finish() self.ended = true end
local modules = {
  analysis = { new = function() return setmetatable({ fed = 0, latest = 0 }, Run) end },
  limits = { AT_ONCE = %d, LOOKED = 1000, RECORDED = 1e6, RECORDED_OCTETS = 1e6, SECOND = 1e9 },
  ["wireshark.feeding"] = { feed = function(run) run.fed = run.fed + 1 end },
  ["wireshark.plans"] = {},
  ["wireshark.extraction"] = {
    plan = function() return {} end,
    read = function(_, _, _, frame, time)
      return { { kind = "sip", frame = frame, time = time } }
    end,
  },
}
local function import(name) return modules[name] end
modules["wireshark.record"] = load(record_text)()(import)
local passes = load(passes_text)()(import)
passes.windowed = true
return passes, function(frame, seconds)
  passes.take({ number = frame, rel_ts = frame / 1000, abs_ts = seconds + frame / 1000 }, nil, nil,
    function() return true end)
end
"""
THEN, NOW = 1_700_000_000, 1_800_000_000


class Window:
    """A capture in a window. `began` is when it was taken; it is `NOW`."""

    def __init__(self, began: int) -> None:
        self.now = NOW
        self._began, self._last = began, 0
        lua = lupa.lua54.LuaRuntime(unpack_returned_tuples=True)
        texts = [(MODULES / f"{name}.lua").read_text() for name in ("passes", "record")]
        self.passes, self._take = lua.execute(SETTING % AT_ONCE, *texts, lambda: self.now)

    def read(self, count: int) -> None:
        """So many more messages, a frame each."""
        for _ in range(count):
            self._last += 1
            self._take(self._last, self._began)

    def look(self, frame: int = 1) -> Any:
        """What a frame shown again gets: a run, or nothing."""
        found = self.passes.look(frame, True)
        return found[0] if isinstance(found, tuple) else found

    def analyse(self, most: int = 10**6) -> bool:
        """Whether the run over all was made, where it is stopped after so many."""
        done = self.passes.analyse(lambda done, _: done < most)
        return bool(done[0] if isinstance(done, tuple) else done)


def test_little_is_run_under_a_look() -> None:
    window = Window(THEN)
    window.read(AT_ONCE)
    assert window.look().fed == AT_ONCE
    assert not window.passes.asked()


def test_much_waits_and_is_asked_for() -> None:
    window = Window(THEN)
    window.read(100)
    assert not window.passes.asked()
    assert window.look() is None
    assert window.passes.asked()
    assert window.passes.due()
    assert window.analyse()
    assert window.look().ended
    assert window.look().fed == 100
    assert not window.passes.asked()
    assert not window.passes.due()


def test_a_run_that_goes_along_keeps_up() -> None:
    """However long nothing asks for it: what it opens of a file is opened to its end."""
    window = Window(THEN)
    window.read(1)
    assert window.passes.look(1, None)[0].fed == 1
    window.read(100)
    assert window.passes.look(101, None)[0].fed == 101
    assert not window.passes.asked()


def test_what_was_stopped_goes_on() -> None:
    window = Window(THEN)
    window.read(100)
    window.look()
    assert not window.analyse(most=40)
    assert window.look() is None
    assert not window.passes.asked(), "who stopped it wants no other window"
    done, every = window.passes.progress()
    assert (done, every) == (50, 100)
    assert window.analyse()
    assert window.look().fed == 100, "nothing twice"


def test_another_capture_ends_it() -> None:
    window = Window(THEN)
    window.read(100)

    def go_on(*_: int) -> bool:
        window.passes.reset()
        return True

    ended = window.passes.analyse(go_on)
    assert not (ended[0] if isinstance(ended, tuple) else ended)
    assert tuple(window.passes.progress()) == (0, 0)
    window.read(5)
    assert window.look(106).fed == 5


@pytest.mark.parametrize(("began", "asked"), [(THEN, True), (NOW, False)])
def test_a_running_capture_opens_no_window_by_itself(began: int, *, asked: bool) -> None:
    window = Window(began)
    window.read(100)
    assert window.analyse()
    if began == THEN:
        window.passes.reset()
    window.read(100)
    assert (window.look(1) is None) == asked
    assert window.passes.asked() == asked
    assert window.look(200) is None


def test_verdicts_are_so_far_for_a_minute() -> None:
    """Of what was captured just now, and of what still comes after it was analysed."""
    fresh, old = Window(NOW), Window(THEN)
    fresh.read(1)
    old.read(1)
    assert fresh.passes.growing()
    assert not old.passes.growing()
    fresh.now += 3600
    assert not fresh.passes.growing()
    old.look()
    old.read(1)
    assert old.passes.growing()
