"""Each Wireshark runs Lua and gives it what SIP holds: else parity would be silent success."""

from __future__ import annotations

import pytest

from tests.captures import SAMPLES
from tests.parity.engines import Engine, Item

pytestmark = pytest.mark.slow

CAPTURE = SAMPLES / "pcaps" / "ver_01_fires.pcap"

PLUGIN = """
local method = Field.new("sip.Method")
local server = Field.new("sip.Security-Server")
local spi = Field.new("esp.spi")
local proto = Proto("secagree", "A trial")
local seen = ProtoField.string("secagree.seen", "Seen")
proto.fields = { seen }
print("lua runs in " .. get_version())
function proto.dissector(tvb, pinfo, tree)
    for _, read in ipairs { method, server, spi } do
        local info = read()
        if info then tree:add(proto):add(seen, pinfo.number .. " " .. tostring(info.value)) end
    end
end
register_postdissector(proto)
register_stat_cmd_arg("secagree,tree", function()
    local tap = Listener.new("frame")
    local methods = {}
    function tap.packet(pinfo)
        local info = method()
        if info then methods[#methods + 1] = pinfo.number .. " " .. info.value end
    end
    function tap.draw() print("methods: " .. table.concat(methods, ", ")) end
end)
"""


def test_lua_reads_sip(engine: Engine) -> None:
    (output,) = engine.run([CAPTURE], PLUGIN, tap="secagree,tree")
    assert "lua runs in " in output.printed, output
    # frame 3 is the REGISTER inside ESP with NULL encryption: the preferences are in force
    if output.items is not None:
        seen = [item for item in output.items if item.filter.startswith("secagree.seen ==")]
        assert Item(1, 'secagree.seen == "1 REGISTER"', "Seen: 1 REGISTER") in seen
        assert any(item.label.startswith("Seen: 2 ipsec-3gpp;") for item in seen)
        assert any(item.label == "Seen: 3 REGISTER" for item in seen)
    else:
        assert "methods: 1 REGISTER, 3 REGISTER" in output.printed, output


def test_an_error_of_lua_is_heard(engine: Engine) -> None:
    (output,) = engine.run([CAPTURE], 'error("on purpose")')
    assert "lua runs in " not in output.printed
    assert output.errors
    if engine.name != "wiregasm":
        assert "on purpose" in output.errors
