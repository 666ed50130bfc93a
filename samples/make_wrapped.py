"""SIP wrapped in what only Wireshark opens: `python -m samples.make_wrapped` writes `wrapped/`.

`tls12`, `tls13`: an RFC 3329 run, OPTIONS and 494 in clear, the rest inside TLS. TLS draws keys by
lot, so these files are not the same at every run; they are kept as data, each with its key log (the
lines of SSLKEYLOGFILE). `tls13_dsb` has the secrets inside. `sigcomp`: the same run, with every
message but the first two compressed (RFC 3320).
"""

import datetime as dt
import ssl
import struct
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from .packets import MAC
from .scenario import HERE

OUT: Final = HERE / "wrapped"
START: Final = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z in microseconds
GAP_US: Final = 20_000
UE, PROXY = "192.0.2.10", "192.0.2.1"
UE_PORT, TLS_UE_PORT, SIP, SIPS = 5060, 49_500, 5060, 5061
LISTS: Final = "tls;q=0.2, digest;d-alg=MD5;q=0.1"


@dataclass
class Wire:
    """The packets so far, and what a TCP connection has sent."""

    packets: list[bytes] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)

    def put(self, source: str, target: str, above: Packet) -> None:
        packet = Ether(**MAC) / IP(src=source, dst=target, id=len(self.packets) + 1) / above
        self.packets.append(bytes(packet))

    def udp(self, source: str, target: str, payload: bytes) -> None:
        self.put(source, target, UDP(sport=UE_PORT, dport=SIP) / Raw(payload))

    def tcp(self, source: str, flags: str, payload: bytes = b"") -> None:
        target = PROXY if source == UE else UE
        ports = (TLS_UE_PORT, SIPS) if source == UE else (SIPS, TLS_UE_PORT)
        seq, ack = self.sent.get(source, 1000), self.sent.get(target, 1000)
        header = TCP(sport=ports[0], dport=ports[1], flags=flags, seq=seq,
                     ack=ack if "A" in flags else 0, window=29_200)  # fmt: skip
        self.put(source, target, header / Raw(payload))
        self.sent[source] = seq + len(payload) + ("S" in flags or "F" in flags)

    def pcap(self) -> bytes:
        out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
        for number, data in enumerate(self.packets):
            at = divmod(START + number * GAP_US, 1_000_000)
            out += struct.pack("<IIII", *at, len(data), len(data)) + data
        return out


class Connection:
    """Two ends of TLS in memory, and what they say to one another on the wire."""

    def __init__(self, wire: Wire, version: ssl.TLSVersion, log: Path) -> None:
        self.wire = wire
        self.ends = {}
        with tempfile.TemporaryDirectory() as folder:
            context = {UE: _client(version, log), PROXY: _server(version, Path(folder))}
        self.pipes = {end: (ssl.MemoryBIO(), ssl.MemoryBIO()) for end in (UE, PROXY)}
        for end, (inbound, outbound) in self.pipes.items():
            self.ends[end] = context[end].wrap_bio(
                inbound, outbound, server_side=end == PROXY,
                server_hostname=None if end == PROXY else "proxy.example.com",
            )  # fmt: skip

    def open(self) -> None:
        self.wire.tcp(UE, "S")
        self.wire.tcp(PROXY, "SA")
        self.wire.tcp(UE, "A")
        done: set[str] = set()
        while len(done) < 2:
            for end, tls in self.ends.items():
                try:
                    tls.do_handshake()
                    done.add(end)
                except ssl.SSLWantReadError:
                    pass
                self.flush(end)

    def say(self, end: str, payload: bytes) -> None:
        self.ends[end].write(payload)
        self.flush(end)

    def flush(self, end: str) -> None:
        other = PROXY if end == UE else UE
        records = self.pipes[end][1].read()
        for at in range(0, len(records), 1400):
            self.wire.tcp(end, "PA", records[at : at + 1400])
        if records:
            self.pipes[other][0].write(records)

    def close(self) -> None:
        self.wire.tcp(UE, "FA")
        self.wire.tcp(PROXY, "FA")


