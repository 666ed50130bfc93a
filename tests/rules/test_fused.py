"""The fused functions say what a reading of the rules one by one says, whatever the subject."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.rules import book as rule_book
from analyzer.rules.engine import Engine, conditions_of
from analyzer.rules.nodes import Literal, Words, walk
from analyzer.rules.residue import PRESENT, AtMost, Drawn, clauses_left
from analyzer.rules.to_python import fuse
from analyzer.rules.vocabulary import KINDS, POLICY_DEFAULTS, SCOPES
from tests.amounts import FULL
from tests.rules.fakes import fake, mechanism, message
from tests.rules.oracle import ABSENT, holds, value_of

BOOK = rule_book.load()
ENGINE = Engine(BOOK)


def words_of_the_book():
    texts, numbers = {"other"}, {0, 1}
    for rule in BOOK.rules.values():
        for condition in conditions_of(rule, BOOK.guards):
            for node in walk(condition):
                found = ()
                if isinstance(node, Literal):
                    found = (node.value,)
                elif isinstance(node, Words):
                    found = node.values
                texts.update(one for one in found if isinstance(one, str))
                numbers.update(one for one in found if isinstance(one, int))
    return sorted(texts), sorted({n + d for n in numbers for d in (-1, 0, 1)})


TEXTS, NUMBERS = words_of_the_book()


def values(fact, depth):
    container, bracket, rest = fact.type.partition("[")
    name = rest[:-1] if bracket else container
    match name:
        case "bool":
            one = st.booleans()
        case "int" | "ms":
            one = st.sampled_from(NUMBERS)
        case "text":
            one = st.sampled_from(fact.values or TEXTS)
        case _ if depth == 0:
            return st.none()
        case _:
            one = subjects(name, depth - 1)
    if not bracket:
        return st.none() | one
    if container == "set":
        return st.none() | st.frozensets(one, max_size=3)
    return st.none() | st.lists(one, max_size=3)


def subjects(kind, depth):
    facts = {name: values(fact, depth) for name, fact in KINDS[kind].items() if name in USED[kind]}
    return st.fixed_dictionaries(facts).map(lambda found: fake(kind, **found))


def used():
    found = {kind: set() for kind in KINDS}
    for rule in BOOK.rules.values():
        trees = [*conditions_of(rule, BOOK.guards), *(rule.each[1:] if rule.each else ())]
        for tree in trees:
            for node in walk(tree):
                if hasattr(node, "fact"):
                    found[node.of.type.name].add(node.fact.name)
    return found


USED = used()


def one_by_one(scope, subject):
    found = []
    for index, rule in enumerate(ENGINE.rules):
        if rule.scope != scope:
            continue
        conditions = conditions_of(rule, BOOK.guards)
        names = {scope: subject}
        elements = [None]
        if rule.each is not None:
            collection = value_of(rule.each[1], names, POLICY_DEFAULTS)
            elements = [] if collection is ABSENT else collection
        for element in elements:
            if rule.each is not None:
                names = {scope: subject, rule.each[0].name: element}
            if all(holds(condition, names, POLICY_DEFAULTS) for condition in conditions):
                found.append((index, id(element)))
    return sorted(found)


def fused(scope, subject):
    return sorted((index, id(element)) for index, element in ENGINE.hits(scope, subject))


def plausible(kind, depth):
    """Subjects that pass the first questions, so that the later ones are asked too."""

    def settle(one):
        one.dialect, one.leg = "ims", "gm"
        one.retransmission = False
        return one

    return subjects(kind, depth).map(settle) if kind == "message" else subjects(kind, depth)


@settings(max_examples=60 if FULL else 25, deadline=None)
@given(st.data())
def test_fused_is_one_by_one(data):
    scope = data.draw(st.sampled_from(sorted({rule.scope for rule in ENGINE.rules})))
    subject = data.draw(plausible(scope, 2))
    assert fused(scope, subject) == one_by_one(scope, subject)


def test_samples_agree_too():
    from tests.rules.samples import SAMPLES

    for scope, fire, miss in SAMPLES.values():
        for subject in (*fire, *miss):
            assert fused(scope, subject) == one_by_one(scope, subject)


def test_nothing_fires_where_nothing_was_seen():
    for scope in SCOPES:
        assert ENGINE.judge(scope, fake(scope)) == ()


RULE_WITH_EACH = b"""
[[rule]]
id = "XXX-01"
name = "stronger-offered"
title = "A cipher of the offer is not in the echo"
severity = "warning"
class = "conformance"
party = "ue"
scope = "message"
each = "m in message.mechanisms"
when = "any(each.ealg != m.ealg for each in message.mechanisms)"
expected = "'the same'"
seen = "'another'"
spec = "RFC 3329 2.3.1"
cause = "A test."
fix = "None."
"""


def test_no_name_of_a_rule_is_captured_when_rules_are_fused():
    engine = Engine(rule_book.read([("own.toml", RULE_WITH_EACH)]))
    subject = message(mechanisms=[mechanism(ealg="null"), mechanism(ealg="aes-cbc")])
    assert len(list(engine.judge("message", subject))) == 2


def known_of(subject, path, draw):
    """Some of what is true of a subject, as one may know it beforehand."""
    found = {}
    for name, value in vars(subject).items():
        if draw(st.booleans()):
            continue
        if isinstance(value, SimpleNamespace):
            found[f"{path}.{name}"] = PRESENT
            found |= known_of(value, f"{path}.{name}", draw)
        elif isinstance(value, list) and all(isinstance(one, SimpleNamespace) for one in value):
            found[f"{path}.{name}"] = tuple(some_of(one, draw) for one in value)
        elif value is None or draw(st.booleans()):
            found[f"{path}.{name}"] = tuple(value) if isinstance(value, list) else value
        elif type(value) is int and draw(st.booleans()):
            found[f"{path}.{name}"] = drawn(name, value, vars(subject), draw)
        else:
            found[f"{path}.{name}"] = PRESENT
    return found


def drawn(name, value, numbers, draw):
    """A number of a subject, as one that its peer draws: a bound, and which others it is not."""
    others = {f"{id(numbers)}.{one}" for one, other in numbers.items() if other != value}
    least = value - draw(st.integers(0, 3))
    return Drawn(f"{id(numbers)}.{name}", least, frozenset(others))


def some_of(element, draw):
    known = known_of(element, "", draw)
    return {name[1:]: value for name, value in known.items() if "." not in name[1:]}


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_what_is_left_where_something_is_known_says_the_same(data):
    scope = data.draw(st.sampled_from(sorted({rule.scope for rule in ENGINE.rules})))
    subject = data.draw(plausible(scope, 2))
    given_ = {f"policy.{name}": value for name, value in POLICY_DEFAULTS.items()}
    left = clauses_left(ENGINE.clauses(scope), given_ | known_of(subject, scope, data.draw))
    hits = fuse(scope, left, POLICY_DEFAULTS)(subject)
    assert sorted((index, id(element)) for index, element in hits) == one_by_one(scope, subject)


def test_what_is_known_whole_leaves_nothing_to_ask():
    element = {"key": "ipsec-3gpp", "mediasec": False, "header": "client", "has_q": True}
    known = {"message.stated": (element, {**element, "mediasec": True, "key": "sdes-srtp"})}
    given_ = {f"policy.{name}": value for name, value in POLICY_DEFAULTS.items()} | known
    left = {one.index: one for one in clauses_left(ENGINE.clauses("message"), given_)}
    ids = {ENGINE.rules[index].id for index in left}
    assert "MED-01" not in ids  # a media mechanism without the parameter
    assert "SYN-08" in ids  # q of a client


OWN_RULE = """
[[rule]]
id = "OWN-01"
name = "own"
title = "A rule of its own"
class = "conformance"
severity = "warning"
party = "ue"
scope = "message"
each = "m in message.mechanisms"
when = "WHEN"
expected = "'this'"
seen = "'that'"
spec = "RFC 3329 2.3.1"
cause = "A test."
fix = "None."
"""

QUESTIONS = [
    *(f"m.spi_c {operator} {other}" for operator in ("==", "!=") for other in ("m.spi_s", "256")),
    *(
        f"{one} {operator} {other}"
        for operator in ("<", "<=", ">", ">=")
        for one, other in (("m.spi_c", "256"), ("256", "m.spi_c"), ("m.spi_c", "m.spi_s"))
    ),
    *("m.port_c in (5060, 5061)", "m.port_c not in (5060, 5061)", "m.spi_c + 1 == 257"),
    *("m.spi_c is None", "m.spi_c is not None", "any(o.spi_c == m.spi_s for o in message.client)"),
]


def clauses_of(question):
    text = OWN_RULE.replace("WHEN", question).encode()
    return Engine(rule_book.read([("own.toml", text)])).clauses("message")


@pytest.mark.parametrize("question", QUESTIONS)
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_what_is_known_of_a_number_that_a_peer_draws_decides_rightly(question, data):
    clauses = clauses_of(question)
    number = st.integers(254, 259)
    numbers = {name: data.draw(number) for name in ("spi_c", "spi_s")}
    numbers["port_c"] = data.draw(st.integers(5059, 5063))
    element = mechanism(**numbers)
    subject = message(mechanisms=[element], client=[mechanism(spi_c=data.draw(number))])
    known = {name: drawn(name, value, numbers, data.draw) for name, value in numbers.items()}
    given_ = {f"policy.{name}": value for name, value in POLICY_DEFAULTS.items()}
    left = clauses_left(clauses, given_ | {"message.mechanisms": (known,)})
    whole = fuse("message", clauses, POLICY_DEFAULTS)(subject)
    assert fuse("message", left, POLICY_DEFAULTS)(subject) == whole


def test_what_is_known_of_drawn_numbers_leaves_nothing_to_ask_of_them():
    def left(question, least, others=()):
        known = {
            "spi_c": Drawn("spi_c", least, frozenset(others)),
            "spi_s": Drawn("spi_s", least, frozenset()),
            **dict.fromkeys(("mediasec",), False),
        }
        given_ = {f"policy.{name}": value for name, value in POLICY_DEFAULTS.items()}
        given_ |= {"message.mechanisms": (known,), "message.leg": "gm", "message.dialect": "ims"}
        return [one.conjuncts for one in clauses_left(clauses_of(question), given_)]

    assert left("m.spi_c < 256", 256) == []
    assert left("m.spi_c < 256", 255) != []
    assert left("m.spi_c == m.spi_s", 1, ["spi_s"]) == []
    assert left("m.spi_c == m.spi_s", 1) != []
    assert left("m.spi_c in (1, 2)", 3) == []
    assert left("m.spi_c in (1, 3)", 3) != []


def test_what_is_known_of_comparisons_and_bounds_need_not_be_asked():
    def left(question, **known):
        given_ = {f"policy.{name}": value for name, value in POLICY_DEFAULTS.items()}
        given_ |= {"message.leg": "gm", "message.dialect": "ims", **known}
        return clauses_left(clauses_of(question), given_)

    known = {"message.cseq <= message.cseq_before": False}
    assert left("message.cseq <= message.cseq_before") != []
    assert left("message.cseq <= message.cseq_before", **known) == []
    assert left("message.cseq < message.cseq_before", **known) != []
    assert left("message.cseq <= message.retry_after", **known) != []
    bound = {"message.since_challenge_ms": AtMost(10_000)}
    for fault in ("> 10000", ">= 10001"):
        assert left(f"message.since_challenge_ms {fault}", **bound) == []
    for open_ in ("> 9999", ">= 10000", "< 10001", "== 10001", "!= 10001", "is None"):
        assert left(f"message.since_challenge_ms {open_}", **bound) != []
    assert left("policy.answer_wait < message.since_challenge_ms", **bound) == []
    assert left("message.since_challenge_ms > message.again_after_ms", **bound) != []


def test_where_the_sorts_are_too_many_one_function_serves_the_rest(monkeypatch):
    monkeypatch.setattr("analyzer.rules.scopes.SORTS_KNOWN", 2)
    engine = Engine(BOOK)
    for method in ("REGISTER", "INVITE", "MADE", "UP", "OPTIONS"):
        subject = message(method=method, require={"sec-agree"}, proxy_require={"sec-agree"})
        found = sorted((index, id(one)) for index, one in engine.hits("message", subject))
        assert found == one_by_one("message", subject)
        assert found
    assert len(engine._scopes["message"].of_sort) == 2
