"""The ranges of a message's fields are those that tshark gives, but for what is named here."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.report.dissect.message import message_tree
from analyzer.report.dissect.node import Node
from tests.captures import SAMPLES, records

Ranges = dict[str, list[tuple[int, int]]]

_CAPTURES = [
    *("03_udp_3des_md5_gm", "09_udp_wrong_verify_spi_mw", "12_udp_no_verify_mw", "08_udp_calls_mw"),
    *("16_udp_multi_offer_phh_gm", "17_udp_multi_header_gm", "19_udp_no_ealg_24228_gm"),
    *("23_udp_auts_resync_gm", "29_udp6_aes_sha1_any", "27_tcp_aes_sha1_any"),
    *("42_udp_odd_spacing_gm", "s1_aka_udp"),
]

# what Wireshark 4.0 reads otherwise, each looked at by hand
_OTHERWISE = {
    ("42_udp_odd_spacing_gm", "sip.sec_mechanism"),  # with the blank behind the name
    ("42_udp_odd_spacing_gm", "sip.sec_mechanism.alg"),  # `alg =` is not found
    ("42_udp_odd_spacing_gm", "sip.sec_mechanism.ealg"),  # with the blank behind the value
    ("s1_aka_udp", "sip.contact.port"),  # an empty host: `:5060` is taken for it
    ("s1_aka_udp", "sip.contact.host"),
    ("27_tcp_aes_sha1_any", "sip.r-uri.param"),  # parameters of Request-URIs came later
}


def messages(path: Path) -> Iterator[tuple[bytes, int, Ranges]]:
    """Each SIP message that stands whole in its frame, where it begins there, and its fields."""
    pdml = subprocess.run(
        ["tshark", "-r", str(path), "-T", "pdml", "-J", "frame sip", "-Y", "sip"],
        capture_output=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    frames = records(path.read_bytes())
    for packet in ET.fromstring(pdml):
        number = next(field.get("show") for field in packet.iter("field")
                      if field.get("name") == "frame.number")  # fmt: skip
        for proto in packet.iter("proto"):
            if proto.get("name") != "sip":
                continue
            at, size = int(proto.get("pos") or 0), int(proto.get("size") or 0)
            found: Ranges = defaultdict(list)
            for field in proto.iter("field"):
                place = int(field.get("pos") or 0), int(field.get("size") or 0)
                found[field.get("name") or ""].append(place)
            yield frames[int(number or 0) - 1][1][at : at + size], at, found


def ranges(tree: Node, at: int) -> Ranges:
    found: Ranges = defaultdict(list)
    for node in tree.walk():
        found[node.field].append((at + node.start, node.length))
    return found


@pytest.mark.tshark
@pytest.mark.parametrize("name", _CAPTURES)
def test_ranges(name: str) -> None:
    compared = 0
    for raw, at, theirs in messages(SAMPLES / "real" / f"{name}.pcap"):
        tree = message_tree(raw)
        if tree is None:
            continue  # fragments or segments: it stands in another data source
        mine = ranges(tree, at)
        for field in mine:
            if field.startswith("sip.") and (name, field) not in _OTHERWISE:
                assert sorted(mine[field]) == sorted(theirs[field]), field
                compared += 1
        for field in ("sip.Security-Client", "sip.Security-Server", "sip.Security-Verify"):
            assert len(mine[field]) == len(theirs[field])
    assert compared > 20
