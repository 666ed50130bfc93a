"""Against the DNS messages that scapy builds."""

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR, DNSRR, DNSRRNAPTR, DNSRRSRV

from analyzer.flows.dns import read_dns

NAME = "ims.mnc001.mcc001.3gppnetwork.org"


def question(kind: str) -> DNSQR:
    return DNSQR(qname=NAME, qtype=kind)


def test_a_question() -> None:
    found = read_dns(bytes(DNS(id=77, qd=question("NAPTR"))))
    assert found is not None
    assert (found.number, found.name, found.type, found.code) == (77, NAME, "NAPTR", -1)


def test_a_name_that_does_not_exist() -> None:
    found = read_dns(bytes(DNS(id=77, qr=1, rcode=3, qd=question("A"))))
    assert found is not None
    assert (found.type, found.code, found.targets) == ("A", 3, ())


def test_addresses_behind_an_alias() -> None:
    answers = [
        DNSRR(rrname=NAME, type="CNAME", rdata="pcscf.example.org"),
        DNSRR(rrname="pcscf.example.org", type="A", rdata="192.0.2.1"),
        DNSRR(rrname="pcscf.example.org", type="AAAA", rdata="2001:db8::1"),
    ]
    found = read_dns(bytes(DNS(qr=1, qd=question("A"), an=answers, ancount=3)))
    assert found is not None
    assert found.targets == ("pcscf.example.org", "192.0.2.1", "2001:db8::1")


def test_services() -> None:
    naptr = DNSRRNAPTR(
        rrname=NAME, order=10, preference=50, flags=b"s", services=b"SIP+D2U", regexp=b"",
        replacement=f"_sip._udp.{NAME}",
    )  # fmt: skip
    found = read_dns(bytes(DNS(qr=1, qd=question("NAPTR"), an=[naptr], ancount=1)))
    assert found is not None
    assert found.targets == (f"_sip._udp.{NAME}",)
    srv = DNSRRSRV(rrname=NAME, priority=1, weight=2, port=5061, target="pcscf01.example.org")
    found = read_dns(bytes(DNS(qr=1, qd=question("SRV"), an=[srv], ancount=1)))
    assert found is not None
    assert found.targets == ("pcscf01.example.org:5061",)


def test_names_that_point_to_themselves_end() -> None:
    looped = bytes(DNS(qd=question("A")))[:12] + b"\xc0\x0c" + b"\0\1\0\1"
    assert read_dns(looped) is None


@given(st.binary(max_size=200), st.integers(0, 40))
def test_never_raises(data: bytes, kept: int) -> None:
    read_dns(data)
    read_dns(bytes(DNS(qr=1, qd=question("SRV"), ancount=9))[:kept] + data)
