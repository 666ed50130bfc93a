"""Which rules are in force."""

import pytest

from analyzer.rules import book as rule_book
from analyzer.rules import policy
from analyzer.rules.errors import BookError
from analyzer.rules.selection import SelectionError, selected

BOOK = rule_book.load()


def test_without_selectors_all_that_are_on():
    assert selected(BOOK) == {rule.id for rule in BOOK.rules.values() if rule.default}


def test_select_replaces_extend_adds_ignore_wins():
    assert selected(BOOK, ["VER-05"]) == {"VER-05"}
    assert selected(BOOK, ["VER-05,prt-01"], ["keys-on-gm"]) == {"VER-05", "PRT-01", "LEAK-01"}
    assert selected(BOOK, ["LEAK"], ignore=["LEAK-02"]) == {
        f"LEAK-0{n}" for n in (1, 3, 4, 5, 6, 7, 8)
    }
    assert selected(BOOK, ["VER-05"], ["VER-06"], ["VER"]) == frozenset()
    assert selected(BOOK, ["all"]) == set(BOOK.rules)


@pytest.mark.parametrize(
    ("selector", "near"),
    [("VRE-05", "'VER-05'"), ("VRE", "'VER'"), ("verify-mismach", "'verify-mismatch'")],
)
def test_unknown_selector(selector, near):
    with pytest.raises(SelectionError, match=f"did you mean {near}"):
        selected(BOOK, [selector])


def test_a_selection_is_refused_like_a_book():
    assert issubclass(SelectionError, BookError)


def test_policy_file():
    found = policy.read("net.toml", b'no_ipsec = true\nquirks = ["pani-in-clear"]')
    assert found["no_ipsec"] is True
    assert found["quirks"] == {"pani-in-clear"}
    assert found["answer_wait"] == 32_000


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (b"relase = 3", "did you mean 'release'"),
        (b"release = '3'", "release wanted as int"),
        (b"release = true", "release wanted as int"),
        (b"no_ipsec = 1", "no_ipsec wanted as bool"),
        (b"quirks = 'x'", "quirks wanted as set"),
        (b"= 3", "not TOML"),
        (b"\xff", "not TOML"),
    ],
)
def test_faults_of_a_policy_file(text, part):
    with pytest.raises(BookError) as caught:
        policy.read("net.toml", text)
    assert str(caught.value).startswith("net.toml: ")
    assert part in str(caught.value)
