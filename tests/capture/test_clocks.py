"""Which captures share a clock, what they have in common, and what each is set by."""

from pathlib import Path
from typing import Any

import pytest

from analyzer import limits
from analyzer.capture import Clock, ClockError, Packet, align, open_captures
from analyzer.capture.clocks import settle
from analyzer.capture.marks import Marks
from analyzer.capture.offsets import Offset
from analyzer.limits import SECOND
from tests.captures import SAMPLES, Record, records, written

PCAPS = SAMPLES / "pcaps"
NULL = records((PCAPS / "ok_udp_null.pcap").read_bytes())
"""REGISTER, 401 in clear; six packets of ESP-NULL."""


def later(wanted: list[Record], time: int) -> list[Record]:
    return [(at + time, data) for at, data in wanted]


def clocks(paths: list[str], given: dict[str, int] | None = None) -> dict[int, Clock]:
    captures = open_captures(paths)
    align(captures, given or {})
    return captures.clocks


def ahead(paths: list[str], given: dict[str, int] | None = None) -> dict[int, int]:
    return {capture: clock.ahead for capture, clock in clocks(paths, given).items()}


@pytest.mark.parametrize("time", [7 * SECOND, -90 * SECOND])
def test_the_same_packets_tell_the_offset(tmp_path: Path, time: int) -> None:
    paths = written(tmp_path, gm=NULL, ue=later(NULL, time))
    (clock,) = clocks(paths).values()
    assert clock == Clock("packets", 0, time, 0, NULL[4][0] + time, 0, len(NULL))
    assert clock.set(NULL[3][0] + time) == NULL[3][0]


def test_times_are_set_and_the_file_is_told_as_it_is(tmp_path: Path) -> None:
    captures = open_captures(written(tmp_path, gm=NULL, ue=later(NULL, 7 * SECOND)))
    align(captures, {})
    for _ in range(2):
        times = {item.time for item in captures if isinstance(item, Packet)}
        assert times == {time for time, _ in NULL}
        assert captures.infos[1].first_time == NULL[0][0] + 7 * SECOND


@pytest.mark.parametrize("proto", ["esp", "clear"])
def test_one_sure_packet_is_enough(tmp_path: Path, proto: str) -> None:
    one = NULL[2:3] if proto == "esp" else NULL[:1]
    assert ahead(written(tmp_path, gm=NULL, ue=later(one, 7 * SECOND))) == {1: 7 * SECOND}


def test_a_retransmission_is_paired_with_nothing(tmp_path: Path) -> None:
    """The same octets twice in one capture: nobody knows which of them the other one has."""
    twice = sorted([*NULL[:1], *later(NULL[:1], SECOND)])
    assert ahead(written(tmp_path, gm=twice, ue=later(NULL[:1], 7 * SECOND))) == {}


def test_copies_of_one_moment_are_one(tmp_path: Path) -> None:
    """As `-i any` has them."""
    copies = sorted([*NULL, *later(NULL, 20_000)])
    assert ahead(written(tmp_path, any=copies, ue=later(NULL, 7 * SECOND))) == {1: 7 * SECOND}


def test_clocks_that_agree_are_left_alone(tmp_path: Path) -> None:
    (clock,) = clocks(written(tmp_path, gm=NULL, ue=later(NULL, 900_000))).values()
    assert (clock.ahead, clock.drift, clock.count) == (0, 0, len(NULL))
    assert clock.right


def test_nothing_in_common_is_nothing_said(tmp_path: Path) -> None:
    assert clocks(written(tmp_path, gm=NULL[:2], ue=later(NULL[2:], 7 * SECOND))) == {}


def test_gm_and_mw_have_messages_and_their_forwards(tmp_path: Path) -> None:
    paths = [str(PCAPS / f"ok_clock_ahead_{leg}.pcap") for leg in ("gm", "mw")]
    (clock,) = clocks(paths).values()
    assert (clock.basis, clock.ahead, clock.count) == ("forwards", 7 * SECOND, 2)


def test_one_direction_alone_is_said_to_tell_nothing(tmp_path: Path) -> None:
    gm = records((PCAPS / "ok_clock_ahead_gm.pcap").read_bytes())
    mw = records((PCAPS / "ok_clock_ahead_mw.pcap").read_bytes())
    (clock,) = clocks(written(tmp_path, gm=gm[:1], mw=mw[:1])).values()
    assert (clock.basis, clock.count, clock.right) == ("unknown", 1, True)


def test_a_drift_is_set_too() -> None:
    paths = [str(PCAPS / f"ok_clock_drift_{tap}.pcap") for tap in ("ue", "pcscf")]
    (clock,) = clocks(paths).values()
    assert abs(clock.drift - 50_000) < 100
    for time, _ in records(Path(paths[1]).read_bytes()):
        true = 1_767_225_600 * SECOND
        true += (time - true) * 1_000_000 // 1_000_050
        assert abs(clock.set(time) - true) < 100_000


