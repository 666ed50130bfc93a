"""Compiled to Lua, the rules say of any subject what they say in Python."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.rules import book as rule_book
from analyzer.rules import lua_book
from analyzer.rules.engine import Engine
from analyzer.rules.vocabulary import KINDS, NEEDS, POLICY_DEFAULTS, SCOPES
from tests.plugins.lua import RUNTIMES, importer, items, start
from tests.rules.fakes import fake, mechanism, message
from tests.rules.samples import SAMPLES
from tests.rules.test_fused import BOOK, ENGINE, plausible

versions = pytest.mark.parametrize("version", RUNTIMES)


class InLua:
    """An engine of Python's, exported and read again."""

    def __init__(self, version: str, engine: Engine) -> None:
        self.lua = start(version)
        self._import = importer(self.lua, {"rules.compiled": lua_book.source(engine)})
        self._set = self._import(b"runtime.containers")[b"set"]
        self.module = self._import(b"engine")
        self.ids = [rule[b"id"].decode() for rule in items(self.module[b"rules"])]
        self._list = self.lua.eval(b"function() return {n = 0} end")
        self._object = self.lua.eval(b"function() return setmetatable({}, {__name = 'Fake'}) end")

    def given(self, value: Any, known: dict[int, Any]) -> Any:
        """A value of Python as the runtime has it; `known` keeps objects one and the same."""
        match value:
            case str():
                return value.encode()
            case AbstractSet():
                return self._set(self.given(sorted(value), known))
            case list() | tuple():
                table = self._list()
                for place, one in enumerate(value, 1):
                    table[place] = self.given(one, known)
                table[b"n"] = len(value)
                return table
            case SimpleNamespace():
                if id(value) not in known:
                    table = known[id(value)] = self._object()
                    for name, fact in vars(value).items():
                        table[name.encode()] = self.given(fact, known)
                    table[b"identity"] = id(value)
                return known[id(value)]
            case _:
                return value

    def judge(
        self, scope: str, subject: Any, met: AbstractSet[str], engine: Any = None
    ) -> list[Any]:
        if engine is None:
            engine = self.module[b"Engine"][b"make"]()
        fired = engine[b"judge"](
            engine, scope.encode(), self.given(subject, {}), self._set(self.given(list(met), {}))
        )
        return [self._fired(one) for one in items(fired)]

    def _fired(self, one: Any) -> tuple[Any, ...]:
        element = one[b"element"]
        return (
            one[b"rule"][b"id"].decode(),
            None if element is None else element[b"identity"],
            *(_text(one[name]) for name in (b"severity", b"party", b"role")),
            bool(one[b"loud"]),
            *(_text(one[name]) for name in (b"expected", b"seen", b"parameter", b"detail")),
            [cited[b"identity"] for cited in items(one[b"cited"])],
            [name.decode() for name in items(one[b"lowered_by"])],
        )


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def in_python(engine: Engine, scope: str, subject: Any, met: frozenset[str]) -> list[Any]:
    return [
        (
            one.rule.id,
            None if one.element is None else id(one.element),
            *(one.severity, one.party, one.role, one.loud),
            *(one.expected, one.seen, one.parameter, one.detail),
            [id(cited) for cited in one.cited],
            list(one.lowered_by),
        )
        for one in engine.judge(scope, subject, met)
    ]


@cache
def _shipped(version: str) -> InLua:
    return InLua(version, ENGINE)


def same(version: str, scope: str, subject: Any, met: frozenset[str]) -> int:
    """Both say the same of the rules that are held; how many fired."""
    lua = _shipped(version)
    expected = [one for one in in_python(ENGINE, scope, subject, met) if one[0] in lua.ids]
    assert lua.judge(scope, subject, met) == expected
    return len(expected)


WITHHELD = ("AUT-06", "DIG-02", "PRT-23", "PRT-28")
MET = frozenset(NEEDS)


@versions
@settings(max_examples=15, deadline=None)
@given(st.data())
def test_any_subject_is_judged_alike(version: str, data: st.DataObject) -> None:
    scope = data.draw(st.sampled_from(sorted({rule.scope for rule in ENGINE.rules})))
    subject = data.draw(plausible(scope, 2))
    met = data.draw(st.just(MET) | st.frozensets(st.sampled_from(sorted(NEEDS))))
    same(version, scope, subject, met)


