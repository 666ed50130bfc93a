"""The language: what is accepted, what is refused and where, what absence means."""

from types import SimpleNamespace

import pytest

from analyzer.rules import language
from analyzer.rules.book import names_of
from analyzer.rules.errors import ExpressionError
from analyzer.rules.nodes import And, Compare, Membership, Or, Quantified, Truth
from analyzer.rules.to_python import condition_function, value_function
from analyzer.rules.vocabulary import POLICY_DEFAULTS
from tests.rules.fakes import comparison, exchange, mechanism, message, response

NAMES = names_of("message", {})


def check(text, subject):
    tree = language.condition(text, NAMES)
    return condition_function("message", tree, POLICY_DEFAULTS)(subject, None)


def value(text, subject):
    tree = language.value(text, NAMES)
    return value_function("message", tree, POLICY_DEFAULTS)(subject, None)


@pytest.mark.parametrize(
    "text",
    [
        "message.code == 401",
        "message.code != 401",
        "message.code < 401",
        "message.code >= 401",
        "message.code in (401, 494)",
        "message.code not in (401, 494)",
        "message.aka",
        "message.verify_comparison.level == 'different'",
        "message.verify_comparison.level != 'different'",
        "message.code + 1 == 402",
        "len(message.client) == 0",
        "starts(message.realm, 'ims')",
        "any(m.q > 500 for m in message.client)",
        "all(m.q > 500 for m in message.client)",
        "message.ck == message.ik",
        "message.request.code == 401",
    ],
)
def test_absent_is_false_in_either_polarity(text):
    subject = message(aka=None, code=None)
    assert not check(text, subject)
    assert not check(f"not ({text})", subject)
    assert not check(f"not not ({text})", subject)


def test_absence_is_asked_for_with_is_none():
    assert check("message.code is None", message())
    assert not check("message.code is not None", message())
    assert not check("not message.code is None", message())
    assert check("message.code is not None", response(200))


def test_what_lies_behind_something_absent_is_absent():
    assert check("message.request.request.code is None", response(200))
    assert not check("message.request.request.code is not None", response(200))
    subject = response(200, request=message(request=response(401)))
    assert check("message.request.request.code is not None", subject)


def test_negation_reaches_the_leaves():
    subject = message(code=None, aka=True)
    assert not check("not (message.code == 401 and message.aka)", subject)
    assert check("not (message.code == 401 and not message.aka)", subject)
    tree = language.condition(
        "not (message.aka and (message.emergency or message.code > 1))", NAMES
    )
    assert isinstance(tree, Or)
    assert isinstance(tree.parts[0], Truth)
    assert tree.parts[0].negated
    assert isinstance(tree.parts[1], And)
    assert tree.parts[1].parts[1].operator == "<="


def test_negated_quantifiers_swap():
    tree = language.condition("not any('bad-q' in m.defects for m in message.client)", NAMES)
    assert isinstance(tree, Quantified)
    assert tree.every
    assert isinstance(tree.condition, Membership)
    assert tree.condition.negated


def test_any_and_all():
    subject = message(client=[mechanism(q=100), mechanism(q=None), mechanism(q=900)])
    assert check("any(m.q > 500 for m in message.client)", subject)
    assert not check("all(m.q > 50 for m in message.client)", subject)
    assert not check("not any(m.q > 950 for m in message.client)", subject)
    assert check("all(m.q > 950 for m in message.client)", message(client=[]))
    assert not check("any(m.q > 950 for m in message.client)", message(client=[]))


def test_nested_generators_and_shared_names():
    text = "any(any(c.q == m.q for c in message.client) for m in message.server)"
    equal = message(client=[mechanism(q=1)], server=[mechanism(q=2), mechanism(q=1)])
    other = message(client=[mechanism(q=1)], server=[mechanism(q=None)])
    assert check(text, equal)
    assert not check(text, other)


def test_values():
    subject = message(code=401, retransmitted=3)
    assert value("message.code * 2 - message.retransmitted", subject) == 799
    assert value("'code ' + number(message.code)", subject) == "code 401"
    assert value("message.expires + 1", subject) is None
    assert value("spi(25656)", subject) == "0x00006438 (25656)"
    assert value("policy.answer_wait", subject) == POLICY_DEFAULTS["answer_wait"]


def test_chains_of_comparisons():
    assert check("400 <= message.code < 500", response(499))
    assert not check("400 <= message.code < 500", response(500))
    tree = language.condition("400 <= message.code < 500", NAMES)
    assert isinstance(tree, And)
    assert all(isinstance(part, Compare) for part in tree.parts)