# ---- files of one name


def ring(folder: Path, parts: list[list[Record]]) -> list[str]:
    return written(folder, **{f"gm_{n:05}": part for n, part in enumerate(parts)})


def test_a_ring_has_one_clock_against_another_tap(tmp_path: Path) -> None:
    parts = [later(NULL[at : at + 2], 7 * SECOND) for at in range(0, 8, 2)]
    found = clocks([*ring(tmp_path, parts), *written(tmp_path, ue=NULL)])
    assert {capture: clock.ahead for capture, clock in found.items()} == {4: -7 * SECOND}
    found = clocks([*written(tmp_path, ue=NULL), *ring(tmp_path, parts)])
    assert {capture: clock.ahead for capture, clock in found.items()} == dict.fromkeys(
        range(1, 5), 7 * SECOND
    )
    assert len({id(clock) for clock in found.values()}) == 1


def test_a_ring_alone_is_only_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is read as far as `limits.CLOCK_LOOK`, and no further."""
    read: list[int] = []
    collect = Marks.collect

    def counting(self: Marks, items: Any, frames: int | None = None) -> None:
        read.append(-1 if frames is None else frames)
        collect(self, items, frames)

    monkeypatch.setattr(Marks, "collect", counting)
    assert clocks(ring(tmp_path, [NULL[:4], NULL[4:]])) == {}
    assert read == [limits.CLOCK_LOOK] * 2
    assert clocks([str(tmp_path / "gm_00000.pcap")]) == {}
    assert len(read) == 2


def test_taps_of_one_name_are_told_from_a_ring(tmp_path: Path) -> None:
    paths = written(tmp_path, tap1=NULL, tap2=later(NULL, 7 * SECOND))
    assert ahead(paths) == {1: 7 * SECOND}
    captures = open_captures(paths)
    align(captures, {})
    assert len(list(captures)) > len(NULL)
    assert [info.line for info in captures.infos] == [0, 1]


# ---- several, and what the user gave


def test_clocks_are_chained(tmp_path: Path) -> None:
    """The first and the third have nothing in common but what the second has."""
    paths = written(
        tmp_path, a=NULL[:3], b=later(NULL, 7 * SECOND), c=later(NULL[3:], -90 * SECOND)
    )
    found = clocks(paths)
    assert {capture: clock.ahead for capture, clock in found.items()} == {
        1: 7 * SECOND,
        2: -90 * SECOND,
    }
    assert {clock.reference for clock in found.values()} == {0}


def test_a_given_clock_is_believed_and_the_others_hang_on_it(tmp_path: Path) -> None:
    paths = written(tmp_path, a=NULL, b=later(NULL, 7 * SECOND))
    assert ahead(paths, {"b.pcap": 5 * SECOND}) == {0: -2 * SECOND, 1: 5 * SECOND}
    assert ahead(paths, {paths[0]: SECOND}) == {0: SECOND, 1: 8 * SECOND}
    assert clocks(paths, {"b.pcap": 5 * SECOND})[1].basis == "given"
    assert ahead(paths[:1], {"a.pcap": -SECOND}) == {0: -SECOND}


def test_a_clock_of_no_capture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClockError, match=r"'x\.pcap' is none of the captures"):
        clocks(written(tmp_path, a=NULL), {"x.pcap": 0})


def test_what_can_be_read_once_is_not_read_twice(tmp_path: Path) -> None:
    paths = written(tmp_path, a=NULL, b=later(NULL, 7 * SECOND))
    with open(paths[1], "rb") as stream:
        captures = open_captures([paths[0], stream])
        align(captures, {})
        assert captures.clocks == {}
        assert stream.tell() == 0


def test_the_pairs_with_most_in_common_count() -> None:
    def apart(ahead: int, count: int) -> Offset:
        return Offset("packets", count, ahead)

    found = settle([0, 1, 2], {(0, 1): apart(5, 2), (1, 2): apart(7, 9), (0, 2): apart(11, 8)}, {})
    assert {place: clock.ahead for place, clock in found.items()} == {2: 11, 1: 4}


# ---- bounds


def test_marks_are_bounded_and_the_same_stay(wire: Any) -> None:
    def packet(number: int) -> Packet:
        data = wire.udp(b"OPTIONS sip:x SIP/2.0\r\nCall-ID: %d\r\nCSeq: 1 OPTIONS\r\n\r\n" % number)
        return Packet(0, number, number, 0, "ip", b"\1", b"\2", 17, data, ip_id=number + 1)

    one, other = Marks(100), Marks(100)
    one.collect(packet(n) for n in range(5000))
    other.collect(packet(n) for n in range(4900, 5000))
    for marks in (one, other):
        assert len(marks.packets) + len(marks.messages) <= 100
    kept = one.packets.keys()
    # what the other one kept of the same, but for what its finer sieve let through
    assert {name for name in other.packets if not name & one._mask} <= kept
