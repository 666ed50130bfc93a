"""A capture with much to analyse: the window says how far it is, can stop it, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.benchmarks import inputs
from tests.parity import desktop, window
from tests.parity.desktop import Desktop

pytestmark = pytest.mark.slow

COUNT: Final = 1500  # registrations, of four frames each
ALL: Final = f"{COUNT} exchanges:"
STOP, GO_ON = 3, 2  # buttons from the right
FILTER: Final = "ctrl+slash"


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "long.pcap"
    inputs.write(inputs.Input("long", 4 * COUNT, COUNT, 60), path)
    return path


@pytest.fixture
def screen(capture: Path) -> Iterator[Desktop]:
    """Wireshark with that capture."""
    reason = desktop.missing()
    if reason:
        pytest.skip(reason)
    with window.opened(capture, 1) as one:
        yield one
        assert not window.failures(one)


def ended(screen: Desktop) -> None:
    """Wait until the window of the analysis is away."""
    screen.wait(lambda: "" if any("analysis" in one for one in screen.windows()) else "away", "it")


def test_it_is_stopped_and_goes_on(screen: Desktop) -> None:
    screen.keys(*window.EXCHANGES)
    window.told(screen, "analysis", "% done")
    screen.button("SEC-AGREE analysis", STOP)
    window.told(screen, "analysis", "Stopped at", "not analysed yet")
    assert not window.said(screen, "exchanges")
    screen.button("SEC-AGREE analysis", GO_ON)
    assert window.told(screen, "exchanges", ALL)
    ended(screen)


def test_a_filter_on_what_is_not_analysed_yet(screen: Desktop) -> None:
    """It finds nothing at first; the analysis follows by itself, and the filter once more."""
    screen.keys(FILTER)
    screen.run("xdotool", "type", "secagree.alarm")
    before = screen.complaints.count(window.DRAWN)
    screen.keys("Return")
    window.told(screen, "analysis", "% done")
    ended(screen)
    screen.wait(lambda: "yes" if screen.complaints.count(window.DRAWN) > before + 1 else "", "rows")
    screen.keys(*window.EXCHANGES)
    assert window.told(screen, "exchanges", ALL)
    assert "Stopped" not in "".join(window.said(screen, "analysis"))
