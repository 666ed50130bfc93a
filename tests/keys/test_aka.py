"""AUTN, AUTS and Digest with the secrets known, against published values and real captures."""

import base64
import re
from hashlib import md5

import pytest

from analyzer.keys import aka
from analyzer.keys.aka import Answered, digest_response, fits_aka, fits_d_ver
from analyzer.keys.milenage import Milenage, Vector
from tests.keys.test_milenage import DEFAULTS, SETS

ONE = SETS["1"]
FUNCTIONS = Milenage(ONE["k"], bytes.fromhex("cd63cb71954a9f4e48a5994e37a02baf"))
NONCE = base64.b64decode(DEFAULTS["vectors"]["1"]["nonce"])
VECTOR = FUNCTIONS.vector(ONE["rand"])


def test_autn_of_test_set_1() -> None:
    """AUTN of the samples is SQN xor AK, AMF and MAC of TS 35.208 set 1."""
    found = aka.read_autn(FUNCTIONS, NONCE[:16], NONCE[16:])
    assert found == (int.from_bytes(ONE["sqn"], "big"), ONE["amf"], True)


@pytest.mark.parametrize("place", range(16))
def test_one_wrong_bit_of_autn_shows_in_the_mac(place: int) -> None:
    autn = bytearray(NONCE[16:])
    autn[place] ^= 1
    assert not aka.read_autn(FUNCTIONS, NONCE[:16], bytes(autn)).mac_right


def test_auts_of_a_phone_that_is_ahead() -> None:
    """TS 33.102 6.3.3: AUTS = SQN_MS xor f5*(RAND), then f1*(RAND, SQN_MS, AMF 0000)."""
    sqn = bytes.fromhex("00000000a1b2")
    hidden = bytes(a ^ b for a, b in zip(sqn, ONE["f5_star"], strict=True))
    _, mac = FUNCTIONS.f1(ONE["rand"], sqn, b"\0\0")
    assert aka.read_auts(FUNCTIONS, ONE["rand"], hidden + mac) == (0xA1B2, True)
    assert not aka.read_auts(FUNCTIONS, ONE["rand"], hidden + mac[::-1]).mac_right


def test_the_digest_of_rfc_2617() -> None:
    """The example of RFC 2617 3.5."""
    answered = Answered(
        "GET", "/dir/index.html", "Mufasa", "testrealm@host.com",
        "dcd98b7102dd2f0e8b11d0f600bfb0c093", "auth", "00000001", "0a4f113b",
    )  # fmt: skip
    assert digest_response(answered, b"Circle Of Life") == "6629fae49393a05397450978507c4ef1"


def test_the_digest_of_rfc_7616_with_sha_256() -> None:
    """The example of RFC 7616 3.9.1."""
    answered = Answered(
        "GET", "/dir/index.html", "Mufasa", "http-auth@example.org",
        "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "auth", "00000001",
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )  # fmt: skip
    assert (
        digest_response(answered, b"Circle of Life", "SHA-256")
        == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    )


ANSWERED = Answered(
    "REGISTER", "sip:home", "u@home", "home", "bm9uY2U=", "auth", "00000001", "0a", b"body"
)


def changed(**values: object) -> Answered:
    return Answered(**{name: values.get(name, getattr(ANSWERED, name))
                       for name in Answered.__struct_fields__})  # fmt: skip


@pytest.mark.parametrize("algorithm", ["AKAv1-MD5", "AKAv2-MD5", "AKAv2-SHA-256", "akav1-md5"])
@pytest.mark.parametrize("qop", [None, "auth", "auth-int"])
def test_a_right_response_fits_as_written(algorithm: str, qop: str | None) -> None:
    answered = changed(qop=qop)
    response = digest_response(answered, aka.aka_password(algorithm, VECTOR), algorithm)
    assert fits_aka(response.upper(), answered, algorithm, VECTOR) == ("", True)


def test_the_akav2_password_by_hand() -> None:
    """RFC 4169 2.1: base64 of HMAC-MD5 with RES|IK|CK over the label."""
    import hmac

    key = VECTOR.res + VECTOR.ik + VECTOR.ck
    made = base64.b64encode(hmac.digest(key, b"http-digest-akav2-password", "md5"))
    assert aka.aka_password("AKAv2-MD5", VECTOR) == made
    assert aka.aka_password("AKAv1-MD5", VECTOR) == VECTOR.res


@pytest.mark.parametrize(
    ("answered", "password", "algorithm", "note"),
    [
        (changed(realm="other"), VECTOR.res, "AKAv1-MD5", "with the realm of the challenge"),
        (changed(qop=None), VECTOR.res, "AKAv1-MD5", "computed without qop"),
        (changed(qop="auth-int"), VECTOR.res, "AKAv1-MD5", "computed with qop=auth-int"),
        (ANSWERED, aka.aka_password("AKAv2-MD5", VECTOR), "AKAv2-MD5", "computed as AKAv2-MD5"),
        (ANSWERED, VECTOR.res.hex().encode(), "AKAv1-MD5", "RES as hexadecimal text"),
        (ANSWERED, b"", "AKAv1-MD5", "an empty password"),
    ],
)
def test_a_wrong_response_is_explained(
    answered: Answered, password: bytes, algorithm: str, note: str
) -> None:
    response = digest_response(answered, password, algorithm)
    assert fits_aka(response, ANSWERED, "AKAv1-MD5", VECTOR, ["other"]) == (note, False)


def test_res_with_a_zero_octet_that_was_cut() -> None:
    vector = Vector(b"\x11\x22\0\x44\x55\x66\x77\x88", VECTOR.ck, VECTOR.ik, VECTOR.ak, b"")
    response = digest_response(ANSWERED, b"\x11\x22")
    found = fits_aka(response, ANSWERED, "AKAv1-MD5", vector)
    assert found == ("RES cut at its first zero octet", False)


def test_a_response_of_another_secret_fits_nothing() -> None:
    response = digest_response(ANSWERED, b"something else")
    assert fits_aka(response, ANSWERED, "AKAv1-MD5", VECTOR, ["other"]) is None


ROWS = ("tls;q=0.2", "digest; d-alg=MD5;q=0.1")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Security-Server: tls;q=0.2, digest; d-alg=MD5;q=0.1", ""),
        ("Security-Server:tls;q=0.2, digest; d-alg=MD5;q=0.1", "no space behind the colon"),
        ("Security-Server: tls;q=0.2,digest; d-alg=MD5;q=0.1", "rows joined by a bare comma"),
        (
            "Security-Server:tls;q=0.2,digest;d-alg=MD5;q=0.1",
            "all white space removed, rows joined by a bare comma, no space behind the colon",
        ),
    ],
)
def test_d_ver_in_its_forms(text: str, note: str) -> None:
    """RFC 3329 2.2: request-digest with A2 = Method ":" digest-uri ":" security-server."""

    def h(value: str) -> str:
        return md5(value.encode(), usedforsecurity=False).hexdigest()

    ha2 = h(f"REGISTER:sip:home:{text}")
    d_ver = h(f"{h('u@home:home:sesame')}:bm9uY2U=:00000001:0a:auth:{ha2}")
    assert fits_d_ver(d_ver, ANSWERED, b"sesame", ROWS) == (note, not note)


def test_d_ver_over_another_list_fits_nothing() -> None:
    d_ver = digest_response(ANSWERED, b"sesame", extra=":Security-Server: tls;q=0.9")
    assert re.fullmatch("[0-9a-f]{32}", d_ver)
    assert fits_d_ver(d_ver, ANSWERED, b"sesame", ROWS) is None
