"""secagree: why a phone did not register, read out of captures of its SIP and IPsec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from analyzer.pipeline import Settings
    from analyzer.report.model import Report


def analyze(inputs: Sequence[str | BinaryIO], settings: Settings | None = None) -> Report:
    """The whole machine as one function; see `analyzer.pipeline.analyze`."""
    from analyzer import pipeline

    return pipeline.analyze(inputs, settings)
