"""One exchange in two files whose clocks differ: told as if one clock had seen it."""

import io
from pathlib import Path

import pytest

import analyzer
from analyzer.limits import MILLISECOND
from analyzer.pipeline import Settings
from analyzer.report.model import Exchange, Report, Step
from analyzer.report.text import TextOptions, to_text
from tests.captures import SAMPLES, SECOND, Record, link_type, pcap, records

PCAPS = SAMPLES / "pcaps"
SPLIT = {
    "ahead": (("gm", "mw"), "clocks: b is 7.000 s ahead of a, n=2"),
    "behind": (("ue", "pcscf"), "clocks: b is 90.000 s behind a, n=4"),
    "drift": (("ue", "pcscf"), "clocks: b is 0.090 s ahead of a, n=16, drift +50.0 ppm"),
}


def report(*paths: Path | str, **clocks: int) -> Report:
    given = {f"{name}.pcap": ahead for name, ahead in clocks.items()}
    return analyzer.analyze([str(path) for path in paths], Settings(clocks=given))


def text(found: Report, quiet: bool = False) -> list[str]:
    stream = io.StringIO()
    to_text(found, stream, TextOptions(quiet=quiet))
    return stream.getvalue().splitlines()


def told(exchange: Exchange) -> list[tuple[object, ...]]:
    """What happened, on all hops, without the frames."""

    def row(step: Step) -> tuple[object, ...]:
        hops = [(hop.summary, hop.src, hop.dst, hop.leg) for hop in step.hops]
        return step.role, step.summary, step.src, step.dst, step.protection, hops

    return [row(step) for step in exchange.steps]


def only(found: Report) -> Exchange:
    (exchange,) = found.exchanges
    return exchange


@pytest.mark.parametrize("name", SPLIT)
def test_two_files_are_one_exchange(name: str) -> None:
    taps, line = SPLIT[name]
    split = report(*(PCAPS / f"ok_clock_{name}_{tap}.pcap" for tap in taps))
    whole = only(report(PCAPS / "ok_gm_mw.pcap"))
    exchange = only(split)
    assert told(exchange) == told(whole)
    assert exchange.registration is not None
    assert (exchange.registration.state, exchange.registration.basis) == ("registered", "seen")
    assert not split.findings or {one.effect for one in split.findings} == {"none"}
    assert abs((exchange.duration_ms or 0) - (whole.duration_ms or 0)) < 1
    assert text(split)[-1] == line
    assert text(split, quiet=True)[-1] == line
    assert len(text(split)) == 2


def test_the_same_whichever_file_comes_first() -> None:
    taps = [PCAPS / f"ok_clock_ahead_{tap}.pcap" for tap in ("mw", "gm")]
    found = report(*taps)
    assert told(only(found)) == told(only(report(PCAPS / "ok_gm_mw.pcap")))
    assert [one.clock_offset_ms for one in found.captures] == [None, -7000]


def test_copies_at_a_tap_whose_clock_is_apart_are_sightings() -> None:
    found = report(*(PCAPS / f"ok_clock_behind_{tap}.pcap" for tap in ("ue", "pcscf")))
    assert [len(step.sightings) for step in only(found).steps] == [2, 2, 2, 2]
    assert sum(one.sip_messages for one in found.captures) == 8
    (agreement,) = found.agreements
    assert agreement.association is not None
    assert agreement.association.esp_frames == 2  # one packet is one, wherever it was seen


def test_clocks_that_agree_are_not_worth_a_word() -> None:
    found = report(*(SAMPLES / "real" / f"01_udp_aes_sha1_{tap}.pcap" for tap in ("gm", "mw")))
    assert found.captures[1].clock_offset_ms == 0
    assert not [line for line in text(found) if line.startswith("clocks")]


def test_a_given_clock_is_applied_and_told() -> None:
    paths = [PCAPS / f"ok_clock_ahead_{tap}.pcap" for tap in ("gm", "mw")]
    found = report(*paths, ok_clock_ahead_mw=7 * SECOND)
    assert told(only(found)) == told(only(report(PCAPS / "ok_gm_mw.pcap")))
    assert text(found)[-1] == "clocks: b is 7.000 s ahead, as given"
    alone = report(PCAPS / "ok_udp_null.pcap", ok_udp_null=-3600 * SECOND)
    assert only(alone).started == "2026-01-01T01:00:00.040000000Z"


def test_what_cannot_be_told_is_said(tmp_path: Path) -> None:
    for tap in ("gm", "mw"):
        whole = records((PCAPS / f"ok_clock_ahead_{tap}.pcap").read_bytes())
        (tmp_path / f"{tap}.pcap").write_bytes(pcap(whole[:1]))
    lines = " ".join(text(report(tmp_path / "gm.pcap", tmp_path / "mw.pcap"))).split("clocks: ")
    assert lines[-1].startswith("b against a: unknown, messages of one direction only")
    assert "--clock" in lines[-1]


# ---- what is left after the clocks were set


def split(path: Path, mine: set[int]) -> tuple[list[Record], list[Record]]:
    """The frames in `mine`, and the others."""
    whole = list(enumerate(records(path.read_bytes()), 1))
    return [r for n, r in whole if n in mine], [r for n, r in whole if n not in mine]


@pytest.mark.parametrize("late", [45, 60, 200])
@pytest.mark.parametrize("name", ["ok_udp_null", "ok_gm_mw", "ok_digest_rfc3329", "ok_tcp_null"])
def test_an_answer_that_seems_to_come_before_its_request_is_one(
    tmp_path: Path, name: str, late: int
) -> None:
    """One file for each direction: nothing in common, and the clocks milliseconds apart."""
    path = PCAPS / f"{name}.pcap"
    whole = records(path.read_bytes())
    ue = whole[0][1][26:30]
    up = {number for number, (_, data) in enumerate(whole, 1) if data[26:30] == ue}
    mine, others = split(path, up)
    folder = tmp_path / "taps"
    folder.mkdir()
    data = path.read_bytes()
    shifted = [(time + late * MILLISECOND, octets) for time, octets in mine]
    (folder / "up.pcap").write_bytes(pcap(shifted, link_type(data)))
    (folder / "down.pcap").write_bytes(pcap(others, link_type(data)))
    found = report(folder / "down.pcap", folder / "up.pcap")
    once = report(path)
    assert [told(one) for one in found.exchanges] == [told(one) for one in once.exchanges]
    for one in found.exchanges:
        assert all(traffic.delay_ms is None or traffic.delay_ms >= 0 for traffic in _traffic(found))
        assert one.registration is None or one.registration.state == "registered"


def _traffic(found: Report) -> list[object]:
    return [one for agreement in found.agreements for one in agreement.traffic]
