"""Writes `plugins/rooms`: python -m plugins.translate [--check]"""

from __future__ import annotations

import sys

from plugins.translate import profile
from plugins.translate.errors import Unknown
from plugins.translate.project import ROOMS, ROOT, translated


def main(arguments: list[str]) -> int:
    """Write what changed, or with `--check` only say that something did."""
    check = arguments == ["--check"]
    stale = []
    wanted = set()
    try:
        for path, text in (*translated(), *profile.made()):
            wanted.add(path)
            if not path.exists() or path.read_text() != text:
                stale.append(path)
                if not check:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
    except Unknown as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for path in ROOMS.rglob("*.lua"):
        if path not in wanted:
            stale.append(path)
            if not check:
                path.unlink()
    for path in stale:
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
