"""The map that forgets."""

from analyzer.sip.aging import Aging


def test_an_entry_stays_for_one_to_two_lives() -> None:
    held: Aging[str, int] = Aging(10, 100)
    held.turn(0)
    held.put("a", 1)
    held.turn(11)
    assert held.values() == [1]
    held.turn(22)
    assert held.get("a") is None
    assert held.dropped == 0


def test_touching_keeps() -> None:
    held: Aging[str, int] = Aging(10, 100)
    held.put("a", 1)
    for now in range(11, 200, 11):
        held.turn(now)
        assert held.get("a") == 1


def test_size_is_bounded_without_any_time_passing() -> None:
    held: Aging[int, int] = Aging(10, 100)
    for number in range(1000):
        held.put(number, number)
        assert len(held) <= 100
    assert held.dropped == 1000 - len(held)
    assert held.get(999) == 999


def test_a_jump_of_the_clock_and_back_keeps_what_is_young() -> None:
    held: Aging[str, int] = Aging(10, 100)
    held.turn(5)
    held.put("a", 1)
    held.turn(10**18)
    held.turn(6)
    held.turn(7)
    assert held.get("a") == 1


def test_pop() -> None:
    held: Aging[str, int] = Aging(10, 100)
    held.put("a", 1)
    held.turn(11)
    assert held.pop("a") == 1
    assert held.pop("a") is None
