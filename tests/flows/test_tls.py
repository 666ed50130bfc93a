"""Against what OpenSSL says: handshakes that it makes with itself, in memory."""

import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from analyzer.flows.tls import ALERTS, read_tls, version_name

HOST = "pcscf.ims.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    )
    return path


def shaken(certificate: Path, version: ssl.TLSVersion, trusted: bool) -> tuple[list[bytes], str]:
    """What client and server send in turn, and the cipher suite they agreed on."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for context in (server, client):
        context.minimum_version = context.maximum_version = version
    if trusted:
        client.load_verify_locations(certificate)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        (client.wrap_bio(to_client, to_server, server_hostname=HOST), to_server),
        (server.wrap_bio(to_server, to_client, server_side=True), to_client),
    ]
    sent = []
    for end, out in ends * 3:
        with suppress(ssl.SSLError):  # it wants more, or refuses
            end.do_handshake()
        said = out.read()
        out.write(said)
        sent.append(said)
    agreed = ends[0][0].cipher()
    return sent, "" if agreed is None else agreed[0]


@pytest.mark.parametrize(
    ("version", "name", "cipher"),
    [
        (ssl.TLSVersion.TLSv1_2, "TLS 1.2", 0xC02B),
        (ssl.TLSVersion.TLSv1_3, "TLS 1.3", 0x1302),
    ],
)
def test_hellos(certificate: Path, version: ssl.TLSVersion, name: str, cipher: int) -> None:
    sent, agreed = shaken(certificate, version, trusted=True)
    hello = read_tls(sent[0])[0]
    assert (hello.kind, version_name(hello.version), hello.name) == ("client-hello", name, HOST)
    answer = read_tls(sent[1])[0]
    assert (answer.kind, version_name(answer.version)) == ("server-hello", name)
    # IANA: 0xC02B and 0xC02C are ECDHE-ECDSA with AES-GCM, 0x1301 and 0x1302 AES-GCM of TLS 1.3
    assert "GCM" in agreed
    assert answer.cipher in (cipher, cipher - 1, cipher + 1)


def test_a_client_that_does_not_trust_the_server(certificate: Path) -> None:
    sent, _ = shaken(certificate, ssl.TLSVersion.TLSv1_2, trusted=False)
    alert = read_tls(sent[2])[0]
    assert (alert.kind, alert.fatal, ALERTS[alert.alert]) == ("alert", True, "unknown_ca")


def test_what_is_no_tls() -> None:
    assert read_tls(b"REGISTER sip:ims.example SIP/2.0\r\n") == []
    assert read_tls(b"") == []


def test_a_hello_cut_short_is_not_half_read(certificate: Path) -> None:
    sent, _ = shaken(certificate, ssl.TLSVersion.TLSv1_2, trusted=True)
    for size in range(len(sent[0])):
        read_tls(sent[0][:size])
    assert read_tls(sent[1][:45])[0].cipher == -1


@given(st.binary(max_size=120))
def test_never_raises(data: bytes) -> None:
    read_tls(data)
    read_tls(b"\x16\x03\x03\x00\x70\x02\0\0\x6c" + data)
    read_tls(b"\x16\x03\x03\x00\x70\x01\0\0\x6c" + data)
