"""Python's cyclic garbage collector, out of the way while a sweep allocates."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Collect rarely: what a sweep drops is freed by reference counts, but for links between
    messages, so the collector need not look at every few hundred new objects."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
