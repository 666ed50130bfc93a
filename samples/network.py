"""What happens beside SIP: names, ICMP errors, TCP without an answer, TLS that fails, IKE.

A step that has one of `dns`, `icmp`, `tcp`, `tls`, `ike` sends no message but this.
"""

import struct
from typing import Final, TypeVar

from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import IP, UDP
from scapy.packet import Raw

from .packets import Way, Wire, noise
from .scenario import ScenarioError, Table

T = TypeVar("T")

WORDS: Final = ("dns", "icmp", "tcp", "tls", "ike")
RCODES: Final = {"NOERROR": 0, "SERVFAIL": 2, "NXDOMAIN": 3, "REFUSED": 5}
ICMP_ERRORS: Final = {
    "host unreachable": (3, 1),
    "protocol unreachable": (3, 2),
    "port unreachable": (3, 3),
    "fragmentation needed": (3, 4),
    "administratively prohibited": (3, 13),
}
ALERTS: Final = {"handshake_failure": 40, "unknown_ca": 48, "protocol_version": 70}
EXCHANGES: Final = {"IKE_SA_INIT": 34, "IKE_AUTH": 35}
IKE_ERRORS: Final = {"NO_PROPOSAL_CHOSEN": 14}
FLAGS: Final = {"syn": "S", "syn-ack": "SA", "rst": "RA", "fin": "FA"}

# The least that a dissector takes for a TLS 1.2 handshake (RFC 5246 7.4.1).
TLS_1_2: Final = 0x0303
_CIPHER: Final = 0xC02F
_RANDOM: Final = bytes(range(32)) + b"\x00"
_SUPPORTED_VERSIONS: Final = 43  # TLS 1.3 stands in this extension (RFC 8446 4.2.1)


def beside(step: Table, way: Way, wire: Wire, quoted: Way | None) -> list[bytes]:
    """The packets of such a step; `quoted` is the way of the step that an ICMP error is about."""
    if "dns" in step:
        return wire.udp(way, dns(step))
    if "ike" in step:
        return wire.udp(way, ike(step))
    if "tcp" in step:
        return wire.flags(way, _known(step["tcp"], FLAGS))
    if "tls" in step:
        return wire.tcp_data(way, tls(step["tls"]), [], [], [])
    if quoted is None:
        raise ScenarioError("an ICMP error quotes a step")
    return wire.icmp(way, *_known(step["icmp"], ICMP_ERRORS), quotation(quoted))


def dns(step: Table) -> bytes:
    """`NAPTR ims.example`: a question; with `rcode` its answer, with `answer` an address in it."""
    kind, _, name = step["dns"].partition(" ")
    question = DNSQR(qname=name, qtype=kind)
    if "rcode" not in step and "answer" not in step:
        return bytes(DNS(id=4711, rd=1, qd=question))
    found = [DNSRR(rrname=name, type=kind, rdata=step["answer"])] if "answer" in step else []
    rcode = _known(step.get("rcode", "NOERROR"), RCODES)
    return bytes(DNS(id=4711, qr=1, rcode=rcode, qd=question, an=found, ancount=len(found)))


def ike(step: Table) -> bytes:
    """The header of RFC 7296 3.1; with `error` a notify payload; `response` where it answers."""
    error = step.get("error")
    notify = b"" if error is None else struct.pack("!BBHBBH", 0, 0, 8, 0, 0, IKE_ERRORS[error])
    head = struct.pack(
        "!8s8sBBBBII", noise(b"initiator", 8), bytes(8), 41 if notify else 0, 0x20,
        _known(step["ike"], EXCHANGES), 0x20 if step.get("response") else 0x08, 0,
        28 + len(notify),
    )  # fmt: skip
    return head + notify


def tls(what: str) -> bytes:
    """`client-hello`, `server-hello`, or a fatal alert by its name."""
    if what == "client-hello":
        return record(22, handshake(1, client_hello()))
    if what == "server-hello":
        return record(22, handshake(2, server_hello()))
    return record(21, bytes((2, _known(what, ALERTS))))


def client_hello(version: int = TLS_1_2, cipher: int = _CIPHER) -> bytes:
    """The body of a ClientHello that offers this version at most, and one suite."""
    body = struct.pack("!H", min(version, TLS_1_2)) + _RANDOM
    body += struct.pack("!HH", 2, cipher) + b"\x01\x00"
    return body + _versions(version, struct.pack("!BH", 2, version))


def server_hello(version: int = TLS_1_2, cipher: int = _CIPHER) -> bytes:
    """The body of a ServerHello that chooses them."""
    body = struct.pack("!H", min(version, TLS_1_2)) + _RANDOM + struct.pack("!H", cipher)
    return body + b"\x00" + _versions(version, struct.pack("!H", version))


def _versions(version: int, value: bytes) -> bytes:
    if version <= TLS_1_2:
        return b""
    extension = struct.pack("!HH", _SUPPORTED_VERSIONS, len(value)) + value
    return struct.pack("!H", len(extension)) + extension


def handshake(kind: int, body: bytes) -> bytes:
    """One handshake message."""
    return struct.pack("!I", kind << 24 | len(body)) + body


def record(kind: int, body: bytes) -> bytes:
    """One record of TLS 1.2."""
    return struct.pack("!BHH", kind, 0x0303, len(body)) + body


def quotation(way: Way) -> bytes:
    """The IP header and eight octets of a packet that went this way (RFC 792)."""
    ip = IP(src=way.src, dst=way.dst, id=1, ttl=63)
    if way.spi is not None:
        ip.proto = 50
        return bytes(ip / Raw(struct.pack("!II", way.spi, 1)))
    return bytes(ip / UDP(sport=way.sport, dport=way.dport, len=900))


def _known(name: str, names: dict[str, T]) -> T:
    if name not in names:
        raise ScenarioError(f"there is no {name!r} here, only {', '.join(names)}")
    return names[name]
