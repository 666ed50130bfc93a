"""The JSON report: the names of the contract, the shipped schema, one document from a stream."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from analyzer.report import model, schema
from analyzer.report.json_writer import to_json, to_jsonl
from analyzer.report.model import Document, Report

Sample = Callable[[str], Report]

CONTRACT = {
    "Document": "schema tool captures exchanges agreements findings summary",
    "Tool": "name version",
    "Capture": "path format link_types packets sip_sightings sip_messages first_time last_time "
    "clock_offset_ms problems",
    "Problem": "kind frame offset detail count",
    "Exchange": "id key dialect mediasec kind call_id client server identity user_agent "
    "server_agent registration stopped_at layer outcome agreed started ended duration_ms steps "
    "missing coverage not_checked findings",
    "Endpoint": "address port",
    "Identity": "impi impu imsi msisdn imei cell",
    "Registration": "state code reason basis signs",
    "Step": "role round capture frame frames sightings time summary src dst transport protection "
    "spi leg client server verify comparison",
    "Sighting": "capture frame src dst encapsulation",
    "Comparison": "level kind edit",
    "Coverage": "start both_directions protected_part keys synthetic",
    "Mechanism": "name q alg ealg prot mod spi_c spi_s port_c port_s d_alg d_qop d_ver raw defects",
    "Agreement": "id exchange mechanism created established ended end_reason expires association "
    "traffic findings",
    "Association": "alg ealg spi_uc spi_us spi_pc spi_ps port_uc port_us port_pc port_ps state sa "
    "esp_frames decrypted_frames",
    "Sa": "name spi packets first_seq last_seq opened icv_bad",
    "Traffic": "time capture frame method code sa delay_ms",
    "Finding": "id fingerprint rule severity class effect party title detail exchange agreement "
    "frame frames expected seen parameter spec cause fix explained_by count",
    "Frame": "capture frame",
    "Summary": "exchanges registrations outcomes findings notes",
}


@pytest.mark.parametrize("name", CONTRACT)
def test_the_contract_s_names_are_there(name: str) -> None:
    struct: Any = getattr(model, name)
    assert set(CONTRACT[name].split()) <= set(struct.__struct_encode_fields__)


def test_the_shipped_schema_is_fresh() -> None:
    assert schema.shipped() == schema.generate()


def written(report: Report) -> bytes:
    stream = io.BytesIO()
    to_json(report, stream)
    return stream.getvalue()


@pytest.mark.parametrize("case", ["a", "a_without_keys", "b", "c", "d"])
def test_the_document_is_that_of_the_model(sample: Sample, case: str) -> None:
    report = sample(case)
    document = msgspec.json.decode(written(report), type=Document)
    assert document.schema_ == "secagree/1"
    assert document.exchanges == list(report.exchanges)
    assert document.agreements == list(report.agreements)
    assert document.findings == list(report.findings)
    assert document.summary == report.summary


def test_times_and_numbers_as_the_contract_has_them(sample: Sample) -> None:
    document = json.loads(written(sample("a")))
    [exchange] = document["exchanges"]
    assert exchange["started"] == "2026-11-22T08:53:03.604000000Z"
    assert exchange["agreed"]["spi_s"] == 4097
    assert document["findings"][0]["class"] == "conformance"
    assert document["findings"][0]["frame"] == {"capture": 0, "frame": 4}


def test_absent_members_are_omitted(sample: Sample) -> None:
    assert not re.search(rb":\s*null|:\[\],", written(sample("a")).replace(b'"other":{}', b""))


def test_an_empty_report_is_a_document(sample: Sample) -> None:
    empty = replace(sample("a"), exchanges=[], agreements=[], findings=[])
    assert json.loads(written(empty))["exchanges"] == []


def test_octets_that_are_no_utf8_do_not_stop_it(sample: Sample) -> None:
    report = sample("b")
    [exchange] = report.exchanges
    odd = msgspec.structs.replace(exchange, user_agent="x\udcffy")
    document = json.loads(written(replace(report, exchanges=[odd])))
    assert document["exchanges"][0]["user_agent"] == r"x\xffy"


@pytest.mark.parametrize("form", ['ck="{}"', "IK={}", "ik \t= {}"])
def test_keys_stay_out(sample: Sample, form: str) -> None:
    report = sample("b")
    key = "0123456789abcdef0123456789abcdef"
    findings = [msgspec.structs.replace(f, seen=form.format(key)) for f in report.findings]
    out = written(replace(report, findings=findings))
    assert key.encode() not in out
    assert b"***" in out


def test_jsonl_has_the_same_objects(sample: Sample) -> None:
    report = sample("d")
    stream = io.BytesIO()
    to_jsonl(report, stream)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    document = json.loads(written(report))
    assert lines[0] == {"schema": "secagree/1", "tool": document["tool"]}
    assert [line["exchange"] for line in lines if "exchange" in line] == document["exchanges"]
    assert [line["finding"] for line in lines if "finding" in line] == document["findings"]
    assert lines[-1] == {"summary": document["summary"]}
