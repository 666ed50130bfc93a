"""Every format on the same cases against golden files, and what holds of all of them."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from lxml import etree
from markdown_it import MarkdownIt

from analyzer import analyze
from analyzer.report import formats
from analyzer.report.escape import changed
from analyzer.report.model import Exchange, KeySource, Report
from analyzer.report.redaction import redact
from analyzer.report.streams import Mapped
from analyzer.report.summary import summarise
from analyzer.report.text import TextOptions, to_text

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = Path(__file__).parent / "schemas"
CASES = ("a", "a_without_keys", "b", "c", "d")
SUFFIXES = {"markdown": "md", "sarif": "sarif", "csv": "csv", "junit": "xml", "jsonl": "jsonl"}
Sample = Callable[[str], Report]

SARIF = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
JUNIT = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))


def written(report: Report, form: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    formats.named(form).write(report, stream, TextOptions(**options))
    return stream.getvalue()


def written_text(report: Report, **options: Any) -> str:
    stream = io.StringIO()
    to_text(report, stream, TextOptions(**options))
    return stream.getvalue()


def sarif(report: Report, **options: Any) -> dict[str, Any]:
    """The log, valid against the schema of OASIS."""
    log = json.loads(written(report, "sarif", **options))
    validator = jsonschema.validators.validator_for(SARIF)
    validator(SARIF, format_checker=validator.FORMAT_CHECKER).validate(log)
    (run,) = log["runs"]
    return dict(run)


def junit(report: Report, **options: Any) -> etree._Element:
    """The root, valid against the schema of Jenkins."""
    root = etree.fromstring(written(report, "junit", **options))
    JUNIT.assertValid(root)
    return root


def rows(report: Report, **options: Any) -> list[dict[str, str]]:
    text = written(report, "csv", **options).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", SUFFIXES)
def test_golden(sample: Sample, form: str, case: str) -> None:
    expected = (GOLDEN / f"case_{case}.{SUFFIXES[form]}").read_bytes()
    assert written(sample(case), form) == expected


def test_what_was_not_judged_did_not_pass(project: Path) -> None:
    """A capture of the core alone: no test run may take it for a registration that succeeded."""
    report = analyze([str(project / "samples/real/01_udp_aes_sha1_mw.pcap")])
    assert report.summary.exchanges == 0
    (suite,) = junit(report)
    (case,) = suite
    assert (suite.get("tests"), suite.get("skipped"), case.get("name")) == (
        "1",
        "1",
        "registration",
    )
    message = case.find("skipped").get("message")
    assert message.startswith("no exchange was seen (this is the core side (Mw).")
    assert "Mw only: " in case.find("system-out").text


def without_exchanges(report: Report) -> Report:
    return replace(report, exchanges=[], agreements=[], findings=[], summary=summarise([], []))


def test_nothing_of_a_selection_is_skipped_too(sample: Sample) -> None:
    message = junit(without_exchanges(sample("b")), selected=True).find(".//skipped").get("message")
    assert message == "no exchange fits the selection"


def test_what_could_not_be_read_is_an_error_alone(sample: Sample) -> None:
    report = sample("b")
    captures = [msgspec.structs.replace(report.captures[0], unreadable=True)]
    root = junit(replace(without_exchanges(report), captures=captures))
    assert (len(root.findall(".//error")), len(root.findall(".//skipped"))) == (1, 0)


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("real/03_udp_3des_md5_gm.pcap", set()),
        ("pcaps/ok_tls.pcap", {"TLS"}),
        ("pcaps/leg_01_fires.pcap", {"LEG"}),
        ("pcaps/ok_mediasec.pcap", {"MED"}),
        ("pcaps/ok_digest_rfc3329.pcap", {"DIG"}),
    ],
)
def test_a_family_that_looks_at_nothing_does_not_pass(
    project: Path, path: str, there: set[str]
) -> None:
    root = junit(analyze([str(project / "samples" / path)]))
    names = {case.get("name") for case in root.iter("testcase")}
    assert names & {"TLS", "DIG", "LEG", "MED"} == there
    assert {"AUT", "CHL", "DWN"} <= names


def test_a_finding_says_the_same_in_every_format(sample: Sample) -> None:
    """VER-10 of case A was seen twice (#4, and #6 to a MESSAGE)."""
    report = sample("a")
    said = "200 to REGISTER #4; again 202 to MESSAGE #6"
    assert any(row["seen"] == said for row in rows(report))
    results = sarif(report)["results"]
    assert any(result["properties"].get("seen") == said for result in results)
    assert any(f"Seen: {said}." in result["message"]["text"] for result in results)
    failure = junit(report).find(".//testcase[@name='VER']/failure").text
    assert f"  seen: {said}\n" in failure
    assert "  means: P-CSCF does not compare lists: bidding down would go unnoticed" in failure
    ticket = written(report, "markdown").decode().replace("`", "")
    assert f"| seen | {said} |" in ticket


@pytest.mark.parametrize("case", ["a", "c", "d"])
def test_commands_of_a_ticket_are_commands(sample: Sample, case: str) -> None:
    """Each block is one command of a shell, word for word that of the text report."""
    tokens = MarkdownIt().parse(written(sample(case), "markdown").decode())
    blocks = [token.content for token in tokens if token.info == "sh"]
    assert blocks
    said = " ".join(written_text(sample(case)).replace("\\\n", " ").split())
    for block in blocks:
        words = shlex.split(block)
        assert words[0] in ("secagree", "tshark")
        assert "verify:" not in words
        assert " ".join(block.replace("\\\n", " ").split()) in said
    leads = ("verify:", "then:", "and:")
    others = [token.content for token in tokens if token.type == "fence" and token.info != "sh"]
    assert not any(lead in text for text in others for lead in leads)


def test_a_bypassed_agreement_names_who_has_to_act(sample: Sample) -> None:
    """In the head of a ticket; in the text where no finding says it (report.md, case A)."""
    report = sample("a")
    assert "**Fix at:** P-CSCF" in written(report, "markdown").decode().partition("|")[0]
    assert " to act " not in written_text(report)
    assert " to act   P-CSCF" in written_text(replace(report, findings=[]), verbose=True)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("x.SARIF", "sarif"),
        ("x.sarif.json", "sarif"),
        ("x.json", "json"),
        ("x.md", "markdown"),
        ("x.markdown", "markdown"),
        ("x.csv", "csv"),
        ("x.xml", "junit"),
        ("x", None),
        ("json", None),
    ],
)
def test_the_suffix_names_the_format(path: str, form: str | None) -> None:
    found = formats.of_path(path)
    assert (None if found is None else found.name) == form


