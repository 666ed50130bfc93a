"""The shipped rules: each fires on its samples and is silent on its near misses; files' faults."""

import pytest

from analyzer.rules import book as rule_book
from analyzer.rules.engine import ALL_MET, Engine
from analyzer.rules.errors import BookError
from analyzer.rules.vocabulary import POLICY_DEFAULTS
from tests.rules.fakes import association, comparison, flow, message, pair, response, transaction
from tests.rules.samples import SAMPLES, judged, protected, refused, silent, verified

BOOK = rule_book.load()
ENGINE = Engine(BOOK, {**POLICY_DEFAULTS, "mediasec_tag": True}, ids=BOOK.rules)

FIRES = [(id_, one) for id_, (_, fire, _) in SAMPLES.items() for one in fire]
SILENT = [(id_, one) for id_, (_, _, miss) in SAMPLES.items() for one in miss]


def ids(scope, subject, engine=ENGINE, met=ALL_MET):
    return [fired.rule.id for fired in engine.judge(scope, subject, met)]


def fired(id_, subject, engine=ENGINE):
    scope = BOOK.rules[id_].scope
    return next(one for one in engine.judge(scope, subject) if one.rule.id == id_)


def test_every_rule_has_samples_and_near_misses():
    assert set(SAMPLES) == set(BOOK.rules)
    for id_, (scope, fire, miss) in SAMPLES.items():
        assert scope == BOOK.rules[id_].scope
        assert fire
        assert miss


@pytest.mark.parametrize(("id_", "subject"), FIRES)
def test_fires(id_, subject):
    assert id_ in ids(BOOK.rules[id_].scope, subject)


@pytest.mark.parametrize(("id_", "subject"), SILENT)
def test_near_miss(id_, subject):
    assert id_ not in ids(BOOK.rules[id_].scope, subject)


def test_a_healthy_message_is_silent():
    assert ids("message", protected(verify=[])) == []
    assert ids("message", response(200)) == []


@pytest.mark.parametrize(
    ("id_", "subject", "severity"),
    [
        ("VER-01", protected(), "error"),
        ("VER-01", protected(method="REGISTER", first_protected=True), "critical"),
        ("CHL-05", refused(503), "warning"),
        ("CHL-05", refused(403), "warning"),
        ("CHL-05", refused(503, names_sec_agree=True), "error"),
        ("CHL-05", refused(406), "error"),
        ("VER-10", judged(200, "different", True), "critical"),
        ("LEAK-01", response(401, ck="", ik=""), "warning"),
        ("LEAK-01", response(401, ck="", ik="1"), "critical"),
        ("LEAK-06", pair({}, {"integrity_protected": "yes"}), "critical"),
        ("LEAK-06", pair({"protection": "esp"}, {}), "info"),
        ("PRT-22", flow(unanswered=3, loss=True), "info"),
    ],
)
def test_graded_severity(id_, subject, severity):
    assert fired(id_, subject).severity == severity


def test_loud_only_with_a_wrong_yes():
    assert fired("LEAK-06", pair({}, {"integrity_protected": "yes"})).loud
    assert not fired("LEAK-06", pair({"protection": "esp"}, {})).loud
    assert fired("VER-10", judged(200, "different", True)).loud


def test_party_follows_the_header():
    one = message(mechanisms=SAMPLES["SYN-06"][1][0].mechanisms)
    assert fired("SYN-06", one).party == "ue"
    one.mechanisms[0].header = "server"
    assert fired("SYN-06", one).party == "pcscf"
    one.mechanisms[0].header = "client"


def test_expected_and_seen():
    one = fired("VER-05", verified(kind="changed parameter", parameter="spi-s"))
    assert one.expected == "ipsec-3gpp;q=0.1"
    assert one.seen == "ipsec-3gpp;alg=hmac-sha-1-96"
    assert one.parameter == "spi-s"
    assert one.detail == "spi-s 1 -> 2"
    assert fired("CHL-19", silent()).seen == "nothing for 32000 ms"
    assert fired("PRT-03", flow(announced=False, spi=25656)).seen == "0x00006438 (25656)"


