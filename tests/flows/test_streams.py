import random
from itertools import pairwise
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.capture.packet import Packet
from analyzer.flows.datagram import Datagram, Signal
from analyzer.flows.flow import Flow
from analyzer.flows.problems import Problems
from analyzer.flows.streams import Streams
from analyzer.flows.transport import ACK, FIN, PSH, RST, SYN

UE, PCSCF = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1))
REGISTER = b"REGISTER sip:home SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.10\r\nCSeq: 1 REGISTER\r\n\r\n"
HTTP = b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"


class Line:
    """One direction on the wire: segments in, flows out; frames count up."""

    def __init__(self, sport: int = 5060, dport: int = 5060, initial: int = 1000) -> None:
        self.problems = Problems()
        self.streams = Streams(self.problems)
        self.sport, self.dport, self.initial = sport, dport, initial
        self.frame = 0
        self.out: list[Flow] = []

    def send(
        self, at: int, payload: bytes = b"", flags: int = PSH | ACK, **other: object
    ) -> list[Flow]:
        """`at` counts from the first octet of the stream (SYN: -1)."""
        self.frame += 1
        seq = (self.initial + 1 + at) & 0xFFFFFFFF
        header = pack("!HHIIBBHHH", self.sport, self.dport, seq, 1, 0x50, flags, 0, 0, 0)
        packet = Packet(
            0, self.frame, self.frame * 1000, 0, "eth/ip", UE, PCSCF, 6, header + payload
        )
        for name, value in other.items():
            setattr(packet, name, value)
        out: list[Flow] = []
        self.streams.feed(packet, out)
        self.out += out
        return out

    def finish(self) -> list[Flow]:
        out: list[Flow] = []
        for _, flows in self.streams.finish():
            out += flows
        self.out += out
        return out


def datagrams(flows: list[Flow]) -> list[Datagram]:
    return [flow for flow in flows if isinstance(flow, Datagram)]


def kinds(flows: list[Flow]) -> list[str]:
    return [flow.kind for flow in flows if isinstance(flow, Signal)]


def octets(flows: list[Flow]) -> bytes:
    return b"".join(datagram.payload for datagram in datagrams(flows))


def counts(problems: Problems) -> dict[str, int]:
    return {problem.kind: problem.count for _, problem in problems}


def test_a_connection_from_its_syn() -> None:
    line = Line()
    assert kinds(line.send(-1, flags=SYN)) == ["syn"]
    assert line.send(0, flags=ACK) == []
    first, second = line.send(0, REGISTER[:20]), line.send(20, REGISTER[20:])
    assert [d.fresh for d in datagrams(first + second)] == [True, False]
    assert [d.frame for d in datagrams(first + second)] == [3, 4]
    assert [d.stream for d in datagrams(first + second)] == [0, 0]
    assert {d.path for d in datagrams(first + second)} == {"eth/ip/tcp"}
    assert octets(first + second) == REGISTER
    assert kinds(line.send(len(REGISTER), flags=FIN | ACK)) == ["fin"]
    assert kinds(line.send(len(REGISTER) + 1, flags=RST)) == ["rst"]


def test_syn_ack_is_told_from_syn() -> None:
    assert kinds(Line().send(-1, flags=SYN | ACK)) == ["syn-ack"]


def test_out_of_order() -> None:
    line = Line()
    line.send(-1, flags=SYN)
    assert datagrams(line.send(40, REGISTER[40:])) == []
    out = line.send(0, REGISTER[:40])
    assert octets(out) == REGISTER
    # tshark with tcp.reassemble_out_of_order shows the message at 3.
    assert [(d.frame, d.time, d.frames) for d in datagrams(out)] == [(3, 3000, ()), (3, 3000, (2,))]
    assert line.streams.held_cost == 0
    assert line.finish() == []


@pytest.mark.parametrize(
    ("order", "shown"),  # pieces of a message in the order they came; tshark's frame of the message
    [((0, 1, 2), 4), ((0, 2, 1), 4), ((2, 1, 0), 4), ((1, 2, 0, 3), 4), ((0, 2, 1, 3), 4)],
)
def test_octets_held_back_have_the_frame_that_closed_the_gap(
    order: tuple[int, ...], shown: int
) -> None:
    line = Line()
    line.send(-1, flags=SYN)
    message = REGISTER.ljust(90)
    pieces = [(at, message[at : at + 30]) for at in range(0, 90, 30)] + [(90, REGISTER)]
    for piece in order:
        line.send(*pieces[piece])
    ends = [datagram.frame for datagram in datagrams(line.out)]
    assert ends[2] == shown
    assert ends == sorted(ends)
    carriers = {frame for one in datagrams(line.out) for frame in one.frames or (one.frame,)}
    assert carriers == set(range(2, 2 + len(order)))


