"""What the user sets in each Wireshark reaches the plugin."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.captures import SAMPLES
from tests.parity.engines import Engine

pytestmark = pytest.mark.slow

PLUGINS = Path(__file__).parents[2] / "plugins"
CAPTURE = SAMPLES / "pcaps" / "ok_null.pcap"
PLUGIN = """
local proto = Proto("secagree", "SIP Security Agreement")
local preferences = (function() {module} end)()()
preferences.define(proto)
function proto.dissector(tvb, pinfo)
    if pinfo.number > 1 then return end
    local set = preferences.read(proto)
    local function shown(rule, severity, effect)
        return set.shown {{ rule = rule, severity = severity, effect = effect }}
    end
    print("set", set.enabled, set.notes, set.info, set.decrypt, set.keys, set.dialect,
        shown("VER-05", "error", "risk"), shown("OFR-05", "error", "risk"),
        shown("VER-06", "error", "risk"), shown("VER-05", "warning", "risk"),
        shown("VER-05", "error", "none"))
end
register_postdissector(proto)
"""
DEFAULT = "set true true false true false nil true true true true true"
CHANGED = "set true false true true false ims true false false false false"


def test_preferences(engine: Engine) -> None:
    plugin = PLUGIN.format(module=(PLUGINS / "wireshark/preferences.lua").read_text())
    (output,) = engine.run([CAPTURE], plugin, preferences={})
    assert DEFAULT in output.printed.replace("\t", " "), output
    changed = {
        "secagree.dialect": "ims",
        "secagree.severity": "error or worse",
        "secagree.rules_off": "OFR, ver-06",
        "secagree.info": "TRUE",
        "secagree.notes": "FALSE",
    }
    (output,) = engine.run([CAPTURE], plugin, preferences=changed)
    assert CHANGED in output.printed.replace("\t", " "), output
