"""Sorts of subjects: what some facts of few values are.

Most rules ask first what a message is: which method, which role, which way. Of subjects of one sort
the answers are known before a rule is asked, so that most rules are out and the others are shorter
(`residue`).
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final

Sort = tuple[Any, ...]

SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "message": (
        "retransmission",
        "truncated",
        "leg",
        "dialect",
        "is_request",
        "from_client",
        "method",
        "role",
        "protection",
        "code",
        "transport",
    ),
    "transaction": (
        "leg",
        "dialect",
        "request.from_client",
        "request.method",
        "request.role",
        "request.protection",
        "request.truncated",
        "request.retransmission",
    ),
    "exchange": ("dialect", "kind", "outcome", "method", "registered"),
    "association": ("dialect", "state", "alg", "ealg"),
    "agreement": ("leg", "dialect"),
    "flow": ("dialect", "direction", "announced", "after_challenge"),
}
"""The facts that make the sort of a subject, by scope: at hand, and of few values."""

NO_SORT: Final[Sort] = ()


def sort_of(scope: str) -> Callable[[Any], Any]:
    """Subject to sort, for subjects of this scope."""
    names = SORTS.get(scope)
    if names is None:
        return _no_sort
    at_hand = attrgetter(*names)

    def found(subject: Any) -> Any:
        try:
            return at_hand(subject)
        except AttributeError:  # an object on the way is absent
            return NO_SORT

    return found if any("." in name for name in names) else at_hand


def _no_sort(_: Any) -> Sort:
    return NO_SORT


def given(scope: str, sort: Sort, policy: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of subjects of this scope and sort, and of the policy, by path."""
    known = {f"policy.{name}": value for name, value in policy.items()}
    if sort is not NO_SORT:
        paths = (f"{scope}.{path}" for path in SORTS[scope])
        known.update(zip(paths, sort, strict=True))
    return known
