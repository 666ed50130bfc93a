"""The plugin in Wireshark's own window: no error anywhere, and each menu opens its window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analyzer.keys.files import read_esp_sa
from tests.captures import SAMPLES
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
    assert not window.failures(screen)


@pytest.mark.parametrize("name", MENUS)
def test_each_menu_opens_its_window(screen: Desktop, name: str) -> None:
    screen.focus(window.CAPTURE.name)
    screen.keys(*MENUS[name])
    title = f"SEC-AGREE {name}"
    screen.focus(title)
    assert screen.windows() == [window.CAPTURE.name, f"Wireshark · {title}"]
    assert not window.failures(screen)
    screen.keys("Escape")
    screen.wait(lambda: "gone" if len(screen.windows()) == 1 else "", "the window alone")


def test_keys_of_the_capture_become_a_profile(screen: Desktop) -> None:
    """Only where the preference says so; `screen` stands for a desktop that is there."""
    capture = SAMPLES / "pcaps" / "esp_mw_keys.pcap"
    for allowed in (False, True):
        with window.opened(capture, 1, f"secagree.keys: {str(allowed).upper()}\n") as own:
            profile = own.home / ".config/wireshark/profiles/secagree"
            own.keys(*window.KEYS)
            own.focus("SEC-AGREE keys")
            assert profile.exists() == allowed
            if allowed:
                (first, *others) = read_esp_sa("", (profile / "esp_sa").read_text())
                assert (first.alg, first.ealg, len(others)) == ("hmac-sha-1-96", "aes-cbc", 3)
                assert (profile / "preferences").exists()
