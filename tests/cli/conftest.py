"""A command line whose engine is replaced by a report made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from analyzer.cli import engine, main
from analyzer.report.model import (
    Capture,
    Coverage,
    Endpoint,
    Exchange,
    Finding,
    Frame,
    Identity,
    Registration,
    Report,
    Tool,
)
from analyzer.report.summary import summarise
from analyzer.report.times import iso

NINE = 1_795_338_000  # 2026-11-22T09:00:00Z


def exchange(number: int, state: str = "registered", **members: Any) -> Exchange:
    """The exchange `E<number>` of a phone of its own, `number` minutes after nine."""
    start = iso((NINE + number * 60) * 1_000_000_000)
    defaults: dict[str, Any] = {
        "id": f"E{number}",
        "key": f"key-{number}",
        "dialect": "ims",
        "mediasec": False,
        "kind": "initial",
        "method": "REGISTER",
        "call_id": f"call-{number}@host",
        "client": Endpoint(f"192.0.2.{number}", 5060),
        "server": Endpoint("198.51.100.1", 5060),
        "identity": Identity(
            imsi=f"26201777777770{number}",
            msisdn=f"4915100000{number}",
            impu=f"sip:+4915100000{number}@ims.example",
        ),
        "registration": Registration(state=state, basis="seen"),  # type: ignore[arg-type]
        "outcome": "agreed",
        "started": start,
        "ended": start,
        "duration_ms": 0.0,
        "coverage": Coverage(
            start=True,
            both_directions=True,
            protected_part="read",
            keys="not-needed",
            synthetic=False,
        ),
    }
    return Exchange(**{**defaults, **members})


def finding(number: int, severity: str = "error", effect: str = "risk") -> Finding:
    """A finding about the exchange of that number."""
    return Finding(
        id=f"F{number}",
        fingerprint=f"print-{number}",
        rule="VER-05",
        name="verify-param-changed",
        severity=severity,  # type: ignore[arg-type]
        class_="security",
        effect=effect,  # type: ignore[arg-type]
        party="ue",
        title="a parameter was changed",
        seen=f"From: <sip:26201777777770{number}@ims.example>",
        exchange=f"E{number}",
        frame=Frame(0, number),
    )


def report(
    exchanges: list[Exchange], findings: list[Finding] | None = None, **members: Any
) -> Report:
    """A report of one capture that starts at nine."""
    captures = [
        Capture(
            path="x.pcap",
            packets=9,
            sip_sightings=4,
            sip_messages=4,
            first_time=iso(NINE * 1_000_000_000),
            **members,
        )
    ]
    found = findings or []
    summary = summarise(exchanges, found)
    return Report(Tool(name="secagree", version="0"), captures, exchanges, [], found, summary)


@dataclass
class CommandLine:
    """Runs commands; what the engine was asked stands in `inputs` and `settings`."""

    answer: Report = field(default_factory=lambda: report([exchange(1)]))
    inputs: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path) -> Result:
        runner = CliRunner()
        return runner.invoke(main, [str(one) for one in arguments], prog_name="secagree")

    def analyze(self, inputs: Sequence[str], **settings: Any) -> Report:
        self.inputs, self.settings = tuple(inputs), settings
        return self.answer


@pytest.fixture
def secagree(monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line before an engine that gives `answer`."""
    command_line = CommandLine()
    monkeypatch.setattr(engine, "analyze", command_line.analyze)
    return command_line


@pytest.fixture
def make() -> dict[str, Callable[..., Any]]:
    """The makers of exchanges, findings and reports."""
    return {"exchange": exchange, "finding": finding, "report": report}
