"""Offers, challenges, the lists between them: subjects on which rules fire, near misses."""

from typing import Any

from tests.rules.fakes import (
    association,
    comparison,
    exchange,
    fake,
    mechanism,
    message,
    pair,
    response,
    transaction,
)

SEC = frozenset({"sec-agree"})
TAGS = {"require": SEC, "proxy_require": SEC}
OFFER = [mechanism(alg="hmac-sha-1-96", ealg="aes-cbc")]
MEDIA = [mechanism(key="sdes-srtp", mediasec=True)]
SERVER = [mechanism(header="server", raw="ipsec-3gpp;q=0.1")]
VERIFY = [mechanism(header="verify")]
RFC = {"dialect": "rfc3329"}
BARE = ["alg", "spi-c", "spi-s", "port-c", "port-s"]


def offering(client: list[Any], **facts: Any) -> Any:
    return message(**{"role": "offer", "client": client, **facts})


def of(**facts: Any) -> list[Any]:
    return [mechanism(**facts)]


def first_register(**facts: Any) -> Any:
    """An initial REGISTER of an AKA registration with empty credentials, as it should be."""
    given = {
        "role": "offer",
        "aka": True,
        "has_credentials": True,
        "username": "a@x",
        "realm": "x",
        "digest_uri": "sip:x",
        "nonce_empty": True,
        "response_empty": True,
        "response": response(401, aka=True),
    }
    return message(**{**given, **facts})


def let_pass(**facts: Any) -> Any:
    request = message(**{"role": "offer", **TAGS, **facts})
    return transaction(request=request, response=response(200), let_pass=True)


def late(code: int, **facts: Any) -> Any:
    """A run with an offer, after one that offered `before` and was refused."""
    before = exchange(
        outcome="rejected", code=code, method="REGISTER", offer=message(**facts, role="offer")
    )
    return exchange(method="REGISTER", previous=before, offer=message(client=OFFER, role="offer"))


def restarted(**facts: Any) -> Any:
    given = {"call_id": "1", "nonce_empty": True, "has_credentials": True}
    return exchange(
        unusable=True, offer=message(call_id="1"), restart=message(**{**given, **facts})
    )


def echoing(**spis: int) -> Any:
    """A 401 whose list has these SPIs; those of the client are 11 and 12."""
    request = message(client=of(spi_c=11, spi_s=12))
    return response(401, request=request, server=of(header="server", **spis))


def rekeyed(used: bool, **facts: Any) -> Any:
    older = association(state="dead", used=used)
    return association(**{"older": older, "new_keys": True, **facts})


