"""Forms of messages: what messages of one phone model, or of one operator, have in common.

Such messages are equal but for values that change each time: tags, nonces, SPIs, ports. Messages of
one form have some headers in common octet by octet, and of the others their shape: which
parameters are there, what a list says beside its numbers, what came before in the run. A
transaction has a form where its two messages have one, a run where all its messages have.

A form says nothing by itself: what `by_form` knows of one subject is so for all of its form.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Final

from analyzer.agreement.exchange import Exchange
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.older import MECHANISM, METHOD
from analyzer.agreement.place import HEADERS, Place
from analyzer.limits import FORM_ELEMENTS, FORM_HEAD, FORM_STEPS, FORMS_KNOWN, LISTS_CACHED
from analyzer.rules.sorts import SORTS, sort_of
from analyzer.rules.subjects.association import AgreementFacts
from analyzer.rules.subjects.exchange import ExchangeFacts
from analyzer.rules.subjects.message import MessageFacts, TransactionFacts
from analyzer.sip.headers import Index

CREDENTIALS: Final = ("authorization", "proxy-authorization")
CHALLENGES: Final = ("www-authenticate", "proxy-authenticate")
LISTS: Final = tuple(HEADERS.values())
STATIC: Final = ("supported", "require", "proxy-require", "unsupported", "content-type")
"""Headers of which messages of one form have the same rows, octet by octet."""

ANSWERING: Final = ("verify", "failure-report")
"""Roles of messages that answer a challenge."""

VARIED: Final = frozenset({"spi-c", "spi-s", "port-c", "port-s", "d-ver"})
"""Parameters of an element that have other values each time."""

Key = tuple[Any, ...]


class Form:
    """One form; `function` asks what the rules have left to ask of its subjects."""

    __slots__ = ("function", "seen")

    def __init__(self) -> None:
        self.function: Callable[[Any], Any] | None = None
        self.seen = 0


class _Layout:
    """Where the rows stand that a form looks at: heads with the same names in order share it."""

    __slots__ = ("challenges", "credentials", "index", "pick", "usual")

    def __init__(self, index: Index) -> None:
        self.index = index
        self.usual = not any(name in index for name in (MECHANISM, METHOD))
        self.credentials = any(name in index for name in CREDENTIALS)
        self.challenges = any(name in index for name in CHALLENGES)
        rows = [row for name in STATIC for row in index.get(name, ())]
        self.pick: Callable[[tuple[bytes, ...]], Any] = itemgetter(*rows) if rows else _no_rows


def _no_rows(_: tuple[bytes, ...]) -> None:
    return None


class Forms:
    """The forms that one engine has met; where they are too many it begins anew."""

    def __init__(self) -> None:
        self._forms: dict[Key, Form] = {}
        self._layouts: dict[int, _Layout] = {}
        self._lists: dict[tuple[str, ...], object] = {}
        self._shapes: dict[Key, object] = {}
        self._sort_of = {name: sort_of(name) for name in SORTS}
        self.finders: Final[Mapping[type, Callable[[Any], Form | None]]] = {
            MessageFacts: self.of_message,
            TransactionFacts: self.of_transaction,
            ExchangeFacts: self.of_exchange,
            AgreementFacts: self.of_agreement,
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
        return self._form((self._sort_of["transaction"](facts), request, response))

    def of_exchange(self, facts: ExchangeFacts) -> Form | None:
        """The form of a run all of whose messages have one."""
        exchange = facts.exchange
        members = facts.cast.members
        if not 0 < len(members) == len(exchange.steps) <= FORM_STEPS:
            return None
        forms = [self.of_message(one) for one in members]
        if None in forms:
            return None
        return self._form(
            (
                self._sort_of["exchange"](facts),
                *forms,
                _set_shape(exchange),
                exchange.superseded_by is None,
                exchange.authentication is None,
            )
        )

    def of_agreement(self, facts: AgreementFacts) -> Form | None:
        """The form of a set on which nothing was sent behind its run; None for others."""
        if facts.agreement.traffic:
            return None
        association = facts.association
        older, until = association.older is None, association.until == 0
        return self._form((self._sort_of["agreement"](facts), older, until))

    def _of_message(self, facts: MessageFacts, place: Place) -> Form | None:
        message = place.message
        index = message.layout
        if index is None or message.body_start > FORM_HEAD:
            return None
        layout = self._layouts.get(id(index))
        if layout is None or layout.index is not index:
            layout = self._meet(index)
        if not layout.usual:
            return None
        before = earlier_roles(place)
        if before is None:
            return None
        lists = self._shape_of_lists(place)
        if lists is None:
            return None
        challenge: Key | None = None
        if layout.challenges:
            challenge = _challenge_shape(facts)
            if challenge is None:
                return None
        request = facts.request
        return self._form(
            (
                self._sort_of["message"](facts),
                layout,
                layout.pick(message.lines),
                message.reason,
                message.via_count,
                facts.is_request and facts.emergency,
                _credentials_shape(facts) if layout.credentials else None,
                challenge,
                lists,
                before,
                place.exchange is None or place.exchange.previous is None,
                _travelled(place, request),
                place.in_force is None,
                place.reuses is None,
                None if request is None else self.of_message(request) or True,
                self._answered(facts) if facts.role in ANSWERING else None,
                repeats_client(facts) if facts.role == "verify" else None,
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

    def _meet(self, index: Index) -> _Layout:
        if len(self._layouts) >= FORMS_KNOWN:
            self._layouts.clear()
        layout = self._layouts[id(index)] = _Layout(index)
        return layout

    def _shape_of_lists(self, place: Place) -> Key | None:
        """That of its lists, and how its Security-Verify stands to the list due; None where one of
        them is out of the ordinary."""
        lists, against = place.lists, place.against
        if place.enclosed:
            return None
        if not lists:
            return (against is None,)
        shapes: list[Any] = []
        for name, listed in lists.items():
            shape = self._shape_of_list(listed)
            if shape is None:
                return None
            shapes += (name, shape)
        verify = lists.get("verify")
        if against is not None and verify is not None:
            return (*shapes, verify.rows == against.rows and verify.dialect == against.dialect)
        return (*shapes, None, against is None)

    def _shape_of_list(self, listed: MechanismList) -> object | None:
        found = self._lists.get(listed.rows)
        if found is None:
            shape = _list_shape(listed)
            if shape is None:
                return None
            if len(self._lists) >= LISTS_CACHED:
                self._lists.clear()
            if len(self._shapes) >= FORMS_KNOWN:
                self._lists.clear()
                self._shapes.clear()
            found = self._lists[listed.rows] = self._shapes.setdefault(shape, object())
        return found


def _list_shape(listed: MechanismList) -> Key | None:
    """All that a list says but for numbers; None for one with a defect, or of a draft."""
    elements = listed.elements
    if listed.defects or listed.dialect or len(elements) > FORM_ELEMENTS:
        return None
    shape: list[Any] = []
    for one in elements:
        if one.defects:
            return None
        shape += (
            one.name,
            tuple([written if written[0] not in VARIED else written[0] for written in one.params]),
        )
    return tuple(shape)


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


def _challenge_shape(facts: MessageFacts) -> Key | None:
    """What its one challenge has; None where there are several."""
    found = facts.message.challenges
    if len(found) != 1:
        return None
    one = found[0]
    return (
        one.algorithm,
        one.qop,
        one.realm is None,
        one.nonce is None,
        one.opaque is None,
        one.ck is None,
        one.ik is None,
    )


def _credentials_shape(facts: MessageFacts) -> Key | None:
    one = facts.message.credentials
    if one is None:
        return None
    return (
        one.algorithm,
        one.qop,
        one.integrity_protected,
        not one.nonce,
        not one.response,
        one.username is None,
        one.realm is None,
        one.uri is None,
        one.auts is None,
        one.nc is None,
    )


def _travelled(place: Place, request: MessageFacts | None) -> bool | None:
    """None where it travelled on no set, else whether its request did on the same one."""
    on = place.on
    return None if on is None else request is not None and request.place.on is on


def repeats_client(facts: MessageFacts) -> bool | None:
    """Whether an answer to a challenge repeats the Security-Client of the offer."""
    mine, theirs = facts.place.client, facts.client_before
    if mine is None or theirs is None:
        return None
    return mine.rows == theirs.rows and mine.dialect == theirs.dialect


def _set_shape(exchange: Exchange) -> tuple[bool, bool] | None:
    """Whether ESP ran on its set, and whether some of it could be read."""
    found = exchange.association
    return None if found is None else (found.packets > 0, found.opened > 0)
