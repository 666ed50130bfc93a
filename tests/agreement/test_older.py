"""Security-Mechanism and Security-Method, by the grammars and the examples of their drafts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.agreement.comparison import compare, with_uris
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.older import echo_of, read

CLIENT = "sip:client.example.com"
SERVER = "sip:server.example.com"
# The examples of draft-ietf-sip-sec-agree-00 9.1 and 9.2.
ECHOED = f"to={CLIENT}, from={SERVER}, mech=smime;pref=1, mech=tls;pref=2"
FOLDED = (
    f"to={CLIENT},\r\n from=sip:proxy.example.com,\r\n"
    " mech=tls;pref=1, mech=ipsec-ike;pref=2,\r\n mech=digest;pref=3;alg=MD5"
)


def one(row: str, dialect: str = "draft-00") -> MechanismList:
    (found,) = read((row,), dialect)
    return found


def names(listed: MechanismList) -> list[str]:
    return [element.key for element in listed.elements]


def test_the_list_of_a_client() -> None:
    found = one(f"to={SERVER}, from={CLIENT}, mech=tls")
    assert (found.dialect, found.to, found.source) == ("draft-00", SERVER, CLIENT)
    assert names(found) == ["tls"]
    assert found.defects == ()


def test_the_list_of_a_server_over_several_lines() -> None:
    found = one(FOLDED)
    assert (found.to, found.source) == (CLIENT, "sip:proxy.example.com")
    assert names(found) == ["tls", "ipsec-ike", "digest"]
    assert found.elements[2].params == (("pref", "3", False), ("alg", "MD5", False))
    assert found.elements[2].alg == "MD5"
    assert not any(element.defects for element in found.elements)


@pytest.mark.parametrize("commas", [",", ",,", ", ,"])
def test_the_comma_that_the_grammar_has_twice(commas: str) -> None:
    assert one(f"to={CLIENT}, from={SERVER}{commas} mech=tls;pref=1").defects == ()


@pytest.mark.parametrize(
    ("row", "of_list", "of_element"),
    [
        (f"to={CLIENT}, from={SERVER}, mech=tls;pref=0", (), ("bad-pref",)),
        (f"to={CLIENT}, from={SERVER}, mech=tls;pref=first", (), ("bad-pref",)),
        (f"to={CLIENT}, from={SERVER}, tls", (), ("bad-mechanism",)),
        (f"to={CLIENT}, from={SERVER}, mech=", (), ("bad-mechanism",)),
        (f"from={SERVER}, mech=tls", ("no-to",), ()),
        (f"to={CLIENT}, mech=tls", ("no-from",), ()),
        (f"to={CLIENT}, from={SERVER}, mech=tls,", ("empty-element",), ()),
    ],
)
def test_what_departs_from_the_grammar(
    row: str, of_list: tuple[str, ...], of_element: tuple[str, ...]
) -> None:
    found = one(row)
    assert (found.defects, found.elements[0].defects) == (of_list, of_element)


def test_several_lists_in_one_row_and_one_list_in_several() -> None:
    joined = read(
        ("to=sip:a, from=sip:b, mech=tls, to=sip:c, from=sip:d, mech=digest",), "draft-00"
    )
    assert [(found.to, names(found)) for found in joined] == [
        ("sip:a", ["tls"]),
        ("sip:c", ["digest"]),
    ]
    (found,) = read(("to=sip:a, from=sip:b", "mech=tls", "mech=digest"), "draft-00")
    assert names(found) == ["tls", "digest"]
    assert found.elements[1].row == 2


# The examples of draft-arkko-sip-sec-agree-00 8 and -01 8.1.
@pytest.mark.parametrize(
    ("row", "dialect", "to", "source", "tags"),
    [
        ("sip:client sip:server org.iana.sip.tls, org.iana.sip.digest",
         "arkko-00", "sip:client", "sip:server", ["tls", "digest"]),
        ("sip:proxy sip:client org.iana.sip.integrity=md5,",
         "arkko-00", "sip:proxy", "sip:client", ["integrity"]),
        ("* * org.iana.sip.ike", "arkko-00", "*", "*", ["ike"]),
        ("sip:server, sip:client, org.iana.sip.edigest, org.iana.sip.tls",
         "arkko-01", "sip:server", "sip:client", ["edigest", "tls"]),
        ("sip:server, sip:client, org.iana.sip.ike; org.iana.sip.tls",
         "arkko-01", "sip:server", "sip:client", ["ike", "tls"]),
    ],
)  # fmt: skip
def test_security_method(row: str, dialect: str, to: str, source: str, tags: list[str]) -> None:
    found = one(row, "arkko")
    assert (found.dialect, found.to, found.source, names(found)) == (dialect, to, source, tags)


def test_a_trailing_comma_stands_in_the_draft_itself() -> None:
    assert one("sip:proxy sip:client org.iana.sip.integrity=md5,", "arkko").defects == (
        "empty-element",
        "trailing-comma",
    )


def test_the_echo_among_the_lists_of_a_request() -> None:
    server = one(ECHOED)
    own = one(f"to={SERVER}, from={CLIENT}, mech=tls")
    changed = one(ECHOED.replace("pref=2", "pref=3"))
    turned = one(ECHOED.replace("client", "x").replace("server", "client").replace("x.", "server."))
    other = one("to=sip:far.example.org, from=sip:me.example.com, mech=ipsec-man")
    assert echo_of([own, server], server) is server
    assert echo_of([changed, server], server) is server
    assert echo_of([own, changed], server) is changed
    assert echo_of([other, turned], server) is turned
    assert echo_of([other], server) is None


@pytest.mark.parametrize(
    ("row", "level", "edit"),
    [
        (ECHOED, "identical", ""),
        (ECHOED.replace(", ", ","), "equivalent", "same values, written differently"),
        (ECHOED.replace("pref=2", "pref=3"), "different", "element 2: pref 2 -> 3"),
        (ECHOED.replace("to=sip:client", "to=sip:other"), "different",
         f"to= {CLIENT} -> sip:other.example.com"),
    ],
)  # fmt: skip
def test_an_echo_is_compared_with_its_uris(row: str, level: str, edit: str) -> None:
    echoed, server = one(row), one(ECHOED)
    found = with_uris(compare(echoed, server), echoed, server)
    assert (found.level, found.edit) == (level, edit)


@given(
    st.lists(st.text(st.sampled_from('to=from=mech=pref;,"<>*sip:org.iana.sip. \t\r\n\\é0'))),
    st.sampled_from(["draft-00", "arkko"]),
)
def test_never_raises_and_knows_where_things_stand(rows: list[str], dialect: str) -> None:
    for found in read(tuple(rows), dialect):
        for element in found.elements:
            start, end = element.span
            assert found.rows[element.row][start:end] == element.raw
