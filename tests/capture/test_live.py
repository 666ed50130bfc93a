"""A stream read by a thread: pieces as they come, an end from outside."""

import io
import os

from analyzer.capture.live import Tail


def test_gives_what_is_there() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb", buffering=0) as writer:
        tail = Tail(stream, "-")
        writer.write(b"abcdef")
        assert tail.read1(4) == b"abcd"
        assert tail.read1(4) == b"ef"
        writer.write(b"g")
        assert tail.read1(4) == b"g"
        tail.stop()
        assert tail.read1(4) == b"", "the writer goes on, and yet it ends"


def test_rest_of_an_interrupted_writer_is_read() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb", buffering=0) as writer:
        tail = Tail(stream, "-")
        tail.stop()
        writer.write(b"flushed at the end")
        assert tail.read1(64) == b"flushed at the end"


def test_stream_without_a_raw_one() -> None:
    tail = Tail(io.BytesIO(b"abc"), "-")
    assert tail.read1(64) == b"abc"
    assert tail.read1(64) == b""
    assert tail.read1(64) == b""
