"""The shape of a message in its place: all that it is known by without its run.

Messages of one shape have some headers in common octet by octet, and of the others what is there:
which parameters, what a list says beside its numbers. Values that change each time (tags, nonces,
SPIs, ports) are no part of it.
"""

import re
from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final

from analyzer.agreement.meaning import is_emergency
from analyzer.agreement.mechanism import MechanismList, draws_well
from analyzer.agreement.older import MECHANISM, METHOD
from analyzer.agreement.place import Place
from analyzer.limits import FORM_ELEMENTS, FORM_HEAD, FORMS_KNOWN, LISTS_CACHED
from analyzer.rules.subjects.credentials import is_qop_complete
from analyzer.sip.digest import Challenge, Credentials, parse_aka_nonce
from analyzer.sip.headers import Index
from analyzer.sip.layouts import Rows
from analyzer.sip.message import SipMessage

Key = tuple[Any, ...]

CREDENTIALS: Final = ("authorization", "proxy-authorization")
CHALLENGES: Final = ("www-authenticate", "proxy-authenticate")
STATIC: Final = ("supported", "require", "proxy-require", "unsupported", "content-type")
"""Headers of which messages of one shape have the same rows, octet by octet."""

VARIED: Final = frozenset({"spi-c", "spi-s", "port-c", "port-s", "d-ver"})
"""Parameters of an element that have other values each time."""

_AKA_NONCE: Final = re.compile(r"([A-Za-z0-9+/]{43,})={0,2}")
"""Base64 of 32 octets or more (RFC 3310 3.2)."""

NO_LISTS: Final = {due: (due,) for due in (False, True)}
"""The shape of a message without lists, by whether one was due."""


class _Layout:
    """Where the rows stand that a shape looks at: heads with the same names in order share it."""

    __slots__ = ("challenges", "contact", "credentials", "index", "pick", "usual")

    def __init__(self, index: Index) -> None:
        self.index = index
        self.usual = not any(name in index for name in (MECHANISM, METHOD))
        self.credentials = any(name in index for name in CREDENTIALS)
        self.challenges = any(name in index for name in CHALLENGES)
        self.contact = index.get("contact", (-1,))[0]
        rows = [row for name in STATIC for row in index.get(name, ())]
        self.pick: Callable[[Rows], Any] = itemgetter(*rows) if rows else _no_rows


def _no_rows(_: Rows) -> None:
    return None


class Shapes:
    """The layouts and lists that one engine has met; where they are too many it begins anew."""

    __slots__ = ("_layouts", "_lists", "_of_lists")

    def __init__(self) -> None:
        self._layouts: dict[int, _Layout] = {}
        self._lists: dict[tuple[str, ...], object] = {}
        self._of_lists: dict[Key, object] = {}

    def of_place(self, place: Place, dialect: str) -> Key | None:
        """The shape of a message that is judged in this dialect; None for one out of the ordinary:
        a folded head, a list with a defect, a header of a draft."""
        message = place.message
        index = message.layout
        if index is None or message.body_start > FORM_HEAD:
            return None
        layout = self._layouts.get(id(index))
        if layout is None or layout.index is not index:
            layout = self._meet(index)
        if not layout.usual:
            return None
        lists = self._shape_of_lists(place)
        if lists is None:
            return None
        challenge: Key | None = None
        if layout.challenges:
            found = message.challenges
            if len(found) != 1:
                return None
            challenge = _challenge_shape(found[0])
        lines = message.lines
        return (
            layout,
            layout.pick(lines),
            message.method,
            message.code,
            message.reason,
            message.via_count,
            message.transport,
            message.original is None,
            message.truncated and place.cut,
            len(message.frames) > 1,
            dialect,
            place.leg,
            place.role,
            place.protection,
            place.from_client,
            place.sa,
            place.in_force is None,
            place.reuses is None,
            message.is_request and _is_emergency(message, layout, lines),
            _credentials_shape(message.credentials) if layout.credentials else None,
            challenge,
            lists,
        )

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
            return NO_LISTS[against is None]
        shapes: list[Any] = []
        for name, listed in lists.items():
            shape = listed.form or self._lists.get(listed.rows) or self._meet_list(listed)
            if shape is None:
                return None
            shapes.append(name)
            shapes.append(shape)
        verify = lists.get("verify")
        if against is not None and verify is not None:
            shapes.append(verify is against or same_list(verify, against))
        else:
            shapes.append(None)
            shapes.append(against is None)
        return tuple(shapes)

    def _meet_list(self, listed: MechanismList) -> object | None:
        shape = _list_shape(listed)
        if shape is None:
            return None
        if len(self._lists) >= LISTS_CACHED:
            self._lists.clear()
        if len(self._of_lists) >= FORMS_KNOWN:
            self._lists.clear()
            self._of_lists.clear()
        found = self._lists[listed.rows] = self._of_lists.setdefault(shape, object())
        return found


def _is_emergency(message: SipMessage, layout: _Layout, lines: Rows) -> bool:
    """As `is_emergency`, which need not be asked where neither place has the word."""
    if "sos" in message.uri.lower():
        return is_emergency(message)
    contact = layout.contact
    return contact >= 0 and b"sos" in lines[contact].lower() and is_emergency(message)


def same_list(one: MechanismList, other: MechanismList) -> bool:
    """The same rows, read alike."""
    return one.rows == other.rows and one.dialect == other.dialect


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
            draws_well(one),
            tuple([written if written[0] not in VARIED else written[0] for written in one.params]),
        )
    return tuple(shape)


def spis_apart(listed: MechanismList | None, offered: MechanismList | None) -> bool | None:
    """Whether a list has no SPI of the one that it answers; None without either."""
    if listed is None or offered is None:
        return None
    theirs: set[int | None] = set()
    for one in offered.elements:
        theirs.add(one.spi_c)
        theirs.add(one.spi_s)
    theirs.discard(None)
    for one in listed.elements:  # noqa: SIM110  (asked of every challenge)
        if one.spi_c in theirs or one.spi_s in theirs:
            return False
    return True


def _challenge_shape(one: Challenge) -> Key:
    return (
        one.algorithm,
        one.qop,
        one.realm is None,
        one.nonce is None,
        one.opaque is None,
        one.ck is None,
        one.ik is None,
        one.aka and not _has_aka_nonce(one.nonce or ""),
    )


def _has_aka_nonce(nonce: str) -> bool:
    """Whether a nonce holds RAND and AUTN: the usual ones say so before they are decoded."""
    usual = _AKA_NONCE.fullmatch(nonce)
    if usual is not None and len(usual[1]) % 4 != 1:
        return True
    return parse_aka_nonce(nonce)[0] is not None


def _credentials_shape(one: Credentials | None) -> Key | None:
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
        is_qop_complete(one),
    )
