from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.capture.packet import Packet
from analyzer.flows.fragments import Fragments
from analyzer.flows.problems import Problems

UE, PCSCF = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1))


def fragment(frame: int, offset: int, data: bytes, more: bool, **other: object) -> Packet:
    packet = Packet(
        0, frame, frame * 1000, 0, "eth/ip", UE, PCSCF, 17, data, 0, 0x1234, offset, more
    )
    for name, value in other.items():
        setattr(packet, name, value)
    return packet


def counts(problems: Problems) -> dict[str, int]:
    return {problem.kind: problem.count for _, problem in problems}


def test_in_order() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    assert fragments.feed(fragment(7, 0, b"a" * 8, True)) is None
    result = fragments.feed(fragment(9, 8, b"tail", False))
    assert result is not None
    whole, frames = result
    assert (whole.data, whole.frame, whole.time, whole.frag_offset) == (
        b"aaaaaaaatail",
        9,
        9000,
        -1,
    )
    assert (whole.ip_id, frames) == (0x1234, (7, 9))
    assert len(fragments) == 0
    assert counts(problems) == {}


def test_other_taps_and_identifications_stay_apart() -> None:
    for name, value in (
        ("line", 1),
        ("interface", 1),
        ("path", "eth/ip/udp/gtp/ip"),
        ("src", PCSCF),
        ("dst", UE),
        ("proto", 50),
        ("ip_id", 1),
    ):
        fragments = Fragments(Problems())
        fragments.feed(fragment(1, 0, b"a" * 8, True))
        assert fragments.feed(fragment(2, 8, b"b", False, **{name: value})) is None


def test_a_datagram_goes_on_in_the_next_capture_of_its_line() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    fragments.feed(fragment(7, 0, b"a" * 8, True))
    fragments.feed(fragment(1, 8, b"b" * 8, True, capture=1))
    result = fragments.feed(fragment(2, 16, b"c", False, capture=1))
    assert result is not None
    whole, frames = result
    assert (whole.data, whole.capture, whole.frame) == (b"a" * 8 + b"b" * 8 + b"c", 1, 2)
    assert frames == (1, 2)


def test_what_is_missing_is_told_of_the_capture_it_began_in() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    fragments.feed(fragment(7, 0, b"a" * 8, True, capture=2))
    fragments.feed(fragment(1, 8, b"b" * 8, True, capture=3))
    fragments.finish()
    assert [(capture, one.frame) for capture, one in problems] == [(2, 7)]


def test_overlap_first_wins_and_is_said() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    fragments.feed(fragment(1, 8, b"B" * 8, True))
    fragments.feed(fragment(2, 0, b"A" * 24, True))
    result = fragments.feed(fragment(3, 24, b"C", False))
    assert result is not None
    assert result[0].data == b"A" * 8 + b"B" * 8 + b"A" * 8 + b"C"
    assert counts(problems) == {"fragment-overlap": 1}


def test_a_second_end_is_refused() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    fragments.feed(fragment(1, 16, b"x" * 8, False))
    assert fragments.feed(fragment(2, 8, b"y" * 4, False)) is None
    assert fragments.feed(fragment(3, 24, b"y" * 8, True)) is None
    assert fragments.feed(fragment(4, 0, b"z" * 16, True)) is not None
    assert counts(problems) == {"fragment-overlap": 2}


def test_copied_fragments_are_no_problem() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    sent = [(0, b"a" * 8, True), (0, b"a" * 8, True), (8, b"b", False), (8, b"b", False)]
    done = [fragments.feed(fragment(n, *what)) for n, what in enumerate(sent, 1)]
    assert [n for n, result in enumerate(done, 1) if result] == [3]
    fragments.finish()
    assert counts(problems) == {}


def test_a_copy_of_the_whole_is_a_second_datagram() -> None:
    fragments = Fragments(Problems())
    sent = [(0, b"a" * 8, True), (8, b"b", False)] * 2
    done = [fragments.feed(fragment(n, *what)) for n, what in enumerate(sent, 1)]
    assert [result and result[1] for result in done] == [None, (1, 2), None, (3, 4)]


def test_a_stray_copy_does_not_reach_the_next_datagram() -> None:
    fragments = Fragments(Problems())
    for n, what in enumerate([(0, b"a" * 8, True), (8, b"b", False), (8, b"b", False)], 1):
        fragments.feed(fragment(n, *what))
    later = limits.SECOND
    assert fragments.feed(fragment(10, 0, b"c" * 8, True, time=later)) is None
    result = fragments.feed(fragment(11, 8, b"d", False, time=later))
    assert result is not None
    assert result[0].data == b"c" * 8 + b"d"


