"""Containers beside pcap and pcapng, as Wireshark's editcap writes them and octet by octet."""

import gzip
import io
import lzma
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from analyzer.capture import Packet, open_captures
from analyzer.capture.formats import recognise
from analyzer.capture.problems import Problems
from analyzer.capture.records import read_records
from analyzer.capture.walk import Walk

SAMPLE = Path(__file__).parents[2] / "samples" / "pcaps" / "ok_udp_null.pcap"
SECOND = 1_000_000_000
T = 1_700_000_000 * SECOND + 250_000_000

# editcap's name -> ours
WRITTEN = {
    "pcap": "pcap",
    "pcapng": "pcapng",
    "nsecpcap": "pcap",
    "modpcap": "modified-pcap",
    "rh6_1pcap": "modified-pcap",
    "suse6_3pcap": "modified-pcap",
    "nokiapcap": "modified-pcap",
    "snoop": "snoop",
}


def packets(path: Path) -> tuple[str, list[tuple[int, int, str, bytes]]]:
    captures = open_captures([str(path)])
    found = [
        (one.frame, one.time, one.path, one.data) for one in captures if isinstance(one, Packet)
    ]
    (info,) = captures.infos
    assert info.problems == []
    return info.format, found


@pytest.mark.tshark
@pytest.mark.parametrize("form", WRITTEN)
def test_what_editcap_writes_is_read_alike(form: str, tmp_path: Path) -> None:
    path = tmp_path / "converted"
    subprocess.run(["editcap", "-F", form, str(SAMPLE), str(path)], check=True)
    assert packets(path) == (WRITTEN[form], packets(SAMPLE)[1])


def walk(data: bytes) -> tuple[list[tuple[int, int, int, bytes]], list[str], Walk]:
    problems: list[Any] = []
    it = Walk(io.BytesIO(data), Problems(problems))
    found = [(one.frame, one.time, one.link_type, one.data) for one in read_records(it)]
    return found, [problem.kind for problem in problems], it


def snoop(*records: bytes, link: int = 4) -> bytes:
    return b"snoop\0\0\0" + struct.pack(">II", 2, link) + b"".join(records)


