"""Rows that differ in SPIs and ports alone are read by an expression of their form (RFC 3329 2.2,
TS 33.203 Annex H): the same as step by step, whatever they hold."""

from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.agreement import row_forms
from analyzer.agreement.mechanism import MechanismList, draws_well
from analyzer.agreement.row_forms import RowForms
from analyzer.agreement.security_list import parse_list
from analyzer.sip.headers import decode

USUAL = b"ipsec-3gpp;q=0.1;prot=esp;mod=trans;spi-c=%d;spi-s=%d;port-c=%d;port-s=%d;alg=hmac-md5-96"


def met(row: bytes) -> RowForms:
    """Forms among which that of the row has an expression, where it can have one."""
    forms = RowForms()
    for _ in range(limits.ROW_MET):
        forms.read(row)
    return forms


def read(forms: RowForms, row: bytes) -> MechanismList:
    """What is read of a row, without the form that it was read by, its parameters written out."""
    found = forms.read(row)
    elements, signalling, media = (
        tuple(msgspec.structs.replace(one, written=one.params) for one in some)
        for some in (found.elements, found.signalling, found.media)
    )
    return msgspec.structs.replace(
        found, elements=elements, signalling=signalling, media=media, form=""
    )


def by_expression(monkeypatch: pytest.MonkeyPatch, forms: RowForms, row: bytes) -> bool:
    """Whether the row is read without `parse_list`."""
    steps: list[tuple[str, ...]] = []
    with monkeypatch.context() as patched:
        patched.setattr(
            row_forms, "parse_list", lambda rows: steps.append(rows) or parse_list(rows)
        )
        forms.read(row)
    return not steps


def test_a_form_met_often_has_an_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = RowForms()
    for number in range(limits.ROW_MET):
        assert not by_expression(monkeypatch, forms, USUAL % (number, 2, 3, 4))
    assert by_expression(monkeypatch, forms, USUAL % (4294967295, 0, 65535, 1))
    (element,) = forms.read(USUAL % (4294967295, 0, 65535, 1)).elements
    numbers = element.spi_c, element.spi_s, element.port_c, element.port_s
    assert numbers == (4294967295, 0, 65535, 1)


@pytest.mark.parametrize(
    "other",
    [
        USUAL % (4294967296, 1, 2, 3),  # SPIs and ports out of range
        USUAL % (1, 4294967296, 2, 3),
        USUAL % (1, 2, 0, 3),
        USUAL % (1, 2, 3, 65536),
        USUAL.replace(b"q=0.1", b"q=0.2") % (1, 2, 3, 4),  # other digits outside the numbers
        USUAL.replace(b"3gpp", b"4gpp") % (1, 2, 3, 4),
        USUAL.replace(b"spi-c=%d", b"spi-c=12345678901%d") % (1, 2, 3, 4),
        USUAL.replace(b"spi-c=%d", b"spi-c=") % (2, 3, 4),
    ],
)
def test_what_the_expression_does_not_cover_is_read_step_by_step(
    monkeypatch: pytest.MonkeyPatch, other: bytes
) -> None:
    forms = met(USUAL % (1, 2, 3, 4))
    assert not by_expression(monkeypatch, forms, other)
    assert read(forms, other) == parse_list((decode(other),))


@pytest.mark.parametrize(
    "row",
    [
        b"ipsec-3gpp;spi-c=1;spi-s=2;port-c=3",  # a number too few, twice, in quotes
        b"ipsec-3gpp;spi-c=1;spi-s=2;port-c=3;port-s=4;spi-c=5",
        b'ipsec-3gpp;spi-c=1;spi-s=2;port-c=3;port-s="4"',
        b"ipsec-3gpp;spi-c=1;spi-s=2;port-c=3;port-s=4;mediasec",
        b"ipsec-3gpp;spi-c=1;spi-s=2;port-c=3;port-s=4, tls",
        b"ipsec-3gpp;spi-c=1;spi-s=2;port-c=3;port-s=4;q=2",
        b"ipsec-3gpp;spi-c=1;spi-s=2;port-c=3;port-s=4\r\n ;alg=null",
        b"ipsec-3gpp;alg=null\r\n ;spi-c=1;spi-s=2;port-c=3;port-s=4",
        b'ipsec-3gpp;x="a;spi-c=9;b";spi-c =1;spi-s=2;port-c=3;port-s=4',
    ],
)
def test_rows_without_a_form_of_their_own(monkeypatch: pytest.MonkeyPatch, row: bytes) -> None:
    forms = met(row)
    assert not by_expression(monkeypatch, forms, row)
    assert read(forms, row) == parse_list((decode(row),))


