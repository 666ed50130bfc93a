"""What came out of packets reaches a tree and a terminal as harmless text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wireshark.plugin.modules import VERSIONS, Lua


@pytest.fixture(scope="module", params=VERSIONS)
def plain(request: pytest.FixtureRequest) -> Any:
    return Lua(request.param).module("wireshark.plain")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ipsec-3gpp;alg=hmac-md5-96", "ipsec-3gpp;alg=hmac-md5-96"),
        ("a\x00b\x1b[2J\r\n\x7f\xe9", r"a\x00b\x1b[2J\x0d\x0a\x7f\xe9"),
        ("%s %d ]] \" ' \\", "%s %d ]] \" ' \\"),
        ('ck="00112233",ik=\'44\', nonce="ck"', 'ck=***,ik=***, nonce="ck"'),
        ("CK = 0xAb+/=;x", "CK = ***;x"),
        ("ck=;", "ck=;"),
        ("ck", "ck"),
        ("stick=1; Tik=2", "stick=1; Tik=2"),
        ('ik="never closed', "ik=***"),
    ],
)
def test_shown(plain: Any, text: str, shown: str) -> None:
    assert plain.shown(text) == shown


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_but_printable_ascii_comes_out(version: str) -> None:
    plain = Lua(version).module("wireshark.plain")

    @given(st.binary(max_size=1500))
    def holds(octets: bytes) -> None:
        text = plain.shown(octets.decode("latin-1"))
        assert text.isascii()
        assert text.isprintable()
        assert len(text) <= 1003

    holds()


@pytest.mark.parametrize(
    ("number", "text"), [(4097, "0x00001001 (4097)"), (0xFFFFFFFF, "0xffffffff (4294967295)")]
)
def test_spi(plain: Any, number: int, text: str) -> None:
    assert plain.spi(number) == text
