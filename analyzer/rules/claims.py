"""What servers listed for what was offered to them: claims that exchanges leave behind.

A claim is small, and the set of them does not depend on the order in which exchanges close, nor on
how they were shared out: sets of claims made apart are merged, and judged once, at the end.
"""

from collections.abc import Iterator
from typing import NamedTuple

from analyzer.agreement.exchange import Exchange
from analyzer.agreement.listed import listings
from analyzer.agreement.strength import Shape, shapes
from analyzer.limits import LIST_CLAIMS, LISTS_COMPARED

Sighting = tuple[int, int, int]

Alike = tuple[bytes, str, str, str]
"""First hop, dialect, and the forms of an offer and of the list for it (`MechanismList`)."""


class Listing(NamedTuple):
    """A first hop answered this offer with this list, in this dialect."""

    server: bytes
    dialect: str
    offered: tuple[Shape, ...]
    listed: tuple[Shape, ...]


class Claims:
    """Listings with (time, capture, frame) of the first challenge that shows each; the earliest
    `limits.LIST_CLAIMS` of them."""

    __slots__ = ("_alike", "_listings")

    def __init__(self) -> None:
        self._listings: dict[Listing, Sighting] = {}
        self._alike: dict[Alike, Sighting] = {}

    def learn(self, exchange: Exchange, dialect: str) -> None:
        """Take down what the challenges of a closed run show."""
        server = exchange.access.first_hop
        for place, offered in listings(exchange.steps):
            listed = place.server
            if offered is not None and listed is not None:
                message = place.message
                seen = message.time, message.capture, message.frame
                if not self._was_seen((server, dialect, offered.form, listed.form), seen):
                    self.note(Listing(server, dialect, shapes(offered), shapes(listed)), seen)

    def _was_seen(self, alike: Alike, seen: Sighting) -> bool:
        """Whether the claim of such lists was taken down no later: lists of one form have the same
        shapes."""
        if not (alike[2] and alike[3]):
            return False
        known = self._alike.get(alike)
        if known is not None and known <= seen:
            return True
        if len(self._alike) >= LIST_CLAIMS:
            self._alike.clear()
        self._alike[alike] = seen
        return False

    def merge(self, other: "Claims") -> None:
        """Take in claims that were made apart."""
        for listing, seen in other.listings():
            self.note(listing, seen)

    def listings(self) -> Iterator[tuple[Listing, Sighting]]:
        """All claims, in no order."""
        yield from self._listings.items()

    def servers(self) -> Iterator[list[tuple[Listing, Sighting]]]:
        """The claims about each first hop and dialect, the earliest first."""
        self._prune()
        groups: dict[tuple[bytes, str], list[tuple[Listing, Sighting]]] = {}
        for listing, seen in sorted(self._listings.items(), key=lambda one: (one[1], one[0])):
            group = groups.setdefault((listing.server, listing.dialect), [])
            if len(group) < LISTS_COMPARED:
                group.append((listing, seen))
        yield from groups.values()

    def note(self, listing: Listing, seen: Sighting) -> None:
        """Take down one claim; of two that are equal the earlier one counts."""
        known = self._listings.get(listing)
        if known is None or seen < known:
            self._listings[listing] = seen
            if len(self._listings) >= 2 * LIST_CLAIMS:
                self._prune()

    def _prune(self) -> None:
        """Keep the earliest: whatever came in what order, the same ones stay."""
        if len(self._listings) > LIST_CLAIMS:
            earliest = sorted(self._listings.items(), key=lambda one: (one[1], one[0]))
            self._listings = dict(earliest[:LIST_CLAIMS])
