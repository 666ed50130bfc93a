"""Which keys open ESP, and which mistake explains it where those agreed do not.

The packets are scapy's. Each mistake is one that stacks have made (TS 33.203 Annex I).
"""

import base64

import pytest
from scapy.layers.inet import IP, UDP
from scapy.packet import Raw

from analyzer import limits
from analyzer.capture.packet import Packet
from analyzer.flows.esp import ENCRYPTED, ICV_BAD, EspOpener, Garbled, Opened
from analyzer.keys.keyring import KeyPair, KeyRing, Origin
from analyzer.keys.sa_table import Sa, SaTable
from samples.esp import AkaRun, Keys, keys, protect
from tests.keys.test_milenage import DEFAULTS

UE, PCSCF = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1))
SPI = 4097
CK, IK = (bytes.fromhex(DEFAULTS["vectors"]["1"][name]) for name in ("ck", "ik"))
NONCE = base64.b64decode(DEFAULTS["vectors"]["1"]["nonce"])
OTHER = base64.b64decode(DEFAULTS["vectors"]["2"]["nonce"])
OTHER_CK, OTHER_IK = (bytes.fromhex(DEFAULTS["vectors"]["2"][name]) for name in ("ck", "ik"))
ORIGIN = Origin("mw", 0, 4)
REGISTER = b"REGISTER sip:home SIP/2.0\r\n\r\n"
PAIRS = [
    (alg, ealg)
    for alg in ("hmac-md5-96", "hmac-sha-1-96")
    for ealg in ("null", "des-ede3-cbc", "aes-cbc")
] + [("null", "aes-gcm"), ("aes-gmac", "null")]


def packet(made: Keys, seq: int = 1, payload: bytes = REGISTER) -> Packet:
    plain = IP(src="192.0.2.10", dst="192.0.2.1") / UDP(sport=6062, dport=6100) / Raw(payload)
    data = bytes(protect(plain, SPI, seq, made))[20:]
    return Packet(0, seq, seq, 0, "eth/ip", UE, PCSCF, 50, data)


def opener(alg: str, ealg: str, ring: KeyRing | None = None) -> EspOpener:
    table = SaTable(ring if ring is not None else ring_with())
    table.announce((Sa("uc>ps", SPI, UE, PCSCF, 6062, 6100, alg, ealg, 1, AkaRun(NONCE)),))
    return EspOpener(table)


def ring_with(ck: bytes = CK, ik: bytes = IK) -> KeyRing:
    ring = KeyRing()
    ring.bind(NONCE[:16], KeyPair(ck, ik, ORIGIN))
    return ring


def opened(one: EspOpener, wire: Keys, seq: int = 1) -> Opened:
    found = one.open(packet(wire, seq), SPI)
    assert isinstance(found, Opened), found
    assert found.data.endswith(REGISTER)
    assert found.icv == "good"
    assert found.key is not None
    return found


@pytest.mark.parametrize(("alg", "ealg"), PAIRS)
def test_every_legal_pair_is_opened_and_proven(alg: str, ealg: str) -> None:
    one = opener(alg, ealg)
    for seq in (1, 2):
        found = opened(one, keys(alg, ealg, CK, IK), seq)
        assert found.key is not None
        assert (found.proto, found.reason, found.key.origin) == (17, "", ORIGIN)


