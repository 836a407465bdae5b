"""When something happens that is scheduled by the clock on the wall: safe across changes of that clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from bot.clock import utc

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EVERY_DAY = frozenset(range(7))
_DAYS_AROUND = 16
"""Two weeks and a bit: enough for one weekday of which one was skipped by a change of the date line."""


@dataclass(frozen=True)
class Weekly:
    """A time of the day on some days of the week; Monday is 0."""

    hour: int
    minute: int
    weekdays: frozenset[int] = EVERY_DAY


class Occurrence(NamedTuple):
    """One time that it happens: the local day that it is for, and the moment."""

    day: date
    at_ms: int


def local_day(moment_ms: int, zone: tzinfo) -> date:
    """Which day it is there at that moment."""
    return utc(moment_ms).astimezone(zone).date()


def moment(day: date, hour: int, minute: int, zone: tzinfo) -> int | None:
    """When the clock there shows that time on that day, in epoch milliseconds; None for a day that was left out.

    A time that comes twice counts where it comes first; one that is skipped counts at the first moment after the gap.
    """
    if _first(datetime.combine(day, time()), zone).astimezone(zone).date() != day:
        return None
    return round(_first(datetime.combine(day, time(hour, minute)), zone).timestamp() * 1000)


def next_after(after_ms: int, weekly: Weekly, zone: tzinfo) -> Occurrence:
    """The first occurrence later than that moment."""
    begin = local_day(after_ms, zone) - timedelta(days=1)
    days = (begin + timedelta(days=n) for n in range(_DAYS_AROUND + 2))
    return next(one for one in _occurrences(days, weekly, zone) if one.at_ms > after_ms)


def latest_until(until_ms: int, weekly: Weekly, zone: tzinfo) -> Occurrence:
    """The last occurrence up to that moment."""
    begin = local_day(until_ms, zone) + timedelta(days=1)
    days = (begin - timedelta(days=n) for n in range(_DAYS_AROUND + 2))
    return next(one for one in _occurrences(days, weekly, zone) if one.at_ms <= until_ms)


def _occurrences(days: Iterable[date], weekly: Weekly, zone: tzinfo) -> Iterable[Occurrence]:
    for day in days:
        if day.weekday() in weekly.weekdays:
            at_ms = moment(day, weekly.hour, weekly.minute, zone)
            if at_ms is not None:
                yield Occurrence(day, at_ms)


def _first(wall: datetime, zone: tzinfo) -> datetime:
    """The first moment, in UTC, at which the clock there shows that time or has passed it."""
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # In a gap: read with the offset from after it, the time lies before the change, and with the one from before, behind it.
    low = int(wall.replace(tzinfo=zone, fold=1).astimezone(UTC).timestamp())
    high = int(found.timestamp())
    after = found.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)
