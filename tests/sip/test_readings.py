"""What is read once for all alike is read as it would be each time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.sip import digest, headers
from analyzer.sip.digest import Challenge, Credentials, parse_challenges, parse_credentials
from analyzer.sip.headers import Head, parse_head
from analyzer.sip.readings import remembered

NAMES = ["realm", "nonce", "Algorithm", "qop", "ck", "username", "integrity-protected", "x-other"]
VALUES = ['"a"', '""', '"a, b=c"', '"a\\"b"', '"\\\\"', "bare", "", '"open', '"="', 'b"c"', "a b"]
ROWS = st.builds(
    lambda scheme, parameters, end: scheme + ",".join(parameters) + end,
    st.sampled_from(["Digest ", "digest  ", " Digest\t", "Digest,", "Digest", "", '"Digest" ']),
    st.lists(
        st.builds(
            lambda name, equals, value: name + equals + value,
            st.sampled_from(NAMES),
            st.sampled_from(["=", " = ", ""]),
            st.sampled_from(VALUES),
        ),
        max_size=5,
    ),
    st.sampled_from(["", ",", ' , Digest realm="b"', ' nonce="x"', " ", '"']),
)


@given(ROWS | st.text(alphabet='Digest realm="\\,= \xe9\n', max_size=60))
def test_a_row_read_by_its_form_is_as_read_step_by_step(text: str) -> None:
    for _ in range(2):  # met first, met again
        assert parse_challenges(text) == digest._read(text, Challenge)
        assert parse_credentials(text) == next(iter(digest._read(text, Credentials)), None)


def test_rows_of_one_form_keep_their_own_values() -> None:
    first, second = (
        parse_challenges(f'Digest realm="{realm}", nonce="{nonce}",qop="auth",algorithm=AKAv1-MD5')
        for realm, nonce in (("a", "1, x=y"), ("", "2"))
    )
    assert [(one.realm, one.nonce, one.algorithm) for one in (*first, *second)] == [
        ("a", "1, x=y", "AKAv1-MD5"),
        ("", "2", "AKAv1-MD5"),
    ]
    assert first[0].quoted == {"realm", "nonce", "qop"}


def read(*rows: bytes) -> Head:
    found = parse_head(b"\r\n".join((b"REGISTER sip:a SIP/2.0", *rows, b"", b"")))
    assert found is not None
    return found


def test_heads_with_the_same_names_keep_their_own_rows() -> None:
    one, other = (read(b"Via: " + host, b"v:2", b"To: " + host) for host in (b"a", b"b"))
    assert one.index == other.index == {"via": (1, 2), "to": (3,)}
    assert (one.lines[1], other.lines[1]) == (b"Via: a\r", b"Via: b\r")


@pytest.mark.parametrize(
    "rows",
    [
        (b"Via: a", b"no colon", b"To: b"),
        (b"Via: a", b"no colon"),
        (b"no colon", b"Via: a"),
        (b"Via: a", b" folded", b"To: b"),
        (b"Via: a", b" folded: b", b"To: c"),
        (b"Via: a\n folded", b"To: c"),
        (b": a", b"To: c"),
    ],
)
def test_odd_rows_do_not_pass_for_usual_ones(rows: tuple[bytes, ...]) -> None:
    found = read(*rows)
    assert found.spans is not None
    assert {"via", "to"} & set(found.index)


@given(st.integers(1, 60), st.binary(max_size=3))
def test_a_long_list_of_names_is_indexed_too(count: int, name: bytes) -> None:
    rows = [b"X-%d-%s: y" % (number, b"a" * 40) for number in range(count)]
    assert list(read(*rows).index.values()) == [(row,) for row in range(1, count + 1)]


def test_long_texts_are_read_each_time() -> None:
    asked: list[bytes] = []

    def note(octets: bytes) -> int:
        asked.append(octets)
        return len(octets)

    again = remembered(note)
    short, long = b"a", b"a" * (limits.READING + 1)
    assert [again(short), again(short), again(long), again(long)] == [1, 1, len(long), len(long)]
    assert asked == [short, long, long]


def test_what_is_remembered_has_a_bound() -> None:
    asked: list[int] = []

    def note(octets: bytes) -> bytes:
        asked.append(int(octets))
        return octets

    again = remembered(note)
    for number in (*range(limits.READINGS), 0, limits.READINGS, 0):
        assert again(b"%d" % number) == b"%d" % number
    assert asked == [*range(limits.READINGS + 1), 0]  # the one more let all the others go


def letter_by_letter(text: str, separator: str) -> list[str]:
    """RFC 3261 25.1: quoted-strings, their escapes, and angle brackets hold no separators."""
    parts = [""]
    quoted = bracketed = escaped = False
    for letter in text:
        if letter == separator and not quoted and not bracketed:
            parts.append("")
            continue
        parts[-1] += letter
        if escaped:
            escaped = False
        elif quoted:
            escaped = letter == "\\"
            quoted = letter != '"'
        elif letter == '"':
            quoted = True
        elif letter in "<>":
            bracketed = letter == "<"
    return [part.strip() for part in parts]


@given(st.text(alphabet='ab";,<>\\ \n', max_size=30), st.sampled_from(",;"))
def test_splitting_is_as_letter_by_letter(text: str, separator: str) -> None:
    assert headers.split_outside(text, separator) == letter_by_letter(text, separator)