def test_octets_behind_a_gap_never_closed_keep_the_latest_frame_among_them() -> None:
    line = Line()
    line.send(-1, flags=SYN)
    line.send(60, REGISTER[60:])
    line.send(40, REGISTER[40:60])
    shown = [(one.frame, one.frames) for one in datagrams(line.finish())]
    assert shown == [(3, ()), (3, (2,))]


def test_a_stream_goes_on_in_the_next_capture_of_its_line() -> None:
    line = Line()
    line.send(-1, flags=SYN)
    first = datagrams(line.send(0, REGISTER[:20]))
    assert datagrams(line.send(40, REGISTER[40:])) == []
    out = datagrams(line.send(20, REGISTER[20:40], capture=1))
    assert octets([*first, *out]) == REGISTER
    assert [(one.capture, one.frame, one.frames, one.stream, one.fresh) for one in out] == [
        (1, 4, (), 0, False),
        (1, 4, (), 0, False),
    ]


def test_problems_are_those_of_the_capture_not_of_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STREAMS", 1)
    monkeypatch.setattr(limits, "STREAMS_BUFFER", 100)
    line = Line()
    line.send(0, REGISTER[:30], capture=3)
    line.send(80, REGISTER[40:], capture=3)
    line.sport = 5061
    line.send(0, REGISTER, capture=4)
    assert sorted((capture, one.kind) for capture, one in line.problems) == [
        (3, "tcp-buffer"),
        (4, "tcp-buffer"),
        (4, "tcp-streams"),
    ]


def test_retransmission_overlap_and_keep_alive_give_new_octets_only() -> None:
    line = Line()
    line.send(-1, flags=SYN)
    line.send(0, REGISTER[:30])
    assert line.send(0, REGISTER[:30]) == []
    assert octets(line.send(10, REGISTER[10:50])) == REGISTER[30:50]
    line.send(50, REGISTER[50:])
    assert line.send(len(REGISTER) - 1, b"\0", flags=ACK) == []
    assert line.send(len(REGISTER) - 1, b"", flags=ACK) == []
    assert octets(line.out) == REGISTER


def test_sequence_numbers_wrap() -> None:
    for initial in (0xFFFFFFFF, 0xFFFFFFF0, 0xFFFFFFFF - len(REGISTER)):
        line = Line(initial=initial)
        line.send(-1, flags=SYN)
        for start in (0, 20, 10, 60, 40):
            line.send(start, REGISTER[start : start + 20])
        line.send(80, REGISTER[80:])
        line.finish()
        assert octets(line.out) == REGISTER


def test_a_gap_is_skipped_at_the_end_and_said() -> None:
    line = Line()
    line.send(-1, flags=SYN)
    line.send(0, b"MESSAGE sip:a SIP/2.0\r\n")
    assert line.send(100, REGISTER) == []
    out = line.finish()
    assert kinds(out) == ["tcp-gap"]
    assert isinstance(out[0], Signal)
    assert out[0].detail == "77 octets missing"
    assert isinstance(out[1], Datagram)
    assert (out[1].payload, out[1].fresh) == (REGISTER, True)


def test_a_gap_is_skipped_after_enough_segments() -> None:
    line = Line()
    line.send(-1, flags=SYN)
    line.send(0, REGISTER)
    start = len(REGISTER) + 10
    for n in range(limits.STREAM_WAIT - 1):
        assert line.send(start + n * 10, b"0123456789") == []
    out = line.send(start + (limits.STREAM_WAIT - 1) * 10, b"0123456789")
    assert kinds(out) == ["tcp-gap"]
    assert [d.fresh for d in datagrams(out)] == [True] + [False] * (limits.STREAM_WAIT - 1)


def test_a_gap_is_skipped_after_enough_octets() -> None:
    line = Line()
    line.send(-1, flags=SYN)
    line.send(0, REGISTER)
    sent = 0
    while not (out := line.send(1000 + sent, bytes(60_000))):
        sent += 60_000
        assert sent < limits.STREAM_BUFFER
    assert kinds(out) == ["tcp-gap"]


