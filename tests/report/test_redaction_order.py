"""A name that is learned late is left in nothing that was told before: every format, in any order,
and what the commands print."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from analyzer import analyze
from analyzer.report import formats, redaction
from analyzer.report.model import Identity, Report
from analyzer.report.redaction import Pseudonyms, names_of, redact
from analyzer.report.text import TextOptions
from tests.benchmarks.wire import UDP, ethernet, ipv4, udp
from tests.captures import SECOND, pcap
from tests.report.test_html import opened, strings

UE, PCSCF = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1))
NUMBER, PHONE, PERSON = "4915112345678", "490154203237518", "Jane Doe"
SUBSCRIBER = "262011234567890"

HEAD = f"""\
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1
From: <sip:{SUBSCRIBER}@ims.example>;tag=1
To: <sip:{SUBSCRIBER}@ims.example>
Call-ID: {NUMBER}-abc-{PHONE[:14]}
CSeq: 1 REGISTER
"""
REGISTER = f"""\
REGISTER sip:ims.example SIP/2.0
{HEAD}\
Contact: <sip:+49-151-12345678@192.0.2.10>;+sip.instance="<urn:gsma:imei:49015420-323751-8>", \
<mailto:jane.doe@example.com>
User-Agent: phone {NUMBER}
Require: sec-agree
Proxy-Require: sec-agree
Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;spi-c=1;spi-s=2;port-c=3;port-s=4;y={NUMBER}
Authorization: Digest username="{SUBSCRIBER}@ims.example",realm="ims.example",nonce="",uri="sip:x"
Content-Length: 0

"""
REFUSAL = f"""\
SIP/2.0 403 Forbidden for {PERSON}
{HEAD}\
Warning: 399 pcscf "Subscriber {PERSON}
 is unknown", 399 pcscf {PERSON}
Reason: SIP;cause=403;text="user {PERSON} barred"
X-Note: about {PERSON}
Content-Length: 0

"""
SECRETS = (NUMBER, NUMBER[2:], PHONE, PHONE[:14], SUBSCRIBER, PERSON, "jane.doe", "151-1234")


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A refusal; its path names the subscriber too."""
    path = tmp_path / f"{NUMBER}.pcap"
    records = []
    for number, (source, target, text) in enumerate(((UE, PCSCF, REGISTER), (PCSCF, UE, REFUSAL))):
        octets = text.replace("\n", "\r\n").encode()
        frame = ethernet(ipv4(source, target, UDP, udp(source, target, 5060, 5060, octets)))
        records.append(((1_770_000_000 + number) * SECOND, frame))
    path.write_bytes(pcap(records))
    return path


class _Kept(io.BytesIO):
    """A stream that can be read when it was closed."""

    def close(self) -> None:
        pass


def written(report: Report, form: str) -> str:
    stream = _Kept()
    formats.named(form).write(report, stream, TextOptions(verbose=True))
    return stream.getvalue().decode()


def clear(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("form", formats.NAMES)
def test_no_format_tells_what_a_later_one_learns(capture: Path, form: str) -> None:
    text = written(redact(analyze([str(capture)])), form)
    if form == "html":
        text += "\n".join(strings(opened(text)))
    assert clear(text) == []
    assert "403" in text


def test_all_formats_name_alike(capture: Path) -> None:
    """The name of the Call-ID is the one that the message of the page has."""
    report = redact(analyze([str(capture)]))
    (exchange,) = report.exchanges
    assert exchange.call_id is not None
    page = written(report, "html")
    assert f"Call-ID: {exchange.call_id}" in "\n".join(strings(opened(page)))
    assert exchange.call_id in written(report, "jsonl")


@pytest.mark.parametrize(
    "words",
    [(), ("-o", "out.txt", "-o", "out.html"), ("-o", "out.json", "-q"), ("--format", "markdown")],
)
def test_what_is_printed(
    capture: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(capture.parent)
    result = run(capture, "--redact", *words)
    assert result.exit_code == 1
    assert clear(result.stdout) == []
    assert clear(result.stderr) == []


@pytest.mark.parametrize(
    "words", [("show",), ("dissect", "--frame", "1"), ("dissect", "--frame", "2")]
)
def test_what_other_commands_print(capture: Path, words: tuple[str, ...]) -> None:
    command, *rest = words
    result = run(command, capture, "--redact", *rest)
    assert clear(result.output) == []


def run(*words: object) -> Any:
    from click.testing import CliRunner

    from analyzer.cli import main

    return CliRunner().invoke(main, [str(one) for one in words])


def test_a_frozen_name_is_no_new_one(capture: Path) -> None:
    names = names_of(analyze([str(capture)]))
    assert names.text("sip:stranger@x and sip:other@x") == "sip:user-0@x and sip:user-0@x"


def test_beyond_the_bound_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "REDACTED", 1)
    names = Pseudonyms()
    names.learn(Identity(imsi=SUBSCRIBER, msisdn=NUMBER))
    text = names.text(f"{SUBSCRIBER} sip:{NUMBER}@x {NUMBER} port 5060")
    assert clear(text) == []
    assert text.endswith(" port 5060")