NUMBERS = st.one_of(
    st.integers(0, 1 << 33).map(str), st.sampled_from(["", "0", "00", "0005060", "65536", "x1"])
)
PIECES = st.one_of(
    st.tuples(
        st.sampled_from(["spi-c", "spi-s", "port-c", "port-s", "SPI-C", " port-c", "port1", "q"]),
        st.sampled_from(["=", "=", "=", " = ", '="', "\r\n ="]),
        NUMBERS,
    ).map("".join),
    st.sampled_from(
        [
            'x=";spi-c=9;"',
            "\r\n alg=null",
            "alg=hmac-md5-96",
            "ealg=null",
            "mod=trans",
            "é",
            "mediasec",
            "a.b=[c]",
            "",
        ]
    ),
)
FOUR = st.tuples(*(st.tuples(st.just(name), NUMBERS) for name in row_forms.NAMES)).map(
    lambda four: [f"{name}={number}" for name, number in four]
)
ROWS = st.tuples(FOUR, st.lists(PIECES, max_size=4), st.randoms(use_true_random=False)).map(
    lambda made: _shuffled([*made[0], *made[1]], made[2])
)


def _shuffled(pieces: list[str], random: Random) -> bytes:
    random.shuffle(pieces)
    return ";".join(["ipsec-3gpp", *pieces]).encode().strip(b" \t\r\n")


@given(ROWS, st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_rows_read_as_step_by_step(row: bytes, shifts: list[int]) -> None:
    forms = met(row)
    for shift in shifts:
        other = bytes(48 + (c - 48 + shift) % 10 if 48 <= c < 58 else c for c in row)
        assert read(forms, other) == parse_list((decode(other),))


def test_expressions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROW_FORMS", 3)
    forms = RowForms()
    rows = [
        b"ipsec-3gpp;%b;spi-c=1;spi-s=2;port-c=3;port-s=4" % name
        for name in map(str.encode, "abcdef")
    ]
    for row in rows:
        for _ in range(limits.ROW_MET):
            assert read(forms, row) == parse_list((decode(row),))
    assert [by_expression(monkeypatch, forms, row) for row in rows] == [True] * 3 + [False] * 3


def test_what_is_met_is_bounded() -> None:
    forms = RowForms()
    for number in range(3 * limits.READINGS):
        name = "".join(chr(97 + int(digit)) for digit in str(number))
        forms.read(f"ipsec-3gpp;{name}".encode())
    assert len(forms._met) <= limits.READINGS + 1


@given(ROWS, st.lists(st.integers(0, 9), min_size=2, max_size=4))
def test_lists_of_one_form_differ_in_usual_numbers_alone(row: bytes, shifts: list[int]) -> None:
    forms = met(row)
    kept = {}
    for shift in shifts:
        other = bytes(48 + (c - 48 + shift) % 10 if 48 <= c < 58 else c for c in row)
        listed = forms.read(other)
        if listed.form:
            (element,) = listed.elements
            assert draws_well(element)
            written = [(n, v if n not in row_forms.NAMES else "") for n, v, _ in element.params]
            assert kept.setdefault(listed.form, written) == written


def test_numbers_out_of_the_ordinary_give_no_form() -> None:
    forms = met(USUAL % (1, 2, 3, 4))
    assert forms.read(USUAL % (256, 257, 5062, 5063)).form
    for numbers in ((255, 257, 5062, 5063), (256, 256, 5062, 5063), (256, 257, 5062, 5062)):
        assert not forms.read(USUAL % numbers).form
    assert not forms.read(USUAL % (256, 257, 5062, 5061)).form
