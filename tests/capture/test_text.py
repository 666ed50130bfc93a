"""SIP in text files: what a log of a sample says is what the sample says."""

import gzip
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.capture import Packet, open_captures
from analyzer.capture.text import Clock, messages
from analyzer.pipeline import Conductor
from analyzer.report.model import Report
from analyzer.report.text import TextOptions, to_text
from analyzer.sip import SipMessage
from tests.captures import SAMPLES, analysed

SECOND = 1_000_000_000


def heard(name: str) -> list[SipMessage]:
    conductor = Conductor()
    conductor.messages = []
    for item in open_captures([str(SAMPLES / "pcaps" / f"{name}.pcap")]):
        conductor.feed(item)
    conductor.finish()
    return conductor.messages


def stamp(time: int) -> str:
    return f"{datetime.fromtimestamp(time // SECOND, UTC):%Y-%m-%d %H:%M:%S}.{time % SECOND:09}"


def plain(number: int, one: SipMessage) -> bytes:
    return one.raw.replace(b"\r\n", b"\n") + b"\n\n"


def stamped(number: int, one: SipMessage) -> bytes:
    return f"\n---- {stamp(one.time)} UE -> P-CSCF ----\n".encode() + one.raw + b"\r\n"


def prefixed(number: int, one: SipMessage) -> bytes:
    head = f"{stamp(one.time)} sip[{number}]: ".encode()
    lines = one.raw.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    return b"".join(head + line + b"\n" for line in lines)


def syslog(number: int, one: SipMessage) -> bytes:
    when = datetime.fromtimestamp(one.time // SECOND, UTC)
    return f"{when:%b %d %H:%M:%S} proxy: ".encode() + one.raw.replace(b"\r\n", b"#015#012") + b"\n"


def asterisk(number: int, one: SipMessage) -> bytes:
    head = f"[{stamp(one.time)}] <--- SIP read from UDP:192.0.2.10:5060 --->\n".encode()
    return (
        head + one.raw.replace(b"\r\n", b"\n") + b"<------------->\n--- (9 headers 0 lines) ---\n"
    )


FORMS: dict[str, Callable[[int, SipMessage], bytes]] = {
    "blank lines": plain,
    "time stamps": stamped,
    "prefixes": prefixed,
    "syslog": syslog,
    "asterisk": asterisk,
}


def text_of(name: str, form: Callable[[int, SipMessage], bytes]) -> bytes:
    return b"".join(form(number, one) for number, one in enumerate(heard(name)))


def shown(report: Report) -> str:
    stream = io.StringIO()
    to_text(report, stream, TextOptions(verbose=True))
    return stream.getvalue()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["ok_udp_null", "ver_05_fires", "chl_07_fires"])
def test_a_log_gives_the_messages_of_the_capture(name: str, form: str) -> None:
    found = [one.octets for one in messages(iter([text_of(name, FORMS[form])]))]
    assert found == [one.raw for one in heard(name)]


@pytest.mark.parametrize("form", FORMS)
def test_a_healthy_registration_in_a_log_is_healthy(form: str) -> None:
    report = analysed(text_of("ok_udp_null", FORMS[form]))
    (capture,) = report.captures
    assert (capture.format, capture.link_types, capture.problems) == ("text", ["text"], [])
    assert capture.packets == capture.sip_sightings == len(heard("ok_udp_null"))
    (one,) = report.exchanges
    assert one.registration is not None
    assert (one.registration.state, one.outcome) == ("registered", "agreed")
    assert one.coverage.synthetic
    assert [finding.rule for finding in report.findings if finding.effect != "none"] == []
    said = " ".join(shown(report).split())
    assert "addresses are synthetic; frames are lines of the text" in said
    assert "tshark" not in shown(report)


def test_what_is_wrong_with_the_lists_is_found_in_a_log() -> None:
    report = analysed(text_of("ver_05_fires", stamped))
    assert "VER-05" in {finding.rule for finding in report.findings}


def test_rules_about_how_messages_travelled_are_not_checked() -> None:
    """What a sample shows of requests in clear, a text of it cannot show."""
    for name, rule in (("prt_01_fires", "PRT-01"), ("prt_07_fires", "PRT-07")):
        path = SAMPLES / "pcaps" / f"{name}.pcap"
        assert rule in {finding.rule for finding in analysed(path.read_bytes()).findings}
        report = analysed(text_of(name, stamped))
        assert rule not in {finding.rule for finding in report.findings}


