"""The page of a rule, and the list of rules, as data: `secagree rules` prints them."""

from collections.abc import Iterable

from msgspec import Struct

from analyzer.rules.book import Book
from analyzer.rules.engine import guards_of
from analyzer.rules.rule import Rule
from analyzer.rules.vocabulary import NEEDS


class Page(Struct, frozen=True):
    """Everything people may want to know of a rule; texts as in the book."""

    id: str
    name: str
    title: str
    severity: tuple[str, ...]
    class_: str
    party: tuple[str, ...]
    dialects: tuple[str, ...]
    scope: str
    leg: str
    default: bool
    clause: str
    spec: str
    grade: str
    expressions: dict[str, str]
    needs: tuple[str, ...]
    guards: tuple[str, ...]
    explains: tuple[str, ...]
    explained_by: tuple[str, ...]
    means: str
    cause: str
    fix: str


def page(book: Book, rule: Rule) -> Page:
    """The page of one rule of the book."""
    return Page(
        id=rule.id,
        name=rule.name,
        title=rule.title,
        severity=tuple(step.word for step in rule.severity),
        class_=rule.class_,
        party=tuple(step.word for step in rule.party),
        dialects=rule.dialects,
        scope=rule.scope,
        leg=rule.leg,
        default=rule.default,
        clause=rule.clause,
        spec=rule.spec,
        grade=rule.grade,
        expressions=rule.source,
        needs=tuple(NEEDS[need] for need in rule.needs),
        guards=tuple(f"{guard.id}: {guard.title}" for guard in guards_of(rule, book.guards)),
        explains=rule.explains,
        explained_by=tuple(one.id for one in book.rules.values() if rule.id in one.explains),
        means=rule.means,
        cause=rule.cause,
        fix=rule.fix,
    )


def pages(book: Book, ids: Iterable[str]) -> list[Page]:
    """Pages of the rules with these ids, in the order of the book."""
    wanted = set(ids)
    return [page(book, rule) for rule in book.rules.values() if rule.id in wanted]
