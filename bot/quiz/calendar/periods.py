"""The stretches of time that boards count: all time, a season, a month, an ISO week, in a server's time zone."""

from datetime import tzinfo
from enum import StrEnum
from typing import NamedTuple

from bot.clock import DAY_MS, utc

SEASON_KEY = "season:"
"""How the names of all seasons begin."""


class Period(StrEnum):
    """What `/leaderboard period` offers."""

    WEEK = "week"
    MONTH = "month"
    SEASON = "season"
    ALL = "all"


class Season(NamedTuple):
    """Seasons of so many days, one after the other; the first began at ``started_ms``."""

    started_ms: int
    days: int

    def start(self, moment_ms: int) -> int | None:
        """When the season began that a moment belongs to; None for a moment before the first one."""
        passed, length = moment_ms - self.started_ms, self.days * DAY_MS
        return None if passed < 0 else self.started_ms + passed // length * length

    def end(self, moment_ms: int) -> int | None:
        """When that season ends."""
        start = self.start(moment_ms)
        return None if start is None else start + self.days * DAY_MS


def period_key(period: Period, moment_ms: int, zone: tzinfo, season: Season | None = None) -> str | None:
    """The name under which totals of that period are kept: ``all``, ``2026-11``, ``2026-W47``, ``season:1795348800000``.

    None for a season where there is none.
    """
    if period is Period.ALL:
        return "all"
    if period is Period.SEASON:
        start = season.start(moment_ms) if season else None
        return None if start is None else f"{SEASON_KEY}{start}"
    local = utc(moment_ms).astimezone(zone)
    if period is Period.MONTH:
        return f"{local.year:04d}-{local.month:02d}"
    year, week, _day = local.isocalendar()
    return f"{year:04d}-W{week:02d}"


def period_keys(moment_ms: int, zone: tzinfo, season: Season | None = None) -> list[str]:
    """Every period that an answer at this moment counts for."""
    keys = (period_key(period, moment_ms, zone, season) for period in Period)
    return [key for key in keys if key is not None]
