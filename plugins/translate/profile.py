"""The files of Wireshark's configuration profile, without keys, as a module of the plugin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analyzer.rules.to_lua import string
from analyzer.wireshark import profile
from plugins.translate.project import ROOMS

_HEAD = (
    "-- Made from analyzer/wireshark/profile.py by plugins/translate (make plugin);"
    " edit that file, not this one.\n"
)
_KEYS = "esp_sa"  # written by the plugin itself


def made() -> Iterator[tuple[Path, str]]:
    """The module and its place: a table of names to texts."""
    rows = [
        f"    [{string(name)}] = {string(text)},\n"
        for name, text in profile.files(()).items()
        if name != _KEYS
    ]
    text = f"{_HEAD}\nreturn function()\n  return {{\n{''.join(rows)}  }}\nend\n"
    yield ROOMS / "wireshark" / "profile_files.lua", text
