"""What a network wants (`--policy FILE`): the values of `policy.*`, from TOML.

The file has one line a value, named as in the vocabulary; what it does not name keeps its default.
"""

import tomllib
from typing import Any

from analyzer.rules.errors import BookError, did_you_mean
from analyzer.rules.to_python import PolicyValues
from analyzer.rules.vocabulary import KINDS, POLICY_DEFAULTS


def read(name: str, content: bytes) -> PolicyValues:
    """All policy values, those of the file over the defaults. Raises BookError."""
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BookError(f"{name}: not TOML: {error}") from None
    return {**POLICY_DEFAULTS, **{key: _value(name, key, one) for key, one in table.items()}}


def _value(name: str, key: str, found: Any) -> bool | int | frozenset[str]:
    fact = KINDS["policy"].get(key)
    if fact is None:
        raise BookError(f"{name}: unknown policy {key!r}{did_you_mean(key, KINDS['policy'])}")
    match fact.type:
        case "bool" if isinstance(found, bool):
            return found
        case "int" | "ms" if isinstance(found, int) and not isinstance(found, bool):
            return found
        case "set[text]" if isinstance(found, list) and all(isinstance(x, str) for x in found):
            return frozenset(found)
        case _:
            raise BookError(f"{name}: {key} wanted as {fact.type}: {fact.meaning}")
