"""How long ESP takes to open: 20 000 packets of each pair of algorithms, no process around it.

    python -m tests.benchmarks.decryption

Prints CPU seconds for the way from a `Packet` to what it holds: the SA, ICV, decryption, padding,
inner ports and the datagram. The aim is one second.
"""

import hashlib
import hmac
import time
from collections.abc import Iterator
from struct import pack

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tabulate import tabulate

from analyzer.capture.packet import Packet
from analyzer.flows import Flows
from analyzer.flows.datagram import EspSeen
from analyzer.keys.keyring import KeyPair, KeyRing, Origin
from analyzer.keys.sa_table import Sa, SaTable
from samples.esp import AkaRun, Keys, keys

PACKETS = 20_000
UE, PCSCF = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1))
SPI = 4097
NONCE = bytes(range(32))
CK, IK = bytes(range(16)), bytes(range(16, 32))
MESSAGE = b"MESSAGE sip:x SIP/2.0\r\n" + b"X-Filler: 0123456789abcdef0123456789abcdef\r\n" * 20
PAIRS = (
    ("hmac-md5-96", "null"), ("hmac-sha-1-96", "null"), ("hmac-md5-96", "des-ede3-cbc"),
    ("hmac-sha-1-96", "des-ede3-cbc"), ("hmac-md5-96", "aes-cbc"), ("hmac-sha-1-96", "aes-cbc"),
    ("null", "aes-gcm"), ("aes-gmac", "null"),
)  # fmt: skip


def sealed(made: Keys, seq: int) -> bytes:
    """One ESP packet with a UDP datagram in it (RFC 4303), quicker made than by scapy."""
    udp = pack("!4H", 45061, 6101, 8 + len(MESSAGE), 0) + MESSAGE
    block = {"aes-cbc": 16, "des-ede3-cbc": 8}.get(made.ealg, 4)
    padding = -(len(udp) + 2) % block
    plain = udp + bytes(range(1, padding + 1)) + bytes((padding, 17))
    head = pack("!II", SPI, seq)
    iv = hashlib.sha256(head).digest()
    if made.ealg == "aes-gcm":
        return (
            head + iv[:8] + AESGCM(made.cipher[:16]).encrypt(made.cipher[16:] + iv[:8], plain, head)
        )
    if made.alg == "aes-gmac":
        body = head + iv[:8] + plain
        return body + AESGCM(made.integrity[:16]).encrypt(made.integrity[16:] + iv[:8], b"", body)
    if made.ealg != "null":
        cipher = algorithms.AES(made.cipher) if made.ealg == "aes-cbc" else TripleDES(made.cipher)
        encryptor = Cipher(cipher, modes.CBC(iv[:block])).encryptor()
        plain = iv[:block] + encryptor.update(plain) + encryptor.finalize()
    digest = "md5" if made.alg == "hmac-md5-96" else "sha1"
    return head + plain + hmac.digest(made.integrity, head + plain, digest)[:12]


def packets(alg: str, ealg: str, count: int) -> Iterator[Packet]:
    """The packets of one SA, a millisecond apart."""
    made = keys(alg, ealg, CK, IK)
    for seq in range(1, count + 1):
        yield Packet(0, seq, seq * 1_000_000, 0, "eth/ip", UE, PCSCF, 50, sealed(made, seq))


def opened(alg: str, ealg: str, count: int = PACKETS) -> tuple[float, int]:
    """(CPU seconds, packets whose ICV was good)."""
    ring = KeyRing()
    ring.bind(NONCE[:16], KeyPair(CK, IK, Origin("option")))
    table = SaTable(ring)
    table.announce((Sa("uc>ps", SPI, UE, PCSCF, 45061, 6101, alg, ealg, 1, AkaRun(NONCE)),))
    flows = Flows(table)
    ready = list(packets(alg, ealg, count))
    good = 0
    began = time.process_time()
    for packet in ready:
        for flow in flows.feed(packet):
            good += isinstance(flow, EspSeen) and flow.icv == "good"
    return time.process_time() - began, good


def main() -> None:
    rows = []
    for alg, ealg in PAIRS:
        seconds, good = opened(alg, ealg)
        rows.append([alg, ealg, good, f"{seconds:.2f}", "yes" if seconds < 1 else "no"])
    print(tabulate(rows, ["alg", "ealg", "opened", "CPU s", "below 1 s"]))


if __name__ == "__main__":
    main()
