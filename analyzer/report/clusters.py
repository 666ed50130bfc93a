"""Many exchanges at a glance: failures of one signature together, a note about one peer once.

Both are made in one walk over each stream and hold counters only, bounded whatever the captures
say: what is beyond the bounds is counted under `rest`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from analyzer.report.glance import by_word, counted, pick
from analyzer.report.model import Exchange, Finding, Frame, Layer, Party, Report, Role
from analyzer.report.summary import is_note
from analyzer.report.verdict import Claim, Word, first_frame, judge, party_of

CLUSTERS: Final = 1000  # signatures told apart
NOTES: Final = 10_000  # (rule, peer) pairs counted
NETWORK_NOTE: Final = 3  # exchanges that make a note one about the network

_QUIET: Final = frozenset(("OK", "inferred"))
_ORDER: Final[tuple[Word, ...]] = (
    "no answer", "rejected", "given up", "bypassed", "unknown", "inferred", "OK",
)  # fmt: skip
"""Of clusters of one size those first that somebody has to look into."""


class Signature(NamedTuple):
    """What makes two failures one: where they stopped and what explains them."""

    word: Word
    brief: str
    stopped_at: Role | None
    layer: Layer | None
    code: int | None
    rules: tuple[str, ...]
    server: str
    handset: str


class Cluster(NamedTuple):
    """The failures of one signature; `first` is the id of the first one, to be worked out."""

    signature: Signature
    number: int
    party: Party | None
    first: str
    frame: Frame | None


class Note(NamedTuple):
    """One rule about one peer, in so many exchanges."""

    rule: str
    peer: str
    number: int


class Overview(NamedTuple):
    """All of it. `words` counts exchanges by verdict; `members` says of each exchange its place in
    `clusters`; `rest` counts those in no cluster that was kept."""

    words: dict[Word, int]
    clusters: list[Cluster]
    members: dict[str, int]
    notes: list[Note]
    rest: int


def overview(report: Report, threshold: frozenset[str]) -> Overview:
    """Walk the findings once, and those exchanges that are not quiet.

    Beside the failures, an exchange with a finding at or above the threshold stands in a cluster.
    """
    explained, notes = _findings(report.findings, report.strict, threshold)
    counts: Counter[Signature] = Counter()
    firsts: dict[Signature, tuple[Party | None, str, Frame | None]] = {}
    signatures: dict[str, Signature] = {}
    rest = 0
    seen = counted(report.exchanges)
    words = by_word(seen.counted())
    shown = seen.named(lambda kind: kind[0] not in _QUIET)
    shown |= {id_ for id_, found in explained.items() if any(entry.loud for entry in found)}
    for exchange in pick(report.exchanges, shown):
        found = explained.get(exchange.id, ())
        signature = _signature(exchange, found)
        if signature not in counts and len(counts) >= CLUSTERS:
            rest += 1
            continue
        if signature not in counts:
            party = party_of(judge(exchange).party, (Claim(f.party, f.explains) for f in found))
            firsts[signature] = (party, exchange.id, first_frame(exchange))
        counts[signature] += 1
        signatures[exchange.id] = signature
    sizes = sorted(counts.items(), key=lambda one: (-one[1], _rank(one[0].word)))
    clusters = [Cluster(key, count, *firsts[key]) for key, count in sizes]
    places = {cluster.signature: place for place, cluster in enumerate(clusters)}
    members = {id_: places[signature] for id_, signature in signatures.items()}
    return Overview(dict(words), clusters, members, notes, rest)


def _rank(word: Word) -> int:
    """Failed, bypassed, unknown, then those that registered; one is as good as the other there."""
    return max(_ORDER.index(word), _ORDER.index("given up"))


class _Found(NamedTuple):
    rule: str
    party: Party
    explains: bool
    loud: bool


def _findings(
    findings: Iterable[Finding], strict: bool, threshold: frozenset[str]
) -> tuple[dict[str, tuple[_Found, ...]], list[Note]]:
    """Of each exchange what counts, in the order it stands; and the notes by rule and peer."""
    explained: dict[str, tuple[_Found, ...]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        if is_note(finding, strict):
            key = (finding.rule, finding.peer or "")
            if key in counts or len(counts) < NOTES:
                counts[key] += finding.count or 1
        elif finding.exchange is not None and finding.explained_by is None:
            explains, loud = finding.effect == "explains-outcome", finding.severity in threshold
            if not (explains or loud):
                continue
            found = _Found(finding.rule, finding.party, explains, loud)
            before = explained.get(finding.exchange, ())
            if found not in before:
                explained[finding.exchange] = (*before, found)
    notes = [Note(*key, count) for key, count in counts.most_common() if count >= NETWORK_NOTE]
    return explained, notes


def _signature(exchange: Exchange, found: tuple[_Found, ...]) -> Signature:
    verdict = judge(exchange)
    registration = exchange.registration
    rules = tuple(sorted({entry.rule for entry in found}))
    return Signature(
        verdict.word,
        verdict.brief,
        exchange.stopped_at,
        exchange.layer,
        registration.code if registration else None,
        rules,
        exchange.server.address,
        exchange.user_agent or "",
    )
