"""A page of fifty thousand rows in the browser."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Open

ROWS = 50_000
DRAWN = 200  # lines that are in the page at once, whatever its height here
INDEX = re.compile(r'(<script type="text/plain" id="index">)([^<]*)')


def multiplied(page: str, rows: int) -> str:
    """The page with its rows repeated, each with names of its own; the details are those of the
    rows that there were."""
    found = INDEX.search(page)
    assert found is not None
    index = json.loads(zlib.decompress(b64decode(found[2])))
    columns: dict[str, list[Any]] = index["columns"]
    own = {
        "id": lambda n: f"E{n + 1}",
        "key": lambda n: f"{n:012x}",
        "who": lambda n: f"00101{n:010d}",
        "call": lambda n: f"{n * 7919 % 1_000_003:016x}@192.0.2.10",
    }
    for name, held in columns.items():
        made = own.get(name, lambda n, held=held: held[n % len(held)])
        columns[name] = [made(n) for n in range(rows)]
    placed = index["placed"]
    index["placed"] = [placed[n % len(placed)] for n in range(rows)]
    data = b64encode(zlib.compress(json.dumps(index, separators=(",", ":")).encode())).decode()
    return page[: found.start(2)] + data + page[found.end(2) :]


@pytest.fixture(scope="module")
def crowd(many: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("html") / "crowd.html"
    path.write_text(multiplied(many.read_text("utf-8"), ROWS), "utf-8")
    return path


def drawn(page: Any) -> list[str]:
    """The ids of the lines in the page, which are few."""
    ids = [text for text in page.locator(".space .line .c-id").all_inner_texts() if text]
    assert 0 < len(ids) < DRAWN
    assert page.locator("main *").count() < 40 * DRAWN
    return ids


@pytest.mark.slow
def test_fifty_thousand_rows_open_filter_and_scroll(crowd: Path, open_page: Open) -> None:
    page = open_page(crowd)
    assert page.locator("nav [aria-current=page]").inner_text() == "Overview"
    page.get_by_role("link", name="Exchanges", exact=True).click()
    heading = page.locator("h1")
    expect(heading).to_have_text(re.compile(r"^50\s000 of 50\s000 exchanges$"))
    first = drawn(page)
    assert first[0] == "E1"

    scroller = page.locator(".frame")
    scroller.evaluate("(node) => node.scrollTo(0, node.scrollHeight)")
    expect(page.locator(".space .line .c-id", has_text="E50000")).to_be_visible()
    assert set(drawn(page)).isdisjoint(first)

    search = page.get_by_role("searchbox")
    search.fill("001010000049998")
    expect(page.locator(".space .line")).to_have_count(1)
    assert drawn(page) == ["E49999"]
    search.fill("+15550100")
    page.wait_for_url(re.compile("15550100"))
    expect(heading).not_to_have_text(re.compile(r"^[01] of "))
    drawn(page)
