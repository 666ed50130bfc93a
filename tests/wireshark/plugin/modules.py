"""The plugin's own modules in a Lua of their own, without a Wireshark around them."""

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
            text = PLUGINS.joinpath(*name.split(".")).with_suffix(".lua").read_text()
            self._loaded[name] = self.runtime.execute(text)(self.module)
        return self._loaded[name]

    def value(self, expression: str) -> Any:
        """What an expression gives."""
        return self.runtime.eval(expression)


def assembled(**stubs: str) -> str:
    """All modules of `plugins/wireshark` as one file, with these chunks for what else they import.

    A name is written with `__` for its dots.
    """
    chunks = {name.replace("__", "."): text for name, text in stubs.items()}
    for path in sorted(PLUGINS.joinpath("wireshark").glob("*.lua")):
        chunks.setdefault(f"wireshark.{path.stem}", path.read_text())
    parts = [_IMPORT]
    parts += [f"chunks[{name!r}] = function()\n{text}\nend\n" for name, text in chunks.items()]
    return "".join([*parts, "import('wireshark.dissector')\n"])


_IMPORT = """
local chunks, loaded = {}, {}
local function import(name)
  if loaded[name] == nil then loaded[name] = chunks[name]()(import) end
  return loaded[name]
end
"""
