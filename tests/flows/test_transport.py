from struct import pack

from hypothesis import given
from hypothesis import strategies as st

from analyzer.flows.start_line import is_text, is_tls, may_start_sip, starts_like_sip
from analyzer.flows.transport import ACK, PSH, parse_tcp, parse_udp


def test_udp_is_cut_to_its_length() -> None:
    assert parse_udp(pack("!4H", 5060, 6100, 12, 0) + b"abcdXX") == (5060, 6100, b"abcd", False)


def test_udp_shorter_than_announced_is_flagged() -> None:
    assert parse_udp(pack("!4H", 1, 2, 100, 0) + b"abcd") == (1, 2, b"abcd", True)


def test_udp_length_below_the_header_announces_nothing() -> None:
    assert parse_udp(pack("!4H", 1, 2, 0, 0) + b"abcd") == (1, 2, b"abcd", False)
    assert parse_udp(b"\0" * 7) is None


def test_tcp_options_are_skipped() -> None:
    header = pack("!HHIIBBHHH", 1, 2, 7, 8, 0x80, PSH | ACK, 0, 0, 0)
    assert parse_tcp(header + b"\1" * 12 + b"SIP") == (1, 2, 7, PSH | ACK, b"SIP")


def test_tcp_offset_outside_is_no_segment() -> None:
    for offset in (0x00, 0x40, 0xF0):
        assert parse_tcp(pack("!HHIIBBHHH", 1, 2, 7, 8, offset, ACK, 0, 0, 0)) is None


@given(st.binary(max_size=80))
def test_headers_never_raise(data: bytes) -> None:
    udp, tcp = parse_udp(data), parse_tcp(data)
    assert (udp is None) == (len(data) < 8)
    assert tcp is None or data.endswith(tcp[4])


def test_start_lines() -> None:
    request = b"REGISTER sip:home SIP/2.0\r\n"
    assert starts_like_sip(request)
    assert starts_like_sip(b"\r\n\r\nSIP/2.0 200 OK\r\n")
    assert not starts_like_sip(b"GET / HTTP/1.1\r\n")
    for line in (request, b"SIP/2.0 200 OK\r\n"):
        for end in range(len(line) - 2):
            assert may_start_sip(line[:end]) or starts_like_sip(line[:end])
    assert not may_start_sip(b"GET / HTTP/1.1\r\n")
    assert not may_start_sip(b"\x16\x03\x01")


def test_text_and_tls() -> None:
    assert is_text("Subject: grüße\r\n".encode())
    assert not is_text(b"\x16\x03\x01\x02\x00")
    assert is_tls(b"\x16\x03\x01")
    assert not is_tls(b"\x03")
    assert not is_tls(b"")
