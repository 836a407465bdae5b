"""Which week and month an answer counts for."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.quiz.periods import Period, period_key, period_keys

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
