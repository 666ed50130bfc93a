"""Subjects for the rules about media security."""

from typing import Any

from tests.rules.fakes import comparison, exchange, mechanism, message, response, transaction

SDES = mechanism(key="sdes-srtp", mediasec=True)
IPSEC = mechanism()
TAG = frozenset({"mediasec"})


def listed(**facts: Any) -> Any:
    return message(mechanisms=[mechanism(**facts)])


def run(code: int, **verify: Any) -> Any:
    given = {"role": "verify", "has_credentials": True, "client": [IPSEC]}
    answer = message(**{**given, **verify})
    dialect = "rfc3329" if code == 494 else "ims"
    return exchange(
        dialect=dialect,
        offer=message(client=[IPSEC, SDES]),
        challenge=response(code),
        verify=answer,
    )


def echo(**facts: Any) -> Any:
    given = {"role": "verify", "verify_against": [IPSEC, SDES], "verify": [IPSEC]}
    return message(**{**given, **facts})


def compared(**facts: Any) -> Any:
    given = {"mediasec": True, "kind": "duplicated"}
    return message(verify=[SDES], comparisons=[comparison(**{**given, **facts})])


def call(answer: dict[str, Any], **request: Any) -> Any:
    asked = {"method": "INVITE", "media_agreed": ["sdes-srtp"], "has_crypto": False, **request}
    given = {"audio_transport": "rtp/avp", "has_crypto": False}
    return transaction(request=message(**asked), response=response(200, **{**given, **answer}))


def invite(**facts: Any) -> Any:
    return message(**{"method": "INVITE", "media_agreed": [], **facts})


def unanswered(**facts: Any) -> Any:
    given = {"offer": message(client=[SDES], require=TAG), "result": response(200)}
    return exchange(**{**given, **facts})


SAMPLES: dict[str, tuple[str, list[Any], list[Any]]] = {
    "MED-01": (
        "message",
        [listed(key="sdes-srtp"), listed(key="dtls-srtp", header="server")],
        [listed(key="sdes-srtp", mediasec=True), listed(key="tls")],
    ),
    "MED-02": (
        "message",
        [message(client=[SDES]), message(client=[SDES], require=TAG)],
        [message(client=[SDES], require=TAG, proxy_require=TAG), message(client=[IPSEC])],
    ),
    "MED-03": (
        "exchange",
        [run(401), run(401, client=None)],
        [run(401, client=[SDES]), run(494), run(401, has_credentials=False)],
    ),
    "MED-04": ("exchange", [run(494, client=[SDES])], [run(494), run(401, client=[SDES])]),
    "MED-05": (
        "message",
        [echo(), echo(verify=None), echo(method="INVITE")],
        [echo(verify=[IPSEC, SDES]), echo(verify_against=[IPSEC]), echo(method="MESSAGE")],
    ),
    "MED-06": (
        "message",
        [compared()],
        [compared(kind="subset"), compared(mediasec=False), compared(level="identical", kind=None)],
    ),
    "MED-07": (
        "message",
        [listed(key="tls", mediasec=True)],
        [listed(key="tls"), listed(key="msrp-tls", mediasec=True)],
    ),
    "MED-08": (
        "transaction",
        [call({}), call({}, e2ae="requested"), call({}, has_crypto=True)],
        [
            call({"audio_transport": "rtp/savp"}),
            call({"has_crypto": True}),
            call({"e2ae": "applied"}),
            call({}, media_agreed=["msrp-tls"]),
            call({}, media_agreed=None),
        ],
    ),
    "MED-09": (
        "message",
        [invite(e2ae="requested"), invite(e2ae="")],
        [
            invite(),
            invite(e2ae="requested", media_agreed=["sdes-srtp"]),
            invite(e2ae="requested", media_agreed=None),
        ],
    ),
    "MED-10": (
        "message",
        [
            invite(has_crypto=True, media_agreed=["sdes-srtp"]),
            invite(has_crypto=True, mechanisms=[SDES]),
        ],
        [
            invite(has_crypto=True),
            invite(has_crypto=True, media_agreed=["sdes-srtp"], protection="esp"),
            invite(has_crypto=True, media_agreed=["sdes-srtp"], protection="ports"),
            invite(media_agreed=["sdes-srtp"], has_crypto=False),
        ],
    ),
    "MED-11": (
        "message",
        [listed(key="sdes-srtp", mediasec=True, mediasec_value="yes")],
        [listed(key="sdes-srtp", mediasec=True)],
    ),
    "MED-12": (
        "exchange",
        [unanswered(), unanswered(challenge=response(401, server=[IPSEC]))],
        [
            unanswered(result=response(200, server=[SDES])),
            unanswered(challenge=response(401, server=[SDES])),
            unanswered(result=response(420)),
            unanswered(offer=message(client=[SDES])),
        ],
    ),
}
