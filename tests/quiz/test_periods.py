"""Which week and month an answer counts for."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import DAY_MS
from bot.quiz.calendar.periods import Period, Season, period_key, period_keys

AUCKLAND, BERLIN, HONOLULU = ZoneInfo("Pacific/Auckland"), ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Honolulu")


def ms(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "zone", "week", "month"),
    [
        (ms(2026, 11, 22, 12), UTC, "2026-W47", "2026-11"),
        (ms(2026, 11, 22, 23, 59, 59), UTC, "2026-W47", "2026-11"),
        (ms(2026, 11, 23), UTC, "2026-W48", "2026-11"),
        # around new year the ISO week belongs to the year of its Thursday
        (ms(2024, 12, 30), UTC, "2025-W01", "2024-12"),
        (ms(2027, 1, 1), UTC, "2026-W53", "2027-01"),
        (ms(2027, 1, 4), UTC, "2027-W01", "2027-01"),
        (ms(2023, 1, 1), UTC, "2022-W52", "2023-01"),
        # one moment, three places
        (ms(2026, 11, 30, 23, 30), UTC, "2026-W49", "2026-11"),
        (ms(2026, 11, 30, 23, 30), BERLIN, "2026-W49", "2026-12"),
        (ms(2026, 11, 29, 12), AUCKLAND, "2026-W49", "2026-11"),
        (ms(2026, 11, 30, 9, 59), HONOLULU, "2026-W48", "2026-11"),
        # the nights in which Berlin's clocks change
        (ms(2026, 3, 29, 0, 59), BERLIN, "2026-W13", "2026-03"),
        (ms(2026, 10, 25, 22, 59), BERLIN, "2026-W43", "2026-10"),
        (ms(2026, 10, 25, 23), BERLIN, "2026-W44", "2026-10"),
    ],
)
def test_a_moment_belongs_to_one_week_and_one_month(moment, zone, week, month):
    assert period_key(Period.WEEK, moment, zone) == week
    assert period_key(Period.MONTH, moment, zone) == month
    assert period_key(Period.ALL, moment, zone) == "all"
    assert sorted(period_keys(moment, zone)) == sorted([week, month, "all"])


BEGAN = ms(2026, 11, 22, 12)


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        (BEGAN - 1, None),
        (BEGAN, BEGAN),
        (BEGAN + 30 * DAY_MS - 1, BEGAN),
        (BEGAN + 30 * DAY_MS, BEGAN + 30 * DAY_MS),
        (BEGAN + 95 * DAY_MS, BEGAN + 90 * DAY_MS),
    ],
)
def test_seasons_follow_each_other_from_the_first_one_on(moment, start):
    season = Season(BEGAN, 30)
    assert season.start(moment) == start
    assert period_key(Period.SEASON, moment, UTC, season) == (f"season:{start}" if start else None)
    assert (f"season:{start}" in period_keys(moment, UTC, season)) is (start is not None)


def test_without_seasons_an_answer_counts_for_none():
    assert period_key(Period.SEASON, BEGAN, UTC) is None
    assert period_keys(BEGAN, UTC) == ["2026-W47", "2026-11", "all"]


@given(st.integers(0, 4 * 10**12), st.integers(1, 400), st.integers(0, 4 * 10**12))
def test_a_moment_lies_in_its_season_and_in_no_other(began, days, moment):
    season = Season(began, days)
    start, end = season.start(moment), season.end(moment)
    if start is None:
        assert moment < began and end is None
    else:
        assert began <= start <= moment < end == start + days * DAY_MS
        assert (start - began) % (days * DAY_MS) == 0
