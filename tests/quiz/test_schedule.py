"""When something scheduled by the clock on the wall happens, in zones that change their clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import utc
from bot.quiz.calendar.schedule import EVERY_DAY, Weekly, latest_until, local_day, moment, next_after

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "America/Toronto",
    "UTC",
)


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "day", "hour", "minute", "at"),
    [
        ("UTC", "2026-11-22", 9, 0, "2026-11-22T09:00+00:00"),
        ("Asia/Kolkata", "2026-11-22", 9, 0, "2026-11-22T09:00+05:30"),
        ("Europe/Berlin", "2026-07-01", 19, 0, "2026-07-01T19:00+02:00"),
        ("Europe/Berlin", "2026-03-29", 1, 59, "2026-03-29T01:59+01:00"),
        ("Europe/Berlin", "2026-03-29", 2, 0, "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", "2026-03-29", 2, 59, "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", "2026-10-25", 2, 30, "2026-10-25T02:30+02:00"),
        ("America/New_York", "2026-03-08", 2, 30, "2026-03-08T03:00-04:00"),
        ("America/New_York", "2026-11-01", 1, 30, "2026-11-01T01:30-04:00"),
        ("Australia/Lord_Howe", "2026-10-04", 2, 15, "2026-10-04T02:30+11:00"),
        ("Australia/Lord_Howe", "2026-10-04", 2, 30, "2026-10-04T02:30+11:00"),
        ("Australia/Lord_Howe", "2026-04-05", 1, 45, "2026-04-05T01:45+11:00"),
        ("America/Sao_Paulo", "2018-11-04", 0, 0, "2018-11-04T01:00-02:00"),
        ("America/Sao_Paulo", "2018-02-17", 23, 30, "2018-02-17T23:30-02:00"),
        ("Pacific/Apia", "2011-12-29", 19, 0, "2011-12-29T19:00-10:00"),
        ("Pacific/Apia", "2011-12-31", 0, 0, "2011-12-31T00:00+14:00"),
        ("America/Toronto", "1919-03-30", 23, 45, "1919-03-31T00:30-04:00"),
    ],
)
def test_a_wall_time_is_one_moment(zone, day, hour, minute, at):
    assert moment(date.fromisoformat(day), hour, minute, ZoneInfo(zone)) == ms(at)


def test_a_day_that_was_left_out_has_no_moment_and_no_occurrence():
    apia = ZoneInfo("Pacific/Apia")
    assert moment(date(2011, 12, 30), 19, 0, apia) is None
    fridays = Weekly(19, 0, frozenset({4}))
    last = next_after(ms("2011-12-20T00:00+00:00"), fridays, apia)
    assert last.day == date(2011, 12, 23)
    assert next_after(last.at_ms, fridays, apia).day == date(2012, 1, 6)
    daily = Weekly(19, 0)
    days = [next_after(ms("2011-12-28T12:00-10:00"), daily, apia)]
    for _ in range(2):
        days.append(next_after(days[-1].at_ms, daily, apia))
    assert [one.day.day for one in days] == [28, 29, 31]


def test_a_time_that_comes_twice_happens_once():
    berlin, half_past_two = ZoneInfo("Europe/Berlin"), Weekly(2, 30)
    first = next_after(ms("2026-10-25T00:00+02:00"), half_past_two, berlin)
    assert first.at_ms == ms("2026-10-25T02:30+02:00")
    assert next_after(first.at_ms, half_past_two, berlin).at_ms == ms("2026-10-26T02:30+01:00")


def test_only_the_days_chosen_count():
    monday_and_friday = Weekly(18, 0, frozenset({0, 4}))
    found, at_ms = [], ms("2026-11-22T00:00+00:00")
    for _ in range(4):
        one = next_after(at_ms, monday_and_friday, UTC)
        found.append(f"{one.day:%a %d}")
        at_ms = one.at_ms
    assert found == ["Mon 23", "Fri 27", "Mon 30", "Fri 04"]


WEEKLY = st.builds(
    Weekly, st.integers(0, 23), st.integers(0, 59), st.frozensets(st.sampled_from(sorted(EVERY_DAY)), min_size=1)
)
MOMENT = st.integers(ms("1990-01-01T00:00+00:00"), ms("2036-01-01T00:00+00:00"))
CHANGES = st.sampled_from(
    [
        ms("2011-12-30T10:00+00:00"),
        ms("2026-03-29T01:00+00:00"),
        ms("2026-10-25T01:00+00:00"),
        ms("2026-10-03T15:30+00:00"),
    ]
)
NEAR = st.builds(lambda change, hours: change + hours * 600_000, CHANGES, st.integers(-400, 400))


@given(MOMENT | NEAR, WEEKLY, st.sampled_from(ZONES))
def test_the_next_occurrence_is_later_and_the_one_before_it_is_not(at_ms, weekly, name):
    zone = ZoneInfo(name)
    after, before = next_after(at_ms, weekly, zone), latest_until(at_ms, weekly, zone)
    assert before.at_ms <= at_ms < after.at_ms
    assert before.day < after.day
    assert next_after(before.at_ms, weekly, zone) == after
    assert latest_until(after.at_ms, weekly, zone) == after


@given(MOMENT | NEAR, WEEKLY, st.sampled_from(ZONES))
def test_an_occurrence_shows_its_time_on_the_wall_or_the_end_of_a_gap(at_ms, weekly, name):
    zone = ZoneInfo(name)
    one = next_after(at_ms, weekly, zone)
    assert one.day.weekday() in weekly.weekdays
    wall = utc(one.at_ms).astimezone(zone)
    wanted = datetime.combine(one.day, time(weekly.hour, weekly.minute))
    if wall.replace(tzinfo=None) != wanted:
        just_before = (utc(one.at_ms) - timedelta(milliseconds=1)).astimezone(zone)
        assert just_before.replace(tzinfo=None) < wanted < wall.replace(tzinfo=None)
        assert just_before.utcoffset() != wall.utcoffset()
    else:
        assert wall.fold == 0
        assert local_day(one.at_ms, zone) == one.day


@given(MOMENT, st.sampled_from(ZONES))
def test_every_day_has_one_occurrence(at_ms, name):
    zone, noon = ZoneInfo(name), Weekly(12, 0)
    one = next_after(at_ms, noon, zone)
    other = next_after(one.at_ms, noon, zone)
    assert other.day - one.day == timedelta(days=1) or name == "Pacific/Apia"