@pytest.mark.parametrize(("alg", "ealg"), PAIRS)
def test_one_changed_bit_shows_in_the_icv(alg: str, ealg: str) -> None:
    good = packet(keys(alg, ealg, CK, IK))
    for place in (0, 8, len(good.data) // 2, len(good.data) - 1):
        data = bytearray(good.data)
        data[place] ^= 1
        one = opener(alg, ealg)
        found = one.open(Packet(0, 1, 1, 0, "ip", UE, PCSCF, 50, bytes(data)), SPI)
        if isinstance(found, Opened):  # NULL encryption is read all the same
            assert found.icv == "bad"
        else:
            assert found == ICV_BAD


@pytest.mark.parametrize(
    ("wire", "variant"),
    [
        (keys("hmac-md5-96", "aes-cbc", CK, IK), "hmac-md5-96 on the wire, hmac-sha-1-96 agreed"),
        (keys("hmac-sha-1-96", "null", CK, IK), "null on the wire, aes-cbc agreed"),
        (keys("hmac-sha-1-96", "des-ede3-cbc", CK, IK), "des-ede3-cbc on the wire, aes-cbc agreed"),
        (keys("hmac-sha-1-96", "aes-cbc", IK, CK), "CK and IK the other way round"),
        (
            keys("hmac-sha-1-96", "aes-cbc", OTHER_CK, OTHER_IK),
            "keys of another challenge (another RAND)",
        ),
        (
            Keys("hmac-sha-1-96", "aes-cbc", bytes(4) + IK, CK),
            "32 zero bits in front of IK, not behind it",
        ),
        (
            Keys("hmac-sha-1-96", "aes-cbc", IK + IK[:4], CK),
            "IK lengthened by its own first 32 bits",
        ),
        (Keys("hmac-sha-1-96", "aes-cbc", IK.hex().encode(), CK), "IK as hexadecimal text"),
        (keys("null", "aes-gcm", CK, IK), "null/aes-gcm on the wire, hmac-sha-1-96/aes-cbc agreed"),
    ],
)
def test_a_mistake_is_found_and_the_packet_read(wire: Keys, variant: str) -> None:
    ring = ring_with()
    ring.bind(OTHER[:16], KeyPair(OTHER_CK, OTHER_IK, ORIGIN))
    found = opened(opener("hmac-sha-1-96", "aes-cbc", ring), wire)
    assert found.reason == variant


def test_ik_without_its_zero_bits_is_no_mistake_on_the_wire() -> None:
    """RFC 2104: HMAC fills a short key with zeros itself."""
    found = opened(opener("hmac-sha-1-96", "aes-cbc"), Keys("hmac-sha-1-96", "aes-cbc", IK, CK))
    assert found.reason == ""


@pytest.mark.parametrize(
    ("cipher", "variant"),
    [
        (CK + CK[8:], "3DES key ends with the second half of CK"),
        (CK + bytes(8), "3DES key ends with zero bits"),
    ],
)
def test_other_expansions_of_3des(cipher: bytes, variant: str) -> None:
    one = opener("hmac-md5-96", "des-ede3-cbc")
    assert opened(one, Keys("hmac-md5-96", "des-ede3-cbc", IK, cipher)).reason == variant


def test_an_icv_that_fits_where_no_decryption_does() -> None:
    one = opener("hmac-sha-1-96", "aes-cbc")
    foreign = Keys("hmac-sha-1-96", "aes-cbc", IK + bytes(4), b"\x99" * 16)
    found = one.open(packet(foreign), SPI)
    assert isinstance(found, Garbled)
    assert found.key.variant == "no decryption makes sense"


def test_keys_that_fit_nothing() -> None:
    one = opener("hmac-sha-1-96", "aes-cbc")
    foreign = keys("hmac-sha-1-96", "aes-cbc", b"\x77" * 16, b"\x88" * 16)
    for seq in range(1, limits.KEY_PACKETS + 5):
        assert one.open(packet(foreign, seq), SPI) == ICV_BAD
    assert not one.keys_came_late


def test_without_keys_nothing_is_judged_and_late_keys_are_noticed() -> None:
    ring = KeyRing()
    one = opener("hmac-sha-1-96", "aes-cbc", ring)
    wire = keys("hmac-sha-1-96", "aes-cbc", CK, IK)
    assert one.open(packet(wire), SPI) == ENCRYPTED
    assert not one.keys_came_late
    ring.bind(OTHER[:16], KeyPair(OTHER_CK, OTHER_IK, ORIGIN))
    assert not one.keys_came_late
    ring.bind(NONCE[:16], KeyPair(CK, IK, ORIGIN))
    assert one.keys_came_late
    opened(one, wire, 2)


def test_a_packet_of_the_life_before() -> None:
    """A set was announced anew with the same SPI; a late packet has the older keys."""
    ring = ring_with()
    ring.bind(OTHER[:16], KeyPair(OTHER_CK, OTHER_IK, Origin("mw", 0, 9)))
    table = SaTable(ring)
    for owner, nonce in ((1, NONCE), (2, OTHER)):
        aka = AkaRun(nonce)
        sa = Sa("uc>ps", SPI, UE, PCSCF, 6062, 6100, "hmac-sha-1-96", "aes-cbc", owner, aka)
        table.announce((sa,))
    one = EspOpener(table)
    young = opened(one, keys("hmac-sha-1-96", "aes-cbc", OTHER_CK, OTHER_IK))
    assert young.reason == ""
    late = opened(one, keys("hmac-sha-1-96", "aes-cbc", CK, IK), 2)
    assert late.key is not None
    assert late.key.origin == ORIGIN
