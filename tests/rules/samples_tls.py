"""TLS: subjects on which rules fire, and near misses."""

from typing import Any

from tests.rules.fakes import exchange, fake, mechanism, message, response

TLS = mechanism(key="tls", name="tls")
DIGEST = mechanism(key="digest", name="digest")
IPSEC = mechanism()
RFC = {"dialect": "rfc3329"}


def connection(**facts: Any) -> Any:
    """TLS 1.2 with a suite that does what it should."""
    given = {
        "version": 0x0303, "version_name": "TLS 1.2", "offered": 0x0303, "suite": "0xc02f",
        "failed": False, "frames": ((0, 6),),
    }  # fmt: skip
    return fake("connection", **{**given, **facts})


def run(server: list[Any], verify: Any = None, **facts: Any) -> Any:
    """An exchange whose challenge has this list."""
    given = {
        "offer": message(client=[TLS, DIGEST], **RFC),
        "challenge": response(494, server=server, **RFC),
        "verify": verify,
        **RFC,
    }
    return exchange(**{**given, **facts})


def answer(**facts: Any) -> Any:
    return message(**{"role": "verify", "above_tls": False, **RFC, **facts})


def later(**facts: Any) -> Any:
    """A request of a client whose agreement was made inside TLS."""
    given = {"method": "MESSAGE", "above_tls": False, "registered_in_tls": True, **RFC}
    return message(**{**given, **facts})


def moved(**facts: Any) -> Any:
    return later(**{"protection": "tls", "other_tls_connection": True, **facts})


FAILED = connection(failed=True, reason="handshake_failure", version=None)

TLS_SAMPLES: dict[str, tuple[str, list[Any], list[Any]]] = {
    "TLS-01": (
        "exchange",
        [run([TLS], answer()), run([TLS, DIGEST], answer(), best_common=TLS)],
        [
            run([TLS], answer(protection="tls")),
            run([TLS], answer(above_tls=True)),
            run([TLS, DIGEST], answer(), best_common=DIGEST),
            run([TLS, DIGEST], answer(), best_common=TLS, chosen=DIGEST),
            run([TLS], answer(), offer=message(client=[DIGEST], **RFC)),
            run([TLS]),
        ],
    ),
    "TLS-02": (
        "exchange",
        [
            run([TLS], tls=connection(version=0x0302, version_name="TLS 1.1")),
            run([DIGEST, TLS], tls=connection(version=0x0300, version_name="SSL 3.0")),
        ],
        [
            run([TLS], tls=connection()),
            run([TLS], tls=connection(version=0x0304)),
            run([TLS], tls=connection(version=None)),
            run([DIGEST], tls=connection(version=0x0301)),
            run([TLS]),
        ],
    ),
    "TLS-03": (
        "exchange",
        [run([TLS], answer(), tls=FAILED), run([TLS, DIGEST], answer(), tls=FAILED)],
        [
            run([TLS], answer(), tls=connection()),
            run([TLS], answer(protection="tls"), tls=FAILED),
            run([TLS], answer(above_tls=True), tls=FAILED),
            run([TLS], tls=FAILED),
            run([IPSEC], answer(), tls=FAILED),
        ],
    ),
    "TLS-04": (
        "message",
        [later(), later(from_client=False), later(dialect="ims")],
        [
            later(registered_in_tls=False),
            later(protection="tls"),
            later(above_tls=True),
            later(emergency=True),
            later(method="REGISTER"),
            later(is_request=False, code=500),
        ],
    ),
    "TLS-05": (
        "message",
        [moved(), moved(protection="clear", above_tls=True)],
        [
            moved(other_tls_connection=False),
            moved(verify=[TLS]),
            moved(client=[TLS]),
            moved(method="ACK"),
            moved(from_client=False),
        ],
    ),
    "TLS-06": (
        "exchange",
        [
            run([TLS], tls=connection(suite="0x003b", weakness="null")),
            run([TLS], tls=connection(suite="0x0034", weakness="anonymous")),
        ],
        [run([TLS], tls=connection()), run([DIGEST], tls=connection(weakness="null"))],
    ),
}
