"""From fired rules to findings: effect, fingerprint, merging, folding, network notes, pages."""

import pytest
from msgspec.structs import replace

from analyzer.rules import book as rule_book
from analyzer.rules.effects import Ending, effect_of
from analyzer.rules.engine import Engine
from analyzer.rules.finding import Site, finding, number, number_again
from analyzer.rules.folding import fold, merge
from analyzer.rules.notes import NetworkNotes, Tally, nameless, whom
from analyzer.rules.pages import page, pages
from tests.rules.fakes import association, message, response
from tests.rules.samples import SERVER, TAGS, clear_verify, judged, protected, verified

BOOK = rule_book.load()
ENGINE = Engine(BOOK)
REGISTERED = Ending(True)
REFUSED_OFFER = Ending(False, "challenge")
UNANSWERED = Ending(False, "result")
UNKNOWN = Ending()


@pytest.mark.parametrize(
    ("id_", "severity", "role", "loud", "ending", "effect"),
    [
        ("OFR-02", "error", "offer", False, REGISTERED, "none"),
        ("OFR-02", "error", "offer", False, REFUSED_OFFER, "explains-outcome"),
        ("OFR-02", "error", "offer", False, UNANSWERED, "none"),
        ("OFR-02", "warning", "offer", False, REFUSED_OFFER, "none"),
        ("OFR-02", "error", None, False, REFUSED_OFFER, "none"),
        ("OFR-14", "warning", "offer", False, REGISTERED, "none"),
        ("OFR-14", "critical", "offer", False, REFUSED_OFFER, "none"),
        ("VER-05", "error", "verify", False, REGISTERED, "risk"),
        ("VER-05", "error", "verify", False, UNANSWERED, "explains-outcome"),
        ("VER-05", "error", "verify", False, REFUSED_OFFER, "risk"),
        ("VER-05", "error", "verify", False, UNKNOWN, "risk"),
        ("CHL-19", "error", "verify", False, REGISTERED, "none"),
        ("CHL-19", "error", "verify", False, UNANSWERED, "explains-outcome"),
        ("CHL-19", "error", "verify", False, UNKNOWN, "explains-outcome"),
        ("LEAK-06", "critical", "offer", True, REGISTERED, "risk"),
        ("LEAK-06", "info", "offer", False, REGISTERED, "none"),
        ("PRT-25", "warning", "verify", False, UNKNOWN, "none"),
    ],
)
def test_effect(id_, severity, role, loud, ending, effect):
    assert effect_of(BOOK.rules[id_], severity, role, loud, ending) == effect


def test_loud_rules_count_on_success():
    for id_ in ("VER-10", "VER-14", "PRT-01", "LEAK-01", "DWN-06"):
        rule = BOOK.rules[id_]
        assert rule.loud is True
        assert effect_of(rule, "critical", None, True, REGISTERED) == "risk"


def found(scope, subject, **site):
    fired = ENGINE.judge(scope, subject)
    return [finding(one, Site(**{"exchange": "E1", "key": "k1", **site})) for one in fired]


def test_a_finding_has_what_reports_need():
    one = verified(kind="changed parameter", parameter="spi-s")
    one.frames = ((0, 3),)
    one.list_source = response(401, frames=((0, 2),))
    site = {"ending": REGISTERED, "peers": {"ue": "lab-ue/1.0"}}
    (made,) = found("message", one, **site)
    assert (made.rule, made.severity, made.effect) == ("VER-05", "error", "risk")
    assert (made.frame, made.frames) == ((0, 3), [(0, 2), (0, 3)])
    assert (made.party, made.peer, made.clause) == ("ue", "lab-ue/1.0", "RFC 3329 2.3.1")
    assert made.counts()
    assert made.at_least("error")
    assert not made.at_least("critical")


def test_notes_count_when_strict_only():
    (made,) = found("message", message(role="offer", pani="x"), ending=REGISTERED)
    assert not made.counts()
    assert made.counts(strict=True)


def test_fingerprint_knows_no_frames_and_no_drawn_values():
    one = verified(kind="changed parameter", parameter="spi-s")
    other = verified(kind="changed parameter", parameter="spi-s", verify_value="99")
    other.frames = ((4, 77),)
    (first,), (second,) = found("message", one), found("message", other)
    assert first.fingerprint == second.fingerprint
    (elsewhere,) = found("message", one, key="k2")
    assert elsewhere.fingerprint != first.fingerprint
    (changed,) = found("message", verified(kind="changed parameter", parameter="alg"))
    assert changed.fingerprint != first.fingerprint


def test_repeats_are_merged():
    one, other = protected(), protected(method="INVITE", frames=((0, 8),))
    merged = merge([*found("message", one), *found("message", other)])
    assert [(made.rule, made.count, made.frames) for made in merged] == [
        ("VER-01", 2, [(0, 1), (0, 8)])
    ]


def test_consequences_stand_under_their_cause():
    both = found("message", clear_verify(verify=[*SERVER], **TAGS), ending=REGISTERED)
    assert {made.rule for made in both} == {"PRT-01", "VER-14"}
    ordered = number(both)
    fold(ordered)
    by_rule = {made.rule: made for made in ordered}
    assert by_rule["VER-14"].explained_by == by_rule["PRT-01"].id
    assert by_rule["PRT-01"].explained_by is None


def test_folding_stays_inside_one_exchange():
    cause = found("message", response(401, aka=True, request=message(client=[*SERVER])))
    near = found("message", protected(frames=((0, 5),)))
    far = found("message", protected(frames=((0, 6),)), exchange="E2", key="k2")
    ordered = number([*cause, *near, *far])
    fold(ordered)
    folded = {made.exchange for made in ordered if made.explained_by is not None}
    assert [made.rule for made in cause] == ["CHL-07"]
    assert folded == {"E1"}


