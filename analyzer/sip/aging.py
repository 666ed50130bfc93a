"""A map that forgets what was not touched for a while, in amortised constant time.

Generations: entries are born into the young one; when it has lived its part of a life or grown too
large it joins the old ones, and the oldest of those is dropped. So an entry stays for one life and
up to a part of it more after it was last touched, and nothing is ever searched for the oldest.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

PARTS: Final = 3  # old generations: parts of a life


class Aging(Generic[Key, Value]):
    """Holds at most `size` entries; times and `life` are nanoseconds of capture time.

    `octets` bounds what the entries weigh together, as far as that was told. `farewell` is given
    the values that are forgotten, whether for their age or for the size.
    """

    __slots__ = (
        "_born",
        "_farewell",
        "_heaviest",
        "_largest",
        "_most",
        "_old",
        "_part",
        "_weight",
        "_young",
        "dropped",
    )

    def __init__(
        self,
        life: int,
        size: int,
        farewell: Callable[[Iterable[Value]], None] | None = None,
        octets: int = 1 << 62,
    ) -> None:
        self._part = -(-life // PARTS)
        self._most = max(1, size // (PARTS + 1))
        self._heaviest = octets // (PARTS + 1)
        self._weight = 0  # of the young ones
        self._farewell = farewell
        self._young: dict[Key, Value] = {}
        self._old: deque[dict[Key, Value]] = deque(({} for _ in range(PARTS)), PARTS)
        self._born = 0
        self._largest = 0
        self.dropped = 0  # entries lost to the size, not to age

    def get(self, key: Key) -> Value | None:
        """The value, touched by this; None where there is none (any more)."""
        value = self._young.get(key)
        if value is None:
            for old in self._old:
                if old and key in old:
                    value = old.pop(key)
                    self.put(key, value)
                    break
        return value

    def put(self, key: Key, value: Value, weight: int = 0) -> None:
        """Set the value, `weight` octets large; at a bound the oldest are dropped."""
        if len(self._young) >= self._most or self._weight > self._heaviest:
            self.dropped += len(self._old[-1])
            self._grow_old()
        self._weight += weight
        self._young[key] = value

    def pop(self, key: Key) -> Value | None:
        """Take the value out; None where there is none."""
        value = self._young.pop(key, None) if self._young else None
        for old in self._old:
            if old:
                older = old.pop(key, None)
                value = older if value is None else value
        return value

    def values(self) -> list[Value]:
        """All values, longest untouched first."""
        return [value for old in reversed(self._old) for value in old.values()] + [
            *self._young.values()
        ]

    def turn(self, now: int) -> None:
        """Let the time be `now`. After a jump back the young generation's life starts anew.

        However far the time jumps, one generation is dropped at a time.
        """
        age = now - self._born
        if age > self._part:
            self._grow_old()
        if age > self._part or age < 0:
            self._born = now

    def clear(self) -> None:
        """Forget all."""
        while len(self):
            self._grow_old()

    @property
    def reached(self) -> tuple[int, int]:
        """How full the fullest generation was, in entries, and the bound on that."""
        return max(self._largest, self._fill()), self._most

    def _fill(self) -> int:
        return max(len(self._young), self._weight * self._most // max(1, self._heaviest))

    def _grow_old(self) -> None:
        self._largest = max(self._largest, self._fill())
        if self._farewell is not None:
            self._farewell(self._old[-1].values())
        self._old.appendleft(self._young)
        self._young = {}
        self._weight = 0

    def __len__(self) -> int:
        return len(self._young) + sum(map(len, self._old))
