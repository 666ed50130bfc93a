"""The version line."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Final

from analyzer.version import NAME, VERSION

_LIBRARIES: Final = ("msgspec", "click", "tabulate")


def versions() -> str:
    """`secagree 0.1.0 (Python 3.11.2, msgspec 0.22.0, ..)`."""
    parts = [f"Python {platform.python_version()}"]
    parts += [f"{name} {version(name)}" for name in _LIBRARIES]
    return f"{NAME} {VERSION} ({', '.join(parts)})"
