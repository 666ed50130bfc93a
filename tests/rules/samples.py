"""Every rule of the book with subjects on which it fires, and near misses on which it is silent."""

from typing import Any

from tests.rules import samples_drafts, samples_media, samples_syntax
from tests.rules.fakes import (
    association,
    comparison,
    exchange,
    fake,
    flow,
    mechanism,
    message,
    pair,
    response,
    transaction,
)
from tests.rules.samples_agreement import AGREEMENT_SAMPLES
from tests.rules.samples_keyless import KEYLESS_SAMPLES
from tests.rules.samples_keys import KEYS_SAMPLES
from tests.rules.samples_tls import TLS_SAMPLES
from tests.rules.samples_traffic import TRAFFIC_SAMPLES

TAGS = {"require": frozenset({"sec-agree"}), "proxy_require": frozenset({"sec-agree"})}
SERVER = [mechanism(header="server", raw="ipsec-3gpp;q=0.1")]
OFFER = [mechanism()]
VERIFY = [mechanism(header="verify")]
REALM = "ims.mnc001.mcc001.3gppnetwork.org"


def listed(**facts: Any) -> Any:
    return message(mechanisms=[mechanism(**facts)])


def verified(**facts: Any) -> Any:
    """A protected REGISTER with a Security-Verify that compares so."""
    return message(
        protection="esp",
        role="verify",
        verify=VERIFY,
        verify_against=SERVER,
        first_protected=True,
        client=OFFER,
        **TAGS,
        comparisons=[comparison(**facts)],
        verify_comparison=comparison(**facts),
    )


def protected(**facts: Any) -> Any:
    """A protected MESSAGE of a registered UE without Security-Verify."""
    given = {
        "method": "MESSAGE",
        "protection": "esp",
        "verify_against": SERVER,
        "first_protected": False,
        "in_force": association(),
    }
    return message(**{**given, **facts})


def clear_verify(**facts: Any) -> Any:
    given = {
        "role": "verify",
        "aka": True,
        "response_empty": False,
        "challenge": response(401, server=SERVER),
    }
    return message(**{**given, **facts})


def no_offer(**facts: Any) -> Any:
    given = {"realm": REALM, "nonce_empty": True, "response": response(401, aka=True)}
    return message(**{**given, **facts})


def refused(code: int, **facts: Any) -> Any:
    return transaction(request=message(client=OFFER, **TAGS), response=response(code, **facts))


def judged(code: int, level: str, accepted: bool, **facts: Any) -> Any:
    """A request with a Security-Verify that compares so, and its answer."""
    kind = "foreign" if level == "different" else None
    request = verified(level=level, kind=kind)
    return transaction(request=request, response=response(code, **facts), accepted=accepted)


def silent(**facts: Any) -> Any:
    given = {"challenge": response(401, server=SERVER), "silence_ms": 32_000}
    return exchange(**{**given, **facts})


def rekeyed(**facts: Any) -> Any:
    given = {"older": association(state="dead"), "new_keys": True}
    return association(**{**given, **facts})


def fallen_back(before: str, outcome: str = "not-used") -> Any:
    offer = message(client=OFFER, **TAGS)
    previous = exchange(outcome=before, method="REGISTER", offer=offer)
    return exchange(registered=True, outcome=outcome, previous=previous)


IN_FORCE = {"in_force": association()}

