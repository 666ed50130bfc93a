"""The plugin around an analysis that judges nothing and prints what it is given."""

from pathlib import Path

import pytest

from tests.parity.engines import Tshark
from tests.wireshark.plugin.modules import assembled

NULL = ("-o", "esp.enable_null_encryption_decode_heuristic:TRUE")

_LIMITS = """
return function()
  return { RECORDED = %d, RECORDED_OCTETS = 100000, LOOKED = 100, SECOND = 1e9, ESP_SEEN = 100,
    COPY_WINDOW = 25e7 }
end
"""
_ABOUT = "return function() return { rules = {} } end"
_ANALYSIS = """
return function()
  local function tell(kind, one)
    local octets = (one.payload or ""):gsub(".", function(c) return ("%02x"):format(c:byte()) end)
    local frames = {}
    for at = 1, one.frames and one.frames.n or 0 do frames[at] = ("%d"):format(one.frames[at]) end
    print(("%s %d %.0f %d>%d %s %.0f/%.0f [%s] %s"):format(kind, one.frame, one.time, one.sport,
      one.dport, one.protection or one.opened, one.spi or -1, one.seq or -1,
      table.concat(frames, ","), octets))
  end
  local Run = {}
  Run.__index = Run
  function Run:datagram(one) tell("SIP", one) end
  function Run:esp(one) tell("ESP", one) end
  function Run:signal(one) tell("SIGNAL", one) end
  function Run:pass_time() end
  function Run:sa() end
  function Run:keys() return {} end
  function Run:sa() end
  function Run:finish() print("FINISH") end
  function Run:of_frame(frame) print("LOOK " .. frame) end
  function Run:exchanges() return {} end
  function Run:each_exchange() return function() end end
  function Run:findings() return {} end
  return {
    new = function() print("NEW") return setmetatable({}, Run) end,
  }
end
"""


def told(capture: Path, *options: str, most: int = 1000) -> list[str]:
    """What the analysis was given of this capture, and when it was asked, in order."""
    plugin = assembled(about=_ABOUT, analysis=_ANALYSIS, limits=_LIMITS % most)
    engine = Tshark("tshark", options=options)
    if engine.missing():
        pytest.skip(engine.missing() or "")
    output = next(engine.run([capture], plugin, preferences={"secagree.decrypt": "FALSE"}))
    assert not output.errors
    lines = output.printed.splitlines()
    assert not [line for line in lines if "Lua Error" in line]
    kinds = ("SIP ", "ESP ", "SIGNAL ", "FINISH", "LOOK ", "NEW", "SIP Security", "not taken")
    return [line for line in lines if line.startswith(kinds)]
