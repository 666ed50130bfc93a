"""The real captures against their ground truth, as far as it reaches without keys.

`truth.json` was written by hand from what Kamailio, OpenSIPS, sipp and the phones did; each key of
it that speaks of an analysis without keys is held here.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import analyzer
from analyzer.report.model import Exchange, Report
from analyzer.rules.book import load

REAL = Path(__file__).parents[2] / "samples" / "real"
TRUTH: dict[str, dict[str, Any]] = json.loads((REAL / "truth.json").read_text())
BOOK = load()

# Frames of ESP that holds a REGISTER or its answer are known by inference without keys.
HEALTHY_AND_READABLE = (
    "02_udp_null_md5_gm.pcap",
    "17_udp_multi_header_gm.pcap",
    "s4_rfc3329_digest.pcap",
)
ENCRYPTED_AND_REGISTERED = (
    "01_udp_aes_sha1_gm.pcap",
    "08_udp_calls_gm.pcap",
    "25_udp_big_message_frag_gm.pcap",
    "27_tcp_aes_sha1_gm.pcap",
    "29_udp6_aes_sha1_gm.pcap",
    "33_realscscf_udp_aes_sha1_gm.pcap",
    "42_udp_odd_spacing_gm.pcap",
    "os_01_udp_aes_sha1_gm.pcap",
)


@cache
def report(name: str) -> Report:
    return analyzer.analyze([str(REAL / name)])


def exchanges(name: str) -> list[Exchange]:
    return list(report(name).exchanges)


def wanted(truth: dict[str, Any], key: str) -> list[Any]:
    """All values of a truth key that are right without keys."""
    good = truth.get(f"{key}_ok", [])
    if key == "outcome":
        return [truth["outcome_without_keys"], *truth.get("outcome_without_keys_ok", [])]
    return [truth[key], *good]


def frames(exchange: Exchange, role: str) -> set[int]:
    """All frames that a step of this role is on; a failure report stands for the offer it is."""
    roles = {role, "failure-report"} if role == "offer" else {role}
    return {step.frame for step in exchange.steps if step.role in roles}


def visible(truth: dict[str, Any]) -> bool:
    """The exchange can be told without keys."""
    return truth["outcome_without_keys"] is not None and not truth.get("optional", False)


@pytest.mark.parametrize("name", TRUTH)
def test_sip_messages_are_counted(name: str) -> None:
    truth = TRUTH[name]
    good = [truth["sip_messages_clear"], *truth.get("sip_messages_clear_ok", [])]
    assert report(name).captures[0].sip_sightings in good


@pytest.mark.parametrize("name", TRUTH)
def test_exchanges_are_those_of_the_truth(name: str) -> None:
    seen = exchanges(name)
    truths = TRUTH[name]["exchanges"]
    assert len(seen) <= len(truths)
    for truth in filter(visible, truths):
        matching = [one for one in seen if is_exchange(one, truth)]
        assert matching, (truth["frames"], [(one.id, one.kind, one.outcome) for one in seen])


def is_exchange(exchange: Exchange, truth: dict[str, Any]) -> bool:
    if exchange.kind not in wanted(truth, "kind"):
        return False
    if exchange.outcome not in wanted(truth, "outcome"):
        return False
    for role, frame in truth["frames"].items():
        good = {frame, *truth.get("frames_ok", {}).get(role, [])}
        if None not in good and not good & frames(exchange, role):
            return False
    return True


@pytest.mark.parametrize("name", TRUTH)
def test_mechanism_spis_and_ports_are_those_of_the_truth(name: str) -> None:
    found = report(name)
    for truth in filter(visible, TRUTH[name]["exchanges"]):
        exchange = next(one for one in found.exchanges if is_exchange(one, truth))
        if truth["mechanism"] is None:
            assert exchange.agreed is None
            continue
        assert exchange.agreed is not None
        for field, value in truth["mechanism"].items():
            assert getattr(exchange.agreed, field) == value, field
        if truth["spi"] is None:
            continue
        sets = [one.association for one in found.agreements if one.exchange == exchange.id]
        unread = any(step.inferred for step in exchange.steps if step.role == "offer")
        for field, numbers in (("spi", truth["spi"]), ("port", truth["ports"])):
            seen = [{key: getattr(one, f"{field}_{key}") for key in numbers} for one in sets if one]
            if unread:  # the client's half stands in the offer, which is in ESP
                server = {**numbers, "uc": None, "us": None}
                assert numbers in seen or server in seen
            else:
                assert numbers in seen


@pytest.mark.parametrize("name", TRUTH)
def test_what_must_be_found_is_found(name: str) -> None:
    rules = {one.rule for one in report(name).findings}
    due = {rule for rule in TRUTH[name]["must_without_keys"] if rule in BOOK.rules}
    assert due <= rules


@pytest.mark.parametrize("name", TRUTH)
def test_nothing_grave_is_invented(name: str) -> None:
    truth = TRUTH[name]
    allowed = {*truth["must"], *truth["may"], *truth.get("should", [])}
    allowed |= {rule for rules in truth.get("must_any", []) for rule in rules}
    never = {text.partition(":")[0] for text in truth["never"]}
    for one in report(name).findings:
        assert one.rule not in never, one
        if one.severity in ("critical", "error") and one.effect != "none":
            assert one.rule in allowed, one


@pytest.mark.parametrize("name", HEALTHY_AND_READABLE)
def test_a_healthy_registration_is_seen_as_such(name: str) -> None:
    (exchange,) = exchanges(name)
    assert exchange.registration is not None
    assert (exchange.registration.state, exchange.registration.basis) == ("registered", "seen")
    assert exchange.outcome == "agreed"


@pytest.mark.parametrize("name", ENCRYPTED_AND_REGISTERED)
def test_an_encrypted_registration_is_inferred_with_its_signs(name: str) -> None:
    (exchange,) = exchanges(name)
    assert exchange.registration is not None
    assert (exchange.registration.state, exchange.registration.basis) == ("registered", "inferred")
    assert len(exchange.registration.signs) >= 2


@pytest.mark.parametrize("name", [name for name in TRUTH if "_merged" in name or "_any" in name])
def test_the_core_shows_that_the_phone_registered(name: str) -> None:
    """The 200 to the protected REGISTER is readable on Mw."""
    for exchange in exchanges(name):
        assert exchange.registration is not None
        assert (exchange.registration.state, exchange.registration.basis) == ("registered", "seen")
