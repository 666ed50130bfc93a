"""What the rules found, put together: by one judge, or by several that shared the work."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from analyzer.agreement.naming import address_text
from analyzer.agreement.order import Order
from analyzer.rules.claims import Claims, Listing, Sighting
from analyzer.rules.engine import ALL_MET, Engine
from analyzer.rules.finding import Finding, Site, finding, number, number_again
from analyzer.rules.folding import fold, merge
from analyzer.rules.notes import Noted, concluded, together
from analyzer.rules.subjects.server import ServerFacts

OUTSIDE: Final = ALL_MET - {"keys"}


class Found(Struct):
    """What one judge found, in its order: findings, and those held back as network notes."""

    findings: list[Finding]
    notes: list[Noted]
    claims: list[tuple[Listing, Sighting]]

    def everything(self) -> Iterator[Finding]:
        """All findings, whatever becomes of them."""
        yield from self.findings
        for noted in self.notes:
            yield from noted.kept


def conclude(found: Sequence[Found], engine: Engine) -> list[Finding]:
    """All findings, with those about servers over all their clients: merged, numbered (what has
    an effect first, and of that the worst), consequences under their causes."""
    kept = sorted((finding for one in found for finding in one.findings), key=_order)
    held = together(noted for one in found for noted in one.notes)
    seldom, notes = concluded(held)
    findings = number(merge([*kept, *_of_servers(found, engine), *seldom, *notes]))
    groups: dict[str, list[Finding]] = {}
    for one in findings:
        groups.setdefault(one.exchange or "", []).append(one)
    for group in groups.values():
        fold(group)
    return number_again(findings)


def _of_servers(found: Sequence[Found], engine: Engine) -> Iterator[Finding]:
    """What the rules say of each first hop over all its clients."""
    claims = Claims()
    for one in found:
        for listing, seen in one.claims:
            claims.note(listing, seen)
    for group in claims.servers():
        server = ServerFacts(group)
        site = Site(peers={"pcscf": address_text(server.address)})
        fired = engine.judge("server", server, OUTSIDE)
        yield from merge(finding(hit, site) for hit in fired)


def _order(one: Finding) -> Order:
    return one.order
