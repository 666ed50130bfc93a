from struct import pack

import pytest

from analyzer import limits
from analyzer.capture.packet import Packet
from analyzer.flows import Flow, Flows
from analyzer.flows.datagram import Datagram, EspSeen, Signal
from analyzer.keys.sa_table import SaTable

UE, PCSCF = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1))
ENB, GATEWAY = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
REGISTER = b"REGISTER sip:home SIP/2.0\r\nTo: <sip:a>\r\n\r\n"


@pytest.fixture
def flows() -> Flows:
    return Flows(SaTable())


def packet(data: bytes, proto: int = 17, frame: int = 1, **other: object) -> Packet:
    made = Packet(0, frame, frame * 1000, 0, "eth/ip", UE, PCSCF, proto, data, ip_id=7)
    for name, value in other.items():
        setattr(made, name, value)
    return made


def udp(payload: bytes, sport: int = 5060, dport: int = 5060) -> bytes:
    return pack("!4H", sport, dport, 8 + len(payload), 0) + payload


def tcp(payload: bytes, seq: int = 1, flags: int = 0x18) -> bytes:
    return pack("!HHIIBBHHH", 6062, 6100, seq, 1, 0x50, flags, 500, 0, 0) + payload


def null_esp(inner: bytes, proto: int, spi: int = 4097, seq: int = 1) -> bytes:
    padding = -(len(inner) + 2) % 4
    trailer = bytes(range(1, padding + 1)) + bytes((padding, proto))
    return pack("!II", spi, seq) + inner + trailer + bytes(12)


def in_gtp(inner: bytes, teid: int = 1) -> bytes:
    return udp(pack("!BBHI", 0x30, 0xFF, len(inner), teid) + inner, 2152, 2152)


def in_ip(payload: bytes, proto: int = 17, fragment: int = 0) -> bytes:
    header = pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 9, fragment, 64, proto, 0, UE, PCSCF)
    return header + payload


def fragments(data: bytes, proto: int = 17, frame: int = 1, **other: object) -> list[Packet]:
    half = len(data) // 16 * 8
    return [
        packet(data[:half], proto, frame, frag_offset=0, more=True, **other),
        packet(data[half:], proto, frame + 1, frag_offset=half, **other),
    ]


def test_clear_udp(flows: Flows) -> None:
    assert flows.feed(packet(udp(REGISTER))) == [
        Datagram(
            capture=0,
            frame=1,
            time=1000,
            interface=0,
            path="eth/ip/udp",
            src=UE,
            dst=PCSCF,
            sport=5060,
            dport=5060,
            transport="udp",
            payload=REGISTER,
            ip_id=7,
        )
    ]


def test_udp_that_is_no_sip_is_passed_over(flows: Flows) -> None:
    assert flows.feed(packet(udp(b"\0\1\0\0!\x12\xa4B"))) == []
    assert flows.feed(packet(b"\0" * 5)) == []
    assert [(capture, problem.kind) for capture, problem in flows.problems] == [(0, "udp-header")]


def test_cut_udp_is_flagged(flows: Flows) -> None:
    (datagram,) = flows.feed(packet(udp(REGISTER)[:-4], truncated=True))
    assert isinstance(datagram, Datagram)
    assert datagram.truncated


def test_fragmented_udp(flows: Flows) -> None:
    first, second = fragments(udp(REGISTER))
    assert flows.feed(first) == []
    (datagram,) = flows.feed(second)
    assert isinstance(datagram, Datagram)
    assert (datagram.payload, datagram.frame, datagram.frames) == (REGISTER, 2, (1, 2))


def test_esp_stands_before_what_it_held(flows: Flows) -> None:
    seen, datagram = flows.feed(packet(null_esp(udp(REGISTER, 6062, 6100), 17), 50))
    assert isinstance(seen, EspSeen)
    assert isinstance(datagram, Datagram)
    assert (seen.spi, seen.seq, seen.opened, seen.proto) == (4097, 1, "null", 17)
    assert (seen.sport, seen.dport, seen.length) == (6062, 6100, 8 + 8 + len(REGISTER) + 2 + 12)
    assert (datagram.protection, datagram.spi, datagram.seq) == ("esp-null", 4097, 1)
    assert datagram.path == "eth/ip/esp/udp"


def test_a_copy_of_an_esp_packet_is_seen_and_opened_again(flows: Flows) -> None:
    data = null_esp(udp(REGISTER), 17)
    for capture in (0, 1):
        seen, datagram = flows.feed(packet(data, 50, capture=capture))
        assert isinstance(seen, EspSeen)
        assert isinstance(datagram, Datagram)
        assert seen.copy is (capture == 1)


def test_a_copy_of_an_unread_esp_packet_is_marked(flows: Flows) -> None:
    for interface in (0, 1):
        (seen,) = flows.feed(packet(pack("!II", 4097, 1) + b"\x5a" * 60, 50, interface=interface))
        assert isinstance(seen, EspSeen)
        assert (seen.opened, seen.copy) == ("", interface == 1)