def test_a_tail_that_never_came_is_reported_with_its_frame() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    fragments.feed(fragment(5, 0, b"a" * 8, True))
    fragments.advance(limits.FRAGMENT_LIFE)
    assert len(fragments) == 1
    fragments.advance(limits.FRAGMENT_LIFE + limits.SECOND)
    assert len(fragments) == 0
    fragments.feed(fragment(6, 0, b"a" * 8, True, ip_id=2))
    fragments.finish()
    ((capture, problem),) = problems
    assert (capture, problem.kind, problem.frame, problem.count) == (0, "fragment-missing", 5, 2)


def test_a_cut_last_fragment_flags_the_whole() -> None:
    fragments = Fragments(Problems())
    fragments.feed(fragment(1, 0, b"a" * 8, True))
    result = fragments.feed(fragment(2, 8, b"b", False, truncated=True))
    assert result is not None
    assert result[0].truncated


def test_beyond_the_largest_datagram() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    assert fragments.feed(fragment(1, 65_528, b"a" * 8, False)) is None
    assert counts(problems) == {"fragment-too-large": 1}


def test_too_many_fragments_of_one_datagram() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    for n in range(limits.FRAGMENTS + 1):
        fragments.feed(fragment(n, n * 16, b"a" * 8, True))
    assert len(fragments) == 0
    assert counts(problems) == {"fragment-limit": 1}


def test_a_hundred_thousand_that_never_complete_stay_within_bounds() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    most = 0
    for n in range(100_000):
        fragments.feed(fragment(n, 0, b"a" * 1480, True, ip_id=n))
        most = max(most, len(fragments))
    fragments.finish()
    assert most <= limits.FRAGMENTED
    assert counts(problems) == {"fragment-missing": 100_000}


def test_octets_held_are_bounded() -> None:
    problems = Problems()
    fragments = Fragments(problems)
    for n in range(limits.FRAGMENTED):
        fragments.feed(fragment(n, 0, bytes(60_000), True, ip_id=n))
    assert len(fragments) <= limits.FRAGMENT_BUFFER // 60_000


@st.composite
def cut(draw: st.DrawFn) -> tuple[bytes, list[tuple[int, bytes, bool]]]:
    """A payload, and its fragments in any order, some of them twice."""
    payload = draw(st.binary(min_size=9, max_size=400))
    cuts = sorted(draw(st.sets(st.integers(1, (len(payload) - 1) // 8), min_size=1)))
    edges = [0, *(at * 8 for at in cuts), len(payload)]
    pieces = [(start, payload[start:end], end != len(payload)) for start, end in pairwise(edges)]
    order = draw(st.permutations(pieces))
    last = order[-1]
    again = draw(st.lists(st.sampled_from([p for p in order if p != last] or [last]), max_size=3))
    if order[:-1]:
        order = [*order[:-1], *again, last]
    return payload, order


@given(cut())
def test_any_order_gives_the_same_octets(case: tuple[bytes, list[tuple[int, bytes, bool]]]) -> None:
    payload, order = case
    problems = Problems()
    fragments = Fragments(problems)
    results = [fragments.feed(fragment(n, *piece)) for n, piece in enumerate(order)]
    assert results[:-1] == [None] * (len(order) - 1)
    assert results[-1] is not None
    assert results[-1][0].data == payload
    assert counts(problems) == {}


def octets_for(place: int, pieces: list[tuple[int, bytes, bool]]) -> set[int]:
    """What came for that octet of the datagram."""
    return {data[place - start] for start, data, _ in pieces if start <= place < start + len(data)}


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.binary(max_size=40), st.booleans(), st.integers(0, 2)),
        max_size=40,
    )
)
def test_nonsense_never_raises_and_never_leaves_holes(
    sent: list[tuple[int, bytes, bool, int]],
) -> None:
    """A datagram ends where a last fragment ended (RFC 791 3.2). Each octet is one that came for
    its place; where several came (which RFC 8200 4.5 forbids) a later one takes no place."""
    fragments = Fragments(Problems())
    came: dict[int, list[tuple[int, bytes, bool]]] = {}  # since the last whole datagram
    for n, (at, data, more, ip_id) in enumerate(sent):
        start = at * 8
        result = fragments.feed(fragment(n, start, data, more, ip_id=ip_id))
        before = came.setdefault(ip_id, [])
        if result is not None:
            assert n in result[1]
            whole = result[0].data
            pieces = [*before, (start, data, more)]
            assert len(whole) in {place + len(piece) for place, piece, more in pieces if not more}
            for place, octet in enumerate(whole):
                taken = octets_for(place, before)
                assert octet in (taken or octets_for(place, pieces))
            before.clear()
        else:
            before.append((start, data, more))
    fragments.finish()
    assert len(fragments) == 0
