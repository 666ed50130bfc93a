"""Times between the rooms' nanoseconds and the report's text (ISO 8601, UTC, nanoseconds)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

_SECOND = 1_000_000_000
_LOOKS = 512


def iso(time: int) -> str:
    """`1795337583604000000` gives `2026-11-22T08:53:03.604000000Z`.

    The form has one width, so that texts sort as the times do. What a hostile capture puts outside
    the years 1 to 9999 is shown as the nearest end.
    """
    seconds, nanoseconds = divmod(time, _SECOND)
    return f"{_to_the_second(seconds)}.{nanoseconds:09d}Z"


@lru_cache(maxsize=1024)
def _to_the_second(seconds: int) -> str:
    seconds = min(max(seconds, -62_135_596_800), 253_402_300_799)
    days, second = divmod(seconds, 86_400)
    day = datetime.fromordinal(719_163 + days)
    hour, rest = divmod(second, 3600)
    minute, second = divmod(rest, 60)
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}T{hour:02d}:{minute:02d}:{second:02d}"


def nanoseconds(text: str) -> int:
    """The inverse of `iso`: nanoseconds since the epoch. Raises ValueError on another form."""
    moment = datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
    if text[19] != "." or text[29:] != "Z":
        raise ValueError(f"not a report time: {text!r}")
    days = moment.toordinal() - 719_163
    seconds = days * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second
    return seconds * _SECOND + int(text[20:29])


def zoned(text: str, zone: tzinfo) -> datetime:
    """A report time as a datetime of `zone`, cut to microseconds."""
    moment = datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def zone_name(moment: datetime) -> str:
    """`UTC`, or the offset as `+01:00`."""
    offset = moment.strftime("%z")
    return "UTC" if offset in ("", "+0000") else f"{offset[:3]}:{offset[3:5]}"


def clock(text: str, zone: tzinfo) -> str:
    """`2026-11-22 08:53:03.604 UTC`: milliseconds, with the zone."""
    moment = zoned(text, zone)
    stamp = moment.isoformat(sep=" ", timespec="milliseconds")
    return f"{stamp[:23]} {zone_name(moment)}"


class Offset(NamedTuple):
    """What a zone is ahead of UTC from a moment on: nanoseconds since the epoch, minutes, name."""

    since: int
    minutes: float
    name: str


def offsets(first: str, last: str, zone: tzinfo) -> list[Offset]:
    """Those that hold between two report times, in order; the first one holds from the first.

    Changes of the clock are looked for in `_LOOKS` steps: two within a step stay unseen.
    """
    begin, end = nanoseconds(first) // _SECOND, nanoseconds(last) // _SECOND
    step = max((end - begin) // _LOOKS, 1)
    found = [_offset(begin, zone)]
    for second in (*range(begin + step, end, step), end):
        if _offset(second, zone)[1:] != found[-1][1:]:
            found.append(_change(second - step, second, zone))
    return found


def _change(before: int, after: int, zone: tzinfo) -> Offset:
    """The offset at `after`, with the second from which on it holds."""
    new = _offset(after, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(middle, zone)[1:] == new[1:]:
            after = middle
        else:
            before = middle
    return _offset(after, zone)


def _offset(second: int, zone: tzinfo) -> Offset:
    moment = zoned(iso(second * _SECOND), zone)
    ahead = moment.utcoffset() or timedelta()
    return Offset(second * _SECOND, ahead.total_seconds() / 60, zone_name(moment))


def elapsed(start: str, end: str) -> float:
    """Seconds between two report times."""
    return (nanoseconds(end) - nanoseconds(start)) / _SECOND
