"""What is let go where more runs are open than may be: closed as it stands, counted, not judged."""

import pytest

from analyzer.agreement import legs, reconstruction, runs
from analyzer.limits import MILLISECOND, SECOND
from analyzer.report.model import Report
from tests.captures import SAMPLES, analysed, link_type, pcap, records

NULL = (SAMPLES / "pcaps" / "ok_udp_null.pcap").read_bytes()
OFFER = records(NULL)[0]
IPV4_SOURCE = 14 + 12
CALL_ID = b"Call-ID: "


def offers(count: int) -> Report:
    """So many first REGISTERs of as many phones, a millisecond apart, then 40 s of nothing."""
    frames = []
    for number in range(count):
        frame = bytearray(OFFER[1])
        frame[IPV4_SOURCE + 3] = 100 + number
        at = frame.index(CALL_ID) + len(CALL_ID)
        frame[at : at + 1] = b"%x" % number
        frames.append((OFFER[0] + number * MILLISECOND, bytes(frame)))
    noise = records((SAMPLES / "pcaps" / "ok_tls.pcap").read_bytes())[-1][1]
    frames.append((OFFER[0] + 40 * SECOND, noise))
    return analysed(pcap(frames, link_type(NULL)))


def problems(report: Report) -> dict[str, int]:
    return {one.kind: one.count for one in report.captures[0].problems}


def states(report: Report) -> list[str | None]:
    return [one.registration and one.registration.state for one in report.exchanges]


def test_the_oldest_of_too_many_is_closed_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(offers(6)) == ["no-answer"] * 6
    monkeypatch.setattr(runs, "EXCHANGES", 4)
    report = offers(6)
    assert states(report) == ["unknown"] * 2 + ["no-answer"] * 4
    assert problems(report) == {"exchange-dropped": 2}


def test_so_is_that_of_too_many_octets(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(OFFER[1]) - 42
    monkeypatch.setattr(reconstruction, "EXCHANGES_BUFFER", 4 * size)
    report = offers(7)
    assert states(report) == ["unknown"] * 2 + ["no-answer"] * 5
    assert problems(report) == {"exchange-dropped": 2}


def test_a_forgotten_phone_costs_no_other_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legs, "ACCESSES", 4)
    report = offers(6)
    assert states(report) == ["no-answer"] * 6
    assert problems(report) == {"access-dropped": 2}