def test_a_gap_is_skipped_after_its_time() -> None:
    line = Line()
    line.send(-1, flags=SYN)
    line.send(0, REGISTER)
    line.send(1000, REGISTER)
    out: list[Flow] = []
    line.streams.advance(limits.STREAM_PATIENCE, out)
    assert out == []
    line.streams.advance(limits.STREAM_PATIENCE + limits.SECOND, out)
    assert kinds(out) == ["tcp-gap"]
    assert octets(out) == REGISTER


def test_a_cut_segment_is_not_waited_for() -> None:
    line = Line()
    line.send(-1, flags=SYN)
    (cut,) = datagrams(line.send(0, REGISTER[:50], truncated=True))
    assert cut.truncated
    out = line.send(len(REGISTER), REGISTER)
    assert kinds(out) == ["tcp-gap"]
    assert datagrams(out)[0].fresh


def test_a_new_syn_restarts_the_stream() -> None:
    line = Line()
    line.send(-1, flags=SYN)
    line.send(0, REGISTER)
    line.send(-1, flags=SYN)
    assert line.send(0, REGISTER) == []  # the same SYN again changes nothing
    line.initial = 77_000_000
    line.send(-1, flags=SYN)
    (again,) = datagrams(line.send(0, REGISTER))
    assert (again.payload, again.fresh) == (REGISTER, True)


def test_a_connection_made_anew_unseen_is_found_again() -> None:
    for jump in (1 << 24, -(1 << 24), 1 << 31):
        line = Line()
        line.send(-1, flags=SYN)
        line.send(0, REGISTER)
        out = line.send(jump, REGISTER)
        assert kinds(out) == ["tcp-gap"]
        assert datagrams(out)[0].fresh
        assert octets(line.send(jump + len(REGISTER), b"more")) == b"more"


def test_start_in_the_middle_at_a_start_line() -> None:
    line = Line()
    (first,) = datagrams(line.send(500, REGISTER))
    assert first.fresh
    assert octets(line.send(500 + len(REGISTER), b"more")) == b"more"


def test_start_in_the_middle_lower_number_first_in_order() -> None:
    line = Line(sport=6062, dport=6100)
    assert line.send(540, REGISTER[40:]) == []
    out = line.send(500, REGISTER[:40])
    assert octets(out) == REGISTER
    assert [d.fresh for d in datagrams(out)] == [True, False]


def test_start_in_the_middle_of_a_message() -> None:
    line = Line()
    assert line.send(0, REGISTER[40:]) == []
    out = line.send(len(REGISTER) - 40, REGISTER)
    assert octets(out) == REGISTER[40:] + REGISTER


def test_start_in_the_middle_without_any_start_line() -> None:
    line = Line()
    for n in range(limits.STREAM_START - 1):
        assert line.send(n * 4, b"text") == []
    assert (
        octets(line.send((limits.STREAM_START - 1) * 4, b"text")) == b"text" * limits.STREAM_START
    )


def test_a_message_from_before_the_start() -> None:
    line = Line()
    line.send(len(REGISTER), REGISTER)
    out = line.send(0, REGISTER)
    assert octets(out) == REGISTER
    assert datagrams(out)[0].fresh
    assert line.send(0, REGISTER) == []
    assert datagrams(line.send(2 * len(REGISTER), REGISTER))[0].fresh


def test_a_late_syn_is_no_new_connection() -> None:
    line = Line()
    line.send(0, REGISTER)
    line.send(-1, flags=SYN)
    assert line.send(0, REGISTER) == []
    held = Line(initial=0xFFFFFFFF)
    held.send(40, REGISTER[40:])
    held.send(-1, flags=SYN)
    assert octets(held.send(0, REGISTER[:40])) == REGISTER


@pytest.mark.parametrize("first", [HTTP, b"\x16\x03\x01\x02\x00\x01", bytes(100)])
def test_other_protocols_are_dropped_and_sip_found_again(first: bytes) -> None:
    line = Line(sport=40_000, dport=8080)
    line.send(-1, flags=SYN)
    assert line.send(0, first) == []
    assert line.send(len(first), b"more of it") == []
    assert line.streams.held_cost == 0
    (found,) = datagrams(line.send(5000, REGISTER))
    assert found.fresh
    assert octets(line.send(5000 + len(REGISTER), b"body")) == b"body"


def test_other_protocols_met_in_the_middle_are_dropped() -> None:
    line = Line(sport=40_000, dport=8080)
    for n in range(limits.STREAM_START + 4):
        assert line.send(n * 4, b"text") == []
    assert line.streams.held_cost == 0
    assert line.finish() == []


def test_tls_is_dropped_on_a_sip_port() -> None:
    line = Line(dport=5061)
    line.send(-1, flags=SYN)
    assert line.send(0, b"\x16\x03\x01\x00\x05hello") == []


