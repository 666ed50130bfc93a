"""A map that forgets what was not touched for a while, in amortised constant time.

Two generations: entries are born into the young one; when it has lived long enough or grown too
large it becomes the old one, and what was in that is dropped. So an entry stays between one and
two lives after it was last touched, and nothing is ever searched for the oldest.
"""

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Aging(Generic[Key, Value]):
    """Holds at most `size` entries; times and `life` are nanoseconds of capture time."""

    __slots__ = ("_born", "_half", "_life", "_old", "_young", "dropped")

    def __init__(self, life: int, size: int) -> None:
        self._life = life
        self._half = max(1, size // 2)
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}
        self._born = 0
        self.dropped = 0  # entries lost to the size, not to age

    def get(self, key: Key) -> Value | None:
        """The value, touched by this; None where there is none (any more)."""
        value = self._young.get(key)
        if value is None and self._old:
            value = self._old.pop(key, None)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: Key, value: Value) -> None:
        """Set the value; at the bound of entries the oldest are dropped."""
        if len(self._young) >= self._half:
            self.dropped += len(self._old)
            self._old = self._young
            self._young = {}
        self._young[key] = value

    def pop(self, key: Key) -> Value | None:
        """Take the value out; None where there is none."""
        value = self._young.pop(key, None)
        if self._old:
            older = self._old.pop(key, None)
            value = older if value is None else value
        return value

    def values(self) -> list[Value]:
        """All values, longest untouched first."""
        return [*self._old.values(), *self._young.values()]

    def turn(self, now: int) -> None:
        """Let the time be `now`. After a jump back the young generation's life starts anew."""
        age = now - self._born
        if age > self._life:
            self._old = self._young
            self._young = {}
        if age > self._life or age < 0:
            self._born = now

    def __len__(self) -> int:
        return len(self._young) + len(self._old)
