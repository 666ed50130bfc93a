"""Every scenario is judged as its `[expect]` says, and every rule has a sample and a near-miss."""

import io
from functools import cache
from pathlib import Path

import pytest

import analyzer
from analyzer.cli.engine import CLEAN, exit_code
from analyzer.pipeline import Settings
from analyzer.report.model import Report
from analyzer.report.text import TextOptions, to_text
from analyzer.rules.book import load
from samples import scenario as scenarios
from samples.build import PCAPS
from samples.scenario import Table

BOOK = load()
USIM = PCAPS.parent / "usim.toml"
POLICIES = PCAPS.parent / "policies"
ENDING = ("registration", "basis", "outcome", "stopped_at", "keys")
SCENARIOS = {name: scenarios.load(name) for name in scenarios.names()}
FILES = [
    (name, suffix, "gm" in taps)
    for name, scenario in SCENARIOS.items()
    for suffix, taps in scenario["files"].items()
]
ALL = [(name, suffix) for name, suffix, _ in FILES]
FIRST_HOP = [(name, suffix) for name, suffix, first_hop in FILES if first_hop]
BEYOND = [(name, suffix) for name, suffix, first_hop in FILES if not first_hop]
HEALTHY = [(name, suffix) for name, suffix in FIRST_HOP if name.startswith("ok_")]


def expect(name: str) -> Table:
    table: Table = SCENARIOS[name]["expect"]
    return table


def path(name: str, suffix: str) -> Path:
    return PCAPS / f"{name}_{suffix}.pcap" if suffix else PCAPS / f"{name}.pcap"


@cache
def report(name: str, suffix: str = "") -> Report:
    """A rule that waits to be selected is where it is expected; `policy` is that of a file."""
    wanted = expect(name)
    named = [*wanted.get("fires", []), *wanted.get("silent", [])]
    waiting = [one for one in named if one in BOOK.rules and not BOOK.rules[one].default]
    capture, given = path(name, suffix), SCENARIOS[name]["given"]
    return analyzer.analyze(
        [str(capture)],
        Settings(
            extend_select=waiting,
            policy=str(POLICIES / f"{wanted['policy']}.toml") if "policy" in wanted else None,
            keys=[str(capture.with_suffix(f".{kind}")) for kind in given if kind != "usim"],
            usim=[str(USIM)] if "usim" in given else [],
        ),
    )


def found(name: str, suffix: str) -> set[str]:
    return {one.rule for one in report(name, suffix).findings}


def text(name: str, suffix: str) -> list[str]:
    stream = io.StringIO()
    to_text(report(name, suffix), stream, TextOptions())
    return stream.getvalue().splitlines()


def ending(name: str, suffix: str) -> dict[str, str | None]:
    """What `[expect]` may say of the run in which the scenario ends."""
    last = list(report(name, suffix).exchanges)[-1]
    found: dict[str, str | None] = {
        "outcome": last.outcome,
        "stopped_at": last.stopped_at,
        "keys": last.coverage.keys,
    }
    if last.registration is not None:
        found |= {"registration": last.registration.state, "basis": last.registration.basis}
    return found


@pytest.mark.parametrize("rule", BOOK.rules)
@pytest.mark.parametrize("word", ["fires", "silent"])
def test_a_rule_has_its_sample_and_its_near_miss(rule: str, word: str) -> None:
    assert [name for name in SCENARIOS if rule in expect(name).get(word, [])]


@pytest.mark.parametrize("name", SCENARIOS)
def test_expected_rules_are_in_the_book(name: str) -> None:
    wanted = expect(name)
    assert {*wanted.get("fires", []), *wanted.get("silent", [])} <= set(BOOK.rules)


@pytest.mark.parametrize(("name", "suffix"), FIRST_HOP)
def test_what_must_be_found_is_found(name: str, suffix: str) -> None:
    assert set(expect(name).get("fires", [])) <= found(name, suffix)


@pytest.mark.parametrize(("name", "suffix"), ALL)
def test_what_must_not_be_found_is_not(name: str, suffix: str) -> None:
    assert not set(expect(name).get("silent", [])) & found(name, suffix)


@pytest.mark.parametrize(("name", "suffix"), FIRST_HOP)
def test_the_run_ends_as_expected(name: str, suffix: str) -> None:
    wanted = {word: value for word, value in expect(name).items() if word in ENDING}
    if wanted:
        seen = ending(name, suffix)
        assert {word: seen.get(word) for word in wanted} == wanted


@pytest.mark.parametrize(("name", "suffix"), ALL)
def test_everything_is_read(name: str, suffix: str) -> None:
    assert [one.problems for one in report(name, suffix).captures] == [[]]


