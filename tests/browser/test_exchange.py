"""One exchange in the browser."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from analyzer import analyze
from analyzer.pipeline.settings import Settings
from analyzer.report.selection import Criteria, select
from tests.browser.pages import Open, saved


def bottom(page: Any, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    return float(box["y"] + box["height"])


def test_the_first_screen_holds_what_has_to_be_known(one: Path, open_page: Open) -> None:
    page = open_page(one)
    first = page.locator(".verdict, .first").all_inner_texts()
    told = "\n".join(first)
    for wanted in (
        "REGISTERED, SECURITY AGREEMENT BYPASSED", "fix at: P-CSCF", "expected", "seen",
        "2026-11-22 08:53:03.604 UTC", "lab-ue/1.0", "192.0.2.1", "ue-3deb1c368d15@192.0.2.10",
        "09_udp_wrong_verify_spi_gm.pcap", "frame.number in {1, 2, 3, 4, 5, 6}", "tshark -C",
        "RFC 3329 2.3.1", "Not checked:", "no Mw capture",
    ):  # fmt: skip
        assert wanted in told
    assert_on_first_screen(page, ".finding.main")
    assert page.locator(".first .pin").count() == 2


NINE, THREE, SIXTEEN = "09_udp_wrong_verify_spi", "03_udp_3des_md5", "16_udp_multi_offer_phh"


@pytest.mark.parametrize(
    ("names", "keys", "wanted"),
    [
        ([f"{THREE}_gm"], None, ".finding.main"),
        ([f"{SIXTEEN}_gm"], SIXTEEN, ".nothing"),
        ([f"{NINE}_gm", f"{NINE}_mw"], NINE, ".finding.main"),
    ],
    ids=["silence", "healthy", "two hops"],
)
def test_the_first_screen_of_others(
    names: list[str], keys: str | None, wanted: str,
    real: Path, tmp_path: Path, open_page: Open,
) -> None:  # fmt: skip
    settings = Settings(keys=[str(real / f"{keys}.esp_sa")] if keys else [])
    report = analyze([str(real / f"{name}.pcap") for name in names], settings)
    page = open_page(saved(report, tmp_path / "first.html"))
    assert_on_first_screen(page, wanted)


def test_the_first_screen_of_one_that_was_selected(
    real: Path, tmp_path: Path, open_page: Open
) -> None:
    paths = [str(path) for path in sorted(real.glob("*_[gm][mw].pcap"))]
    report = analyze(paths)
    (key,) = {
        one.key for one in report.exchanges
        if one.outcome == "bypassed" and report.captures[one.steps[0].capture].path == str(
            real / "11_udp_wrong_verify_alg_gm.pcap")
    }  # fmt: skip
    selected = select(report, Criteria(exchange=(key,)))
    page = open_page(saved(selected, tmp_path / "selected.html"))
    assert_on_first_screen(page, ".finding.main")
    filters = page.locator(".check [aria-label^='display filter of']")
    assert filters.count() == 2  # a file for each hop


def assert_on_first_screen(page: Any, *more: str) -> None:
    for selector in (".verdict", ".where", ".unchecked", ".ladder", ".check", *more):
        assert bottom(page, selector) <= 768, selector
    assert page.evaluate("scrollY") == 0


def test_silence_is_told_in_the_verdict(real: Path, tmp_path: Path, open_page: Open) -> None:
    report = analyze([str(real / "03_udp_3des_md5_gm.pcap")])
    page = open_page(saved(report, tmp_path / "silence.html"))
    told = page.locator(".verdict .silence").inner_text()
    assert told.startswith("#3 #4 #5 UE > P-CSCF, ESP SPI 0x7ffffc01 (2147482625)")
    assert "after 2 s, 4 s: most likely the protected REGISTER" in told
    assert "nothing came back. The capture ends 6.0 s after the first try. No ICMP, no RST." in told
    (command,) = page.locator(".causes .command code").all_inner_texts()
    assert command == "ip -s xfrm state; cat /proc/net/xfrm_stat"
    assert "on 192.0.2.1" in page.locator(".causes li").first.inner_text()


def test_another_answer_is_not_blamed_on_the_capture(
    real: Path, tmp_path: Path, open_page: Open
) -> None:
    report = analyze([str(real / "14_udp_tls_only_gm.pcap")])
    page = open_page(saved(report, tmp_path / "another.html"))
    drawn = page.locator(".ladder .ghost").first
    assert "demanded, 503 (#2) came instead" in drawn.text_content()
    colours = "path.arrow.ghost"
    strokes = page.locator(f".ladder {colours}, .legend {colours}").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).stroke)"
    )
    assert len(strokes) == 2
    assert len(set(strokes)) == 1


def test_the_difference_stands_out(one: Path, open_page: Open) -> None:
    page = open_page(one)
    bold = page.locator(".finding.main .sides strong").all_inner_texts()
    assert bold == ["spi-s=4097 (0x00001001)", "spi-s=99999 (0x0001869f)"]
    differing = page.locator(".compare tr.differs").all_inner_texts()
    assert [text.split("\t")[0] for text in differing] == ["spi-s"]
    assert page.locator(".compare tr.equal").count() == 8
    assert "different (X)" in page.locator(".compare .level").inner_text()


def test_an_arrow_opens_its_message(one: Path, open_page: Open) -> None:
    page = open_page(one)
    page.get_by_role("link", name="Frame #3").click()
    page.wait_for_selector("#message")
    assert page.url.endswith("#E1/m3")
    text = page.locator("#message").inner_text()
    assert "SPI 0x00001001 (4097)" in text
    assert "Security-Verify: ipsec-3gpp;prot=esp" in text
    assert page.locator("#message .other").all_inner_texts() == ["99999"]
    page.get_by_role("link", name="Message after").click()
    expect(page.locator("#message h2")).to_contain_text("#4")
    page.keyboard.press("Escape")
    page.wait_for_selector("#message", state="detached")
    assert page.url.endswith("#E1")


def test_the_keyboard_reaches_every_arrow(one: Path, open_page: Open) -> None:
    page = open_page(one)
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('href')"))
    assert {"#E1/m1", "#E1/m2", "#E1/m3", "#E1/m4"} <= reached
    page.locator("a.row").nth(2).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#message")
    assert page.evaluate("document.activeElement.id") == "message"


def test_protection_is_told_by_more_than_colour(one: Path, open_page: Open) -> None:
    page = open_page(one)
    strokes = page.locator("a.row").evaluate_all(
        "rows => rows.map((row) => row.querySelectorAll('path.arrow').length)"
    )
    assert strokes == [1, 1, 2, 2]  # one line in clear, two for ESP
    names = page.locator("a.row").evaluate_all(
        "r => r.map((one) => one.getAttribute('aria-label'))"
    )
    assert "clear" in names[0]
    assert "ESP, uc>ps" in names[2]


def test_what_never_came_is_drawn(real: Path, tmp_path: Path, open_page: Open) -> None:
    report = analyze([str(real / "03_udp_3des_md5_gm.pcap")])
    page = open_page(saved(report, tmp_path / "silence.html"))
    assert "demanded, never came" in page.locator(".ladder .ghost").first.text_content()
    assert page.locator(".causes tbody tr").count() == 4
    assert page.locator(".ladder .sa").count() == 4
    assert page.locator(".ladder .sa .in-force").count() == 0  # announced, and no more


def test_a_finding_has_an_address(one: Path, open_page: Open) -> None:
    page = open_page(one, "#F2")
    assert page.evaluate("document.activeElement.id") == "F2"
    assert page.locator("#F2").evaluate("one => one.getBoundingClientRect().top < innerHeight")


def test_the_ladder_is_saved_as_svg_and_png(one: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(one)
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save the ladder as SVG").click()
    drawing = Path(waited.value.path()).read_text("utf-8")
    assert waited.value.suggested_filename == "E1-c2eedfa1556a.svg"
    assert drawing.startswith("<svg ")
    assert "REGISTER" in drawing
    assert 'stroke="' in drawing
    assert "class=" not in drawing
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save the ladder as PNG").click()
    data = Path(waited.value.path()).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack_from(">II", data, 16)
    assert width > 1000
    assert height > 400
    assert corner(data) == WHITE


WHITE, OPAQUE = b"\xff\xff\xff", b"\xff"


def corner(data: bytes) -> bytes:
    """The first pixel of a PNG of eight bits (RFC 2083): in the first row no filter changes it, but
    for those that add what is left of it, where nothing is."""
    depth, colours = data[24], data[25]
    assert depth == 8
    assert colours in (2, 6)
    packed, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += length + 12
    row = zlib.decompress(packed)[1:5]
    assert colours == 2 or row[3:] == OPAQUE
    return row[:3]


def test_a_drawing_saved_in_the_dark_stands_on_white(
    one: Path, open_page: Open, tmp_path: Path
) -> None:
    light, dark = [
        saved_drawing(open_page(one, color_scheme=scheme)) for scheme in ("light", "dark")
    ]
    assert light == dark
    page = open_page(one, color_scheme="dark")
    before = page.evaluate("getComputedStyle(document.body).color")
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save the ladder as PNG").click()
    assert corner(Path(waited.value.path()).read_bytes()) == WHITE
    assert page.evaluate("getComputedStyle(document.body).color") == before


def saved_drawing(page: Any) -> str:
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save the ladder as SVG").click()
    return Path(waited.value.path()).read_text("utf-8")


def test_copy_buttons_copy(one: Path, open_page: Open) -> None:
    page = open_page(one, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy display filter").click()
    expect(page.locator(".copy").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "frame.number in {1, 2, 3, 4, 5, 6}"


def test_one_exchange_is_two_pages_of_paper(one: Path, open_page: Open) -> None:
    page = open_page(one)
    data = page.pdf(prefer_css_page_size=True)
    assert data.count(b"/Type /Page\n") <= 2
    assert data.count(b"/Type /Page\n") >= 1


def test_what_was_seen_beside_sip_is_told(project: Path, tmp_path: Path, open_page: Open) -> None:
    report = analyze([str(project / "samples" / "pcaps" / "beside_tls_alert.pcap")])
    page = open_page(saved(report, tmp_path / "beside.html"))
    (row,) = page.locator(".signals tbody tr").all_inner_texts()
    assert "alert unknown_ca from 192.0.2.10" in row
    assert "192.0.2.1:5061" in row
    assert row.endswith("failed")
    assert "OPTIONS with Security-Verify" in page.locator(".finding.main .expected").inner_text()