def test_folding_never_turns_in_a_circle():
    first, second = number(
        [
            *found("message", message(role="offer", pani="x")),
            *found("transaction", judged(200, "different", True)),
        ]
    )
    first.explains, second.explains = (second.rule,), (first.rule,)
    fold([first, second])
    assert second.explained_by == first.id
    assert first.explained_by is None


def test_numbers_follow_severity_then_frame():
    late = found("message", protected(frames=((0, 9),)))
    early = found("message", protected(frames=((0, 2),)), key="k2")
    worst = found("transaction", judged(200, "different", True))
    assert [(made.id, made.rule, made.frame) for made in number([*late, *early, *worst])] == [
        ("F1", "VER-10", (0, 1)),
        ("F2", "VER-01", (0, 2)),
        ("F3", "VER-01", (0, 9)),
    ]


def test_what_is_shown_has_the_first_numbers():
    both = found("message", clear_verify(verify=[*SERVER], **TAGS), ending=REGISTERED)
    note = found("message", protected(frames=((0, 1),)), ending=REGISTERED)
    note[0].effect = "none"
    ordered = number([*note, *both])
    fold(ordered)
    ends = [(one.id, one.rule, one.explained_by) for one in number_again(ordered)]
    assert ends == [("F1", "PRT-01", None), ("F2", "VER-14", "F1"), ("F3", "VER-01", None)]


def noted(times, peers):
    notes = NetworkNotes()
    for place in range(times):
        subject = message(role="offer", pani="x", frames=((0, place),))
        site = {"exchange": f"E{place}", "key": f"k{place}", "ending": REGISTERED}
        for made in found("message", subject, peers=peers, **site):
            notes.add(made, "phone")
    return notes.finish()


def test_three_exchanges_make_a_network_note():
    seldom, notes = noted(2, {"ue": "phone"})
    assert (len(seldom), notes) == (2, [])
    seldom, (note,) = noted(500, {"ue": "phone"})
    assert seldom == []
    assert (note.rule, note.count, note.exchange) == ("OFR-14", 500, None)
    assert note.exchanges[:3] == ["E0", "E1", "E2"]
    assert len(note.exchanges) <= 64
    assert len(note.frames) <= 64


def tallied(times):
    """As `noted`, of what a judge counts where nothing more than a count would come of it."""
    notes, taken = NetworkNotes(), 0
    for place in range(times):
        subject = message(role="offer", pani="x", frames=((0, place),))
        site = Site(f"E{place}", f"k{place}", None, REGISTERED, {"ue": "phone"})
        tally = Tally(notes, site.peers, site.ending)
        for fired in ENGINE.judge("message", subject, tally=tally):
            notes.add(finding(fired, site), "phone")
        taken += len(tally.rules)
    return notes.finish(), taken


def test_a_note_that_is_full_only_counts():
    for times in (63, 64, 65, 500):
        counted, taken = tallied(times)
        assert counted == noted(times, {"ue": "phone"})
        assert taken == max(0, times - 64)


def test_what_has_an_effect_is_never_only_counted():
    notes = NetworkNotes()
    for place in range(100):
        subject = message(role="offer", pani="x", frames=((0, place),))
        for made in found("message", subject, peers={"ue": "phone"}, exchange=f"E{place}"):
            notes.add(made, "phone")
    subject = message(role="offer", pani="x")
    failed = Ending(False, "challenge")
    leaks = Tally(notes, {"ue": "phone"}, failed)
    (fired,) = ENGINE.judge("message", subject)
    assert leaks.takes(fired.rule, "info", "ue", "offer")
    assert not leaks.takes(replace(fired.rule, class_="security"), "info", "ue", "offer")


def test_whom_notes_are_about():
    peers = {"ue": "phone", "pcscf": "10.0.0.1"}
    assert whom(peers, "ue") == "phone"
    assert whom(peers, "unknown") == "10.0.0.1"  # nobody is named: the network
    assert whom({}, "ue") is None
    told = nameless({"ue": "192.0.2.1", "pcscf": "10.0.0.1"})  # the phone gave no name
    assert whom(told, "ue") == "handsets behind 10.0.0.1"
    assert nameless({"pcscf": "10.0.0.1"}) == {"pcscf": "10.0.0.1"}


def test_repeats_in_one_exchange_are_no_network_note():
    notes = NetworkNotes()
    for _ in range(5):
        (made,) = found("message", message(role="offer", pani="x"), peers={"ue": "phone"})
        notes.add(made, "phone")
    seldom, grouped = notes.finish()
    assert (len(seldom), grouped) == (5, [])


def test_page():
    one = page(BOOK, BOOK.rules["VER-14"])
    assert one.name == "verify-in-clear"
    assert one.explained_by == ("OFR-08", "PRT-01", "PRT-09", "TLS-01", "TLS-03", "TLS-04")
    assert "captured above IPsec" in one.needs
    assert one.expressions["when"].startswith("message.is_request and ")
    assert any(guard.startswith("G3:") for guard in one.guards)
    assert len(pages(BOOK, BOOK.rules)) == len(BOOK.rules)


def test_associations_are_judged_with_what_they_replaced():
    subject = association(older=association(), new_keys=True)
    found_of_it = {made.rule: made for made in found("association", subject)}
    assert set(found_of_it) == {"REG-14", "CHL-18"}
    assert "CHL-18" in found_of_it["REG-14"].explains