def test_the_line_is_handed_on(flows: Flows) -> None:
    tunnel = in_gtp(in_ip(udp(REGISTER)))
    out = flows.feed(packet(null_esp(udp(REGISTER), 17), 50, line=3))
    out += flows.feed(packet(null_esp(tcp(REGISTER), 6, seq=2), 50, line=3))
    out += flows.feed(packet(udp(REGISTER), line=3))
    first, second = fragments(tunnel, src=ENB, dst=GATEWAY, line=3)
    second.capture = 4
    out += flows.feed(first) + flows.feed(second)
    assert [flow.line for flow in out if not isinstance(flow, Signal)] == [3] * 6
    assert isinstance(out[-1], Datagram)
    assert (out[-1].capture, out[-1].frames) == (4, (2,))


def test_tcp_in_esp_is_a_stream_apart_from_the_same_ports_in_clear(flows: Flows) -> None:
    half = len(REGISTER) // 2
    out = flows.feed(packet(null_esp(tcp(b"", 0, 0x02), 6), 50))
    assert [getattr(flow, "kind", "esp") for flow in out] == ["esp", "syn"]
    assert isinstance(out[1], Signal)
    assert (out[1].protection, out[1].spi) == ("esp-null", 4097)
    flows.feed(packet(tcp(b"", 0, 0x02), 6))
    _, first = flows.feed(packet(null_esp(tcp(REGISTER[:half]), 6, seq=2), 50))
    (clear,) = flows.feed(packet(tcp(REGISTER), 6))
    _, second = flows.feed(packet(null_esp(tcp(REGISTER[half:], 1 + half), 6, seq=3), 50))
    assert isinstance(first, Datagram)
    assert isinstance(clear, Datagram)
    assert isinstance(second, Datagram)
    assert first.payload + second.payload == clear.payload == REGISTER
    assert first.stream == second.stream != clear.stream
    assert (second.seq, second.path) == (3, "eth/ip/esp/tcp")


def test_fragmented_esp_keeps_its_frames(flows: Flows) -> None:
    first, second = fragments(null_esp(udp(REGISTER), 17), 50, frame=4)
    assert flows.feed(first) == []
    seen, datagram = flows.feed(second)
    assert isinstance(seen, EspSeen)
    assert isinstance(datagram, Datagram)
    assert (seen.frame, seen.frames) == (5, (4, 5))
    assert (datagram.frame, datagram.frames) == (5, (4, 5))


def test_a_fragmented_tunnel_is_opened(flows: Flows) -> None:
    outer = in_gtp(in_ip(udp(REGISTER)))
    first, second = fragments(outer, src=ENB, dst=GATEWAY)
    assert flows.feed(first) == []
    (datagram,) = flows.feed(second)
    assert isinstance(datagram, Datagram)
    assert (datagram.src, datagram.dst) == (UE, PCSCF)
    assert (datagram.path, datagram.frames) == ("eth/ip/udp/gtp/ip/udp", (1, 2))


def test_fragments_within_fragments_of_a_tunnel(flows: Flows) -> None:
    whole = udp(REGISTER)
    inner = [in_ip(whole[:24], fragment=0x2000), in_ip(whole[24:], fragment=3)]
    out: list[Flow] = []
    for n, datagram in enumerate(inner):
        for piece in fragments(in_gtp(datagram), frame=1 + 2 * n, src=ENB, dst=GATEWAY, ip_id=n):
            out += flows.feed(piece)
    (result,) = out
    assert isinstance(result, Datagram)
    assert (result.payload, result.frame, result.frames) == (REGISTER, 4, (1, 2, 3, 4))


def test_icmp(flows: Flows) -> None:
    (signal,) = flows.feed(packet(bytes((3, 3)) + bytes(6) + in_ip(udp(b"x")), 1))
    assert isinstance(signal, Signal)
    assert (signal.kind, signal.dport) == ("icmp", 5060)
    assert flows.feed(packet(bytes((8, 0)) + bytes(8), 1)) == []


def test_other_protocols_give_nothing(flows: Flows) -> None:
    assert flows.feed(packet(REGISTER, 132)) == []
    assert flows.feed(packet(b"abc", 50)) == []
    assert [problem.kind for _, problem in flows.problems] == ["esp-header"]


def test_advance_and_finish_release_what_waits(flows: Flows) -> None:
    flows.feed(packet(tcp(b"", 0, 0x02), 6))
    flows.feed(packet(tcp(REGISTER, 100), 6))
    assert flows.advance(limits.STREAM_PATIENCE) == []
    late = flows.advance(limits.STREAM_PATIENCE + limits.SECOND)
    assert [type(flow) for flow in late] == [Signal, Datagram]
    flows.feed(fragments(udp(REGISTER))[0])
    assert flows.finish() == []
    assert [problem.kind for _, problem in flows.problems] == ["fragment-missing"]


def test_a_million_spis_leave_nothing_behind(flows: Flows) -> None:
    body = bytes(40)
    for spi in range(1_000_000):
        (seen,) = flows.feed(packet(spi.to_bytes(4, "big") + body, 50, frame=spi))
    assert isinstance(seen, EspSeen)
    assert seen.spi == 999_999
    assert flows.finish() == []
    assert list(flows.problems) == []


def test_nested_reassembly_ends(flows: Flows) -> None:
    data = udp(REGISTER)
    for _ in range(40):
        data = in_gtp(in_ip(data))
    for piece in fragments(data):
        flows.feed(piece)
    flows.finish()
