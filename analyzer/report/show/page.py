"""From a name to the lines that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from analyzer.report.escape import escaped
from analyzer.report.joined import JoinedExchanges
from analyzer.report.model import Report
from analyzer.report.row import row
from analyzer.report.show.agreement import agreement
from analyzer.report.show.exchange import exchange
from analyzer.report.show.ids import Wanted
from analyzer.report.text import TextOptions, fitted, view_of
from analyzer.report.verdict import judge
from analyzer.report.view import Case, View, cases, escaped_case, shown

_LISTED: Final = 40


def with_headers(report: Report) -> None:
    """Have the steps of the report come with the rows of their headers."""
    if isinstance(report.exchanges, JoinedExchanges):
        report.exchanges.with_headers()


def page(wanted: Wanted, report: Report, options: TextOptions) -> Iterator[str] | None:
    """The lines of an exchange or an agreement; None where the report has none of that name."""
    view = replace(view_of(report, options), verbose=True)
    if wanted.kind == "exchange":
        case = _case(report, lambda one: wanted.name in (one.exchange.id, one.exchange.key))
        return None if case is None else exchange(escaped_case(case, view), view)
    everything = list(report.agreements)
    found = next((one for one in everything if one.id == wanted.name), None)
    case = None if found is None else _case(report, lambda one: one.exchange.id == found.exchange)
    if found is None or case is None:
        return None
    safe = escaped_case(case, view)
    return agreement(
        safe, escaped(found, view.ascii_only, view.show_keys), everything, view, options.every
    )


def _case(report: Report, fits: Callable[[Case], bool]) -> Case | None:
    return next((one for one in cases(report, None, report.strict) if fits(one)), None)


def contents(report: Report, options: TextOptions) -> Iterator[str]:
    """What there is to show: exchanges with their agreements, one a line."""
    view = view_of(report, options)
    owned: dict[str, list[str]] = {}
    for one in report.agreements:
        owned.setdefault(one.exchange, []).append(one.id)
    number = 0
    for number, exchange_ in enumerate(report.exchanges, 1):
        if number <= _LISTED or options.every:
            yield _line(exchange_.id, owned.get(exchange_.id, []), row(
                exchange_, judge(exchange_), 0), view)  # fmt: skip
    if number > _LISTED and not options.every:
        yield f"... {number - _LISTED} more (--all)"
    if not number:
        yield "nothing to show: no exchange was seen"


def _line(name: str, agreements: list[str], told: str, view: View) -> str:
    return fitted(shown(f"{name:<4} {' '.join(agreements) or '-'}: {told}", view))
