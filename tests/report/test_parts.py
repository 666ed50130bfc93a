"""The parts of the text: lines, times, caret rows, clusters, causes, masks of names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.agreement.access import Access
from analyzer.agreement.exchange import Exchange as Run
from analyzer.agreement.exchange import Registration as Inferred
from analyzer.agreement.exchange import Sign
from analyzer.report import comparison
from analyzer.report.causes import causes
from analyzer.report.closed import registration
from analyzer.report.clusters import overview
from analyzer.report.layout import GLUE, clip, grouped, pair, spi_text, wrap
from analyzer.report.model import Comparison, Endpoint, Mechanism, Report, Signal
from analyzer.report.notes import not_checked
from analyzer.report.reproduce import reproduce
from analyzer.report.sa_table import sa_table
from analyzer.report.steps import Kept, steps
from analyzer.report.times import clock, elapsed, iso, nanoseconds, offsets
from analyzer.report.verdict import list_step
from analyzer.report.view import View, cases, host, port

Sample = Callable[[str], Report]
LOUD = frozenset(("critical", "error"))


def test_times_there_and_back() -> None:
    assert iso(1_795_337_583_604_000_001) == "2026-11-22T08:53:03.604000001Z"
    assert nanoseconds("2026-11-22T08:53:03.604000001Z") == 1_795_337_583_604_000_001
    assert iso(0) == "1970-01-01T00:00:00.000000000Z"
    assert clock("2026-11-22T08:53:03.604999999Z", UTC) == "2026-11-22 08:53:03.604 UTC"
    assert elapsed(iso(0), iso(1_415_000_000)) == 1.415


def test_a_zone_that_changes_its_clock() -> None:
    """Summer time of the EU ended on 25 October 2026 at 01:00 UTC (2000/84/EC), and began again
    on 28 March 2027."""
    berlin = ZoneInfo("Europe/Berlin")
    start, autumn, spring = (
        nanoseconds(f"{text}.000000000Z")
        for text in ("2026-10-24T10:00:00", "2026-10-25T01:00:00", "2027-03-28T01:00:00")
    )
    assert offsets(iso(start), iso(start), berlin) == [(start, 120, "+02:00")]
    assert offsets(iso(start), iso(autumn), berlin) == [
        (start, 120, "+02:00"),
        (autumn, 60, "+01:00"),
    ]
    assert offsets(iso(start), iso(spring + 1_000), berlin) == [
        (start, 120, "+02:00"),
        (autumn, 60, "+01:00"),
        (spring, 120, "+02:00"),
    ]


@given(st.integers(), st.integers())
def test_any_span_has_its_offsets(first: int, last: int) -> None:
    found = offsets(*sorted((iso(first), iso(last))), UTC)
    assert [one.name for one in found] == ["UTC"]


@given(st.integers(-62_135_596_800 * 10**9, 253_402_300_799 * 10**9))
def test_any_time_there_and_back(time: int) -> None:
    assert nanoseconds(iso(time)) == time


@given(st.integers())
def test_no_time_is_too_wild_to_be_shown(time: int) -> None:
    assert len(iso(time)) == 30


def test_layout() -> None:
    assert clip("abcdefgh", 6) == "abc..."
    assert grouped(5012) == "5 012"
    assert spi_text(25656) == "0x00006438 (25656)"
    assert pair("left", "right", 12) == "left   right"
    assert wrap("one two three", " ", "  ", 8) == [" one two", "  three"]
    assert wrap(f"it took 4{GLUE}s", "", "", 9) == ["it took", "4 s"]


@given(st.text(), st.integers(12, 100))
def test_wrapped_lines_fit(text: str, width: int) -> None:
    assert max(map(len, wrap(text, "  ", "    ", width))) <= width


@pytest.mark.parametrize(
    ("text", "address", "number"),
    [
        ("192.0.2.1:5060", "192.0.2.1", "5060"),
        ("[2001:db8::1]:5060", "2001:db8::1", "5060"),
        ("2001:db8::1", "2001:db8::1", ""),
        ("192.0.2.1", "192.0.2.1", ""),
        ("", "", ""),
    ],
)
def test_addresses(text: str, address: str, number: str) -> None:
    assert (host(text), port(text)) == (address, number)


def test_letters_of_captures(sample: Sample) -> None:
    [capture] = sample("a").captures
    view = View([capture] * 30)
    assert [view.letter(number) for number in (0, 25, 26, 29)] == ["a", "z", "aa", "ad"]
    assert View([capture]).letter(0) == ""


def compared(sample: Sample, server: str, verify: str) -> list[str]:
    """The rows of two lists of one element each."""
    [exchange] = sample("a").exchanges
    challenge, echo = exchange.steps[1], exchange.steps[2]
    left = Mechanism(name="ipsec-3gpp", raw=server)
    right = Mechanism(name="ipsec-3gpp", raw=verify)
    return list(
        comparison.rows(
            msgspec.structs.replace(challenge, server=[left]),
            msgspec.structs.replace(echo, verify=[right]),
            View([]),
        )
    )


def test_one_caret_line_under_the_first_difference(sample: Sample) -> None:
    rows = compared(sample, "ipsec-3gpp;q=0.1;alg=a;ealg=b", "ipsec-3gpp;q=0.1;alg=x;ealg=y")
    assert rows == [
        "   #2 Server q=0.1 alg=a ealg=b",
        "   #3 Verify q=0.1 alg=x ealg=y",
        "                   ^^^^^",
    ]


def test_a_missing_parameter_and_another_order(sample: Sample) -> None:
    rows = compared(sample, "ipsec-3gpp;prot=esp;alg=a;spi-s=1", "ipsec-3gpp;spi-s=1;alg=a")
    assert rows == [
        "   #2 Server prot=esp alg=a spi-s=1",
        "   #3 Verify -        alg=a spi-s=1",
        "             ^",
    ]


def test_another_mechanism(sample: Sample) -> None:
    rows = compared(sample, "tls;q=0.2", "digest;q=0.2")
    assert rows[0].startswith("   #2 Server tls")
    assert rows[2].strip() == "^^^^^^"


def test_a_quoted_semicolon_does_not_split(sample: Sample) -> None:
    rows = compared(sample, 'digest;d-ver="a;b"', 'digest;d-ver="a;c"')
    assert rows[1] == '   #3 Verify d-ver="a;c"'


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_elements_fit(server: str, verify: str) -> None:
    from analyzer.report.comparison import rows
    from analyzer.report.model import Step

    def step(role: str, raw: str) -> Step:
        element = [Mechanism(name="x", raw=raw)]
        return Step(
            role=role,  # type: ignore[arg-type]
            round=1, capture=0, frame=10**9, time=iso(0), summary="", src="", dst="",
            transport="udp", protection="clear", leg="gm", server=element, verify=element,
        )  # fmt: skip

    for line in rows(step("challenge", server), step("verify", verify), View([])):
        assert len(line) <= 80


def test_sentence_about_equal_lists(sample: Sample) -> None:
    [exchange] = sample("b").exchanges
    assert comparison.sentence(exchange, View([])) == (
        " Security-Verify #7 against Security-Server #5: identical (L0)"
    )
    steps = [
        msgspec.structs.replace(s, comparison=Comparison(level="equivalent", kind="reordered"))
        for s in exchange.steps
    ]
    again = msgspec.structs.replace(exchange, steps=steps)
    assert (comparison.sentence(again, View([])) or "").endswith(": reordered (L1)")


def test_clusters_of_many(sample: Sample) -> None:
    found = overview(sample("d"), LOUD)
    assert found.words == {"OK": 45, "no answer": 4, "rejected": 1}
    assert [(c.number, c.party, c.first) for c in found.clusters] == [
        (4, "pcscf", "E12"),
        (1, "hss", "E7"),
    ]
    assert [(note.rule, note.peer, note.number) for note in found.notes] == [
        ("OFR-14", "192.0.2.1", 45)
    ]


def test_another_handset_is_another_cluster(sample: Sample) -> None:
    report = sample("d")
    exchanges = [
        msgspec.structs.replace(e, user_agent="other") if e.id == "E24" else e
        for e in report.exchanges
    ]
    found = overview(replace(report, exchanges=exchanges), LOUD)
    assert [cluster.number for cluster in found.clusters] == [3, 1, 1]


def test_of_clusters_of_one_size_failures_come_first(sample: Sample) -> None:
    report = sample("d")
    [registered, *_] = [e.id for e in report.exchanges if e.outcome == "agreed"]
    assert int(registered[1:]) < 7  # it stands before the one that was rejected
    (some, *_) = report.findings
    loud = msgspec.structs.replace(
        some, id="F99", rule="VER-10", exchange=registered, severity="critical", effect="risk",
        explained_by=None,
    )  # fmt: skip
    found = overview(replace(report, findings=[loud, *report.findings]), LOUD)
    assert [(c.number, c.signature.word) for c in found.clusters] == [
        (4, "no answer"), (1, "rejected"), (1, "OK"),
    ]  # fmt: skip


def test_clusters_are_bounded(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzer.report.clusters.CLUSTERS", 1)
    found = overview(sample("d"), LOUD)
    assert len(found.clusters) == 1
    assert found.rest == 4


def test_a_healthy_exchange_with_a_loud_finding_is_told(sample: Sample) -> None:
    report = sample("a")
    found = overview(report, LOUD)
    [cluster] = found.clusters
    assert cluster.signature.rules == ("VER-05", "VER-10")


def test_a_cluster_of_what_is_loud_only_names_whom_it_blames(sample: Sample) -> None:
    report = sample("b")
    [first, *_] = report.findings
    loud = msgspec.structs.replace(first, severity="critical", effect="risk", party="ue")
    [cluster] = overview(replace(report, findings=[loud]), LOUD).clusters
    assert (cluster.signature.word, cluster.party) == ("OK", "ue")


def test_a_cluster_keeps_its_party_against_a_finding_that_names_none(sample: Sample) -> None:
    report = sample("c")
    first = next(iter(sample("a").findings))
    vague = msgspec.structs.replace(first, effect="explains-outcome", party="unknown")
    [cluster] = overview(replace(report, findings=[vague]), LOUD).clusters
    assert cluster.party == "pcscf"


@pytest.mark.parametrize(
    ("sent_by", "address"),
    [
        ("[2001:db8::1]:5060", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("192.0.2.1:5060", "192.0.2.1"),
        ("ue.example", "ue.example"),
        ("", None),
    ],
)
def test_the_host_of_a_via(sent_by: str, address: str | None) -> None:
    raw = f"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP {sent_by};branch=z9hG4bK1\r\n\r\n".encode()
    where = (0, 1, 0, "", bytes(4), bytes(4), 5060, 5060, "udp", "clear")
    [step] = steps([Kept("offer", 1, "", "gm", "clear", *where, raw)])
    assert step.via == address


@pytest.mark.parametrize(
    ("captures", "text"), [(1, "ESP came back (#4)"), (3, "ESP came back (c#4)")]
)
def test_signs_name_the_capture_where_there_are_several(captures: int, text: str) -> None:
    run = Run(1, Access(bytes(4), bytes(4)), "", "REGISTER", 0)
    signs = [Sign("ESP came back", 2, 4), Sign("no new REGISTER")]
    found = Inferred("registered", "inferred", None, signs)
    shown = registration(found, run, captures)
    assert shown is not None
    assert shown.signs == [text, "no new REGISTER"]


def test_causes_follow_the_evidence(sample: Sample) -> None:
    [exchange] = sample("c").exchanges
    view = View(sample("c").captures)
    assert "1 P-CSCF has other keys or SA" in "\n".join(causes(exchange, view))
    first, second, verify, *rest = exchange.steps
    natted = msgspec.structs.replace(first, via="10.0.0.7")
    wrong = msgspec.structs.replace(verify, spi=0)
    refused = Signal(
        kind="icmp", capture=0, frame=9, time=exchange.started, detail="port unreachable"
    )
    other = msgspec.structs.replace(
        exchange, steps=[natted, second, wrong, *rest], signals=[refused]
    )
    rows = list(causes(other, view))
    assert rows[1] == "  1 refused on the way           fits: ICMP port unreachable #9"
    assert rows[2] == "  2 UE used wrong SPI or ports   fits: SPI is not spi-s of #2"
    assert rows[3] == "  3 NAT between UE and P-CSCF    fits: Via 10.0.0.7, source 192.0.2.10"
    assert rows[4].startswith("  4 P-CSCF has other keys or SA  against: ICMP port unreachable #9")


def test_no_causes_without_a_protected_request(sample: Sample) -> None:
    [exchange] = sample("c").exchanges
    first = msgspec.structs.replace(exchange, steps=exchange.steps[:1])
    assert list(causes(first, View([]))) == []


def test_v6_addresses_fit_the_ladder(sample: Sample) -> None:
    from analyzer.report.ladder import ladder

    [exchange] = sample("b").exchanges
    long = Endpoint("2001:db8:1111:2222:3333:4444:5555:6666", 5060)
    wide = msgspec.structs.replace(exchange, client=long, server=long)
    assert max(len(line) for line in ladder(wide, [], [], View([]))) <= 80


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ([], "not checked: nothing"),
        (["LEAK-03", "LEAK-02"], "not checked: LEAK-02 LEAK-03 (why)"),
        (
            ["VER-11", *(f"VER-{n:02}" for n in range(1, 9)), "VER-10", "CHL-14"],
            "not checked: CHL-14 VER-01..08 10 11 (why)",
        ),
        (["A-01", "A-03", "A-05", "A-06"], "not checked: A-01 03 05 06 (why)"),
        (["odd", "X-", "X-99999999999"], "not checked: X- X-99999999999 odd (why)"),
        (
            [f"VER-{n:02}" for n in range(1, 13)] + ["CHL-14"],
            "not checked: 13 rules of CHL and VER (why; -v names them)",
        ),
    ],
)
def test_rules_not_checked_are_told_by_family(rules: list[str], line: str) -> None:
    assert list(not_checked({"why": rules} if rules else {})) == [line]


def test_every_rule_that_was_not_checked_is_named_on_demand() -> None:
    rules = {"many": [f"VER-{n:02}" for n in range(1, 14)], "few": ["CHL-14"]}
    assert list(not_checked(rules, verbose=True)) == [
        "not checked: VER-01..13 (many); CHL-14 (few)"
    ]


def test_the_list_to_echo_is_the_one_before_the_verify(sample: Sample) -> None:
    [exchange] = sample("a").exchanges
    challenge, result = exchange.steps[1], exchange.steps[3]
    assert (challenge.role, result.role) == ("challenge", "result")
    refused = msgspec.structs.replace(result, server=challenge.server)
    steps = [*exchange.steps[:3], refused]
    assert list_step(msgspec.structs.replace(exchange, steps=steps)) is challenge


def test_a_long_path_stands_on_a_line_of_its_own(sample: Sample) -> None:
    report = sample("b")
    [capture] = report.captures
    [case] = cases(report, None, False)
    for length, shown in ((60, True), (90, False)):
        path = "x" * length
        lines = list(reproduce(case, View([msgspec.structs.replace(capture, path=path)])))
        assert (f"   -r {path} \\" in lines) is shown
        assert max(map(len, lines)) <= 80


def test_a_set_announced_again_names_its_own_challenge(sample: Sample) -> None:
    report = sample("a")
    [exchange], [agreement] = report.exchanges, report.agreements
    challenge = exchange.steps[1]
    [element] = challenge.server
    later = msgspec.structs.replace(
        challenge, frame=99, server=[msgspec.structs.replace(element, spi_s=5)]
    )
    twice = msgspec.structs.replace(exchange, steps=[*exchange.steps, later])
    assert "#2 spi-s" in next(
        line for line in sa_table(twice, agreement, View(report.captures)) if "uc>ps" in line
    )
