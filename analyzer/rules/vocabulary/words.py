"""The words that a text of the vocabulary may be."""

from typing import Final

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
SAS: Final = ("uc>ps", "pc>us", "us>pc", "ps>uc")
HEADERS: Final = ("client", "server", "verify")
