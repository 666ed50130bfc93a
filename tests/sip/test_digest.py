"""Challenges and credentials: RFC 2617, RFC 3310, TS 24.229."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.sip.digest import (
    parse_aka_nonce,
    parse_auts,
    parse_challenges,
    parse_credentials,
)


def test_credentials_of_rfc_2617() -> None:
    found = parse_credentials(
        'Digest username="Mufasa", realm="testrealm@host.com", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", qop=auth, '
        'nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    assert found is not None
    assert found.scheme == "Digest"
    assert found.username == "Mufasa"
    assert found.uri == "/dir/index.html"
    assert (found.qop, found.nc, found.cnonce) == ("auth", "00000001", "0a4f113b")
    assert found.response == "6629fae49393a05397450978507c4ef1"
    assert found.opaque == "5ccc069c403ebaf9f0171e9517f40e41"
    assert (found.auts, found.algorithm, found.integrity_protected) == (None, None, None)
    assert found.quoted == {"username", "realm", "nonce", "uri", "cnonce", "response", "opaque"}
    assert not found.aka
    assert found.defects == ()


def test_empty_is_not_absent() -> None:
    found = parse_credentials(
        'Digest username="a",realm="b",nonce="",uri="sip:b",response="",integrity-protected=no'
    )
    assert found is not None
    assert (found.nonce, found.response, found.cnonce) == ("", "", None)
    assert found.integrity_protected == "no"


def test_challenge_of_mw() -> None:
    nonce = base64.b64encode(bytes(range(16)) + bytes(range(100, 116)) + b"server").decode()
    (found,) = parse_challenges(
        f'DIGEST Realm="ims" , NONCE = "{nonce}",algorithm="akav1-md5",qop="auth,auth-int",'
        'ck="00112233445566778899aabbccddeeff",ik=ffeeddccbbaa99887766554433221100,stale=FALSE'
    )
    assert found.aka
    assert found.qop == "auth,auth-int"
    assert found.ck == "00112233445566778899aabbccddeeff"
    assert found.ik == "ffeeddccbbaa99887766554433221100"
    assert found.stale == "FALSE"
    aka = found.aka_nonce
    assert aka is not None
    assert aka.rand == bytes(range(16))
    assert aka.sqn_ak == bytes(range(100, 106))
    assert aka.amf == bytes([106, 107])
    assert aka.mac == bytes(range(108, 116))
    assert aka.autn == bytes(range(100, 116))
    assert aka.server_data == b"server"


def test_two_challenges_in_one_row() -> None:
    one, two = parse_challenges('Digest realm="a", nonce="x", Digest realm="b",algorithm=AKAv2-MD5')
    assert (one.realm, one.nonce, one.aka) == ("a", "x", False)
    assert (two.realm, two.nonce, two.aka) == ("b", None, True)


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("Digest", "no-parameters"),
        ('Digest realm="a', "unclosed-quote"),
        ('Digest realm="a", what is this, nonce="b"', "bad-auth-param"),
        ('Digest realm="a" nonce="b"', "missing-comma"),
        ('Digest realm="a", realm="b"', "repeated-auth-param"),
    ],
)
def test_defects(text: str, defect: str) -> None:
    (found,) = parse_challenges(text)
    assert found.defects == (defect,)


def test_escaped_quotes_and_unknown_parameters() -> None:
    (found,) = parse_challenges('Digest realm="a\\"b, c", x-y=1,z="2"')
    assert found.realm == 'a"b, c'
    assert found.others == (("x-y", "1"), ("z", "2"))


def test_nonce_defects() -> None:
    whole = base64.b64encode(bytes(32)).decode()
    assert parse_aka_nonce(whole)[1] == ()
    assert parse_aka_nonce(whole.rstrip("="))[1] == ("base64-padding",)
    assert parse_aka_nonce(whole.rstrip("="))[0] is not None
    assert parse_aka_nonce("not base64!") == (None, ("nonce-not-base64",))
    assert parse_aka_nonce("dcd98b71") == (None, ("nonce-short",))


def test_auts() -> None:
    assert parse_auts(base64.b64encode(bytes(14)).decode()) == (bytes(14), ())
    assert parse_auts(base64.b64encode(bytes(12)).decode()) == (None, ("auts-length",))
    assert parse_auts("*") == (None, ("auts-not-base64",))


@given(st.text(alphabet='Digest realm="\\,= \x00\xe9\n', max_size=200))
def test_anything_is_read(text: str) -> None:
    for challenge in parse_challenges(text):
        assert isinstance(challenge.scheme, str)
    parse_credentials("Digest " + text)
    parse_aka_nonce(text)
    parse_auts(text)
