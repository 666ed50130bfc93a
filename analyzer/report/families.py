"""Families of rules that have nothing to look at in most runs: none of them passes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from analyzer.report.model import Exchange, Mechanism

_DIGEST: Final = frozenset(("digest", "digest-integrity", "edigest"))  # in all dialects
_MEDIA: Final = frozenset(("sdes-srtp", "dtls-srtp", "msrp-tls", "bfcp-tls", "udptl-dtls"))
_PRESENT: Final = frozenset(("ims", "rfc3329"))


def looks_at(family: str, exchange: Exchange) -> bool:
    """Whether the exchange has what the rules of this family are about."""
    return family not in _SUBJECTS or _SUBJECTS[family](exchange)


def _tls(exchange: Exchange) -> bool:
    if any(signal.kind == "tls" for signal in exchange.signals):
        return True
    return _names(exchange, frozenset(("tls",))) or any(
        "tls" in (step.transport, step.protection) for step in exchange.steps
    )


def _names(exchange: Exchange, wanted: frozenset[str]) -> bool:
    return any(one.name.lower() in wanted for one in _listed(exchange))


def _listed(exchange: Exchange) -> Iterator[Mechanism]:
    """All elements of its lists."""
    for step in exchange.steps:
        for message in (step, *step.hops):
            yield from (*message.client, *message.server, *message.verify)


# DIG RFC 3329 2.4; LEG the drafts of 2001 and 2002; MED TS 33.203 Annex H, RFC 3329 for media; TLS
_SUBJECTS: Final[Mapping[str, Callable[[Exchange], bool]]] = {
    "DIG": lambda exchange: _names(exchange, _DIGEST),
    "LEG": lambda exchange: exchange.dialect not in _PRESENT,
    "MED": lambda exchange: exchange.mediasec or _names(exchange, _MEDIA),
    "TLS": _tls,
}
