"""What keys, ciphers and secrets show: subjects on which rules fire, and near misses."""

from typing import Any

from tests.rules.fakes import association, exchange, fake, flow, message, response

SET = association(port_uc=61, port_us=62, port_pc=71, port_ps=72)


def incoming(**facts: Any) -> Any:
    """A request of the network to the UE over UDP, from port_pc to port_us."""
    given = {
        "from_client": False,
        "method": "MESSAGE",
        "protection": "esp",
        "transport": "udp",
        "source_port": 71,
        "destination_port": 62,
        "retransmitted": 0,
        "travelled_on": SET,
    }
    return message(**{**given, **facts})


def large(**facts: Any) -> Any:
    """A request in fragments, sent again, and not answered."""
    given = {
        "method": "MESSAGE",
        "protection": "esp",
        "fragmented": True,
        "retransmitted": 2,
        "in_force": association(),
        "response": None,
    }
    return message(**{**given, **facts})


def on_set(**facts: Any) -> Any:
    """A set over its life."""
    given = {"dialect": "ims", "leg": "gm", "mechanism": "ipsec-3gpp", "frames": ((0, 2),)}
    return fake("agreement", **{**given, **facts})


def report(**facts: Any) -> Any:
    """The report of a failed challenge: credentials with its nonce, and no response."""
    given = {"role": "failure-report", "response_empty": True, "aka": True, "method": "REGISTER"}
    return message(**{**given, **facts})


def dereg(**facts: Any) -> Any:
    given = {
        "kind": "deregistration",
        "offer": message(protection="esp"),
        "result": response(200, protection="esp"),
    }
    return exchange(**{**given, **facts})


KEYS_SAMPLES: dict[str, tuple[str, list[Any], list[Any]]] = {
    "PRT-06": (
        "message",
        [incoming(source_port=72), incoming(destination_port=61)],
        [
            incoming(),
            incoming(source_port=72, transport="tcp"),
            incoming(source_port=72, protection="clear"),
            incoming(source_port=72, from_client=True),
        ],
    ),
    "PRT-14": (
        "agreement",
        [on_set(lost_transport="tcp")],
        [on_set()],
    ),
    "PRT-18": ("association", [association(collides=SET)], [association()]),
    "PRT-19": (
        "flow",
        [flow(restarted=2)],
        [flow(restarted=1), flow(restarted=0), flow(restarted=2, tunnel=True)],
    ),
    "PRT-20": (
        "flow",
        [flow(agreed_ealg="aes-cbc", wire_ealg="null")],
        [
            flow(agreed_ealg="aes-cbc"),
            flow(agreed_ealg="null", wire_ealg="null"),
            flow(wire_ealg="null"),
        ],
    ),
    "PRT-21": (
        "flow",
        [flow(late=1, lifetime_known=True)],
        [flow(late=0, lifetime_known=True), flow(late=1, lifetime_known=False), flow(late=1)],
    ),
    "PRT-23": (
        "flow",
        [flow(key_variant="CK and IK the other way round"), flow(keys_fit=False)],
        [flow(), flow(keys_fit=True), flow(keys_fit=False, announced=False)],
    ),
    "PRT-24": (
        "message",
        [large()],
        [
            large(fragmented=False),
            large(retransmitted=0),
            large(response=response(200)),
            large(protection="clear"),
            large(in_force=association(state="temporary")),
        ],
    ),
    "PRT-28": (
        "association",
        [association(kernel_difference="uc>ps: no SA with SPI 0x0000000e")],
        [association()],
    ),
    "AUT-06": (
        "exchange",
        [
            exchange(response_check="wrong"),
            exchange(response_check="other", response_note="computed without qop"),
        ],
        [exchange(), exchange(response_check="right")],
    ),
    "AUT-12": ("exchange", [exchange(resync_ignored="403")], [exchange()]),
    "AUT-14": (
        "message",
        [report()],
        [report(auts="x"), report(role="offer"), report(response_empty=False), report(aka=False)],
    ),
    "DIG-02": (
        "exchange",
        [
            exchange(d_ver_check="wrong", dialect="rfc3329"),
            exchange(d_ver_check="other", dialect="rfc3329"),
        ],
        [exchange(dialect="rfc3329"), exchange(d_ver_check="right", dialect="rfc3329")],
    ),
    "REG-12": (
        "exchange",
        [dereg(result=None), dereg(result=response(200, protection="clear"))],
        [
            dereg(),
            dereg(kind="refresh", result=None),
            dereg(offer=message(protection="clear"), result=None),
        ],
    ),
}
