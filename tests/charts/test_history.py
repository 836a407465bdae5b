"""The chart of a learner's last days."""

import pytest

from bot.charts.history import Day, History, alt_text, draw

WEEKS = History([Day(f"{n} Nov", n % 5, n % 3) for n in range(1, 29)])


def test_the_chart_in_words_has_totals_and_the_days_with_answers():
    words = alt_text(History([Day("1 Nov", 0, 0), Day("2 Nov", 3, 1)]))
    assert words == "Bar chart of the last 2 days: 4 answers, 3 right. 2 Nov: 3 right, 1 wrong."
    assert len(alt_text(WEEKS)) <= 1024


@pytest.mark.parametrize("history", [WEEKS, History([Day("1 Nov", 0, 0)]), History([Day("1 Nov", 5_000, 3)])])
def test_it_is_drawn_for_every_number_of_answers(history):
    assert draw(history).startswith(b"\x89PNG")
