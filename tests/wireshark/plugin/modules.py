"""The plugin's own modules in a Lua of their own, without a Wireshark around them."""

import re
from pathlib import Path
from typing import Any

from lupa import lua51, lua54

PLUGINS = Path(__file__).parents[3] / "plugins"
VERSIONS = {"5.1": lua51, "5.4": lua54}


class Lua:
    """One Lua; `module` gives `wireshark.plain` and the like, octets stay octets."""

    def __init__(self, version: str, **stubs: str) -> None:
        self.runtime: Any = VERSIONS[version].LuaRuntime(encoding="latin-1")
        self._loaded = {name: self.runtime.execute(text) for name, text in stubs.items()}

    def module(self, name: str) -> Any:
        """The module, with all that it imports."""
        if name not in self._loaded:
            self._loaded[name] = self.runtime.execute(_text(name))(self.module)
        return self._loaded[name]

    def value(self, expression: str) -> Any:
        """What an expression gives."""
        return self.runtime.eval(expression)


def assembled(**stubs: str) -> str:
    """The protocol and all that it imports as one file, with `stubs` in place of some modules.

    A name is written with `__` for its dots.
    """
    chunks = {name.replace("__", "."): text for name, text in stubs.items()}
    wanted, seen = ["wireshark.dissector"], set()
    while wanted:
        name = wanted.pop()
        if name not in seen:
            seen.add(name)
            chunks.setdefault(name, _text(name))
            wanted += re.findall(r'\bimport\("([a-z0-9_.]+)"\)', chunks[name])
    parts = [_IMPORT]
    parts += [f"chunks[{name!r}] = function()\n{text}\nend\n" for name, text in chunks.items()]
    return "".join([*parts, "import('wireshark.dissector')\n"])


def _text(name: str) -> str:
    places = (PLUGINS / "rooms", PLUGINS)
    paths = [place.joinpath(*name.split(".")).with_suffix(".lua") for place in places]
    found = next((path for path in paths if path.is_file()), None)
    return "" if found is None else found.read_text()


_IMPORT = """
local chunks, loaded = {}, {}
local function import(name)
  if loaded[name] == nil then loaded[name] = chunks[name]()(import) end
  return loaded[name]
end
"""
