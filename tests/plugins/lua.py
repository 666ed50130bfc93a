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
