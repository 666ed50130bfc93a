"""WCAG 2.2 AA, as far as axe-core can tell, of each view in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages import Open

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("place", ["", "#list", "#E1", "#E1/m1", "#overview?verdict=OK"])
def test_each_view(many: Path, open_page: Open, place: str, width: int, scheme: str) -> None:
    page = open_page(many, place, width=width, color_scheme=scheme)
    assert not violations(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_exchange_with_all_there_is(one: Path, open_page: Open, scheme: str) -> None:
    page = open_page(one, "#E1/m3", color_scheme=scheme)
    page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    assert not violations(page)
