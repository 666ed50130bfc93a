"""What a form decides is so for all of its form, whatever other values its messages have."""

import random
import re

import pytest

from analyzer.pipeline import Settings, analyze
from analyzer.rules import book as rule_book
from analyzer.rules.by_form import known_of
from analyzer.rules.engine import Engine
from analyzer.rules.judge import Judge
from analyzer.rules.wholes import index_of, subjects_of
from tests.captures import SAMPLES
from tests.rules.altering import alter_messages

BOOK = rule_book.load()
CAPTURES = [
    *sorted((SAMPLES / "real").glob("*.pcap*")),
    *sorted((SAMPLES / "pcaps").glob("*_fires.pcap*"))[::3],
]

VALUES = [
    *(b"0", b"1", b"255", b"256", b"5060", b"65535", b"4294967295", b"4294967296"),
    *(b"", b" ", b'""', b'"', b",", b";", b"*", b"auth", b"auth-int", b"MD5", b"AKAv1-MD5"),
    *(b"AKAv2-SHA-256", b"hmac-md5-96", b"hmac-sha-1-96", b"aes-cbc", b"null", b"NULL"),
    *(b"sec-agree", b"mediasec", b"ipsec-3gpp", b"tls", b"digest", b"sos", b"trans", b"UDP"),
    *(b"<sip:x@192.0.2.1;sos>", b"<sip:x@192.0.2.1:5061>;expires=0", b"urn:service:sos"),
]
ROWS = [
    *(b"Require: sec-agree", b"Require: ", b"Proxy-Require: sec-agree", b"Supported: path"),
    *(b"k: sec-agree", b"Security-Client: tls;q=0.1", b"Security-Verify: tls;q=0.2"),
    *(b"Security-Server: ipsec-3gpp;alg=hmac-md5-96;spi-c=1;spi-s=1;port-c=1;port-s=2",),
    *(b"Security-Client: sdes-srtp;mediasec", b"Security-Mechanism: to=<sip:a>, mech=tls"),
    *(b'WWW-Authenticate: Digest realm="a", nonce=""', b"Content-Type: application/sdp"),
    *(b'Authorization: Digest username="a", nonce="", response=""', b"Contact: *"),
    *(b"P-Access-Network-Info: IEEE-802.11", b"Retry-After: 5", b"Warning: 399 a sec-agree"),
    *(b"Expires: 0", b"Via: SIP/2.0/TLS 192.0.2.9;branch=z9hG4bKother", b" folded", b"no colon"),
]
NUMBER = re.compile(rb"\d{2,}")
VALUE = re.compile(rb"(?<=[=:\"])[^;,=\"\r\n]+")
ROW = re.compile(rb"\r\n[^\r\n]+")
PARAMETER = re.compile(rb"[;,] ?[-\w]+(=[^;,\r\n]*)?")


def replaced(octets, pattern, by, rng):
    found = list(pattern.finditer(octets))
    if not found:
        return octets
    one = rng.choice(found)
    return octets[: one.start()] + by + octets[one.end() :]


def altered(octets, rng):
    """The message with other values, rows or parameters."""
    for _ in range(rng.randrange(4)):
        kind = rng.randrange(7)
        if kind < 3:
            number = str(rng.randrange(10 ** rng.randrange(1, 11))).encode()
            octets = replaced(octets, NUMBER, number, rng)
        elif kind == 3:
            octets = replaced(octets, VALUE, rng.choice(VALUES), rng)
        elif kind == 4:
            octets = replaced(octets, ROW, b"", rng)
        elif kind == 5:
            row = b"\r\n" + rng.choice(ROWS)
            octets = replaced(octets, re.compile(rb"(?=\r\n[A-Z])"), row, rng)
        else:
            octets = replaced(octets, PARAMETER, b"", rng)
    return octets


