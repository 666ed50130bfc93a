"""The plugin in Wireshark's own window: no error anywhere, and each menu opens its window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.parity import desktop, window
from tests.parity.desktop import Desktop

pytestmark = pytest.mark.slow

MENUS = {
    "exchanges": window.EXCHANGES,
    "findings": window.FINDINGS,
    "timeline": window.TIMELINE,
    "keys": window.KEYS,
}


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    """Wireshark with the plugin installed and a failed registration open."""
    reason = desktop.missing()
    if reason:
        pytest.skip(reason)
    with window.opened() as one:
        yield one


def test_the_capture_opens_without_a_word(screen: Desktop) -> None:
    """Where Lua fails while it loads, Wireshark says so in a window and on the terminal."""
    assert screen.windows() == [window.CAPTURE.name]
    assert "lua" not in screen.complaints.lower()


@pytest.mark.parametrize("name", MENUS)
def test_each_menu_opens_its_window(screen: Desktop, name: str) -> None:
    screen.focus(window.CAPTURE.name)
    screen.keys(*MENUS[name])
    title = f"SEC-AGREE {name}"
    screen.focus(title)
    assert screen.windows() == [window.CAPTURE.name, f"Wireshark · {title}"]
    assert "lua" not in screen.complaints.lower()
    screen.keys("Escape")
    screen.wait(lambda: "gone" if len(screen.windows()) == 1 else "", "the window alone")
