"""What a rule may speak of: the scopes, and the facts of each kind of object.

One table, read by the type checker, by the compiler to Python, by the exporter to Lua and by the
pages about the rules. The objects that are judged have one attribute for every fact of their kind,
named as the fact is. `None` means *absent*: it is not in the message, or was not seen. A subject
is judged when it is complete: a request when its transaction has ended, an exchange when it is
closed.

Besides its facts every object has `frames`, a tuple of frames (the one that anchors a finding
first), which rules cannot see.

Types: `bool`, `int` (a number), `ms` (a number: a duration in milliseconds), `text`, the name of a
kind, and `list[...]` or `set[...]` of one of these. Absolute times are not visible to rules; q is
in thousandths. A text with `values` is one of these words, and a rule that compares it with
another word is refused when the book is loaded.

`needs` names the coverage without which a fact may be wrong or absent through no fault of the
peers (`NEEDS`). A rule needs what its facts need. `wireshark` says whether Wireshark itself can
supply the fact to the plugin; the others the plugin computes for itself.
"""

from collections.abc import Mapping
from typing import Final

import msgspec


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One attribute of a kind of object."""

    name: str
    type: str
    meaning: str
    needs: tuple[str, ...] = ()
    wireshark: bool = True
    values: tuple[str, ...] = ()


COST: Final[Mapping[str, int]] = {
    **dict.fromkeys(("require", "proxy_require", "supported", "unsupported", "pani"), 1),
    **dict.fromkeys(("expires", "retry_after", "emergency", "realm", "username", "aka"), 1),
    **dict.fromkeys(("algorithm", "nonce_empty", "has_credentials", "response_empty"), 1),
    **dict.fromkeys(("auts", "ck", "ik", "integrity_protected", "names_sec_agree"), 1),
    **dict.fromkeys(("request", "response", "answer_code", "challenge", "accepted"), 1),
    **dict.fromkeys(("client", "server", "verify", "mechanisms", "flawed", "verify_against"), 2),
    **dict.fromkeys(("in_force", "older", "previous", "exempt", "chosen", "best_common"), 2),
    **dict.fromkeys(("mirrored", "new_keys", "first_protected"), 2),
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
    "loss": "packets are missing from the capture",
    "gm": "no Gm capture",
    "mw": "no Mw capture",
    "keys": "no keys given",
}
"""Coverage a fact may need, and what people read where it is not there."""

DIALECTS: Final = ("ims", "rfc3329", "draft-00", "draft-01", "arkko-00", "arkko-01")
MEDIASEC: Final = "mediasec"
LEGS: Final = ("gm", "mw", "cx", "unknown")
ROLES: Final = (
    "offer",
    "challenge",
    "verify",
    "result",
    "failure-report",
    "retransmission",
    "other",
)
PROTECTIONS: Final = ("clear", "esp", "esp-null", "tls", "ports")
OUTCOMES: Final = ("agreed", "rejected", "failed", "bypassed", "not-used", "incomplete")
EXCHANGE_KINDS: Final = (
    "initial",
    "reauthentication",
    "refresh",
    "deregistration",
    "in-dialog",
    "other",
)
LEVELS: Final = ("identical", "equivalent", "default-equal", "different")
DIFFERENCES: Final = (
    "reordered",
    "subset",
    "changed parameter",
    "duplicated",
    "older list",
    "foreign",
)
LIVES: Final = ("announced", "temporary", "established", "old", "dead")
HEADERS: Final = ("client", "server", "verify")

_MESSAGE: Final = (
    Fact("dialect", "text", "dialect of its exchange", values=DIALECTS, wireshark=False),
    Fact("is_request", "bool", "a request, not a response"),
    Fact("method", "text", "method of a request; absent in a response"),
    Fact("code", "int", "status code; absent in a request"),
    Fact(
        "leg",
        "text",
        "gm is the first hop, in any dialect",
        values=LEGS,
        wireshark=False,
    ),
    Fact("protection", "text", "how it travelled", values=PROTECTIONS, wireshark=False),
    Fact(
        "transport",
        "text",
        "of the packet, not of Via",
        values=("udp", "tcp", "tls", "sctp"),
    ),
    Fact("from_client", "bool", "sent by the client to its first hop", wireshark=False),
    Fact("role", "text", "its part in the exchange; absent outside one", values=ROLES),
    Fact(
        "retransmission",
        "bool",
        "sent again: same method, branch and CSeq, or the same bytes",
    ),
    Fact("retransmitted", "int", "how often it was sent again", needs=("protected_part",)),
    Fact(
        "truncated",
        "bool",
        "headers cut short by the capture, or not whole after reassembly",
    ),
    Fact(
        "exempt",
        "text",
        "why no agreement is due: emergency, giba, nba, digest; absent if due",
    ),
    Fact("via_count", "int", "number of Via values"),
    Fact(
        "client",
        "list[mechanism]",
        "Security-Client, all rows joined; absent without header",
    ),
    Fact(
        "server",
        "list[mechanism]",
        "Security-Server, all rows joined; absent without header",
    ),
    Fact(
        "verify",
        "list[mechanism]",
        "Security-Verify, all rows joined; absent without header",
    ),
    Fact(
        "mechanisms",
        "list[mechanism]",
        "elements of all three lists; empty without any",
    ),
    Fact("flawed", "list[mechanism]", "those of mechanisms that have a defect; may be empty"),
    Fact(
        "require",
        "set[text]",
        "option tags of Require, lower case; empty without header",
    ),
    Fact(
        "proxy_require",
        "set[text]",
        "option tags of Proxy-Require, lower case; may be empty",
    ),
    Fact("supported", "set[text]", "option tags of Supported, lower case; may be empty"),
    Fact(
        "unsupported",
        "set[text]",
        "option tags of Unsupported, lower case; may be empty",
    ),
    Fact("emergency", "bool", "emergency registration or emergency request"),
    Fact("expires", "int", "seconds asked for or granted; 0 de-registers"),
    Fact("pani", "text", "P-Access-Network-Info"),
    Fact("retry_after", "int", "seconds of Retry-After"),
    Fact(
        "names_sec_agree",
        "bool",
        "reason phrase, Reason or Warning names the agreement",
    ),
    Fact(
        "aka",
        "bool",
        "challenge or credentials with an AKA algorithm; absent without either",
    ),
    Fact("algorithm", "text", "algorithm of challenge or credentials, as written"),
    Fact("realm", "text", "realm of challenge or credentials, lower case"),
    Fact("username", "text", "username of the credentials"),
    Fact(
        "nonce_empty",
        "bool",
        "credentials with an empty nonce; absent without credentials",
    ),
    Fact("has_credentials", "bool", "has Authorization or Proxy-Authorization"),
    Fact("response_empty", "bool", "credentials without a response, or with an empty one"),
    Fact("auts", "text", "auts of the credentials"),
    Fact("ck", "text", "ck of the challenge, masked if need be; '' where it is empty"),
    Fact("ik", "text", "ik of the challenge, masked if need be; '' where it is empty"),
    Fact(
        "integrity_protected",
        "text",
        "integrity-protected of the credentials, lower case",
    ),
    Fact(
        "request",
        "message",
        "request this response answers",
        needs=("both_directions",),
    ),
    Fact(
        "response",
        "message",
        "final response to this request",
        needs=("both_directions",),
    ),
    Fact(
        "answer_code",
        "int",
        "its code, or the one at the next hop",
        needs=("both_directions",),
    ),
    Fact("challenge", "message", "challenge that this request answers", needs=("start",)),
    Fact(
        "verify_against",
        "list[mechanism]",
        "list of the server that a Security-Verify of this request has to repeat, by the SA it "
        "travels on; absent where none is due or none was seen; during an overlap of two sets the "
        "one that fits",
        needs=("list", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "list_source",
        "message",
        "message that brought verify_against",
        needs=("list", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "verify_comparison",
        "comparison",
        "signalling elements of Security-Verify against verify_against; absent without either",
        needs=("list", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "comparisons",
        "list[comparison]",
        "the comparison of signalling elements and that of media elements, those there are",
        needs=("list", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "server_comparison",
        "comparison",
        "Security-Server of this response against the list this client got before",
        needs=("list",),
        wireshark=False,
    ),
    Fact(
        "older_list",
        "bool",
        "Security-Verify repeats an earlier list, not the applicable one",
        needs=("list", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "in_force",
        "association",
        "agreement of this client when it was sent, by its SA, else the newest living one",
        needs=("start", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "first_protected",
        "bool",
        "first protected request of its exchange",
        needs=("protected_part",),
        wireshark=False,
    ),
    Fact("to_far_client", "bool", "on its way to the user agent it calls, past the core"),
)

_MECHANISM: Final = (
    Fact("name", "text", "mechanism-name as written"),
    Fact("key", "text", "mechanism-name in lower case"),
    Fact("header", "text", "list it stands in", values=HEADERS),
    Fact("q", "int", "q in thousandths; absent if missing or malformed"),
    Fact("alg", "text", "integrity algorithm, lower case"),
    Fact("ealg", "text", "encryption algorithm, lower case; absent if missing or empty"),
    Fact("prot", "text", "ah or esp, lower case"),
    Fact("mod", "text", "trans, tun or udp-enc-tun, lower case"),
    Fact("spi_c", "int", "spi-c; absent if missing or malformed"),
    Fact("spi_s", "int", "spi-s; absent if missing or malformed"),
    Fact("port_c", "int", "port-c; absent if missing or malformed"),
    Fact("port_s", "int", "port-s; absent if missing or malformed"),
    Fact("d_alg", "text", "d-alg, lower case"),
    Fact("d_qop", "text", "d-qop, lower case"),
    Fact("d_ver", "text", "d-ver, without its quotes"),
    Fact("mediasec", "bool", "carries the mediasec parameter"),
    Fact("complete", "bool", "has all that is needed to start it"),
    Fact(
        "defects",
        "list[text]",
        "codes of what is wrong in it, each once, without parameter",
    ),
    Fact("missing_values", "list[text]", "parameters that need a value and have none"),
    Fact(
        "mirrored",
        "bool",
        "in a Security-Verify: the same defects stand in the server's list",
    ),
    Fact("raw", "text", "the element as written"),
)

_COMPARISON: Final = (
    Fact(
        "level",
        "text",
        "L0, L1, L2 and X of the comparison of two lists",
        values=LEVELS,
    ),
    Fact("kind", "text", "how they differ; absent unless different", values=DIFFERENCES),
    Fact("mediasec", "bool", "compares the media elements"),
    Fact(
        "edit",
        "text",
        "smallest edit from the server's list to the client's, for people",
    ),
    Fact("parameter", "text", "first parameter that differs"),
    Fact("server_value", "text", "its value in the server's list"),
    Fact("verify_value", "text", "its value in Security-Verify"),
    Fact("defaults_only", "bool", "all that differs has its default value on one side"),
)

_TRANSACTION: Final = (
    Fact("dialect", "text", "dialect of its exchange", values=DIALECTS, wireshark=False),
    Fact("leg", "text", "of its request", values=LEGS, wireshark=False),
    Fact("request", "message", "the request"),
    Fact("response", "message", "its final response", needs=("both_directions",)),
    Fact(
        "provisional",
        "int",
        "highest code of 101 to 199 seen",
        needs=("both_directions",),
    ),
    Fact("forwarded", "bool", "its request was seen on the next hop", needs=("mw",)),
    Fact(
        "delay_ms",
        "ms",
        "from the request to its final response",
        needs=("both_directions",),
    ),
    Fact(
        "accepted",
        "bool",
        "2xx, 101 to 199 or forwarded: the first hop went on with it",
    ),
)

_EXCHANGE: Final = (
    Fact("dialect", "text", "dialect", values=DIALECTS, wireshark=False),
    Fact("kind", "text", "kind of exchange", values=EXCHANGE_KINDS, wireshark=False),
    Fact("method", "text", "method of its first request"),
    Fact("offer", "message", "first request", needs=("start",)),
    Fact("challenge", "message", "last challenge", needs=("both_directions",)),
    Fact("verify", "message", "request after the challenge", needs=("protected_part",)),
    Fact(
        "result",
        "message",
        "final response that ended it",
        needs=("both_directions", "protected_part"),
    ),
    Fact(
        "previous",
        "exchange",
        "exchange before this one of the same subscriber on the same access",
        needs=("start",),
        wireshark=False,
    ),
    Fact("outcome", "text", "outcome of the agreement", values=OUTCOMES, wireshark=False),
    Fact("registered", "bool", "registration state is registered, seen or inferred"),
    Fact("exempt", "text", "why no agreement is due, as of a message; absent if due"),
    Fact(
        "loss",
        "bool",
        "packets are missing from the capture during it",
        wireshark=False,
    ),
    Fact("challenges", "int", "challenges in it, retransmissions aside"),
    Fact(
        "silence_ms",
        "ms",
        "from the last challenge to the end of the capture or of the exchange; absent if anything, "
        "ESP included, came from this client after it",
        needs=("both_directions", "answer_wait"),
        wireshark=False,
    ),
    Fact(
        "chosen",
        "mechanism",
        "element of the server's list in use on the wire; absent if that cannot be told",
        needs=("list", "wire"),
        wireshark=False,
    ),
    Fact(
        "best_common",
        "mechanism",
        "element with the highest q that the client offered too; absent without q",
        needs=("list", "start"),
        wireshark=False,
    ),
)

_ASSOCIATION: Final = (
    Fact("dialect", "text", "dialect of its exchange", values=DIALECTS, wireshark=False),
    Fact("mechanism", "text", "mechanism-name agreed, lower case"),
    Fact("state", "text", "where it is in its life", values=LIVES, wireshark=False),
    Fact("overlap", "bool", "it and the set it replaced are both alive", wireshark=False),
    Fact("alg", "text", "integrity algorithm agreed, lower case"),
    Fact("ealg", "text", "encryption algorithm agreed, lower case; null if none"),
    Fact("spi_uc", "int", "SPI of the client's protected client port"),
    Fact("spi_us", "int", "SPI of the client's protected server port"),
    Fact("spi_pc", "int", "SPI of the P-CSCF's protected client port"),
    Fact("spi_ps", "int", "SPI of the P-CSCF's protected server port"),
    Fact("port_uc", "int", "the client's protected client port"),
    Fact("port_us", "int", "the client's protected server port"),
    Fact("port_pc", "int", "the P-CSCF's protected client port"),
    Fact("port_ps", "int", "the P-CSCF's protected server port"),
    Fact(
        "impi",
        "text",
        "username of the registration that made it",
        needs=("protected_part",),
    ),
    Fact(
        "older",
        "association",
        "the set it replaced",
        needs=("start", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "new_keys",
        "bool",
        "its challenge had another RAND than that of the older set; absent if either is unseen",
        needs=("start", "protected_part"),
        wireshark=False,
    ),
)

_FLOW: Final = (
    Fact("dialect", "text", "dialect of its exchange", values=DIALECTS, wireshark=False),
    Fact("spi", "int", "the SPI"),
    Fact(
        "direction",
        "text",
        "which way",
        values=("to-server", "to-client"),
        wireshark=False,
    ),
    Fact(
        "announced",
        "bool",
        "a set of this access, alive when the flow ran, has this SPI this way; absent where an "
        "announcement may have been missed",
        needs=("start", "sets"),
        wireshark=False,
    ),
    Fact("bound_provisionally", "bool", "taken for a set announced in unreadable ESP"),
    Fact("tunnel", "bool", "belongs to IKE or ePDG, not to SIP", wireshark=False),
    Fact("packets", "int", "ESP packets seen"),
    Fact(
        "returns",
        "int",
        "ESP packets the other way between the two",
        needs=("both_directions",),
    ),
    Fact(
        "unanswered",
        "int",
        "packets since the last return of any SA between the two, keep-alives aside",
        needs=("both_directions",),
        wireshark=False,
    ),
    Fact(
        "after_challenge",
        "bool",
        "began after a challenge of this access",
        wireshark=False,
    ),
    Fact(
        "loss",
        "bool",
        "packets are missing from the capture during it",
        wireshark=False,
    ),
    Fact("announced_spi", "int", "SPI that the last challenge announced for this way"),
)

_PAIR: Final = (
    Fact("dialect", "text", "dialect of its exchange", values=DIALECTS, wireshark=False),
    Fact("near", "message", "the message on Gm", needs=("gm", "protected_part")),
    Fact("far", "message", "its forward on Mw", needs=("mw",)),
)

_IDENTITY: Final = (
    Fact(
        "dialect",
        "text",
        "dialect of its last exchange",
        values=DIALECTS,
        wireshark=False,
    ),
    Fact(
        "consecutive_challenges",
        "int",
        "most 401, 407, 421 and 494 in a row within 60 s for one method, without a success "
        "between; those answered by auts, and retransmissions, are not counted",
        needs=("protected_part",),
        wireshark=False,
    ),
    Fact("exempt", "text", "why no agreement is due, as of a message; absent if due"),
    Fact(
        "loss",
        "bool",
        "packets are missing from the capture during it",
        wireshark=False,
    ),
)

_SERVER: Final = (
    Fact("dialect", "text", "dialect of its exchanges", values=DIALECTS, wireshark=False),
    Fact("clients", "int", "clients seen at this first hop", wireshark=False),
    Fact("challenges", "int", "challenges it sent", wireshark=False),
)

_CAPTURE: Final = (
    Fact("dialect", "text", "dialect of most exchanges", values=DIALECTS, wireshark=False),
    Fact("messages", "int", "SIP messages, copies merged", wireshark=False),
    Fact("esp_packets", "int", "ESP packets", wireshark=False),
)

_POLICY: Final = (
    Fact("release", "int", "3GPP release the network claims"),
    Fact("no_ipsec", "bool", "the network does without sec-agree"),
    Fact("conformance_tester", "bool", "one peer is a tester, fuzzer or mock"),
    Fact("quirks", "set[text]", "carrier quirks that lower the rules which name them"),
    Fact(
        "private_algorithms",
        "set[text]",
        "algorithms outside TS 33.203 in use by agreement",
    ),
    Fact("answer_wait", "ms", "silence after a challenge that means something"),
    Fact("challenge_loop", "int", "challenges in a row that make a loop"),
    Fact("esp_one_way", "int", "unanswered ESP packets that make a flow one-way"),
)

POLICY_DEFAULTS: Final[Mapping[str, bool | int | frozenset[str]]] = {
    "release": 17,
    "no_ipsec": False,
    "conformance_tester": False,
    "quirks": frozenset(),
    "private_algorithms": frozenset(),
    "answer_wait": 32_000,
    "challenge_loop": 3,
    "esp_one_way": 3,
}

KINDS: Final[Mapping[str, Mapping[str, Fact]]] = {
    kind: {fact.name: fact for fact in facts}
    for kind, facts in {
        "message": _MESSAGE,
        "mechanism": _MECHANISM,
        "comparison": _COMPARISON,
        "transaction": _TRANSACTION,
        "exchange": _EXCHANGE,
        "association": _ASSOCIATION,
        "flow": _FLOW,
        "pair": _PAIR,
        "identity": _IDENTITY,
        "server": _SERVER,
        "capture": _CAPTURE,
        "policy": _POLICY,
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
