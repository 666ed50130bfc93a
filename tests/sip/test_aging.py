"""The map that forgets."""

from analyzer.sip.aging import PARTS, Aging

LIFE = 30
PART = LIFE // PARTS


def test_an_entry_stays_for_one_life_and_hardly_longer() -> None:
    for born in range(PART):
        held: Aging[str, int] = Aging(LIFE, 100)
        for now in range(born + 1):
            held.turn(now)
        held.put("a", 1)
        for now in range(born, born + LIFE + 1):
            held.turn(now)
            assert held.values() == [1]
        for now in range(born + LIFE + 1, born + LIFE + PART + PARTS + 2):
            held.turn(now)
        assert held.get("a") is None
        assert held.dropped == 0


def test_touching_keeps() -> None:
    held: Aging[str, int] = Aging(LIFE, 100)
    held.put("a", 1)
    for now in range(LIFE, 20 * LIFE, LIFE):
        held.turn(now)
        assert held.get("a") == 1


def test_size_is_bounded_without_any_time_passing() -> None:
    held: Aging[int, int] = Aging(LIFE, 100)
    for number in range(1000):
        held.put(number, number)
        assert len(held) <= 100
    assert held.dropped == 1000 - len(held)
    assert held.get(999) == 999


def test_a_jump_of_the_clock_and_back_keeps_what_is_young() -> None:
    held: Aging[str, int] = Aging(LIFE, 100)
    held.turn(5)
    held.put("a", 1)
    held.turn(10**18)
    held.turn(6)
    held.turn(7)
    assert held.get("a") == 1


def test_pop() -> None:
    held: Aging[str, int] = Aging(LIFE, 100)
    held.put("a", 1)
    held.turn(PART + 1)
    assert held.pop("a") == 1
    assert held.pop("a") is None


def test_values_come_longest_untouched_first() -> None:
    held: Aging[str, int] = Aging(LIFE, 100)
    for number in range(PARTS + 1):
        held.put(str(number), number)
        held.turn((number + 1) * (PART + 1))
    assert held.values() == [1, 2, 3]


def test_what_is_forgotten_is_told_once() -> None:
    gone: list[int] = []
    held: Aging[str, int] = Aging(LIFE, 4 * (PARTS + 1), gone.extend)
    held.put("a", 1)
    for now in range(2 * LIFE):
        held.turn(now)
    assert gone == [1]
    for number in range(100):
        held.put(str(number), number)
    assert gone == [1, *range(100 - len(held))]
