"""Names that people and other runs know things by: addresses as text, stable keys."""

from functools import lru_cache
from hashlib import blake2b
from ipaddress import ip_address

from analyzer.agreement.exchange import Exchange

KEY_OCTETS = 6


@lru_cache(maxsize=4096)
def address_text(address: bytes) -> str:
    """`192.0.2.10`, `2001:db8::1` (RFC 5952); hexadecimal for what is no IP address."""
    if len(address) == 4:
        return ".".join(map(str, address))
    return str(ip_address(address)) if len(address) == 16 else address.hex()


@lru_cache(maxsize=4096)
def endpoint_text(address: bytes, port: int) -> str:
    """`192.0.2.10:5060`, `[2001:db8::1]:5060`; the bare address where no port was read."""
    text = address_text(address)
    if port <= 0:
        return text
    return f"[{text}]:{port}" if ":" in text else f"{text}:{port}"


def exchange_key(exchange: Exchange) -> str:
    """The same in every run and file: over Call-ID, method and the CSeq it was first seen with."""
    cseq = -1
    for step in exchange.steps:
        if step.place is not None:
            cseq = step.place.message.cseq
            break
    text = f"{exchange.call_id}\x00{exchange.method}\x00{cseq}"
    return blake2b(text.encode("utf-8", "replace"), digest_size=KEY_OCTETS).hexdigest()
