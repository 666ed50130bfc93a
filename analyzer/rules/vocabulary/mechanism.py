"""Facts of an element of a Security-* list, of a list, and of the comparison of two lists."""

from typing import Final

from analyzer.rules.vocabulary.fact import Fact
from analyzer.rules.vocabulary.words import DIFFERENCES, HEADERS, LEVELS

MECHANISM: Final = (
    Fact("name", "text", "mechanism-name as written"),
    Fact("key", "text", "mechanism-name in lower case"),
    Fact("header", "text", "list it stands in", values=HEADERS),
    Fact("q", "int", "q in thousandths; absent if missing or malformed"),
    Fact("has_q", "bool", "has a q parameter, well formed or not"),
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
    Fact("mediasec_value", "text", "value of the mediasec parameter; absent where it has none"),
    Fact("pref", "text", "pref of draft-00; absent if missing"),
    Fact("complete", "bool", "has all that is needed to start it"),
    Fact(
        "lacks",
        "list[text]",
        "parameters an ipsec-3gpp element needs and has neither itself nor from a complete one",
    ),
    Fact(
        "defects",
        "list[text]",
        "codes of what is wrong in it, each once, without parameter",
    ),
    Fact("missing_values", "list[text]", "parameters that need a value and have none"),
    Fact("repeated", "list[text]", "parameters that it has more than once, lower case"),
    Fact("quoted", "list[text]", "parameters whose token or number stands in quotes"),
    Fact("short_spis", "list[text]", "SPIs whose text is not ten digits long"),
    Fact("old_names", "list[text]", "parameters of RFC 3329 App. A: spi, port1, port2"),
    Fact("private_names", "list[text]", "parameters unknown to TS 33.203 Annex H, lower case"),
    Fact("digest_names", "list[text]", "of its parameters d-alg, d-qop and d-ver"),
    Fact(
        "mirrored",
        "bool",
        "in a Security-Verify: the same defects stand in the server's list",
    ),
    Fact("raw", "text", "the element as written"),
)

HEADER: Final = (
    Fact("header", "text", "which of the lists", values=HEADERS),
    Fact("raw", "text", "its rows joined, as written"),
    Fact("defects", "list[text]", "codes of what is wrong between its elements"),
    Fact("equal_q", "int", "q, in thousandths, that two signalling elements share"),
    Fact("lacks_q", "bool", "several signalling elements, and one without q"),
    Fact(
        "ports_on_last", "bool", "of several ipsec-3gpp elements only the last has SPIs and ports"
    ),
)

COMPARISON: Final = (
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
