"""Exchanges and agreements put away and walked again."""

from __future__ import annotations

import pytest

from analyzer.report import spool
from analyzer.report.settled import Settled


def agreement(number: int) -> Settled:
    return Settled(number, number, "ipsec-3gpp", created=number)


@pytest.mark.parametrize("block", [1, 300, 1 << 20])
def test_walked_and_added_to_in_turn(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(spool, "BLOCK", block)
    monkeypatch.setattr(spool, "WAITING", block)
    monkeypatch.setattr(spool, "IN_MEMORY", 500)
    kept = spool.AgreementSpool()
    kept.findings = {"A3": ["F7"]}
    for number in range(40):
        kept.extend([agreement(number)])
        if number % 7 == 0:
            assert [one.id for one in kept] == [f"A{n}" for n in range(number + 1)]
    assert len(kept) == 40
    assert [(one.id, one.findings) for one in kept.pick({"E3", "E39"})] == [
        ("A3", ["F7"]),
        ("A39", []),
    ]
