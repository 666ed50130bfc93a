"""Facts of an agreement with its SAs, and of ESP one way."""

from typing import Final

from analyzer.rules.vocabulary.fact import Fact
from analyzer.rules.vocabulary.words import DIALECTS, LEGS, LIVES, SAS

ASSOCIATION: Final = (
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
    Fact("used", "bool", "ESP was seen on it", needs=("wire",), wireshark=False),
    Fact(
        "was_established",
        "bool",
        "a registration with it succeeded",
        needs=("protected_part",),
        wireshark=False,
    ),
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

AGREEMENT: Final = (
    Fact("dialect", "text", "dialect of its exchange", values=DIALECTS, wireshark=False),
    Fact("leg", "text", "where it holds", values=LEGS, wireshark=False),
    Fact("mechanism", "text", "mechanism-name agreed, lower case"),
    Fact(
        "echoed",
        "int",
        "requests of the client on its SAs that carry Security-Verify",
        needs=("protected_part",),
        wireshark=False,
    ),
    Fact(
        "unechoed",
        "int",
        "those that should and do not: ACK, CANCEL, PRACK and emergency calls aside",
        needs=("protected_part",),
        wireshark=False,
    ),
    Fact(
        "replaced_requests",
        "int",
        "requests of the client on it more than 32 s after another set took its place",
        needs=("protected_part", "start"),
        wireshark=False,
    ),
    Fact(
        "lingering_requests",
        "int",
        "those more than 128 s after",
        needs=("protected_part", "start"),
        wireshark=False,
    ),
    Fact(
        "lingering_answers",
        "int",
        "those of the lingering ones that were answered",
        needs=("protected_part", "start"),
        wireshark=False,
    ),
    Fact(
        "successor_unused",
        "bool",
        "nothing but the REGISTER that made it was sent on the set that took its place",
        needs=("protected_part", "start"),
        wireshark=False,
    ),
    Fact(
        "expired_requests",
        "int",
        "requests of the client on it after its registration was over; absent if that is not known",
        needs=("protected_part", "start"),
        wireshark=False,
    ),
)

FLOW: Final = (
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
    Fact("sa", "text", "SA its SPI was announced for; absent if for none", values=SAS),
    Fact(
        "ports_of",
        "text",
        "SA whose ports stand in its first packet that could be read",
        needs=("protected_part",),
        values=SAS,
    ),
    Fact(
        "senders_own",
        "bool",
        "its sender announced the SPI, not its receiver; absent if announced for this way",
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