@pytest.mark.parametrize(("name", "suffix"), HEALTHY)
def test_nothing_grave_is_said_of_what_is_healthy(name: str, suffix: str) -> None:
    judged = report(name, suffix)
    for one in judged.findings:
        assert one.severity not in ("critical", "error") or one.effect == "none", one
    assert exit_code(judged, "error") == CLEAN


@pytest.mark.parametrize(
    ("name", "suffix"), [pair for pair in HEALTHY if expect(pair[0]).keys() & set(ENDING)]
)
def test_what_is_healthy_is_one_line(name: str, suffix: str) -> None:
    """Each run is one; what an inferred registration rests on stands indented below it."""
    judged, lines = report(name, suffix), text(name, suffix)
    verdicts = [line for line in lines if not line.startswith(" ")]
    signs = any(one.registration and one.registration.signs for one in judged.exchanges)
    assert len(verdicts) == judged.summary.exchanges > 0
    assert lines == verdicts or signs


@pytest.mark.parametrize(("name", "suffix"), BEYOND)
def test_nothing_is_said_of_runs_whose_first_hop_was_not_captured(name: str, suffix: str) -> None:
    judged = report(name, suffix)
    assert judged.summary.exchanges == 0
    assert [one for one in judged.findings if one.severity in ("critical", "error")] == []
    assert exit_code(judged, "error") == CLEAN


def test_a_registration_that_was_seen_beyond_the_first_hop_alone_has_a_row() -> None:
    (row,) = report("ok_mw_only").core_registrations
    assert (row.state, row.code) == ("registered", 200)
    assert (row.first.frame, row.last.frame) == (1, 4)
    lines = " ".join(text("ok_mw_only", "")).split()
    assert f"Mw only: {row.impu} registered 200 OK" in " ".join(lines)
    assert "agreement not in this file" in " ".join(lines)
    assert "next: this is the core side (Mw)" in " ".join(lines)
    assert report("ok_gm_mw").core_registrations == []


@pytest.mark.parametrize("dialect", ["ims", "rfc3329", "draft-00", "arkko-01"])
def test_a_dialect_that_was_named_is_that_of_every_run(dialect: str) -> None:
    for name in ("ok_udp_null", "ok_draft_00", "ok_digest_rfc3329"):
        judged = analyzer.analyze([str(path(name, ""))], Settings(dialect=dialect))
        assert {one.dialect for one in judged.exchanges} == {dialect}


@pytest.mark.parametrize(
    ("name", "dialect", "media"),
    [
        ("ok_udp_null", "ims", False),
        ("ok_digest_rfc3329", "rfc3329", False),
        ("ok_mediasec", "ims", True),
        ("ok_mediasec_digest", "rfc3329", True),
        ("ok_mediasec_200", "rfc3329", True),
        ("ok_tls", "ims", False),
        ("ok_draft_00", "draft-00", False),
        ("ok_draft_01", "draft-01", False),
        ("ok_arkko_00", "arkko-00", False),
        ("ok_arkko_01", "arkko-01", False),
    ],
)
def test_dialects_are_told(name: str, dialect: str, media: bool) -> None:
    assert {(one.dialect, one.mediasec) for one in report(name).exchanges} == {(dialect, media)}


@pytest.mark.parametrize("name", ["ok_draft_00", "ok_draft_01", "ok_arkko_00", "ok_arkko_01"])
def test_the_echo_of_an_older_dialect_is_told_as_one(name: str) -> None:
    (run,) = report(name).exchanges
    offer, challenge, verify, _ = run.steps
    assert offer.client
    assert not offer.verify
    assert challenge.server
    assert verify.verify
    assert not verify.client
    assert verify.comparison is not None
    assert verify.comparison.level == "identical"


def test_a_challenge_without_a_list_is_the_first_cause_of_silence() -> None:
    lines = [" ".join(line.split()) for line in text("chl_07_fires", "")]
    assert "1 the challenge has no list fits: no Security-Server in #2" in lines


def test_what_a_server_does_to_all_its_clients_is_told_in_few_exchanges_too() -> None:
    lines = text("chl_10_fires", "")
    place = lines.index("outside of the exchanges:")
    assert any("CHL-10" in line for line in lines[place:])


@pytest.mark.parametrize(("name", "suffix"), ALL)
def test_each_finding_is_anchored_in_a_frame(name: str, suffix: str) -> None:
    assert all(one.frame.frame > 0 for one in report(name, suffix).findings)


def test_what_a_set_lacks_is_anchored_where_it_shows() -> None:
    anchors = {
        one.rule: one.frame.frame
        for name in ("prt_14_fires", "prt_17_fires")
        for one in report(name).findings
    }
    assert anchors["PRT-14"] == 14  # the last MESSAGE over TCP that got no answer
    assert anchors["PRT-17"] == 20  # the 401 that announced the fourth set
