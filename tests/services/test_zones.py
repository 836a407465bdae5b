"""Time zones as people type them, and that what is shown of one means it again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_english import refused

from bot.clock import zone_of, zone_words
from bot.errors import UserError
from bot.model.servers import Server
from bot.quiz.practice.reminding import day_to_remind
from bot.services.server.zones import Zones

ZONES = Zones()
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def hours(name: str) -> float:
    offset = NOON.astimezone(zone_of(name)).utcoffset()
    assert offset is not None
    return offset / timedelta(hours=1)


@pytest.mark.parametrize(
    ("typed", "ahead"),
    [
        ("GMT+2", 2),
        ("gmt +2", 2),
        ("UTC+2", 2),
        ("utc−3", -3),
        ("UTC-3:30", -3.5),
        ("+5:30", 5.5),
        ("+0545", 5.75),
        ("GMT", 0),
        ("UTC+0", 0),
        ("UTC+14", 14),
        ("Etc/GMT+2", -2),  # who types the tz database's own name means what it says
        ("São Paulo", -3),
        ("sao paulo", -3),
        ("ＴＯＫＹＯ", 9),
        ("buenos aires", -3),
        ("new  york", -5),
        ("CET", 1),
        ("PST", -8),
    ],
)
def test_a_zone_is_what_people_mean_by_it(typed, ahead):
    assert hours(ZONES.find(typed)) == ahead


@pytest.mark.parametrize("typed", ["", "nowhere", "UTC+15", "GMT-13", "+2:75", "IST", "+"])
def test_what_means_no_zone_or_several_is_refused_with_what_to_type(typed):
    with refused(UserError, "big city near you"):
        ZONES.find(typed)


@pytest.mark.parametrize("name", sorted(available_timezones()))
def test_what_is_shown_of_a_zone_means_it_again(name):
    shown = zone_words(name)
    if "/" in name or name == "UTC":
        found = ZONES.find(shown)
        assert hours(found) == hours(name)
        assert zone_words(found) == shown


@given(st.integers(-12 * 4, 14 * 4))
def test_a_distance_from_utc_keeps_its_sign(quarters):
    sign, minutes = "-" if quarters < 0 else "+", abs(quarters) * 15
    found = ZONES.find(f"GMT{sign}{minutes // 60}:{minutes % 60:02}")
    assert hours(found) == quarters / 4
    assert ZONES.find(zone_words(found)) == found
    assert ZONES.offered(f"UTC{sign}{minutes // 60}:{minutes % 60:02}") == [zone_words(found)]


@pytest.mark.parametrize("name", ["Atlantis/Poseidonis", "../etc/passwd", "", "UTC+99:99"])
def test_a_stored_zone_that_this_machine_does_not_know_breaks_nothing(name):
    assert NOON.astimezone(Server(time_zone=name).zone).hour in range(24)
    assert day_to_remind(round(NOON.timestamp() * 1000), name, NOON.astimezone(zone_of(name)).hour, None)
    assert isinstance(zone_words(name), str)
