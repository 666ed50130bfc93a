"""Python's cyclic garbage collector, out of the way while a sweep allocates."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

NEW_OBJECTS: Final = 200_000  # containers alive more than after the last look: some 40 MB


@contextmanager
def paused() -> Iterator[None]:
    """Collect rarely: links between messages are cut when they have been judged, so what a sweep
    drops is freed by its reference counts."""
    before = gc.get_threshold()
    gc.freeze()  # what is there already stays, and need not be looked at
    gc.set_threshold(NEW_OBJECTS, 50, 100)
    try:
        yield
    finally:
        gc.freeze()  # what is new is old now: the next look need not begin with all of it
        gc.set_threshold(*before)
        gc.unfreeze()