def _client(version: ssl.TLSVersion, log: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    context.keylog_filename = str(log)
    return context


def _server(version: ssl.TLSVersion, folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "proxy.example.com")])
    since = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(since).not_valid_after(since + dt.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "server.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = version
    context.load_cert_chain(path)
    return context


def message(start: str, cseq: int, via: str, *headers: str, comp: str = "") -> bytes:
    method = "OPTIONS"
    lines = [
        start, f"Via: SIP/2.0/{via} {UE}:{UE_PORT}{comp};branch=z9hG4bKtls{cseq}",
        "From: <sip:alice@example.com>;tag=a1", "To: <sip:example.com>", "Call-ID: tls-run@sample",
        f"CSeq: {cseq} {method}", *headers, "Content-Length: 0",
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode()


DEMAND: Final = ("Max-Forwards: 70", "Require: sec-agree", "Proxy-Require: sec-agree")
REQUEST: Final = "OPTIONS sip:example.com SIP/2.0"
OFFER: Final = message(REQUEST, 1, "UDP", *DEMAND, "Security-Client: tls, digest")
CHALLENGE: Final = message(
    "SIP/2.0 494 Security Agreement Required", 1, "UDP", "Require: sec-agree",
    f"Security-Server: {LISTS}",
)  # fmt: skip
VERIFY: Final = message(REQUEST, 2, "TLS", *DEMAND, f"Security-Verify: {LISTS}")
RESULT: Final = message("SIP/2.0 200 OK", 2, "TLS")
# two messages in one TLS record, as a burst looks
LATER: Final = message(REQUEST, 3, "TLS", *DEMAND, f"Security-Verify: {LISTS}")
LATEST: Final = message(REQUEST, 4, "TLS", *DEMAND, f"Security-Verify: {LISTS}")


def build(version: ssl.TLSVersion, log: Path) -> bytes:
    wire = Wire()
    wire.udp(UE, PROXY, OFFER)
    wire.udp(PROXY, UE, CHALLENGE)
    connection = Connection(wire, version, log)
    connection.open()
    connection.say(UE, VERIFY)
    connection.say(PROXY, RESULT)
    connection.say(UE, LATER + LATEST)
    connection.close()
    return wire.pcap()


# UDVM code (RFC 3320 9) that gives out what comes in: INPUT-BYTES 1, OUTPUT, JUMP back; at the end
# of the input END-MESSAGE. It is uploaded to address 128 with every message.
UDVM: Final = bytes.fromhex("1c01200b 222001 1680fff9 2300000000000000")


def compressed(message: bytes) -> bytes:
    """A SigComp message that brings its decompressor along (RFC 3320 7)."""
    return b"\xf8" + (len(UDVM) << 4 | 1).to_bytes(2) + UDVM + message


def sigcomp() -> bytes:
    lists = "digest;d-alg=MD5;q=0.1"
    offer = message(REQUEST, 1, "UDP", *DEMAND, "Security-Client: digest", comp=";comp=sigcomp")
    status = "SIP/2.0 494 Security Agreement Required"
    challenge = message(status, 1, "UDP", "Require: sec-agree", f"Security-Server: {lists}")
    credentials = (
        'Authorization: Digest username="alice",realm="example.com",nonce="00",'
        'uri="sip:example.com",response="00000000000000000000000000000000"'
    )
    verify = message(REQUEST, 2, "UDP", *DEMAND, f"Security-Verify: {lists}", credentials)
    wire = Wire()
    wire.udp(UE, PROXY, offer)
    wire.udp(PROXY, UE, challenge)
    wire.udp(UE, PROXY, compressed(verify))
    wire.udp(PROXY, UE, compressed(message("SIP/2.0 200 OK", 2, "UDP")))
    return wire.pcap()


SAMPLES: Final = {"tls12": ssl.TLSVersion.TLSv1_2, "tls13": ssl.TLSVersion.TLSv1_3}


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for name, version in SAMPLES.items():
        log = OUT / f"{name}.keys"
        log.unlink(missing_ok=True)
        capture = OUT / f"{name}.pcap"
        capture.write_bytes(build(version, log))
    (OUT / "sigcomp.pcap").write_bytes(sigcomp())
    # the same with the secrets inside (a Decryption Secrets Block)
    subprocess.run(  # noqa: S603
        [which("editcap") or "editcap", "--inject-secrets", f"tls,{OUT / 'tls13.keys'}",
         OUT / "tls13.pcap", OUT / "tls13_dsb.pcapng"], check=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
