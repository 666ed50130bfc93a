"""Where the Wireshark of this user looks for Lua plugins, and our file in such a folder.

Wireshark says it itself (`tshark -G folders`). Without its command line the folders are those of
its User's Guide, appendix B; a flatpak sees none of them but its own configuration folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from shutil import which
from tempfile import NamedTemporaryFile
from typing import Final

from analyzer.wireshark.plugin import MARK

FILE: Final = "secagree.lua"
FLATPAK: Final = "org.wireshark.Wireshark"
SECONDS: Final = 20
_PERSONAL: Final = "Personal Lua Plugins:"
_ELSEWHERE: Final = {
    "darwin": tuple(
        f"{base}/Wireshark.app/Contents/MacOS/tshark"
        for base in ("/Applications", "~/Applications")
    ),
    "win32": tuple(
        f"${{{base}}}/Wireshark/tshark.exe" for base in ("ProgramFiles", "ProgramW6432")
    ),
}
"""Where installers put it without making it known to the shell, by platform."""


class NotOurs(Exception):
    """A file of our name that is not ours."""


def found() -> list[Path]:
    """The personal folders of Lua plugins of each Wireshark that is here; none where none is."""
    folders: list[Path] = []
    program = _tshark()
    if program is not None:
        folders.append(_asked(program) or usual())
    elif which("wireshark") is not None:
        folders.append(usual())
    flatpak = Path.home() / ".var" / "app" / FLATPAK
    if flatpak.is_dir():
        folders.append(flatpak / "config" / "wireshark" / "plugins")
    return list(dict.fromkeys(folders))


def usual() -> Path:
    """The personal folder on this system, whether there is a Wireshark or not."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home()) / "Wireshark" / "plugins"
    return Path.home() / ".local" / "lib" / "wireshark" / "plugins"


def write(folder: Path, text: str) -> Path:
    """Put our file there, in place of an older one of ours. Raises OSError, NotOurs."""
    path = folder / FILE
    if path.exists() and not is_ours(path):
        raise NotOurs(str(path))
    folder.mkdir(parents=True, exist_ok=True)
    replace(path, text)
    return path


def replace(path: Path, text: str) -> None:
    """Write a file whole or not at all: Wireshark may load it meanwhile. Raises OSError."""
    with NamedTemporaryFile("wb", dir=path.parent, prefix=".secagree", delete=False) as stream:
        try:
            stream.write(text.encode("utf-8"))
            stream.close()
            Path(stream.name).chmod(0o666 & ~_umask())
            Path(stream.name).replace(path)
        except OSError:
            with suppress(OSError):
                Path(stream.name).unlink()
            raise


def remove(folder: Path) -> Path | None:
    """Take our file away; what was removed, None where there is none. Raises OSError, NotOurs."""
    path = folder / FILE
    if not path.exists():
        return None
    if not is_ours(path):
        raise NotOurs(str(path))
    path.unlink()
    return path


def is_ours(path: Path) -> bool:
    """The file begins as ours does, whatever its version. Raises OSError."""
    with path.open("rb") as stream:
        return stream.read(len(MARK)) == MARK.encode()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _tshark() -> str | None:
    program = which("tshark")
    if program is not None:
        return program
    for place in _ELSEWHERE.get(sys.platform, ()):
        path = Path(os.path.expandvars(place)).expanduser()
        if path.is_file():
            return str(path)
    return None


def _asked(program: str) -> Path | None:
    """The folder as this tshark names it."""
    try:
        done = subprocess.run(  # noqa: S603 (found as tshark)
            [program, "-G", "folders"], capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        if line.startswith(_PERSONAL):
            return Path(line.removeprefix(_PERSONAL).strip())
    return None