@pytest.mark.parametrize("form", formats.NAMES)
def test_a_stream_is_left_open_and_written_the_same_again(sample: Sample, form: str) -> None:
    if form == "text":
        return  # its wrapper belongs to who opened the file
    stream = io.BytesIO()
    formats.named(form).write(sample("d"), stream, TextOptions())
    assert not stream.closed
    assert stream.getvalue() == written(sample("d"), form)


# ---- SARIF


@pytest.mark.parametrize("case", CASES)
def test_sarif_is_valid(sample: Sample, case: str) -> None:
    assert sarif(sample(case))["invocations"] == [{"executionSuccessful": True}]


def test_sarif_has_levels_places_and_fingerprints(sample: Sample) -> None:
    run = sarif(sample("a"))
    results = run["results"]
    levels = {one["ruleId"]: one["level"] for one in results}
    assert levels == {
        "VER-10": "error",
        "VER-05": "error",
        "VER-11": "warning",
        "OFR-14": "note",
        "PRT-05": "note",
        "PRT-13": "note",
    }
    bypass = results[0]
    assert bypass["partialFingerprints"] == {"secagree/v1": "VER-10-1"}
    assert bypass["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == (
        "09_udp_wrong_verify_spi_gm.pcap#4"
    )
    assert [one["message"]["text"] for one in bypass["relatedLocations"]] == [
        "#2",
        "#3",
        "#5",
        "#6",
    ]
    assert bypass["properties"]["party"] == "pcscf"
    assert results[2]["properties"]["explainedBy"] == "F2"
    for result in results:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        for relation in rule.get("relationships", ()):
            (taxonomy,) = run["taxonomies"]
            target = relation["target"]
            assert taxonomy["taxa"][target["index"]]["id"] == target["id"]
    assert run["properties"]["notChecked"] == {"no Mw capture": ["LEAK-02", "LEAK-03", "LEAK-06"]}


def test_a_failed_registration_is_a_result_without_any_finding(sample: Sample) -> None:
    (result,) = sarif(sample("c"))["results"]
    assert (result["ruleId"], result["level"]) == ("registration", "error")
    assert result["message"]["text"] == (
        "NOT REGISTERED: no answer after the 401, stopped at step 3 of 4. Fix at: P-CSCF."
    )
    assert sum(one["ruleId"] == "registration" for one in sarif(sample("d"))["results"]) == 5