AGREEMENT_SAMPLES: dict[str, tuple[str, list[Any], list[Any]]] = {
    "OFR-03": (
        "message",
        [
            message(client=OFFER, require=SEC),
            message(client=OFFER, proxy_require=SEC),
            message(client=OFFER, supported=SEC),
        ],
        [
            message(client=OFFER, **TAGS),
            message(client=OFFER),
            message(client=MEDIA, require=SEC),
            message(client=OFFER, require=SEC, dialect="draft-01"),
            message(client=OFFER, require=SEC, protection="ports"),
        ],
    ),
    "OFR-04": (
        "message",
        [offering(of(lacks=["port-s"])), offering([*OFFER, *of(lacks=BARE)])],
        [
            offering(of(lacks=[])),
            offering(of(lacks=["port-s"]), **RFC),
            offering(of(lacks=["port-s"]), role="verify"),
            offering(of(lacks=BARE, defects=["bad-mechanism"])),
        ],
    ),
    "OFR-05": (
        "message",
        [offering(OFFER, sets_offered=2)],
        [offering(OFFER, sets_offered=1), offering(OFFER, sets_offered=2, role="verify")],
    ),
    "OFR-06": (
        "message",
        [offering(OFFER, protection="tls", **RFC), offering(OFFER, above_tls=True, **RFC)],
        [
            offering(OFFER, **RFC),
            offering(MEDIA, protection="tls", **RFC),
            offering(OFFER, protection="tls", verify=VERIFY, **RFC),
            offering(OFFER, protection="tls", refused_by=response(494), **RFC),
            offering(OFFER, protection="tls"),
        ],
    ),
    "OFR-07": (
        "message",
        [offering(OFFER, via_count=2), message(via_count=3, **TAGS, **RFC)],
        [
            offering(OFFER, via_count=1),
            offering(OFFER, via_count=2, leg="mw"),
            message(via_count=2),
            message(via_count=2, verify=VERIFY, **TAGS),
            offering(OFFER, via_count=2, protection="ports"),
        ],
    ),
    "OFR-08": (
        "message",
        [
            message(role="offer", nonce_empty=True, has_credentials=True, verify=VERIFY),
            message(role="offer", verify=VERIFY),
        ],
        [
            message(role="offer", nonce_empty=False, has_credentials=True, verify=VERIFY),
            message(role="offer", verify=MEDIA),
            message(role="offer", verify=VERIFY, protection="ports"),
        ],
    ),
    "OFR-09": (
        "message",
        [message(role="retransmission", client=OFFER, client_comparison=comparison())],
        [
            message(role="retransmission", client_comparison=comparison(level="equivalent")),
            message(role="offer", client_comparison=comparison()),
            message(role="retransmission", client_comparison=comparison(), retransmission=True),
        ],
    ),
    "OFR-10": (
        "message",
        [offering(OFFER, reuses=association())],
        [
            offering(OFFER),
            offering(OFFER, reuses=association(), protection="esp"),
            offering(of(mod="udp-enc-tun"), reuses=association()),
        ],
    ),
    "OFR-11": (
        "message",
        [
            offering(of(alg="hmac-md5-96", ealg="aes-cbc")),
            offering(of(alg="hmac-sha-1-96")),
            offering([*of(ealg="null"), *of(ealg="des-ede3-cbc"), *MEDIA]),
        ],
        [offering(OFFER), offering([*of(ealg="null"), *OFFER]), offering(of(key="tls"))],
    ),
    "OFR-12": (
        "message",
        [offering(of(alg="hmac-md5-96"))],
        [
            offering(OFFER),
            offering(of(alg="null", ealg="aes-gcm")),
            offering(of(key="digest")),
            offering([*of(alg="hmac-md5-96"), *OFFER]),
        ],
    ),
    "OFR-15": (
        "message",
        [
            first_register(has_credentials=False, aka=None, username=None, nonce_empty=None),
            first_register(username=None),
            first_register(digest_uri=None),
            first_register(response_empty=False),
        ],
        [
            first_register(),
            first_register(nonce_empty=False, response_empty=False),
            first_register(has_credentials=False, aka=None, response=response(401, aka=False)),
            first_register(username=None, in_force=association()),
            first_register(username=None, role="verify"),
        ],
    ),
    "OFR-16": (
        "exchange",
        [late(403), late(406)],
        [late(421), late(494), late(403, client=OFFER)],
    ),
    "CHL-01": (
        "transaction",
        [let_pass(), let_pass(**RFC)],
        [
            transaction(request=message(role="offer", **TAGS), let_pass=False),
            let_pass(role="verify"),
            let_pass(verify=VERIFY),
            let_pass(protection="ports"),
            let_pass(require=frozenset(), proxy_require=frozenset()),
            let_pass(exempt="emergency"),
        ],
    ),
    "CHL-03": (
        "message",
        [response(421, server=SERVER, request=message(), **RFC)],
        [
            response(421, server=SERVER, request=message(), require=SEC, **RFC),
            response(494, server=SERVER, request=message(**TAGS), **RFC),
            response(421, request=message(), **RFC),
            response(421, server=SERVER, **RFC),
        ],
    ),
    "CHL-04": (
        "message",
        [
            response(421, server=SERVER, request=message(supported=SEC), **RFC),
            response(494, request=message(), **RFC),
        ],
        [
            response(421, server=SERVER, request=message(), **RFC),
            response(494, request=message(proxy_require=SEC), **RFC),
            response(421, request=message(**TAGS), **RFC),
            response(494, request=message(verify=VERIFY), **RFC),
            response(494, **RFC),
        ],
    ),
    "CHL-06": (
        "message",
        [response(420, unsupported=SEC)],
        [response(420), response(421, unsupported=SEC), response(420, unsupported=SEC, leg="mw")],
    ),
    "CHL-08": (
        "message",
        [
            response(401, server=of(lacks=["port-s"])),
            response(401, server=[*of(lacks=BARE), *MEDIA]),
        ],
        [
            response(401, server=[*of(lacks=["port-s"]), *of(lacks=[])]),
            response(494, server=of(lacks=BARE)),
            response(401, server=of(key="tls", lacks=[])),
        ],
    ),
    "CHL-09": (
        "message",
        [response(494, server=of(lacks=BARE)), response(421, server=of(lacks=BARE[1:]))],
        [
            response(494, server=of(lacks=["port-s"])),
            response(401, server=of(lacks=BARE)),
            response(494, server=of(key="tls", lacks=[])),
        ],
    ),
    "CHL-10": (
        "server",
        [fake("server", dialect="rfc3329", follows_offers=True, lists=["tls"], offers=["tls"])],
        [fake("server", dialect="rfc3329", follows_offers=False)],
    ),
    "CHL-11": (
        "message",
        [echoing(spi_c=11, spi_s=99), echoing(spi_c=99, spi_s=11)],
        [echoing(spi_c=98, spi_s=99), response(401, server=SERVER)],
    ),
    "CHL-12": (
        "message",
        [response(401, server=SERVER, algorithms_common=False)],
        [
            response(401, server=SERVER, algorithms_common=True),
            response(401, server=SERVER),
            response(200, server=SERVER, algorithms_common=False),
        ],
    ),
    "CHL-13": (
        "message",
        [response(401, server=SERVER, list_before=SERVER, list_moved=True)],
        [response(401, server=SERVER, list_before=SERVER, list_moved=False), response(401)],
    ),
    "CHL-15": (
        "message",
        [
            response(494, server=SERVER, request=message(via_count=2), **RFC),
            response(494, server=SERVER, request=message(via_count=2), leg="unknown", **RFC),
        ],
        [
            response(494, server=SERVER, request=message(via_count=1), **RFC),
            response(502, request=message(via_count=2), **RFC),
            response(494, server=SERVER, request=message(via_count=2), leg="mw", **RFC),
            response(421, request=message(via_count=2), **RFC),
        ],
    ),
    "CHL-16": (
        "message",
        [response(494, settles_on=mechanism(key="digest"), has_challenge=False, **RFC)],
        [
            response(494, settles_on=mechanism(key="digest"), has_challenge=True, **RFC),
            response(494, settles_on=mechanism(key="tls"), has_challenge=False, **RFC),
            response(494, settles_on=mechanism(key="digest"), has_challenge=False),
        ],
    ),
    "CHL-17": (
        "message",
        [
            response(401, request=message(protection="esp")),
            response(401, protection="esp-null", request=message()),
        ],
        [
            response(401, request=message()),
            response(401, protection="esp", request=message(protection="esp-null")),
            response(401, protection="ports", request=message(protection="ports")),
            response(401),
        ],
    ),
    "CHL-18": (
        "association",
        [rekeyed(True), rekeyed(False, spi_uc=98)],
        [
            rekeyed(False),
            rekeyed(True, spi_ps=99),
            rekeyed(True, new_keys=False),
            rekeyed(True, older=None),
        ],
    ),
    "CHL-20": (
        "exchange",
        [restarted(), restarted(nonce_empty=None, has_credentials=False)],
        [
            restarted(call_id="2"),
            restarted(nonce_empty=False),
            restarted(protection="esp"),
            exchange(unusable=False, offer=message(call_id="1"), restart=message(call_id="1")),
            exchange(unusable=True, offer=message(call_id="1")),
        ],
    ),
    "CHL-21": (
        "message",
        [message(refused_by=response(494, server=SERVER))],
        [
            message(refused_by=response(494, server=SERVER), client=OFFER),
            message(refused_by=response(494, server=SERVER), verify=VERIFY),
            message(refused_by=response(421)),
            message(refused_by=response(494, server=SERVER), protection="tls"),
            message(),
        ],
    ),
    "DWN-01": (
        "message",
        [response(401, server=SERVER, list_before=OFFER, list_moved=True, strength_lost=OFFER[0])],
        [response(401, server=SERVER, list_before=OFFER, list_moved=True)],
    ),
    "DWN-03": (
        "exchange",
        [exchange(passed_over=OFFER[0], challenge=response(401, server=SERVER))],
        [exchange(challenge=response(401, server=SERVER))],
    ),
    "DWN-10": (
        "server",
        [fake("server", dialect="ims", passed_over="aes-cbc", picked="null")],
        [fake("server", dialect="ims", challenges=2)],
    ),
    "DWN-04": (
        "pair",
        [pair({}, {"leg": "gm"}, same_hop=True, changed="x")],
        [pair({}, {}, same_hop=False, changed="x"), pair({}, {"leg": "gm"}, same_hop=True)],
    ),
    "DWN-05": (
        "pair",
        [pair({}, {"leg": "gm"}, same_hop=True, stripped="Security-Client")],
        [pair({}, {}, same_hop=False, stripped="x"), pair({}, {"leg": "gm"}, same_hop=True)],
    ),
    "DWN-09": (
        "message",
        [
            response(494, server=[*of(key="digest"), *of(key="tls")], **RFC),
            response(421, server=[*of(key="digest", d_alg="md5"), *of(key="tls")], **RFC),
            response(494, server=[*of(key="x-own"), *of(key="tls")], **RFC),
        ],
        [
            response(494, server=of(key="digest"), **RFC),
            response(494, server=[*of(key="digest", d_alg="sha-256"), *of(key="tls")], **RFC),
            message(server=[*of(key="digest"), *of(key="tls")], **RFC),
        ],
    ),
}
