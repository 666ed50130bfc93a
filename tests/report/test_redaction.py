"""What is left of a message when nobody is to be named."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer import analyze
from analyzer.report.redacted_rows import LEFT_OUT, known_rows
from analyzer.report.redaction import Pseudonyms, redact
from tests.report.test_html import html, opened, strings

MESSAGE = """\
REGISTER sip:ims.example SIP/2.0
f: Bob Miller <sip:bob@ims.example>;tag=1
To: "Bob \\"B\\"
 Miller" <sip:bob@ims.example>
Contact: <sip:192.0.2.10:5060>;+sip.instance="<urn:gsma:imei:35824005-123456-0>"
m: <sip:192.0.2.10>;+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"
X-Phone: secret one
 secret two
Security-Verify: ipsec-3gpp;spi-c=1
Authorization: Digest username="bob", realm="ims.example"
P-Asserted-Identity: "Bob" <sip:bob@ims.example>, Bobby <tel:+4915112345678>
Subject: secret three
no colon, secret four

secret five
"""


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_names_and_what_may_hold_them_are_left_out(end: str) -> None:
    text = Pseudonyms().text(known_rows(MESSAGE.replace("\n", end)))
    for wanted in ("bob", "Bob", "Miller", "35824005", "f81d4fae", "secret", "4915112345678"):
        assert wanted not in text
    assert "Security-Verify: ipsec-3gpp;spi-c=1" in text
    assert text.count("user-1@ims.example") == 3
    assert f"X-Phone: {LEFT_OUT}" in text
    assert text.endswith(LEFT_OUT)


def test_a_message_without_a_body_gets_none() -> None:
    assert known_rows("SIP/2.0 200 OK\r\nVia: x\r\n\r\n") == "SIP/2.0 200 OK\r\nVia: x\r\n\r\n"


@pytest.mark.parametrize(
    "path",
    [
        "samples/pcaps/ok_emergency.pcap",
        "samples/pcaps/ok_tls.pcap",
        "samples/pcaps/ok_digest_register.pcap",
        "samples/real/08_udp_calls_any.pcap",
        "samples/real/41_thirdparty_ue_v6_unmodified_order_gm.pcap",
    ],
)
def test_no_identity_is_left_in_a_redacted_page(project: Path, path: str) -> None:
    report = analyze([str(project / path)])
    page = html(redact(report))
    whole = page + "\n".join(strings(opened(page)))
    found = [one.identity for one in report.exchanges]
    assert found
    for identity in found:
        named = (identity.imsi, identity.imei, identity.msisdn, identity.cell, identity.impi)
        for name in filter(None, named):
            assert name.lstrip("+") not in whole
            assert name.replace("-", "") not in whole
