"""`secagree rules`: the rule book as a list, or one rule's page."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from analyzer.rules.pages import Page


@click.command("rules", short_help="The rule book, a family of it, or one rule.")
@click.argument("rule", required=False, metavar="[ID]")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True
)
@click.option(
    "--rules", "rule_files", multiple=True, type=click.Path(exists=True, dir_okay=False),
    metavar="FILE", help="Rules beside the book, or in place of its own.",
)  # fmt: skip
def command(rule: str | None, form: str, rule_files: tuple[str, ...]) -> None:
    """The rule book: all rules, a family (VER), or the page of one rule (VER-05).

    \b
    secagree rules
    secagree rules VER-05
    """
    chosen = _chosen(_load(rule_files), rule)
    if form == "json":
        described = [_described(one) for one in chosen]
        click.echo(json.dumps(described, indent=1, ensure_ascii=True))
    elif rule is not None and len(chosen) == 1:
        click.echo("\n".join(_page(chosen[0])))
    else:
        click.echo("\n".join(_table(chosen)))


def _load(rule_files: tuple[str, ...]) -> list[Page]:
    from analyzer.rules.book import load
    from analyzer.rules.errors import BookError
    from analyzer.rules.pages import pages

    further = [(path, Path(path).read_bytes()) for path in rule_files]
    try:
        book = load(further)
    except BookError as error:
        raise click.UsageError(str(error)) from None
    return sorted(pages(book, book.rules), key=lambda one: one.id)


def _family(page: Page) -> str:
    return page.id.partition("-")[0]


def _chosen(rules: list[Page], wanted: str | None) -> list[Page]:
    if wanted is None:
        return rules
    word = wanted.lower()
    found = [one for one in rules if word in (one.id.lower(), one.name.lower())]
    found = found or [one for one in rules if _family(one).lower() == word]
    if not found:
        from analyzer.rules.errors import did_you_mean

        known = {name for one in rules for name in (one.id, one.name, _family(one))}
        raise click.UsageError(f"no rule {wanted!r}{did_you_mean(wanted, known)}")
    return found


def _words(steps: Iterable[str]) -> str:
    """The words of a graded field, the one that holds always last."""
    return "/".join(dict.fromkeys(steps))


def _table(rules: list[Page]) -> Iterator[str]:
    from tabulate import tabulate

    from analyzer.report.layout import WIDTH, clip

    rows = [(one.id, _words(one.severity), _words(one.party), one.title) for one in rules]
    text = tabulate(
        rows, ("rule", "severity", "to act", "what is wrong"), tablefmt="plain",
        disable_numparse=True,
    )  # fmt: skip
    width = WIDTH if sys.stdout.isatty() else None
    for line in text.splitlines():
        yield line.rstrip() if width is None else clip(line.rstrip(), width)


def _page(rule: Page) -> Iterator[str]:
    from analyzer.report.layout import pair, wrap

    yield pair(f"{rule.id} {rule.name}", _words(rule.severity))
    yield from wrap(rule.title)
    yield ""
    for name, value in _described(rule).items():
        if name not in ("id", "name", "title") and value not in (None, "", []):
            text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield from wrap(text, f" {name:<12} ", " " * 14)


def _described(rule: Page) -> dict[str, Any]:
    """What of a rule is for people, in the words of its file."""
    return {
        "id": rule.id,
        "name": rule.name,
        "title": rule.title,
        "severity": _words(rule.severity),
        "class": rule.class_,
        "party": _words(rule.party),
        "dialects": list(rule.dialects),
        "scope": rule.scope,
        "leg": rule.leg,
        "default": "on" if rule.default else "off",
        **rule.expressions,
        "not_checked": list(rule.needs),
        "silent_where": list(rule.guards),
        "explains": list(rule.explains),
        "explained_by": list(rule.explained_by),
        "clause": rule.clause,
        "means": rule.means,
        "cause": rule.cause,
        "fix": rule.fix,
    }
