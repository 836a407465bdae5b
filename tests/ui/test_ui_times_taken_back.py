"""Days and times are taken back as they are shown."""

from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.calendar.schedule import EVERY_DAY, Weekly
from bot.ui.times import read_days, read_time, weekly_words


@given(st.integers(0, 23), st.integers(0, 59), st.frozensets(st.integers(0, 6), min_size=1))
def test_days_and_times_are_taken_back_as_they_are_shown(hour, minute, days):
    shown = weekly_words(Weekly(hour, minute, days))
    for text in (shown, shown.upper(), shown.rsplit(" at ", 1)[0]):
        assert read_days(text) == days
    assert read_time("at " + shown.rsplit(" at ", 1)[1]) == (hour, minute)
    assert read_days(weekly_words(Weekly(hour, minute))) == EVERY_DAY
