"""The verdict's table, case by case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from analyzer.report.model import Coverage, Exchange, Registration, Report, Step
from analyzer.report.verdict import explanation, judge

Sample = Callable[[str], Report]


def changed(sample: Sample, case: str, **members: Any) -> Exchange:
    [exchange] = sample(case).exchanges
    return msgspec.structs.replace(exchange, **members)


@pytest.mark.parametrize(
    ("registration", "members", "headline", "succeeded"),
    [
        (("registered", "seen"), {}, "REGISTERED", True),
        (("registered", "inferred"), {}, "REGISTERED (inferred)", True),
        (
            ("registered", "seen"), {"outcome": "bypassed"},
            "REGISTERED, SECURITY AGREEMENT BYPASSED", True,
        ),
        (
            ("registered", "seen"), {"outcome": "not-used"},
            "REGISTERED, no security agreement used", True,
        ),
        (("deregistered", "seen"), {}, "DEREGISTERED", True),
        (
            ("no-answer", "none"), {"outcome": "failed", "stopped_at": "result"},
            "NOT REGISTERED: no answer after the 401", False,
        ),
        (
            ("no-answer", "none"), {"outcome": "failed", "stopped_at": "challenge"},
            "NOT REGISTERED: no answer to the first REGISTER", False,
        ),
        (
            ("given-up", "none"), {"outcome": "failed", "stopped_at": "verify"},
            "NOT REGISTERED: the UE gave up after the 401", False,
        ),
        (
            ("unknown", "none"), {"outcome": "incomplete", "stopped_at": "result"},
            "UNKNOWN: no answer to the second REGISTER before the end", None,
        ),
    ],
)  # fmt: skip
def test_headlines(
    sample: Sample,
    registration: tuple[str, str],
    members: dict[str, Any],
    headline: str,
    succeeded: bool | None,
) -> None:
    state, basis = registration
    known = Registration(state=state, basis=basis)  # type: ignore[arg-type]
    verdict = judge(changed(sample, "b", registration=known, **members))
    assert (verdict.headline, verdict.succeeded) == (headline, succeeded)


@pytest.mark.parametrize(
    ("code", "reason", "layer", "headline", "party"),
    [
        (403, "Forbidden", "authentication", "403 Forbidden at authentication", "hss"),
        (494, "Security Agreement Required", "agreement",
         "494 Security Agreement Required at agreement", "ue"),
        (504, None, "service", "504 at service", "core"),
    ],
)  # fmt: skip
def test_refusals(
    sample: Sample, code: int, reason: str | None, layer: str, headline: str, party: str
) -> None:
    known = Registration(state="rejected", basis="seen", code=code, reason=reason)
    verdict = judge(changed(sample, "b", registration=known, layer=layer, outcome="failed"))
    assert verdict.headline == f"NOT REGISTERED: {headline}"
    assert (verdict.party, verdict.succeeded) == (party, False)


def test_refusal_of_the_first_request(sample: Sample) -> None:
    [exchange] = sample("b").exchanges
    known = Registration(state="rejected", basis="seen", code=503, reason="Create ipsec failed")
    first = changed(sample, "b", registration=known, steps=exchange.steps[:1], outcome="rejected")
    assert judge(first).headline == (
        "NOT REGISTERED: 503 Create ipsec failed to the first REGISTER"
    )


@pytest.mark.parametrize(
    ("missing", "stopped"),
    [("challenge", "1 of 4"), ("verify", "2 of 4"), ("result", "3 of 4")],
)
def test_stopped_at_the_last_step_that_was_reached(
    sample: Sample, missing: str, stopped: str
) -> None:
    known = Registration(state="no-answer", basis="none")
    verdict = judge(changed(sample, "c", registration=known, stopped_at=missing))
    assert verdict.stopped == f"stopped at step {stopped}"


def test_an_explaining_finding_says_who_acts(sample: Sample) -> None:
    [exchange] = sample("c").exchanges
    finding = next(iter(sample("a").findings))
    explains = msgspec.structs.replace(finding, effect="explains-outcome", party="path")
    assert judge(exchange).party == "pcscf"
    assert judge(exchange, [explains]).party == "path"


def test_unknown_overrides_no_name(sample: Sample) -> None:
    [exchange] = sample("c").exchanges
    finding = next(iter(sample("a").findings))
    unknown = msgspec.structs.replace(finding, effect="explains-outcome", party="unknown")
    known = msgspec.structs.replace(unknown, party="path")
    assert judge(exchange, [unknown]).party == "pcscf"
    assert judge(exchange, [unknown, known]).party == "path"


def test_a_loud_finding_names_the_party_where_nothing_failed(sample: Sample) -> None:
    [exchange] = sample("b").exchanges
    finding = next(iter(sample("a").findings))
    loud = msgspec.structs.replace(finding, effect="risk", party="ue")
    folded = msgspec.structs.replace(loud, explained_by="F9")
    assert judge(exchange).party is None
    assert judge(exchange, [folded]).party is None
    assert judge(exchange, [loud]).party == "ue"
    [failed] = sample("c").exchanges
    assert judge(failed, [loud]).party == "pcscf"


def test_a_finding_that_explains_names_the_party_where_the_capture_cannot_tell(
    sample: Sample,
) -> None:
    unknown = changed(sample, "c", registration=Registration(state="unknown", basis="none"))
    finding = next(iter(sample("a").findings))
    explains = msgspec.structs.replace(finding, effect="explains-outcome", party="ue")
    assert judge(unknown).party == "capture"
    assert judge(unknown, [explains]).party == "ue"


def test_a_request_that_is_no_registration(sample: Sample) -> None:
    refused = changed(
        sample, "b", registration=None, method="INVITE", outcome="rejected", dialect="rfc3329",
        steps=[_result(sample, 494, "Security Agreement Required")],
    )  # fmt: skip
    verdict = judge(refused)
    assert verdict.headline == "REQUEST REJECTED: INVITE 494 Security Agreement Required"
    agreed = msgspec.structs.replace(
        refused, outcome="agreed", steps=[_result(sample, 200, "{0} %s")]
    )
    assert judge(agreed).headline == "AGREED: INVITE 200 {0} %s"


def _result(sample: Sample, code: int, reason: str) -> Step:
    [exchange] = sample("b").exchanges
    return msgspec.structs.replace(exchange.steps[-1], code=code, reason=reason)


@pytest.mark.parametrize(
    ("coverage", "headline"),
    [
        ({"start": False}, "UNKNOWN: the capture starts inside the exchange"),
        ({"both_directions": False}, "UNKNOWN: only one direction was captured"),
        ({"protected_part": "unread"}, "UNKNOWN: the ESP part is not readable"),
    ],
)
def test_why_the_capture_cannot_tell(
    sample: Sample, coverage: dict[str, Any], headline: str
) -> None:
    members: dict[str, Any] = {
        "start": True, "both_directions": True, "protected_part": "none", "keys": "not-needed",
        "synthetic": False,
    }  # fmt: skip
    unknown = changed(
        sample, "c", registration=Registration(state="unknown", basis="none"), stopped_at=None,
        coverage=Coverage(**{**members, **coverage}),
    )  # fmt: skip
    assert judge(unknown).headline == headline


def test_how_an_agreement_was_bypassed(sample: Sample) -> None:
    def frame(step: Step) -> str:
        return f"#{step.frame}"

    [exchange] = sample("a").exchanges
    assert explanation(exchange, frame) == (
        "The P-CSCF said 200 OK (#4) to a Security-Verify (#3) that is not its list (#2)."
    )
    steps = [msgspec.structs.replace(step, verify=[]) for step in exchange.steps]
    without = msgspec.structs.replace(exchange, steps=steps)
    assert explanation(without, frame) == (
        "The P-CSCF said 200 OK (#4) to a request (#3) without Security-Verify."
    )
    assert explanation(changed(sample, "b"), frame) is None