@versions
def test_each_rule_that_is_held_fires_where_it_should(version: str) -> None:
    fired: set[str] = set()
    for scope, fire, miss in SAMPLES.values():
        for subject in (*fire, *miss):
            same(version, scope, subject, MET)
        fired |= {one[0] for one in _shipped(version).judge(scope, fire[0], MET)}
    assert len(fired) > 190


@versions
def test_what_was_not_checked_is_the_same(version: str) -> None:
    lua = _shipped(version)
    engine = lua.module[b"Engine"][b"make"]()
    ask = lua.lua.eval(
        b"""function(engine, met, dialect, fired)
          local found, text = engine:not_checked(met, dialect, fired), {}
          for reason, ids in found:pairs() do
            text[#text + 1] = reason .. ": " .. table.concat(ids, " ", 1, ids.n)
          end
          return table.concat(text, "\\n")
        end"""
    )
    for lacking in (*NEEDS, None):
        met = MET - {lacking} - {"mw"}
        for fired in ((), ("VER-05", "PRT-03")):
            expected = ENGINE.not_checked(met, "ims", fired)
            held = {
                reason: [one for one in ids if one in lua.ids] for reason, ids in expected.items()
            }
            lines = [f"{reason}: {' '.join(ids)}" for reason, ids in held.items() if ids]
            given_ = lua.given(sorted(met), {}), lua.given(fired, {})
            found = ask(engine, lua._set(given_[0]), b"ims", given_[1]).decode()
            assert sorted(found.splitlines()) == sorted(lines)


def test_rules_are_withheld_that_need_what_the_plugin_cannot_have() -> None:
    kept, lacking = lua_book.held(ENGINE.rules)
    assert tuple(one.rule.id for one in lacking) == WITHHELD
    assert [one.reason for one in lacking] == ["secrets", "secrets", "secrets", "kernel"]
    assert len(kept) == len(ENGINE.rules) - len(WITHHELD)


@versions
def test_policy_and_quirks_are_those_of_the_export(version: str) -> None:
    policy = {
        **POLICY_DEFAULTS,
        "conformance_tester": True,
        "quirks": frozenset({"q-ignored", 'a"]]b'}),
        "private_algorithms": frozenset({"my-alg"}),
        "release": 9,
    }
    engine = Engine(BOOK, policy)
    lua = InLua(version, engine)
    lowered = 0
    for scope, fire, _ in SAMPLES.values():
        for subject in fire:
            expected = [o for o in in_python(engine, scope, subject, MET) if o[0] in lua.ids]
            assert lua.judge(scope, subject, MET) == expected
            lowered += any(one[-1] for one in expected)
    assert lowered > 100


@versions
def test_a_dialect_may_be_chosen_when_the_plugin_runs(version: str) -> None:
    lua = _shipped(version)
    make = lua.module[b"Engine"][b"make"]
    for dialect in ("ims", "rfc3329", "arkko-00"):
        engine = Engine(BOOK, dialects=(dialect,))
        chosen = make(dialect.encode())
        assert chosen[b"dialect"] == dialect.encode()
        for scope, fire, _ in SAMPLES.values():
            expected = [o for o in in_python(engine, scope, fire[0], MET) if o[0] in lua.ids]
            assert lua.judge(scope, fire[0], MET, chosen) == expected


@versions
def test_rules_may_be_switched_off_when_the_plugin_runs(version: str) -> None:
    lua = _shipped(version)
    scope, fire, _ = SAMPLES["VER-05"]
    off = lua.module[b"Engine"][b"make"](None, lua.lua.table_from({b"VER-05": True}))
    assert "VER-05" in {one[0] for one in lua.judge(scope, fire[0], MET)}
    assert "VER-05" not in {one[0] for one in lua.judge(scope, fire[0], MET, off)}


# ---------------------------------------------------------------- hostile rule files

HOSTILE = "\"]] .. os.exit(1) --[[\\\n\r\0\x7f'%s%%\u2028é"


