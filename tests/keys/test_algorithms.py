"""The algorithm table against protocol.md 2.2 and 6.1 and Wireshark's accepted strings."""

import pytest

from analyzer.keys.algorithms import (
    ENCRYPTION,
    INTEGRITY,
    by_wireshark,
    by_xfrm,
    encryption,
    esp_key,
    icv_length,
    integrity,
    iv_length,
)


def test_the_values_are_those_of_annex_h() -> None:
    assert [row.name for row in INTEGRITY] == ["hmac-md5-96", "hmac-sha-1-96", "aes-gmac", "null"]
    assert [row.name for row in ENCRYPTION] == ["null", "des-ede3-cbc", "aes-cbc", "aes-gcm"]


@pytest.mark.parametrize(
    ("alg", "ealg", "icv", "iv"),
    [
        ("hmac-md5-96", "null", 12, 0),
        ("hmac-sha-1-96", "null", 12, 0),
        ("hmac-sha-1-96", "aes-cbc", 12, 16),
        ("HMAC-SHA-1-96", "DES-EDE3-CBC", 12, 8),
        ("hmac-sha-1-96", "", 12, 0),
        ("aes-gmac", "null", 16, 8),
        ("null", "aes-gcm", 16, 8),
        ("null", "null", 0, 0),
        ("hmac-sha-256-128", "null", None, None),
        ("hmac-sha-1-96", "twofish", None, None),
    ],
)
def test_sizes_on_the_wire(alg: str, ealg: str, icv: int | None, iv: int | None) -> None:
    assert icv_length(alg, ealg) == icv
    assert iv_length(alg, ealg) == iv


def test_names_elsewhere() -> None:
    sha, aes = integrity("hmac-sha-1-96"), encryption("AES-cbc")
    assert sha is not None
    assert aes is not None
    assert (sha.wireshark, sha.xfrm) == ("HMAC-SHA-1-96 [RFC2404]", "hmac(sha1)")
    assert (aes.wireshark, aes.xfrm) == ("AES-CBC [RFC3602]", "cbc(aes)")
    gmac = integrity("aes-gmac")
    assert gmac is not None
    assert gmac.wireshark == ""


@pytest.mark.parametrize("row", INTEGRITY + ENCRYPTION, ids=lambda row: f"{row.kind}-{row.name}")
def test_key_length_and_expansion_agree(row: object) -> None:
    octets = {
        "none": 0,
        "ik": 16,
        "ik-zeros": 20,
        "gmac-salt": 20,
        "ck": 16,
        "ck-ck64": 24,
        "gcm-salt": 20,
    }
    assert isinstance(row, type(INTEGRITY[0]))
    assert (row.key_bits + row.salt_bits) // 8 == octets[row.expansion]
    assert (row.rank == 0) == (row.name == "null")


def test_ranks_order_each_kind() -> None:
    for kind in (INTEGRITY, ENCRYPTION):
        ranks = [row.rank for row in kind]
        assert sorted(ranks) == list(range(len(ranks)))
    assert [row.name for row in INTEGRITY + ENCRYPTION if row.deprecated] == [
        "hmac-md5-96",
        "des-ede3-cbc",
    ]


def test_what_is_not_in_the_table_is_none() -> None:
    assert integrity("hmac-sha-256-128") is None
    assert integrity("") is None
    assert encryption("aes-cbc ") is None


CK = bytes.fromhex("b40ba9a3c58b2a05bbf0d987b21bf8cb")
IK = bytes.fromhex("f769bcd751044604127672711c6d3441")


@pytest.mark.parametrize("row", INTEGRITY + ENCRYPTION, ids=lambda row: f"{row.kind}-{row.name}")
def test_keys_have_the_lengths_of_the_table(row: object) -> None:
    assert isinstance(row, type(INTEGRITY[0]))
    assert len(esp_key(row, CK, IK)) * 8 == row.key_bits + row.salt_bits


def test_the_expansion_of_annex_i() -> None:
    """AES-GCM: the key that opens a capture of a real UE (samples/real/os_21)."""
    made = {
        row.name: esp_key(row, CK, IK).hex() for row in INTEGRITY + ENCRYPTION if row.name != "null"
    }
    assert made["hmac-md5-96"] == IK.hex()
    assert made["hmac-sha-1-96"] == IK.hex() + "00000000"
    assert made["aes-cbc"] == CK.hex()
    assert made["des-ede3-cbc"] == CK.hex() + CK.hex()[:16]
    assert made["aes-gcm"] == CK.hex() + "89273db6"
    assert made["aes-gmac"][:32] == IK.hex()
    assert made["aes-gmac"][32:] != made["aes-gcm"][32:]


def test_names_elsewhere_lead_back() -> None:
    for row in INTEGRITY + ENCRYPTION:
        assert by_xfrm(row.xfrm, row.kind) is row
        assert by_wireshark(row.wireshark, row.kind) is (row if row.wireshark else None)
    assert by_wireshark("ANY 96 bit authentication [no checking]", "integrity") is None
