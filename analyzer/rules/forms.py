"""Forms of messages: what messages of one phone model, or of one operator, have in common.

Such messages are equal but for values that change each time: tags, nonces, SPIs, ports. Messages of
one form have one shape (`shapes`), and the same came before them in the run. A transaction has a
form where its two messages have one, a run where all its messages have.

A form says nothing by itself: what `by_form` knows of one subject is so for all of its form.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from analyzer.agreement.association import Association
from analyzer.agreement.esp_flow import Flow
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.items import Agreement
from analyzer.agreement.place import Place
from analyzer.limits import FORM_STEPS, FORMS_KNOWN
from analyzer.rules.answers import is_as_due
from analyzer.rules.fusing import Clause
from analyzer.rules.shapes import Key, Shapes, same_list, spis_apart
from analyzer.rules.sorts import SORTS, sort_of
from analyzer.rules.subjects.association import (
    AgreementFacts,
    AssociationFacts,
    FlowFacts,
    flows_as_named,
)
from analyzer.rules.subjects.exchange import ExchangeFacts
from analyzer.rules.subjects.message import MessageFacts, TransactionFacts

OFFERS: Final = ("offer", "failure-report")
ANSWERING: Final = ("verify", "failure-report")
"""Roles of messages that make an offer, and of those that answer a challenge."""


class Form:
    """One form; `left` is what the rules have left to ask of its subjects, `function` asks it: None
    where nobody has worked that out yet."""

    __slots__ = ("function", "left", "seen")

    def __init__(self) -> None:
        self.function: Callable[[Any], Any] | None = None
        self.left: tuple[Clause, ...] | None = None
        self.seen = 0


class WholeForm:
    """The form of a run with all its messages, or of a set with its flows; `parts` is what is left
    to ask in it (`wholes`), None where nobody has worked it out yet."""

    __slots__ = ("parts", "seen")

    def __init__(self) -> None:
        self.parts: tuple[Any, ...] | None = None
        self.seen = 0


class Forms:
    """The forms that one engine has met; where they are too many it begins anew."""

    def __init__(self) -> None:
        self._forms: dict[Key, Form] = {}
        self._wholes: dict[Key, WholeForm] = {}
        self._shapes = Shapes()
        self._sort_of = {name: sort_of(name) for name in SORTS}
        self.finders: Final[Mapping[type, Callable[[Any], Form | None]]] = {
            MessageFacts: self.of_message,
            TransactionFacts: self.of_transaction,
            ExchangeFacts: self.of_exchange,
            AssociationFacts: self.of_association,
            AgreementFacts: self.of_agreement,
            FlowFacts: self.of_flow,
        }

    def of_message(self, facts: MessageFacts) -> Form | None:
        """The form of a message in its place; None where it has none."""
        form: Form | None = facts.form
        if form is None:
            form = facts.form = self._of_message(facts, facts.place)
        return form

    def of_transaction(self, facts: TransactionFacts) -> Form | None:
        """The form of a request with its answer, or without one."""
        request = self.of_message(facts.request)
        response = None if facts.response is None else self.of_message(facts.response)
        if request is None or (response is None and facts.response is not None):
            return None
        passed = facts.request.message
        return self._form(
            (
                "transaction",
                self._sort_of["transaction"](facts),
                request,
                response,
                passed.provisional is None,
                passed.forward is None,
            )
        )

    def of_exchange(self, facts: ExchangeFacts) -> Form | None:
        """The form of a run all of whose messages have one."""
        exchange = facts.exchange
        members = facts.cast.members
        if not 0 < len(members) == len(exchange.steps) <= FORM_STEPS:
            return None
        forms = [self.of_message(one) for one in members]
        if None in forms:
            return None
        return self._form(("exchange", *_own_of_run(facts, exchange), *forms))

    def of_whole(self, whole: ExchangeFacts | Agreement) -> Form | None:
        """The form of what is judged first in it; None where some subject may have none."""
        if isinstance(whole, ExchangeFacts):
            return self.of_exchange(whole)
        association = whole.association
        return (
            None if association is None else self.of_agreement(AgreementFacts(whole, association))
        )

    def of_association(self, facts: AssociationFacts) -> Form:
        """The form of a set that a run announced."""
        return self._form(("association", facts.state, *_own_of_set(facts.association)))

    def of_agreement(self, facts: AgreementFacts) -> Form | None:
        """The form of a set on which nothing was sent behind its run; None for others."""
        if facts.agreement.traffic:
            return None
        return self._form(("agreement", *_own_of_agreement(facts.association)))

    def of_flow(self, facts: FlowFacts) -> Form:
        """The form of the ESP of one SPI."""
        own = _own_of_flow(facts.flow, facts.association, facts.sealed)
        return self._form(("flow", *own))

    def of_settled(self, agreement: Agreement) -> WholeForm | None:
        """The form of a set on which nothing was sent behind its run, with its flows, told without
        making facts of them; None for others."""
        association = agreement.association
        if association is None or agreement.traffic:
            return None
        key = ["settled", *_own_of_agreement(association)]
        sealed = agreement.access.sealed
        for flow in association.flows.values():
            key += _own_of_flow(flow, association, sealed)
        return self._whole(tuple(key))

    def of_run(self, facts: ExchangeFacts) -> WholeForm | None:
        """The form of a run with its set, told without making facts of its messages: runs of one
        form have messages and transactions of the same forms, in the same order. None where some
        message is out of the ordinary, answers one from elsewhere, or was seen at two taps."""
        exchange = facts.exchange
        found = exchange.association
        key = ["run", *_own_of_run(facts, exchange), None if found is None else _own_of_set(found)]
        places = self._add_steps(key, exchange, facts.dialect)
        if places is None or not _add_transactions(key, places):
            return None
        return self._whole(tuple(key))

    def _add_steps(self, key: list[Any], exchange: Exchange, dialect: str) -> list[Place] | None:
        """Add what the messages of a run are known by in their places, and how its answers to a
        challenge stand to what was before them. Gives the places; None where some message has none
        in this run, or is out of the ordinary."""
        steps = exchange.steps
        if not 0 < len(steps) <= FORM_STEPS:
            return None
        places: list[Place] = []
        offered: Place | None = None
        of_place = self._shapes.of_place
        for step in steps:
            place = step.place
            if place is None or place.exchange is not exchange:
                return None
            shape = of_place(place, dialect)
            if shape is None or place.message.variant_of is not None:
                return None
            places.append(place)
            role = step.role
            key.append(role)
            key.append(shape)
            if place.role == "verify":
                key.append(repeats_client(place, offered))
                key.append(is_as_due(place))
            if role in OFFERS:
                offered = place
        return places

    def _of_message(self, facts: MessageFacts, place: Place) -> Form | None:
        shape = self._shapes.of_place(place, facts.dialect)
        if shape is None:
            return None
        before = earlier_roles(place)
        if before is None:
            return None
        request = facts.request
        if request is not None and _stands_behind(request.place, place):
            return None
        return self._form(
            (
                "message",
                shape,
                before,
                place.exchange is None or place.exchange.previous is None,
                _travelled(place, request),
                None if request is None else spis_apart(place.server, request.place.client),
                None if request is None else self.of_message(request) or True,
                self._answered(facts) if facts.role in ANSWERING else None,
                repeats_client(place, last_offer(place)) if facts.role == "verify" else None,
                facts.role == "verify" and is_as_due(place),
            )
        )

    def _answered(self, facts: MessageFacts) -> Form | bool | None:
        """The form of the challenge it answers; True for one without a form."""
        challenge = facts.challenge
        return None if challenge is None else self.of_message(challenge) or True

    def _form(self, key: Key) -> Form:
        form = self._forms.get(key)
        if form is None:
            if len(self._forms) >= FORMS_KNOWN:
                self._forms.clear()
            form = self._forms[key] = Form()
        return form

    def _whole(self, key: Key) -> WholeForm:
        form = self._wholes.get(key)
        if form is None:
            if len(self._wholes) >= FORMS_KNOWN:
                self._wholes.clear()
            form = self._wholes[key] = WholeForm()
        return form


def _add_transactions(key: list[Any], places: Sequence[Place]) -> bool:
    """Add which of the messages of a run belong together, and how an answer stands to its request.
    False where one answers, or is answered by, a message from elsewhere or the same one twice."""
    numbers = {id(place.message): number for number, place in enumerate(places)}
    if len(numbers) < len(places):
        return False
    for place in places:
        message = place.message
        asked = final = -1
        if message.request is not None:
            asked = numbers.get(id(message.request), -1)
            if asked < 0:
                return False
        if message.final is not None:
            final = numbers.get(id(message.final), -1)
            if final < 0:
                return False
        on = place.on
        key += (
            asked,
            final,
            message.provisional is None,
            message.forward is None,
            None if asked < 0 else spis_apart(place.server, places[asked].client),
            None if on is None else asked >= 0 and places[asked].on is on,
        )
    return True


def _stands_behind(request: Place, answer: Place) -> bool:
    """A request comes later in its run than its answer, or in another one. It may answer that very
    message in turn: the form of neither could be told without that of the other."""
    run = request.exchange
    if run is None or run is not answer.exchange:
        return run is not None and answer.exchange is not None
    for step in run.steps:
        if step.place is request:
            return False
        if step.place is answer:
            return True
    return False


def earlier_roles(place: Place) -> tuple[str, ...] | None:
    """The roles of the steps of its run before it; None where they are too many."""
    roles: list[str] = []
    for step in () if place.exchange is None else place.exchange.steps:
        if step.place is place:
            break
        if len(roles) == FORM_STEPS:
            return None
        roles.append(step.role)
    return tuple(roles)


def last_offer(place: Place) -> Place | None:
    """The message of the last step before it that makes an offer."""
    found = None
    for step in () if place.exchange is None else place.exchange.steps:
        if step.place is place:
            break
        if step.role in OFFERS:
            found = step.place
    return found


def repeats_client(place: Place, offered: Place | None) -> bool | None:
    """Whether an answer to a challenge repeats the Security-Client of the offer."""
    mine, theirs = place.client, None if offered is None else offered.client
    if mine is None or theirs is None:
        return None
    return mine is theirs or same_list(mine, theirs)


def _travelled(place: Place, request: MessageFacts | None) -> bool | None:
    """None where it travelled on no set, else whether its request did on the same one."""
    on = place.on
    return None if on is None else request is not None and request.place.on is on


def _own_of_run(facts: ExchangeFacts, exchange: Exchange) -> list[Any]:
    """What a run is known by beside its messages."""
    found = exchange.association
    return [
        facts.dialect,
        facts.kind,
        facts.outcome,
        facts.method,
        facts.registered,
        exchange.state,
        exchange.previous is None,
        exchange.superseded_by is None,
        exchange.authentication is None,
        *((None,) * 3 if found is None else _ran_on(found)),
    ]


def _ran_on(association: Association) -> tuple[bool, bool, bool]:
    """Whether ESP ran on a set, whether some of it could be read, and whether a request of the
    client's protected client port is unanswered."""
    ran = read = unanswered = False
    for flow in association.flows.values():
        ran = ran or flow.packets > 0
        read = read or flow.opened > 0
        unanswered = unanswered or (flow.name == "uc>ps" and flow.unanswered > 0)
    return ran, read, unanswered


def _own_of_set(association: Association) -> Key:
    """What a set is known by when its run is judged."""
    return (
        association.state,
        association.alg,
        association.ealg,
        association.older is None,
        association.collides is None,
        association.kernel == "",
    )


def _own_of_agreement(association: Association) -> Key:
    """What a set is known by when it ends without traffic behind its run."""
    return (association.older is None, association.until == 0, association.unechoed == 0)


def _own_of_flow(flow: Flow, association: Association | None, sealed: bool) -> Key:
    """What ESP of one SPI is known by: most of it, that something did not happen."""
    announced = None if association is None else flow.first_time >= association.announced_time
    return (
        flow.name,
        flow.direction,
        flow.announced,
        sealed,
        announced,
        flow.provisional,
        flow.unanswered == 0,
        flow.restarted == 0,
        flow.late == 0,
        flow.moved == 0,
        flow.key is None,
        flow.icv_good > 0,
        flow.icv_bad > 0,
        flow.null_unagreed == 0,
        None if flow.ports is None else flows_as_named(flow, association),
    )
