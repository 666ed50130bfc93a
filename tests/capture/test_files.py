"""Opening inputs: what arguments stand for, and decompression that never holds it all."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.capture.compression import METHODS, CutShort, Decompressed, decompressed
from analyzer.capture.files import Input, Opened, expand

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
    "lz4": lambda data: lz4.frame.compress(data, content_checksum=True),
}

NOISE = zlib.compress(bytes(range(256)), 9) * 300  # does not compress well


def drain(raw: bytes, size: int = 1000) -> tuple[bytes, str]:
    name, reader = decompressed(raw[:16], io.BytesIO(raw))
    assert name
    out = b""
    try:
        while piece := reader.read(size):
            assert len(piece) <= size
            out += piece
    except CutShort as error:
        return out, str(error)
    return out, ""


every_method = pytest.mark.parametrize("name", COMPRESS)


def test_every_method_is_tried() -> None:
    assert set(COMPRESS) == {method.name for method in METHODS}


@every_method
@given(data=st.binary(max_size=5000), size=st.integers(1, 3000), members=st.integers(1, 3))
def test_all_members_are_decompressed(name: str, data: bytes, size: int, members: int) -> None:
    assert drain(COMPRESS[name](data) * members, size) == (data * members, "")


@every_method
def test_what_is_behind_the_last_member_is_no_part_of_it(name: str) -> None:
    for rest in (bytes(100), b"x", b"\x1f"):
        assert drain(COMPRESS[name](NOISE) + rest) == (NOISE, "")


@every_method
def test_a_cut_is_told_and_what_could_be_read_is_given(name: str) -> None:
    packed = COMPRESS[name](NOISE)
    lengths = []
    for end in range(16, len(packed), max(1, len(packed) // 60)):
        out, failure = drain(packed[:end])
        assert failure == f"{name}: the stream ends early"
        assert NOISE.startswith(out)
        lengths.append(len(out))
    assert lengths == sorted(lengths)
    out, failure = drain(packed[:-1])
    assert (out, failure) == (NOISE, f"{name}: the stream ends early")


def test_all_before_a_cut_is_given() -> None:
    packed = COMPRESS["gzip"](NOISE)
    for end in range(2, len(packed), 97):
        out, failure = drain(packed[:end])
        assert failure == "gzip: the stream ends early"
        assert out == zlib.decompressobj(31).decompress(packed[:end])


@every_method
def test_damage_is_told(name: str) -> None:
    packed = bytearray(COMPRESS[name](NOISE))
    packed[len(packed) // 2] ^= 0xFF
    out, failure = drain(bytes(packed))
    assert out != NOISE or failure
    assert failure.startswith(f"{name}: ")


def test_all_before_the_damage_is_given() -> None:
    packed = bytearray(COMPRESS["gzip"](NOISE))
    packed[-6] ^= 0xFF  # the checksum
    out, failure = drain(bytes(packed))
    assert out == NOISE
    assert failure.startswith("gzip: ")


@every_method
@given(at=st.integers(6, 5000), octets=st.binary(min_size=1, max_size=4))
def test_damage_raises_nothing_else(name: str, at: int, octets: bytes) -> None:
    packed = bytearray(COMPRESS[name](NOISE))
    at = min(at, len(packed))
    packed[at : at + len(octets)] = octets
    drain(bytes(packed), 1 << 20)


@every_method
def test_a_bomb_comes_in_bounded_pieces(name: str) -> None:
    reader = Decompressed(
        next(method for method in METHODS if method.name == name),
        io.BytesIO(COMPRESS[name](bytes(50_000_000))),
    )
    total = 0
    while piece := reader.read(10_000):
        assert len(piece) <= 10_000
        total += len(piece)
    assert total == 50_000_000


def test_a_dictionary_that_would_fill_the_memory_is_refused() -> None:
    ends_early = "zstd: the stream ends early"
    window = zstandard.ZstdCompressionParameters(window_log=28, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=window).compressobj()
    packed = packer.compress(bytes(100)) + packer.flush()
    out, failure = drain(packed)
    assert (out, failure != ends_early) == (b"", True)
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 2 * limits.DICTIONARY}]
    out, failure = drain(lzma.compress(bytes(100), filters=filters))
    assert out == b""
    assert "limit" in failure.lower()


@every_method
def test_compression_is_known_by_magic_not_suffix(name: str, tmp_path: Path) -> None:
    path = tmp_path / "plain.pcap"
    path.write_bytes(COMPRESS[name](b"content"))
    opened = Opened(Input(str(path)))
    assert opened.compression == name
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
