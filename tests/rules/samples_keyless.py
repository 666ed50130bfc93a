"""Digest, SAs in use and time, as far as no keys are needed: where rules fire, and near misses."""

from typing import Any

from tests.rules.fakes import association, exchange, fake, flow, mechanism, message, response

SERVER = [mechanism(header="server", key="ipsec-3gpp")]
DIGEST = [mechanism(key="digest")]
RFC = {"dialect": "rfc3329"}
SET = association(port_ps=72, impi="a@x")


def answer(**facts: Any) -> Any:
    """The answer to an AKA challenge with qop, as it should be."""
    given = {
        "role": "verify",
        "has_credentials": True,
        "nonce_empty": False,
        "response_empty": False,
        "algorithms": ["akav1-md5"],
        "algorithm_kept": True,
        "mismatched": [],
        "qop": "auth",
        "qop_complete": True,
        "count_repeated": False,
        "since_challenge_ms": 300,
        "challenge": response(401, aka=True, qop="auth", algorithms=["akav1-md5"], cseq=1),
    }
    return message(**{**given, **facts})


def report(**facts: Any) -> Any:
    given = {
        "role": "failure-report",
        "auts": "x",
        "auts_valid": True,
        "response_empty": True,
        "repeats_offer": False,
        "cseq": 2,
    }
    return answer(**{**given, **facts})


def challenged(**facts: Any) -> Any:
    """A run whose 401 was answered."""
    given = {
        "method": "REGISTER",
        "challenge": response(401),
        "unusable": False,
        "answered": True,
        "verify": answer(),
        "offer": message(call_id="1"),
    }
    return exchange(**{**given, **facts})


def restart(**facts: Any) -> Any:
    given = {"call_id": "1", "has_credentials": True, "nonce_empty": True}
    return message(**{**given, **facts})


def protected(**facts: Any) -> Any:
    given = {"protection": "esp-null", "travelled_on": SET, "method": "MESSAGE", "in_dialog": False}
    return message(**{**given, **facts})


def to_client(**facts: Any) -> Any:
    return protected(from_client=False, **facts)


def digest(**facts: Any) -> Any:
    """A request of RFC 3329 with digest credentials and its Security-Verify."""
    given = {
        "role": "verify",
        "has_credentials": True,
        "nonce_empty": False,
        "response_empty": False,
        "verify": DIGEST,
        "algorithms": ["md5"],
        "qop": "auth",
        **RFC,
    }
    return message(**{**given, **facts})


def offered(*algorithms: str) -> Any:
    request = message(client=[mechanism(key="digest", d_alg="sha-256")])
    return response(401, algorithms=list(algorithms), request=request)


def whole(**facts: Any) -> Any:
    given = {
        "dialect": "ims",
        "leg": "gm",
        "mechanism": "ipsec-3gpp",
        "replaced_requests": 0,
        "lingering_requests": 0,
        "lingering_answers": 0,
        "expired_requests": 0,
        "successor_unused": False,
        "frames": ((0, 4),),
    }
    return fake("agreement", **{**given, **facts})


def behind_nat(**facts: Any) -> Any:
    given = {"unanswered": 3, "challenge": response(401, server=SERVER)}
    return exchange(**{**given, "offer": message(behind_nat=True), **facts})


