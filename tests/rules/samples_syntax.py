"""Subjects for the rules about one header in one message."""

from typing import Any

from tests.rules.fakes import fake, mechanism, message, response

TAGS = {"require": frozenset({"sec-agree"}), "proxy_require": frozenset({"sec-agree"})}


def listed(dialect: str = "ims", **facts: Any) -> Any:
    return message(dialect=dialect, mechanisms=[mechanism(**facts)])


def with_list(dialect: str = "ims", **facts: Any) -> Any:
    given = {"header": "server", "raw": "tls;q=0.1", "defects": [], "lacks_q": False}
    whole = fake("header", **{**given, "ports_on_last": False, **facts})
    return response(401, dialect=dialect, stated_lists=[whole])


def bearing(code: int, dialect: str = "ims", media: bool = False) -> Any:
    one = mechanism(header="server", mediasec=media)
    return response(code, dialect=dialect, server=[one], mechanisms=[one])


SAMPLES: dict[str, tuple[str, list[Any], list[Any]]] = {
    "SYN-02": (
        "message",
        [
            with_list(defects=["empty-element", "trailing-comma"]),
            with_list(defects=["empty-element"]),
        ],
        [with_list(), with_list(defects=["fold-in-token"])],
    ),
    "SYN-03": (
        "message",
        [listed(defects=["duplicate-param"]), listed(defects=["duplicate-param"], mediasec=True)],
        [listed(), listed(defects=["duplicate-param"], mirrored=True)],
    ),
    "SYN-05": (
        "message",
        [listed(defects=["quoted-token"], quoted=["alg"])],
        [listed(defects=["quoted-token"], mirrored=True), listed(defects=["d-ver-format"])],
    ),
    "SYN-07": (
        "message",
        [with_list(equal_q=100), with_list("rfc3329", header="verify", equal_q=0)],
        [with_list(), with_list(header="client", equal_q=100)],
    ),
    "SYN-08": (
        "message",
        [listed(has_q=True), listed("rfc3329", has_q=True)],
        [listed(has_q=False), listed(header="server", has_q=True), listed("draft-01", has_q=True)],
    ),
    "SYN-09": (
        "message",
        [with_list(lacks_q=True)],
        [with_list(), with_list(header="client", lacks_q=True)],
    ),
    "SYN-11": (
        "message",
        [listed(spi_c=255), listed(spi_s=0, spi_c=4096)],
        [listed(spi_c=256, spi_s=257), listed(), listed(key="tls", spi_c=1)],
    ),
    "SYN-12": ("message", [listed(short_spis=["1001"])], [listed(short_spis=[])]),
    "SYN-14": (
        "message",
        [listed(port_c=5060, port_s=6000), listed(port_s=5061)],
        [listed(port_c=5062, port_s=5064), listed(key="tls", port_c=5060)],
    ),
    "SYN-15": (
        "message",
        [listed(spi_c=4096, spi_s=4096)],
        [listed(spi_c=4096, spi_s=4097), listed(spi_c=4096), listed()],
    ),
    "SYN-16": (
        "message",
        [listed(port_c=5100, port_s=5100)],
        [listed(port_c=5100, port_s=6100), listed(port_s=6100), listed()],
    ),
    "SYN-17": (
        "message",
        [listed(alg="hmac-sha1-96"), listed(alg="hmac-sha-1-96", ealg="aes")],
        [
            listed(alg="aes-gmac", ealg="null"),
            listed(alg="null", ealg="aes-gcm"),
            listed(ealg="des-ede3-cbc"),
            listed(key="digest", alg="md5"),
        ],
    ),
    "SYN-18": (
        "message",
        [
            listed(alg="null"),
            listed(alg="null", ealg="aes-cbc"),
            listed(alg="hmac-sha-1-96", ealg="aes-gcm"),
            listed(alg="aes-gmac", ealg="aes-cbc"),
        ],
        [
            listed(alg="null", ealg="aes-gcm"),
            listed(alg="aes-gmac", ealg="null"),
            listed(alg="aes-gmac"),
            listed(ealg="aes-gcm"),
        ],
    ),
    "SYN-19": (
        "message",
        [
            listed(prot="ah"),
            listed(mod="tun"),
            message(mechanisms=[mechanism(mod="udp-enc-tun")], nat=False),
        ],
        [
            listed(prot="esp", mod="trans"),
            listed(),
            message(mechanisms=[mechanism(mod="udp-enc-tun")], nat=True),
            message(mechanisms=[mechanism(mod="udp-enc-tun")]),
            listed("rfc3329", prot="ah"),
        ],
    ),
    "SYN-20": (
        "message",
        [listed(old_names=["spi"]), listed(old_names=["port1"], spi_c=4096)],
        [listed(spi_c=4096), listed("rfc3329", old_names=["spi"])],
    ),
    "SYN-21": (
        "message",
        [listed(private_names=["protocol"])],
        [listed(), listed(key="tls", private_names=["x"])],
    ),
    "SYN-22": (
        "message",
        [
            listed("rfc3329", key="digest", header="verify", defects=["d-ver-format"]),
            listed("rfc3329", key="digest", header="verify", defects=["d-ver-upper-case"]),
        ],
        [listed("rfc3329", key="digest", header="verify", d_ver="0" * 32)],
    ),
    "SYN-23": (
        "message",
        [
            listed("rfc3329", key="tls", digest_names=["d-qop"]),
            listed("rfc3329", key="digest", header="server", digest_names=["d-ver"]),
        ],
        [
            listed("rfc3329", key="digest", header="server", digest_names=["d-alg", "d-qop"]),
            listed("rfc3329", key="digest", header="verify", digest_names=["d-ver"]),
        ],
    ),
    "SYN-24": (
        "message",
        [listed(key="ipsec-4gpp"), listed(key="srtp", mediasec=True)],
        [
            listed(),
            listed(key="dtls-srtp", mediasec=True),
            listed(key="sdes-srtp"),
            listed(key="", defects=["bad-mechanism"]),
            listed("draft-01", key="smime"),
        ],
    ),
    "SYN-25": (
        "message",
        [
            message(server=[mechanism()], mechanisms=[mechanism()]),
            response(200, verify=[mechanism()], mechanisms=[mechanism()]),
        ],
        [
            message(client=[mechanism()], verify=[mechanism()], mechanisms=[mechanism()]),
            bearing(401),
        ],
    ),
    "SYN-26": (
        "message",
        [
            message(method="ACK", verify=[mechanism()]),
            message(method="CANCEL", client=[mechanism()]),
            message(method="PRACK", **TAGS),
        ],
        [message(method="ACK"), message(method="BYE", verify=[mechanism()], **TAGS)],
    ),
    "SYN-27": (
        "message",
        [bearing(200), bearing(407), bearing(401, "rfc3329"), bearing(403, media=True)],
        [
            bearing(401),
            bearing(494, "rfc3329"),
            bearing(421),
            bearing(200, media=True),
            bearing(401, "rfc3329", media=True),
            bearing(407, "draft-01"),
        ],
    ),
    "SYN-28": (
        "message",
        [listed(defects=["fold-in-token"])],
        [listed(), listed(defects=["fold-in-token"], mirrored=True)],
    ),
    "SYN-29": (
        "message",
        [with_list(ports_on_last=True), with_list(header="client", ports_on_last=True)],
        [with_list(), with_list(header="verify", ports_on_last=True)],
    ),
}
