"""What waits a moment because clocks are not quite right."""

from typing import Any

import pytest

from analyzer import limits
from analyzer.agreement.apart import Forwards, Unannounced
from analyzer.flows.datagram import EspSeen
from analyzer.limits import CLOCKS_APART, RESIDUAL

T = 1_700_000_000_000_000_000
PCSCF = bytes((192, 0, 2, 1))


class Message:
    """Of a message, what is asked here."""

    def __init__(self, time: int, line: int = 0, call_id: str = "a") -> None:
        self.time, self.line, self.call_id = time, line, call_id


class Place:
    def __init__(self, message: Message) -> None:
        self.message = message


def esp(time: int, seq: int = 1, line: int = 0) -> EspSeen:
    return EspSeen(
        0, seq, time, 0, "ip/esp", b"ue", PCSCF, 0x1001, seq, 500, line=line,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "window"), [(0, RESIDUAL), (1, CLOCKS_APART)], ids=["one tap", "two taps"]
)
def test_esp_shortly_before_its_list_is_of_it(line: int, window: int) -> None:
    for before, count in ((window, 2), (window + 1, 0)):
        kept = Unannounced()
        kept.keep(esp(T - before, line=line))
        kept.keep(esp(T - 1, 2, line=line))
        by: Any = Message(T)
        seen = kept.announced(PCSCF, 0x1001, by)
        assert [one.seq for one in seen] == [1, 2][:count]
        assert all(one.time > T for one in seen)
        assert kept.announced(PCSCF, 0x1001, by) == []


def test_packets_of_an_spi_are_kept_to_a_bound() -> None:
    kept = Unannounced()
    for seq in range(1, 100):
        kept.keep(esp(T, seq))
    by: Any = Message(T)
    assert len(kept.announced(PCSCF, 0x1001, by)) == limits.LATER


def test_a_forward_waits_for_its_run_and_no_longer() -> None:
    kept = Forwards()
    early, other, late = (Message(T + n, call_id=c) for n, c in ((0, "a"), (1, "b"), (2, "a")))
    for number, message in enumerate((early, other, late)):
        place: Any = Place(message)
        assert kept.keep(place, (number,))
    assert list(kept.due(T + RESIDUAL)) == []
    assert [place.message for place in kept.of("a", T + 40)] == [early, late]
    assert early.time == late.time == T + 41
    assert [order for _, order in kept.due(T + RESIDUAL + 2)] == [(1,)]
    assert list(kept.finish()) == []


def test_forwards_of_one_call_are_bounded() -> None:
    kept = Forwards()
    places: list[Any] = [Place(Message(T)) for _ in range(limits.FAR + 1)]
    assert [kept.keep(place, ()) for place in places] == [True] * limits.FAR + [False]
    assert len(list(kept.finish())) == limits.FAR
