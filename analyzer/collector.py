"""Python's cyclic garbage collector, out of the way while a sweep allocates."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

NEW_OBJECTS: Final = 2_000_000  # containers alive more than after the last look: some 400 MB
SOONER: Final = 400_000  # the same where that look found what it was for
LOADED: Final = 100_000  # more than there are in all modules and rules
WORTH_A_LOOK: Final = 16  # one in so many of those looked at was garbage


@contextmanager
def paused() -> Iterator[None]:
    """Collect rarely: links between messages are cut when they have been judged, so what a sweep
    drops is freed by its reference counts. A look costs as much as there is to look at."""
    before = gc.get_threshold()
    gc.freeze()  # what is there already stays, and need not be looked at
    gc.set_threshold(NEW_OBJECTS, 50, 100)
    gc.callbacks.append(_wait)
    try:
        yield
    finally:
        gc.callbacks.remove(_wait)
        gc.freeze()  # what is new is old now: the next look need not begin with all of it
        gc.set_threshold(*before)
        gc.unfreeze()


def _wait(phase: str, info: dict[str, Any]) -> None:
    """The next look comes late where this one found next to nothing, else soon."""
    if phase == "stop":
        waited, *older = gc.get_threshold()
        in_vain = info["collected"] * WORTH_A_LOOK < waited
        gc.set_threshold(NEW_OBJECTS if in_vain else SOONER, *older)


def one_command() -> None:
    """For a process that does one thing and ends: what it loads stays, so that looks for cycles
    while it does are in vain, and so is one at the end, when all goes with the process."""
    gc.set_threshold(LOADED, 10, 10)
    atexit.register(gc.freeze)
