"""Facts of a run of the agreement, and of what stands above single runs."""

from typing import Final

from analyzer.rules.vocabulary.fact import Fact
from analyzer.rules.vocabulary.words import DIALECTS, EXCHANGE_KINDS, OUTCOMES

EXCHANGE: Final = (
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
    Fact(
        "code",
        "int",
        "status code that ended it",
        needs=("both_directions", "protected_part"),
    ),
    Fact(
        "association",
        "association",
        "set that its last challenge announced",
        needs=("list", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "tls",
        "connection",
        "connection of the client with TLS after the last challenge",
        needs=("both_directions",),
        wireshark=False,
    ),
    Fact(
        "restart",
        "message",
        "request with which the client began anew before this run had its result",
        wireshark=False,
    ),
    Fact(
        "began_anew_ms",
        "ms",
        "from its last REGISTER, which waited for a final response, to the REGISTER with which the "
        "client began anew; absent where the transport had failed, for another flow of its own, "
        "and where nothing waited",
        needs=("both_directions",),
        wireshark=False,
    ),
    Fact(
        "granted_s",
        "int",
        "seconds that the registration before it was granted last",
        needs=("protected_part",),
        wireshark=False,
    ),
    Fact(
        "since_granted_s",
        "int",
        "seconds since it was granted",
        needs=("protected_part",),
        wireshark=False,
    ),
    Fact(
        "answered",
        "bool",
        "the client answered its last challenge, be it in ESP that cannot be read",
        needs=("both_directions",),
    ),
    Fact("failure_reports", "int", "reports of a MAC or SQN failure in it"),
    Fact(
        "unanswered_ms",
        "ms",
        "from the answer of the client to the end of the capture or of the exchange; absent if "
        "anything came back",
        needs=("both_directions", "answer_wait"),
        wireshark=False,
    ),
    Fact(
        "unanswered",
        "int",
        "ESP packets on uc>ps of its set since something came back",
        needs=("both_directions", "wire"),
        wireshark=False,
    ),
    Fact(
        "unusable",
        "bool",
        "its last challenge is an AKA 401 that leaves the client without a list it could use",
        needs=("both_directions",),
        wireshark=False,
    ),
    Fact(
        "passed_over",
        "mechanism",
        "element offered with AES and no weaker integrity, where the only element of the server "
        "encrypts nothing",
        needs=("start", "both_directions"),
        wireshark=False,
    ),
    Fact("exempt", "text", "why no agreement is due, as of a message; absent if due"),
    Fact(
        "loss",
        "bool",
        "packets are missing from the capture during it",
        wireshark=False,
    ),
    Fact(
        "response_check",
        "text",
        "the response, computed with the secrets: right, other (right in another way than written)"
        ", wrong",
        needs=("keys",),
        values=("right", "other", "wrong"),
        wireshark=False,
        withheld="secrets",
    ),
    Fact(
        "response_note",
        "text",
        "the other way",
        needs=("keys",),
        wireshark=False,
        withheld="secrets",
    ),
    Fact(
        "d_ver_check",
        "text",
        "d-ver, computed with the secrets, in the same words",
        needs=("keys",),
        values=("right", "other", "wrong"),
        wireshark=False,
        withheld="secrets",
    ),
    Fact(
        "d_ver_note",
        "text",
        "the form of the list it is over",
        needs=("keys",),
        wireshark=False,
        withheld="secrets",
    ),
    Fact(
        "auts_mac",
        "text",
        "the MAC of auts, computed with K",
        values=("right", "wrong"),
        wireshark=False,
        withheld="secrets",
    ),
    Fact(
        "sqn_ahead",
        "int",
        "how far the SQN of the phone is ahead of the network's, as auts says; absent without K",
        wireshark=False,
        withheld="secrets",
    ),
    Fact(
        "resync_ignored",
        "text",
        "what the network did in place of taking auts; absent where it took it",
        needs=("both_directions",),
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
    Fact(
        "first_common",
        "mechanism",
        "first element of the server's list that the client offered too",
        needs=("list", "start"),
        wireshark=False,
    ),
    Fact("mixed", "text", "headers of several dialects in it; absent if of one"),
    Fact("far_server", "text", "host that the server's list names, not the one in first place"),
    Fact("tcp_port", "int", "port of the first hop for the TCP connection after the challenge"),
)

IDENTITY: Final = (
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

SERVER: Final = (
    Fact("dialect", "text", "dialect of its exchanges", values=DIALECTS, wireshark=False),
    Fact(
        "follows_offers",
        "bool",
        "two of its lists differ, each with nothing but what that client had offered, and one with "
        "something that the other client had not",
        wireshark=False,
    ),
    Fact("offers", "list[text]", "the two offers, by mechanism and algorithms", wireshark=False),
    Fact("lists", "list[text]", "its two lists, by mechanism and algorithms", wireshark=False),
    Fact(
        "passed_over",
        "text",
        "algorithms that were offered and that another of its lists has, where its only element is "
        "weaker",
        wireshark=False,
    ),
    Fact("picked", "text", "the algorithms of that only element", wireshark=False),
    Fact(
        "challenges",
        "int",
        "pairs of an offer and a list that differ from one another",
        wireshark=False,
    ),
)

CAPTURE: Final = (
    Fact("dialect", "text", "dialect of most exchanges", values=DIALECTS, wireshark=False),
    Fact("messages", "int", "SIP messages, copies merged", wireshark=False),
    Fact("esp_packets", "int", "ESP packets", wireshark=False),
)