class Checked(Engine):
    """Judges by forms from the first message on, and compares all it does with a plain engine."""

    def __init__(self, **options):
        super().__init__(BOOK, usual=1, **options)
        self.plain = Engine(BOOK, usual=0, **options)
        self.known = {}
        self.met_again = 0
        self.wholes_met_again = 0

    def judge_run(self, run, met, tally):
        """Compares with what the same subjects give one by one, and leaves the rest to that."""
        form = self.forms.of_run(run)
        if form is not None:
            super().judge_run(run, met, tally)
            self.compare(form, run)

    def judge_settled(self, agreement, met):
        """The same of a set."""
        form = self.forms.of_settled(agreement)
        if form is not None:
            super().judge_settled(agreement, met)
            self.compare(form, agreement)

    def compare(self, form, whole):
        subjects = [(scope, pick(whole)) for scope, pick in subjects_of(whole)]
        assert None not in [self.forms.finders[type(one)](one) for _, one in subjects]
        known = [known_of(scope, one) for scope, one in subjects]
        self.wholes_met_again += form in self.known
        assert self.known.setdefault(form, known) == known
        told = [hit for part in form.parts for hit in part.hits(whole)[0]]
        by_one = [sorted(self.plain.hits(*one), key=index_of) for one in subjects]
        assert same(told) == same(hit for hits in by_one for hit in hits)

    def hits(self, scope, subject):
        found = super().hits(scope, subject)
        assert same(found) == same(self.plain.hits(scope, subject)), scope
        finder = self.forms.finders.get(type(subject))
        form = None if finder is None else finder(subject)
        if form is not None:
            known = known_of(scope, subject)
            assert self.known.setdefault(form, known) == known
            self.met_again += form.seen > 0
        return found


def same(hits):
    return sorted((index, id(element)) for index, element in hits)


@pytest.fixture(scope="module")
def engine():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analyzer.rules.forms.FORMS_KNOWN", 100_000)
        patch.setattr("analyzer.rules.shapes.FORMS_KNOWN", 100_000)
        yield Checked(ids=BOOK.rules)


REAL = str(SAMPLES / "real" / "05_udp_rereg_newspi_merged.pcapng")


def test_forms_are_met_again(engine, monkeypatch):
    monkeypatch.setattr("analyzer.pipeline.settings._shipped_engine", lambda *_: engine)
    analyze([REAL], Settings(jobs=1))
    before = len(engine.known), engine.met_again, engine.wholes_met_again
    analyze([REAL], Settings(jobs=1))
    assert len(engine.known) == before[0]
    assert engine.met_again > before[1]
    assert engine.wholes_met_again > before[2]


def test_where_forms_are_too_many_they_are_forgotten(monkeypatch):
    monkeypatch.setattr("analyzer.rules.forms.FORMS_KNOWN", 2)
    few = Checked(ids=BOOK.rules)
    monkeypatch.setattr("analyzer.pipeline.settings._shipped_engine", lambda *_: few)
    analyze([REAL], Settings(jobs=1))
    assert len(few.known) > 2


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_messages_of_one_form_are_judged_alike(capture, engine, monkeypatch):
    rng = random.Random(capture.name)
    monkeypatch.setattr("analyzer.pipeline.settings._shipped_engine", lambda *_: engine)
    analyze([str(capture)], Settings(jobs=1))
    alter_messages(monkeypatch, lambda octets: altered(octets, rng))
    for _ in range(3):
        analyze([str(capture)], Settings(jobs=1))


def test_a_challenge_to_the_very_request_that_answers_it_has_no_form(monkeypatch):
    """Taps whose clocks are apart show an answer before its request. The forms of the two would
    have no end."""
    judged = Judge.exchange

    def taken(judge, exchange):
        exchange.message("challenge").request = exchange.message("verify")
        return judged(judge, exchange)

    monkeypatch.setattr(Judge, "exchange", taken)
    report = analyze([str(SAMPLES / "real" / "02_udp_null_md5_gm.pcap")], Settings(jobs=1))
    assert [step.role for step in next(iter(report.exchanges)).steps].count("challenge") == 1
