"""The HTML report as a file: what is in it, and what must not be."""

from __future__ import annotations

import io
import json
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analyzer import analyze
from analyzer.pipeline.settings import Settings
from analyzer.report.html import to_html
from analyzer.report.model import Frame, Report
from analyzer.report.redaction import redact
from analyzer.report.selection import Criteria, select
from analyzer.report.text import TextOptions, to_text
from tests.benchmarks.registrations import registration
from tests.captures import SECOND, analysed, pcap

GOLDEN = Path(__file__).parent / "golden"
REAL = "samples/real/09_udp_wrong_verify_spi"
Sample = Callable[[str], Report]


def html(report: Report, **options: Any) -> str:
    stream = io.BytesIO()
    to_html(report, stream, TextOptions(**options))
    return stream.getvalue().decode("utf-8")


def opened(page: str) -> dict[str, Any]:
    """The data of the page by the id of its element."""
    found = re.findall(r'<script type="text/plain" id="([\w-]+)">([^<]*)</script>', page)
    return {name: json.loads(zlib.decompress(b64decode(data))) for name, data in found}


def laid_out(value: Any, depth: int = 4, margin: str = "") -> str:
    """JSON that a diff tells about: a line each for what lies deeper, and for a list of words."""
    flat = not isinstance(value, dict) and not (
        isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value)
    )
    if depth == 0 or flat or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = margin + " "
    if isinstance(value, dict):
        items = [
            f"{json.dumps(name)}: {laid_out(one, depth - 1, inner)}" for name, one in value.items()
        ]
    else:
        items = [laid_out(one, depth - 1, inner) for one in value]
    begin, end = "{}" if isinstance(value, dict) else "[]"
    return f"{begin}\n{inner}" + f",\n{inner}".join(items) + f"\n{margin}{end}"


def told(report: Report) -> dict[str, Any]:
    """Index and exchanges of the page; of many, those that stand for a signature."""
    data = opened(html(report))
    index = data["index"]
    firsts = [one["first"] for one in index["clusters"]]
    whole = [
        one for number in range(len(index["exchanges"])) for one in data[f"exchanges-{number}"]
    ]
    few = len(whole) < index["overview"]
    return {"index": index, "exchanges": [one for one in whole if few or one["id"] in firsts]}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


@pytest.fixture(scope="module")
def real() -> Report:
    return analyze([f"{REAL}_gm.pcap"], settings=Settings(keys=[f"{REAL}.esp_sa"]))


@pytest.mark.parametrize("case", ["a", "b", "c", "d"])
def test_golden(sample: Sample, case: str) -> None:
    expected = (GOLDEN / f"case_{case}.html.json").read_text("utf-8")
    assert laid_out(told(sample(case))) + "\n" == expected


def test_the_exchange_is_all_there(real: Report) -> None:
    data = opened(html(real))
    (one,) = data["exchanges-0"]
    assert one["headline"] == "REGISTERED, SECURITY AGREEMENT BYPASSED"
    assert one["party"] == "P-CSCF"
    assert [row["f"] for row in one["rows"]] == ["#1", "#2", "#3", "#4"]
    assert [row["prot"] for row in one["rows"]] == ["clear", "clear", "esp", "esp"]
    assert one["filter"] == [[f"{REAL}_gm.pcap", "frame.number in {1, 2, 3, 4, 5, 6}"]]
    assert one["compared"]["level"] == "different"
    differing = [row for row in one["compared"]["elements"][0]["rows"] if row[1] != row[2]]
    assert differing == [["spi-s", "4097", "99999"]]
    assert [sa["cells"][0] for sa in one["lives"][0]["sas"]] == ["uc>ps", "pc>us", "us>pc", "ps>uc"]


def test_the_text_of_the_messages_is_that_of_the_capture(real: Report) -> None:
    (texts,) = opened(html(real))["texts-0"]
    lines = texts[2]["lines"]
    assert lines[0] == "REGISTER sip:ims.mnc001.mcc001.3gppnetwork.org SIP/2.0"
    (verify,) = [line for line in lines if line.startswith("Security-Verify:")]
    assert "spi-s=99999" in verify


def test_the_tree_names_the_octets_of_the_message(real: Report) -> None:
    (texts,) = opened(html(real))["texts-0"]
    raw = "\r\n".join(texts[2]["lines"])

    def walk(node: list[Any]) -> Iterator[list[Any]]:
        yield node
        for child in node[6] if len(node) > 6 else ():
            yield from walk(child)

    found = [node for node in walk(texts[2]["tree"]) if node[0] == "spi-s"]
    values = [raw[start : start + length] for _, _, start, length, *_ in found]
    assert values == [node[1] for node in found] == ["572653568", "99999"]


def test_what_is_read_after_the_page_has_no_texts(real: Report) -> None:
    html(real)
    assert all(step.text is None for one in real.exchanges for step in one.steps)


