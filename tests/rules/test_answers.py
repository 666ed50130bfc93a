"""Answers to a challenge that are as due, and ports that are read a short way."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.agreement.place import Place
from analyzer.flows.datagram import Datagram
from analyzer.pipeline import Settings, analyze
from analyzer.rules import answers
from analyzer.rules.subjects import wire
from analyzer.sip.headers import parse_head
from analyzer.sip.message import SipMessage
from tests.captures import SAMPLES
from tests.rules.altering import alter_messages

IPV4 = SAMPLES / "real" / "02_udp_null_md5_gm.pcap"
IPV6 = SAMPLES / "real" / "29_udp6_aes_sha1_any.pcap"
OTHERS = {
    "user": (rb'username="', rb'username="x'),
    "realm": (rb'realm="', rb'realm="x'),
    "nonce": (rb'(?<!c)nonce="', rb'nonce="AAAA'),
    "URI": (rb'(?<=[ ,])uri="', rb'uri="x'),
    "number": (rb"CSeq: *\d+", rb"CSeq: 1"),
    "port of the Via": (rb"(Via: \S+ \S+):\d+;", rb"\1:9;"),
    "port of the Contact": (rb"(Contact: <sip:[^>]+):\d+", rb"\1:9"),
}


@pytest.fixture
def judged(monkeypatch):
    """Whether the answers of a capture are as due, what asks for it as it is."""
    said: list[bool] = []

    def asked(place: Place) -> bool:
        said.append(answers.is_as_due(place))
        return said[-1]

    monkeypatch.setattr("analyzer.rules.forms.is_as_due", asked)

    def of(capture: Any) -> list[bool]:
        said.clear()
        analyze([str(capture)], Settings(jobs=1))
        return said

    return of


@pytest.mark.parametrize("capture", [IPV4, IPV6], ids=lambda path: path.stem)
def test_the_answer_of_a_healthy_run_is_as_due(capture, judged):
    said = judged(capture)
    assert said
    assert all(said)


@pytest.mark.parametrize("name", OTHERS)
def test_one_with_another_value_is_not(name, judged, monkeypatch):
    pattern, other = OTHERS[name]
    changed = []

    def altered(octets: bytes) -> bytes:
        if b"\r\nSecurity-Verify:" in octets and octets.startswith(b"REGISTER"):
            octets, count = re.subn(pattern, other, octets)
            changed.append(count)
        return octets

    alter_messages(monkeypatch, altered)
    said = judged(IPV4)
    assert any(changed)
    assert said
    assert not any(said)


def test_nor_is_one_that_comes_late(judged, monkeypatch):
    monkeypatch.setattr("analyzer.rules.answers.FORM_PROMPT", 0)
    said = judged(IPV4)
    assert said
    assert not any(said)


pieces = st.sampled_from(
    [
        *(
            "<sip:",
            "sip:",
            "x@",
            "192.0.2.1",
            "192.0.2.2",
            ":5060",
            ":0",
            ":99999",
            ":05",
            ">",
            ";",
            " ",
        ),
        *(
            "SIP/2.0/UDP ",
            "host.example",
            "[2001:db8::1]",
            ";branch=z9hG4bK1",
            ",",
            '"a" ',
            "\r\n ",
        ),
    ]
)
usual = st.builds(
    "{}192.0.2.{}:{}{}".format,
    st.sampled_from(["SIP/2.0/UDP ", "<sip:", "<sip:+1.a-b@", "\t<sip:", " SIP/2.0/TCP "]),
    st.integers(1, 2),
    st.integers(0, 70_000),
    st.sampled_from([">", ">;expires=1", ";branch=z9hG4bK1", ";lr>", "\r\n >"]),
)


@given(st.one_of(st.lists(pieces, max_size=9).map("".join), usual))
def test_ports_read_a_short_way_are_those_read_in_full(value):
    raw = f"REGISTER sip:a SIP/2.0\r\nVia: {value}\r\nm:{value}\r\n\r\n".encode()
    head = parse_head(raw)
    origin = Datagram(0, 1, 0, 0, "ip", bytes([192, 0, 2, 1]), bytes(4), 1, 2, "udp", raw)
    message = SipMessage(head, raw, origin, (), False)
    short = wire.via_port(message), wire.contact_port(message)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "_USUAL_VIA", re.compile(b"(?!)"))
        patch.setattr(wire, "_USUAL_CONTACT", re.compile(b"(?!)"))
        assert short == (wire.via_port(message), wire.contact_port(message))