def rule(number: int, **fields: str) -> str:
    given_: Mapping[str, str] = {
        "id": f"XXX-{number:02}",
        "name": f"rule-{number}",
        "title": "A rule",
        "severity": "error",
        "class": "failure",
        "party": "ue",
        "scope": "message",
        "when": "message.is_request",
        "spec": "RFC 3329",
        "cause": "None.",
        "fix": "None.",
        **fields,
    }
    rows = [f"{name} = {_toml(text)}" for name, text in given_.items()]
    return "\n".join(["[[rule]]", *rows, ""])


def _toml(text: str) -> str:
    plain = (c if c.isalnum() or c in " .-" else f"\\U{ord(c):08X}" for c in text)
    return '"' + "".join(plain) + '"'


def own(version: str, text: str) -> tuple[Engine, InLua]:
    engine = Engine(rule_book.read([("own.toml", text.encode())]))
    return engine, InLua(version, engine)


@versions
def test_no_text_of_a_rule_becomes_lua(version: str) -> None:
    quoted = repr(HOSTILE)
    text = rule(
        1,
        title=HOSTILE,
        name=HOSTILE,
        cause=HOSTILE,
        fix=HOSTILE,
        spec=HOSTILE,
        means=HOSTILE,
        quirk=HOSTILE,
        when=f"message.method == {quoted} or message.method in ('a', 'b', 'c', {quoted})",
        seen=f"{quoted} + message.method",
        expected=quoted,
    )
    engine, lua = own(version, text)
    subject = message(method=HOSTILE)
    assert lua.judge("message", subject, MET) == in_python(engine, "message", subject, MET)
    found = lua.judge("message", subject, MET)
    assert found[0][7] == HOSTILE + HOSTILE
    shown = items(lua.module[b"rules"])[0]
    assert shown[b"title"].decode() == " ".join(HOSTILE.split())
    assert lua.judge("message", message(method="d"), MET) == []


@versions
@settings(max_examples=30, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_literal_is_what_it_is(version: str, text: str) -> None:
    engine, lua = own(version, rule(1, seen=repr(text) + " + 'x'"))
    subject = message()
    assert lua.judge("message", subject, MET) == in_python(engine, "message", subject, MET)


@versions
def test_a_rule_may_be_as_large_as_the_language_lets_it(version: str) -> None:
    facts = [name for name, fact in KINDS["message"].items() if fact.type == "int"]
    terms = [f"m.{name}" for name in KINDS["mechanism"] if KINDS["mechanism"][name].type == "int"]
    wide = " and ".join(["not message.is_request == False"] * 50)
    many = " or ".join(f"message.{facts[0]} == {n}" for n in range(70))
    deep = (
        "any(" * 12
        + "m.spi_c == 1"
        + "".join(f" for m{n} in message.mechanisms)" for n in range(12))
    )
    half = terms * 5
    while len(half) > 1:  # a balanced sum, with more values than a function may have locals
        half = [f"({'+'.join(half[n : n + 2])})" for n in range(0, len(half), 2)]
    text = (
        rule(1, when=wide)
        + rule(2, when=many)
        + rule(3, each="m in message.mechanisms", when=deep)
        + rule(4, each="m in message.mechanisms", when=f"{half[0]} == 10")
    )
    engine, lua = own(version, text)
    mechanisms = [mechanism(**{name[2:]: 1 for name in terms}), mechanism(spi_c=1)]
    subject = message(mechanisms=mechanisms, **{facts[0]: 7})
    found = lua.judge("message", subject, MET)
    assert found == in_python(engine, "message", subject, MET)
    assert {one[0] for one in found} >= {"XXX-01", "XXX-02", "XXX-03"}


@versions
def test_a_book_may_hold_thousands_of_rules(version: str) -> None:
    """Each asks one thing more than the one before, so that they nest as deep as can be."""
    chain = [f"message.method != 'M{n}'" for n in range(60)]
    rules = [rule(n, when=" and ".join(chain[: n + 1])) for n in range(60)]
    rules += [rule(n, when=f"message.username == 'u{n}'") for n in range(100, 999)]
    engine, lua = own(version, "".join(rules))
    for subject in (message(method="M30"), message(username="u500")):
        found = lua.judge("message", subject, MET)
        assert found == in_python(engine, "message", subject, MET)
        assert found


def test_each_scope_is_compiled() -> None:
    source = lua_book.source(ENGINE)
    for scope in SCOPES:
        assert f"M.fused.{scope} = " in source
    assert fake("message").dialect is None
