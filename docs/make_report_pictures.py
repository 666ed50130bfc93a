"""Takes the pictures of the HTML report: python -m docs.make_report_pictures (`make pictures`).

They need Chromium and the test environment; the captures are those of `samples/real`, none of which
names a living subscriber.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from contextlib import chdir
from pathlib import Path
from typing import Final

from analyzer import analyze
from analyzer.pipeline.settings import Settings
from analyzer.report.html import to_html
from analyzer.report.text import TextOptions

DOCS: Final = Path(__file__).parent
REAL: Final = DOCS.parent / "samples" / "real"
SIZE: Final = (1280, 900)
ONE: Final = "09_udp_wrong_verify_spi"


def page(captures: list[str], keys: list[str], path: Path) -> Path:
    """The report on these files of the real captures, written to `path`."""
    stream = io.BytesIO()
    with chdir(REAL):
        to_html(analyze(captures, Settings(keys=keys)), stream, TextOptions())
    path = path.with_suffix(".html")
    path.write_bytes(stream.getvalue())
    return path


def names(pattern: str) -> list[str]:
    """The real captures, or their keys."""
    return sorted(path.name for path in REAL.glob(pattern))


def main() -> None:
    """Write both pictures."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        wanted = {
            "report-exchange": page([f"{ONE}_gm.pcap"], [f"{ONE}.esp_sa"], Path(folder, "one")),
            "report-overview": page(names("*_gm.pcap"), names("*.esp_sa"), Path(folder, "many")),
        }
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, path in wanted.items():
            shown = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
            shown.goto(path.as_uri())
            shown.wait_for_selector("html[data-ready]")
            shown.screenshot(path=DOCS / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
