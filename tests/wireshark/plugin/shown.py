"""The whole plugin in tshark: the packet tree, the summary, or fields."""

from functools import cache
from pathlib import Path

import pytest

from analyzer.wireshark import plugin
from tests.captures import ENGINE
from tests.parity.engines import PREFERENCES, Output, Tshark

ERRORS = ("Lua Error", "_ws.lua.error", "Error during", "Runtime error")


@cache
def text() -> str:
    """The plugin with the rules as shipped."""
    return plugin.source(ENGINE)


def shown(capture: Path, *options: str) -> list[str]:
    """The lines tshark printed; a Lua error in any of them fails."""
    return said(capture, *options).printed.splitlines()


def said(capture: Path, *options: str) -> Output:
    """All that tshark said; a Lua error in any of it fails."""
    engine = Tshark("tshark", options=options)
    if engine.missing():
        pytest.skip(engine.missing() or "")
    output = next(engine.run([capture], text(), preferences=PREFERENCES))
    both = output.printed + output.errors
    assert not [word for word in ERRORS if word in both], both[-2000:]
    return output


def tree(capture: Path, *options: str) -> dict[int, list[str]]:
    """By frame, the lines of ours in the packet tree, without the blanks before them."""
    found: dict[int, list[str]] = {}
    frame, inside = 0, False
    for line in shown(capture, "-O", "frame,secagree", *options):
        if line.startswith("Frame ") and line.partition(":")[0][6:].isdigit():
            frame = int(line.partition(":")[0][6:])
        if line[:1] not in (" ", ""):
            inside = line.startswith(("SIP Security Agreement", "[E", "[nothing", "[ERROR"))
        if inside and line:
            found.setdefault(frame, []).append(line.strip())
    return found