def test_strict_makes_results_of_notes(sample: Sample) -> None:
    strict = replace(sample("a"), strict=True)
    levels = {one["ruleId"]: one["level"] for one in sarif(strict)["results"]}
    assert levels["OFR-14"] == "note"  # info
    assert {one["ruleId"]: one["level"] for one in sarif(replace(sample("b"), strict=True))[
        "results"]}["LEAK-02"] == "warning"  # fmt: skip


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b#1.pcap", "a%20b%231.pcap"),
        ("/tmp/x.pcap", "file:///tmp/x.pcap"),
        ("-", "stdin"),
        ("sub/x.pcap", "sub/x.pcap"),
        ("a:b.pcap", "a%3Ab.pcap"),
        ("\udcff.pcap", "%FF.pcap"),
    ],
)
def test_paths_become_uris(sample: Sample, path: str, uri: str) -> None:
    report = sample("a")
    captures = [replace_path(one, path) for one in report.captures]
    (artifact,) = sarif(replace(report, captures=captures))["artifacts"]
    assert artifact["location"]["uri"] == uri


def replace_path(capture: Any, path: str) -> Any:
    return type(capture)(
        **{name: getattr(capture, name) for name in capture.__struct_fields__} | {"path": path}
    )


# ---- JUnit


@pytest.mark.parametrize("case", CASES)
def test_junit_is_valid_and_counts_right(sample: Sample, case: str) -> None:
    for suite in junit(sample(case)).iter("testsuite"):
        for name, element in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"),
                              ("skipped", "skipped")):  # fmt: skip
            assert int(suite.get(name) or 0) == len(list(suite.iter(element)))


def states(report: Report, **options: Any) -> dict[str, str]:
    """Of each case what became of it."""
    return {
        str(case.get("name")): next(
            (str(child.tag) for child in case if child.tag != "system-out"), "passed"
        )
        for case in junit(report, **options).iter("testcase")
    }


def test_junit_has_a_case_for_the_registration_and_each_family(sample: Sample) -> None:
    assert states(sample("a")) == {
        "registration": "passed",
        "VER": "failure",
        "LEAK": "skipped",
        "OFR": "passed",
        "PRT": "passed",
    }
    assert states(sample("c")) == {"registration": "failure", "VER": "skipped"}
    assert states(sample("a"), threshold=frozenset())["VER"] == "passed"


def test_junit_says_what_was_not_checked_and_why(sample: Sample) -> None:
    (skipped,) = junit(sample("c")).iter("skipped")
    assert skipped.get("message") == "not checked: VER-05 (ESP not read: no keys)"


def test_a_capture_that_cannot_be_read_is_an_error(sample: Sample) -> None:
    report = sample("a")
    for capture in report.captures:
        capture.unreadable = True
    assert states(report)["09_udp_wrong_verify_spi_gm.pcap"] == "error"
    assert sarif(report)["invocations"][0]["executionSuccessful"] is False


# ---- CSV


def test_csv_is_as_rfc_4180_has_it(sample: Sample) -> None:
    data = written(sample("a"), "csv")
    assert data.count(b"\r\n") == data.count(b"\n") == 7
    first = rows(sample("a"))[0]
    assert first["rule"], first["verdict"] == ("VER-10", "bypassed")
    assert (first["frame"], first["frames"], first["counts"]) == ("4", "#2 #3 #4 #5 #6", "yes")
    assert rows(sample("a"))[3]["counts"] == "no"


# ---- Markdown


def test_markdown_of_a_healthy_registration_is_one_line(sample: Sample) -> None:
    assert written(sample("b"), "markdown").count(b"\n") == 3  # in its fence


def test_markdown_of_many_works_one_case_of_each_kind(sample: Sample) -> None:
    text = written(sample("d"), "markdown").decode()
    assert text.startswith("## 50 registrations of 50 phones\n")
    assert re.findall(r"^## (E\d+)", text, re.MULTILINE) == ["E12", "E7"]
    assert "| 4 | no answer after 401, ESP out | P-CSCF | 192.0.2.1 | SM-G991B |" in text


# ---- what came out of packets

PAYLOADS = (
    "<script>alert(1)</script>",
    "</code></pre><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "@octocat #1 owner/repo#2 :boom: www.evil.example http://evil.example a@b.example",
    "```\n# out of the fence\n```",
    "`` ` ``` `",
    "a | b || c \\| d",
    '=cmd|"/C calc"!A0',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    " =1",
    ";=1",
    "\x1b[31mred\x1b]0;title\x07\x9b1m",
    "\r\nSet-Cookie: x",
    "\u202eevil\u202c \u2066x\u2069 \ufeff",
    "]]><!--&amp;&#x0;",
    "{0} {{}} [x](1) \\[",
    "\udcff\udc80 \x00 \ufffe \uffff \U0001f4a9",
    "W" * 65_536,
    "- item\n1. item\n---\n===\n",
)


