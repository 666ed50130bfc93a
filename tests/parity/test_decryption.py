"""Protected SIP that the plugin opens itself, and what it says of that which it cannot open."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.pipeline.settings import Settings
from analyzer.pipeline.settings import engine as rules
from analyzer.wireshark.plugin import source
from tests.captures import SAMPLES
from tests.parity.engines import Engine, Tshark

pytestmark = pytest.mark.slow

KEYS = SAMPLES / "pcaps" / "esp_mw_keys.pcap"  # ck and ik in the 401 on Mw, AES on Gm
LATE = SAMPLES / "pcaps" / "esp_sha1_aes.pcap"  # AES, and no keys
NULL = SAMPLES / "pcaps" / "ok_udp_null.pcap"
ROWS = ("-Y", "esp", "-T", "fields", *("-e", "frame.number"), *("-e", "sip.CSeq.method"),
        *("-e", "secagree.protection"), *("-e", "secagree.role"))  # fmt: skip


@pytest.fixture(scope="module")
def plugin() -> str:
    """The plugin with the rules that are on by default."""
    return source(rules(Settings()))


def with_ciphers() -> Tshark:
    """The Wireshark whose Lua has ciphers, printing what stands in ESP frames."""
    tshark = Tshark("sid", "sid", options=ROWS)
    reason = tshark.missing()
    if reason:
        pytest.skip(reason)
    return tshark


def test_sip_in_aes_is_dissected_with_keys_of_the_capture(plugin: str) -> None:
    (output,) = with_ciphers().run([KEYS], plugin, preferences={})
    rows = [line.split("\t") for line in output.printed.splitlines() if line[:1].isdigit()]
    assert rows
    assert all(row[1] and row[2] == "esp" for row in rows), output
    assert [row[1:] for row in rows][:2] == [
        ["REGISTER", "esp", "verify"],
        ["REGISTER", "esp", "result"],
    ]


def test_the_preference_leaves_it_closed(plugin: str) -> None:
    (output,) = with_ciphers().run([KEYS], plugin, preferences={"secagree.decrypt": "FALSE"})
    rows = [line.split("\t") for line in output.printed.splitlines() if line[:1].isdigit()]
    assert rows
    assert not any(row[1] for row in rows), output


@pytest.mark.parametrize("capture", [LATE, KEYS], ids=lambda path: path.stem)
def test_what_stays_closed_is_named(capture: Path, plugin: str) -> None:
    tshark = Tshark("tshark")
    reason = tshark.missing()
    if reason:
        pytest.skip(reason)
    (output,) = tshark.run([capture], plugin, tap="secagree,tree", preferences={})
    assert "ESP that stayed closed:" in output.printed
    assert "0x00001001 uc>ps hmac-sha-1-96/aes-cbc" in output.printed
    assert "secagree keys CAPTURE... --wireshark-profile install" in output.printed


def test_null_encryption_needs_no_preference(engine: Engine, plugin: str) -> None:
    if engine.name == "wiregasm":
        (output,) = engine.run([NULL], plugin, preferences={})
        assert output.items is not None
        shown = {item.filter for item in output.items if item.frame == 3}
        assert {'secagree.role == "verify"', 'secagree.protection == "esp-null"'} <= shown
        return
    (output,) = engine.run([NULL], plugin, tap="secagree,tree", preferences={})
    assert "E1  001010123456789  REGISTERED\n" in output.printed, output
    assert "stayed closed" not in output.printed