KEYLESS_SAMPLES: dict[str, tuple[str, list[Any], list[Any]]] = {
    "AUT-01": (
        "message",
        [
            response(401, aka=True, aka_nonce=False),
            response(401, aka=True, aka_nonce=False, leg="mw"),
        ],
        [
            response(401, aka=True, aka_nonce=True),
            response(401, aka=False),
            response(200, aka=True, aka_nonce=False),
        ],
    ),
    "AUT-02": (
        "message",
        [response(401, server=SERVER, algorithms=["md5"])],
        [
            response(401, server=SERVER, algorithms=["md5", "akav1-md5"]),
            response(401, server=DIGEST, algorithms=["md5"]),
            response(401, server=SERVER, algorithms=[]),
        ],
    ),
    "AUT-03": (
        "message",
        [answer(algorithm_kept=False)],
        [
            answer(),
            answer(algorithm_kept=False, role="other"),
            answer(algorithm_kept=False, challenge=response(401, aka=False, cseq=1)),
        ],
    ),
    "AUT-04": (
        "message",
        [answer(mismatched=["realm"]), answer(mismatched=["opaque", "uri"], **RFC)],
        [answer(), answer(mismatched=["realm"], role="offer")],
    ),
    "AUT-05": (
        "exchange",
        [
            challenged(verify=answer(has_credentials=False)),
            challenged(answered=False, verify=None, restart=restart()),
            challenged(answered=False, verify=None, restart=restart(has_credentials=False)),
        ],
        [
            challenged(),
            challenged(answered=False, verify=None, restart=restart(call_id="2")),
            challenged(answered=True, verify=None, restart=restart()),
            challenged(unusable=True, answered=False, verify=None, restart=restart()),
            challenged(challenge=response(494), verify=answer(has_credentials=False)),
        ],
    ),
    "AUT-07": (
        "message",
        [message(answers_elsewhere=True)],
        [message(answers_elsewhere=False), message(answers_elsewhere=True, method="MESSAGE")],
    ),
    "AUT-08": (
        "message",
        [message(cseq=2, cseq_before=2), message(cseq=1, cseq_before=2, dialect="draft-00")],
        [message(cseq=3, cseq_before=2), message(cseq=1)],
    ),
    "AUT-09": ("message", [report(auts_valid=False)], [report(), answer()]),
    "AUT-10": (
        "message",
        [
            report(repeats_offer=True),
            report(cseq=3),
            report(travelled_on=association(state="temporary")),
        ],
        [report(), report(travelled_on=association()), answer(repeats_offer=True)],
    ),
    "AUT-11": ("message", [report(response_empty=False)], [report(), answer()]),
    "AUT-13": (
        "message",
        [response(401, nonce_repeated=True)],
        [response(401, nonce_repeated=False), response(401, nonce_repeated=True, leg="mw")],
    ),
    "AUT-15": ("exchange", [exchange(failure_reports=3)], [exchange(failure_reports=2)]),
    "AUT-16": (
        "message",
        [answer(qop_complete=False), answer(qop=None, qop_complete=None)],
        [
            answer(),
            answer(
                qop=None,
                qop_complete=None,
                challenge=response(401, algorithms=["akav1-md5"], cseq=1),
            ),
            report(qop=None, qop_complete=None),
        ],
    ),
    "AUT-17": (
        "message",
        [answer(challenge=response(401, algorithms=["akav1-md5", "akav2-sha-256"]))],
        [answer(), answer(algorithms=["akav2-md5"], challenge=offered("akav1-md5", "akav2-md5"))],
    ),
    "AUT-18": (
        "message",
        [protected(method="REGISTER", username="b@x")],
        [
            protected(method="REGISTER", username="a@x"),
            protected(method="REGISTER", username="b@x", travelled_on=association()),
            protected(username="b@x"),
        ],
    ),
    "AUT-19": (
        "message",
        [answer(since_challenge_ms=240_001)],
        [answer(since_challenge_ms=240_000), answer(since_challenge_ms=None)],
    ),
    "AUT-20": (
        "message",
        [
            response(401, aka=True, leg="mw"),
            response(401, aka=True, ck="masked", leg="mw"),
            response(401, aka=True, ck="masked", ik="", leg="mw"),
        ],
        [
            response(401, aka=True, ck="masked", ik="masked", leg="mw"),
            response(401, aka=True),
            response(401, aka=False, leg="mw"),
        ],
    ),
    "DIG-01": (
        "message",
        [digest()],
        [
            digest(verify=[mechanism(key="digest", d_ver="0" * 32)]),
            digest(protection="tls"),
            digest(verify=[mechanism(key="tls")]),
            digest(has_credentials=False),
            digest(dialect="draft-01"),
        ],
    ),
    "DIG-03": (
        "message",
        [
            digest(verify=[mechanism(key="digest", d_alg="sha-256")]),
            digest(verify=[mechanism(key="digest", d_qop="auth-int")]),
        ],
        [
            digest(),
            digest(verify=[mechanism(key="digest", d_alg="md5", d_qop="auth")]),
            digest(verify=[mechanism(key="digest", d_alg=a) for a in ("sha-256", "md5")]),
            digest(verify=[mechanism(key="tls", d_alg="sha-256")]),
        ],
    ),
    "DIG-04": (
        "message",
        [message(mechanisms=[*DIGEST, mechanism()])],
        [
            message(mechanisms=[*DIGEST, mechanism()], **RFC),
            message(mechanisms=DIGEST),
            message(mechanisms=[mechanism(key="digest", header="verify"), mechanism()]),
        ],
    ),
    "DIG-05": (
        "message",
        [answer(count_repeated=True)],
        [answer(), answer(count_repeated=True, role="offer")],
    ),
    "DIG-06": (
        "message",
        [
            digest(challenge=offered("sha-256", "md5")),
            digest(
                challenge=offered("md5"), verify_against=[mechanism(key="digest", d_alg="sha-256")]
            ),
        ],
        [
            digest(challenge=offered("sha-256", "md5"), algorithms=["sha-256"]),
            digest(challenge=offered("md5")),
            digest(challenge=response(401, algorithms=["sha-256", "md5"], request=message())),
        ],
    ),
    "PRT-05": (
        "message",
        [
            response(200, transport="udp", sa="us>pc", from_client=True),
            response(200, transport="udp", sa="ps>uc"),
        ],
        [
            response(200, transport="udp", sa="pc>us"),
            response(200, transport="tcp", sa="ps>uc"),
            message(transport="udp", sa="us>pc"),
        ],
    ),
    "PRT-08": (
        "message",
        [response(100, request=message(protection="esp"))],
        [
            response(200, request=message()),
            response(200, request=message(protection="ports")),
            response(200, request=message(protection="esp"), protection="esp"),
            response(200, request=message(protection="esp"), leg="mw"),
        ],
    ),
    "PRT-12": (
        "message",
        [protected(route_port=5060)],
        [
            protected(route_port=72),
            protected(),
            protected(route_port=5060, in_dialog=True),
            protected(route_port=5060, method="REGISTER"),
        ],
    ),
    "PRT-13": (
        "message",
        [to_client(hop_via_port=71), to_client(record_route_port=5060)],
        [to_client(hop_via_port=72), to_client(), protected(hop_via_port=71)],
    ),
    "PRT-15": (
        "exchange",
        [behind_nat()],
        [
            behind_nat(unanswered=2),
            behind_nat(offer=message(behind_nat=False)),
            behind_nat(challenge=response(401, server=[mechanism(mod="udp-enc-tun")])),
        ],
    ),
    "PRT-26": (
        "message",
        [
            response(200, strange_set="other", travelled_on=SET),
            response(200, strange_set="abandoned", travelled_on=SET),
        ],
        [response(200, travelled_on=SET)],
    ),
    "PRT-27": (
        "message",
        [response(200, protection="esp-null", request=message())],
        [
            response(200, request=message()),
            response(200, protection="ports", request=message()),
            response(200, protection="esp", request=message(protection="esp")),
        ],
    ),
    "REG-07": (
        "message",
        [message(role="offer", in_force=SET, set_alive=True, new_call_id=False)],
        [
            message(role="offer", in_force=SET, set_alive=False),
            message(role="verify", in_force=SET, set_alive=True),
            message(role="offer", in_force=SET, set_alive=True, protection="ports"),
            message(role="offer", in_force=SET, set_alive=True, emergency=True),
            message(role="offer", set_alive=False),
        ],
    ),
    "PRT-16": (
        "flow",
        [flow(moved=2, moved_to="192.0.2.7", home="192.0.2.1")],
        [
            flow(moved=1, moved_to="192.0.2.7"),
            flow(moved=2, direction="to-client"),
            flow(moved=2, tunnel=True),
        ],
    ),
    "PRT-17": ("agreement", [whole(sets_alive=4)], [whole(sets_alive=3)]),
    "REG-08": ("agreement", [whole(cut_off_tries=2)], [whole(cut_off_tries=1)]),
    "REG-11": (
        "agreement",
        [whole(lost_tries=3, lost_before_s=9, lost_after_refresh=True), whole(lost_tries=3)],
        [whole(lost_tries=2, lost_after_refresh=True), whole(cut_off_tries=3)],
    ),
    "REG-15": (
        "exchange",
        [exchange(began_anew_ms=31_999)],
        [exchange(began_anew_ms=32_000), exchange()],
    ),
    "REG-16": (
        "exchange",
        [
            exchange(kind="refresh", granted_s=3600, since_granted_s=3061),
            exchange(kind="reauthentication", granted_s=1200, since_granted_s=661),
        ],
        [
            exchange(kind="refresh", granted_s=3600, since_granted_s=3060),
            exchange(kind="refresh", granted_s=1200, since_granted_s=660),
            exchange(kind="initial", granted_s=1200, since_granted_s=1100),
            exchange(kind="refresh"),
        ],
    ),
    "REG-09": ("agreement", [whole(lingering_requests=1)], [whole(replaced_requests=2)]),
    "REG-10": (
        "agreement",
        [whole(replaced_requests=2, successor_unused=True)],
        [
            whole(replaced_requests=2),
            whole(replaced_requests=1, successor_unused=True),
            whole(replaced_requests=2, successor_unused=None),
        ],
    ),
    "REG-13": (
        "message",
        [response(401, request=message(expires=0, protection="esp"))],
        [
            response(401, request=message(expires=0)),
            response(401, request=message(expires=600, protection="esp")),
            response(200, request=message(expires=0, protection="esp")),
        ],
    ),
    "TIM-01": (
        "message",
        [answer(since_challenge_ms=32_001)],
        [answer(since_challenge_ms=32_000), answer(since_challenge_ms=240_001)],
    ),
    "TIM-02": (
        "message",
        [message(again_after_ms=500, transport="udp", retransmission=True)],
        [
            message(again_after_ms=2000, transport="udp", retransmission=True),
            message(again_after_ms=500, transport="tcp", retransmission=True),
            message(transport="udp"),
        ],
    ),
    "TIM-03": (
        "exchange",
        [exchange(unanswered_ms=128_000)],
        [exchange(unanswered_ms=127_999), exchange()],
    ),
    "TIM-04": ("agreement", [whole(lingering_answers=1)], [whole(lingering_requests=1)]),
    "TIM-05": (
        "agreement",
        [whole(expired_requests=1)],
        [whole(expired_requests=0), whole(expired_requests=None)],
    ),
}
