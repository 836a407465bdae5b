"""The stretches of time that boards count: all time, a calendar month, an ISO week, in a server's time zone."""

from datetime import tzinfo
from enum import StrEnum

from bot.clock import utc


class Period(StrEnum):
    """What `/leaderboard period` offers."""

    WEEK = "week"
    MONTH = "month"
    ALL = "all"


def period_key(period: Period, moment_ms: int, zone: tzinfo) -> str:
    """The name under which totals of that period are kept: ``all``, ``2026-11``, ``2026-W47``."""
    local = utc(moment_ms).astimezone(zone)
    if period is Period.ALL:
        return "all"
    if period is Period.MONTH:
        return f"{local.year:04d}-{local.month:02d}"
    year, week, _day = local.isocalendar()
    return f"{year:04d}-W{week:02d}"


def period_keys(moment_ms: int, zone: tzinfo) -> list[str]:
    """Every period that an answer at this moment counts for."""
    return [period_key(period, moment_ms, zone) for period in Period]
