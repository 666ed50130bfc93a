"""What is fuzzed: functions of octets that must neither raise nor hang, whatever they are given.

A name here has a folder of seeds in `corpus/`. `run` drives one of them under coverage, and
`test_corpus` replays all seeds in every test run.
"""

import io
from collections.abc import Callable, Iterator
from struct import Struct
from typing import Final

from analyzer import limits
from analyzer.agreement.comparison import compare
from analyzer.agreement.security_list import parse_list
from analyzer.capture import Packet, open_captures
from analyzer.capture.anatomy import of_frame
from analyzer.capture.decap import LAYERS, decapsulate, decapsulate_ip
from analyzer.capture.problems import Problems
from analyzer.capture.records import read_records
from analyzer.capture.text import messages, packet
from analyzer.capture.walk import Walk
from analyzer.flows import Flows
from analyzer.flows.datagram import Datagram
from analyzer.keys.sa_table import SaTable
from analyzer.report import formats
from analyzer.report.dissect.frame import Source
from analyzer.report.dissect.hexdump import hexdump
from analyzer.report.dissect.hidden import key_spans, merged
from analyzer.report.dissect.layers import layer_nodes
from analyzer.report.dissect.message import message_tree
from analyzer.report.json_writer import to_json
from analyzer.report.layout import WIDTH
from analyzer.report.text import TextOptions, to_text
from analyzer.sip import SipMessage, SipReader
from analyzer.sip.digest import parse_auts, parse_challenges, parse_credentials
from tests.captures import analysed, pcap

RAW_IP: Final = 101
LINKS: Final = sorted(number for space, number in LAYERS if space == "link")
SIZES: Final = Struct(">H")
HEADERS: Final = ("via", "require", "supported", "contact", "security-server", "www-authenticate")


def records(data: bytes) -> None:
    """The record walk over a whole file, compression and containers before it; its packets."""
    found = [one for one in open_captures([io.BytesIO(data)]) if isinstance(one, Packet)]
    assert [one.frame for one in found] == sorted(one.frame for one in found)
    walk = Walk(io.BytesIO(data), Problems([]), every=True)
    assert sum(1 for _ in read_records(walk)) + walk.lost <= max(walk.frames, walk.lost)


def layers(data: bytes) -> None:
    """Decapsulation; the first octet chooses the link layer."""
    if not data:
        return
    frame = data[1:]
    found = decapsulate(
        frame,
        LINKS[data[0] % len(LINKS)],
        capture=0,
        frame=1,
        time=0,
        interface=0,
        cut=bool(data[0] & 0x80),
        problems=Problems([]),
    )
    if found is not None:
        assert frame[found.offset :].startswith(found.data)
        if found.frag_offset < 0:
            decapsulate_ip(found)


def parts(data: bytes) -> Iterator[bytes]:
    """Pieces of it, each with its size before it."""
    at = 0
    while at + 2 <= len(data):
        size = SIZES.unpack_from(data, at)[0] % 1500
        yield data[at + 2 : at + 2 + size]
        at += 2 + size


def packets(data: bytes) -> None:
    """IP packets through fragments, TCP, SCTP and ESP to SIP; each with its size before it."""
    flows, reader = Flows(SaTable()), SipReader()
    for number, frame in enumerate(parts(data), 1):
        found = decapsulate(
            frame,
            RAW_IP,
            capture=0,
            frame=number,
            time=number * limits.SECOND,
            interface=0,
            cut=False,
            problems=Problems([]),
        )
        if found is not None:
            for flow in flows.feed(found):
                if isinstance(flow, Datagram):
                    read(reader.feed(flow))
        flows.advance(number * limits.SECOND)
    for flow in flows.finish():
        if isinstance(flow, Datagram):
            read(reader.feed(flow))
    read(reader.finish())


def sip(data: bytes) -> None:
    """A SIP message in a datagram; all that is read of it later."""
    read(SipReader().feed(datagram(data, "udp")))


def stream(data: bytes) -> None:
    """SIP messages in a TCP direction, in pieces with their size before them."""
    reader = SipReader()
    for part in parts(data):
        read(reader.feed(datagram(part, "tcp")))
    read(reader.finish())


def datagram(data: bytes, transport: str) -> Datagram:
    return Datagram(
        0, 1, 0, 0, "raw/ip", b"\0\0\0\1", b"\0\0\0\2", 5060, 5060,
        "tcp" if transport == "tcp" else "udp", data, stream=1 if transport == "tcp" else -1,
    )  # fmt: skip


def read(found: list[SipMessage]) -> None:
    for one in found:
        assert (one.challenges, one.credentials, one.contact, one.expires) is not None
        assert (one.from_uri, one.from_tag, one.to_uri, one.to_tag) is not None
        assert (one.header_names(), one.sent_by, one.body, repr(one)) is not None
        for name in HEADERS:
            assert (one.rows(name), one.values(name), one.tokens(name)) is not None


def security(data: bytes) -> None:
    """Two Security-* lists, a NUL between them, rows ended by LF; and their comparison."""
    mine, _, theirs = data.decode("utf-8", "surrogateescape").partition("\0")
    lists = [parse_list(text.split("\n")) for text in (mine, theirs)]
    assert all(len(one.elements) <= limits.ELEMENTS for one in lists)
    compare(lists[0], lists[1], (lists[0],))
    assert compare(lists[0], lists[0]).level == "identical"


def digest(data: bytes) -> None:
    """Challenges and credentials with all that is taken apart in them."""
    text = data.decode("utf-8", "surrogateescape")
    for challenge in parse_challenges(text):
        assert (challenge.aka, challenge.aka_nonce) is not None
    credentials = parse_credentials(text)
    if credentials is not None and credentials.auts:
        parse_auts(credentials.auts)


def text(data: bytes) -> None:
    """A text file, in pieces of its own choosing."""
    size = data[0] + 1 if data else 1
    for one in messages(data[at : at + size] for at in range(1, len(data), size)):
        packet(one.octets, one.line, one.time, one.cut, 0)


def whole(data: bytes) -> None:
    """IP packets, each with its size before it, from a capture to its report."""
    frames = [(number * limits.SECOND, part) for number, part in enumerate(parts(data), 1)]
    report = analysed(pcap(frames, RAW_IP))
    to_json(report, io.BytesIO())
    for form in ("markdown", "sarif", "csv", "junit"):
        formats.named(form).write(report, io.BytesIO(), TextOptions(verbose=True))
    shown = io.StringIO()
    to_text(report, shown, TextOptions(verbose=True))
    assert all(len(line) <= WIDTH and line.isprintable() for line in shown.getvalue().split("\n"))


def dissected(data: bytes) -> None:
    """A frame taken apart: its layers, then the payload as a message, whatever it is. The first
    octet chooses the link layer."""
    if not data:
        return
    frame = data[1:]
    found = of_frame(frame, LINKS[data[0] % len(LINKS)])
    fields = list(layer_nodes(frame, found))
    tree = message_tree(frame[found.start : found.end] or frame)
    if tree is not None:
        fields.append(tree.moved(found.start if found.end > found.start else 0))
    source = Source(name="frame", octets=frame, fields=fields)
    source.hidden = merged(key_spans(frame))
    for field in fields:
        for node in field.walk():
            assert 0 <= node.start <= node.start + node.length <= len(frame)
    assert all(line.isascii() and line.isprintable() for line in hexdump(source, colour=False))


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "records": records,
    "layers": layers,
    "packets": packets,
    "sip": sip,
    "stream": stream,
    "security": security,
    "digest": digest,
    "text": text,
    "whole": whole,
    "dissected": dissected,
}
