"""The methods of str and bytes in Lua give what Python's give."""

from base64 import b64decode
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugins.lua import RUNTIMES, items, load, start

ascii_ = st.text(st.sampled_from(" \t\r\n\x0b\x0c\x1c\x00\x7f,;:=.-_%^]\"'aAbBzZ019x"), max_size=16)
texts = st.text(st.sampled_from(' \t\r\n,;=%"aAbzé日09\x1e\u2028\x85'), max_size=16)
pieces = st.text(st.sampled_from(" ,;ab%."), min_size=1, max_size=2)
indices = st.none() | st.integers(-20, 20)


@cache
def _text(version: str) -> Any:
    lua = start(version)
    return lua, load(lua, "runtime/text.lua")


def ask(version: str, name: str, *arguments: Any) -> Any:
    """What a function gives, an error as ValueError."""
    lua, text = _text(version)
    call = lua.eval(b"function(f, ...) return pcall(f, ...) end")
    plain = [one.encode() if isinstance(one, str) else one for one in arguments]
    good, value = call(text[name.encode()], *plain)
    if not good:
        raise ValueError(value)
    return value


def _plain(value: Any) -> Any:
    return items(value) if hasattr(value, "keys") and not isinstance(value, dict) else value


def same(version: str, name: str, text: str, *arguments: Any) -> None:
    """The function of that name gives what the method gives."""
    expected = getattr(text, name)(*arguments)
    if isinstance(expected, str):
        expected = expected.encode()
    elif isinstance(expected, (list, tuple)):
        expected = [one.encode() for one in expected]
    assert _plain(ask(version, name, text, *arguments)) == expected, (name, text, arguments)


versions = pytest.mark.parametrize("version", RUNTIMES)
many = settings(max_examples=150, deadline=None)


@versions
@many
@given(text=texts)
def test_text_of_any_letters(version: str, text: str) -> None:
    for name in ("splitlines", "isascii"):
        same(version, name, text)
    for name in ("strip", "lstrip", "rstrip"):
        same(version, name, text.replace("\x85", "").replace("\u2028", ""))


@versions
@many
@given(text=ascii_)
def test_text_alone(version: str, text: str) -> None:
    for name in ("lower", "upper", "strip", "lstrip", "rstrip", "split", "isdigit", "isascii"):
        same(version, name, text)
    for name in ("isalpha", "isalnum", "isspace", "isupper", "islower", "capitalize", "title"):
        same(version, name, text)


@versions
@many
@given(text=ascii_, piece=pieces, count=st.integers(-1, 3), start=indices, end=indices)
def test_text_and_a_part_of_it(
    version: str, text: str, piece: str, count: int, start: int | None, end: int | None
) -> None:
    for name in ("partition", "rpartition", "removeprefix", "removesuffix", "count"):
        same(version, name, text, piece)
    for name in ("strip", "lstrip", "rstrip", "startswith", "endswith"):
        same(version, name, text, piece)
    for name in ("split", "rsplit"):
        same(version, name, text, piece, count)
    same(version, "split", text, None, count)
    same(version, "replace", text, piece, "<%1>", count)
    for name in ("find", "rfind", "startswith"):
        same(version, name, text, piece, start, end)
    same(version, "find", text, "", start, end)
    assert ask(version, "slice", text, start, end) == text[start:end].encode()
    assert ask(version, "contains", text, piece) == (piece in text)


@versions
@many
@given(text=ascii_, width=st.integers(0, 12), value=st.integers(-(1 << 32), 1 << 32))
def test_widths_and_formats(version: str, text: str, width: int, value: int) -> None:
    for name in ("ljust", "rjust"):
        same(version, name, text, width, "*")
    same(version, "zfill", str(value), width)
    for kind in ("d", "x", "X", "b", ".2f", ".1%", ".3e", ","):
        for head in ("", "0", "<", ">", "^", "*^", "=", "+", " ", "#"):
            size = str(width) if width and (head, kind) != ("0", ",") else ""
            specification = f"{head if head != '0' or size else ''}{size}{kind}"
            found = ask(version, "format", value, specification)
            assert found == format(value, specification).encode(), specification
    for specification in (str(width or 1), f"<{width}", f">{width}", f".{width}", f"_^{width}s"):
        assert ask(version, "format", text, specification) == format(text, specification).encode()
    assert ask(version, "of", value) == str(value).encode()