def test_nothing_comes_from_elsewhere(real: Report) -> None:
    page = html(real)
    fetched: list[str] = []

    class Looks(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            fetched.extend(f"{tag} {name}" for name, _ in attrs
                           if name in ("src", "srcset", "href", "style", "action", "data")
                           or name.startswith("on"))  # fmt: skip

    Looks().feed(page)
    assert fetched == ["a href"]  # to the report itself
    assert "@import" not in page
    assert "url(" not in page
    assert re.findall(r"https?://[^\s\"')]+", page.split('type="module"')[1]) == [
        "http://www.w3.org/2000/svg", "http://www.w3.org/2000/svg",
    ]  # fmt: skip


def test_the_policy_names_what_is_in_the_page(real: Report) -> None:
    page = html(real)
    (script,) = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    for name, text in (("script-src", script), ("style-src", style)):
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")


def test_same_input_same_octets(real: Report) -> None:
    assert html(real) == html(real)


def test_identities_are_announced_unless_there_are_none(real: Report) -> None:
    assert "contains subscriber identities" in html(real)
    page = html(redact(real))
    assert "contains subscriber identities" not in page
    whole = "\n".join(strings(opened(page)))
    assert "001010123456789" not in page + whole
    assert "15550100" not in page + whole
    assert "0010100010019B01" not in page + whole
    assert "0010199" in whole


def test_keys_are_masked_unless_they_are_to_be_shown() -> None:
    leaky = analyze(["samples/pcaps/leak_01_fires.pcap"])
    shown = "\n".join(strings(opened(html(leaky, show_keys=True))))
    keys = re.findall(r"\b[ci]k=\"([0-9a-f]{32})\"", shown)
    assert keys
    page = html(leaky)
    whole = page + "\n".join(strings(opened(page)))
    assert "ck=***" in whole
    assert all(key not in whole for key in keys)


def test_a_key_on_a_folded_line_is_masked() -> None:
    report = analyze(["samples/pcaps/leak_01_fires.pcap"])
    exchanges = list(report.exchanges)
    step = exchanges[0].steps[1]
    step.text = 'WWW-Authenticate: Digest ck\r\n =\r\n "00112233445566778899aabbccddeeff"'
    page = opened(html(replace(report, exchanges=exchanges)))
    assert "00112233445566778899aabbccddeeff" not in "\n".join(strings(page))


def test_what_is_no_text_is_written_out(real: Report) -> None:
    (one,) = list(real.exchanges)
    odd = msgspec.structs.replace(one, user_agent="\u202ea\x1b[31m\udcff</script><b>")
    data = opened(html(replace(real, exchanges=[odd])))
    assert data["index"]["words"]["handset"] == ["\\u{202e}a\\x1b[31m\\xff</script><b>"]


def test_many_stay_small_and_each_is_found(sample: Sample) -> None:
    report = sample("d")
    data = opened(html(report))
    index = data["index"]
    count = report.summary.exchanges
    assert len(index["columns"]["id"]) == count
    whole = [
        one for number in range(len(index["exchanges"])) for one in data[f"exchanges-{number}"]
    ]
    assert [one["id"] for one in whole] == index["columns"]["id"]
    assert sum(one["number"] for one in index["clusters"]) == sum(
        place >= 0 for place in index["columns"]["cluster"]
    )


def test_the_list_knows_every_frame_that_the_page_names() -> None:
    data = opened(html(analyze(sorted(map(str, Path("samples/real").glob("*.pcap"))))))
    index = data["index"]
    details = [
        one for number in range(len(index["exchanges"])) for one in data[f"exchanges-{number}"]
    ]
    letters = [one["letter"] for one in index["captures"]]
    later = 0
    for frames, one in zip(index["columns"]["frames"], details, strict=True):
        known = {f"{letters[c]}#{n}" for c, n in zip(frames[::2], frames[1::2], strict=True)}
        own = {row["f"] for row in one["rows"]}
        told = [one.get(name, []) for name in ("findings", "notes", "signals", "lives", "facts")]
        named = set(re.findall(r"\b[a-z]+#\d+", json.dumps(told)))
        assert own | named <= known
        later += len(named - own)
    assert later > 50  # what is found by more than the messages of the ladder


def test_the_list_knows_the_other_names(real: Report) -> None:
    private = "001010123456789@ims.mnc001.mcc001.3gppnetwork.org"
    assert opened(html(real))["index"]["columns"]["also"] == [f"{private} sip:{private} +15550100"]


def test_frames_of_one_exchange_are_bounded(real: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzer.report.html.index.PAGE_FRAMES", 3)
    assert opened(html(real))["index"]["columns"]["frames"] == [[0, 1, 0, 2, 0, 3]]


def test_a_selection_tells_of_nobody_else() -> None:
    own, other = "05_udp_rereg_newspi", "09_udp_wrong_verify_spi"
    paths = [f"samples/real/{name}_{leg}.pcap" for name in (own, other) for leg in ("gm", "mw")]
    whole = analyze(paths)
    fitting = next(one for one in whole.findings if one.rule == "VER-05")
    strays = (
        ("of its network", "192.0.2.1", 0), ("of another file", "192.0.2.1", 2),
        ("of another network", "203.0.113.7", 0), ("of nobody", None, 2),
    )  # fmt: skip
    stray = [
        msgspec.structs.replace(
            fitting, id=f"F9{number}", exchange=None, agreement=None, effect="risk", title=title,
            peer=peer, frame=Frame(capture, 1), frames=[Frame(capture, 1), Frame(3, 2)],
        )
        for number, (title, peer, capture) in enumerate(strays)
    ]  # fmt: skip
    told = replace(whole, findings=[*whole.findings, *stray])
    report = select(told, Criteria(exchange=("E1",)))
    page = html(report, selected=True)
    data = opened(page)
    index = data["index"]
    assert [one.get("path") for one in index["captures"]] == [*paths[:2], None, None]
    assert [one["letter"] for one in index["captures"]] == list("abcd")
    ((title, frames),) = [(one["title"], one["frames"]) for one in index["outside"]]
    assert (title, frames) == ("of its network", "a#1")
    said = page + "\n".join(strings(data))
    strange = (other, "203.0.113.7", "of another", "of nobody")
    assert [name for name in strange if name in said] == []
    everything = "\n".join(strings(opened(html(report))))
    assert all(name in everything for name in strange)


def test_a_selection_is_called_by_its_own_capture() -> None:
    paths = [f"samples/real/05_udp_rereg_newspi_{leg}.pcap" for leg in ("gm", "mw")]
    report = analyze([*paths, f"{REAL}_gm.pcap"])
    wrong = next(one.exchange for one in report.findings if one.rule == "VER-05")
    chosen = html(select(report, Criteria(exchange=(str(wrong),))), selected=True)
    named = "<title>09_udp_wrong_verify_spi_gm.pcap and "  # its keys are those of a message on Mw
    assert named in chosen
    assert paths[1] in strings(opened(chosen))
    assert "<title>05_udp_rereg_newspi_gm.pcap and 2 more: 3 exchanges</title>" in html(report)


def test_where_nothing_fits_the_captures_are_told() -> None:
    report = select(analyze([f"{REAL}_gm.pcap"]), Criteria(exchange=("E99",)))
    index = opened(html(report, selected=True))["index"]
    assert index["captures"][0]["path"] == f"{REAL}_gm.pcap"


@pytest.mark.slow
def test_a_thousand_registrations_that_fail_are_below_two_megabytes() -> None:
    made = (registration(number, number * SECOND) for number in range(1000))
    silent = [timed for one in made for timed in list(one)[:3]]
    page = html(analysed(pcap(sorted(silent))))
    assert len(opened(page)["index"]["columns"]["id"]) == 1000
    assert 1_000_000 < len(page) < 2_000_000


@pytest.mark.parametrize("case", ["a", "a_without_keys", "b", "c"])
def test_the_page_says_what_the_text_report_says(sample: Sample, case: str) -> None:
    report = sample(case)
    said = io.StringIO()
    to_text(report, said, TextOptions(verbose=True))
    words = " ".join(said.getvalue().split())
    (one,) = opened(html(report))["exchanges-0"]
    assert one["headline"] in words
    assert one["stopped"] in words if "stopped" in one else "stopped at" not in words
    for name, text in one["facts"]:
        assert f"{name} {' '.join(text.split())}" in words
    loud = [found for found in one.get("findings", []) if "explained_by" not in found]
    assert [found["id"] for found in loud] == re.findall(
        r"^(F\d+) (?:CRITICAL|ERROR|WARNING|INFO)",
        said.getvalue().split("notes, no")[0],
        re.MULTILINE,
    )
    for _, display_filter in one["filter"]:
        assert display_filter in words
    unbroken = words.replace(" \\ ", " ")
    assert one["commands"]
    for lead, command in one["commands"]:
        assert f"{lead}: {command}" in unbroken
    assert ("silence" in one) == ("nothing came back" in words)


def test_one_exchange_cannot_fill_the_page(real: Report) -> None:
    (one,) = list(real.exchanges)
    step = msgspec.structs.replace(one.steps[0], text="R sip:a SIP/2.0\r\nX: " + "w" * 60_000)
    long = msgspec.structs.replace(one, steps=[step] * 200)
    data = opened(html(replace(real, exchanges=[long])))
    (texts,) = data["texts-0"]
    held = [one for one in texts if one is not None]
    assert len(texts) == 200
    assert 10 < len(held) < 20
