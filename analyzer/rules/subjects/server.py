"""A first hop over all its clients, as rules see it (vocabulary: server)."""

from __future__ import annotations

from itertools import combinations

from analyzer.agreement.strength import Shape, surpasses
from analyzer.rules.claims import Listing, Sighting
from analyzer.rules.subjects.lazy import fact

Claim = tuple[Listing, Sighting]


class ServerFacts:
    """What the claims about one first hop add up to."""

    leg = "gm"

    def __init__(self, claims: list[Claim]) -> None:
        self._claims = claims
        self.address = claims[0][0].server
        self.dialect = claims[0][0].dialect
        self.challenges = len(claims)

    @property
    def frames(self) -> tuple[tuple[int, int], ...]:
        """(capture, frame) of the two challenges that differ, the later one first."""
        shown = self._following or self._weaker or tuple(self._claims[:1])
        return tuple((capture, frame) for _, (_, capture, frame) in reversed(shown))

    @fact
    def follows_offers(self) -> bool:
        return self._following is not None

    @fact
    def offers(self) -> list[str]:
        return [_text(listing.offered) for listing, _ in self._following or ()]

    @fact
    def lists(self) -> list[str]:
        return [_text(listing.listed) for listing, _ in self._following or ()]

    @fact
    def passed_over(self) -> str | None:
        if self._weaker is None:
            return None
        known, picked = (listing for listing, _ in self._weaker)
        better = [one for one in known.listed if surpasses(one, picked.listed[0])]
        return _text(tuple(one for one in better if one in picked.offered))

    @fact
    def picked(self) -> str | None:
        return None if self._weaker is None else _text(self._weaker[1][0].listed)

    @fact
    def _weaker(self) -> tuple[Claim, Claim] | None:
        """A list, and a choice of one element that is weaker than what stands in it and was
        offered (TS 33.203 7.2)."""
        for picked in self._claims:
            listed = picked[0].listed
            if len(listed) != 1:
                continue
            better = {one for one in picked[0].offered if surpasses(one, listed[0])}
            for known in self._claims if better else ():
                if better.intersection(known[0].listed):
                    return known, picked
        return None

    @fact
    def _following(self) -> tuple[Claim, Claim] | None:
        for one, other in combinations(self._claims, 2):
            if _follow(one[0], other[0]):
                return one, other
        return None


def _follow(one: Listing, other: Listing) -> bool:
    """Each list has nothing but what its client offered, and would not do for the other one."""
    mine, theirs = set(one.listed), set(other.listed)
    if mine == theirs or not mine <= set(one.offered) or not theirs <= set(other.offered):
        return False
    return not (mine <= set(other.offered) and theirs <= set(one.offered))


def _text(shapes: tuple[Shape, ...]) -> str:
    return " | ".join("/".join(filter(None, one)) for one in shapes)
