"""The Security-* grammar (RFC 3329 2.2, Annex H) at its edges; see tests/examples for values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.agreement import security_list
from analyzer.agreement.mechanism import Mechanism, with_inherited
from analyzer.agreement.parameters import q_thousandths
from analyzer.agreement.security_list import parse_list

SHA1 = "hmac-sha-1-96"
AES, DES3 = "aes-cbc", "des-ede3-cbc"

E11 = ("ipsec-3gpp;q=0.88;alg=hmac-md5-96;mod=trans,"
       "ipsec-3gpp;q=0.9;alg=hmac-md5-96;mod=trans;ealg=des-ede3-cbc,"
       "ipsec-3gpp;q=0.98;alg=hmac-sha-1-96;mod=trans;ealg=aes-cbc;spi-c=111060141;"
       "spi-s=117229022;port-c=6050;port-s=6060")  # fmt: skip


def numbers(m: Mechanism) -> tuple[int | None, ...]:
    return m.spi_c, m.spi_s, m.port_c, m.port_s


def test_inherits_from_the_last_complete_element() -> None:
    written = parse_list([E11])
    filled = with_inherited(written)
    assert [numbers(m) for m in filled] == [(111060141, 117229022, 6050, 6060)] * 3
    assert [numbers(m) for m in written.elements[:2]] == [(None,) * 4] * 2
    assert [m.effective_ealg for m in filled] == ["null", DES3, AES]
    assert filled[0].raw == written.elements[0].raw


def test_inherits_nothing_it_should_not() -> None:
    partly = parse_list([f"tls, ipsec-3gpp;spi-c=5, ipsec-3gpp;spi=7;port1=9, {E11}"])
    assert [numbers(m) for m in with_inherited(partly)[:3]] == [
        (None, None, None, None),
        (5, None, None, None),
        (None, None, None, None),
    ]
    bare = parse_list(["ipsec-3gpp, ipsec-3gpp;spi-c=5"])
    assert with_inherited(bare) == bare.elements


def test_first_generation_parameters_are_kept() -> None:
    (m,) = parse_list(["ipsec-3gpp;alg=hmac-md5-96;spi=0000001234;port1=4000;port2=4001"]).elements
    assert ("spi", "0000001234", False) in m.params
    assert m.defects == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("0.", 0), ("0.1", 100), ("0.12", 120), ("0.123", 123), ("1", 1000), ("1.", 1000),
     ("1.000", 1000), (".5", None), ("1.5", None), ("0.1234", None), ("0.500000.4", None),
     ("-1", None), ("1.0000", None), ("0,5", None), ("50%", None), ("٠.5", None)],
)  # fmt: skip
def test_qvalue(text: str, value: int | None) -> None:
    assert q_thousandths(text) == value


def test_quoted_q_is_illegal() -> None:
    (m,) = parse_list(['tls;q="0.5"']).elements
    assert (m.q, m.q_thousandths) == ("0.5", None)
    assert set(m.defects) == {"quoted-token:q", "bad-q"}


@pytest.mark.parametrize(
    ("text", "value", "defects"),
    [("0", 0, ()), ("4294967295", 4294967295, ()), ("00000000000000000004097", 4097, ()),
     ("4294967296", None, ("spi-range",)), ("-5", None, ("spi-range",)),
     ("0x1001", None, ("spi-range",)), ("9" * 5000, None, ("spi-range",)),
     ("12:3", None, ("spi-range",)), ("٣", None, ("bad-mechanism", "spi-range"))],
)  # fmt: skip
def test_spi(text: str, value: int | None, defects: tuple[str, ...]) -> None:
    (m,) = parse_list([f"ipsec-3gpp;spi-c={text}"]).elements
    assert (m.spi_c, m.spi_c_text, m.defects) == (value, text, defects)


@pytest.mark.parametrize(
    ("text", "value", "defects"),
    [("1", 1, ()), ("65535", 65535, ()), ("0", 0, ("port-range",)),
     ("65536", 65536, ("port-range",)), ("-1", None, ("port-range",)),
     ("sip", None, ("port-range",)), ("9" * 5000, None, ("port-range",))],
)  # fmt: skip
def test_port(text: str, value: int | None, defects: tuple[str, ...]) -> None:
    (m,) = parse_list([f"ipsec-3gpp;port-s={text}"]).elements
    assert (m.port_s, m.port_s_text, m.defects) == (value, text, defects)


@pytest.mark.parametrize(
    ("rows", "defects"),
    [([",tls"], {"leading-comma"}), (["tls,"], {"trailing-comma"}), (["tls, ,x"], {"double-comma"}),
     ([",,"], {"leading-comma", "double-comma", "trailing-comma"}), ([" \t"], {"empty-header"}),
     ([], {"empty-header"}), (["tls", ""], {"empty-header"})],
)  # fmt: skip
def test_empty_elements(rows: list[str], defects: set[str]) -> None:
    assert set(parse_list(rows).defects) == {"empty-element", *defects}


def test_comma_and_semicolon_in_quotes_do_not_separate() -> None:
    (m,) = parse_list([r'digest;x="a,b;\"c\\";y=1']).elements
    assert m.params == (("x", 'a,b;"c\\', True), ("y", "1", False))


def test_quoted_tokens() -> None:
    (m,) = parse_list(['ipsec-3gpp;alg="hmac-sha-1-96";spi-c="123";x="y"']).elements
    assert (m.alg, m.spi_c) == (SHA1, 123)
    assert m.defects == ("quoted-token:alg", "quoted-token:spi-c")


@pytest.mark.parametrize(
    ("value", "defects"),
    [('"0123456789abcdef0123456789abcdef"', ()),
     ('"0123456789ABCDEF0123456789abcdef"', ("d-ver-upper-case",)),
     ("0123456789abcdef0123456789abcdef", ("d-ver-format",)),
     ('"0123"', ("d-ver-format",)), ('""', ("value-missing:d-ver",))],
)  # fmt: skip
def test_d_ver(value: str, defects: tuple[str, ...]) -> None:
    (m,) = parse_list([f"digest;d-ver={value}"]).elements
    assert m.defects == defects


def test_legal_folds_are_one_blank() -> None:
    folded = parse_list(["ipsec-3gpp;alg=hmac-md5-96;\r\n ealg=null,\r\n\ttls"])
    assert folded.text == "ipsec-3gpp;alg=hmac-md5-96; ealg=null, tls"
    assert folded.defects == ()
    assert [m.defects for m in folded.elements] == [(), ()]


@pytest.mark.parametrize(
    "row",
    ["ipsec-3gpp;s\r\n pi-c=5", "ipsec-3gpp;spi-c\r\n=5", "ipsec-\r\n 3gpp;spi-c=5",
     "ipsec-3gpp;spi-c=5;alg=hmac-\r\n\tmd5-96"],
)  # fmt: skip
def test_line_break_inside_a_token(row: str) -> None:
    (m,) = parse_list([row]).elements
    assert (m.name, m.spi_c, m.defects) == ("ipsec-3gpp", 5, ("fold-in-token",))


def test_line_break_between_elements() -> None:
    broken = parse_list(["tls,\r\ndigest"])
    assert [m.name for m in broken.elements] == ["tls", "digest"]
    assert broken.defects == ("fold-in-token",)


def test_planes() -> None:
    parsed = parse_list(["tls", "sdes-srtp;mediasec, digest"])
    assert [m.name for m in parsed.signalling] == ["tls", "digest"]
    assert [m.name for m in parsed.media] == ["sdes-srtp"]


@pytest.mark.parametrize(
    "row",
    ["," * 100_000, "a," * 32_768, ";" * 65_536, "a" + ";b=1" * 16_384, '"' * 65_536,
     '"\\' * 32_768, "a" + ";b" * 32_768, "a" + '="' * 32_768, "\r\n " * 21_845,
     "a" + " " * 65_535 + "b", "a;b" + "\r\n " * 20_000 + "=c d", "a;" + "x\r\n" * 20_000,
     "a;spi-c=" + "9" * 65_000, "a;" + "spi-c=\r\n" * 8000, 'a;b="' + "\\" * 65_000],
    ids=range(15),
)  # fmt: skip
def test_hostile_texts_stay_within_limits(row: str) -> None:
    parsed = parse_list([row] * 3)
    assert len(parsed.elements) <= limits.ELEMENTS
    assert all(len(m.params) <= limits.ELEMENTS for m in parsed.elements)


def test_limits_are_told() -> None:
    assert "limit" in parse_list(["," * 100_000]).defects
    assert "limit" in parse_list(["tls"] * (limits.ELEMENTS + 1)).defects
    assert parse_list(["tls"] * limits.ELEMENTS).defects == ()
    (m,) = parse_list(["a" + "".join(f";b{i}" for i in range(limits.ELEMENTS + 1))]).elements
    assert m.defects == ("limit",)


SECURITY_TEXT = st.text(alphabet=st.sampled_from('ab;=," \\\t\r\n.:0159-\x00é'), max_size=60)


@given(st.lists(st.one_of(SECURITY_TEXT, st.text(max_size=40)), max_size=4))
def test_never_raises_and_loses_nothing(rows: list[str]) -> None:
    parsed = parse_list(rows)
    for one in parsed.elements:
        assert rows[one.row][slice(*one.span)] == one.raw
    assert len(parsed.signalling) + len(parsed.media) == len(parsed.elements)
    assert all(m.name or "bad-mechanism" in m.defects for m in parsed.elements)


NUMBERS = st.one_of(st.integers(0, 1 << 34).map(str), st.sampled_from(["", "00", "0005060", "x1"]))
PIECES = st.one_of(
    st.tuples(
        st.sampled_from(["spi-c", "spi-s", "port-c", "port-s", "SPI-C", " port-c", "port1", "q"]),
        st.sampled_from(["=", " = ", "", '="', "\r\n ="]),
        NUMBERS,
    ).map("".join),
    st.sampled_from(
        ["alg=hmac-md5-96", "ealg=null", "mod=trans", 'd-ver="a;spi-c=10000"', "", "x"]
    ),
)


@given(st.lists(PIECES, max_size=8), st.integers(0, 9))
def test_elements_of_a_form_met_before_read_as_step_by_step(pieces, shift):
    raw = ";".join(["ipsec-3gpp", *pieces])
    other = "".join(str((int(c) + shift) % 10) if c.isascii() and c.isdigit() else c for c in raw)
    for text in (raw, other):
        bare = text.strip(" \t\r\n")
        if bare:
            span = 3, 3 + len(bare)
            found = security_list._by_form(bare, 1, span)
            assert found is None or found == security_list._element(bare, 1, span)


@given(st.one_of(SECURITY_TEXT, st.lists(PIECES, max_size=4).map(";".join)))
def test_a_plain_list_reads_as_one_of_several_rows_does(row: str) -> None:
    single = security_list._single((row,))
    assert single is None or single == security_list._joined((row,))


@pytest.mark.parametrize("row", ["", " ", "a,b", 'a;b="c"', "a;\r\n b", "a;mediasec"])
def test_no_plain_list(row: str) -> None:
    assert security_list._single((row,)) is None


def test_numbers_alone_make_no_other_form():
    security_list._form.cache_clear()
    for number in range(20):
        parse_list([f"ipsec-3gpp;alg=null;spi-c={number};port-s={5000 + number}"])
    assert security_list._form.cache_info().misses == 1
