"""Stand-ins for the objects that rules judge: every fact absent unless it is given."""

from types import SimpleNamespace
from typing import Any

from analyzer.rules.vocabulary import KINDS

EMPTY_LISTS = ("repeated", "quoted", "short_spis", "old_names", "private_names", "digest_names")
EMPTY_SETS = ("require", "proxy_require", "supported", "unsupported")


def fake(kind: str, /, **facts: Any) -> Any:
    """An object of a kind. Unknown facts are an error of the test."""
    unknown = set(facts) - set(KINDS[kind]) - {"frames"}
    assert not unknown, unknown
    absent = dict.fromkeys(KINDS[kind])
    return SimpleNamespace(**{**absent, "frames": (), **facts})


def mechanism(**facts: Any) -> Any:
    given = {
        "name": "ipsec-3gpp",
        "key": "ipsec-3gpp",
        "header": "client",
        "mediasec": False,
        "complete": True,
        "defects": [],
        "missing_values": [],
        **{name: [] for name in EMPTY_LISTS},
        "mirrored": False,
        "raw": "ipsec-3gpp;alg=hmac-sha-1-96",
    }
    return fake("mechanism", **{**given, **facts})


def message(**facts: Any) -> Any:
    """A clear REGISTER of the UE on Gm, in an IMS exchange, unless told otherwise."""
    given = {
        "dialect": "ims",
        "is_request": True,
        "method": "REGISTER",
        "leg": "gm",
        "protection": "clear",
        "from_client": True,
        "retransmission": False,
        "truncated": False,
        "emergency": False,
        "mechanisms": [],
        "has_credentials": False,
        "names_sec_agree": False,
        "to_far_client": False,
        "frames": ((0, 1),),
        **{name: frozenset() for name in EMPTY_SETS},
    }
    whole = {**given, **facts}
    whole.setdefault("flawed", [m for m in whole["mechanisms"] if m.defects or m.missing_values])
    whole.setdefault("stated", whole["mechanisms"])
    whole.setdefault("stated_lists", [])
    return fake("message", **whole)


def response(code: int, **facts: Any) -> Any:
    given = {"is_request": False, "method": None, "code": code, "from_client": False}
    return message(**{**given, **facts})


def transaction(**facts: Any) -> Any:
    given = {"dialect": "ims", "leg": "gm", "accepted": False, "frames": ((0, 1),)}
    return fake("transaction", **{**given, **facts})


def exchange(**facts: Any) -> Any:
    return fake("exchange", **{"dialect": "ims", "loss": False, "frames": ((0, 9),), **facts})


def association(**facts: Any) -> Any:
    given = {
        "dialect": "ims",
        "mechanism": "ipsec-3gpp",
        "state": "established",
        "overlap": False,
        "spi_uc": 11,
        "spi_us": 12,
        "spi_pc": 13,
        "spi_ps": 14,
        "frames": ((0, 2),),
    }
    return fake("association", **{**given, **facts})


def flow(**facts: Any) -> Any:
    given = {
        "dialect": "ims",
        "direction": "to-server",
        "announced": True,
        "announced_spi": 14,
        "ports_text": "",
        "announced_ports_text": "",
        "spi": 14,
        "bound_provisionally": False,
        "tunnel": False,
        "packets": 3,
        "returns": 0,
        "unanswered": 0,
        "after_challenge": True,
        "loss": False,
        "frames": ((0, 3),),
    }
    return fake("flow", **{**given, **facts})


def comparison(**facts: Any) -> Any:
    given = {"level": "different", "mediasec": False, "edit": "spi-s 1 -> 2"}
    return fake("comparison", **{**given, **facts})


def pair(near: dict[str, Any], far: dict[str, Any], **facts: Any) -> Any:
    """A REGISTER on Gm and its forward on Mw, of one IMPI, unless told otherwise."""
    given = {"dialect": "ims", "frames": ((0, 1), (0, 2)), "same_hop": False}
    return fake(
        "pair",
        near=message(**{"username": "a@x", "in_force": association(impi="a@x"), **near}),
        far=message(**{"username": "a@x", "leg": "mw", **far}),
        **{**given, **facts},
    )