def test_shorthands_stand_for_paths():
    names = names_of("exchange", {})
    tree = language.condition("previous.outcome == 'failed'", names)
    test = condition_function("exchange", tree, POLICY_DEFAULTS)
    assert test(exchange(previous=exchange(outcome="failed")), None)
    assert not test(exchange(), None)


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [
        ("mesage.code == 1", 1, "did you mean 'message'"),
        ("message.cod == 1", 9, "did you mean 'code'"),
        ("message.code == 1 and message.verify_comparision.level == 'x'", 31, "verify_comparison"),
        ("message.leg == 'gn'", 16, "did you mean 'gm'"),
        ("'gn' == message.leg", 1, "did you mean 'gm'"),
        ("message.leg in ('gm', 'nw')", 16, "did you mean 'mw'"),
        ("message.code == '401'", 17, "int cannot be compared with text"),
        ("message.method < 'R'", 1, "order is between numbers"),
        ("message.code", 1, "bool wanted, this is int"),
        ("message.aka and message.code", 17, "bool wanted"),
        ("not message.method", 5, "bool wanted"),
        ("message.code / 2 == 1", 1, "only + - * are known"),
        ("message.code + message.method == 1", 1, "numbers wanted"),
        ("lenn(message.client) == 1", 1, "did you mean 'len'"),
        ("len(message.code) == 1", 5, "collection wanted"),
        ("len(message.client, 1) == 1", 1, "takes 1 value"),
        ("message.code is 401", 17, "None only"),
        ("1 is None", 1, "only a fact"),
        ("message.code in message.code", 17, "a list or set wanted"),
        ("message.code in message.require", 17, "cannot be in"),
        ("message.client == message.server", 19, "cannot be compared"),
        ("message.request == message.response", 20, "cannot be compared"),
        ("message.client.alg == 'x'", 16, "list[mechanism] has no 'alg'"),
        ("policy.releas == 1", 1, "did you mean 'release'"),
        ("policy == 1", 1, "policy wants a name"),
        ("any(m.q > 1 for m in message.client if m.q)", 1, "one generator"),
        ("any(message.aka for message in message.client)", 21, "has a meaning already"),
        ("any([m.q > 1 for m in message.client])", 1, "one generator"),
        ("message.code == 1.5", 17, "without fraction"),
        ("message.code == None", 17, "without fraction"),
        ("message.code in ()", 17, "holds nothing"),
        ("message.code in (1, 'a')", 17, "one type"),
        ("message.code ==", 16, "not an expression"),
        ("lambda: 1", 1, "not part of the language"),
        ("message.__class__ == 1", 9, "has no '__class__'"),
        ("message.frames == 1", 9, "has no 'frames'"),
        ("(x := message.aka)", 2, "not part of the language"),
        ("message.aka if message.aka else message.aka", 1, "not part of the language"),
        ("f'{message.code}' == 'x'", 1, "not part of the language"),
        ("message['code'] == 1", 1, "not part of the language"),
        ("message.client[0].aka", 1, "not part of the language"),
        ("message.method.upper() == 'X'", 1, "unknown function"),
        ("__import__('os') == 1", 1, "unknown function"),
        ("message.code == 99999999999999999999", 17, "number beyond"),
        ("", 1, "not an expression"),
    ],
)
def test_refused_with_column_and_hint(text, column, part):
    with pytest.raises(ExpressionError) as caught:
        language.condition(text, NAMES)
    assert part in caught.value.message
    assert caught.value.column == column


@pytest.mark.parametrize(
    "text",
    [
        "(" * 900 + "message.aka" + ")" * 900,
        "not " * 400 + "message.aka",
        "message" + ".request" * 200 + ".aka",
        "message.code == " + "1+" * 900 + "1",
        " and ".join(["message.aka"] * 2000),
        "message.aka\0",
        "\ud800 == 'x'",
    ],
)
def test_depth_and_size_are_bounded(text):
    with pytest.raises(ExpressionError):
        language.condition(text, NAMES)


def double(level, facts):
    text = f"message.f{level - 1}" if level else "message.aka"
    names = names_of("message", facts)
    return language.definition("message", f"f{level}", "", f"({text}) and ({text})", names)


def test_facts_cannot_grow_without_bound():
    facts = {}
    for level in range(7):
        facts["message", f"f{level}"] = double(level, facts)
    with pytest.raises(ExpressionError, match="larger than"):
        double(7, facts)


def test_bound_names_of_a_fact_capture_nothing():
    facts = {}
    names = names_of("message", facts)
    facts["message", "wide"] = language.definition(
        "message", "wide", "", "any(m.q > 1 for m in message.client)", names
    )
    names = names_of("exchange", facts)
    tree = language.condition(
        "any(m.q == 5 and exchange.offer.wide for m in exchange.offer.client)", names
    )
    test = condition_function("exchange", tree, POLICY_DEFAULTS)
    offer = message(client=[mechanism(q=5)])
    assert test(exchange(offer=offer), None)


HOSTILE = (
    "'; import os; os.system('false'); '",
    "]] .. os.execute('false') .. [[",
    "\\' + str(1) + \\'",
    "\n__import__('os')\n",
    '"""',
    "{0.__class__}",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_literals_stay_literals(text):
    assert check(f"message.method == {text!r}", message(method=text))
    assert not check(f"message.method == {text!r}", message(method="REGISTER"))
    assert value(f"'<' + {text!r} + '>'", message()) == f"<{text}>"


def test_generated_code_has_no_builtins():
    tree = language.condition("message.aka", NAMES)
    function = condition_function("message", tree, POLICY_DEFAULTS)
    assert function.__globals__["__builtins__"] == {}


def test_each():
    variable, collection = language.each("m in message.mechanisms", NAMES)
    assert (variable.name, str(variable.type)) == ("m", "mechanism")
    assert str(collection.type) == "list[mechanism]"
    for text in ("m", "m in message.code", "message in message.client", "m in x", "1 in (1, 2)"):
        with pytest.raises(ExpressionError):
            language.each(text, NAMES)


def test_a_subject_is_only_read():
    class Frozen(SimpleNamespace):
        def __setattr__(self, name, value):
            raise AssertionError(name)

    subject = Frozen(**vars(message(verify_comparison=comparison(kind="foreign"))))
    assert check("message.verify_comparison.kind == 'foreign'", subject)
