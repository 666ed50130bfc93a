"""Python's regular expressions in Lua: each one of the rooms gives what `re` gives."""

import importlib
import pkgutil
import re
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analyzer.agreement
import analyzer.rules
import analyzer.sip
from analyzer.agreement import older, parameters
from analyzer.sip import digest
from plugins.translate import regex
from tests.amounts import FULL
from tests.plugins.lua import RUNTIMES, items, load, start

ROOMS = (analyzer.sip, analyzer.agreement, analyzer.rules)
FURTHER: list[re.Pattern[Any]] = [
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"\\(.)", re.DOTALL),
        (r"", 0),
        (r"a*", 0),
        (r"a*?", 0),
        (r"(a|ab)(c|bcd)*?(d*)", 0),
        (r"(?P<x>a)|(?P<y>b)|c", 0),
        (r"(?:(a)|b)*", 0),
        (r"(?:a|(b))+?c", 0),
        (r"(?>a+|ab)b", 0),
        (r"(?:ab|a)*+a", 0),
        (r"(?:ab){2,3}+c?", 0),
        (r"\bto\b|\Ba", 0),
        (r"^a$|^;", re.MULTILINE),
        (r"a$", 0),
        (r"(?=(a+))a(?!a)(?<!ba)", 0),
        (r"[^a-c\]^-]{1,3}", 0),
        (r"(?i:A)b", 0),
        (r"\w+\s\S\d\D\W", 0),
        (r"a{2}b{2,}c{1,2}", 0),
        (r"é+", 0),
        (rb"[\x00-\x20]+\xff", 0),
        (rb"[\x80-\xff]*[^\x00]", 0),
    )
]
PIECES = (
    *" \t\r\n,;:=\"\\<>@*.-+'!%[]^0129afAFbcdxzZ\0\x0b",
    *("SIP/2.0", " 200 ", "REGISTER sip:", "security-client", "Security-Verify", "\n\r\n", "\r\n"),
    *("d-ver", "ck=", "IK =", "to=", "From =", "mech=", 'response="a', "auts", "reg-id=1"),
    *("sip:", "sips:", "0.1", "1.000", "ipsec-3gpp", "é", "日本", "aa", "ab", "bcd"),
)
texts = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


def _patterns() -> list[re.Pattern[Any]]:
    """All that the rooms compile at import."""
    found: dict[tuple[Any, int], re.Pattern[Any]] = {}
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
            for value in vars(importlib.import_module(module.name)).values():
                values = value.values() if isinstance(value, dict) else [value]
                for one in values:
                    if isinstance(one, re.Pattern):
                        found[one.pattern, one.flags] = one
    return list(found.values())


OF_THE_ROOMS = _patterns()
ALL = [*OF_THE_ROOMS, *FURTHER]


class Lua:
    """Patterns in one Lua, asked over octets."""

    def __init__(self, version: str) -> None:
        self._lua = start(version)
        self._regex = load(self._lua, "runtime/regex.lua")
        self._ask = self._lua.eval(b"function(p, name, ...) return p[name](p, ...) end")
        self._compiled: dict[tuple[Any, int], Any] = {}

    def ask(self, pattern: re.Pattern[Any], name: str, *arguments: Any) -> Any:
        key = pattern.pattern, pattern.flags
        if key not in self._compiled:
            source = regex.lua(pattern.pattern, pattern.flags)
            self._compiled[key] = self._regex[b"compile"](self._lua.eval(source.encode()))
        return self._ask(self._compiled[key], name.encode(), *arguments)

    def spans(self, pattern: re.Pattern[Any], match: Any) -> Any:
        if match is None:
            return None
        groups = range(pattern.groups + 1)
        spans = [tuple(items(match[b"span"](match, number))) for number in groups]
        return spans, match[b"lastindex"], match[b"lastgroup"]


@cache
def _lua(version: str) -> Lua:
    return Lua(version)


def _expected(pattern: re.Pattern[Any], match: re.Match[Any] | None, places: list[int]) -> Any:
    if match is None:
        return None
    spans = [match.span(number) for number in range(pattern.groups + 1)]
    lastgroup = None if match.lastgroup is None else match.lastgroup.encode()
    octets = [tuple(places[edge] if edge >= 0 else -1 for edge in span) for span in spans]
    return octets, match.lastindex, lastgroup


def _fitting(pattern: re.Pattern[Any], text: str) -> str:
    """Some ask for single letters, which are octets in Lua."""
    octets = pattern in FURTHER and "é" not in str(pattern.pattern)
    return "".join(one for one in text if one.isascii()) if octets else text


def _octets(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (list, tuple)):
        return [_octets(one) for one in value]
    return value


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bytes) else [_plain(v) for v in items(value)]


