"""When a member is reminded of their reviews."""

from datetime import date, timedelta

from bot.clock import utc, zone_of

DAYS_APART = timedelta(days=2)
"""How far a member's day can be ahead of the one before, by moving to another time zone; one later was noted by a clock that
was wrong."""
LATE_HOURS = 3
"""A bot that was off at a member's hour makes up for it within so many hours, and not in the night after."""


def day_to_remind(now_ms: int, time_zone: str, hour: int, last: date | None) -> date | None:
    """The member's day that a reminder is due for now; None when none is.

    Once a day at most: also where an hour comes twice, and where the member moved to a time zone that is behind. An hour
    that a day does not have (a clock put forward) is the one after it.
    """
    local = utc(now_ms).astimezone(zone_of(time_zone))
    if last is not None and local.date() <= last <= local.date() + DAYS_APART:
        return None
    return local.date() if 0 <= local.hour - hour < LATE_HOURS else None