def test_the_frame_is_the_line() -> None:
    text = b"\n\nlog begins\n" + text_of("ok_udp_null", stamped)
    lines = text.split(b"\n")
    captures = open_captures([io.BytesIO(text)])
    packets = [one for one in captures if isinstance(one, Packet)]
    assert len(packets) == len(heard("ok_udp_null"))
    for packet, one in zip(packets, heard("ok_udp_null"), strict=True):
        assert one.raw.startswith(lines[packet.frame - 1].rstrip(b"\r"))
        assert packet.time == one.time


def test_pieces_of_any_size_give_the_same() -> None:
    text = text_of("ok_udp_null", prefixed)
    whole = list(messages(iter([text])))
    for size in (1, 7, 100, 1460):
        assert list(messages(text[at : at + size] for at in range(0, len(text), size))) == whole


def test_utf_16_and_compression() -> None:
    text = text_of("ok_udp_null", stamped)
    whole = [one.octets for one in messages(iter([text]))]
    for order, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        wide = mark + text.decode().encode(order)
        pieces = (wide[at : at + 999] for at in range(0, len(wide), 999))
        assert [one.octets for one in messages(pieces)] == whole
    report = analysed(gzip.compress(text))
    assert report.captures[0].format == "text+gzip"


@pytest.mark.parametrize(
    ("texts", "seconds"),
    [
        (["2026-01-02T03:04:05Z"], [1767323045]),
        (["2026/01/02 03:04:05.5 +0100"], [1767319445.5 + 3600]),  # the zone stands apart
        (["2026-01-02 03:04:05+01:00"], [1767319445]),
        (["23:59:59.25", "00:00:01"], [86399.25, 86401]),
        (["Jan  2 03:04:05 host proxy[7]:"], [11045]),
        (["2026-13-02 03:04:05"], [0]),
        (["99:99:99"], [0]),
        (["2026-01-02 03:04:05 started 01:02:03"], [1767323045]),
    ],
)
def test_times(texts: list[str], seconds: list[float]) -> None:
    clock = Clock()
    found = []
    for text in texts:
        clock.read(text.encode())
        found.append(clock.tick() / SECOND)
    assert found == pytest.approx(seconds)


def test_what_speaks_of_sip_is_no_message() -> None:
    text = b"We sent REGISTER sip:a SIP/2.0\nand got SIP/2.0 403 Forbidden\n\nnothing else\n"
    assert list(messages(iter([text]))) == []
    captures = open_captures([io.BytesIO(text)])
    assert list(captures) == []
    (info,) = captures.infos
    assert info.unreadable
    assert [(one.kind, one.detail) for one in info.problems] == [
        ("not-a-capture", "text without a SIP message")
    ]


def test_a_folder_is_not_searched_for_texts(tmp_path: Path, wire: Any) -> None:
    (tmp_path / "a.pcap").write_bytes((SAMPLES / "pcaps" / "ok_udp_null.pcap").read_bytes())
    (tmp_path / "notes.txt").write_bytes(text_of("ok_udp_null", plain))
    assert [info.format or info.path[-6:] for info in open_captures([str(tmp_path)]).infos] == [
        "a.pcap"
    ]
    assert len(open_captures([str(tmp_path / "*")]).infos) == 2


def test_a_message_as_long_as_the_file_is_cut() -> None:
    text = b"REGISTER sip:a SIP/2.0\nVia: SIP/2.0/UDP a\n" + b"X: y\n" * 100_000
    (one,) = messages(iter([text]))
    assert one.cut
    assert len(one.octets) < limits.MESSAGE


@given(st.binary(max_size=300))
def test_any_octets(data: bytes) -> None:
    for text in (data, b"REGISTER sip:a SIP/2.0\nVia:" + data, b"\xff\xfe" + data):
        for packet in open_captures([io.BytesIO(text)]):
            assert isinstance(packet, object)


@pytest.mark.parametrize("suffix", [".qmdl", ".dlf", ".hdf", ".ISF"])
def test_logs_of_modems_have_to_be_exported(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"log{suffix}"
    path.write_bytes(b"\x10\x00\x00\x00" + bytes(range(256)))
    captures = open_captures([str(path)])
    assert list(captures) == []
    (info,) = captures.infos
    assert info.unreadable
    assert "export-first" in [problem.kind for problem in info.problems]
