"""The Lua versions of Wireshark within this process, and modules of `plugins/` in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lupa.lua51
import lupa.lua54

PLUGINS = Path(__file__).parents[2] / "plugins"
RUNTIMES = {"5.1": lupa.lua51, "5.4": lupa.lua54}


def start(version: str) -> Any:
    """A fresh Lua whose strings are octets."""
    return RUNTIMES[version].LuaRuntime(encoding=None, unpack_returned_tuples=True)


def load(lua: Any, path: str, imported: Any = None) -> Any:
    """What a module of `plugins/` gives, such as `runtime/regex.lua`."""
    source = (PLUGINS / path).read_bytes()
    return lua.execute(source)(imported)


def items(table: Any) -> list[Any]:
    """A list of the runtime: 1 to n, with holes."""
    return [table[place] for place in range(1, int(table[b"n"]) + 1)]


def importer(lua: Any, made: dict[str, str] | None = None) -> Any:
    """`import` as the plugin has it: modules of `plugins/` and its rooms, and `made`, by name."""
    find = {name.encode(): source.encode() for name, source in (made or {}).items()}

    def source_of(name: bytes) -> bytes:
        if name in find:
            return find[name]
        path = f"{name.decode().replace('.', '/')}.lua"
        for folder in (PLUGINS, PLUGINS / "rooms"):
            if (folder / path).exists():
                return (folder / path).read_bytes()
        raise KeyError(path)

    return lua.eval(
        b"""function(source_of)
          local loaded = {}
          local function import(name)
            if loaded[name] == nil then
              local chunk = assert((loadstring or load)(source_of(name), "=" .. name))
              loaded[name] = chunk()(import)
            end
            return loaded[name]
          end
          return import
        end"""
    )(source_of)
