"""ESP with real keys, made by scapy: ICVs and ciphertext that other programs can check.

The expansion of CK and IK (TS 33.203 Annex I) stands here once more, in its plainest form, so that
the samples do not inherit a mistake of the program that reads them.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import Final

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import ESP, SecurityAssociation
from scapy.packet import Packet

NAT_T_PORT: Final = 4500

# sec-agree name: (scapy's name, octets of the IV, Wireshark's name)
_CIPHERS: Final = {
    "null": ("NULL", 0, "NULL"),
    "aes-cbc": ("AES-CBC", 16, "AES-CBC [RFC3602]"),
    "des-ede3-cbc": ("3DES", 8, "TripleDES-CBC [RFC2451]"),
    "aes-gcm": ("AES-GCM", 8, "AES-GCM with 16 octet ICV [RFC4106]"),
}
_HASHES: Final = {
    "null": ("NULL", "NULL"),
    "hmac-md5-96": ("HMAC-MD5-96", "HMAC-MD5-96 [RFC2403]"),
    "hmac-sha-1-96": ("HMAC-SHA1-96", "HMAC-SHA-1-96 [RFC2404]"),
}


@dataclass(frozen=True)
class AkaRun:
    """What a set was made of: the nonce of the challenge, a text with the IMSI."""

    nonce: bytes
    identity: str = ""


@dataclass(frozen=True)
class Keys:
    """What one side does to its packets: algorithms, and the keys of ESP (salt behind them)."""

    alg: str
    ealg: str
    integrity: bytes
    cipher: bytes
    tunnel: bool = False

    @property
    def readable(self) -> bool:
        """Whether tshark has names for both algorithms."""
        return self.alg in _HASHES and self.ealg in _CIPHERS

    def row(self, version: int, src: str, dst: str, spi: int) -> str:
        """One line of Wireshark's `esp_sa`, eight columns."""
        columns = (
            f"IPv{version}", src, dst, f"0x{spi:08x}", _CIPHERS[self.ealg][2], _hex(self.cipher),
            _HASHES[self.alg][1], _hex(self.integrity),
        )  # fmt: skip
        return ",".join(f'"{column}"' for column in columns)


def _hex(key: bytes) -> str:
    return f"0x{key.hex()}" if key else ""


def keys(alg: str, ealg: str, ck: bytes, ik: bytes, tunnel: bool = False) -> Keys:
    """The keys that CK and IK give."""
    integrity = {
        "hmac-md5-96": ik, "hmac-sha-1-96": ik + bytes(4), "null": b"",
        "aes-gmac": ik + _salt(0x58, b"AES_GMAC_SALT", ck, ik),
    }[alg]  # fmt: skip
    cipher = {
        "null": b"", "aes-cbc": ck, "des-ede3-cbc": ck + ck[:8],
        "aes-gcm": ck + _salt(0x59, b"AES_GCM_SALT", ck, ik),
    }[ealg]  # fmt: skip
    return Keys(alg, ealg, integrity, cipher, tunnel)


def _salt(fc: int, label: bytes, ck: bytes, ik: bytes) -> bytes:
    text = bytes([fc]) + label + struct.pack("!H", len(label))
    return hmac.new(ck + ik, text, hashlib.sha256).digest()[28:]


def protect(packet: Packet, spi: int, seq: int, made: Keys) -> Packet:
    """The IP packet with its payload in ESP; its IV comes from SPI and sequence number."""
    gmac = made.alg == "aes-gmac"
    name, octets, _ = ("AES-NULL-GMAC", 8, "") if gmac else _CIPHERS[made.ealg]
    auth = "NULL" if gmac else _HASHES[made.alg][0]
    tunnel = nat = None
    if made.tunnel:
        tunnel = type(packet)(src=packet.src, dst=packet.dst)
        nat = UDP(sport=NAT_T_PORT, dport=NAT_T_PORT)
    association = SecurityAssociation(
        ESP, spi, seq, crypt_algo=name, crypt_key=made.integrity if gmac else made.cipher,
        crypt_icv_size=16 if octets == 8 and name != "3DES" else None, auth_algo=auth,
        auth_key=made.integrity if auth != "NULL" else None, tunnel_header=tunnel,
        nat_t_header=nat,
    )  # fmt: skip
    iv = hashlib.sha256(struct.pack("!II", spi, seq)).digest()[:octets]
    whole = IP if isinstance(packet, IP) else IPv6
    return association.encrypt(whole(bytes(packet)), seq_num=seq, iv=iv)
