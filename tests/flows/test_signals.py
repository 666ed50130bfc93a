from struct import pack

from hypothesis import given
from hypothesis import strategies as st

from analyzer.capture.packet import Packet
from analyzer.flows.signals import icmp_signal

UE, PCSCF, ROUTER = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1)), bytes((192, 0, 2, 254))
UE6, PCSCF6 = (bytes.fromhex("20010db8" + "00" * 11 + last) for last in ("10", "01"))


def packet(data: bytes, proto: int, src: bytes = ROUTER) -> Packet:
    return Packet(0, 3, 9, 0, "eth/ip", src, UE, proto, data)


def quoted(proto: int, rest: bytes, fragment: int = 0) -> bytes:
    return pack("!BBHHHBBH4s4s", 0x45, 0, 400, 1, fragment, 64, proto, 0, UE, PCSCF) + rest


def quoted6(proto: int, rest: bytes) -> bytes:
    return pack("!IHBB16s16s", 6 << 28, 400, proto, 64, UE6, PCSCF6) + rest


def test_port_unreachable_names_the_quoted_ports() -> None:
    data = bytes((3, 3)) + bytes(6) + quoted(17, pack("!4H", 6062, 6100, 300, 0))
    signal = icmp_signal(packet(data, 1, PCSCF))
    assert signal is not None
    assert (signal.kind, signal.detail, signal.by) == ("icmp", "port unreachable", PCSCF)
    assert (signal.src, signal.dst, signal.sport, signal.dport) == (UE, PCSCF, 6062, 6100)
    assert (signal.protection, signal.spi, signal.frame) == ("clear", -1, 3)


def test_quoted_esp_names_its_spi() -> None:
    data = bytes((3, 2)) + bytes(6) + quoted(50, pack("!II", 0x11110000, 1))
    signal = icmp_signal(packet(data, 1))
    assert signal is not None
    assert (signal.detail, signal.protection, signal.spi) == (
        "protocol unreachable",
        "esp",
        0x11110000,
    )


def test_fragmentation_needed_says_the_mtu() -> None:
    data = bytes((3, 4, 0, 0)) + pack("!HH", 0, 1400) + quoted(17, pack("!4H", 1, 2, 3, 0))
    signal = icmp_signal(packet(data, 1))
    assert signal is not None
    assert signal.detail == "fragmentation needed, MTU 1400"


def test_a_later_fragment_has_no_ports() -> None:
    data = bytes((11, 1)) + bytes(6) + quoted(17, pack("!4H", 1, 2, 3, 0), fragment=185)
    signal = icmp_signal(packet(data, 1))
    assert signal is not None
    assert (signal.sport, signal.dport, signal.spi) == (0, 0, -1)


def test_icmpv6_behind_extension_headers() -> None:
    chain = bytes((44, 0)) + bytes(6) + bytes((50, 0, 0, 0)) + bytes(4) + pack("!II", 4096, 1)
    data = bytes((2, 0, 0, 0)) + pack("!I", 1280) + quoted6(0, chain)
    signal = icmp_signal(packet(data, 58, PCSCF6))
    assert signal is not None
    assert (signal.detail, signal.spi) == ("packet too big, MTU 1280", 4096)
    assert (signal.src, signal.dst) == (UE6, PCSCF6)


def test_an_unlisted_code_keeps_the_name_of_its_type() -> None:
    signal = icmp_signal(packet(bytes((3, 15)) + bytes(6) + quoted(6, b""), 1))
    assert signal is not None
    assert signal.detail == "destination unreachable"


def test_echo_and_empty_quotations_are_no_signals() -> None:
    assert icmp_signal(packet(bytes((8, 0)) + bytes(60), 1)) is None
    assert icmp_signal(packet(bytes((3, 3)) + bytes(6), 1)) is None
    assert icmp_signal(packet(b"", 58)) is None


@given(st.sampled_from((1, 58)), st.sampled_from((1, 2, 3, 4, 11, 12)), st.binary(max_size=120))
def test_never_raises(proto: int, kind: int, data: bytes) -> None:
    icmp_signal(packet(bytes((kind,)) + data, proto))
