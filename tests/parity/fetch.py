"""Brings further versions of Wireshark into the test environment: `python -m tests.parity.fetch`.

`.venv-test/wireshark` then holds `npm/` (Wireshark 4.4 as WebAssembly) and `trixie/` and `sid/`
(what tshark needs of those Debian releases, unpacked, not installed). What cannot be had leaves
`NAME.absent` with the reason, which the tests that need it give when they skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / ".venv-test" / "wireshark"
SUITES: Final = ("trixie", "sid")

_PACKAGE: Final = "@goodtools/wiregasm@1.9.1"
_PACKAGES: Final = "tshark,wireshark-common,libc-bin,bash,coreutils"
_SECONDS: Final = 240


class Absent(Exception):
    """It cannot be had here; says why."""


def absent(name: str) -> str | None:
    """Why that one is missing, None where it is there."""
    if (FOLDER / name / "ready").exists():
        return None
    reason = FOLDER / f"{name}.absent"
    return reason.read_text() if reason.exists() else "not fetched yet: make wiresharks"


def main() -> None:
    """Fetch what is missing; never fails, since nothing of it is needed to use the project."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as beside:  # each waits for its mirror
        list(beside.map(_fetch, ("npm", *SUITES)))


def _fetch(name: str) -> None:
    if absent(name) is None:
        return
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    try:
        _npm(FOLDER / name) if name == "npm" else _unpack(FOLDER / name, name)
    except Absent as reason:
        (FOLDER / f"{name}.absent").write_text(str(reason))
        sys.stderr.write(f"wireshark from {name}: {reason}\n")
    else:
        (FOLDER / name / "ready").touch()
        (FOLDER / f"{name}.absent").unlink(missing_ok=True)


def _npm(folder: Path) -> None:
    folder.mkdir()
    (folder / "package.json").write_text('{"private": true}\n')
    _run("npm", "install", "--silent", "--no-audit", "--no-fund", _PACKAGE, cwd=folder)


def _unpack(folder: Path, suite: str) -> None:
    if os.geteuid() != 0:
        raise Absent("only root can unpack another Debian release and run what is in it")
    _run(
        "mmdebstrap",
        "--quiet",
        "--variant=extract",
        # a mirror may be a frozen copy
        '--aptopt=Acquire::Check-Valid-Until "false"',
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        f"--include={_PACKAGES}",
        suite,
        str(folder),
        _mirror(),
    )


def _mirror() -> str:
    """Where this machine has its Debian packages from."""
    wanted = "$(ORIGIN) $(CODENAME) $(REPO_URI)"
    said = _run("apt-get", "indextargets", "--format", wanted, "Created-By: Packages")
    for line in said.splitlines():
        origin, codename, address = line.split(" ", 2)
        if origin == "Debian" and "-" not in codename:
            return address
    raise Absent("the package sources of this machine are not Debian's")


def _run(*command: str, cwd: Path | None = None) -> str:
    if not shutil.which(command[0]):
        raise Absent(f"{command[0]} is not installed")
    try:
        done = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Absent(f"{command[0]} took longer than {_SECONDS} s") from error
    if done.returncode:
        raise Absent(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}"[-400:])
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
