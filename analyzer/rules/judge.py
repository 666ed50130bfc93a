"""What the rules say of what `agreement/` closed: subjects in, findings out.

Each exchange is judged when it closes: its messages, their transactions, the forwards of them
beyond the first hop, and the run as a whole; an agreement when it ends, with the ESP on its SAs.
Notes about a peer that show in exchange after exchange are held back and told once (`notes`).
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from analyzer.agreement.access import Access
from analyzer.agreement.coverage import Coverage, coverage
from analyzer.agreement.exchange import Exchange, Verdict
from analyzer.agreement.items import Agreement, Item, Loose, LooseTransaction, StrayFlow
from analyzer.agreement.naming import address_text
from analyzer.agreement.order import Order
from analyzer.agreement.place import Place
from analyzer.rules.claims import Claims
from analyzer.rules.conclusion import Found, conclude
from analyzer.rules.effects import UNKNOWN, Ending
from analyzer.rules.engine import ALL_MET, Engine, Fired
from analyzer.rules.finding import Finding, Site, finding, moved
from analyzer.rules.folding import merge
from analyzer.rules.notes import NetworkNotes, Tally, nameless, whom
from analyzer.rules.subjects.association import AgreementFacts, AssociationFacts, FlowFacts
from analyzer.rules.subjects.exchange import ExchangeFacts, IdentityFacts
from analyzer.rules.subjects.message import Cast, MessageFacts, transaction_of
from analyzer.rules.subjects.pair import PairFacts

NOWHERE: Final = Site()
OUTSIDE: Final = ALL_MET - {"keys"}
IN_TEXT: Final = OUTSIDE - {"wire", "addresses"}


class Judged:
    """What was found about one exchange: its facts, its findings so far, and what was not checked.

    The last is known once; findings about its set may follow when the agreement ends.
    """

    __slots__ = ("coverage", "facts", "not_checked")

    def __init__(
        self,
        facts: ExchangeFacts,
        seen: Coverage,
        not_checked: dict[str, list[str]],
    ) -> None:
        self.facts = facts
        self.coverage = seen
        self.not_checked = not_checked


class Judge:
    """Applies an engine to the items of one sweep and collects the findings.

    `claims` is what exchanges leave behind for rules about a server; it is judged at the end.
    """

    def __init__(self, engine: Engine) -> None:
        self.claims = Claims()
        self._engine = engine
        self._notes = NetworkNotes()
        self._findings: list[Finding] = []
        self._sites: dict[int, tuple[str, Ending]] = {}
        self._waiting: dict[int, list[tuple[Fired, Finding]]] = {}  # for the run to close

    def exchange(self, exchange: Exchange) -> Judged:
        """Judge one closed run."""
        facts = ExchangeFacts(exchange)
        seen = coverage(exchange)
        met = met_by(seen)
        peers = _peers(exchange)
        ending = _ending(exchange)
        named = peers["ue"] != address_text(exchange.access.ue)
        told = peers if named else nameless(peers)
        tally = Tally(self._notes, told, ending)
        fired = self._engine.judge_run(facts, met, tally)
        if fired is None:
            fired = []
            self._run(facts, met, fired, tally)
        if facts.far is not None:
            self._messages(facts.far, met, fired, tally)
            self._pairs(facts, facts.far, met, fired)
        if exchange.previous is not None or facts.challenges > 1:
            fired += self._engine.judge("identity", IdentityFacts(facts), met)
        if exchange.association is not None:
            self._sites[exchange.number] = exchange.key, ending
        self.claims.learn(exchange, facts.dialect)
        waiting = self._waiting.pop(exchange.number, ())
        if fired or waiting:
            site = Site(f"E{exchange.number}", exchange.key, None, ending, peers)
            found = [finding(hit, site, exchange.order) for hit in fired]
            found += [moved(one, hit, site) for hit, one in waiting]
            self._keep_found(found, told)
        spoke = tally.rules + [one.rule.id for one in fired]
        return Judged(facts, seen, self._engine.not_checked(met, facts.dialect, spoke))

    def __len__(self) -> int:
        """How many findings were kept so far."""
        return len(self._findings)

    def since(self, mark: int) -> list[Finding]:
        """Those kept since there were `mark` of them, not numbered yet."""
        return self._findings[mark:]

    def item(self, item: Item) -> None:
        """Judge what stands outside every exchange."""
        if isinstance(item, Loose):
            self._loose([item.place], item.order)
        elif isinstance(item, LooseTransaction):
            self._loose([item.request, item.response], item.order)
        elif isinstance(item, Agreement):
            self._agreement(item)
        elif isinstance(item, StrayFlow):
            self._stray(item)

    def found(self) -> Found:
        """All that was found, not numbered yet."""
        for waiting in self._waiting.values():
            self._keep_found([one for _, one in waiting], {})
        self._waiting.clear()
        return Found(self._findings, self._notes.held(), list(self.claims.listings()))

    def finish(self) -> list[Finding]:
        """All findings: merged, numbered worst first, consequences under their causes."""
        return conclude([self.found()], self._engine)

    # ---- subjects

    def _run(
        self, facts: ExchangeFacts, met: frozenset[str], fired: list[Fired], tally: Tally
    ) -> None:
        """The run itself, its messages, and the set that it announced."""
        fired += self._engine.judge("exchange", facts, met, tally)
        self._messages(facts.cast, met, fired, tally)
        association = facts.exchange.association
        if association is not None:
            fired += self._engine.judge("association", AssociationFacts(association), met, tally)

    def _messages(
        self, cast: Cast, met: frozenset[str], fired: list[Fired], tally: Tally | None = None
    ) -> None:
        judge = self._engine.judge
        for facts in cast.members:
            hits = judge("message", facts, met, tally)
            if hits:
                fired += hits
            if facts.message.variant_of is not None:
                self._variant(facts, cast, met, fired)
            transaction = transaction_of(facts)
            if transaction is not None:
                fired += judge("transaction", transaction, met, tally)

    def _pairs(
        self, facts: ExchangeFacts, beyond: Cast, met: frozenset[str], fired: list[Fired]
    ) -> None:
        for far in beyond.members:
            if far.message.source is not None:
                near = facts.cast.of(far.message.source)
                if near is not None and near.leg == "gm":
                    fired += self._engine.judge("pair", PairFacts(near, far), met)

    def _variant(
        self, facts: MessageFacts, cast: Cast, met: frozenset[str], fired: list[Fired]
    ) -> None:
        """The same message at two taps of one hop, with other octets."""
        first = cast.of(facts.message.variant_of, facts.place)
        if first is not None and first.leg == facts.leg == "gm":
            fired += self._engine.judge("pair", PairFacts(first, facts), met)

    def _loose(self, places: list[Place], order: Order) -> None:
        cast = Cast(places, self._engine.dialect)
        fired: list[Fired] = []
        met = IN_TEXT if places[0].message.synthetic else OUTSIDE
        self._messages(cast, met, fired)
        if fired:
            site, run = self._site_of_place(places[0]), _open_run(places[0])
            if run is None:
                self._keep(fired, site, order)
            else:
                held = self._waiting.setdefault(run.number, [])
                held += [(hit, finding(hit, site, order)) for hit in fired]
        cast.dismiss()

    def _agreement(self, agreement: Agreement) -> None:
        said = self._engine.judge_settled(agreement, OUTSIDE)
        for fired in self._settled(agreement) if said is None else said:
            if fired:
                site = self._site_of_set(agreement.exchange, agreement.access)
                self._keep(fired, site, agreement.order)
        if not agreement.access.strays:
            self._sites.pop(agreement.exchange, None)

    def _settled(self, agreement: Agreement) -> list[list[Fired]]:
        """What is said of a set, and of each of its flows."""
        association, access = agreement.association, agreement.access
        if association is None:
            return []
        said = [[*self._engine.judge("agreement", AgreementFacts(agreement, association), OUTSIDE)]]
        for flow in association.flows.values():
            facts = FlowFacts(flow, access, association, access.sealed)
            said.append([*self._engine.judge("flow", facts, OUTSIDE)])
        return said

    def _stray(self, item: StrayFlow) -> None:
        exchange = item.exchange
        association = None if exchange is None else exchange.association
        site = NOWHERE
        if exchange is not None:
            site = self._site_of_set(exchange.number, item.access)
        facts = FlowFacts(item.flow, item.access, association, item.sealed)
        self._keep(self._engine.judge("flow", facts, OUTSIDE), site, item.order)

    def _site_of_set(self, number: int, access: Access, agreement: str | None = None) -> Site:
        """Where findings about a set stand whose exchange was judged before."""
        key, ending = self._sites.get(number, ("", UNKNOWN))
        peers = {"pcscf": address_text(access.first_hop), "ue": address_text(access.ue)}
        return Site(f"E{number}", key, agreement, ending, peers)

    def _site_of_place(self, place: Place) -> Site:
        """Outside every exchange: with the agreement in force, where there is one."""
        association = place.on or place.in_force
        if association is not None and place.access is not None:
            agreement = f"A{association.number}"
            return self._site_of_set(association.exchange_number, place.access, agreement)
        message = place.message
        if place.leg == "mw":
            first_hop = message.src if message.is_request else message.dst
            return Site(peers={"pcscf": address_text(first_hop)})
        if place.access is None:
            return NOWHERE
        return Site(peers={"pcscf": address_text(place.access.first_hop)})

    def _keep(self, fired: Iterable[Fired], site: Site, order: Order) -> None:
        self._keep_found([finding(hit, site, order) for hit in fired], nameless(site.peers))

    def _keep_found(self, found: list[Finding], told: Mapping[str, str]) -> None:
        """`told` says whom notes are about, by party."""
        for one in merge(found) if len(found) > 1 else found:
            about = whom(told, one.party) or one.peer
            if one.effect == "none" and one.exchange is not None and about is not None:
                self._notes.add(one, about)
            else:
                self._findings.append(one)


@lru_cache(maxsize=256)
def met_by(seen: Coverage) -> frozenset[str]:
    """The needs of the vocabulary that this coverage meets."""
    hidden = seen.protected_part in ("unread", "partly")
    unmet = set() if seen.secrets or seen.keys in ("partial", "proven") else {"keys"}
    for need, missing in (
        ("start", not seen.start),
        ("both_directions", not seen.both_directions),
        ("protected_part", hidden),
        ("answer_wait", not seen.waited),
        ("list", not seen.start),
        ("sets", seen.sealed),
        ("wire", seen.above_ipsec or seen.synthetic),
        ("addresses", seen.synthetic),
        ("mw", not seen.beyond),
    ):
        if missing:
            unmet.add(need)
    return ALL_MET - unmet


def _ending(exchange: Exchange) -> Ending:
    verdict = exchange.verdict
    assert verdict is not None
    reached: bool | None = verdict.succeeded
    if not reached and (verdict.outcome == "incomplete" or _unknown(verdict)):
        reached = None
    return Ending(reached, verdict.stopped_at or None)


def _unknown(verdict: Verdict) -> bool:
    return verdict.registration is not None and verdict.registration.state == "unknown"


def _peers(exchange: Exchange) -> dict[str, str]:
    """The first hop by its address, the handset by its model, else by its address."""
    access = exchange.access
    return {
        "pcscf": address_text(access.first_hop),
        "ue": _model(exchange) or address_text(access.ue),
    }


def _model(exchange: Exchange) -> str | None:
    """What the handset calls itself in the first of its messages that says so."""
    for step in exchange.steps:
        place = step.place
        if place is not None and place.from_client:
            agent = place.message.value("user-agent")
            if agent:
                return agent
    return None


def _open_run(place: Place) -> Exchange | None:
    """The run that announced the set a message travelled on, while that is open: what is found
    about the message belongs to it, and its ending is not known yet."""
    association = place.on or place.in_force
    return None if association is None else association.exchange
