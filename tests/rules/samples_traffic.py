"""Protected requests, renewals and what leaves Gm: subjects on which rules fire, near misses."""

from typing import Any

from tests.rules.fakes import (
    association,
    comparison,
    exchange,
    fake,
    flow,
    mechanism,
    message,
    response,
    transaction,
)

SEC = frozenset({"sec-agree"})
TAGS = {"require": SEC, "proxy_require": SEC}
VERIFY = [mechanism(header="verify")]
MEDIA = [mechanism(key="sdes-srtp", mediasec=True)]
SET = association(port_uc=61, port_us=62, port_pc=71, port_ps=72)


def answering(**facts: Any) -> Any:
    """The first protected REGISTER on the ports of its set."""
    given = {
        "protection": "esp-null",
        "role": "verify",
        "first_protected": True,
        "client": [mechanism(port_s=62)],
        "verify": VERIFY,
        "source_port": 61,
        "destination_port": 72,
        "via_port": 62,
        "contact_port": 62,
        "transport": "udp",
        "due_on": SET,
        "travelled_on": SET,
        **TAGS,
    }
    return message(**{**given, **facts})


def renewing(client: list[Any] | None, **facts: Any) -> Any:
    """A re-REGISTER on the set in use."""
    given = {"protection": "esp", "role": "offer", "in_force": SET}
    return message(**{**given, "client": client, **facts})


def mismatched(code: int, level: str = "different", **facts: Any) -> Any:
    one = comparison(level=level)
    request = message(role="verify", verify=VERIFY, comparisons=[one], verify_comparison=one)
    request.dialect = facts.pop("dialect", "ims")
    return transaction(request=request, response=response(code, **facts), dialect=request.dialect)


def renewed(kind: str = "reauthentication", old: bool = True, **ports: int) -> Any:
    older = association(port_pc=71, port_ps=72, was_established=old)
    given = {"port_pc": 73, "port_ps": 72, **ports}
    return exchange(kind=kind, association=association(older=older, **given))


def agreement(echoed: int, unechoed: int) -> Any:
    return fake(
        "agreement",
        dialect="ims",
        leg="gm",
        mechanism="ipsec-3gpp",
        echoed=echoed,
        unechoed=unechoed,
        frames=((0, 4),),
    )


