"""The octets of each layer, against tshark's."""

import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.capture import open_captures
from analyzer.capture.anatomy import Anatomy, of_frame, of_payload
from analyzer.report.dissect.layers import layer_nodes
from tests.capture.test_layers import EXPLAINED, cases
from tests.captures import SAMPLES

# what tshark tells apart otherwise: names of layers that one of the two does not have
_OURS = {"raw", "data", "udpencap", "null", "ppp", "chdlc", "llc", "ppi", "erf", "mpls", "erspan"}

# tshark takes off what stands before the frame that was captured, and counts behind it
_APART = {"PPP with direction", "erf"}


def theirs(path: Path, *options: str) -> list[list[tuple[str, int, int]]]:
    """Of each frame the protocols with place and size."""
    command = ["tshark", "-r", str(path), "-T", "pdml", *options]
    pdml = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    return [
        [
            (str(proto.get("name")), int(proto.get("pos") or 0), int(proto.get("size") or 0))
            for proto in packet.findall("proto")
        ]
        for packet in ET.fromstring(pdml)
    ]


def ours(data: bytes, anatomy: Anatomy) -> list[tuple[str, int, int]]:
    return [(one.field, one.start, one.length) for one in layer_nodes(data, anatomy)]


@pytest.mark.tshark
def test_tunnels_have_their_octets(wire: Any, tmp_path: Path) -> None:
    apart = {*EXPLAINED, *_APART}
    table = {name: case for name, case in cases(wire).items() if name not in apart}
    links = list(dict.fromkeys(case.link for case in table.values()))
    data = wire.section() + b"".join(map(wire.interface, links))
    for case in table.values():
        data += wire.enhanced(case.frame, interface=links.index(case.link))
    path = tmp_path / "all.pcapng"
    path.write_bytes(data)
    told = theirs(path, *(word for case in table.values() for word in case.tell))
    compared = 0
    for (name, case), protocols in zip(table.items(), told, strict=True):
        for layer in ours(case.frame, of_frame(case.frame, case.link)):
            if layer[0] not in _OURS:
                assert layer[1:] in {row[1:] for row in protocols}, name
                compared += 1
    assert compared > 100


@pytest.mark.tshark
@pytest.mark.parametrize(
    "name", ["27_tcp_aes_sha1_any.pcap", "29_udp6_aes_sha1_any.pcap", "02_udp_null_md5_gm.pcap"]
)
def test_real_frames_have_their_octets(name: str) -> None:
    path = SAMPLES / "real" / name
    compared = 0
    packets = theirs(path)
    examined = open_captures([str(path)]).examine(0, range(1, len(packets) + 1))
    for number, protocols in enumerate(packets, 1):
        one = examined[number]
        if one.look.fragment:
            continue  # tshark takes a datagram apart where it is whole
        for field, start, length in ours(one.data, one.anatomy):
            if field == "data":
                continue
            same = [row for row in protocols if row[:2] == (field, start)]
            assert same, (number, field)
            if field != "ipv6":  # tshark counts extension headers apart
                assert (field, start, length) in same
            compared += 1
    assert compared > 10


@given(st.integers(0, 300), st.binary(max_size=200))
def test_any_octets_have_layers_within_their_bounds(link: int, data: bytes) -> None:
    check(data, of_frame(data, link))


@given(st.integers(0, 255), st.binary(max_size=200))
def test_any_payload_has_layers_within_its_bounds(proto: int, data: bytes) -> None:
    check(data, of_payload(data, proto))


def check(data: bytes, anatomy: Anatomy) -> None:
    at = 0
    for _, start, end in anatomy.layers:
        assert 0 <= start <= end <= len(data)
        assert start >= at
        at = start
    assert 0 <= anatomy.start <= anatomy.end <= len(data)
    list(layer_nodes(data, anatomy))
