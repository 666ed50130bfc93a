"""Overview and list in the browser."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from playwright.sync_api import expect

from analyzer.report.model import Problem, Report
from analyzer.report.selection import Criteria, select
from analyzer.report.text import TextOptions
from analyzer.report.times import nanoseconds
from tests.benchmarks.registrations import registration
from tests.browser.pages import Open, saved
from tests.captures import SECOND, analysed, pcap

WIDTHS = (360, 1366, 3840)


def rows(page: Any) -> list[str]:
    return [text for text in page.locator(".space .line .c-id").all_inner_texts() if text]


def told(page: Any) -> str:
    return str(page.locator("h1").inner_text()).replace("\u202f", " ")


def test_many_open_on_the_overview(many: Path, open_page: Open) -> None:
    page = open_page(many)
    assert page.locator("nav [aria-current=page]").inner_text() == "Overview"
    heads = page.locator("main h2").all_inner_texts()
    for wanted in ("Verdicts", "Problems by signature", "Over time", "Findings by rule",
                   "Handsets", "Network elements", "What was captured"):  # fmt: skip
        assert wanted in heads
    if "Network notes" in heads:
        assert heads[-1] == "Network notes"
    text = page.locator(".figures").inner_text()
    assert "succeeded" in text
    assert "p50" in text
    assert "p95" in text


def silent(*numbers: int) -> Report:
    """Registrations that nothing answers after the challenge."""
    made = [list(registration(number, number * SECOND))[:3] for number in numbers]
    late = [(time + 60 * SECOND, data) for time, data in list(registration(99, 0))[:1]]
    return analysed(pcap(sorted([timed for one in made for timed in one] + late)))


def test_times_of_the_list_follow_the_clock_of_the_zone(tmp_path: Path, open_page: Open) -> None:
    """Summer time ends between the two: 02:59:30 is followed by 02:00:40."""
    start = nanoseconds("2026-10-25T00:59:30.000000000Z")
    packets = [
        packet for number in (0, 1) for packet in registration(number, start + number * 70 * SECOND)
    ]
    options = TextOptions(zone=ZoneInfo("Europe/Berlin"))
    page = open_page(saved(analysed(pcap(packets)), tmp_path / "autumn.html", options), "#list")
    shown = [text.split()[2][:8] for text in page.locator(".space .line").all_inner_texts() if text]
    assert shown == ["02:59:30", "02:00:40"]


def test_a_few_of_one_signature_open_on_the_verdict(tmp_path: Path, open_page: Open) -> None:
    same = select(silent(4, 8), Criteria(exchange=("E1", "E2")))
    page = open_page(saved(same, tmp_path / "same.html"))
    assert page.locator(".verdict h1").is_visible()
    assert page.locator(".around").inner_text().endswith("E1 of 2 \u2192")
    other = select(silent(4, 9), Criteria(exchange=("E1", "E2")))  # another network element
    page = open_page(saved(other, tmp_path / "other.html"))
    assert page.locator("nav [aria-current=page]").inner_text() == "Exchanges"


def test_a_click_filters_and_a_second_takes_it_away(many: Path, open_page: Open) -> None:
    page = open_page(many)
    whole = told(page)
    link = page.locator(".words a").first
    count = int(link.inner_text().split()[0])
    link.click()
    page.wait_for_selector(".chip")
    assert told(page).startswith(f"{count} exchange")
    assert "verdict=" in page.url
    page.locator(".chip").first.click()
    page.wait_for_selector(".chip", state="detached")
    assert told(page) == whole


def test_columns_over_time_filter(many: Path, open_page: Open) -> None:
    page = open_page(many)
    column = page.locator(".over-time svg a").first
    column.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".chip")
    assert "from=" in page.url
    assert "to=" in page.url


def test_what_is_searched_is_found(many: Path, open_page: Open) -> None:
    page = open_page(many, "#list")
    assert "exchange" in told(page)
    search = page.get_by_role("searchbox")
    search.fill("PRT-22")
    page.wait_for_url(re.compile("q=PRT-22"))
    by_rule = rows(page)
    assert by_rule
    for text in page.locator(".space .line .c-findings").all_inner_texts():
        assert "PRT-22" in text
    search.fill("no such thing")
    expect(page.locator(".space .line")).to_have_count(0)
    search.fill("")
    page.wait_for_url(re.compile("#list$"))
    whole = len(rows(page))
    page.locator(".space .line .c-frame").first.wait_for()
    frame = page.locator(".space .line .c-frame").nth(3).inner_text()
    search.fill(frame)
    expect(page.locator(".space .line")).to_have_count(1)
    assert whole > 1
    for name in ("+15550100", "12345678"):  # MSISDN; TAC of the IMEI
        search.fill(f"no such {name}")
        expect(page.locator(".space .line")).to_have_count(0)
        search.fill(name)
        page.locator(".space .line").first.wait_for()


def test_the_list_is_sorted_both_ways(many: Path, open_page: Open) -> None:
    page = open_page(many, "#list")
    numbers = [int(name[1:]) for name in rows(page)]
    assert numbers == sorted(numbers)
    assert len(numbers) > 10
    button = page.get_by_role("button", name="took")
    button.click()
    values = page.locator(".space .line .c-took").all_inner_texts()
    times = [float(text.split()[0]) for text in values if text.endswith(" s")]
    assert times == sorted(times)
    page.get_by_role("button", name="took").click()
    assert page.locator("[aria-sort=descending]").inner_text().startswith("took")
    assert "sort=-took" in page.url


def test_the_address_keeps_the_view(many: Path, open_page: Open) -> None:
    page = open_page(many, "#list?severity=critical")
    assert page.locator("select").first.input_value() == "critical"
    wanted = rows(page)
    assert wanted
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert rows(page) == wanted
    page.locator(".space .line a").first.click()
    page.wait_for_selector(".verdict")
    assert page.url.endswith(f"#{wanted[0]}")
    page.go_back()
    page.wait_for_selector(".space .line")
    assert rows(page) == wanted


def test_an_exchange_opens_by_its_key(many: Path, open_page: Open) -> None:
    page = open_page(many, "#E3")
    title = page.title()
    assert title.startswith("E3 ")
    name = page.locator(".ladder-card .save button").first
    with page.expect_download() as waited:
        name.click()
    key = waited.value.suggested_filename.removesuffix(".svg").partition("-")[2]
    other = open_page(many, f"#{key}")
    assert other.title() == title


def test_the_keyboard_moves_through_the_list(many: Path, open_page: Open) -> None:
    page = open_page(many, "#list", height=500)
    page.locator(".frame").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == rows(page)[1]
    page.keyboard.press("End")
    last = page.evaluate("document.activeElement.textContent")
    count = int(told(page).split()[0])
    assert page.locator(".space .line").count() < count + 1
    assert last
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict")
    assert page.url.endswith(f"#{last}")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("place", ["", "#list", "#E1", "#E1/m1"])
def test_nothing_is_wider_than_the_window(
    many: Path, open_page: Open, width: int, place: str
) -> None:
    page = open_page(many, place, width=width, height=740)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("place", ["", "#list", "#E1"])
def test_each_view_is_printed(many: Path, open_page: Open, place: str) -> None:
    page = open_page(many, place)
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_what_belongs_to_no_exchange_is_shown_beside_a_single_one(
    real: Path, tmp_path: Path, open_page: Open
) -> None:
    report = analysed((real / "09_udp_wrong_verify_spi_gm.pcap").read_bytes())
    found = list(report.findings)
    odd = msgspec.structs.replace(found[0], id="F99", exchange=None, agreement=None, effect="risk")
    told = msgspec.structs.replace(
        report.captures[0], problems=[Problem(kind="truncated", count=3, detail="cut short")]
    )
    whole = replace(report, findings=[*found, odd], captures=[told])
    page = open_page(saved(whole, tmp_path / "whole.html"))
    assert page.locator(".verdict h1").is_visible()
    text = page.locator("main").inner_text()
    assert "Outside of the exchanges" in text
    assert "truncated cut short (3 x)" in text


def test_where_there_is_no_exchange_it_says_what_there_is(tmp_path: Path, open_page: Open) -> None:
    page = open_page(saved(analysed(pcap([])), tmp_path / "nothing.html"))
    assert "no exchange was seen" in page.locator("main").inner_text()


def test_the_focus_stays_where_a_filter_was_set(many: Path, open_page: Open) -> None:
    page = open_page(many)
    link = page.locator(".bars a").first
    name = link.inner_text()
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".chip")
    assert page.evaluate("document.activeElement.innerText") == name
    page.keyboard.press("Enter")
    page.wait_for_selector(".chip", state="detached")
    page.goto(page.url.split("#")[0] + "#E1")
    page.wait_for_selector(".verdict")
    assert page.evaluate("document.activeElement.id") == "view"


def test_an_address_that_names_nothing_says_so(many: Path, open_page: Open) -> None:
    for name in ("E999", "0123456789ab", "F999"):
        page = open_page(many, f"#{name}")
        assert page.locator(".absent").inner_text() == f"{name} is not in this report"
        page.evaluate("location.hash = '#list'")
        page.wait_for_selector(".absent", state="detached")