@pytest.mark.parametrize("version", RUNTIMES)
@pytest.mark.parametrize("pattern", ALL, ids=lambda one: str(one.pattern)[:40])
@settings(max_examples=60 if FULL else 30, deadline=None)
@given(text=texts, data=st.data())
def test_matches_what_python_matches(
    pattern: re.Pattern[Any], version: str, text: str, data: st.DataObject
) -> None:
    text = _fitting(pattern, text)
    lua = _lua(version)
    given_ = text.encode() if isinstance(pattern.pattern, bytes) else text
    size = len(given_)
    octets = text.encode()
    # Where each position of Python stands in octets.
    places = (
        list(range(size + 1))
        if isinstance(given_, bytes)
        else [len(text[:place].encode()) for place in range(size + 1)]
    )
    pos = data.draw(st.integers(0, size))
    endpos = data.draw(st.integers(pos, size) | st.just(size))
    for name in ("match", "fullmatch", "search"):
        expected = _expected(pattern, getattr(pattern, name)(given_, pos, endpos), places)
        found = lua.ask(pattern, name, octets, places[pos], places[endpos])
        assert lua.spans(pattern, found) == expected, name
    every = [_expected(pattern, one, places) for one in pattern.finditer(given_, pos, endpos)]
    found = items(lua.ask(pattern, "finditer", octets, places[pos], places[endpos]))
    assert [lua.spans(pattern, one) for one in found] == every
    assert _plain(lua.ask(pattern, "findall", octets)) == _octets(pattern.findall(given_))


@pytest.mark.parametrize("version", RUNTIMES)
@pytest.mark.parametrize("pattern", ALL, ids=lambda one: str(one.pattern)[:40])
@settings(max_examples=30, deadline=None)
@given(text=texts, count=st.integers(0, 3))
def test_cuts_and_replaces_as_python_does(
    pattern: re.Pattern[Any], version: str, text: str, count: int
) -> None:
    text = _fitting(pattern, text)
    lua = _lua(version)
    given_ = text.encode() if isinstance(pattern.pattern, bytes) else text
    template = r"<\1\\>" if pattern.groups else r"-\\"
    by = template.encode() if isinstance(given_, bytes) else template
    octets = text.encode()
    replaced = lua.ask(pattern, "sub", template.encode(), octets, count)
    assert replaced == _octets(pattern.sub(by, given_, count=count))
    assert _plain(lua.ask(pattern, "split", octets, count)) == _octets(pattern.split(given_, count))


def test_each_pattern_of_the_rooms_is_known() -> None:
    assert len(OF_THE_ROOMS) > 35
    for pattern in OF_THE_ROOMS:
        assert regex.program(pattern.pattern, pattern.flags).match


PIECES_IN_CROWDS = (
    *(" ", "\t", '"', "\\", ";", ",", "<", "A", "AA a", "0", "ck", "=", "a", "\\a", '\\"', "a\\"),
    *("\r\n", "\n ", "sec-", ";x=", "to ", "to=,", '";', "SIP/2.0", "auts", ",a=", 'response="'),
)
HEADS = ("", '"', "<", "REGISTER sip", ";x=", ",ck", ";reg-id", "\nsecurity-client:", "\n")
COUNTED = b"""
steps = 0
local find = string.find
string.find = function(s, pattern, init, plain)
  init = init or 1
  local first, last, group = find(s, pattern, init, plain)
  local to = last or (pattern:sub(1, 1) == "^" and not plain and init or #s)
  steps = steps + (to - init + 1) / 8
  return first, last, group
end
function count(p, s, searched)
  steps = 0
  debug.sethook(function() steps = steps + 100 end, "", 100)
  p:match(s) p:fullmatch(s)
  if searched then p:finditer(s) p:search(s) end
  debug.sethook()
  return steps
end
"""


ONLY_MATCHED = (
    digest._SCHEME,
    digest._PARAMETER,
    digest._NEXT_SCHEME,
    digest._QUOTED,
    parameters._ONE_QUOTED,
    older._POSITIVE,
)
"""Those that are tried at one place; a search would begin anew at each octet, as in Python."""


@pytest.mark.parametrize("pattern", OF_THE_ROOMS, ids=lambda one: str(one.pattern)[:40])
def test_no_octet_costs_more_for_standing_in_a_crowd(pattern: re.Pattern[Any]) -> None:
    """Counted in instructions of Lua and octets that its own `find` walks over, not in time."""
    lua = start("5.4")
    lua.execute(COUNTED)
    module = load(lua, "runtime/regex.lua")
    compiled = module[b"compile"](lua.eval(regex.lua(pattern.pattern, pattern.flags).encode()))
    count = lua.globals()[b"count"]
    searched = pattern not in ONLY_MATCHED
    for head in HEADS:
        for piece in PIECES_IN_CROWDS:
            text = (head + piece * 1600)[:1600].encode()
            half = count(compiled, text[:800], searched)
            assert count(compiled, text, searched) < 2.2 * half + 20_000, (head, piece)


@pytest.mark.parametrize("version", RUNTIMES)
def test_the_longest_message_is_matched_without_a_deep_stack(version: str) -> None:
    lua = _lua(version)
    for pattern in OF_THE_ROOMS:
        for piece in ("\\a", '"', "AA ", "a;b=c"):
            text = ('"' + piece * 65536)[:65536]
            given_ = text.encode() if isinstance(pattern.pattern, bytes) else text
            found = lua.ask(pattern, "match", text.encode())
            assert (found is None) == (pattern.match(given_) is None)


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(a)?(?(1)b|c)", "[éa]", r"(?:a|b*)*"])
def test_what_lua_could_not_do_is_refused_when_the_plugin_is_built(pattern: str) -> None:
    with pytest.raises(regex.Untranslatable):
        regex.program(pattern)
