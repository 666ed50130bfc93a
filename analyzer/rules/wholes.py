"""What is left to ask in runs of one form (`forms`), and of sets of one form, subject by subject.

Of most subjects of a usual run nothing is left, so that their facts are never made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from analyzer.agreement.items import Agreement
from analyzer.rules.fusing import Clause
from analyzer.rules.scopes import Scope
from analyzer.rules.subjects.association import AgreementFacts, AssociationFacts, FlowFacts
from analyzer.rules.subjects.exchange import ExchangeFacts
from analyzer.rules.subjects.message import MessageFacts, TransactionFacts, transaction_of
from analyzer.rules.to_python import Fused, Hit

Whole = ExchangeFacts | Agreement
Pick = Callable[[Any], Any]
"""A subject, given the run or the set."""


class Part:
    """One subject of a run or a set: rules that hold for it by the form of that alone, and what
    asks the others. `role` is that in the exchange."""

    __slots__ = ("_always", "_function", "pick", "role")

    def __init__(
        self, pick: Pick, role: str | None, always: Sequence[Hit], function: Fused | None
    ) -> None:
        self.pick = pick
        self.role = role
        self._always = always
        self._function = function

    def hits(self, whole: Whole) -> tuple[Sequence[Hit], Any]:
        """The rules that hold, in the order of the book, and the subject, None where nobody had to
        look at it."""
        if self._function is None:
            return self._always, None
        subject = self.pick(whole)
        found = self._function(subject)
        return (sorted([*self._always, *found], key=index_of) if found else self._always), subject


def parts_of(whole: Whole, scopes: Mapping[str, Scope]) -> tuple[Part, ...]:
    """The parts of which rules are left, of a run or a set whose subjects have a form each."""
    found = []
    for scope, pick in subjects_of(whole):
        subject = pick(whole)
        left = scopes[scope].left(subject)
        always = [(one.index, None) for one in left if _holds(one)]
        asked = tuple(one for one in left if not _holds(one))
        if left:
            function = scopes[scope].fused(asked) if asked else None
            found.append(Part(pick, role_of(scope, subject), always, function))
    return tuple(found)


def _holds(clause: Clause) -> bool:
    """Nothing is left to ask of it."""
    return not clause.conjuncts and clause.each is None


def subjects_of(whole: Whole) -> Iterator[tuple[str, Pick]]:
    """Scope and subject of all that is judged in it, in the order of the judge."""
    return _of_run(whole) if isinstance(whole, ExchangeFacts) else _of_set(whole)


def _of_run(run: ExchangeFacts) -> Iterator[tuple[str, Pick]]:
    yield "exchange", _itself
    for number, facts in enumerate(run.cast.members):
        yield "message", partial(_member, number)
        if transaction_of(facts) is not None:
            yield "transaction", partial(_transaction, number)
    if run.exchange.association is not None:
        yield "association", _set


def _of_set(agreement: Agreement) -> Iterator[tuple[str, Pick]]:
    yield "agreement", _agreement
    if agreement.association is not None:
        for name in agreement.association.flows:
            yield "flow", partial(_flow, name)


def _itself(run: ExchangeFacts) -> ExchangeFacts:
    return run


def _member(number: int, run: ExchangeFacts) -> MessageFacts:
    return run.cast.member(number)


def _transaction(number: int, run: ExchangeFacts) -> TransactionFacts | None:
    return transaction_of(run.cast.member(number))


def _set(run: ExchangeFacts) -> AssociationFacts:
    association = run.exchange.association
    assert association is not None
    return AssociationFacts(association)


def _agreement(agreement: Agreement) -> AgreementFacts:
    assert agreement.association is not None
    return AgreementFacts(agreement, agreement.association)


def _flow(name: str, agreement: Agreement) -> FlowFacts:
    association, access = agreement.association, agreement.access
    assert association is not None
    return FlowFacts(association.flows[name], access, association, access.sealed)


def index_of(hit: Hit) -> int:
    """Where the rule stands in the book."""
    return hit[0]


def role_of(scope: str, subject: Any) -> str | None:
    """The role in the exchange of what a rule of this scope is about."""
    match scope:
        case "message":
            role: str | None = subject.role
        case "transaction":
            role = None if subject.request is None else subject.request.role
        case "pair":
            role = None if subject.near is None else subject.near.role
        case _:
            role = None
    return role
