"""The text report against the golden files, and what holds of any report."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer import analyze
from analyzer.pipeline.settings import Settings
from analyzer.report.glance import glance
from analyzer.report.model import Exchange, Problem, Report
from analyzer.report.summary import summarise
from analyzer.report.text import TextOptions, to_text

GOLDEN = Path(__file__).parent / "golden"
Sample = Callable[[str], Report]


def text(report: Report, **options: Any) -> str:
    stream = io.StringIO()
    to_text(report, stream, TextOptions(**options))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "case", "options"),
    [
        ("case_a", "a", {}),
        ("case_a_without_keys", "a_without_keys", {}),
        ("case_a_without_keys_verbose", "a_without_keys", {"verbose": True}),
        ("case_b", "b", {}),
        ("case_b_verbose", "b", {"verbose": True}),
        ("case_c", "c", {}),
        ("case_d", "d", {}),
    ],
)
def test_golden(sample: Sample, name: str, case: str, options: dict[str, Any]) -> None:
    assert text(sample(case), **options) == (GOLDEN / f"{name}.txt").read_text("utf-8")


def test_healthy_registration_is_one_line(sample: Sample) -> None:
    assert text(sample("b")).count("\n") == 1


def test_a_finding_below_the_threshold_is_no_alarm(sample: Sample) -> None:
    report = sample("b")
    findings = [msgspec.structs.replace(f, effect="risk") for f in report.findings]
    loud = replace(report, findings=findings)
    assert text(loud).startswith("OK  001010123456789  ")
    assert "F1 WARNING" in text(loud, threshold=frozenset(("critical", "error", "warning")))


def test_quiet_gives_one_line_an_exchange(sample: Sample) -> None:
    report = sample("d")
    alone = replace(report, captures=report.captures[:1])
    lines = text(alone, quiet=True).splitlines()
    assert len(lines) == 50
    assert lines[6].startswith("E7 NOT REGISTERED: 403 Forbidden at authentication  00101")
    assert lines[6].endswith("fix at: HSS")


def test_rows_say_which_file_where_there_are_several(sample: Sample) -> None:
    *lines, files = text(sample("d"), quiet=True).splitlines()
    assert len(lines) == 50
    assert lines[0].startswith("E1 a#1 OK  ")
    assert files == " files: a = ring_00001.pcap"
    assert text(sample("d"), quiet=True, colour=True).startswith("\x1b[32mE1 a#1 OK  ")


def test_rows_name_the_party_that_the_findings_name(sample: Sample) -> None:
    report = sample("d")
    found = next(iter(sample("a").findings))
    blames = msgspec.structs.replace(
        found, effect="explains-outcome", party="path", exchange="E7", explained_by=None
    )
    lines = text(replace(report, findings=[blames]), quiet=True).splitlines()
    assert lines[6].endswith("fix at: path")


def test_all_lists_every_row_of_many(sample: Sample) -> None:
    assert "\nE50 a#1 OK  " in text(sample("d"), every=True)
    assert "\nE50 a#1 OK  " not in text(sample("d"))


def test_times_in_another_zone(sample: Sample) -> None:
    out = text(sample("c"), zone=ZoneInfo("Europe/Berlin"))
    assert " when     2026-11-22 10:14:36.577 +01:00\n" in out
    assert "2026-11-22 09:00:00 - 09:10:01 +01:00" in text(
        sample("d"), zone=ZoneInfo("Europe/Berlin")
    )


def test_nothing_seen_is_unknown_and_not_checked(sample: Sample) -> None:
    report = replace(sample("b"), exchanges=[], findings=[], summary=summarise([], []))
    out = text(report)
    assert out.startswith("UNKNOWN: no exchange was seen\n")
    assert "not checked: all rules" in out


def test_problems_of_a_capture_are_told(sample: Sample) -> None:
    report = sample("b")
    [capture] = report.captures
    problem = Problem(kind="truncated record", frame=12, offset=4711, count=3)
    cut = replace(report, captures=[msgspec.structs.replace(capture, problems=[problem])])
    tail = text(cut).splitlines()[1:]
    assert " ".join(line.strip() for line in tail) == (
        "problem: 16_udp_multi_offer_phh_merged.pcapng: truncated record #12 at octet 4711 (3 x)"
    )


def test_colour_only_when_asked_for(sample: Sample) -> None:
    assert "\x1b" not in text(sample("c"))
    assert text(sample("c"), colour=True).startswith("\x1b[31mNOT REGISTERED")


def test_not_checked_is_always_there(sample: Sample) -> None:
    for case in ("a", "c", "d"):
        assert "\nnot checked: " in text(sample(case))


def test_what_fired_was_checked(sample: Sample) -> None:
    """A rule about packets may fire after the run had closed without the keys or lists for it."""
    report = sample("a")
    [exchange] = report.exchanges
    reasons = {"no fitting keys": ["VER-10", "AUT-06"], "no Mw capture": ["VER-05"]}
    changed = msgspec.structs.replace(exchange, not_checked=reasons)
    assert "\nnot checked: AUT-06 (no fitting keys)\n" in text(replace(report, exchanges=[changed]))


def test_keys_that_were_given_for_nothing_are_told() -> None:
    """The keys of another run: whoever gave them must not read that there are none."""
    capture, keys = "samples/real/03_udp_3des_md5_gm.pcap", "samples/real/01_udp_aes_sha1.esp_sa"
    said = text(analyze([capture], Settings(keys=[keys])), given=(("--keys", keys),))
    assert "\n keys     none of those given is for these SAs; ESP not read 3 of 3\n" in said
    assert "(not decrypted: no fitting keys)" in " ".join(said.split())
    without = text(analyze([capture]))
    assert "\n keys     none; ESP not read 3 of 3\n" in without
    assert "(not decrypted: no keys)" in " ".join(without.split())


PACKET_TEXT = {
    "path", "detail", "user_agent", "server_agent", "call_id", "imsi", "impi", "impu", "cell",
    "msisdn", "raw", "alg", "ealg", "prot", "mod", "reason", "summary", "src", "dst", "via",
    "address", "expected", "seen", "cause", "fix", "spec", "signs", "method", "marks",
}  # fmt: skip

hostile = st.text(
    st.one_of(
        st.sampled_from("\x1b\x07\x9b\n\r\t\x00\u202e\u2066\ufeff\u0301\udc80ck=;\"'漢\\{}%"),
        st.characters(),
    ),
    max_size=200,
)


def spoiled(value: Any, texts: cycle[str], member: str = "") -> Any:
    """A copy with other texts where packets give texts."""
    if isinstance(value, str):
        return next(texts) if member in PACKET_TEXT else value
    if isinstance(value, msgspec.Struct):
        fields = value.__struct_fields__
        return type(value)(**{f: spoiled(getattr(value, f), texts, f) for f in fields})
    if isinstance(value, list):
        return [spoiled(item, texts, member) for item in value]
    return value


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(hostile, min_size=1, max_size=7),
    case=st.sampled_from(("a", "a_without_keys", "b", "c", "d")),
    verbose=st.booleans(),
    ascii_only=st.booleans(),
)
def test_any_report_fits_and_drives_no_terminal(
    sample: Sample, texts: list[str], case: str, verbose: bool, ascii_only: bool
) -> None:
    report = sample(case)
    endless = cycle(texts)
    bad = replace(
        report,
        captures=spoiled(report.captures, endless),
        exchanges=spoiled(report.exchanges, endless),
        findings=spoiled(report.findings, endless),
    )
    for quiet in (False, True):
        out = text(bad, verbose=verbose, ascii_only=ascii_only, quiet=quiet)
        lines = out.split("\n")
        assert max(map(len, lines)) <= 80
        assert all(line.isprintable() for line in lines)
        assert out.isascii() or not ascii_only


def test_a_finding_outside_of_every_exchange_is_shown(sample: Sample) -> None:
    report = sample("b")
    [first, *_] = report.findings
    alone = msgspec.structs.replace(first, exchange=None, severity="critical", effect="risk")
    for quiet in (False, True):
        out = text(replace(report, findings=[alone]), quiet=quiet)
        assert out.startswith("OK  ")
        assert "\noutside of the exchanges:\nF1 CRITICAL  LEAK-02 " in out


def test_a_note_outside_of_every_exchange_is_no_alarm(sample: Sample) -> None:
    report = sample("b")
    notes = [msgspec.structs.replace(one, exchange=None) for one in report.findings]
    assert text(replace(report, findings=notes)).count("\n") == 1


@pytest.mark.parametrize(
    ("members", "advice"),
    [
        ({"sip_messages": 8}, "Add one of Gm"),
        ({"sip_messages": 0, "esp_packets": 5}, "airplane mode"),
        ({"sip_messages": 0, "packets": 9}, "another interface"),
    ],
)
def test_nothing_seen_says_what_to_do(sample: Sample, members: dict[str, int], advice: str) -> None:
    report = replace(sample("b"), exchanges=[], findings=[], summary=summarise([], []))
    [capture] = report.captures
    bare = msgspec.structs.replace(capture, sip_messages=0, esp_packets=None)
    out = text(replace(report, captures=[msgspec.structs.replace(bare, **members)]))
    assert advice in out


def test_an_empty_selection_is_told_from_an_empty_capture(sample: Sample) -> None:
    report = replace(sample("b"), exchanges=[], findings=[], summary=summarise([], []))
    assert text(report, selected=True).startswith("UNKNOWN: no exchange fits the selection\n")


def test_what_could_not_be_read_is_no_empty_capture(sample: Sample) -> None:
    report = replace(sample("b"), exchanges=[], findings=[], summary=summarise([], []))
    [capture] = report.captures
    unread = msgspec.structs.replace(capture, unreadable=True)
    out = text(replace(report, captures=[unread]))
    assert out.startswith("UNKNOWN: nothing could be read\n")


def test_a_capture_that_ends_at_once_weighs_no_causes(sample: Sample) -> None:
    report = sample("c")
    [exchange] = report.exchanges
    assert exchange.registration is not None
    open_end = msgspec.structs.replace(
        exchange,
        registration=msgspec.structs.replace(exchange.registration, state="unknown"),
        steps=exchange.steps[:3],
    )
    [capture] = report.captures
    cut = msgspec.structs.replace(capture, last_time=exchange.steps[2].time)
    out = text(replace(report, exchanges=[open_end], captures=[cut]))
    assert "Too short to judge" in out
    assert "known causes" not in out


def test_what_the_capture_itself_lost_is_said(sample: Sample) -> None:
    report = sample("c")
    assert "The capture itself lost" not in text(report)
    [capture] = report.captures
    lossy = msgspec.structs.replace(capture, dropped=12)
    out = " ".join(text(replace(report, captures=[lossy])).split())
    assert "The capture itself lost 12 packets: an answer may be among them." in out


class Shelf:
    """Exchanges of which only those that did not succeed may be read back."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self.glances = [glance(one) for one in exchanges]
        self._exchanges = exchanges

    def __iter__(self) -> Iterator[Exchange]:
        raise AssertionError("all exchanges are read back")

    def pick(self, exchanges: Collection[str]) -> Iterator[Exchange]:
        for one in self._exchanges:
            if one.id in exchanges:
                assert one.outcome != "agreed"
                yield one


def test_no_healthy_exchange_of_many_is_read_back(sample: Sample) -> None:
    report = sample("d")
    shelved = replace(report, exchanges=Shelf(list(report.exchanges)))
    assert text(shelved) == text(report)


def test_an_offer_that_was_not_read_has_no_transport(real: Path) -> None:
    report = analyze([str(real / "05_udp_rereg_newspi_gm.pcap")])
    said = text(report, verbose=True)
    assert "esp trans  UDP\n" in said  # of the first registration
    assert "UNKNOWN" not in said
