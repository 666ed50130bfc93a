"""Facts of a message, of a request with its answer, and of a message at two places."""

from typing import Final

from analyzer.rules.vocabulary.fact import Fact
from analyzer.rules.vocabulary.words import DIALECTS, LEGS, PROTECTIONS, ROLES

MESSAGE: Final = (
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
        values=("udp", "tcp", "tls", "sctp", "ws"),
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
    Fact("call_id", "text", "Call-ID"),
    Fact("via_count", "int", "number of Via values"),
    Fact("via_port", "int", "port of the top Via, 5060 where none is written"),
    Fact(
        "contact_port",
        "int",
        "port of the first Contact, 5060 where none is written; absent for *, a GRUU, a name, or "
        "an address that is not the sender's",
    ),
    Fact("source_port", "int", "port it came from"),
    Fact("destination_port", "int", "port it was sent to"),
    Fact(
        "travelled_on",
        "association",
        "set it travelled on, by SPI, else by ports",
        needs=("start", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "due_on",
        "association",
        "set it travelled on; in the answer to a challenge, where its SPI is of none, the set that "
        "was announced",
        needs=("start", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "above_tls",
        "bool",
        "readable, over TCP, with TLS in its top Via: captured above TLS",
    ),
    Fact(
        "leftover",
        "text",
        "Require or Proxy-Require, where the header has no option tag, or 0 in its place",
    ),
    Fact("has_challenge", "bool", "has WWW-Authenticate or Proxy-Authenticate"),
    Fact(
        "sets_offered",
        "int",
        "sets of SPIs and ports that the complete ipsec-3gpp elements of Security-Client name",
    ),
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
        "stated",
        "list[mechanism]",
        "those of mechanisms that are its sender's own words, not repeated from the server's list",
    ),
    Fact("stated_lists", "list[header]", "its lists, a Security-Verify that only repeats aside"),
    Fact(
        "nat",
        "bool",
        "the address in Via is not the one the request came from",
        needs=("addresses",),
    ),
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
    Fact("digest_uri", "text", "uri of the credentials"),
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
        "refused_by",
        "message",
        "421 or 494 that came just before this request of its exchange",
        needs=("both_directions",),
    ),
    Fact(
        "reuses",
        "association",
        "living set of the same client of which this clear offer names port_uc or an SPI again",
        needs=("start", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "client_comparison",
        "comparison",
        "Security-Client against that which it has to repeat: in the answer to a challenge that of "
        "the offer, in a retransmission that of the first sending",
        needs=("start", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "algorithms_common",
        "bool",
        "an element of Security-Server has mechanism and integrity algorithm in common with the "
        "offer; absent without both lists",
        needs=("both_directions",),
        wireshark=False,
    ),
    Fact(
        "settles_on",
        "mechanism",
        "element of Security-Server that both would start: the highest q that the request offered",
        needs=("both_directions",),
        wireshark=False,
    ),
    Fact(
        "list_before",
        "list[mechanism]",
        "Security-Server that this client got before from this first hop, for the same offer",
        needs=("start", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "list_moved",
        "bool",
        "Security-Server differs from list_before in mechanisms, algorithms, q or their order",
        needs=("start", "protected_part"),
        wireshark=False,
    ),
    Fact(
        "strength_lost",
        "mechanism",
        "element of list_before that is gone and was stronger than all that is left",
        needs=("start", "protected_part"),
        wireshark=False,
    ),
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

TRANSACTION: Final = (
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
    Fact(
        "let_pass",
        "bool",
        "2xx or 101 to 199, in rfc3329 also forwarded, and no challenge with a list",
        needs=("both_directions",),
    ),
)

PAIR: Final = (
    Fact("dialect", "text", "dialect of its exchange", values=DIALECTS, wireshark=False),
    Fact("near", "message", "the message on Gm", needs=("gm", "protected_part")),
    Fact("far", "message", "its forward on Mw, or the same message at another tap of Gm"),
    Fact(
        "same_hop",
        "bool",
        "two taps of one hop, not a message and its forward",
        wireshark=False,
    ),
    Fact(
        "changed",
        "text",
        "the first difference between two Security-* lists that both have, in words; absent if the "
        "lists are equal but for writing",
        wireshark=False,
    ),
    Fact(
        "stripped",
        "text",
        "Security-* headers and sec-agree option tags that one of the two has and the other lacks",
        wireshark=False,
    ),
)
