"""Subjects for the rules about the dialects of 2001 and 2002."""

from typing import Any

from tests.rules.fakes import comparison, exchange, mechanism, message, response, transaction

AGREE = frozenset({"sec-agree"})
CLIENT = [mechanism(key="tls", header="client")]
SERVER = [mechanism(key="tls", header="server", pref="1")]


def listed(dialect: str = "draft-00", **facts: Any) -> Any:
    return message(dialect=dialect, mechanisms=[mechanism(**facts)])


def asked(code: int, request: dict[str, Any], **answer: Any) -> Any:
    given = {"dialect": "draft-00", "role": "offer"}
    return transaction(
        dialect="draft-00",
        demanded=True,
        request=message(**{**given, **request}),
        response=response(code, **answer),
    )


def echo(dialect: str = "draft-00", **facts: Any) -> Any:
    given = {
        "dialect": dialect,
        "role": "verify",
        "verify_against": SERVER,
        "verify": SERVER,
        "comparisons": [],
        "has_credentials": True,
        "enclosed": False,
    }
    return message(**{**given, **facts})


def differs() -> list[Any]:
    return [comparison(kind="changed parameter")]


def run(**facts: Any) -> Any:
    return exchange(**{"dialect": "draft-00", **facts})


def with_via(count: int, asked_with: int, code: int = 494) -> Any:
    request = message(via_count=asked_with)
    return response(
        code, dialect="draft-01", leg="mw", via_count=count, request=request, server=SERVER
    )


SAMPLES: dict[str, tuple[str, list[Any], list[Any]]] = {
    "LEG-01": (
        "message",
        [listed(), listed("arkko-01"), listed("draft-01")],
        [listed("rfc3329"), listed("ims"), message(dialect="draft-00")],
    ),
    "LEG-02": (
        "transaction",
        [
            asked(401, {"client": CLIENT}, supported=AGREE),
            asked(200, {"client": CLIENT}, require=AGREE),
        ],
        [
            asked(401, {"client": CLIENT}),
            asked(401, {"client": CLIENT}, supported=AGREE, server=SERVER),
            asked(401, {}, supported=AGREE),
        ],
    ),
    "LEG-03": (
        "transaction",
        [asked(200, {"method": "MESSAGE"}), asked(421, {})],
        [
            asked(421, {}, require=AGREE),
            asked(200, {"method": "OPTIONS"}),
            asked(200, {"client": CLIENT}),
            asked(200, {"protection": "tls"}),
        ],
    ),
    "LEG-04": (
        "message",
        [echo(verify=None), echo(comparisons=differs()), echo("arkko-01", verify=None)],
        [echo(), echo(verify=None, verify_against=None), echo("arkko-00", verify=None)],
    ),
    "LEG-05": (
        "message",
        [response(494, dialect="draft-00", copied=True, server=CLIENT)],
        [
            response(494, dialect="draft-00", copied=False, server=SERVER),
            response(401, dialect="draft-00", copied=True, server=SERVER),
        ],
    ),
    "LEG-06": (
        "exchange",
        [run(chosen=mechanism(key="digest"), first_common=mechanism(key="tls"))],
        [
            run(chosen=mechanism(key="tls"), first_common=mechanism(key="tls")),
            run(first_common=mechanism(key="tls")),
            run(chosen=mechanism(key="tls")),
        ],
    ),
    "LEG-07": (
        "message",
        [
            listed(header="client", pref="1"),
            listed(header="server"),
            listed(header="server", pref="0", defects=["bad-pref"]),
        ],
        [
            listed(header="client"),
            listed(header="server", pref="2"),
            listed(header="verify", pref="1"),
            listed("draft-01", header="server"),
        ],
    ),
    "LEG-08": ("exchange", [run(far_server="registrar.example.org")], [run()]),
    "LEG-09": (
        "message",
        [
            echo("arkko-00", verify=None),
            echo("arkko-00", comparisons=differs()),
            response(401, dialect="arkko-00", not_offered=["org.iana.sip.ike"]),
        ],
        [
            echo("arkko-00"),
            echo("arkko-01", comparisons=differs()),
            response(401, dialect="arkko-00", not_offered=[]),
            response(401, dialect="arkko-01", not_offered=["org.iana.sip.ike"]),
        ],
    ),
    "LEG-10": ("exchange", [run(mixed="Security-Mechanism with Security-Client")], [run()]),
    "LEG-11": (
        "message",
        [echo(), echo("draft-01")],
        [
            echo(enclosed=True),
            echo(protection="tls"),
            echo(has_credentials=False),
            echo("rfc3329"),
        ],
    ),
    "LEG-12": (
        "exchange",
        [run(first_common=mechanism(key="tls"), tcp_port=5060)],
        [
            run(first_common=mechanism(key="tls"), tcp_port=5061),
            run(first_common=mechanism(key="digest"), tcp_port=5060),
            run(first_common=mechanism(key="tls")),
        ],
    ),
    "LEG-13": (
        "message",
        [with_via(2, 2), with_via(3, 3, 421)],
        [with_via(1, 2), with_via(1, 1), with_via(2, 2, 401)],
    ),
    "LEG-14": (
        "message",
        [message(dialect="draft-00", method="BYE", mechanisms=CLIENT)],
        [
            message(dialect="draft-00", method="BYE"),
            message(dialect="draft-00", method="INVITE", mechanisms=CLIENT),
            message(dialect="rfc3329", method="ACK", mechanisms=CLIENT),
        ],
    ),
}