def test_a_start_line_cut_in_two_is_followed_on_any_port() -> None:
    line = Line(sport=6062, dport=6100)
    line.send(-1, flags=SYN)
    for at, octet in enumerate(REGISTER):
        line.send(at, bytes((octet,)))
    assert octets(line.out) == REGISTER


def test_protections_and_taps_are_streams_of_their_own() -> None:
    line = Line()
    line.send(0, REGISTER)
    numbers = set()
    for other in ({"line": 1}, {"interface": 1}, {"path": "sll/ip"}, {"src": PCSCF}):
        (datagram,) = datagrams(line.send(0, REGISTER, **other))
        numbers.add(datagram.stream)
    assert len(numbers) == 4


def test_a_bad_header_is_a_problem() -> None:
    line = Line()
    line.streams.feed(Packet(0, 1, 1, 0, "ip", UE, PCSCF, 6, b"short"), [])
    assert counts(line.problems) == {"tcp-header": 1}


def test_half_open_streams_stay_within_bounds() -> None:
    line = Line()
    for port in range(1, 3 * limits.STREAMS):
        line.sport = port & 0xFFFF
        line.send(-1, flags=SYN)
        line.send(100, b"text behind a gap")
        assert len(line.streams) <= limits.STREAMS
    assert line.streams.held_cost <= limits.STREAMS_BUFFER
    line.finish()
    assert (len(line.streams), line.streams.held_cost) == (0, 0)


def test_octets_held_in_all_streams_are_bounded() -> None:
    line = Line()
    for port in range(1, 1200):
        line.sport = port
        line.send(-1, flags=SYN)
        line.send(100, bytes(60_000))
        assert line.streams.held_cost <= limits.STREAMS_BUFFER
    assert counts(line.problems)["tcp-buffer"] > 0


def test_streams_given_up_are_counted() -> None:
    line = Line()
    for port in range(limits.STREAMS + 5):
        line.sport = port
        line.send(0, REGISTER)
    assert counts(line.problems) == {"tcp-streams": 5}


@st.composite
def wire(draw: st.DrawFn) -> tuple[bytes, int, list[tuple[int, bytes]]]:
    """Octets, an initial sequence number, and segments out of order, repeated, overlapping."""
    payload = REGISTER + draw(st.binary(max_size=300))
    cuts = sorted(draw(st.sets(st.integers(1, len(payload) - 1), max_size=30)))
    edges = [0, *cuts, len(payload)]
    segments = [(a, payload[a:b]) for a, b in pairwise(edges)]
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(payload) - 1))
        end = draw(st.integers(start + 1, len(payload)))
        segments.insert(draw(st.integers(0, len(segments))), (start, payload[start:end]))
    random.Random(draw(st.integers(0, 1 << 30))).shuffle(segments)
    return payload, draw(st.sampled_from((0, 1 << 31, 0xFFFFFFFF - 100, 0xFFFFFFFF))), segments


@given(wire())
def test_split_shuffled_and_repeated_gives_the_same_octets(
    case: tuple[bytes, int, list[tuple[int, bytes]]],
) -> None:
    payload, initial, segments = case
    line = Line(initial=initial)
    line.send(-1, flags=SYN)
    for at, piece in segments:
        line.send(at, piece)
    line.finish()
    assert octets(line.out) == payload
    assert [d.fresh for d in datagrams(line.out)].count(True) == 1
    assert "tcp-gap" not in kinds(line.out)


@given(
    st.lists(
        st.tuples(
            st.sampled_from((-3, 0, 1, 80, 1 << 20, 1 << 21, 1 << 31, -(1 << 24))),
            st.sampled_from((b"", b"\0", b"text", REGISTER, HTTP, bytes(70), b"\x16\x03\x01")),
            st.sampled_from((ACK, PSH | ACK, SYN, SYN | ACK, RST, FIN | ACK, SYN | RST)),
            st.booleans(),
        ),
        max_size=40,
    ),
    st.sampled_from((5060, 40_000)),
)
def test_nonsense_never_raises_and_holds_nothing_at_the_end(
    sent: list[tuple[int, bytes, int, bool]], port: int
) -> None:
    line = Line(sport=port, dport=port)
    at = 0
    for step, payload, flags, truncated in sent:
        at += step
        line.send(at, payload, flags, truncated=truncated)
    line.finish()
    assert line.streams.held_cost == 0
    assert all(datagram.payload for datagram in datagrams(line.out))
