"""How to judge, and what is known before the first packet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from analyzer.keys.files import KeysError, hex_key, read_keys, read_usim
from analyzer.keys.keyring import KeyPair, KeyRing, Origin
from analyzer.limits import ENGINES, SHARED
from analyzer.rules import book as rule_book
from analyzer.rules import policy as rule_policy
from analyzer.rules.engine import Engine
from analyzer.rules.selection import selected
from analyzer.rules.vocabulary import POLICY_DEFAULTS

if TYPE_CHECKING:
    from analyzer.wireshark.second import Mode


Input = str | BinaryIO


@dataclass(frozen=True)
class Settings:
    """How to judge. `rules` are TOML files beside the book, `policy` one with `policy.*` values.

    `select` replaces the rules that are on, `extend_select` adds, `ignore` wins; each an id, a
    name or a family. `engine` says who reads SIP (`wireshark/second`); `tls_keylog` is a file of
    TLS secrets for it. `jobs` is how many processes may work, from `shared_from` octets of captures
    on; the report does not depend on it. `keys` are files of keys and `usim` files of USIMs
    (`keys.files`), `ck` and `ik` one pair of keys in hexadecimal; `show_keys` leaves keys readable
    in the report.
    `clocks` says of captures, by path or name, how many nanoseconds their clock is ahead.
    """

    dialect: str = "auto"
    rules: Sequence[str] = ()
    policy: str | None = None
    select: Sequence[str] = ()
    extend_select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    strict: bool = False
    jobs: int = 1
    keys: Sequence[str] = ()
    usim: Sequence[str] = ()
    ck: str | None = None
    ik: str | None = None
    show_keys: bool = False
    engine: Mode = "auto"
    tls_keylog: str | None = None
    clocks: Mapping[str, int] = field(default_factory=dict)
    shared_from: int = SHARED


def engine(settings: Settings) -> Engine:
    """The rules in force. Raises `BookError`."""
    if settings.rules or settings.policy is not None:
        return _own_engine(settings)
    return _shipped_engine(
        settings.dialect,
        tuple(settings.select),
        tuple(settings.extend_select),
        tuple(settings.ignore),
    )


@lru_cache(maxsize=ENGINES)
def _shipped_engine(
    dialect: str, select: tuple[str, ...], extend_select: tuple[str, ...], ignore: tuple[str, ...]
) -> Engine:
    """One for each selection: an engine keeps no state of what it judged."""
    return _own_engine(
        Settings(dialect=dialect, select=select, extend_select=extend_select, ignore=ignore)
    )


def _own_engine(settings: Settings) -> Engine:
    further = [(path, Path(path).read_bytes()) for path in settings.rules]
    rules = rule_book.load(further)
    policy = POLICY_DEFAULTS
    if settings.policy is not None:
        policy = rule_policy.read(settings.policy, Path(settings.policy).read_bytes())
    ids = selected(rules, settings.select, settings.extend_select, settings.ignore)
    dialects = None if settings.dialect == "auto" else (settings.dialect,)
    return Engine(rules, policy, dialects, ids)


def ring(settings: Settings) -> KeyRing:
    """What is known before the first packet."""
    known = KeyRing()
    for path in settings.keys:
        read_keys(Path(path).name, _text(path), known)
    for path in settings.usim:
        read_usim(Path(path).name, _text(path), known)
    if (settings.ck is None) != (settings.ik is None):
        raise KeysError("ck and ik: one is given without the other")
    if settings.ck is not None and settings.ik is not None:
        pair = hex_key("ck", settings.ck), hex_key("ik", settings.ik)
        known.add(KeyPair(*pair, Origin("option")))
    return known


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeysError(f"{path}: {error}") from None
