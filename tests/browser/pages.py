"""What the tests in the browser share."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from analyzer.report.html import to_html
from analyzer.report.model import Report
from analyzer.report.text import TextOptions

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--force-device-scale-factor=1",
)

Open = Callable[..., Any]
"""`open_page(path, "#list", width=360)`: a page that is ready, and watched to its end."""


def saved(report: Report, path: Path, options: TextOptions | None = None) -> Path:
    stream = io.BytesIO()
    to_html(report, stream, options or TextOptions())
    path.write_bytes(stream.getvalue())
    return path
