"""Files that hold keys: Wireshark's `esp_sa`, what `ip xfrm state` prints, our JSON, USIMs in TOML.

Each reader takes the text of a file and fills a `KeyRing`; what cannot be used raises `KeysError`
with the line. Which kind a file is shows in its first words.
"""

import csv
import json
import re
import tomllib
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any, Final

from analyzer.keys.algorithms import (
    KEY_OCTETS,
    Algorithm,
    by_wireshark,
    by_xfrm,
    encryption,
    integrity,
)
from analyzer.keys.keyring import GivenSa, KeyPair, KeyRing, Origin, Source, Subscriber
from analyzer.keys.milenage import opc_of
from analyzer.limits import KEY_LINES, KEY_PATTERNS

JSON_SCHEMA: Final = "secagree-keys/1"

_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_SPI_PATTERN: Final = re.compile(r"0x[0-9a-f*]{8}")
_NULL: Final = ("NULL", "")
# AES-GCM without a length in its name has the ICV of 16 octets that TS 33.203 uses.
_GCM_NAMES: Final = ("AES-GCM [RFC4106]",)
_ANY: Final = re.compile(r"ANY (\d+) bit authentication \[no checking\]")


class KeysError(Exception):
    """Keys that cannot be used: the file, the line where it has one, and why."""


def read_keys(name: str, text: str, ring: KeyRing) -> None:
    """Read one file of `--keys` into the ring. Raises `KeysError`."""
    beginning = text.lstrip("\ufeff \t\r\n")
    if text.count("\n") > KEY_LINES:
        raise KeysError(f"{name}: more than {KEY_LINES} lines")
    if beginning.startswith("{"):
        _read_json(name, text, ring)
        return
    if re.match(r"src \S+ dst \S+", beginning):
        found = list(_read_xfrm(name, text))
    else:
        found = list(read_esp_sa(name, text))
    if not found:
        raise KeysError(f"{name}: no SA in it (esp_sa, ip xfrm state and JSON are known)")
    patterns = sum(isinstance(one.src, str) or isinstance(one.spi, str) for one in found)
    if patterns > KEY_PATTERNS:
        raise KeysError(f"{name}: more than {KEY_PATTERNS} lines with wildcards")
    for given in found:
        ring.give(given)


# ---- Wireshark


def read_esp_sa(name: str, text: str, source: Source = "esp_sa") -> Iterator[GivenSa]:
    """The lines of Wireshark's ESP SA table, of 8 or 10 columns. Raises `KeysError`."""
    for number, line in enumerate(text.splitlines(), 1):
        row = _columns(f"{name}: line {number}", line)
        if not row or row[0].lstrip().startswith("#"):
            continue
        where = f"{name}: line {number}"
        if len(row) not in (8, 10):
            raise KeysError(f"{where}: {len(row)} columns, not 8 or 10")
        family, src, dst, spi, cipher, cipher_key, auth, auth_key = map(str.strip, row[:8])
        if family not in ("IPv4", "IPv6", "Any"):
            raise KeysError(f"{where}: {family!r} is not IPv4, IPv6 or Any")
        ealg = "null" if cipher in _NULL else _wireshark(where, cipher, "encryption")
        unchecked = _ANY.fullmatch(auth)
        alg = "null" if auth in _NULL or unchecked else _wireshark(where, auth, "integrity")
        yield GivenSa(
            _address(where, family, src),
            _address(where, family, dst),
            _spi(where, spi),
            alg,
            ealg,
            _wireshark_key(where, auth_key, None if unchecked else integrity(alg)),
            _wireshark_key(where, cipher_key, encryption(ealg)),
            Origin(source, name=name),
            auth,
            cipher,
            icv=int(unchecked[1]) // 8 if unchecked else -1,
            unchecked=unchecked is not None or (alg == "null" and ealg not in ("aes-gcm", "")),
        )


def _columns(where: str, line: str) -> list[str]:
    try:
        return next(csv.reader([line], skipinitialspace=True), [])
    except csv.Error as error:
        raise KeysError(f"{where}: {error}") from None


def _wireshark(where: str, name: str, kind: Any) -> str:
    """The sec-agree name; "" for an algorithm that Wireshark knows and IMS has not."""
    if name in _GCM_NAMES and kind == "encryption":
        return "aes-gcm"
    row = by_wireshark(name, kind)
    if row is not None:
        return row.name
    if "[" not in name:
        raise KeysError(f"{where}: no algorithm of Wireshark is named {name!r}")
    return ""


def _address(where: str, family: str, text: str) -> bytes | str:
    try:
        return ip_address(text).packed
    except ValueError:
        pass
    if not text or not re.fullmatch(r"[0-9A-Fa-f.:*/]+", text):
        raise KeysError(f"{where}: {text!r} is no address")
    return text if family == "Any" else f"{family[-1]}:{text}"


