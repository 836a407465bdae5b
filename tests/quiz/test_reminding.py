"""At which moments a member is reminded: their hour, their zone, once a day."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.practice.reminding import LATE_HOURS, day_to_remind


def ms(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "zone", "hour", "day"),
    [
        (ms(2026, 11, 22, 17, 59), "UTC", 18, None),
        (ms(2026, 11, 22, 18, 0), "UTC", 18, date(2026, 11, 22)),
        (ms(2026, 11, 22, 20, 59), "UTC", 18, date(2026, 11, 22)),
        (ms(2026, 11, 22, 21, 0), "UTC", 18, None),  # the bot was off at six: not at night any more
        (ms(2026, 11, 22, 17, 0), "Europe/Berlin", 18, date(2026, 11, 22)),
        (ms(2026, 11, 22, 12, 30), "Asia/Kolkata", 18, date(2026, 11, 22)),
        (ms(2026, 11, 22, 12, 29), "Asia/Kolkata", 18, None),
        (ms(2026, 11, 22, 11, 15), "Pacific/Chatham", 1, date(2026, 11, 23)),  # 13 h 45 min ahead of UTC
        (ms(2026, 11, 22, 23, 59), "UTC", 23, date(2026, 11, 22)),
        (ms(2026, 11, 23, 0, 0), "UTC", 23, None),
        # Berlin's clocks go from two to three on 29 March: its two o'clock is at three
        (ms(2026, 3, 29, 0, 59), "Europe/Berlin", 2, None),
        (ms(2026, 3, 29, 1, 0), "Europe/Berlin", 2, date(2026, 3, 29)),
        # on 25 October two o'clock comes twice: the first one counts
        (ms(2026, 10, 24, 23, 59), "Europe/Berlin", 2, None),
        (ms(2026, 10, 25, 0, 0), "Europe/Berlin", 2, date(2026, 10, 25)),
        (ms(2026, 10, 4, 15, 30), "Australia/Lord_Howe", 2, date(2026, 10, 5)),
    ],
)
def test_the_hour_is_that_of_the_members_own_day(moment, zone, hour, day):
    assert day_to_remind(moment, zone, hour, None) == day


@pytest.mark.parametrize(
    ("last", "reminded"),
    [(date(2026, 11, 21), True), (date(2026, 11, 22), False), (date(2026, 11, 23), False)],
    ids=["yesterday", "today", "a day ahead, before they moved west"],
)
def test_nobody_is_reminded_twice_on_a_day(last, reminded):
    assert (day_to_remind(ms(2026, 11, 22, 18), "UTC", 18, last) is not None) is reminded


@given(
    start=st.integers(ms(2024, 1, 1), ms(2030, 1, 1)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    hour=st.integers(0, 23),
)
def test_looked_at_every_quarter_of_an_hour_each_day_has_one_reminder(start, zone, hour):
    last, days = None, []
    for quarter in range(4 * 24 * 4):
        day = day_to_remind(start + quarter * 900_000, zone, hour, last)
        if day:
            last = day
            days.append(day)
    assert len(set(days)) == len(days)
    assert 3 <= len(days) <= 5
    assert LATE_HOURS < 12  # or the one of an evening could come in the morning after
