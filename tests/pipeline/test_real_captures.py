"""The real captures against their ground truth, without keys and with them.

`truth.json` was written by hand from what Kamailio, OpenSIPS, sipp and the phones did. Captures
that hold the Mw 401 bring their keys themselves; the others have an `esp_sa` file beside them.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

import analyzer
from analyzer.pipeline import Settings
from analyzer.report.model import Exchange, Report
from analyzer.rules.book import load

REAL = Path(__file__).parents[2] / "samples" / "real"
TRUTH: dict[str, dict[str, Any]] = json.loads((REAL / "truth.json").read_text())
BOOK = load()
KEYS = ("b40ba9a3c58b2a05bbf0d987b21bf8cb", "f769bcd751044604127672711c6d3441")

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


OWN_KEYS = tuple(name for name in TRUTH if "_merged" in name or "_any" in name)


class Case(NamedTuple):
    """One capture, with the keys file beside it or without any."""

    name: str
    given: bool

    @property
    def keyed(self) -> bool:
        return self.given or self.name in OWN_KEYS

    def __str__(self) -> str:
        return self.name + ("+keys" if self.given else "")


def key_file(name: str) -> Path:
    return REAL / (re.sub(r"_(?:gm|mw|any|merged)\.pcap(?:ng)?$", "", name) + ".esp_sa")


CASES = [Case(name, False) for name in TRUTH] + [
    Case(name, True) for name in TRUTH if name not in OWN_KEYS and key_file(name).exists()
]
every_case = pytest.mark.parametrize("case", CASES, ids=str)


@cache
def report(case: Case) -> Report:
    keys = [str(key_file(case.name))] if case.given else []
    return analyzer.analyze([str(REAL / case.name)], Settings(keys=keys))


def exchanges(name: str) -> list[Exchange]:
    return list(report(Case(name, False)).exchanges)


def wanted(truth: dict[str, Any], key: str, keyed: bool) -> list[Any]:
    """All values of a truth key that are right with these keys."""
    if key == "outcome" and not keyed:
        return [truth["outcome_without_keys"], *truth.get("outcome_without_keys_ok", [])]
    return [truth[key], *truth.get(f"{key}_ok", [])]


def frames(exchange: Exchange, role: str) -> set[int]:
    """All frames that a step of this role is on; a failure report stands for the offer it is."""
    roles = {role, "failure-report"} if role == "offer" else {role}
    return {step.frame for step in exchange.steps if step.role in roles}


def visible(truth: dict[str, Any], keyed: bool) -> bool:
    """The exchange can be told."""
    if truth.get("optional", False):
        return False
    return keyed or truth["outcome_without_keys"] is not None


@every_case
def test_sip_messages_are_counted(case: Case) -> None:
    truth = TRUTH[case.name]
    key = "sip_messages_keys" if case.keyed else "sip_messages_clear"
    good = [truth[key], *truth.get(f"{key}_ok", [])]
    assert report(case).captures[0].sip_sightings in good


@every_case
def test_exchanges_are_those_of_the_truth(case: Case) -> None:
    seen = list(report(case).exchanges)
    truths = TRUTH[case.name]["exchanges"]
    assert len(seen) <= len(truths)
    for truth in truths:
        if visible(truth, case.keyed):
            matching = [one for one in seen if is_exchange(one, truth, case.keyed)]
            assert matching, (truth["frames"], [(one.id, one.kind, one.outcome) for one in seen])


def is_exchange(exchange: Exchange, truth: dict[str, Any], keyed: bool) -> bool:
    if exchange.kind not in wanted(truth, "kind", keyed):
        return False
    if exchange.outcome not in wanted(truth, "outcome", keyed):
        return False
    for role, frame in truth["frames"].items():
        good = {frame, *truth.get("frames_ok", {}).get(role, [])}
        if None not in good and not good & frames(exchange, role):
            return False
    return True


@every_case
def test_mechanism_spis_and_ports_are_those_of_the_truth(case: Case) -> None:
    found = report(case)
    for truth in TRUTH[case.name]["exchanges"]:
        if not visible(truth, case.keyed):
            continue
        exchange = next(one for one in found.exchanges if is_exchange(one, truth, case.keyed))
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


@every_case
def test_what_must_be_found_is_found(case: Case) -> None:
    rules = {one.rule for one in report(case).findings}
    must = TRUTH[case.name]["must" if case.keyed else "must_without_keys"]
    assert {rule for rule in must if rule in BOOK.rules} <= rules


@every_case
def test_nothing_grave_is_invented(case: Case) -> None:
    truth = TRUTH[case.name]
    allowed = {*truth["must"], *truth["may"], *truth.get("should", [])}
    allowed |= {rule for rules in truth.get("must_any", []) for rule in rules}
    never = {text.partition(":")[0] for text in truth["never"]}
    for one in report(case).findings:
        assert one.rule not in never, one
        if one.severity in ("critical", "error") and one.effect != "none":
            assert one.rule in allowed, one


@pytest.mark.parametrize("case", [case for case in CASES if case.keyed], ids=str)
def test_keys_open_all_of_the_esp(case: Case) -> None:
    for agreement in report(case).agreements:
        found = agreement.association
        if found is None or not found.esp_frames:
            continue
        assert found.decrypted_frames == found.esp_frames
        assert found.keys is not None
        assert (found.keys.icv_good, found.keys.icv_bad) == (found.esp_frames, 0)
        assert found.keys.source == ("mw" if case.name in OWN_KEYS else "esp_sa")
        assert found.keys.variant is None


def test_no_key_stands_in_a_report() -> None:
    for case in CASES:
        if case.keyed:
            text = json.dumps(msgspec.to_builtins(list(report(case).agreements))).lower()
            text += json.dumps(msgspec.to_builtins(list(report(case).exchanges))).lower()
            text += json.dumps(msgspec.to_builtins(list(report(case).findings))).lower()
            assert not [key for key in KEYS if key in text]


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


@pytest.mark.parametrize("name", OWN_KEYS)
def test_the_core_shows_that_the_phone_registered(name: str) -> None:
    """The 200 to the protected REGISTER is readable on Mw."""
    for exchange in exchanges(name):
        assert exchange.registration is not None
        assert (exchange.registration.state, exchange.registration.basis) == ("registered", "seen")


def test_a_capture_that_ends_at_once_says_nothing_of_what_it_lost() -> None:
    (run,) = exchanges("41_thirdparty_ue_v6_unmodified_order_gm.pcap")
    assert run.registration is not None
    assert (run.registration.state, run.registration.signs) == ("unknown", [])
