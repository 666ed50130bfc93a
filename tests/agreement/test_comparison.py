"""Equality of two Security-* lists (RFC 3329 2.3.1 with its note, RFC 3261 7.3.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.agreement.comparison import Comparison, compare
from analyzer.agreement.security_list import parse_list

IPSEC = (
    "ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;prot=esp;mod=trans;ealg=null;"
    "spi-c=4096;spi-s=4097;port-c=5100;port-s=6100"
)
OTHER = IPSEC.replace("q=0.1", "q=0.2").replace("sha-1", "md5")
MEDIA = "sdes-srtp;mediasec"

Rows = str | list[str]


def result(verify: Rows, server: Rows, *older: Rows) -> Comparison:
    texts = [[rows] if isinstance(rows, str) else rows for rows in (verify, server, *older)]
    lists = [parse_list(rows) for rows in texts]
    return compare(lists[0], lists[1], lists[2:])


@pytest.mark.parametrize(
    ("verify", "server", "level"),
    [
        (IPSEC, IPSEC, "identical"),
        (["tls", "digest"], "tls, digest", "identical"),
        (["tls", "digest"], "tls,digest", "identical"),
        ("tls;\r\n q=0.1", "tls; q=0.1", "identical"),
        ("tls; q=0.1", "tls;q=0.1", "equivalent"),
        ("tls,digest", "tls, digest", "equivalent"),
        ("tls,, digest,", "tls, digest", "equivalent"),
        (IPSEC.upper(), IPSEC, "equivalent"),
        ('digest;d-ver="0000000000000000000000000000abcd"', "digest", "identical"),
        ('digest ; D-VER = "00";q=0.5, tls', "digest;q=0.5, tls", "identical"),
        ('digest;q=0.5;d-ver="00"', "digest; q=0.5", "equivalent"),
        (f"{MEDIA}, tls", f"tls, {MEDIA}", "equivalent"),
        (IPSEC.replace("0.1", "0.100"), IPSEC, "default-equal"),
        (IPSEC.replace("=4096", "=0000004096"), IPSEC, "default-equal"),
        (IPSEC.replace(";prot=esp;mod=trans;ealg=null", ""), IPSEC, "default-equal"),
        (IPSEC.replace("=null", "="), IPSEC, "default-equal"),
        (IPSEC.replace("4097", "4098"), IPSEC, "different"),
        (IPSEC.replace("=null", "=aes-cbc"), IPSEC, "different"),
        (IPSEC.replace("q=0.1;", ""), IPSEC, "different"),
        ('tls;x="Abc"', 'tls;x="abc"', "different"),
        ('tls;x="abc"', "tls;x=abc", "different"),
        ("tls;prot=esp", "tls", "different"),
        ("tls;x", "tls", "different"),
        ("tls;x;x=1", "tls;x;x=1;y", "different"),
        ("tls; x=1;x", "tls;x;x=1", "equivalent"),
        ("", "tls", "different"),
        ("tls", "", "different"),
        ("ipsec-3gpp alg=x", "ipsec-3gpp alg=y", "different"),
    ],
)
def test_level(verify: Rows, server: Rows, level: str) -> None:
    assert result(verify, server).level == level


@pytest.mark.parametrize(
    ("verify", "server", "older", "kind", "edit"),
    [
        ("digest, tls", "tls, digest", [], "reordered", "moved digest before tls"),
        ("a, b, c, d", "d, a, b, c", [], "reordered", "moved d to the end"),
        (f"{OTHER}, {IPSEC}", f"{IPSEC}, {OTHER}", [], "reordered",
         f"moved {OTHER} before {IPSEC}"),
        ("tls;q=0.1", "tls;q=0.1, digest;q=0.2", [], "subset", "removed digest;q=0.2"),
        (IPSEC, f"tls;q=0.2, {IPSEC}", [], "subset", "removed tls;q=0.2"),
        (IPSEC.replace("4097", "99999"), IPSEC, [], "changed parameter", "spi-s 4097 -> 99999"),
        (IPSEC.replace("4097", "99999").replace("=4096", "=004096"), IPSEC, [],
         "changed parameter", "spi-s 4097 -> 99999"),
        (IPSEC.replace("q=0.1;", ""), IPSEC, [], "changed parameter", "removed q=0.1"),
        (IPSEC + ";protocol=udp", IPSEC, [], "changed parameter", "added protocol=udp"),
        (f"{IPSEC}, {OTHER.replace('md5', 'sha-1')}", f"{IPSEC}, {OTHER}", [],
         "changed parameter", "element 2: alg hmac-md5-96 -> hmac-sha-1-96"),
        ("ipsec-3gpp;alg=b;ealg=d", "ipsec-3gpp;alg=a;ealg=c", [], "changed parameter",
         "alg a -> b, ealg c -> d"),
        ("tls, tls", "tls", [], "duplicated", "list repeated 2 times"),
        ("tls, digest, tls, digest, tls, digest", "tls, digest", [], "duplicated",
         "list repeated 3 times"),
        ("tls;q=0.1, tls;q=0.2", "tls;q=0.2", ["tls;q=0.1"], "duplicated",
         "list joined to earlier ones"),
        ("tls;q=0.1", "tls;q=0.2", ["tls;q=0.1"], "older list",
         "list of an earlier challenge: q 0.2 -> 0.1"),
        ("tls", "tls, digest", ["tls"], "older list",
         "list of an earlier challenge: removed digest"),
        ("tls, digest, x", "tls, digest", [], "foreign", "added x"),
        ("tls, tls, tls", "tls, tls", [], "foreign", "added tls"),
        ("digest", "tls", [], "foreign", "added digest, removed tls"),
        ("", "tls", [], "foreign", "removed tls"),
    ],
)  # fmt: skip
def test_kind_and_edit(verify: Rows, server: Rows, older: list[Rows], kind: str, edit: str) -> None:
    found = result(verify, server, *older)
    if kind == "reordered":
        # Of two elements that changed places either may be said to have moved.
        assert found.kind == "reordered"
        assert found.edit.startswith("moved ")
        assert len(found.changes) == 1
    else:
        assert (found.level, found.kind, found.edit) == ("different", kind, edit)


def test_change_is_structured() -> None:
    (change,) = result(IPSEC.replace("4097", "99999"), IPSEC).changes
    assert (change.kind, change.place, change.mechanism) == ("changed", 1, "ipsec-3gpp")
    assert (change.parameter, change.server, change.verify) == ("spi-s", "4097", "99999")
    (change,) = result("tls", "tls, digest;q=0.2").changes
    assert (change.kind, change.place, change.parameter) == ("removed", 2, None)
    assert (change.server, change.verify) == ("digest;q=0.2", None)


def test_pairs() -> None:
    assert result(IPSEC, IPSEC).pairs == ((0, 0),)
    assert result("a, c", "a, b, c").pairs == ((0, 0), (None, 1), (1, 2))


def test_planes_are_compared_apart() -> None:
    found = result(IPSEC, [IPSEC, MEDIA])
    assert (found.signalling.level, found.media.level) == ("identical", "different")
    assert (found.level, found.kind, found.edit) == ("different", "subset", f"removed {MEDIA}")
    found = result([MEDIA, IPSEC.replace("4097", "1"), MEDIA], [IPSEC, MEDIA])
    assert (found.signalling.kind, found.media.kind) == ("changed parameter", "duplicated")
    assert found.kind == "changed parameter"


def test_long_edits_are_cut() -> None:
    server = ", ".join(f"m{i}" for i in range(200))
    found = result("x", server)
    assert found.kind == "foreign"
    assert found.edit.endswith(" and 193 more")


PARAMETERS = st.dictionaries(
    st.sampled_from(["alg", "ealg", "prot", "mod", "x", "y-z"]),
    st.sampled_from(["esp", "trans", "null", "aes-cbc", "a.b", '"q, ;A"', "7"]),
    max_size=6,
)
ELEMENT = st.tuples(st.sampled_from(["ipsec-3gpp", "tls", "digest", "foo"]), PARAMETERS)
LISTS = st.lists(ELEMENT, min_size=1, max_size=4)


def written(name: str, parameters: list[tuple[str, str]], blank: str = "") -> str:
    parts = [name, *(f"{key}{blank}={blank}{value}" for key, value in parameters)]
    return f"{blank};{blank}".join(parts)


def plain(elements: list[tuple[str, dict[str, str]]]) -> str:
    return ",".join(written(name, list(parameters.items())) for name, parameters in elements)


@given(LISTS, st.data())
def test_order_of_parameters_says_nothing(
    elements: list[tuple[str, dict[str, str]]], data: st.DataObject
) -> None:
    shuffled = ",".join(
        written(name, data.draw(st.permutations(list(parameters.items()))))
        for name, parameters in elements
    )
    assert result(shuffled, plain(elements)).level in ("identical", "equivalent")


@given(LISTS, st.sampled_from([" ", "\t", "  ", "\r\n "]))
def test_white_space_says_nothing(elements: list[tuple[str, dict[str, str]]], blank: str) -> None:
    spaced = f"{blank},{blank}".join(written(n, list(p.items()), blank) for n, p in elements)
    assert result(spaced, plain(elements)).level in ("identical", "equivalent")


@given(LISTS)
def test_case_of_names_and_tokens_says_nothing(
    elements: list[tuple[str, dict[str, str]]],
) -> None:
    upper = [
        (name.upper(), {k.upper(): v if v[0] == '"' else v.upper() for k, v in parameters.items()})
        for name, parameters in elements
    ]
    assert result(plain(upper), plain(elements)).level in ("identical", "equivalent")


@given(st.integers(0, 4294967295), st.integers(1, 65535), st.integers(1, 6))
def test_padding_of_numbers_is_default_equal(spi: int, port: int, zeros: int) -> None:
    server = f"ipsec-3gpp;alg=hmac-sha-1-96;spi-c={spi};port-c={port}"
    pad = "0" * zeros
    assert result(server.replace("=" + str(spi), "=" + pad + str(spi)), server).level == (
        "default-equal"
    )
    assert result(server.replace(f"port-c={port}", f"port-c={pad}{port}"), server).level == (
        "default-equal"
    )


@given(LISTS, LISTS, LISTS)
def test_never_raises_and_is_reflexive(
    verify: list[tuple[str, dict[str, str]]],
    server: list[tuple[str, dict[str, str]]],
    older: list[tuple[str, dict[str, str]]],
) -> None:
    found = result(plain(verify), plain(server), plain(older))
    assert (found.kind is None) == (found.level != "different")
    assert result(plain(verify), plain(verify)).level == "identical"
    indexes = [j for _, j in found.signalling.pairs if j is not None]
    assert sorted(indexes) == list(range(len(server)))