TRAFFIC_SAMPLES: dict[str, tuple[str, list[Any], list[Any]]] = {
    "VER-09": (
        "message",
        [answering(proxy_require=frozenset()), answering(require=frozenset({"path"}))],
        [
            answering(),
            answering(require=frozenset(), verify=MEDIA),
            answering(require=frozenset(), method="ACK"),
            answering(require=frozenset(), leg="mw"),
        ],
    ),
    "VER-12": (
        "message",
        [answering(client_comparison=comparison())],
        [
            answering(client_comparison=comparison(level="default-equal")),
            answering(client_comparison=comparison(), role="failure-report"),
            answering(),
        ],
    ),
    "VER-13": (
        "message",
        [answering(client=None)],
        [
            answering(),
            answering(client=None, verify=MEDIA),
            answering(client=None, first_protected=False),
            answering(client=None, dialect="rfc3329"),
        ],
    ),
    "VER-15": ("agreement", [agreement(1, 1)], [agreement(0, 2), agreement(2, 0)]),
    "VER-16": (
        "message",
        [
            message(from_client=False, require=SEC),
            message(from_client=False, verify=VERIFY),
        ],
        [
            message(from_client=False),
            message(require=SEC),
            message(from_client=False, require=SEC, leg="mw"),
            message(from_client=False, require=SEC, method="ACK"),
        ],
    ),
    "VER-17": (
        "transaction",
        [mismatched(403), mismatched(480)],
        [mismatched(494), mismatched(401), mismatched(403, "equivalent"), mismatched(500)],
    ),
    "PRT-02": (
        "message",
        [answering(source_port=62), answering(destination_port=5060)],
        [
            answering(),
            answering(method="MESSAGE", source_port=62),
            answering(source_port=62, due_on=None),
            answering(source_port=62, protection="ports"),
        ],
    ),
    "PRT-04": (
        "flow",
        [
            flow(announced=False, senders_own=True),
            flow(sa="uc>ps", ports_of="us>pc"),
        ],
        [
            flow(sa="uc>ps", ports_of="uc>ps"),
            flow(sa="uc>ps"),
            flow(announced=False, senders_own=False),
            flow(announced=False, senders_own=True, bound_provisionally=True),
            flow(announced=False, senders_own=True, after_challenge=False),
        ],
    ),
    "PRT-10": (
        "message",
        [answering(contact_port=61), answering(contact_port=5060, method="INVITE")],
        [
            answering(),
            answering(contact_port=None),
            answering(contact_port=61, method="MESSAGE"),
            answering(contact_port=64, client=[mechanism(port_s=64)]),
        ],
    ),
    "PRT-11": (
        "message",
        [answering(via_port=61), answering(via_port=5060, method="MESSAGE")],
        [
            answering(),
            answering(via_port=61, transport="tcp"),
            answering(via_port=61, from_client=False),
            answering(via_port=61, protection="clear"),
        ],
    ),
    "REG-01": (
        "message",
        [renewing(None), renewing(None, expires=0)],
        [
            renewing([mechanism()]),
            renewing(None, role="verify"),
            renewing(None, protection="clear"),
            renewing(None, in_force=association(state="temporary")),
        ],
    ),
    "REG-03": (
        "message",
        [renewing([mechanism(port_s=63)])],
        [
            renewing([mechanism(port_s=62)]),
            renewing([mechanism(port_s=63)], protection="clear"),
            renewing([mechanism()]),
        ],
    ),
    "REG-04": (
        "message",
        [renewing([mechanism(port_c=61)])],
        [
            renewing([mechanism(port_c=63)]),
            renewing([mechanism(port_c=61)], role="verify"),
            renewing([mechanism(port_c=61)], in_force=association(port_uc=61, state="old")),
        ],
    ),
    "REG-05": (
        "exchange",
        [renewed(port_pc=71), renewed(port_ps=74)],
        [
            renewed(),
            renewed("initial", port_pc=71),
            renewed(old=False, port_pc=71),
            exchange(kind="refresh"),
        ],
    ),
    "DWN-07": (
        "association",
        [association(alg="hmac-md5-96", ealg="null"), association(alg="x", ealg="des-ede3-cbc")],
        [
            association(alg="hmac-sha-1-96", ealg="null"),
            association(alg="hmac-md5-96", ealg="null", state="temporary"),
        ],
    ),
    "DWN-08": (
        "transaction",
        [mismatched(494, server_comparison=comparison(level="identical"), dialect="rfc3329")],
        [
            mismatched(494, server_comparison=comparison(), dialect="rfc3329"),
            mismatched(494, dialect="rfc3329"),
            mismatched(494, "equivalent", server_comparison=comparison(level="identical")),
            mismatched(403, server_comparison=comparison(level="identical"), dialect="rfc3329"),
        ],
    ),
    "LEAK-04": (
        "message",
        [message(leftover="Require", leg="mw"), message(leftover="Proxy-Require")],
        [message(leg="mw"), response(200, leftover="Require")],
    ),
    "LEAK-05": (
        "message",
        [message(integrity_protected="no"), message(integrity_protected="yes", exempt="giba")],
        [message(integrity_protected="yes", leg="mw"), message()],
    ),
    "LEAK-07": (
        "message",
        [response(401, server=VERIFY, leg="mw")],
        [response(401, server=VERIFY), response(401, leg="mw")],
    ),
    "LEAK-08": (
        "message",
        [
            message(leg="mw", mechanisms=MEDIA),
            message(leg="mw", require=frozenset({"mediasec"})),
        ],
        [
            message(leg="mw", mechanisms=VERIFY),
            message(mechanisms=MEDIA),
            response(401, leg="mw", mechanisms=MEDIA),
        ],
    ),
}
