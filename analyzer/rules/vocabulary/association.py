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
    Fact(
        "collides",
        "association",
        "a live set of the same UE with the same port_uc",
        needs=("protected_part",),
        wireshark=False,
    ),
    Fact(
        "kernel_difference",
        "text",
        "how the SAs of a kernel differ from it; absent where they do not, or none were given",
        wireshark=False,
        withheld="kernel",
    ),
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
        "lost_transport",
        "text",
        "the transport on which no request of the client was answered, two or more, while requests "
        "on the other one were; absent for none",
        needs=("protected_part", "both_directions"),
        values=("udp", "tcp"),
        wireshark=False,
    ),
    Fact(
        "expired_requests",
        "int",
        "requests of the client on it after its registration was over; absent if that is not known",
        needs=("protected_part", "start"),
        wireshark=False,
    ),
    Fact(
        "cut_off_tries",
        "int",
        "tries of the client on it to which nothing more came back, between the challenge that "
        "announced the next set and the first use of that",
        needs=("protected_part", "start", "both_directions", "answer_wait"),
        wireshark=False,
    ),
    Fact(
        "lost_tries",
        "int",
        "tries to which nothing more came back although the registration still held, and then the "
        "first hop answered a new REGISTER",
        needs=("protected_part", "start", "both_directions", "answer_wait"),
        wireshark=False,
    ),
    Fact(
        "lost_after_refresh",
        "bool",
        "the silence began when the registration would have ended without its refreshes; absent "
        "without a silence or a refresh",
        needs=("protected_part", "start", "both_directions", "answer_wait"),
        wireshark=False,
    ),
    Fact(
        "lost_before_s",
        "int",
        "seconds from the first of the lost tries to the end of the registration",
        needs=("protected_part", "start", "both_directions", "answer_wait"),
        wireshark=False,
    ),
    Fact(
        "sets_alive",
        "int",
        "it, and sets before it on which the first hop still sent more than 128 s after the "
        "client had left them and after this one was established",
        needs=("start",),
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
        "ports_text",
        "text",
        "ports of its first packet that could be read, and whose they are, to be put behind its "
        "SPI; empty where none could be read",
        wireshark=False,
    ),
    Fact(
        "announced_ports_text",
        "text",
        "the same of the SA that `announced_spi` belongs to; empty where `ports_text` is",
        wireshark=False,
    ),
    Fact(
        "icv_bad",
        "int",
        "packets whose ICV fits none of the keys there are",
        needs=("keys",),
        wireshark=False,
        withheld="secrets",
    ),
    Fact(
        "keys_fit",
        "bool",
        "an ICV fitted, or none did; absent where there are no keys",
        needs=("keys",),
        wireshark=False,
        withheld="secrets",
    ),
    Fact(
        "key_variant",
        "text",
        "how the keys that fit differ from those that the agreement gives; absent for not at all",
        needs=("keys",),
        wireshark=False,
        withheld="secrets",
    ),
    Fact("agreed_ealg", "text", "encryption that its set agreed on", needs=("list",)),
    Fact(
        "wire_ealg",
        "text",
        "encryption of its packets, where keys or NULL encryption show it",
        wireshark=False,
    ),
    Fact(
        "restarted",
        "int",
        "packets that count their sequence numbers from 1 again, copies aside",
        wireshark=False,
    ),
    Fact("late", "int", "packets after registration and margin ran out", wireshark=False),
    Fact(
        "moved",
        "int",
        "packets from another address than the set was made for, since the last from that one; "
        "an address that has a set with this SPI of its own aside",
        needs=("wire",),
        wireshark=False,
    ),
    Fact("moved_to", "text", "the other address", needs=("wire",), wireshark=False),
    Fact("home", "text", "the address that the set was made for", wireshark=False),
    Fact(
        "lifetime_known",
        "bool",
        "all packets of its set could be read, so no refresh was missed",
        wireshark=False,
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
