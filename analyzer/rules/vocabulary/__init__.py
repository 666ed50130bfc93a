"""What a rule may speak of: the scopes, and the facts of each kind of object.

One table, in a module for each group of kinds, read by the type checker, by the compiler to Python,
by the exporter to Lua and by the pages about the rules. The objects that are judged have one
attribute for every fact of their kind, named as the fact is. `None` means *absent*: it is not in
the message, or was not seen. A subject is judged when it is complete: a request when its
transaction has ended, an exchange when it is closed.

Besides its facts every object has `frames`, a tuple of frames (the one that anchors a finding
first), which rules cannot see.

Types: `bool`, `int` (a number), `ms` (a number: a duration in milliseconds), `text`, the name of a
kind, and `list[...]` or `set[...]` of one of these. Absolute times are not visible to rules; q is
in thousandths. A text with `values` is one of these words, and a rule that compares it with
another word is refused when the book is loaded.

`needs` names the coverage without which a fact may be wrong or absent through no fault of the
peers (`NEEDS`). A rule needs what its facts need. `wireshark` says whether Wireshark itself can
supply the fact to the plugin; the others the plugin computes for itself, but for those that are
`withheld` from it (`WITHHELD`): there they are absent.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from analyzer.rules.vocabulary.association import AGREEMENT, ASSOCIATION, FLOW
from analyzer.rules.vocabulary.connection import CONNECTION
from analyzer.rules.vocabulary.exchange import CAPTURE, EXCHANGE, IDENTITY, SERVER
from analyzer.rules.vocabulary.fact import Fact
from analyzer.rules.vocabulary.mechanism import COMPARISON, HEADER, MECHANISM
from analyzer.rules.vocabulary.message import MESSAGE, PAIR, TRANSACTION
from analyzer.rules.vocabulary.policy import POLICY, POLICY_DEFAULTS
from analyzer.rules.vocabulary.words import DIALECTS, LEGS, MEDIASEC, ROLES

__all__ = [
    "COST",
    "DIALECTS",
    "KINDS",
    "LEGS",
    "MEDIASEC",
    "NEEDS",
    "POLICY_DEFAULTS",
    "ROLES",
    "SCOPES",
    "WITHHELD",
    "Fact",
    "Scope",
]

COST: Final[Mapping[str, int]] = {
    **dict.fromkeys(("require", "proxy_require", "supported", "unsupported", "pani"), 1),
    **dict.fromkeys(("expires", "retry_after", "emergency", "realm", "username", "aka"), 1),
    **dict.fromkeys(("algorithm", "nonce_empty", "has_credentials", "response_empty"), 1),
    **dict.fromkeys(("auts", "ck", "ik", "integrity_protected", "names_sec_agree", "nat"), 1),
    **dict.fromkeys(("request", "response", "answer_code", "challenge", "accepted"), 1),
    **dict.fromkeys(("client", "server", "verify", "mechanisms", "flawed", "verify_against"), 2),
    **dict.fromkeys(("in_force", "older", "previous", "exempt", "chosen", "best_common"), 2),
    **dict.fromkeys(("mirrored", "new_keys", "first_protected", "stated", "stated_lists"), 2),
    **dict.fromkeys(("via_port", "contact_port", "leftover", "above_tls", "has_challenge"), 1),
    **dict.fromkeys(("digest_uri", "travelled_on", "due_on", "reuses"), 1),
    **dict.fromkeys(("sets_offered", "lacks", "refused_by", "settles_on"), 2),
    **dict.fromkeys(("algorithms_common", "unusable", "passed_over", "restart"), 2),
    **dict.fromkeys(("client_comparison", "list_before", "list_moved", "strength_lost"), 3),
    **dict.fromkeys(("changed", "stripped"), 3),
    **dict.fromkeys(("algorithms", "aka_nonce", "qop", "nonce_count", "qop_complete"), 1),
    **dict.fromkeys(("auts_valid", "in_dialog", "route_port", "record_route_port"), 1),
    **dict.fromkeys(("lifetime_known", "ports_of"), 1),
    **dict.fromkeys(("hop_via_port", "behind_nat", "set_alive", "new_call_id"), 1),
    **dict.fromkeys(("algorithm_kept", "mismatched", "cseq_before", "since_challenge_ms"), 2),
    **dict.fromkeys(("nonce_repeated", "count_repeated", "answers_elsewhere"), 2),
    **dict.fromkeys(("repeats_offer", "strange_set"), 2),
    **dict.fromkeys(("enclosed", "not_offered", "first_common", "mixed", "far_server"), 2),
    **dict.fromkeys(("audio_transport", "has_crypto", "e2ae", "media_agreed", "copied"), 3),
    **dict.fromkeys(("comparisons", "verify_comparison", "server_comparison", "older_list"), 3),
}
"""How dear a fact is to work out: 0 (not named here) at hand, 1 a header read, 2 lists parsed, 3
lists compared. Compilers ask for the cheap ones first."""


class Scope(msgspec.Struct, frozen=True, gc=False):
    """What a rule judges. `names` are shorthands: a name in a rule, and the path it stands for."""

    name: str
    meaning: str
    names: Mapping[str, str]


NEEDS: Final[Mapping[str, str]] = {
    "start": "capture starts after the first message",
    "both_directions": "only one direction captured",
    "protected_part": "protected messages not readable",
    "answer_wait": "capture ends before an answer was due",
    "list": "list of the server not seen",
    "sets": "an SA set may have been announced in unreadable ESP",
    "wire": "captured above IPsec",
    "addresses": "addresses and ports are synthetic",
    "loss": "packets are missing from the capture",
    "gm": "no Gm capture",
    "mw": "no Mw capture",
    "keys": "no fitting keys",
}
"""Coverage a fact may need, and what people read where it is not there."""

WITHHELD: Final[Mapping[str, str]] = {
    "secrets": "needs keys, K or a password, which the plugin is not given",
    "kernel": "needs the SAs of a kernel, which stand in a file beside the capture",
}
"""What the plugin for Wireshark lacks, and what people read of a rule that cannot do without."""

KINDS: Final[Mapping[str, Mapping[str, Fact]]] = {
    kind: {fact.name: fact for fact in facts}
    for kind, facts in {
        "message": MESSAGE,
        "mechanism": MECHANISM,
        "header": HEADER,
        "comparison": COMPARISON,
        "transaction": TRANSACTION,
        "exchange": EXCHANGE,
        "association": ASSOCIATION,
        "connection": CONNECTION,
        "agreement": AGREEMENT,
        "flow": FLOW,
        "pair": PAIR,
        "identity": IDENTITY,
        "server": SERVER,
        "capture": CAPTURE,
        "policy": POLICY,
    }.items()
}

SCOPES: Final[Mapping[str, Scope]] = {
    scope.name: scope
    for scope in (
        Scope("message", "one message on one hop", {"association": "message.in_force"}),
        Scope(
            "transaction",
            "a request and its answer",
            {
                "request": "transaction.request",
                "response": "transaction.response",
                "association": "transaction.request.in_force",
            },
        ),
        Scope(
            "exchange",
            "one run of the agreement",
            {
                "offer": "exchange.offer",
                "challenge": "exchange.challenge",
                "verify": "exchange.verify",
                "result": "exchange.result",
                "previous": "exchange.previous",
            },
        ),
        Scope(
            "association",
            "what an exchange settled, and its SA set",
            {"older": "association.older"},
        ),
        Scope("agreement", "a set over its life, with all that was sent on it", {}),
        Scope("flow", "one SPI one way", {}),
        Scope(
            "pair",
            "the same message at two places",
            {
                "near": "pair.near",
                "far": "pair.far",
                "association": "pair.near.in_force",
            },
        ),
        Scope("identity", "a subscriber over time", {}),
        Scope("server", "a first hop over all its clients", {}),
        Scope("capture", "one input", {}),
    )
}
