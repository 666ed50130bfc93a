"""Opening inputs: what arguments stand for, and decompression that never holds it all."""

import gzip
import io
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.capture.files import CutShort, Inflated, Input, Opened, expand

NOISE = zlib.compress(bytes(range(256)), 9) * 300  # does not compress well


def drain(raw: bytes, size: int = 1000) -> tuple[bytes, str]:
    reader = Inflated(io.BytesIO(raw))
    out = b""
    try:
        while piece := reader.read(size):
            assert len(piece) <= size
            out += piece
    except CutShort as error:
        return out, str(error)
    return out, ""


@given(st.binary(max_size=5000), st.integers(1, 3000), st.integers(1, 3))
def test_inflates_all_members(data: bytes, size: int, members: int) -> None:
    assert drain(gzip.compress(data, mtime=0) * members, size) == (data * members, "")


def test_zeros_and_other_octets_behind_the_last_member_are_no_part_of_it() -> None:
    for rest in (bytes(100), b"x", b"\x1f"):
        assert drain(gzip.compress(NOISE, mtime=0) + rest) == (NOISE, "")


def test_all_before_a_cut_is_given() -> None:
    packed = gzip.compress(NOISE, mtime=0)
    for end in range(2, len(packed), 97):
        out, failure = drain(packed[:end])
        assert failure == "gzip: the stream ends early"
        assert out == zlib.decompressobj(31).decompress(packed[:end])


def test_all_before_the_damage_is_given() -> None:
    packed = bytearray(gzip.compress(NOISE, mtime=0))
    packed[-6] ^= 0xFF  # the checksum
    out, failure = drain(bytes(packed))
    assert out == NOISE
    assert failure.startswith("gzip: ")


@given(st.integers(2, 5000), st.binary(min_size=1, max_size=4))
def test_damage_raises_nothing_else(at: int, octets: bytes) -> None:
    packed = bytearray(gzip.compress(NOISE, mtime=0))
    packed[at : at + len(octets)] = octets
    drain(bytes(packed), 1 << 20)


def test_a_bomb_comes_in_bounded_pieces() -> None:
    reader = Inflated(io.BytesIO(gzip.compress(bytes(50_000_000))))
    total = 0
    while piece := reader.read(10_000):
        assert len(piece) <= 10_000
        total += len(piece)
    assert total == 50_000_000


def test_compression_is_known_by_magic_not_suffix(tmp_path: Path) -> None:
    path = tmp_path / "plain.pcap"
    path.write_bytes(gzip.compress(b"content", mtime=0))
    opened = Opened(Input(str(path)))
    assert opened.compression == "gzip"
    assert b"".join(iter(lambda: opened.read(100), b"")) == b"content"
    opened.close()
    path = tmp_path / "not.gz"
    path.write_bytes(b"content")
    opened = Opened(Input(str(path)))
    assert opened.compression == ""
    assert b"".join(iter(lambda: opened.read(100), b"")) == b"content"
    opened.close()


def test_a_given_stream_stays_open() -> None:
    stream = io.BytesIO(b"content")
    opened = Opened(Input("x", stream))
    assert opened.read(3) == b"con"
    opened.close()
    assert not stream.closed


def test_a_closed_stream_is_an_os_error() -> None:
    stream = io.BytesIO(b"content")
    stream.close()
    with pytest.raises(OSError, match="closed"):
        Opened(Input("x", stream))


def test_expansion(tmp_path: Path) -> None:
    for name in ("b.pcap", "a.pcap", "c.txt", "[x].pcap"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "d.pcap").write_bytes(b"")

    def names(argument: str) -> tuple[str, list[str]]:
        (expansion,) = expand([argument])
        return expansion.kind, [Path(entry.path).name for entry in expansion.inputs]

    assert names(str(tmp_path / "[ab].pcap")) == ("glob", ["a.pcap", "b.pcap"])
    assert names(str(tmp_path / "[x].pcap")) == ("file", ["[x].pcap"])
    assert names(str(tmp_path / "*" / "*.pcap")) == ("glob", ["d.pcap"])
    assert names(str(tmp_path / "none*")) == ("file", ["none*"])
    kind, found = names(str(tmp_path))
    assert (kind, sorted(found)) == ("directory", ["[x].pcap", "a.pcap", "b.pcap", "c.txt"])
    assert names("nul\0") == ("file", ["nul\0"])
