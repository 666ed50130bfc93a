"""ICMP, DNS, IKE and TLS are read in Lua as `flows/` reads them, whatever the octets are."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR, DNSRR, DNSRRNAPTR, DNSRRSRV
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrHopByHop

from analyzer.capture.packet import Packet
from analyzer.flows.dns import read_dns
from analyzer.flows.ike import read_ike
from analyzer.flows.signals import icmp_signal
from analyzer.flows.tls import read_tls
from tests.captures import SAMPLES
from tests.wireshark.plugin.modules import VERSIONS, Lua

SIP = b"OPTIONS sip:a SIP/2.0\r\n\r\n"


@pytest.fixture(scope="module", params=VERSIONS)
def lua(request: pytest.FixtureRequest) -> Lua:
    return Lua(request.param)


def octets(data: bytes) -> str:
    return data.decode("latin-1")


def table(found: Any) -> Any:
    """A Lua table as Python has it; lists have `n`, or are numbered."""
    if not hasattr(found, "keys"):
        return found
    keys = list(found.keys())
    if "n" in keys or all(isinstance(key, int) for key in keys):
        return [table(found[at + 1]) for at in range(found["n"] if "n" in keys else len(keys))]
    return {key: table(found[key]) for key in keys}


def icmp_in_python(version: int, data: bytes) -> Any:
    found = icmp_signal(Packet(0, 1, 0, 0, "", b"\1" * 4, b"\2" * 4, version, data))
    if found is None:
        return None
    return {
        "name": found.detail, "src": octets(found.src), "dst": octets(found.dst),
        "sport": found.sport, "dport": found.dport, "spi": found.spi,
    }  # fmt: skip


def dns_in_python(data: bytes) -> Any:
    found = read_dns(data)
    if found is None:
        return None
    return {
        "number": found.number, "name": found.name, "type": found.type, "code": found.code,
        "targets": list(found.targets),
    }  # fmt: skip


def ike_in_python(data: bytes) -> Any:
    found = read_ike(data)
    if found is None:
        return None
    return {
        "initiator": octets(found.initiator), "exchange": found.exchange,
        "response": found.response, "error": found.error,
    }  # fmt: skip


def tls_in_python(data: bytes) -> Any:
    told = {
        "client-hello": ("version", "name"), "server-hello": ("version", "cipher"),
        "alert": ("alert", "fatal"), "data": ("size",),
    }  # fmt: skip
    return [
        {"kind": one.kind, **{name: getattr(one, name) for name in told[one.kind]}}
        for one in read_tls(data)
    ]


def check_icmp(lua: Lua, data: bytes) -> None:
    read = lua.module("wireshark.quoted").read
    for name, version in (("icmp", 1), ("icmpv6", 58)):
        assert table(read(name, octets(data))) == icmp_in_python(version, data)


def check_dns(lua: Lua, data: bytes) -> None:
    address = lua.module("agreement.naming").address_text
    found = lua.module("wireshark.dns").read(octets(data), address)
    assert table(found) == dns_in_python(data)


def check_ike(lua: Lua, data: bytes) -> None:
    assert table(lua.module("wireshark.ike").read(octets(data))) == ike_in_python(data)


def check_tls(lua: Lua, data: bytes) -> None:
    assert table(lua.module("wireshark.tls").read(octets(data))) == tls_in_python(data)


CHECKS = {"icmp": check_icmp, "dns": check_dns, "ike": check_ike, "tls": check_tls}


def icmp_errors() -> Iterator[bytes]:
    inner = IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=5060, dport=5062) / SIP
    six = IPv6(src="2001:db8::1", dst="2001:db8::2")
    esp = IP(src="192.0.2.1", dst="192.0.2.2", proto=50) / (b"\xff\xff\xff\xfe" + bytes(8))
    for kind, code in ((3, 3), (3, 4), (3, 12), (11, 0), (12, 0), (4, 0), (8, 0)):
        yield bytes(ICMP(type=kind, code=code, nexthopmtu=1280) / inner)
        yield bytes(ICMP(type=kind, code=code) / esp)
    for kind, code in ((1, 0), (1, 4), (1, 9), (2, 0), (2, 48), (3, 1), (4, 2), (128, 0)):
        head = bytes([kind, code, 0, 0, 0, 0, 5, 0])
        yield head + bytes(six / UDP(sport=5060, dport=5062) / SIP)
        yield head + bytes(six / IPv6ExtHdrHopByHop() / UDP(sport=1, dport=2) / SIP)


def dns_messages() -> Iterator[bytes]:
    name = "pcscf.ims.mnc001.mcc001.3gppnetwork.org"
    yield bytes(DNS(id=7, qd=DNSQR(qname=name, qtype="AAAA")))
    yield bytes(DNS(id=7, qr=1, rcode=3, qd=DNSQR(qname=name, qtype="NAPTR")))
    answers = [
        DNSRR(rrname=name, type="A", rdata="192.0.2.1"),
        DNSRR(rrname=name, type="AAAA", rdata="2001:db8::1"),
        DNSRR(rrname=name, type="CNAME", rdata="other.example"),
        DNSRRSRV(rrname=name, target="one.example", port=5060),
        DNSRRNAPTR(rrname=name, flags="s", services="SIP+D2U", replacement="_sip._udp.example"),
    ]
    for count in range(1, len(answers) + 1):
        yield bytes(DNS(id=9, qr=1, ancount=count, qd=DNSQR(qname=name), an=answers[:count]))


def udp_payloads(name: str) -> Iterator[bytes]:
    from scapy.utils import rdpcap

    for packet in rdpcap(str(SAMPLES / "pcaps" / name)):
        if UDP in packet:
            yield bytes(packet[UDP].payload)


def tls_segments() -> Iterator[bytes]:
    from scapy.layers.inet import TCP
    from scapy.utils import rdpcap

    for name in ("pcaps/ok_tls.pcap", "pcaps/beside_tls_alert.pcap", "wrapped/tls13.pcap"):
        for packet in rdpcap(str(SAMPLES / name)):
            if TCP in packet and len(packet[TCP].payload):
                yield bytes(packet[TCP].payload)
                yield bytes(packet[TCP].payload).replace(b"example", b"ex\x80mple")


SEEDS = {
    "icmp": list(icmp_errors()),
    "dns": [*dns_messages(), *udp_payloads("beside_dns_nxdomain.pcap")],
    "ike": list(udp_payloads("beside_ike_refused.pcap")),
    "tls": list(tls_segments()),
}


@pytest.mark.parametrize("kind", CHECKS)
def test_what_is_well_formed(lua: Lua, kind: str) -> None:
    assert SEEDS[kind]
    for data in SEEDS[kind]:
        CHECKS[kind](lua, data)


@pytest.mark.parametrize("kind", CHECKS)
def test_what_is_not(lua: Lua, kind: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def holds(draw: st.DataObject) -> None:
        data = bytearray(draw.draw(st.sampled_from(SEEDS[kind]) | st.binary(max_size=80)))
        for _ in range(draw.draw(st.integers(0, 4))):
            if data:
                data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
        CHECKS[kind](lua, bytes(data[: draw.draw(st.integers(0, len(data)))]))

    holds()