def snoop_record(data: bytes, *, original: int | None = None) -> bytes:
    size = 24 + len(data) + -len(data) % 4
    head = (original or len(data), len(data), size, 0, *divmod(T // 1000, 1_000_000))
    return struct.pack(">IIIIII", *head) + data + bytes(-len(data) % 4)


def test_snoop(wire: Any) -> None:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    found, problems, it = walk(snoop(snoop_record(frame), snoop_record(frame[:-1], original=99)))
    assert found == [(1, T, 1, frame), (2, T, 1, frame[:-1])]
    assert (problems, it.format, it.first_time) == ([], "snoop", T)
    found, problems, _ = walk(snoop(snoop_record(frame))[:-1])
    assert (found, problems) == ([], ["cut-short"])
    for size in (0, 23, 0x7FFFFFFF, 0xFFFFFFFF):
        broken = bytearray(snoop(snoop_record(frame)))
        broken[24:28] = struct.pack(">I", size)
        assert walk(bytes(broken))[:2] == ([], ["bad-length"])


def test_a_link_type_only_snoop_has_is_named(wire: Any) -> None:
    captures = open_captures([io.BytesIO(snoop(snoop_record(b"x" * 60), link=18))])
    assert not [one for one in captures if isinstance(one, Packet)]
    (info,) = captures.infos
    assert info.link_types == ["snoop-link-type-18"]
    assert [(one.kind, one.detail) for one in info.problems] == [
        ("link-type", "snoop-link-type-18 is not read")
    ]


def erf(data: bytes, kind: int = 2, extensions: bytes = b"", second: int = 1_700_000_000) -> bytes:
    """A record; its time is half a second behind `second`."""
    pad = b"\0\0" if kind in (2, 11, 16, 20) else b""
    body = extensions + pad + data
    kind |= 0x80 if extensions else 0
    stamp = struct.pack("<II", 1 << 31, second)
    return stamp + struct.pack(">BBHHH", kind, 4, 16 + len(body), 0, len(data)) + body


def test_erf(wire: Any, tmp_path: Path) -> None:
    datagram = wire.ip(17, wire.udp(wire.register))
    ppp = b"\xff\x03\x00\x21" + datagram
    data = (
        erf(wire.eth(datagram))
        + erf(b"", 48)  # padding is no frame
        + erf(wire.eth(datagram), 2, b"\x83" + bytes(7) + b"\x03" + bytes(7))
        + erf(datagram, 22)
        + erf(ppp, 1)
        + erf(b"\x0f\x00\x08\x00" + datagram, 1)
        + erf(bytes(40), 21)
    )
    path = tmp_path / "x.erf"
    path.write_bytes(data)
    form, found = packets(path)
    assert form == "erf"
    assert [(frame, time, way) for frame, time, way, _ in found] == [
        (1, 1_700_000_000_500_000_000, "erf/eth/ip"),
        (2, 1_700_000_000_500_000_000, "erf/eth/ip"),
        (3, 1_700_000_000_500_000_000, "erf/ip"),
        (4, 1_700_000_000_500_000_000, "erf/hdlc/ip"),
        (5, 1_700_000_000_500_000_000, "erf/hdlc/ip"),
    ]
    assert {payload for *_, payload in found} == {wire.udp(wire.register)}


@pytest.mark.tshark
def test_erf_frames_are_those_of_tshark(wire: Any, tmp_path: Path) -> None:
    datagram = wire.ip(17, wire.udp(wire.register))
    data = (
        erf(wire.eth(datagram))
        + erf(b"", 48)
        + erf(wire.eth(datagram), 2, b"\x03" + bytes(7))
        + erf(datagram, 22)
        + erf(b"\xff\x03\x00\x21" + datagram, 1)
    )
    path = tmp_path / "x.erf"
    path.write_bytes(data)
    command = ["tshark", "-n", "-r", str(path), "-Y", "sip", "-T", "fields"]
    command += ["-e", "frame.number", "-e", "frame.time_epoch"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = [line.split("\t") for line in output.splitlines()]
    ours = [[str(frame), f"{time / SECOND:.9f}"] for frame, time, *_ in packets(path)[1]]
    assert ours == theirs
    assert len(ours) == 4


def test_lcap_of_ixia(wire: Any) -> None:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    usual = wire.pcap([(T, frame)] * 2, nano=True)
    for order in "<>":
        usual = wire.pcap([(T, frame)] * 2, nano=True, order=order)
        for magic in (0x1C0001AB, 0x1C0001AC):
            data = struct.pack(f"{order}I", magic) + usual[4:24] + bytes(4) + usual[24:]
            found, problems, _ = walk(data)
            assert found == [(1, T, 1, frame), (2, T, 1, frame)]
            assert problems == []


def test_usual_pcap_is_never_taken_for_another(wire: Any) -> None:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    for count in range(5):
        for order in "<>":
            data = wire.pcap([(T, frame)] * count, order=order)
            for end in range(24, len(data)):
                assert recognise(data[:end]) is None


@given(st.binary(max_size=200), st.sampled_from([b"snoop\0\0\0\0\0\0\2\0\0\0\4", b"", bytes(4)]))
def test_any_octets(data: bytes, head: bytes) -> None:
    found, problems, it = walk(head + data)
    assert found or problems or it.format


@given(st.data())
def test_mutations_raise_nothing(wire: Any, data: st.DataObject) -> None:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    sources = [snoop(*[snoop_record(frame)] * 3), erf(frame) * 3]
    mutated = bytearray(data.draw(st.sampled_from(sources)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        mutated[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    walk(bytes(mutated))


def odd_pcapng(wire: Any) -> bytes:
    """Sections of both byte orders; simple and obsolete packet blocks; comments; statistics, names,
    secrets; blocks nobody knows."""
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    comment = struct.pack("<HH", 1, 5) + b"hello\0\0\0" + bytes(4)
    data = wire.section() + wire.interface(1, (2, b"eth0"), (9, b"\x06"))
    data += wire.enhanced(frame, T // 1000, options=comment)
    data += wire.block(3, struct.pack("<I", len(frame)) + frame)
    data += wire.block(2, struct.pack("<HHIIII", 0, 0, 0, 0, len(frame), len(frame)) + frame)
    data += wire.block(4, struct.pack("<HH", 0, 0))  # name resolution
    data += wire.block(5, struct.pack("<III", 0, 0, 0))  # interface statistics
    data += wire.block(10, struct.pack("<II", 0x544C534B, 4) + b"none")  # decryption secrets
    data += wire.block(0x7FFF, b"nobody knows")
    data += wire.block(0x80000001, b"of a vendor ")
    data += wire.enhanced(frame, T // 1000)
    data += wire.section(">") + wire.interface(101, order=">") + wire.interface(1, order=">")
    data += wire.enhanced(frame, T // 1000, 1, order=">")
    data += wire.enhanced(frame[14:], T // 1000, 0, order=">")
    data += wire.section() + wire.interface(113)
    return bytes(data + wire.enhanced(wire.sll(frame[14:]), T // 1000))


def by_tshark(path: Path) -> list[int]:
    command = ["tshark", "-n", "-r", str(path), "-Y", "sip", "-T", "fields", "-e", "frame.number"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return list(map(int, output.split()))


@pytest.mark.tshark
def test_an_odd_pcapng_has_the_frames_that_tshark_sees(wire: Any, tmp_path: Path) -> None:
    path = tmp_path / "odd.pcapng"
    path.write_bytes(odd_pcapng(wire))
    form, found = packets(path)
    assert (form, [frame for frame, *_ in found]) == ("pcapng", list(range(1, 8)))
    assert by_tshark(path) == [frame for frame, *_ in found]


@pytest.mark.tshark
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34])
def test_pcap_of_both_byte_orders(wire: Any, order: str, magic: int, tmp_path: Path) -> None:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    data = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, 1)
    more = struct.pack(f"{order}IHBB", 1, 0x0800, 0, 0) if magic == 0xA1B2CD34 else b""
    for second in range(5):
        size = len(frame)
        head = struct.pack(f"{order}IIII", 1_700_000_000 + second, 500, size, size)
        data += head + more + frame
    path = tmp_path / "x.pcap"
    path.write_bytes(data)
    unit = 1 if magic == 0xA1B23C4D else 1000
    assert [(frame, time) for frame, time, *_ in packets(path)[1]] == [
        (n + 1, (1_700_000_000 + n) * SECOND + 500 * unit) for n in range(5)
    ]
    assert by_tshark(path) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("suffixes", [("", ""), (".gz", ".xz"), (".zst", "")])
def test_a_rotating_set_is_one_line_whatever_its_compression(
    wire: Any, suffixes: tuple[str, str], tmp_path: Path
) -> None:
    frame = wire.eth(wire.ip(17, wire.udp(wire.register)))
    for number, suffix in enumerate(suffixes, 1):
        data = wire.pcap([(T + number * SECOND, frame)])
        pack = {".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstandard.compress, "": bytes}
        name = f"ring_{number:05}_20260101120000.pcap{suffix}"
        (tmp_path / name).write_bytes(pack[suffix](data))
    for argument in (str(tmp_path), str(tmp_path / "ring_*")):
        found = [one for one in open_captures([argument]) if isinstance(one, Packet)]
        assert [(one.capture, one.line) for one in found] == [(0, 0), (1, 0)]
