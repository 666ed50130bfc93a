"""Name and version, stated once (the build reads them from here)."""

from typing import Final

NAME: Final = "secagree"
VERSION: Final = "0.1.0"