SAMPLES: dict[str, tuple[str, list[Any], list[Any]]] = {
    "SYN-01": (
        "message",
        [listed(defects=["bad-mechanism"]), listed(defects=["bad-q", "bad-mechanism"])],
        [listed(), listed(defects=["bad-mechanism"], mirrored=True)],
    ),
    "SYN-04": (
        "message",
        [listed(missing_values=["ealg"])],
        [listed(missing_values=[]), listed(missing_values=["ealg"], mediasec=True)],
    ),
    "SYN-06": (
        "message",
        [listed(defects=["bad-q"]), listed(defects=["bad-q"], mediasec=True)],
        [listed(defects=["spi-range"])],
    ),
    "SYN-10": ("message", [listed(defects=["spi-range"])], [listed(defects=["port-range"])]),
    "SYN-13": ("message", [listed(defects=["port-range"])], [listed(defects=["spi-range"])]),
    "OFR-01": (
        "message",
        [message(**TAGS), message(require=frozenset({"sec-agree"}))],
        [
            message(),
            message(client=OFFER, **TAGS),
            message(verify=VERIFY, **TAGS),
            message(protection="ports", **TAGS),
            message(leg="mw", **TAGS),
            message(method="ACK", **TAGS),
            message(exempt="emergency", **TAGS),
            message(retransmission=True, **TAGS),
            message(dialect="draft-01", **TAGS),
        ],
    ),
    "OFR-02": (
        "message",
        [message(client=OFFER)],
        [
            message(client=OFFER, require=frozenset({"sec-agree"})),
            message(client=OFFER, supported=frozenset({"sec-agree"})),
            message(client=[mechanism(mediasec=True)]),
        ],
    ),
    "OFR-13": (
        "message",
        [no_offer(), no_offer(nonce_empty=False), no_offer(response=None)],
        [
            no_offer(client=OFFER),
            no_offer(realm="example.com", response=response(401, aka=True, realm="example.com")),
            no_offer(nonce_empty=False, response=response(401, aka=False)),
            no_offer(role="verify"),
            no_offer(exempt="giba"),
        ],
    ),
    "OFR-14": (
        "message",
        [message(role="offer", pani="3GPP-E-UTRAN-FDD")],
        [
            message(role="offer"),
            message(role="verify", pani="x", protection="esp"),
            message(role="offer", pani="x", protection="ports"),
            message(role="offer", pani="x", emergency=True),
        ],
    ),
    "CHL-02": (
        "message",
        [response(494), response(421, require=frozenset({"sec-agree"}))],
        [response(494, server=SERVER), response(421), response(401)],
    ),
    "CHL-05": (
        "transaction",
        [refused(503), refused(403), refused(406), refused(400, names_sec_agree=True)],
        [
            refused(401),
            refused(420),
            refused(408),
            refused(503, retry_after=5),
            transaction(request=message(), response=response(503)),
            transaction(request=message(client=OFFER, **TAGS)),
        ],
    ),
    "CHL-07": (
        "message",
        [response(401, aka=True, request=message(client=OFFER))],
        [
            response(401, aka=True, request=message(client=OFFER), server=SERVER),
            response(401, aka=True, request=message(client=OFFER), leg="mw"),
            response(401, aka=True, request=message()),
            response(401, aka=False, request=message(client=OFFER)),
        ],
    ),
    "CHL-14": (
        "identity",
        [fake("identity", dialect="ims", consecutive_challenges=3, loss=False)],
        [fake("identity", dialect="ims", consecutive_challenges=2, loss=False)],
    ),
    "CHL-19": (
        "exchange",
        [silent()],
        [
            silent(silence_ms=31_999),
            silent(silence_ms=None),
            silent(challenge=response(401, server=[mechanism(complete=False)])),
            silent(challenge=response(401)),
        ],
    ),
    "VER-01": (
        "message",
        [protected(), protected(method="REGISTER", first_protected=True, in_force=None)],
        [
            protected(verify=VERIFY),
            protected(verify_against=None),
            protected(protection="clear"),
            protected(method="CANCEL"),
            protected(method="REGISTER"),
            protected(verify_against=[mechanism(mediasec=True)]),
        ],
    ),
    "VER-02": ("message", [verified(kind="foreign")], [verified(kind="subset")]),
    "VER-03": ("message", [verified(kind="reordered")], [verified(kind="subset")]),
    "VER-04": ("message", [verified(kind="subset")], [verified(kind="foreign")]),
    "VER-05": (
        "message",
        [verified(kind="changed parameter")],
        [verified(kind="foreign"), verified(level="default-equal")],
    ),
    "VER-06": (
        "message",
        [verified(level="equivalent"), verified(level="default-equal")],
        [verified(level="identical"), verified(kind="foreign")],
    ),
    "VER-07": ("message", [verified(kind="older list")], [verified(kind="subset")]),
    "VER-08": ("message", [verified(kind="duplicated")], [verified(kind="subset")]),
    "VER-10": (
        "transaction",
        [
            judged(200, "different", True),
            transaction(
                request=protected(method="REGISTER", first_protected=True),
                response=response(200),
                accepted=True,
            ),
        ],
        [
            judged(494, "different", False),
            judged(200, "default-equal", True),
            transaction(request=protected(), response=response(200), accepted=True),
        ],
    ),
    "VER-11": (
        "transaction",
        [judged(494, "identical", False), judged(403, "equivalent", False, names_sec_agree=True)],
        [
            judged(494, "different", False),
            judged(494, "default-equal", False),
            judged(403, "identical", False),
            judged(494, "identical", False, server_comparison=comparison()),
        ],
    ),
    "VER-14": (
        "message",
        [message(verify=VERIFY)],
        [
            message(verify=VERIFY, protection="ports"),
            message(verify=[mechanism(key="digest"), mechanism(key="tls")]),
            message(verify=[mechanism(key="sdes-srtp", mediasec=True)]),
            message(),
        ],
    ),
    "PRT-01": (
        "message",
        [clear_verify(), clear_verify(aka=None, verify=VERIFY)],
        [
            clear_verify(protection="ports"),
            clear_verify(auts="x"),
            clear_verify(response_empty=True),
            clear_verify(challenge=response(401)),
            clear_verify(challenge=None),
            clear_verify(role="offer"),
        ],
    ),
    "PRT-03": (
        "flow",
        [flow(announced=False, spi=0)],
        [
            flow(),
            flow(announced=None),
            flow(announced=False, bound_provisionally=True),
            flow(announced=False, tunnel=True),
            flow(announced=False, after_challenge=False),
        ],
    ),
    "PRT-07": (
        "message",
        [message(method="INVITE", from_client=False, **IN_FORCE)],
        [
            message(method="OPTIONS", from_client=False, **IN_FORCE),
            message(method="INVITE", from_client=False),
            message(method="INVITE", from_client=False, in_force=association(state="temporary")),
            message(method="INVITE", from_client=False, protection="ports", **IN_FORCE),
            message(method="INVITE", from_client=False, leg="mw", **IN_FORCE),
        ],
    ),
    "PRT-09": (
        "message",
        [message(method="MESSAGE", **IN_FORCE)],
        [
            message(method="REGISTER", **IN_FORCE),
            message(method="INVITE", emergency=True, **IN_FORCE),
            message(method="MESSAGE", in_force=association(state="dead")),
            message(method="MESSAGE", protection="esp", **IN_FORCE),
        ],
    ),
    "PRT-22": (
        "flow",
        [flow(unanswered=3)],
        [flow(unanswered=2), flow(unanswered=9, direction="to-client")],
    ),
    "PRT-25": (
        "flow",
        [flow(unanswered=2)],
        [flow(unanswered=1), flow(unanswered=3), flow(unanswered=2, returns=1)],
    ),
    "REG-02": (
        "message",
        [
            message(role="offer", protection="esp", client=[mechanism(spi_c=11)], **IN_FORCE),
            message(role="offer", protection="esp", client=[mechanism(spi_s=12)], **IN_FORCE),
        ],
        [
            message(role="offer", protection="esp", client=[mechanism(spi_c=99)], **IN_FORCE),
            message(role="verify", protection="esp", client=[mechanism(spi_c=11)], **IN_FORCE),
            message(role="offer", client=[mechanism(spi_c=11)], **IN_FORCE),
            message(role="offer", protection="esp", client=[mechanism(spi_c=11)]),
        ],
    ),
    "REG-06": (
        "message",
        [protected(method="REGISTER")],
        [
            protected(method="REGISTER", verify=VERIFY),
            protected(method="REGISTER", first_protected=True),
            protected(method="REGISTER", verify_against=None),
        ],
    ),
    "REG-14": (
        "association",
        [rekeyed()],
        [rekeyed(new_keys=False), rekeyed(new_keys=None), rekeyed(spi_us=99), rekeyed(older=None)],
    ),
    "DWN-02": (
        "exchange",
        [exchange(chosen=mechanism(q=100), best_common=mechanism(q=200))],
        [
            exchange(chosen=mechanism(q=200), best_common=mechanism(q=200)),
            exchange(chosen=mechanism(q=None), best_common=mechanism(q=200)),
            exchange(best_common=mechanism(q=200)),
        ],
    ),
    "DWN-06": (
        "exchange",
        [fallen_back("failed"), fallen_back("rejected")],
        [fallen_back("agreed"), fallen_back("failed", "agreed")],
    ),
    "LEAK-01": (
        "message",
        [response(401, ck="00"), response(401, ik=""), response(401, ck="00", exempt="digest")],
        [response(401), response(401, ck="00", ik="00", leg="mw")],
    ),
    "LEAK-02": (
        "message",
        [message(leg="mw", client=OFFER), message(leg="mw", verify=VERIFY, method="PRACK")],
        [message(leg="mw"), message(client=OFFER, **TAGS), response(401, leg="mw", server=SERVER)],
    ),
    "LEAK-03": (
        "message",
        [message(leg="mw", **TAGS), message(leg="mw", method="PRACK", answer_code=420, **TAGS)],
        [message(leg="mw", supported=frozenset({"sec-agree"})), message(client=OFFER, **TAGS)],
    ),
    "LEAK-06": (
        "pair",
        [
            pair({}, {"integrity_protected": "yes"}),
            pair({"protection": "esp"}, {"integrity_protected": "no"}),
            pair({"protection": "esp"}, {}),
            pair({"protection": "esp"}, {"integrity_protected": "yes", "username": "b@x"}),
        ],
        [
            pair({}, {}),
            pair({"protection": "esp"}, {"integrity_protected": "yes"}),
            pair({"protection": "tls"}, {"integrity_protected": "tls-yes"}),
            pair({"method": "INVITE", "protection": "esp"}, {}),
        ],
    ),
    **AGREEMENT_SAMPLES,
    **KEYS_SAMPLES,
    **TRAFFIC_SAMPLES,
    **KEYLESS_SAMPLES,
    **TLS_SAMPLES,
}

for family in (samples_syntax, samples_media, samples_drafts):
    SAMPLES |= family.SAMPLES