def _spi(where: str, text: str) -> int | str:
    if text == "*" or ("*" in text and _SPI_PATTERN.fullmatch(text)):
        return text
    try:
        number = int(text, 0)
    except ValueError:
        number = -1
    if not 0 <= number < 1 << 32:
        raise KeysError(f"{where}: {text!r} is no SPI")
    return number


def _wireshark_key(where: str, text: str, row: Algorithm | None) -> bytes:
    """A key in hexadecimal, or as Wireshark takes anything else, its characters themselves.

    A key of a length that the algorithm has not is refused, which Wireshark does not do. HMAC
    takes any length: an IK without its zero bits gives the same.
    """
    key = bytes.fromhex(text[2:]) if text[:2] in ("0x", "0X") and _HEX.fullmatch(text[2:]) else (
        text.encode("utf-8"))  # fmt: skip
    if row is None or row.kind == "integrity":
        return key
    if len(key) * 8 != row.key_bits + row.salt_bits:
        wanted = (row.key_bits + row.salt_bits) // 8
        raise KeysError(f"{where}: {row.name} takes a key of {wanted} octets, not {len(key)}")
    return key


# ---- ip xfrm state

_XFRM_SA: Final = re.compile(r"^src (\S+) dst (\S+)", re.MULTILINE)
_XFRM_FIELDS: Final[dict[str, re.Pattern[str]]] = {
    "spi": re.compile(r"\bproto esp\s.*?\bspi (0x[0-9a-f]+)"),
    "mode": re.compile(r"\bmode (\w+)"),
    "auth": re.compile(r"\bauth(?:-trunc)? (\S+)(?: (?:\"([^\"]*)\"|(0x[0-9a-f]*)))?"),
    "enc": re.compile(r"\benc (\S+)(?: (?:\"([^\"]*)\"|(0x[0-9a-f]*)))?"),
    "aead": re.compile(r"\baead (\S+) (0x[0-9a-f]*)(?: \(\d+ bits\))? (\d+)"),
    "ports": re.compile(r"\bsel .*?(?:sport (\d+) )?(?:dport (\d+))"),
    "stats": re.compile(r"replay-window (\d+) replay (\d+) failed (\d+)"),
}


