"""Security-* lists are read and compared in Lua as in Python."""

from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from analyzer.agreement.comparison import compare
from analyzer.agreement.mechanism import with_inherited
from analyzer.agreement.security_list import parse_list
from tests.examples.examples import VALUES
from tests.plugins.crowd import mangled
from tests.plugins.translated import Lua, dump

SAMPLES = Path(__file__).parents[2] / "samples"
CHANGED = 1200
HEADERS = (b"security-client:", b"security-server:", b"security-verify:")

NAMES = st.sampled_from(["ipsec-3gpp", "IPSEC-3gpp", "tls", "digest", "ipsec-ike", "x", ""])
PARAMETERS = st.sampled_from(
    [
        *("alg=hmac-md5-96", "alg=HMAC-SHA-1-96", "ealg=null", "ealg=aes-cbc", "prot=esp", "prot"),
        *("mod=trans", "spi-c=1", "spi-s=4294967296", "spi-c=007", "port-c=5062", "port-s=0"),
        *("q=0.5", "q=.5", "q=1.000", "q=2", 'd-ver="0123"', 'd-alg="MD5"', "mediasec", "x;y", ""),
        *('a="b;c,d"', 'a="', "a==b", "= ", "al\r\n g=x", "\r\n spi-c = 5", "q=0\r\n", "\xe4=\xdf"),
    ]
)
ELEMENTS = st.builds(
    lambda name, parameters: ";".join([name, *parameters]), NAMES, st.lists(PARAMETERS, max_size=5)
)
ROWS = st.one_of(
    st.lists(ELEMENTS, max_size=4).map(",".join),
    st.text(alphabet="ab;=,\"\\ \t\r\n\x00%1.]-'\xe4", max_size=40),
)
LISTS = st.lists(ROWS, min_size=1, max_size=3)


@cache
def written() -> list[str]:
    """The values of all Security-* rows of the samples, each once."""
    found: dict[str, None] = {}
    for path in sorted([*SAMPLES.glob("pcaps/*"), *SAMPLES.glob("real/*.pcap*")]):
        for line in path.read_bytes().split(b"\r\n"):
            name, colon, value = line.partition(b":")
            if (name + colon).lower() in HEADERS and value.isascii():
                found[value.decode().strip()] = None
    return list(found)


def read(rooms: Lua, rows: list[str]) -> object:
    """A list as Lua reads it."""
    return rooms("agreement.security_list")[b"parse_list"](rooms.list(*rows))


def test_values_of_samples_are_read_alike(rooms: Lua) -> None:
    values = written()
    assert len(values) > 150
    for value in values:
        assert rooms.dump(read(rooms, [value])) == dump(parse_list([value])), value


def test_values_of_samples_compare_alike(rooms: Lua) -> None:
    values = written()
    for value, other in pairwise(values):
        mine = rooms("agreement.comparison")[b"compare"](read(rooms, [value]), read(rooms, [other]))
        assert rooms.dump(mine) == dump(compare(parse_list([value]), parse_list([other])))


@given(LISTS)
@example(["ipsec-3gpp;" + "a=b;" * 300])
@example(['ipsec-3gpp;a="' + "%]]\x00" * 16384])
@settings(max_examples=150, deadline=None)
def test_any_list_is_read_alike(rooms: Lua, rows: list[str]) -> None:
    # Places count characters in Python and octets in Lua.
    rows = [row.replace("\xe4", "a").replace("\xdf", "s") for row in rows]
    assert rooms.dump(read(rooms, rows)) == dump(parse_list(rows))


@given(LISTS, LISTS)
@settings(max_examples=150, deadline=None)
def test_any_two_lists_compare_alike(rooms: Lua, rows: list[str], others: list[str]) -> None:
    mine = rooms("agreement.comparison")[b"compare"](read(rooms, rows), read(rooms, others))
    assert rooms.dump(mine) == dump(compare(parse_list(rows), parse_list(others)))


def test_thousands_of_changed_lists_are_read_and_compared_alike(rooms: Lua) -> None:
    chance = Random(3329)
    values = [row for value in VALUES for row in value.rows]
    before = [values[0]]
    for _ in range(CHANGED):
        rows = [mangled(chance.choice(values), chance) for _ in range(chance.choice((1, 1, 2)))]
        # Places count characters in Python and octets in Lua.
        rows = [row.encode("ascii", "replace").decode() for row in rows]
        found = parse_list(rows)
        mine = read(rooms, rows)
        assert rooms.dump(mine) == dump(found), rows
        compared = rooms("agreement.comparison")[b"compare"](mine, read(rooms, before))
        assert rooms.dump(compared) == dump(compare(found, parse_list(before))), (rows, before)
        before = rows if chance.random() < 0.5 else [mangled(rows[0], chance)]
        before = [row.encode("ascii", "replace").decode() for row in before]


def test_inheritance(rooms: Lua) -> None:
    row = (
        "ipsec-3gpp;alg=hmac-md5-96,"
        "ipsec-3gpp;alg=hmac-sha-1-96;spi-c=1;spi-s=2;port-c=5061;port-s=5062"
    )
    mine = rooms("agreement.mechanism")[b"with_inherited"](read(rooms, [row]))
    assert rooms.dump(mine) == dump(with_inherited(parse_list([row])))
