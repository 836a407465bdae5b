"""Days in a row, and the day that is forgiven."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.board.streaks import Streak, streak

TODAY = date(2026, 11, 22)


def days(pattern: str) -> set[date]:
    """Days as x (answered) and . (not), the last of them today."""
    return {TODAY - timedelta(days=ago) for ago, mark in enumerate(reversed(pattern)) if mark == "x"}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (".", Streak(0, today=False, grace_used=False)),
        ("x", Streak(1, today=True, grace_used=False)),
        ("xxx", Streak(3, today=True, grace_used=False)),
        ("xxx.", Streak(3, today=False, grace_used=False)),  # today is not over
        ("xx.xx", Streak(4, today=True, grace_used=True)),
        ("xx..", Streak(2, today=False, grace_used=True)),  # yesterday is forgiven, if today is not missed too
        ("xx...", Streak(0, today=False, grace_used=False)),
        ("xx..x", Streak(1, today=True, grace_used=False)),
        ("x.x.x", Streak(2, today=True, grace_used=True)),  # a second miss within a week
        ("xx.xxxxxx.xx", Streak(10, today=True, grace_used=True)),  # a week between the two
        ("xx.xxxxx.xx", Streak(7, today=True, grace_used=True)),
        ("xx.xxxxxxxx", Streak(10, today=True, grace_used=False)),  # that week is over
    ],
)
def test_a_streak_counts_days_answered_and_forgives_one_miss_a_week(pattern, expected):
    assert streak(days(pattern), TODAY) == expected


@given(pattern=st.text("x.", max_size=60))
def test_a_streak_never_counts_more_than_the_days_answered_and_today_only_adds(pattern):
    found = streak(days(pattern), TODAY)
    assert found.days <= pattern.count("x")
    with_today = streak(days(pattern) | {TODAY}, TODAY)
    assert with_today.days >= max(1, found.days)