def _read_xfrm(name: str, text: str) -> Iterator[GivenSa]:
    """The SAs of `ip xfrm state`, with or without `-s`; those of AH and IPComp are passed over."""
    starts = [match.start() for match in _XFRM_SA.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        block = text[start:end]
        found = {field: pattern.search(block) for field, pattern in _XFRM_FIELDS.items()}
        head = _XFRM_SA.match(block)
        spi, ports, stats = found["spi"], found["ports"], found["stats"]
        if head is None or spi is None:
            continue
        where = f"{name}: SPI {spi[1]}"
        mode = found["mode"]
        algorithms = _xfrm_algorithms(where, found)
        yield GivenSa(
            _kernel_address(where, head[1]),
            _kernel_address(where, head[2]),
            int(spi[1], 16),
            *algorithms[:4],
            Origin("xfrm", name=name),
            *algorithms[4:],
            sport=int(ports[1] or 0) if ports else 0,
            dport=int(ports[2] or 0) if ports else 0,
            mode=mode[1] if mode else "",
            replayed=int(stats[2]) if stats else None,
            failed=int(stats[3]) if stats else None,
        )


def _xfrm_algorithms(
    where: str, found: dict[str, re.Match[str] | None]
) -> tuple[str, str, bytes, bytes, str, str]:
    """(alg, ealg, integrity key, cipher key, and the two names as the kernel has them)."""
    aead, auth, enc = found["aead"], found["auth"], found["enc"]
    if aead is not None:
        key = _kernel_key(where, aead[2])
        if aead[1] == "rfc4543(gcm(aes))":
            return "aes-gmac", "null", key, b"", aead[1], ""
        return "null", _xfrm(aead[1], "encryption"), b"", key, "", aead[1]
    alg = "null" if auth is None else _xfrm(auth[1], "integrity")
    ealg = "null" if enc is None else _xfrm(enc[1], "encryption")
    return (
        alg,
        ealg,
        b"" if auth is None else _kernel_key(where, auth[3] or auth[2] or ""),
        b"" if enc is None else _kernel_key(where, enc[3] or enc[2] or ""),
        "" if auth is None else auth[1],
        "" if enc is None else enc[1],
    )


def _xfrm(name: str, kind: Any) -> str:
    row = by_xfrm(name, kind)
    return "" if row is None else row.name


def _kernel_key(where: str, text: str) -> bytes:
    if text.startswith("0x") and _HEX.fullmatch(text[2:]):
        return bytes.fromhex(text[2:])
    if text in ("", "0x"):
        return b""
    raise KeysError(f"{where}: {len(text)} characters that are no key in hexadecimal")


def _kernel_address(where: str, text: str) -> bytes:
    try:
        return ip_address(text).packed
    except ValueError:
        raise KeysError(f"{where}: {text!r} is no address") from None


# ---- JSON


def _read_json(name: str, text: str, ring: KeyRing) -> None:
    """Our own: `{"schema": "secagree-keys/1", "keys": [{"rand", "ck", "ik"}], "sa": [{"src",
    "dst", "spi", "alg", "ealg", "integrity_key", "cipher_key"}]}`, keys in hexadecimal."""
    try:
        document = json.loads(text)
        if document.get("schema") != JSON_SCHEMA:
            raise KeysError(f'{name}: its "schema" is not {JSON_SCHEMA!r}')
        for row in document.get("keys", []):
            _bind(name, row, ring)
        for row in document.get("sa", []):
            ring.give(_json_sa(name, row))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise KeysError(f"{name}: not what {JSON_SCHEMA} looks like ({error})") from None


def _bind(name: str, row: dict[str, str], ring: KeyRing) -> None:
    ck, ik = hex_key(f"{name}: ck", row["ck"]), hex_key(f"{name}: ik", row["ik"])
    pair = KeyPair(ck, ik, Origin("json", name=name))
    rand = row.get("rand")
    if rand is None:
        ring.add(pair)
    else:
        ring.bind(hex_key(f"{name}: rand", rand), pair)


def _json_sa(name: str, row: dict[str, Any]) -> GivenSa:
    return GivenSa(
        ip_address(row["src"]).packed,
        ip_address(row["dst"]).packed,
        int(row["spi"]),
        str(row["alg"]),
        str(row["ealg"]),
        bytes.fromhex(row.get("integrity_key") or ""),
        bytes.fromhex(row.get("cipher_key") or ""),
        Origin("json", name=name),
    )


def hex_key(what: str, text: str) -> bytes:
    """A key of 16 octets in hexadecimal, with or without `0x`. Raises `KeysError`."""
    bare = text.strip().removeprefix("0x").removeprefix("0X").replace(" ", "").replace(":", "")
    if not _HEX.fullmatch(bare) or len(bare) != 2 * KEY_OCTETS:
        raise KeysError(f"{what}: not {2 * KEY_OCTETS} hexadecimal digits")
    return bytes.fromhex(bare)


# ---- USIM


def read_usim(name: str, text: str, ring: KeyRing) -> None:
    """A TOML file with one USIM at its top, or several in `[[usim]]`: `imsi`, `k`, `op` or `opc`,
    and `amf` and `sqn` where known, in hexadecimal. `[[account]]` with `username` and `password` is
    one of plain digest. Raises `KeysError`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KeysError(f"{name}: {error}") from None
    accounts = document.pop("account", [])
    for account in accounts if isinstance(accounts, list) else []:
        _account(name, account, ring)
    listed = document.get("usim", document.get("subscriber"))
    rows = listed if isinstance(listed, list) else [document] if document or not accounts else []
    for row in rows:
        if not isinstance(row, dict):
            raise KeysError(f"{name}: a USIM is a table")
        ring.enrol(_usim(name, {str(key).lower(): value for key, value in row.items()}))


def _account(name: str, row: Any, ring: KeyRing) -> None:
    if not isinstance(row, dict) or set(row) != {"username", "password"}:
        raise KeysError(f"{name}: an account has a username and a password")
    ring.passwords[str(row["username"])] = str(row["password"]).encode("utf-8")
    ring.version += 1


def _usim(name: str, row: dict[str, Any]) -> Subscriber:
    known = {"imsi", "k", "ki", "op", "opc", "amf", "sqn"}
    for word in row:
        if word not in known:
            raise KeysError(f"{name}: unknown {word!r} (known: {', '.join(sorted(known))})")
    imsi = str(row.get("imsi", ""))
    if not re.fullmatch(r"\d{6,15}", imsi):
        raise KeysError(f"{name}: imsi {imsi!r} is not 6 to 15 digits")
    whose = f"{name}: {imsi}"
    k = hex_key(f"{whose}: k", str(row.get("k", row.get("ki", ""))))
    if ("op" in row) == ("opc" in row):
        raise KeysError(f"{whose}: give either op or opc")
    if "opc" in row:
        opc = hex_key(f"{whose}: opc", str(row["opc"]))
    else:
        opc = opc_of(k, hex_key(f"{whose}: op", str(row["op"])))
    return Subscriber(
        imsi,
        k,
        opc,
        _octets(f"{whose}: amf", row.get("amf"), 2),
        _sqn(f"{whose}: sqn", row.get("sqn")),
        Origin("usim", name=name),
    )


def _octets(what: str, value: Any, size: int) -> bytes | None:
    if value is None:
        return None
    text = str(value).removeprefix("0x")
    if not _HEX.fullmatch(text) or len(text) != 2 * size:
        raise KeysError(f"{what}: not {2 * size} hexadecimal digits")
    return bytes.fromhex(text)


def _sqn(what: str, value: Any) -> int | None:
    """SQN as six octets in hexadecimal, or as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value < 1 << 48:
            return value
        raise KeysError(f"{what}: {value} does not fit into 48 bits")
    octets = _octets(what, value, 6)
    return None if octets is None else int.from_bytes(octets, "big")
