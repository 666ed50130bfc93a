"""Claims about servers: the same in whatever order they came, and however they were shared out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.rules import claims as module
from analyzer.rules.claims import Claims, Listing
from analyzer.rules.subjects.server import ServerFacts

MOST = 6
NAMES = ("tls", "digest", "ipsec-ike")
SHAPES = st.lists(st.sampled_from([(name, "", "") for name in NAMES]), max_size=2).map(tuple)
CLAIMS = st.lists(
    st.tuples(
        st.builds(Listing, st.sampled_from([b"a", b"b"]), st.just("rfc3329"), SHAPES, SHAPES),
        st.tuples(st.integers(0, 50), st.integers(0, 1), st.integers(0, 9)),
    ),
    max_size=60,
)


def made(claims):
    found = Claims()
    for listing, seen in claims:
        found.note(listing, seen)
    return found


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(module, "LIST_CLAIMS", MOST)


@given(CLAIMS, st.integers(0, 60), st.randoms(use_true_random=False))
def test_order_and_sharing_do_not_matter(claims, cut, random):
    whole = list(made(claims).servers())
    shuffled = list(claims)
    random.shuffle(shuffled)
    assert list(made(shuffled).servers()) == whole
    one, other = made(claims[:cut]), made(claims[cut:])
    one.merge(other)
    assert list(one.servers()) == whole


@given(CLAIMS)
def test_the_earliest_stay_within_the_limit(claims):
    kept = [seen for group in made(claims).servers() for _, seen in group]
    first = {}
    for listing, seen in claims:
        first[listing] = min(seen, first.get(listing, seen))
    assert sorted(kept) == sorted(first.values())[:MOST]


def shapes(*names):
    return tuple((name, "", "") for name in names)


def server(*pairs):
    listings = [Listing(b"a", "rfc3329", shapes(*o), shapes(*found)) for o, found in pairs]
    return ServerFacts([(one, (time, 0, time + 1)) for time, one in enumerate(listings)])


def test_a_list_that_follows_the_offer():
    follows = server((("tls", "digest"), ("tls", "digest")), (("digest",), ("digest",)))
    assert follows.follows_offers
    assert follows.frames == ((0, 2), (0, 1))
    assert follows.lists == ["tls | digest", "digest"]


@pytest.mark.parametrize(
    "pairs",
    [
        [(("tls", "digest"), ("tls",)), (("tls",), ("tls",))],
        [(("tls", "digest"), ("digest", "tls")), (("digest", "tls"), ("tls", "digest"))],
        [(("tls",), ("ipsec-ike",)), (("digest",), ("digest",))],
        [(("tls", "digest"), ("tls",)), (("tls", "digest"), ("digest",))],
    ],
)
def test_a_list_that_does_not(pairs):
    assert not server(*pairs).follows_offers
