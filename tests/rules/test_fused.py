"""The fused functions say what a reading of the rules one by one says, whatever the subject."""

from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.rules import book as rule_book
from analyzer.rules.engine import Engine, conditions_of
from analyzer.rules.nodes import Literal, Words, walk
from analyzer.rules.residue import PRESENT, clauses_left
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
        else:
            found[f"{path}.{name}"] = PRESENT
    return found


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


def test_where_the_sorts_are_too_many_one_function_serves_the_rest(monkeypatch):
    monkeypatch.setattr("analyzer.rules.engine.SORTS_KNOWN", 2)
    engine = Engine(BOOK)
    for method in ("REGISTER", "INVITE", "MADE", "UP", "OPTIONS"):
        subject = message(method=method, require={"sec-agree"}, proxy_require={"sec-agree"})
        found = sorted((index, id(one)) for index, one in engine.hits("message", subject))
        assert found == one_by_one("message", subject)
        assert found
    assert len(engine._scopes["message"].of_sort) == 2
