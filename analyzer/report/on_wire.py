"""Which SPI the packets really had whose Security-Verify names another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from analyzer.limits import STRAY_FLOWS
from analyzer.report.layout import spi_text
from analyzer.report.model import Agreement, Finding, Frame, Step
from analyzer.report.verdict import anchor
from analyzer.report.view import View

_SPI_OF: Final = {"uc>ps": "spi_s", "us>pc": "spi_c"}  # of the list of the server


def on_the_wire(
    finding: Finding, challenge: Step, verify: Step, view: View, agreements: Sequence[Agreement]
) -> str | None:
    """Whether the requests with another SPI in their list used the announced one; None without ESP.

    With it whether the other SPI is on any ESP packet, as far as that is known.
    """
    parameter = _SPI_OF.get(verify.sa or "")
    if parameter is None or verify.spi is None:
        return None
    announced = [getattr(one, parameter) for one in challenge.server]
    repeated = [getattr(one, parameter) for one in verify.verify]
    odd = [spi for spi in repeated if spi is not None and spi not in announced]
    if not odd or verify.spi not in announced:
        return None
    also = _also(finding, verify, agreements)
    text = (
        f"{view.frames([anchor(verify), *also])} use{'' if also else 's'} SPI "
        f"{spi_text(verify.spi)}: the SA is right, only the header is wrong"
    )
    return f"{text}; {_elsewhere(odd[0], view, agreements)}"


def _also(finding: Finding, verify: Step, agreements: Sequence[Agreement]) -> list[Frame]:
    """The later requests of the finding that travelled on the same SA."""
    named = {(frame.capture, frame.frame) for frame in finding.frames}
    return [
        Frame(one.capture, one.frame)
        for agreement in agreements
        for one in agreement.traffic
        if one.sa == verify.sa and (one.capture, one.frame) in named
    ]


def _elsewhere(spi: int, view: View, agreements: Sequence[Agreement]) -> str:
    """Whether this SPI is on any packet: known where one registration is all there is."""
    name = spi_text(spi)
    for place, capture in enumerate(view.captures):
        for stray in capture.esp_strays:
            if stray.spi == spi:
                return f"{name} is on ESP that nobody announced, {view.letter(place)}#{stray.frame}"
    sas = [sa for one in agreements if one.association is not None for sa in one.association.sa]
    if any(sa.spi == spi and sa.packets for sa in sas):
        return f"{name} is that of another SA of the set"
    full = any(len(capture.esp_strays) >= STRAY_FLOWS for capture in view.captures)
    if not view.alone or full:
        return f"the header has {name}"
    return f"{name} is on no ESP packet"
