"""What a network wants: the values of `policy.*` and their defaults."""

from collections.abc import Mapping
from typing import Final

from analyzer.rules.vocabulary.fact import Fact

POLICY: Final = (
    Fact("release", "int", "3GPP release the network claims"),
    Fact("no_ipsec", "bool", "the network does without sec-agree"),
    Fact("conformance_tester", "bool", "one peer is a tester, fuzzer or mock"),
    Fact("quirks", "set[text]", "carrier quirks that lower the rules which name them"),
    Fact(
        "private_algorithms",
        "set[text]",
        "algorithms outside TS 33.203 in use by agreement",
    ),
    Fact("mediasec_tag", "bool", "the operator demands the option tag mediasec"),
    Fact("answer_wait", "ms", "silence after a challenge that means something"),
    Fact("reg_await_auth", "ms", "life of a set before its registration succeeds"),
    Fact("challenge_loop", "int", "challenges in a row that make a loop"),
    Fact("esp_one_way", "int", "unanswered ESP packets that make a flow one-way"),
)

POLICY_DEFAULTS: Final[Mapping[str, bool | int | frozenset[str]]] = {
    "release": 17,
    "no_ipsec": False,
    "conformance_tester": False,
    "quirks": frozenset(),
    "private_algorithms": frozenset(),
    "mediasec_tag": False,
    "answer_wait": 32_000,
    "reg_await_auth": 240_000,
    "challenge_loop": 3,
    "esp_one_way": 3,
}
