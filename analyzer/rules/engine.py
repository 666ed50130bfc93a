"""The rules in force, compiled, and what they say of a subject.

The engine keeps no state between subjects. Beside its own condition a rule holds only on its leg,
in its dialects, and where no guard silences it; a rule that asks for an absence is silent where the
coverage does not reach ("not seen" is never "wrong").
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, Protocol, cast

from msgspec import Struct

from analyzer.agreement.exchange import Dialect
from analyzer.agreement.items import Agreement
from analyzer.limits import FORM_USUAL
from analyzer.rules.book import Book
from analyzer.rules.forms import Forms, WholeForm
from analyzer.rules.fusing import Clause
from analyzer.rules.nodes import (
    TEXT,
    Attribute,
    Compare,
    Condition,
    Literal,
    Membership,
    Truth,
    Type,
    Unless,
    Value,
    Variable,
    Words,
)
from analyzer.rules.rendering import shown
from analyzer.rules.rule import SEVERITIES, Guard, Rule
from analyzer.rules.scopes import Scope
from analyzer.rules.subjects.exchange import ExchangeFacts
from analyzer.rules.to_python import (
    Hit,
    PolicyValues,
    condition_function,
    value_function,
)
from analyzer.rules.transform import conjuncts
from analyzer.rules.vocabulary import (
    DIALECTS,
    KINDS,
    MEDIASEC,
    NEEDS,
    POLICY_DEFAULTS,
    SCOPES,
)
from analyzer.rules.wholes import Part, Whole, index_of, parts_of, role_of

ALL_MET: Final = frozenset(NEEDS)

Test = Callable[[Any, Any], bool]


class Fired(Struct, frozen=True):
    """A rule that holds for a subject (for `element` of it, where the rule has `each`).

    `cited` are the objects whose frames prove it, the subject first. `loud`: it counts even where
    the registration succeeded. `lowered_by` names the guards and the quirk that lowered it.
    """

    rule: Rule
    severity: str
    party: str
    subject: Any
    element: Any
    role: str | None
    loud: bool
    expected: str | None
    seen: str | None
    parameter: str | None
    detail: str | None
    cited: tuple[Any, ...]
    lowered_by: tuple[str, ...] = ()


class Tally(Protocol):
    """Hears of rules that hold, before anything is said of them."""

    def takes(self, rule: Rule, severity: str, party: str, role: str | None) -> bool:
        """Whether nothing need be said; it is `severity` at most, and not loud."""


class Engine:
    """Judges subjects by the rules of `book` whose ids are in `ids` (all that are on by default).

    `dialects` limits the book to rules of these dialects (`mediasec` stays); where it is one,
    everything is to be judged by it, whatever it looks like: `dialect`, else None.

    A form that comes for the `usual`-th time gets a function of its own; never where that is 0.
    """

    def __init__(
        self,
        book: Book,
        policy: PolicyValues = POLICY_DEFAULTS,
        dialects: Iterable[str] | None = None,
        ids: Iterable[str] | None = None,
        usual: int = FORM_USUAL,
    ) -> None:
        wanted = {one.id for one in book.rules.values() if one.default} if ids is None else set(ids)
        spoken = {*(DIALECTS if dialects is None else dialects), MEDIASEC}
        self.rules = tuple(
            rule
            for rule in book.rules.values()
            if rule.id in wanted and spoken.intersection(rule.dialects)
        )
        self.policy = policy
        alone = spoken - {MEDIASEC}
        self.dialect = cast("Dialect", min(alone)) if len(alone) == 1 else None
        self.guards = book.guards
        self._not_checked: dict[tuple[frozenset[str], str], _Unchecked] = {}
        self._speakers: list[_Speaker | None] = [None] * len(self.rules)
        self._gates = [rule.gate for rule in self.rules]
        self.forms = Forms()
        self._usual = usual
        finders = self.forms.finders if usual else {}
        self._scopes = {
            scope: Scope(scope, self.clauses(scope), policy, finders, usual) for scope in SCOPES
        }

    def judge(
        self,
        scope: str,
        subject: Any,
        met: frozenset[str] = ALL_MET,
        tally: Tally | None = None,
    ) -> list[Fired] | tuple[()]:
        """What the rules of a scope say of a subject, in the order of the book.

        `met` is the coverage where the subject stands, names of `NEEDS`. What `tally` takes is not
        said.
        """
        hits = self.hits(scope, subject)
        if not hits:
            return ()
        if len(hits) > 1:
            hits.sort(key=index_of)
        fired = []
        for index, element in hits:
            if self._gates[index] <= met:
                speaker = self._speaker(index)
                if tally is None or not speaker.is_counted(role_of(scope, subject), tally):
                    fired.append(speaker.speak(subject, element))
        return fired

    def judge_run(
        self, run: ExchangeFacts, met: frozenset[str], tally: Tally
    ) -> list[Fired] | None:
        """The same of a run, its messages with their transactions, and its set, where the form of
        the run has come often; None where they have to be judged one by one."""
        parts = self._parts(run, self.forms.of_run(run)) if self._usual else None
        if parts is None:
            return None
        fired: list[Fired] = []
        for part in parts:
            fired += self._fired(part, run, met, tally)
        return fired

    def judge_settled(self, agreement: Agreement, met: frozenset[str]) -> list[list[Fired]] | None:
        """The same of a set that ended and of each of its flows."""
        form = self.forms.of_settled(agreement) if self._usual else None
        parts = self._parts(agreement, form)
        return None if parts is None else [self._fired(one, agreement, met) for one in parts]

    def _parts(self, whole: Whole, form: WholeForm | None) -> tuple[Part, ...] | None:
        """What is left to ask of those of this form, once it came often."""
        if form is not None and form.parts is None:
            form.seen += 1
            # forms of messages are told here, for what is known of them
            if form.seen >= self._usual and self.forms.of_whole(whole) is not None:
                form.parts = parts_of(whole, self._scopes)
        return None if form is None else form.parts

    def _fired(
        self, part: Part, whole: Whole, met: frozenset[str], tally: Tally | None = None
    ) -> list[Fired]:
        fired: list[Fired] = []
        hits, subject = part.hits(whole)
        for index, element in hits:
            if self._gates[index] <= met:
                speaker = self._speaker(index)
                if tally is None or not speaker.is_counted(part.role, tally):
                    subject = part.pick(whole) if subject is None else subject
                    fired.append(speaker.speak(subject, element))
        return fired

    def hits(self, scope: str, subject: Any) -> list[Hit]:
        """The rules that hold, whatever their coverage: index and element."""
        return self._scopes[scope].function(subject)(subject)

    def not_checked(
        self, met: frozenset[str], dialect: str, fired: Collection[str] = ()
    ) -> dict[str, list[str]]:
        """Rules of this dialect that could not be checked, by reason, each under one reason.

        A rule that fired all the same (ids in `fired`) was checked. The answer is shared between
        calls and not to be changed.
        """
        found = self._not_checked.get((met, dialect))
        if found is None:
            found = self._not_checked[met, dialect] = _Unchecked(self._unmet(met, dialect))
        if found.ids.isdisjoint(fired):
            return found.reasons
        done = set(fired)
        rest = {why: [id_ for id_ in ids if id_ not in done] for why, ids in found.reasons.items()}
        return {reason: ids for reason, ids in rest.items() if ids}

    def _unmet(self, met: frozenset[str], dialect: str) -> dict[str, list[str]]:
        reasons: dict[str, list[str]] = {}
        for rule in self.rules:
            if dialect in rule.dialects:
                unmet = next((need for need in rule.needs if need not in met), None)
                if unmet is not None:
                    reasons.setdefault(NEEDS[unmet], []).append(rule.id)
        return reasons

    def clauses(self, scope: str) -> list[Clause]:
        """The rules of a scope as the compiler needs them."""
        return [
            Clause(index, conditions_of(rule, self.guards), rule.each)
            for index, rule in enumerate(self.rules)
            if rule.scope == scope
        ]

    def _speaker(self, index: int) -> "_Speaker":
        speaker = self._speakers[index]
        if speaker is None:
            rule = self.rules[index]
            speaker = _Speaker(rule, guards_of(rule, self.guards), self.policy)
            self._speakers[index] = speaker
        return speaker


class _Unchecked:
    """Rules that could not be checked, by reason, and all of them together."""

    __slots__ = ("ids", "reasons")

    def __init__(self, reasons: dict[str, list[str]]) -> None:
        self.reasons = reasons
        self.ids = frozenset(id_ for ids in reasons.values() for id_ in ids)


def guards_of(rule: Rule, guards: Mapping[str, Guard]) -> list[Guard]:
    """The guards a rule stands under and that can judge its scope."""
    return [
        guard
        for guard in guards.values()
        if rule.scope in guard.conditions
        and guard.id not in rule.guards_off
        and (not guard.families or rule.family in guard.families)
    ]


def conditions_of(rule: Rule, guards: Mapping[str, Guard]) -> tuple[Condition, ...]:
    """All that must hold for a rule to fire: guards, leg, dialect, and its own condition."""
    found: list[Condition] = [
        Unless(guard.conditions[rule.scope])
        for guard in guards_of(rule, guards)
        if guard.effect == "silent"
    ]
    subject = Variable(rule.scope, Type(rule.scope))
    if "leg" in KINDS[rule.scope] and rule.leg != "any":
        found.append(Compare("==", _fact(subject, "leg"), Literal(rule.leg, TEXT)))
    found.extend(_in_dialects(rule, subject))
    found.extend(conjuncts(rule.when))
    if rule.unless is not None:
        found.append(Unless(rule.unless))
    return tuple(dict.fromkeys(found))


def _in_dialects(rule: Rule, subject: Variable) -> list[Condition]:
    """The subject is of a dialect of the rule; its element is of the medium the rule is about."""
    found: list[Condition] = []
    spoken = tuple(one for one in rule.dialects if one != MEDIASEC)
    if spoken and set(spoken) != set(DIALECTS):
        words = Words(tuple(sorted(spoken)), Type("text", "set"))
        found.append(Membership(_fact(subject, "dialect"), words))
    if rule.each is not None and "mediasec" in KINDS.get(rule.each[0].type.name, ()):
        media = Truth(_fact(rule.each[0], "mediasec"))
        if MEDIASEC not in rule.dialects:
            found.append(Unless(media))
        elif not spoken:
            found.append(media)
    return found


def _fact(of: Variable, name: str) -> Attribute:
    fact = KINDS[of.type.name][name]
    return Attribute(of, fact, Type(fact.type, "", fact.values))


class _Speaker:
    """What a rule says once it fired; compiled when it fires for the first time."""

    __slots__ = (
        "_always",
        "_cites",
        "_guards",
        "_levels",
        "_loud",
        "_parties",
        "_quirk",
        "_rule",
        "_shown",
    )

    def __init__(self, rule: Rule, guards: list[Guard], policy: PolicyValues) -> None:
        scope = rule.scope
        element = None if rule.each is None else rule.each[0]

        def test(condition: Condition) -> Test:
            return condition_function(scope, condition, policy, element)

        def value(node: Value | None) -> Callable[[Any, Any], Any]:
            return _nothing if node is None else value_function(scope, node, policy, element)

        self._rule = rule
        self._levels, self._parties = (
            [(step.word, None if step.when is None else test(step.when)) for step in steps]
            for steps in (rule.severity, rule.party)
        )
        self._guards = [
            (guard.id, guard.effect, condition_function(scope, guard.conditions[scope], policy))
            for guard in guards
            if guard.effect in ("lower", "info")
        ]
        self._loud = rule.loud if isinstance(rule.loud, bool) else test(rule.loud)
        self._shown = [
            value(node) for node in (rule.expected, rule.seen, rule.parameter, rule.detail)
        ]
        self._cites = [value(node) for node in rule.cites]
        quirks = policy["quirks"]
        on = isinstance(quirks, frozenset) and rule.quirk in quirks
        self._quirk = rule.quirk if on else None
        self._always = self._same_for_all

    @property
    def _same_for_all(self) -> tuple[str, str] | None:
        """Severity (guards and quirks may lower it) and party, where neither is graded, and the
        rule is never loud."""
        if len(self._levels) > 1 or len(self._parties) > 1 or self._loud is not False:
            return None
        return self._levels[0][0], self._parties[0][0]

    def is_counted(self, role: str | None, tally: Tally) -> bool:
        """Whether `tally` takes what the rule would say of a subject of this role."""
        if self._always is None:
            return False
        rule = self._rule
        severity, party = self._always
        return tally.takes(rule, severity, party, rule.role or role)

    def speak(self, subject: Any, element: Any) -> Fired:
        rule = self._rule
        severity, lowered = self._severity(subject, element)
        expected, seen, parameter, detail = (shown(find(subject, element)) for find in self._shown)
        cited = [subject, *(find(subject, element) for find in self._cites)]
        loud = self._loud if isinstance(self._loud, bool) else self._loud(subject, element)
        return Fired(
            rule=rule,
            severity=severity,
            party=_first(self._parties, subject, element),
            subject=subject,
            element=element,
            role=rule.role or role_of(rule.scope, subject),
            loud=loud,
            expected=expected,
            seen=seen,
            parameter=parameter,
            detail=detail,
            cited=tuple(one for one in cited if one is not None),
            lowered_by=lowered,
        )

    def _severity(self, subject: Any, element: Any) -> tuple[str, tuple[str, ...]]:
        level = _first(self._levels, subject, element)
        lowered: list[str] = []
        for id_, effect, holds in self._guards:
            if holds(subject, element):
                lowered.append(id_)
                level = "info" if effect == "info" else _one_lower(level)
        if self._quirk is not None:
            lowered.append(self._quirk)
            level = _one_lower(level)
        return level, tuple(lowered)


def _first(steps: list[tuple[str, Test | None]], subject: Any, element: Any) -> str:
    return next(word for word, holds in steps if holds is None or holds(subject, element))


def _nothing(subject: Any, element: Any) -> None:
    return None


def _one_lower(level: str) -> str:
    return SEVERITIES[min(SEVERITIES.index(level) + 1, len(SEVERITIES) - 1)]
