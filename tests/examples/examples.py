"""The examples, and the runs in which their lists stand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from samples import scenario as scenarios
from samples.build import captures_of
from samples.scenario import Table

HERE: Final = Path(__file__).parent
SIDES: Final = {"Security-Client": "u", "Security-Server": "p", "Security-Verify": "p"}
NUMBERS: Final = ("spi_c", "spi_s", "port_c", "port_s")
OFFER: Final = (
    "ipsec-3gpp;alg={alg};ealg={ealg};prot=esp;mod=trans;spi-c={spi_uc};spi-s={spi_us}"
    ";port-c={port_uc};port-s={port_us}"
)


class Value(msgspec.Struct, forbid_unknown_fields=True):
    """Rows of one header, and what they say; see values.toml."""

    id: str
    header: str
    rows: list[str]
    elements: list[dict[str, Any]]
    source: str = ""
    dialect: str = "ims"
    defects: list[str] = []
    uses: int = 0
    rules: list[str] | None = None

    @property
    def frame(self) -> int:
        """Of the message with the list, in its run; a server says first what is echoed to it."""
        if self.header == "Security-Verify" and self.own_verify:
            return 3
        return 1 if self.header == "Security-Client" else 2

    @property
    def own_verify(self) -> bool:
        """Whether the echo says more than the list, which `d-ver` alone may (RFC 3329 2.4)."""
        return any("d_ver" in element for element in self.elements)


def rows(name: str) -> list[Table]:
    """The examples of one file."""
    (found,) = tomllib.loads((HERE / f"{name}.toml").read_text()).values()
    return list(found)


VALUES: Final = msgspec.convert(rows("values"), list[Value])
EXCHANGES: Final = {row.pop("id"): row for row in rows("exchanges")}


def capture_of(value: Value) -> bytes:
    """A run in which this list is said, and used where it says which element is."""
    table = scenarios.load("ok_digest_rfc3329" if value.dialect == "rfc3329" else "ok_udp_null")
    table["step"] = table["step"][: 4 if value.uses else value.frame + (value.frame == 1)]
    side = SIDES[value.header]
    values = table["values"]
    values["client" if side == "u" else "server"] = "\f".join(value.rows)
    if value.own_verify:
        values["server"] = value.rows[0].split(";d-ver")[0]
        table["step"][2]["set"] = {"Security-Verify": value.rows}
    if value.dialect == "ims":
        _agree(table, value, side)
    return made(value.id, table)


def _agree(table: Table, value: Value, side: str) -> None:
    """Let the other side name the algorithms that are used, and the wire have the numbers."""
    ipsec = [one for one in value.elements if one["name"].lower() == "ipsec-3gpp"]
    used = value.elements[value.uses - 1] if value.uses else (ipsec or [{}])[0]
    values = table["values"]
    values["alg"] = (used.get("alg") or values["alg"]).lower()
    values["ealg"] = (used.get("ealg") or "null").lower()
    if value.uses:
        for name in NUMBERS:
            kind, end = name.split("_")
            table["sets"]["1"][f"{kind}_{side}{end}"] = used[name]
    if side == "p":
        values["client"] = OFFER
    if values["ealg"] != "null":
        for step in table["step"][2:]:
            step["protection"] = "esp"


def run_of(name: str) -> bytes:
    """The capture of an exchange."""
    own = {word: text for word, text in EXCHANGES[name].items() if word != "source"}
    return made(name, scenarios.upon_base(name, own))


def made(name: str, table: Table) -> bytes:
    """The one capture of a scenario."""
    (capture,) = captures_of(name, table).values()
    return capture.pcap()