def test_cited_objects_stand_after_the_subject():
    source = response(401)
    one = verified(kind="foreign")
    one.list_source = source
    assert fired("VER-02", one).cited == (one, source)


def test_media_and_signalling_are_compared_apart():
    one = verified(kind="subset")
    one.comparisons.append(comparison(kind="duplicated", mediasec=True))
    assert ids("message", one) == ["MED-06", "VER-04", "VER-08"]
    one.comparisons[1].kind = "older list"
    assert ids("message", one) == ["VER-04"]


def test_an_absence_is_no_finding_where_the_coverage_does_not_reach():
    assert ids("exchange", silent()) == ["CHL-19"]
    assert ids("exchange", silent(), met=ALL_MET - {"answer_wait"}) == []
    assert ids("message", protected(), met=ALL_MET - {"list"}) == []
    assert "PRT-09" not in ids(
        "message", message(method="MESSAGE", in_force=association()), met=ALL_MET - {"wire"}
    )


def test_not_checked_gives_each_rule_one_reason():
    reasons = ENGINE.not_checked(ALL_MET - {"mw", "protected_part"}, "ims")
    assert set(reasons["no Mw capture"]) >= {"LEAK-02", "LEAK-03"}
    assert "VER-05" in reasons["protected messages not readable"]
    named = [id_ for group in reasons.values() for id_ in group]
    assert len(named) == len(set(named))
    assert "SYN-01" not in named
    assert ENGINE.not_checked(ALL_MET, "ims") == {}
    again = ENGINE.not_checked(ALL_MET - {"mw"}, "ims", fired=["LEAK-02"])
    assert "LEAK-02" not in again["no Mw capture"]
    foreign = ENGINE.not_checked(ALL_MET - {"mw"}, "rfc3329")
    assert "LEAK-06" not in foreign["no Mw capture"]


def test_policy_lowers_and_silences():
    quirk = Engine(BOOK, {**ENGINE.policy, "quirks": frozenset({"pani-in-clear"})})
    clear = message(role="offer", pani="x")
    assert fired("OFR-14", clear).severity == "warning"
    lowered = fired("OFR-14", clear, quirk)
    assert (lowered.severity, lowered.lowered_by) == ("info", ("pani-in-clear",))
    tester = Engine(BOOK, {**ENGINE.policy, "conformance_tester": True})
    assert fired("VER-02", verified(kind="foreign"), tester).severity == "error"
    assert fired("SYN-06", SAMPLES["SYN-06"][1][0], tester).severity == "error"
    without = Engine(BOOK, {**ENGINE.policy, "no_ipsec": True})
    assert ids("message", clear, without) == []
    assert ids("message", response(401, ck="1"), without) == ["LEAK-01"]


def test_dialects_limit_the_engine():
    engine = Engine(BOOK, dialects=["rfc3329"])
    assert "PRT-01" not in {rule.id for rule in engine.rules}
    assert "VER-05" in {rule.id for rule in engine.rules}


def test_a_clause_that_was_not_read_is_not_printed():
    assert BOOK.rules["VER-05"].clause == "RFC 3329 2.3.1"
    assert BOOK.rules["PRT-22"].clause == "clause unverified"


def test_roles():
    assert fired("VER-05", verified(kind="changed parameter")).role == "verify"
    assert fired("VER-10", judged(200, "different", True)).role == "result"
    one = transaction(request=message(role="offer"), response=response(503))
    one.request.require = frozenset({"sec-agree"})
    assert fired("CHL-05", one).role == "offer"


GOOD = """
[[rule]]
id = "ZZZ-01"
name = "own-rule"
title = "A rule of a user"
severity = "error"
class = "policy"
party = "ue"
scope = "message"
when = "message.method == 'REGISTER'"
spec = "house rule"
cause = "-"
fix = "-"
"""


