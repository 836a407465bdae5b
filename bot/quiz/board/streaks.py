"""Days in a row."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

GRACE_EVERY_DAYS = 7
"""One missed day in so many does not end a streak."""


class Streak(NamedTuple):
    """A learner's days in a row: how many, whether today is one of them, and whether the grace day is used up."""

    days: int
    today: bool
    grace_used: bool


def streak(days: Collection[date], today: date) -> Streak:
    """The streak that is alive today. A day missed is forgiven when the one before it was a week earlier or more.

    Today is not missed before it is over.
    """
    one = timedelta(days=1)
    at = today if today in days else today - one
    count = 0
    missed: list[date] = []
    while True:
        if at in days:
            count += 1
        elif at - one in days and (not missed or (missed[-1] - at).days >= GRACE_EVERY_DAYS):
            missed.append(at)
        else:
            break
        at -= one
    recent = bool(missed) and (today - missed[0]).days < GRACE_EVERY_DAYS
    return Streak(count, today in days, recent)
