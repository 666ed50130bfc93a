"""How much the slowest tests try: all of it with `FULL=1` in the environment, else a part that is
spread over all, so that two cores are done with everything in ten minutes."""

import os
from collections.abc import Sequence
from typing import Final, TypeVar

FULL: Final = "FULL" in os.environ

One = TypeVar("One")


def some(whole: Sequence[One], every: int) -> Sequence[One]:
    """All of it, or each of so many."""
    return whole if FULL else whole[::every]
