"""Keys that a message gives away: `ck` and `ik` beside the nonce of a challenge (TS 24.229 7.2A.1).

On Mw they belong there, on Gm they are leaked; either way they are the keys of that RAND.
"""

import re
from typing import Final

from analyzer.agreement.items import SaEvent
from analyzer.agreement.place import Leg
from analyzer.keys.algorithms import KEY_OCTETS
from analyzer.keys.keyring import KeyPair, Origin
from analyzer.sip.digest import Challenge
from analyzer.sip.message import SipMessage

_NAMED: Final = re.compile(r"(?:^|[\s,])[ci]k\s*=", re.IGNORECASE)


def keys_in(message: SipMessage, leg: Leg) -> SaEvent | None:
    """What a challenge says of its own keys; None where it says nothing usable."""
    octets = message.whole_octets("www-authenticate")
    if octets is not None:  # as nearly always: not worth making a text of it
        lower = octets.lower()
        if b"ck" not in lower or b"ik" not in lower:
            return None
    if not any(_names_keys(text) for text in message.texts("www-authenticate")):
        return None
    for challenge in message.challenges:
        nonce = challenge.aka_nonce
        keys = _keys(challenge)
        if nonce is not None and keys is not None:
            origin = Origin("gm" if leg == "gm" else "mw", message.capture, message.frame)
            return SaEvent("keys", rand=nonce.rand, keys=KeyPair(*keys, origin))
    return None


def _names_keys(text: str) -> bool:
    lower = text.lower()
    return "ck" in lower and "ik" in lower and _NAMED.search(text) is not None


def _keys(challenge: Challenge) -> tuple[bytes, bytes] | None:
    try:
        ck, ik = bytes.fromhex(challenge.ck or ""), bytes.fromhex(challenge.ik or "")
    except ValueError:
        return None
    return (ck, ik) if len(ck) == len(ik) == KEY_OCTETS else None
