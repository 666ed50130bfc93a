"""Facts of a TCP connection, and of the TLS on it as far as that travels in clear."""

from typing import Final

from analyzer.rules.vocabulary.fact import Fact

CONNECTION: Final = (
    Fact("version", "int", "of the ServerHello: 769 is TLS 1.0, 771 is 1.2", wireshark=False),
    Fact("version_name", "text", "the same in words", wireshark=False),
    Fact("offered", "int", "highest version in the ClientHello", wireshark=False),
    Fact("suite", "text", "cipher suite of the ServerHello, in hexadecimal", wireshark=False),
    Fact(
        "weakness",
        "text",
        "what its cipher suite lacks; absent for a suite that authenticates and encrypts",
        values=("null", "anonymous", "export"),
        wireshark=False,
    ),
    Fact("failed", "bool", "ended before TLS stood: alert, reset or FIN", wireshark=False),
    Fact("reason", "text", "alert that ended it, or reset, refused, closed", wireshark=False),
)
