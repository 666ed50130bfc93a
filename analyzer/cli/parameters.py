"""Values of options that click does not know: moments, zones, SPIs, lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

import click

_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(\.\d{1,9})?)?")
_FRACTION: Final = re.compile(r"[.,]\d+")
_DIGITS: Final = 9
_AHEAD: Final = re.compile(r"([-+]?)(\d+)(?:\.(\d+))?(ns|us|ms|s|m|h)?")
_UNITS: Final = {  # nanoseconds
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as it was given: absolute, or a clock time of the capture's day.

    `digits` is the fraction of a second, nine digits.
    """

    at: datetime | time
    digits: str

    def resolve(self, zone: tzinfo, first: str | None) -> str | None:
        """The report time it means; None for a clock time while no capture has a day.

        `first` is the first report time of the captures; a time without zone is one of `zone`.
        """
        point = self.at
        if isinstance(point, time):
            if first is None:
                return None
            started = datetime.fromisoformat(first[:26]).replace(tzinfo=UTC).astimezone(zone)
            point = datetime.combine(started.date(), point)
        if point.tzinfo is None:
            point = point.replace(tzinfo=zone)
        utc = point.astimezone(UTC).replace(tzinfo=None)
        return f"{utc.isoformat(timespec='seconds')}.{self.digits}Z"


def moment(text: str) -> Moment:
    """ISO 8601, or `HH:MM[:SS[.fraction]]`."""
    found = _CLOCK.fullmatch(text.strip())
    try:
        if found:
            hour, minute, second, fraction = found.groups()
            return Moment(time(int(hour), int(minute), int(second or 0)), _nine(fraction))
        part = _FRACTION.search(text)
        whole = datetime.fromisoformat(_FRACTION.sub("", text.strip()))
        return Moment(whole, _nine(part[0] if part else None))
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither ISO 8601 nor HH:MM:SS") from None


def zone(text: str) -> tzinfo:
    """`utc`, `local` or a name of the zone database."""
    if text.lower() == "utc":
        return UTC
    if text.lower() == "local":
        return LocalZone()
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{text!r} is no time zone (utc, local, or such as Europe/Berlin)"
        raise click.BadParameter(message) from None


def spi(text: str) -> int:
    """An SPI, decimal or hexadecimal with `0x`."""
    try:
        number = int(text, 16) if text.lower().startswith("0x") else int(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no SPI (25656 or 0x00006438)") from None
    if not 0 <= number < 1 << 32:
        raise click.BadParameter(f"{text!r} does not fit 32 bits")
    return number


def clock(text: str) -> tuple[str, int]:
    """`FILE=+3.2s`: the file, and by how many nanoseconds its clock is ahead (behind with `-`)."""
    name, equals, ahead = text.rpartition("=")
    found = _AHEAD.fullmatch(ahead.strip())
    if not name or not equals or found is None:
        raise click.BadParameter(f"{text!r} is not of the form FILE=+3.2s (ns, us, ms, s, m, h)")
    sign, whole, fraction, unit = found.groups()
    digits = fraction or ""
    nanoseconds = int(whole + digits) * _UNITS[unit or "s"] // 10 ** len(digits)
    return name, -nanoseconds if sign == "-" else nanoseconds


class LocalZone(tzinfo):
    """This machine's zone, with its offset at each moment."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, dt: datetime) -> datetime:
        return dt.replace(tzinfo=UTC).astimezone()


def names(values: tuple[str, ...]) -> tuple[str, ...]:
    """`("VER,PRT-01", "LEAK")` as single names."""
    return tuple(name for value in values for name in re.split(r"[,\s]+", value) if name)


def _nine(fraction: str | None) -> str:
    return (fraction or ".")[1:][:_DIGITS].ljust(_DIGITS, "0")