def read(text):
    return rule_book.read([("own.toml", text.encode())])


def test_a_rule_of_a_user():
    book = rule_book.load([("own.toml", GOOD.encode())])
    assert len(book.rules) == len(BOOK.rules) + 1
    assert "ZZZ-01" in ids("message", message(), Engine(book))


def test_the_same_id_takes_the_place_of_the_shipped_rule():
    text = GOOD.replace("ZZZ-01", "OFR-14").replace("own-rule", "pani-in-clear")
    book = rule_book.load([("own.toml", text.encode())])
    assert len(book.rules) == len(BOOK.rules)
    assert ids("message", message(), Engine(book)) == ["OFR-14"]


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("message.method", "message.metod", ("rule ZZZ-01: when, column 9", "'method'")),
        ("'REGISTER'", "3", ("column 19", "text cannot be compared with int")),
        ('"error"', '"eror"', ("severity is one of", "did you mean 'error'")),
        ('"policy"', '"polici"', ("class is one of", "'policy'")),
        ('party = "ue"', 'party = "you"', ("party is one of",)),
        ('scope = "message"', 'scope = "mesage"', ("scope is one of", "'message'")),
        ('fix = "-"', 'fix = "-"\nunles = "message.aka"', ("unknown field 'unles'", "'unless'")),
        ('id = "ZZZ-01"', 'id = "zzz1"', ("id is a family",)),
        ('fix = "-"', "fix = 3", ("fix wanted",)),
        ('cause = "-"', "", ("cause wanted",)),
        ('fix = "-"', 'fix = "-"\nguards_off = ["G99"]', ("unknown guard 'G99'",)),
        ('fix = "-"', 'fix = "-"\ncites = ["message.code"]', ("nothing that has frames",)),
        ('fix = "-"', 'fix = "-"\nseen = "message.request"', ("cannot be shown",)),
        ('fix = "-"', 'fix = "-"\ndialects = ["imz"]', ("dialects is one of", "'ims'")),
        ('"error"', '[{level = "error", when = "message.aka"}]', ("the last step",)),
        ('"error"', '[{level = "eror"}]', ("'error'",)),
        ('"error"', '[{level = "error", whn = "1"}]', ("level and when",)),
        ("[[rule]]", "[[ruel]]", ("unknown table 'ruel'", "'rule'")),
        ("[[rule]]", "[rule]", ("[[rule]]",)),
        ("[[rule]]", "[[rule", ("not TOML",)),
    ],
)
def test_a_fault_is_told_with_file_rule_and_column(old, new, parts):
    with pytest.raises(BookError) as caught:
        read(GOOD.replace(old, new, 1))
    text = str(caught.value)
    assert text.startswith("own.toml: ")
    for part in parts:
        assert part in text


def test_ids_and_names_are_told_once():
    with pytest.raises(BookError, match="stands twice"):
        read(GOOD + GOOD)
    with pytest.raises(BookError, match="has the name 'own-rule' too"):
        read(GOOD + GOOD.replace("ZZZ-01", "ZZZ-02"))


def test_a_rule_may_wait_to_be_selected():
    text = GOOD.replace('fix = "-"', 'fix = "-"\ndefault = "off"')
    book = read(text)
    assert Engine(book).rules == ()
    assert len(Engine(book, ids=["ZZZ-01"]).rules) == 1


def test_facts_of_a_user():
    fact = """
[[fact]]
of = "message"
name = "first_try"
meaning = "REGISTER in clear"
value = "message.method == 'REGISTER' and message.protection == 'clear'"
"""
    text = fact + GOOD.replace("message.method == 'REGISTER'", "not message.first_try")
    engine = Engine(read(text))
    assert ids("message", message(), engine) == []
    assert ids("message", message(protection="esp"), engine) == ["ZZZ-01"]
    assert ids("message", message(protection=None, method=None), engine) == []
