"""SIP in UDP payloads and TCP streams (RFC 3261 7.5, 18.3; RFC 5626 3.5.1)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.flows.datagram import Datagram
from analyzer.sip import SipMessage, SipReader
from analyzer.sip.framing import next_start


def message(number: int, body: bytes = b"", length: bytes = b"Content-Length") -> bytes:
    return (
        b"MESSAGE sip:a SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK%d\r\nCall-ID: c\r\n"
        b"CSeq: %d MESSAGE\r\n%s: %d\r\n\r\n%s" % (number, number, length, len(body), body)
    )


THREE = [
    message(1, b"SIP/2.0 200 OK\r\n\r\n"),
    message(2, length=b"l"),
    b"SIP/2.0 200 OK\r\nv: SIP/2.0/TCP h;branch=z9hG4bK1\r\ni: c\r\nCSeq: 1 MESSAGE\r\n\r\n",
]
STREAM = b"\r\n\r\n" + THREE[0] + b"\r\n\r\n" + THREE[1] + THREE[2] + b"\r\n"


def segment(frame: int, payload: bytes, stream: int = 7, **fields: object) -> Datagram:
    values: dict[str, object] = {"stream": stream, "fresh": frame == 1} | fields
    return Datagram(
        0,
        frame,
        frame,
        0,
        "ip/tcp",
        b"1234",
        b"5678",
        1,
        2,
        "tcp",
        payload,
        **values,  # type: ignore[arg-type]
    )


def read(*datagrams: Datagram) -> list[SipMessage]:
    reader = SipReader()
    found = [one for datagram in datagrams for one in reader.feed(datagram)]
    return found + reader.finish()


@pytest.mark.parametrize(
    ("payload", "octets"),
    [
        (b"\r\n\r\n" + THREE[0], THREE[0]),
        (b"\r\n\r\n", b""),
        (b"", b""),
        (b"\x00\x01\x00\x08!\x12\xa4B", b""),
        (b"GET / HTTP/1.1\r\n\r\nSIP/2.0", b""),
    ],
)
def test_udp(payload: bytes, octets: bytes) -> None:
    found = read(Datagram(0, 1, 1, 0, "ip/udp", b"1234", b"5678", 1, 2, "udp", payload))
    assert [one.raw for one in found] == ([octets] if octets else [])


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_stream_split_anywhere_gives_the_same_messages(cuts: list[int]) -> None:
    bounds = sorted({0, *cuts, len(STREAM)})
    pieces = [STREAM[start:end] for start, end in pairwise(bounds)]
    found = read(*(segment(n, piece) for n, piece in enumerate(pieces, 1)))
    assert [one.raw for one in found] == THREE
    assert [one.defects for one in found] == [(), (), ()]
    ends = [STREAM.index(one) + len(one) for one in THREE]
    for one, octets, end in zip(found, THREE, ends, strict=True):
        carrying = [
            n
            for n, (low, high) in enumerate(pairwise(bounds), 1)
            if low < end and high > end - len(octets)
        ]
        assert one.frames == tuple(carrying)
        assert one.frame == carrying[-1]
        assert one.time == carrying[-1]


def test_frames_are_of_the_capture_that_completed_the_message() -> None:
    first, second, third = THREE[1][:20], THREE[1][20:60], THREE[1][60:]
    later = [segment(2, second), segment(3, third)]
    for datagram in later:
        datagram.capture, datagram.fresh = 1, False
    (found,) = read(segment(1, first), *later)
    assert (found.raw, found.capture, found.frame, found.frames) == (THREE[1], 1, 3, (2, 3))


def test_directions_are_kept_apart() -> None:
    half = len(THREE[0]) // 2
    found = read(
        segment(1, THREE[0][:half], 1),
        segment(2, THREE[1][:half], 2, fresh=True),
        segment(3, THREE[0][half:], 1),
        segment(4, THREE[1][half:], 2),
    )
    assert [one.raw for one in found] == THREE[:2]
    assert [one.frames for one in found] == [(1, 3), (2, 4)]


def test_after_a_gap_the_cut_message_is_told_and_the_next_start_line_found() -> None:
    body = message(1, b"x" * 100)
    found = read(
        segment(1, body[:-50]),
        segment(2, b"rest of a body" + THREE[1] + THREE[2], fresh=True),
    )
    assert [one.truncated for one in found] == [True, False, False]
    assert found[0].raw == body[:-50]
    assert [one.raw for one in found[1:]] == THREE[1:]


def test_gap_inside_a_head_keeps_whole_rows_only() -> None:
    (found,) = read(segment(1, THREE[0][:70]), segment(2, b"\x00\x01", fresh=True))
    assert found.truncated
    assert found.header_names() == ["via"]


def test_end_of_capture_inside_a_message() -> None:
    reader = SipReader()
    assert reader.feed(segment(1, message(1, b"abc")[:-1])) == []
    (found,) = reader.finish()
    assert found.truncated
    assert reader.finish() == []
    assert [(capture, one.kind) for capture, one in reader.problems] == [(0, "sip-message-cut")]


@pytest.mark.parametrize(
    ("garbage", "start"),
    [
        (b"<xml/>SIP/2.0 200 OK\r\n", 6),
        (b"helloREGISTER sip:a SIP/2.0\r\n", 5),
        (b"\x00\xff\r\nREGISTER sip:a SIP/2.0\r\n", 4),
        (b"Via: SIP/2.0/UDP x\r\nSIP/2.0 abc\r\n", -1),
        (b"BAD sip:" * 9 + b"BYE sip:a SIP/2.0\r\n", 72),
        (b"no start SIP/2.0\r\nINVITE tel:1 SIP/2.0\n", 18),
    ],
)
def test_next_start(garbage: bytes, start: int) -> None:
    assert next_start(garbage, 0) == start


@pytest.mark.parametrize("size", [1, 2, 3, 5, 11, 40])
def test_resync_however_the_garbage_is_cut(size: int) -> None:
    stream = b"<end/>" + THREE[1] + b"\x00junk\r\n" + THREE[2]
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    found = read(*(segment(n, piece) for n, piece in enumerate(pieces, 1)))
    assert [one.raw for one in found][-1] == THREE[2]


def test_foreign_streams_leave_nothing() -> None:
    reader = SipReader()
    for frame in range(1, 200):
        reader.feed(segment(frame, b"\x17\x03\x03\x00\x20" + bytes(32), stream=frame, fresh=True))
        reader.feed(segment(frame, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", stream=frame))
    assert reader.finish() == []
    assert reader.problems == []


def test_a_huge_head_in_single_octets_ends_at_the_bound() -> None:
    """Anything quadratic would make this test take minutes."""
    reader = SipReader()
    reader.feed(segment(1, b"REGISTER sip:a SIP/2.0\r\nX: "))
    for frame in range(2, 70_000):
        assert reader.feed(segment(frame, b"x")) == []
    assert "sip-message-too-long" in {one.kind for _, one in reader.problems}
    assert [one.raw for one in reader.feed(segment(70_000, b"\r\n" + THREE[1]))] == [THREE[1]]


def test_a_length_beyond_the_bound_gives_the_head() -> None:
    huge = THREE[1].replace(b"l: 0", b"l: 9999999999")
    found = read(segment(1, huge + b"body\r\n" + THREE[2]))
    assert [one.truncated for one in found] == [True, False]
    assert found[0].header_names() == ["via", "call-id", "cseq", "content-length"]
    assert found[1].raw == THREE[2]


@given(st.lists(st.sampled_from([*THREE, b"\r\n", b"SIP/2.0", b" ", b"A", b"\x00", b"l: 5\r\n"])))
def test_any_stream_is_read(pieces: list[bytes]) -> None:
    for one in read(*(segment(n, piece) for n, piece in enumerate(pieces, 1))):
        assert one.raw in b"".join(pieces)
