"""Reading the rule book: TOML files to checked rules, guards and derived facts.

A file holds `[[fact]]`, `[[guard]]` and `[[rule]]` tables. Files are read in order; a later rule
with the id of an earlier one takes its place, so that a user's file can mend the book. Derived
facts are known to everything after them. Whatever does not fit raises `BookError` with file, rule,
field and column.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, Final

from msgspec import Struct

from analyzer.rules import language
from analyzer.rules.errors import BookError, did_you_mean
from analyzer.rules.language import Definition, Names
from analyzer.rules.nodes import Type, Value, Variable
from analyzer.rules.rule import (
    CLASSES,
    GRADES,
    PARTIES,
    RULE_LEGS,
    SEVERITIES,
    Guard,
    Rule,
    Step,
)
from analyzer.rules.tables import Table
from analyzer.rules.vocabulary import DIALECTS, KINDS, MEDIASEC, NEEDS, ROLES, SCOPES

RULE_ID: Final = re.compile(r"[A-Z]{2,5}-[0-9]{2,3}")
GUARD_ID: Final = re.compile(r"G[0-9]{1,2}")
GUARD_EFFECTS: Final = ("silent", "lower", "info", "coverage", "fact")
_OBJECTS: Final = (
    "message", "transaction", "exchange", "association", "flow", "pair", "connection",
)  # fmt: skip


class Book(Struct, frozen=True):
    """Rules by id in the order of the files, guards by id, derived facts by (kind, name)."""

    rules: Mapping[str, Rule]
    guards: Mapping[str, Guard]
    facts: Mapping[tuple[str, str], Definition]


def shipped() -> list[tuple[str, bytes]]:
    """Name and content of the files of the book, facts and guards first, then by name."""
    folder = files("analyzer.rules") / "book"
    found = [(entry.name, entry.read_bytes()) for entry in folder.iterdir()]
    book = [(name, content) for name, content in found if name.endswith(".toml")]
    return sorted(book, key=lambda entry: (entry[0] not in _FIRST, entry[0]))


_FIRST: Final = ("facts.toml", "guards.toml")


def load(further: Iterable[tuple[str, bytes]] = ()) -> Book:
    """The shipped book, then further files given as (name, content). Raises BookError."""
    return read([*shipped(), *further])


def read(sources: Iterable[tuple[str, bytes]]) -> Book:
    """A book of the given files alone. Raises BookError."""
    rules: dict[str, Rule] = {}
    guards: dict[str, Guard] = {}
    facts: dict[tuple[str, str], Definition] = {}
    for name, content in sources:
        tables = _tables(name, content)
        for table in tables.get("fact", ()):
            fact = _fact(Table(name, "fact", table), facts)
            facts[fact.kind, fact.name] = fact
        for table in tables.get("guard", ()):
            guard = _guard(Table(name, "guard", table), facts)
            guards[guard.id] = guard
        seen: set[str] = set()
        for table in tables.get("rule", ()):
            rule = _rule(Table(name, "rule", table), facts)
            if rule.id in seen:
                raise BookError(f"{name}: rule {rule.id} stands twice in this file")
            seen.add(rule.id)
            rules[rule.id] = rule
    _check(rules, guards)
    return Book(rules, guards, facts)


def _tables(name: str, content: bytes) -> dict[str, list[dict[str, Any]]]:
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BookError(f"{name}: not TOML: {error}") from None
    for key, entries in tables.items():
        if key not in ("fact", "guard", "rule"):
            hint = did_you_mean(key, ("fact", "guard", "rule"))
            raise BookError(f"{name}: unknown table {key!r}{hint}")
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise BookError(f"{name}: {key!r} is written [[{key}]]")
    return tables


def _check(rules: Mapping[str, Rule], guards: Mapping[str, Guard]) -> None:
    names: dict[str, str] = {}
    for rule in rules.values():
        other = names.setdefault(rule.name, rule.id)
        if other != rule.id:
            raise BookError(f"{rule.file}: rule {rule.id}: {other} has the name {rule.name!r} too")
        for guard in rule.guards_off:
            if guard not in guards:
                hint = did_you_mean(guard, guards)
                raise BookError(f"{rule.file}: rule {rule.id}: unknown guard {guard!r}{hint}")


def names_of(scope: str, facts: Mapping[tuple[str, str], Definition]) -> Names:
    """What an expression of this scope may speak of: the subject, its shorthands, facts."""
    subject = Names({scope: Variable(scope, Type(scope))})
    paths = SCOPES[scope].names
    shorthands = {name: language.value(path, subject) for name, path in paths.items()}
    return Names({**subject.variables, **shorthands}, facts)


def _fact(table: Table, facts: Mapping[tuple[str, str], Definition]) -> Definition:
    kind = table.word("of", KINDS)
    name = table.text("name")
    if not name.isidentifier() or name.startswith("_"):
        raise table.wrong(f"{name!r} is no name for a fact")
    names = Names({kind: Variable(kind, Type(kind))}, facts)
    meaning = table.text("meaning")
    found = table.definition(kind, name, meaning, table.take("value"), names)
    table.done()
    return found


def _guard(table: Table, facts: Mapping[tuple[str, str], Definition]) -> Guard:
    id_ = table.text("id")
    if not GUARD_ID.fullmatch(id_):
        raise table.wrong("id is G and a number")
    effect = table.word("effect", GUARD_EFFECTS)
    when = table.take("when", {})
    if not isinstance(when, dict) or bool(when) != (effect in ("silent", "lower", "info")):
        raise table.wrong("when is a table, one condition a scope, for silent, lower and info")
    conditions = {}
    for scope, text in when.items():
        if scope not in SCOPES:
            raise table.wrong(f"unknown scope {scope!r}{did_you_mean(scope, SCOPES)}")
        conditions[scope] = table.condition(f"when.{scope}", text, names_of(scope, facts))
    guard = Guard(
        id=id_,
        title=table.text("title"),
        effect=effect,
        families=table.texts("families"),
        conditions=conditions,
    )
    table.done()
    return guard


def _rule(table: Table, facts: Mapping[tuple[str, str], Definition]) -> Rule:
    id_ = table.text("id")
    if not RULE_ID.fullmatch(id_):
        raise table.wrong("id is a family of capitals, a dash and a number, as VER-05")
    scope = table.word("scope", SCOPES)
    outer = names_of(scope, facts)
    each = table.each(outer)
    names = outer.bind(each[0]) if each is not None else outer
    when, unless = table.take("when"), table.take("unless")
    loud = table.take("loud", False)
    rule = Rule(
        id=id_,
        name=table.text("name"),
        title=table.text("title"),
        severity=_graded(table, "severity", "level", SEVERITIES, names),
        class_=table.word("class", CLASSES),
        party=_graded(table, "party", "party", PARTIES, names),
        dialects=table.texts("dialects", (*DIALECTS, MEDIASEC)) or DIALECTS,
        scope=scope,
        when=table.condition("when", when, names),
        unless=None if unless is None else table.condition("unless", unless, names),
        each=each,
        leg=table.word("leg", RULE_LEGS, "gm"),
        guards_off=table.texts("guards_off"),
        explains=_ids(table),
        loud=loud if isinstance(loud, bool) else table.condition("loud", loud, names),
        default=table.word("default", ("on", "off"), "on") == "on",
        role=table.word("role", ROLES) if table.take("role") is not None else None,
        quirk=table.text("quirk") if table.take("quirk") is not None else None,
        demands=table.texts("needs", NEEDS),
        expected=_shown(table, "expected", names),
        seen=_shown(table, "seen", names),
        parameter=_shown(table, "parameter", names),
        detail=_shown(table, "detail", names),
        cites=_cites(table, names),
        spec=table.text("spec"),
        grade=table.word("grade", GRADES, "M"),
        means=table.text("means", ""),
        cause=table.text("cause"),
        fix=table.text("fix"),
        source=table.sources(_EXPRESSIONS),
        file=table.file,
    )
    table.done()
    return rule


_EXPRESSIONS: Final = (
    "each",
    "when",
    "unless",
    "expected",
    "seen",
    "parameter",
    "detail",
)


def _ids(table: Table) -> tuple[str, ...]:
    ids = table.texts("explains")
    for id_ in ids:
        if not RULE_ID.fullmatch(id_):
            raise table.wrong(f"explains wants ids of rules, not {id_!r}")
    return ids


def _graded(
    table: Table, field: str, key: str, words: tuple[str, ...], names: Names
) -> tuple[Step, ...]:
    found = table.take(field)
    if isinstance(found, str):
        return (Step(table.word(field, words)),)
    if not isinstance(found, list) or not found:
        raise table.wrong(f"{field} wanted: a word, or a list of {{{key}, when}}")
    steps = []
    for step in found:
        if not isinstance(step, dict) or set(step) - {key, "when"}:
            raise table.wrong(f"a step of {field} has {key} and when")
        word = table.among(field, step.get(key), words)
        when = step.get("when")
        steps.append(Step(word, None if when is None else table.condition(field, when, names)))
    if steps[-1].when is not None or any(step.when is None for step in steps[:-1]):
        raise table.wrong(f"the last step of {field}, and only it, has no when")
    return tuple(steps)


def _shown(table: Table, field: str, names: Names) -> Value | None:
    found = table.value(field, names)
    if found is not None and found.type.name in _OBJECTS:
        raise table.wrong(f"{field}: {found.type} cannot be shown, name a fact of it")
    return found


def _cites(table: Table, names: Names) -> tuple[Value, ...]:
    found = []
    for text in table.texts("cites"):
        value = table.expression("cites", text, names)
        if value.type.name not in _OBJECTS or value.type.container:
            raise table.wrong(f"cites: {text!r} is nothing that has frames")
        found.append(value)
    return tuple(found)
