"""Which exchanges of a report are looked at. All of an exchange stays: steps, SAs, findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from ipaddress import ip_address

from analyzer.report.model import Agreement, Exchange, Finding, Report
from analyzer.report.streams import Filtered
from analyzer.report.summary import summarise


@dataclass(frozen=True, slots=True)
class Criteria:
    """What an exchange must be. Of each member one value must fit; an empty member fits all.

    `ue` holds addresses, `exchange` ids or keys; `since` and `until` are report times, and an
    exchange that lies partly between them fits.
    """

    imsi: tuple[str, ...] = ()
    msisdn: tuple[str, ...] = ()
    imei: tuple[str, ...] = ()
    ue: tuple[str, ...] = ()
    call_id: tuple[str, ...] = ()
    spi: tuple[int, ...] = ()
    exchange: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def empty(self) -> bool:
        """Whether everything fits."""
        return not any(getattr(self, field.name) for field in fields(self))


def select(report: Report, criteria: Criteria) -> Report:
    """The report of the exchanges that fit, with a summary of its own.

    Findings that belong to no exchange stay.
    """
    if criteria.empty():
        return report
    wanted = replace(criteria, ue=tuple(map(_address, criteria.ue)))
    kept = {exchange.id for exchange in report.exchanges if _fits(exchange, wanted)}
    agreements: Filtered[Agreement] = Filtered(report.agreements, lambda a: a.exchange in kept)
    held = {agreement.id for agreement in agreements}

    def belongs(finding: Finding) -> bool:
        if finding.exchange is not None:
            return finding.exchange in kept
        return finding.agreement is None or finding.agreement in held

    exchanges: Filtered[Exchange] = Filtered(report.exchanges, lambda e: e.id in kept)
    findings: Filtered[Finding] = Filtered(report.findings, belongs)
    return replace(
        report,
        exchanges=exchanges,
        agreements=agreements,
        findings=findings,
        summary=summarise(exchanges, findings, report.strict),
    )


def _fits(exchange: Exchange, wanted: Criteria) -> bool:
    identity = exchange.identity
    return (
        _one_of(identity.imsi, wanted.imsi)
        and _one_of(_digits(identity.msisdn), tuple(map(_digits, wanted.msisdn)))
        and _one_of(_digits(identity.imei), tuple(map(_digits, wanted.imei)))
        and (not wanted.ue or _address(exchange.client.address) in wanted.ue)
        and _one_of(exchange.call_id, wanted.call_id)
        and (not wanted.exchange or not {exchange.id, exchange.key}.isdisjoint(wanted.exchange))
        and (not wanted.spi or not set(wanted.spi).isdisjoint(_spis(exchange)))
        and (wanted.since is None or exchange.ended >= wanted.since)
        and (wanted.until is None or exchange.started <= wanted.until)
    )


def _one_of(value: str | None, wanted: tuple[str | None, ...]) -> bool:
    return not wanted or value in wanted


def _digits(text: str | None) -> str | None:
    """`+49 151-23` and `4915123` are the same number."""
    return None if text is None else "".join(c for c in text if c.isdigit())


def _address(text: str) -> str:
    """The canonical form of an address; what is none stays as it is."""
    try:
        return str(ip_address(text))
    except ValueError:
        return text


def _spis(exchange: Exchange) -> Iterator[int]:
    """Every SPI that was used or announced."""
    for step in exchange.steps:
        if step.spi is not None:
            yield step.spi
        for mechanism in (*step.client, *step.server, *step.verify):
            yield from (s for s in (mechanism.spi_c, mechanism.spi_s) if s is not None)
