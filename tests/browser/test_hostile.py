"""What captures say must not become anything but text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.wire import UDP, ethernet, ipv4, udp
from tests.browser.pages import Open, saved
from tests.captures import SECOND, analysed, pcap

PAYLOADS = (
    b"<script>alert(1)</script>",
    b"</script><script>alert(2)</script>",
    b'"><img src=x onerror=alert(3)>',
    b"'><svg/onload=alert(4)>",
    b'<iframe src="javascript:alert(5)"></iframe>',
    b"javascript:alert(6)",
    b"{{7*7}}${7*7}<%= 7*7 %>{% raw %}",
    b"<!--<style>*{display:none}</style>",
    b"</style><style>body{display:none}</style>",
    b"<base href=//evil.example/><meta http-equiv=refresh content=0;url=//evil.example>",
    b"<a href=//evil.example target=_blank ping=//evil.example>x</a>",
    b"]]>&lt;b&gt;&#x3c;b&#x3e;&amp;",
    b"__proto__",
    b"\x1b[31m\x1b]0;x\x07\x00\x08\x7f",
    "\u202etxt.exe\u202c \u2066x\u2069 \u200f\ufeff\u0301\u0301".encode(),
    b"\xff\xfe\xc3\x28\xed\xa0\x80\xf8\x88",
    "\u2028\u2029\u0085".encode(),
    b"W" * 60_000,
)
UE, PROXY = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 1))

HEAD = b"""Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK%(n)b
From: "%(short)b" <sip:001011@ims.example>;tag=1
To: <sip:001011@ims.example>%(tag)b
Call-ID: 7-%(short)b
CSeq: %(n)b REGISTER
"""
REGISTER = b"""REGISTER sip:ims.example SIP/2.0
%(head)bContact: <sip:192.0.2.10:5060>;+sip.instance="<urn:gsma:imei:35824005-123456-0>"
User-Agent: %(p)b
Require: sec-agree
Proxy-Require: sec-agree
P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp="%(short)b"
%(list)bAuthorization: Digest username="%(short)b@ims.example",realm="ims.example",\
nonce="%(nonce)b",uri="sip:ims.example",response=""
Content-Length: 0

"""
ANSWER = b"""SIP/2.0 %(status)b
%(head)bServer: %(p)b
%(list)bWWW-Authenticate: Digest realm="ims.example",nonce="%(nonce)b",algorithm=AKAv1-MD5,\
ck="00112233445566778899aabbccddeeff"
Content-Length: 0

"""
LIST = (
    b"Security-%b: ipsec-3gpp;alg=hmac-sha-1-96;ealg=null;spi-c=%d;spi-s=2;port-c=3;port-s=4;x=%b\n"
)


def capture(payload: bytes) -> bytes:
    """A run whose every text is the payload, up to a Verify that differs and is accepted."""
    short = payload[:64].replace(b"\x00", b"")
    flat = short.replace(b'"', b"'")

    def message(template: bytes, number: int, listed: bytes, status: bytes = b"") -> bytes:
        words = {b"n": b"%d" % number, b"p": payload.replace(b"\n", b" "), b"short": flat,
                 b"tag": b";tag=2" if status else b"", b"status": status, b"list": listed,
                 b"nonce": b"A" * 43 + b"="}  # fmt: skip
        words[b"head"] = HEAD % words
        return (template % words).replace(b"\n", b"\r\n")

    client = LIST % (b"Client", 1, flat)
    sent = (
        (UE, message(REGISTER, 1, client)),
        (PROXY, message(ANSWER, 1, LIST % (b"Server", 1, flat), b"401 " + short)),
        (UE, message(REGISTER, 2, client + LIST % (b"Verify", 9, flat))),
        (PROXY, message(ANSWER, 2, b"", b"200 " + short)),
    )
    return pcap([
        ((1_770_000_000 + at) * SECOND,
         ethernet(ipv4(one, other, UDP, udp(one, other, 5060, 5060, data))))
        for at, (one, data) in enumerate(sent) for other in (PROXY if one == UE else UE,)
    ])  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_payload_stays_text(payload: bytes, open_page: Open, tmp_path: Path) -> None:
    report = analysed(capture(payload))
    assert report.summary.exchanges == 1
    page = open_page(saved(report, tmp_path / "hostile.html"))
    assert page.locator(".verdict").is_visible()
    for place in ("#overview", "#list", "#E1", "#E1/m1", "#E1/m2", "#E1/m3", "#F1"):
        page.evaluate(f"location.hash = '{place}'")
        page.wait_for_timeout(60)
        page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
        made = page.evaluate(
            "[...document.querySelectorAll('main *')].filter((one) => /^(script|style|iframe|img|"
            "base|meta|object|embed)$/i.test(one.tagName)).map((one) => one.outerHTML)"
        )
        assert made == []
        assert page.evaluate(
            "[...document.querySelectorAll('main a')].every((one) => "
            "(one.getAttribute('href') || '').startsWith('#'))"
        )
        text = page.locator("main").inner_text()
        assert not set(text) & {"\u202e", "\u2066", "\x1b", "\u2028"}
        assert "00112233445566778899aabbccddeeff" not in text
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
    assert page.evaluate("({}).polluted === undefined")


def test_hostile_addresses_of_the_page_do_nothing(one: Path, open_page: Open) -> None:
    page = open_page(one)
    for place in ("#%", "#E1/m99999", "#__proto__", "#list?q=<img src=x onerror=alert(1)>",
                  "#overview?verdict=<script>", "#list?sort=constructor", "#F99999"):  # fmt: skip
        page.evaluate("place => { location.hash = place; }", place)
        page.wait_for_timeout(60)
        assert page.locator("main").inner_text()
        assert page.locator("main img, main script").count() == 0


def test_the_policy_forbids_what_is_not_of_the_page(one: Path, open_page: Open) -> None:
    page = open_page(one)
    blocked = page.evaluate(
        """async () => {
          const told = [];
          addEventListener("securitypolicyviolation", (one) => told.push(one.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.broken = 1";
          document.body.append(script);
          await fetch("data:,x").catch(() => 0);
          await new Promise((done) => setTimeout(done, 100));
          return [told, window.broken];
        }"""
    )
    assert blocked[0][:1] == ["script-src-elem"]
    assert "connect-src" in blocked[0]
    assert blocked[1] is None
    assert len(open_page.told) >= 2
    assert all("Content Security Policy" in one for one in open_page.told)
    open_page.told.clear()
