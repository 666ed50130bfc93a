"""Which rules are in force: `--select` replaces, `--extend-select` adds, `--ignore` wins.

A selector is an id (`VER-05`), a name (`verify-param-changed`), a family (`VER`) or `ALL`, in any
case; several may stand in one text with commas between.
"""

from collections.abc import Iterable

from analyzer.rules.book import Book
from analyzer.rules.errors import BookError, did_you_mean


class SelectionError(BookError):
    """A selector that fits no rule. `str()` is one line for people."""


def selected(
    book: Book,
    select: Iterable[str] = (),
    extend: Iterable[str] = (),
    ignore: Iterable[str] = (),
) -> frozenset[str]:
    """Ids of the rules in force. Raises SelectionError."""
    base = _ids(book, select)
    if not base:
        base = {rule.id for rule in book.rules.values() if rule.default}
    return frozenset((base | _ids(book, extend)) - _ids(book, ignore))


def _ids(book: Book, selectors: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for text in selectors:
        for selector in filter(None, map(str.strip, text.split(","))):
            found |= _fitting(book, selector)
    return found


def _fitting(book: Book, selector: str) -> set[str]:
    wanted = selector.upper()
    found = {
        rule.id
        for rule in book.rules.values()
        if wanted in (rule.id, rule.family, rule.name.upper(), "ALL")
    }
    if not found:
        known: set[str] = set()
        for rule in book.rules.values():
            known |= {rule.id, rule.family, rule.name}
        near = did_you_mean(wanted, known) or did_you_mean(selector.lower(), known)
        raise SelectionError(f"no rule is called {selector!r}{near}")
    return found
