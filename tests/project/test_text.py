"""The project's text names no path of one machine and no host to install from."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PLACES = (
    "analyzer",
    "plugins",
    "samples",
    "docs",
    ".ci",
    "Makefile",
    "README.md",
    "CHANGELOG.md",
    "pyproject.toml",
)
TEXT = {"", ".html", ".in", ".j2", ".json", ".lua", ".md", ".py", ".toml", ".txt"}
PATTERNS = {
    "a path of one machine": r"(?<![\w.>~])/(?:work|tmp|home|root|opt|Users|private)/",
    "a Windows profile": r"[A-Za-z]:\\Users\\",
    "a package index": r"https?://(?:pypi|registry|deb|mirrors?|proxy|index|files)[.-]|index-url|file://",
}


def texts(project: Path) -> Iterator[Path]:
    for place in PLACES:
        start = project / place
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            hidden = any(part.startswith((".", "__py")) for part in path.relative_to(start).parts)
            if path.is_file() and path.suffix in TEXT and not hidden:
                yield path


@pytest.mark.parametrize("what", PATTERNS)
def test_text_is_free_of(what: str, project: Path) -> None:
    pattern = re.compile(PATTERNS[what])
    found = [
        f"{path.relative_to(project)}:{number}: {line.strip()[:100]}"
        for path in texts(project)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []
