"""The HTML report in Chromium: an error it tells of, or a thing it asks the network for, fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzer import analyze
from analyzer.pipeline.settings import Settings
from tests.browser.pages import ARGUMENTS, CHROMIUM, Open, saved


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips all of it where there is no Chromium."""
    if CHROMIUM:
        return
    here = Path(__file__).parent
    absent = pytest.mark.skip(reason="chromium is not installed")
    for item in items:
        if here in item.path.parents:
            item.add_marker(absent)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Ends with its module: while Playwright's event loop runs, no other test can run one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """`open_page(path, "#list", width=360)`: a page that is ready, and watched to its end."""
    contexts, told = [], []

    def opened(
        path: Path, place: str = "", width: int = 1366, height: int = 768, **more: Any
    ) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda one: told.append(f"{one.type}: {one.text}"))
        page.on("pageerror", lambda one: told.append(f"error: {one}"))
        page.on("dialog", lambda one: told.append(f"dialog: {one.message}") or one.dismiss())
        page.on("popup", lambda one: told.append("a window was opened"))
        page.on("request", lambda one: told.append(one.url)
                if not one.url.startswith((path.as_uri(), "blob:", "data:")) else None)  # fmt: skip
        page.goto(path.as_uri() + place)
        page.wait_for_selector("html[data-ready]")
        return page

    opened.told = told
    yield opened
    for context in contexts:
        context.close()
    assert not told


@pytest.fixture(scope="session")
def one(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registration whose Verify was wrong, and accepted all the same."""
    name = "09_udp_wrong_verify_spi"
    keys = Settings(keys=[str(real / f"{name}.esp_sa")])
    report = analyze([str(real / f"{name}_gm.pcap")], keys)
    return saved(report, tmp_path_factory.mktemp("html") / "one.html")


@pytest.fixture(scope="session")
def many(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that was captured on Gm."""
    report = analyze([str(path) for path in sorted(real.glob("*_gm.pcap"))])
    assert report.summary.exchanges >= 20
    return saved(report, tmp_path_factory.mktemp("html") / "many.html")
