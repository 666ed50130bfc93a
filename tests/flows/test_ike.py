"""Against headers as RFC 7296 3.1 draws them, and payloads that scapy builds."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from analyzer.flows.ike import read_ike

SPI = bytes(range(1, 9))


def message(exchange: int, flags: int, payloads: bytes = b"", following: int = 0) -> bytes:
    head = struct.pack("!8s8sBBBBII", SPI, bytes(8), following, 0x20, exchange, flags, 0, 28)
    return head + payloads


def notify(number: int, following: int = 0) -> bytes:
    return struct.pack("!BBHBBH", following, 0, 8, 0, 0, number)


def test_a_request_and_its_answer() -> None:
    sent, back = read_ike(message(34, 0x08)), read_ike(message(34, 0x20))
    assert sent is not None
    assert back is not None
    assert (sent.initiator, sent.exchange, sent.response) == (SPI, "IKE_SA_INIT", False)
    assert (back.response, back.error) == (True, "")


def test_a_refusal_names_its_error() -> None:
    found = read_ike(message(34, 0x20, notify(16389, 41) + notify(14), 41))
    assert found is not None
    assert found.error == "NO_PROPOSAL_CHOSEN"


def test_what_is_encrypted_reports_nothing() -> None:
    found = read_ike(message(35, 0x20, notify(24), 46))
    assert found is not None
    assert found.error == ""


def test_behind_the_marker_of_port_4500() -> None:
    assert read_ike(bytes(4) + message(35, 0x08)) == read_ike(message(35, 0x08))


def test_other_versions_and_exchanges_are_not_read() -> None:
    assert read_ike(message(2, 0)) is None
    assert read_ike(message(34, 0)[:27]) is None


@given(st.binary(max_size=120), st.integers(0, 255))
def test_never_raises(data: bytes, following: int) -> None:
    read_ike(data)
    read_ike(message(34, 0x20, data, following))
