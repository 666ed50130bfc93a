"""CK and IK of a Cx answer, as Wireshark's Diameter gives them to the plugin."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keys.test_cx import CK, IK, ITEM, NONCE, avp, diameter
from tests.parity.engines import Engine
from tests.pipeline.test_keys import AES, cx_packet, record

pytestmark = pytest.mark.slow

PLUGINS = Path(__file__).parents[2] / "plugins"
PLUGIN = """
local cx = (function() {module} end)()()
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
WITHOUT_IK = avp(612, avp(609, NONCE) + avp(625, CK))


def test_vectors(engine: Engine, tmp_path: Path) -> None:
    answers = (diameter(ITEM), diameter(ITEM + ITEM), diameter(WITHOUT_IK), diameter(b""))
    packets = [
        record(1_767_225_700 + n, cx_packet("sctp", answer)) for n, answer in enumerate(answers)
    ]
    capture = tmp_path / "cx.pcap"
    capture.write_bytes(AES.read_bytes() + b"".join(packets))
    plugin = PLUGIN.format(module=(PLUGINS / "wireshark/cx.lua").read_text())
    (output,) = engine.run([capture], plugin, tap="io,stat,0")
    values = [NONCE[:16].hex(), CK.hex(), IK.hex()]
    lines = [line.split()[1:] for line in output.printed.splitlines() if "vector" in line]
    seen = [tuple(line) for line in lines]
    assert set(seen) == {("9", *values), ("10", *values)}, output
