"""Ports that Wireshark gives to another protocol, so that SIP on them is not shown as SIP."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

FILE: Final = "wireshark_ports.txt"


def taken_by(transport: str, port: int) -> str | None:
    """The protocol that a Wireshark without settings shows on this port; None for none."""
    return _table().get((transport, port))


@cache
def _table() -> dict[tuple[str, int], str]:
    table = {}
    text = files("analyzer.report.doctor").joinpath(FILE).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            transport, protocol, ranges = line.split()
            for span in ranges.split(","):
                first, _, last = span.partition("-")
                for port in range(int(first), int(last or first) + 1):
                    table[transport, port] = protocol
    return table
