"""The Lua plugin as one file: the modules of `plugins/` and the rules in force, all of it local.

Wireshark loads every Lua file of its plugin folders into one state, where globals leak from one to
the next, and compiles all of it at each start. So each module stands there as a text in a local
table, octet for octet the file it came from, and `import` compiles it when it is asked for: who
reads a capture without asking for findings never pays for the rules.
The file holds the modules that its beginning reaches, in the order of their names: the same rules
and policy give the same octets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import count
from textwrap import wrap
from typing import Final

from analyzer.rules import lua_book
from analyzer.rules.engine import Engine
from analyzer.rules.to_lua import string
from analyzer.rules.vocabulary import WITHHELD
from analyzer.version import NAME, VERSION

MARK: Final = f"-- {NAME}: the SIP security agreement in Wireshark."
"""The first line of the file, by which it is known again."""

BEGINNING: Final = "wireshark.dissector"
COMPILED: Final = "rules.compiled"
ABOUT: Final = "about"

_IMPORT: Final = re.compile(r'\bimport\("([a-z0-9_.]+)"\)')
_FOLDERS: Final = ("rooms", "")
_WIDTH: Final = 90
_TOLD: Final = ("id", "class_", "title")

_LOADER: Final = """local modules, loaded = {}, {}
local compile = loadstring or load

local function module_of(name)
  local found = loaded[name]
  if found == nil then
    found = assert(compile(modules[name], "=secagree " .. name))()(module_of)
    loaded[name] = found
  end
  return found
end
"""


class MissingModule(Exception):
    """A module that another one imports is not there."""


def source(engine: Engine, folder: Traversable | None = None) -> str:
    """The file, with the rules of `engine`; `folder` holds the modules. Raises MissingModule."""
    parts = [_head(engine), _LOADER]
    for name, text in modules(engine, folder).items():
        parts.append(f"modules[{string(name)}] = {bracketed(text)}\n")
    parts.append(f"module_of({string(BEGINNING)})\n")
    return "\n".join(parts)


def modules(engine: Engine, folder: Traversable | None = None) -> dict[str, str]:
    """The texts of the modules by name, in the order of the file. Raises MissingModule."""
    made = {COMPILED: lua_book.source(engine), ABOUT: _about(engine)}
    return dict(sorted(_reached(folder or files("secagree_plugins"), made).items()))


def bracketed(text: str) -> str:
    """A text as a long string of Lua, at a level that nothing in it ends.

    Lua 5.1 takes no `[[` within one of level 0. It reads CR as LF, so where there is one the text
    is quoted instead.
    """
    if "\r" in text:
        return string(text)
    level = next(n for n in count(1) if f"]{'=' * n}]" not in text + "]")
    return f"[{'=' * level}[\n{text}]{'=' * level}]"


def _reached(folder: Traversable, made: Mapping[str, str]) -> dict[str, str]:
    """The modules that the first one imports, those that they import, and so on."""
    found: dict[str, str] = {}
    wanted = [BEGINNING]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = made[name] if name in made else _module(folder, name)
            wanted += _IMPORT.findall(found[name])
    return found


def _module(folder: Traversable, name: str) -> str:
    *rooms, last = name.split(".")
    for place in _FOLDERS:
        path = folder.joinpath(*filter(None, (place, *rooms)), f"{last}.lua")
        if path.is_file():
            return path.read_text("utf-8")
    raise MissingModule(name)


def _about(engine: Engine) -> str:
    """What is told of each rule before any is compiled."""
    kept, _ = lua_book.held(engine.rules)
    rows = (
        f"    {{{', '.join(f'{name} = {string(getattr(rule, name))}' for name in _TOLD)}}},"
        for rule in kept
    )
    return "\n".join(
        (
            "-- What this file is, and the rules that it holds.\n\nreturn function()",
            f"  return {{name = {string(NAME)}, version = {string(VERSION)}, rules = {{",
            *rows,
            "  }}\nend\n",
        )
    )


# ---------------------------------------------------------------- what a reader meets first


def _head(engine: Engine) -> str:
    return "\n".join((MARK, *(f"-- {line}".rstrip() for line in _lines(engine)))) + "\n"


def _lines(engine: Engine) -> Iterator[str]:
    kept, lacking = lua_book.held(engine.rules)
    yield f"Version {VERSION}, for Wireshark 4.0 and newer. Made by `{NAME} plugin`; do not edit."
    yield ""
    yield "Put it into a folder of Lua plugins (Help > About > Folders), or let it be put there by"
    yield f"`{NAME} plugin --install`. SPDX-License-Identifier: GPL-2.0-or-later"
    yield ""
    yield "What was found is known when all was read: tshark shows it in a second pass, one"
    yield "pass shows steps. Add `-2 -R frame` to -V, -T fields, -Y 'secagree.rule', -z expert, or"
    yield "ask `-q -z secagree,tree`. As root, Wireshark from 4.2 on runs no Lua, and is silent."
    yield ""
    yield f"Dialect: {engine.dialect or 'told from the messages'}."
    yield from wrap(f"Policy: {'; '.join(_policy(engine))}.", _WIDTH)
    yield ""
    ids = sorted(rule.id for rule in kept)
    yield from wrap(f"{len(ids)} rules: {', '.join(ids)}.", _WIDTH)
    for name, reason in WITHHELD.items():
        ids = sorted(one.rule.id for one in lacking if one.reason == name)
        if ids:
            yield ""
            yield from wrap(f"Not held, as each {reason}: {', '.join(ids)}.", _WIDTH)


def _policy(engine: Engine) -> Iterator[str]:
    """The values of the policy; words of a policy file are quoted, as they may be anything."""
    for name, value in sorted(engine.policy.items()):
        if isinstance(value, frozenset):
            yield f"{name} {', '.join(map(string, sorted(value))) or 'none'}"
        elif isinstance(value, bool):
            yield f"{name} {'yes' if value else 'no'}"
        else:
            yield f"{name} {value}"
