"""Each header value is read as it stands in values.toml, judged so, and alike in Lua."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from analyzer.agreement import older
from analyzer.agreement.comparison import compare
from analyzer.agreement.mechanism import Mechanism, MechanismList
from analyzer.agreement.security_list import parse_list
from analyzer.pipeline import Settings, analyze
from tests.captures import SAMPLES, analysed
from tests.examples.examples import NUMBERS, VALUES, Value, capture_of
from tests.plugins.lua import RUNTIMES
from tests.plugins.test_findings import difference
from tests.plugins.translated import Lua, dump

TEXTS = ("q", "alg", "ealg", "prot", "mod", "d_alg", "d_qop", "d_ver")
OLDER = {"Security-Mechanism", "Security-Method"}
JUDGED = [value for value in VALUES if value.rules is not None]
USED = [value for value in VALUES if value.uses]
IPSEC = [value for value in VALUES if value.header not in OLDER]


def by_id(value: Value) -> str:
    return value.id


def said(one: Mechanism) -> dict[str, Any]:
    """All that an element says, as values.toml has it."""
    found: dict[str, Any] = {"name": one.name}
    if one.row:
        found["row"] = one.row
    for name in (*TEXTS, *NUMBERS):
        if getattr(one, name) is not None:
            found[name] = getattr(one, name)
    for name in NUMBERS:
        text = getattr(one, f"{name}_text")
        if text is not None and name not in found:
            found[f"{name}_text"] = text
    if one.mediasec:
        found["mediasec"] = True
    known = {name.replace("_", "-") for name in (*TEXTS, *NUMBERS)} | {"mediasec"}
    others = [list(filter(None, p[:2])) for p in one.params if p[0] and p[0].lower() not in known]
    if others:
        found["others"] = others
    if one.defects:
        found["defects"] = list(one.defects)
    return found


def parsed(value: Value) -> MechanismList:
    if value.header in OLDER:
        (one,) = older.read(tuple(value.rows), value.dialect)
        return one
    return parse_list(value.rows)


@pytest.mark.parametrize("value", VALUES, ids=by_id)
def test_a_value_says_what_stands_in_it(value: Value) -> None:
    found = parsed(value)
    for one, wanted in zip(found.elements, value.elements, strict=True):
        if wanted.get("open"):
            assert (one.name, list(one.defects)) == (wanted["name"], wanted["defects"])
        else:
            assert said(one) == wanted
    assert list(found.defects) == value.defects
    for one in found.elements:
        assert one.raw in value.rows[one.row]


@pytest.mark.parametrize("value", IPSEC, ids=by_id)
def test_numbers_and_names_mean_what_the_grammar_says(value: Value) -> None:
    """SPIs and ports are decimal, q counts in thousandths, names and tokens have no case."""
    for one in parsed(value).elements:
        assert one.key == one.name.lower()
        for name in NUMBERS:
            number, text = getattr(one, name), getattr(one, f"{name}_text")
            assert number is None or number == int(text)
        if one.q_thousandths is not None:
            assert one.q_thousandths == round(float(one.q or "") * 1000)
        assert one.effective_ealg == (one.ealg or "null").lower()


@pytest.mark.parametrize("value", JUDGED, ids=by_id)
def test_what_is_found_in_the_message_with_the_list(value: Value) -> None:
    report = analysed(capture_of(value))
    found = {one.rule for one in report.findings if one.frame.frame == value.frame}
    assert sorted(found) == sorted(value.rules or ())


@pytest.mark.parametrize("value", USED, ids=by_id)
def test_a_phone_registers_with_the_list(value: Value) -> None:
    """Both sides do what it says, so nothing explains a failure, and the echo is no other list."""
    report = analyze([BytesIO(capture_of(value))], Settings(usim=[str(SAMPLES / "usim.toml")]))
    (run,) = report.exchanges
    assert run.registration is not None
    assert run.registration.state == "registered"
    assert not [one.rule for one in report.findings if one.effect == "explains-outcome"]
    for step in run.steps:
        if step.comparison is not None:
            assert step.comparison.level == "identical"


@pytest.mark.parametrize("value", IPSEC, ids=by_id)
def test_lua_reads_the_same(rooms: Lua, value: Value) -> None:
    assert rooms.dump(read(rooms, value)) == dump(parse_list(value.rows))


def test_lua_compares_the_same(rooms: Lua) -> None:
    """Each with itself and with those that stand behind it."""
    for place, value in enumerate(IPSEC):
        for other in IPSEC[place : place + 12]:
            mine = rooms("agreement.comparison")[b"compare"](read(rooms, value), read(rooms, other))
            wanted = compare(parse_list(value.rows), parse_list(other.rows))
            assert rooms.dump(mine) == dump(wanted), (value.id, other.id)


def read(rooms: Lua, value: Value) -> Any:
    """A list as Lua reads it."""
    return rooms("agreement.security_list")[b"parse_list"](rooms.list(*value.rows))


@pytest.mark.parametrize("value", JUDGED, ids=by_id)
def test_lua_finds_the_same(value: Value) -> None:
    assert difference(RUNTIMES, BytesIO(capture_of(value))) is None