def hostile(report: Report, payload: str, path: str = "{}.pcap") -> Report:
    """The report with every free text out of a packet replaced, and the path of its captures."""
    free = {"lab-ue/1.0", "ue-3deb1c368d15@192.0.2.10", "OK", "Forbidden"}

    def change(value: Any) -> Any:
        return changed(value, lambda text: payload if text in free else text)

    def finding(value: Any) -> Any:
        members = {name: getattr(value, name) for name in value.__struct_fields__}
        for name in ("expected", "seen", "detail", "parameter", "peer"):
            members[name] = payload
        return type(value)(**members)

    return replace(
        report,
        captures=[replace_path(one, path.format(payload[:60])) for one in report.captures],
        exchanges=Mapped(report.exchanges, change),
        findings=Mapped(report.findings, finding),
    )


@pytest.mark.parametrize(
    ("case", "payload"),
    [(case, one) for case in "acd" for one in PAYLOADS if case != "d" or len(one) < 1000],
)
def test_payloads_stay_text(sample: Sample, case: str, payload: str) -> None:
    report = hostile(sample(case), payload)
    for form in (*SUFFIXES, "json"):
        text = written(report, form).decode("utf-8")
        assert not re.search(
            r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text
        )
    assert len(rows(report)) == len(list(report.findings))
    for row in rows(report):
        for cell in row.values():
            assert not re.match(r"\s*[=+@\t\r-]", cell)
            assert not re.search(r";\s*[=+@-]", cell)
    sarif(report)
    junit(report)
    assert_no_markup(written(report, "markdown").decode("utf-8"))


def assert_no_markup(text: str) -> None:
    """What a reader of GFM makes of it: our own tags alone, and nothing that is linked."""
    html = MarkdownIt("gfm-like", {"linkify": False}).enable("table").render(text)
    tags = set(re.findall(r"</?([a-z0-9]+)", html))
    assert tags <= {"h2", "h3", "p", "strong", "code", "pre", "table", "thead", "tbody", "tr", "th",
                    "td", "br", "hr"}  # fmt: skip
    for table in re.findall(r"<table>.*?</table>", html, re.DOTALL):
        widths = {row.count("<td") + row.count("<th") for row in re.findall(r"<tr>.*?</tr>", table,
                  re.DOTALL)}  # fmt: skip
        assert len(widths) == 1
    outside = re.sub(r"<(pre|code)\b.*?</\1>", "", html, flags=re.DOTALL)
    assert not re.search(r"[@#]|://|www\.|:[a-z_+-]+:", outside)


def test_redaction_reaches_every_format(sample: Sample) -> None:
    report = redact(sample("a"))
    for form in SUFFIXES:
        assert b"001010123456789" not in written(report, form)
    assert b"0010199" in written(report, "csv")


def test_keys_are_shown_where_they_were_asked_for(sample: Sample) -> None:
    report = sample("a")
    for agreement in report.agreements:
        assert agreement.association is not None
        keys = agreement.association.keys
        assert isinstance(keys, KeySource)
        keys.integrity_key = "0x00112233445566778899aabbccddeeff"
    leaked = 'Digest ck="0123456789abcdef0123456789abcdef"'
    shown = hostile(report, leaked, "x.pcap")
    for form in SUFFIXES:
        assert b"0123456789abcdef0123" not in written(shown, form)
        assert b"0123456789abcdef0123" in written(shown, form, show_keys=True)
    # what a report shows of the keys themselves was put there because somebody asked for it
    assert b"00112233445566778899" in written(report, "markdown", show_keys=True)


# ---- many


class Padded:
    """So many exchanges with long texts, each made when it is walked."""

    def __init__(self, like: Exchange, number: int) -> None:
        self._data = msgspec.msgpack.encode(like)
        self._number = number

    def __iter__(self) -> Iterator[Exchange]:
        for number in range(1, self._number + 1):
            one = msgspec.msgpack.decode(self._data, type=Exchange)
            one.id, one.call_id = f"E{number}", f"{number:06d}" * 1000
            yield one


@pytest.mark.parametrize("form", SUFFIXES)
def test_exchanges_are_held_one_at_a_time(sample: Sample, form: str) -> None:
    report = sample("c")
    [like] = report.exchanges
    number, octets = 1500, 6000
    padded = Padded(like, number)
    many = replace(report, exchanges=padded, summary=summarise(padded, []))
    writer = io.BufferedWriter(Nowhere())
    formats.named(form).write(report, writer, TextOptions())  # what is loaded once
    tracemalloc.start()
    formats.named(form).write(many, writer, TextOptions())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < number * octets * 2 / 3


class Nowhere(io.RawIOBase):
    """Takes everything and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)
