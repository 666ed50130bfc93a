"""Files that hold secrets: for their owner alone, where the system has such a thing."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

OWNER_ONLY: Final = 0o600


def open_private(path: Path) -> BinaryIO:
    """A new file, or an old one emptied, that only its owner may read. Raises OSError."""
    descriptor = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), OWNER_ONLY
    )
    stream = os.fdopen(descriptor, "wb")
    if hasattr(os, "fchmod"):
        with suppress(OSError):  # a file system without modes
            os.fchmod(descriptor, OWNER_ONLY)  # one that was there may have been open to all
    return stream


def write_private(path: Path, text: str) -> None:
    """Write a text file so. Raises OSError."""
    with open_private(path) as stream:
        stream.write(text.encode("utf-8"))