@versions
def test_str_of_anything(version: str) -> None:
    for value in (None, True, False, 0, -1, 1 << 53, "a"):
        assert ask(version, "of", value) == str(value).encode()


@versions
@many
@given(text=st.text(st.sampled_from(" +-_0129afz\t"), max_size=8), base=st.sampled_from([10, 16]))
def test_numbers_are_read(version: str, text: str, base: int) -> None:
    try:
        expected = int(text, base)
    except ValueError:
        with pytest.raises(ValueError, match="ValueError"):
            ask(version, "int", text, base)
    else:
        assert ask(version, "int", text, base) == expected


@versions
@many
@given(octets=st.binary(max_size=6), text=st.text(st.sampled_from("aAfF09 \tgx"), max_size=8))
def test_octets_and_hexadecimal(version: str, octets: bytes, text: str) -> None:
    assert ask(version, "hex", octets) == octets.hex().encode()
    assert ask(version, "fromhex", octets.hex(" ")) == octets
    for order in ("big", "little"):
        number = int.from_bytes(octets, order)  # type: ignore[arg-type]
        assert ask(version, "int_from_bytes", octets, order) == number
        assert ask(version, "int_to_bytes", number, 6, order) == number.to_bytes(6, order)  # type: ignore[arg-type]
    try:
        expected = bytes.fromhex(text)
    except ValueError:
        with pytest.raises(ValueError, match="ValueError"):
            ask(version, "fromhex", text)
    else:
        assert ask(version, "fromhex", text) == expected


@versions
@many
@given(bare=st.text(st.sampled_from("AQgw9+/-"), max_size=9))
def test_base64(version: str, bare: str) -> None:
    text = bare + "=" * (-len(bare) % 4)
    try:
        expected = b64decode(text, validate=True)
    except ValueError:
        with pytest.raises(ValueError, match="ValueError"):
            ask(version, "b64decode", text)
    else:
        assert ask(version, "b64decode", text) == expected


@versions
@many
@given(
    octets=st.lists(
        st.sampled_from([b"a", b"\\", "é".encode(), "日".encode(), "😀".encode()])
        | st.integers(0, 255).map(lambda octet: bytes((octet,)))
        | st.sampled_from(
            [b"\xe0\x80", b"\xed\xa0\x80", b"\xf0\x90\x80", b"\xf4\x90", b"\xc0\x80"]
        ),
        max_size=8,
    ).map(b"".join)
)
def test_octets_become_text_as_pythons_decoder_has_it(version: str, octets: bytes) -> None:
    assert ask(version, "decode", octets) == octets.decode("utf-8", "backslashreplace").encode()
    assert ask(version, "decode", octets, "replace") == octets.decode("utf-8", "replace").encode()


addresses = st.one_of(
    st.binary(min_size=4, max_size=4).map(IPv4Address),
    st.lists(st.sampled_from([b"\0\0", b"\0\1", b"\xab\xcd"]), min_size=8, max_size=8)
    .map(b"".join)
    .map(IPv6Address)
    .filter(lambda address: address.ipv4_mapped is None),
)


@versions
@many
@given(address=addresses)
def test_addresses_are_written(version: str, address: IPv4Address | IPv6Address) -> None:
    assert (
        ask(version, "of", ask(version, "ip_address_of", address.packed)) == str(address).encode()
    )
    for text in (str(address), address.exploded, str(address).upper()):
        assert ask(version, "ip_address", text)[b"packed"] == address.packed


@versions
@many
@given(text=st.text(st.sampled_from("::::..0129afg%"), max_size=12))
def test_addresses_are_read(version: str, text: str) -> None:
    try:
        expected = ip_address(text)
    except ValueError:
        with pytest.raises(ValueError, match="ValueError"):
            ask(version, "ip_address", text)
    else:
        assert ask(version, "ip_address", text)[b"packed"] == expected.packed
