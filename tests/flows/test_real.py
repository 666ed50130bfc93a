"""The real captures: expected values are those of their GROUND_TRUTH.md and of tshark."""

from pathlib import Path

import pytest

from analyzer.capture import Packet, open_captures
from analyzer.flows import Flow, Flows
from analyzer.flows.datagram import Datagram, EspSeen, Signal
from analyzer.keys.sa_table import SaTable

REAL = Path(__file__).parents[2] / "samples" / "real"


def swept(name: str) -> tuple[list[Flow], Flows]:
    flows = Flows(SaTable())
    out: list[Flow] = []
    for item in open_captures([str(REAL / name)]):
        out += flows.feed(item) if isinstance(item, Packet) else flows.advance(item.time)
    return out + flows.finish(), flows


def first_lines(flows: list[Flow]) -> list[tuple[int, str, str]]:
    return [
        (flow.frame, flow.protection, flow.payload.split(b" ")[0].decode())
        for flow in flows
        if isinstance(flow, Datagram)
    ]


def esp(flows: list[Flow]) -> list[EspSeen]:
    return [flow for flow in flows if isinstance(flow, EspSeen)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "02_udp_null_md5_gm.pcap",
            [
                (1, "clear", "REGISTER"),
                (2, "clear", "SIP/2.0"),
                (3, "esp-null", "REGISTER"),
                (4, "esp-null", "SIP/2.0"),
            ],
        ),
        (
            "17_udp_multi_header_gm.pcap",
            [
                (2, "clear", "REGISTER"),
                (3, "clear", "SIP/2.0"),
                (5, "esp-null", "REGISTER"),
                (6, "esp-null", "SIP/2.0"),
            ],
        ),
        (
            "19_udp_no_ealg_24228_gm.pcap",
            [
                (1, "clear", "REGISTER"),
                (2, "clear", "SIP/2.0"),
                (3, "esp-null", "REGISTER"),
                (4, "esp-null", "REGISTER"),
                (5, "esp-null", "REGISTER"),
            ],
        ),
        (
            "41_thirdparty_ue_v6_unmodified_order_gm.pcap",
            [(4, "clear", "REGISTER"), (6, "clear", "SIP/2.0"), (12, "esp-null", "REGISTER")],
        ),
    ],
)
def test_null_opens(name: str, expected: list[tuple[int, str, str]]) -> None:
    out, flows = swept(name)
    assert first_lines(out) == expected
    assert all(seen.opened == "null" for seen in esp(out))
    assert list(flows.problems) == []


def test_null_esp_says_what_tshark_says() -> None:
    first, second = esp(swept("02_udp_null_md5_gm.pcap")[0])
    assert (first.spi, first.seq, first.sport, first.dport) == (0x1389, 1, 6062, 6100)
    assert (second.spi, second.seq, second.sport, second.dport) == (0x22220000, 1, 5100, 6063)


def test_spi_0_to_port_0_in_fragments() -> None:
    (seen,) = esp(swept("41_thirdparty_ue_v6_unmodified_order_gm.pcap")[0])
    assert (seen.spi, seen.frame, seen.frames) == (0, 12, (11, 12))
    assert (seen.sport, seen.dport) == (58017, 0)


@pytest.mark.parametrize(
    ("name", "packets"),
    [
        ("01_udp_aes_sha1_gm.pcap", 6),
        ("03_udp_3des_md5_gm.pcap", None),
        ("29_udp6_aes_sha1_gm.pcap", 6),
        ("os_21_udp_aes_gcm_gm.pcap", None),
    ],
)
def test_encrypted_never_opens(name: str, packets: int | None) -> None:
    seen = esp(swept(name)[0])
    assert seen
    assert {one.opened for one in seen} == {""}
    assert packets is None or len(seen) == packets


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        ("25_udp_big_message_frag_gm.pcap", {3: (), 4: (), 6: (5, 6), 7: ()}),
        ("16_udp_multi_offer_phh_gm.pcap", {4: (3, 4), 5: (), 6: (), 7: ()}),
    ],
)
def test_fragmented_esp(name: str, frames: dict[int, tuple[int, ...]]) -> None:
    out, flows = swept(name)
    assert {seen.frame: seen.frames for seen in esp(out)} == frames
    assert list(flows.problems) == []


def test_tcp() -> None:
    out, _ = swept("27_tcp_aes_sha1_gm.pcap")
    assert first_lines(out) == [(4, "clear", "REGISTER"), (6, "clear", "SIP/2.0")]
    assert [(flow.frame, flow.kind) for flow in out if isinstance(flow, Signal)] == [
        (1, "syn"),
        (2, "syn-ack"),
        (21, "fin"),
        (23, "fin"),
    ]
    assert len(esp(out)) == 16


def test_two_taps_of_one_stream_give_it_twice() -> None:
    name = str(REAL / "27_tcp_aes_sha1_gm.pcap")
    flows = Flows(SaTable())
    out = [
        flow
        for item in open_captures([name, name])
        if isinstance(item, Packet)
        for flow in flows.feed(item)
    ]
    assert len([flow for flow in out if isinstance(flow, Datagram)]) == 4
    assert len(esp(out)) == 32
