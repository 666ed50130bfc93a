"""CK and IK of a Cx answer, found by the plugin where Wireshark finds Diameter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keys.test_cx import CK, IK, ITEM, NONCE, avp, diameter
from tests.parity.engines import Engine
from tests.pipeline.test_keys import AES, cx_packet, record

pytestmark = pytest.mark.slow

PLUGINS = Path(__file__).parents[2] / "plugins"
PLUGIN = """
local modules, loaded = {{}}, {{}}
local function import(name)
    loaded[name] = loaded[name] or modules[name]()(import)
    return loaded[name]
end
{modules}
local cx = import("wireshark.cx")
local proto = Proto("secagree", "A trial")
local function hex(octets)
    return (octets:gsub(".", function(octet) return ("%02x"):format(octet:byte()) end))
end
function proto.dissector(tvb, pinfo)
    for _, vector in ipairs(cx.vectors()) do
        print("vector", pinfo.number, hex(vector.rand), hex(vector.ck), hex(vector.ik))
    end
end
register_postdissector(proto)
"""
MODULES = {"wireshark.cx": "", "wireshark.octets": "", "limits": "rooms"}
WITHOUT_IK = avp(612, avp(609, NONCE) + avp(625, CK))


def module(name: str) -> str:
    path = PLUGINS.joinpath(MODULES[name], *name.split(".")).with_suffix(".lua")
    return f'modules["{name}"] = function()\n{path.read_text()}\nend\n'


def test_vectors(engine: Engine, tmp_path: Path) -> None:
    answers = (diameter(ITEM), diameter(ITEM + ITEM), diameter(WITHOUT_IK), diameter(b""))
    packets = [
        record(1_767_225_700 + n, cx_packet("sctp", answer)) for n, answer in enumerate(answers)
    ]
    capture = tmp_path / "cx.pcap"
    capture.write_bytes(AES.read_bytes() + b"".join(packets))
    plugin = PLUGIN.format(modules="".join(map(module, MODULES)))
    (output,) = engine.run([capture], plugin, tap="io,stat,0")
    values = [NONCE[:16].hex(), CK.hex(), IK.hex()]
    lines = [line.split()[1:] for line in output.printed.splitlines() if "vector" in line]
    seen = [tuple(line) for line in lines]
    assert set(seen) == {("9", *values), ("10", *values)}, output
