"""The four SAs of an association, named by their ports (TS 33.203 7.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analyzer.report.layout import WIDTH, clip, spi_text
from analyzer.report.model import Agreement, Association, Exchange, Sa, Step
from analyzer.report.times import elapsed
from analyzer.report.verdict import step_of
from analyzer.report.view import View

# SA name: whose ports, and which parameter of which list names its SPI
_SAS: Final = {
    "uc>ps": ("UE", "port_uc", "P", "port_ps", "challenge", "spi-s"),
    "pc>us": ("P", "port_pc", "UE", "port_us", "offer", "spi-s"),
    "us>pc": ("UE", "port_us", "P", "port_pc", "challenge", "spi-c"),
    "ps>uc": ("P", "port_ps", "UE", "port_uc", "offer", "spi-c"),
}
_HEADS: Final = ("SA", "from > to", "SPI", "packets", "last", "named in")
_ALIGN: Final = ("left", "left", "left", "right", "left", "left")


def sa_table(exchange: Exchange, agreement: Agreement, view: View) -> Iterator[str]:
    """One row an SA: ports, SPI, packets seen and read, seconds to the last, where it was named."""
    association = agreement.association
    if association is None or not association.sa:
        return
    from tabulate import tabulate

    rows = [cells(exchange, association, sa, view) for sa in in_order(association)]
    text = tabulate([_HEADS, *rows], tablefmt="plain", colalign=_ALIGN, disable_numparse=True)
    for line in text.splitlines():
        yield clip(" " + line.rstrip(), WIDTH)


def in_order(association: Association) -> list[Sa]:
    """The SAs as the first messages use them."""
    order = list(_SAS)
    return sorted(association.sa, key=lambda sa: order.index(sa.name))


def cells(exchange: Exchange, association: Association, sa: Sa, view: View) -> list[str]:
    """Name, ends, SPI, packets, seconds to the last, where it was named."""
    source, source_port, target, target_port, role, parameter = _SAS[sa.name]
    ports = [getattr(association, name) for name in (source_port, target_port)]
    ends = [
        f"{who}:{'?' if number is None else number}"
        for who, number in zip((source, target), ports, strict=True)
    ]
    step = naming(exchange, sa) or step_of(exchange, role)
    last = "-" if sa.last_time is None else f"{elapsed(exchange.started, sa.last_time):.3f}"
    named = "-" if step is None else f"{view.frame(step)} {parameter}"
    unread = "" if sa.opened == sa.packets else f" ({sa.opened} read)"
    return [sa.name, " > ".join(ends), spi_text(sa.spi), f"{sa.packets}{unread}", last, named]


def naming(exchange: Exchange, sa: Sa) -> Step | None:
    """The first step of its role that announces the SPI: later rounds may announce others."""
    *_, role, parameter = _SAS[sa.name]
    member = parameter.replace("-", "_")
    for step in exchange.steps:
        lists = step.server if role == "challenge" else step.client
        if step.role == role and any(getattr(one, member) == sa.spi for one in lists):
            return step
    return None
