"""Who improved, and by how much for sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.board.improvement import IMPROVED_FROM, Tries, improvement, least_rise
from bot.quiz.question.statistics import Z95


@pytest.mark.parametrize(
    ("before", "now", "least"),
    [
        (Tries(48, 80), Tries(56, 70), 0.0524),
        (Tries(3, 10), Tries(9, 10), 0.1705),
        (Tries(0, 10), Tries(10, 10), 0.6075),
    ],
)
def test_it_is_newcombes_interval_as_he_published_it(before, now, least):
    assert round(least_rise(before, now, Z95), 4) == least


@pytest.mark.parametrize(
    ("before", "now", "sure"),
    [
        (Tries(5, 10), Tries(9, 10), 0.138),
        (Tries(50, 100), Tries(90, 100), 0.322),
        (Tries(0, 10), Tries(10, 10), 0.800),
        (Tries(40, 80), Tries(45, 80), -0.038),
        (Tries(10, 20), Tries(11, 20), -0.147),
    ],
)
def test_the_rise_that_is_all_but_certain(before, now, sure):
    found = improvement(before, now)
    assert found is not None
    assert round(found.sure, 3) == sure


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (Tries(0, 9), Tries(10, 10)),
        (Tries(0, 10), Tries(9, 9)),
        (Tries(), Tries(50, 50)),
        (Tries(9, 10), Tries(9, 10)),
        (Tries(9, 10), Tries(5, 10)),
    ],
)
def test_too_few_answers_or_no_rise_is_no_improvement(before, now):
    assert improvement(before, now) is None
    assert IMPROVED_FROM == 10


TRIES = st.integers(10, 300).flatmap(lambda n: st.builds(Tries, st.integers(0, n), st.just(n)))


@given(TRIES, TRIES)
def test_what_is_sure_never_exceeds_what_was_counted(before, now):
    found = improvement(before, now)
    if found:
        assert -1 <= found.sure <= found.gain <= 1


@given(TRIES, TRIES)
def test_one_more_right_answer_never_makes_it_less(before, now):
    found = improvement(before, now)
    if found and now.right < now.answers:
        assert improvement(before, Tries(now.right + 1, now.answers)).sure > found.sure


@given(TRIES, TRIES, st.integers(2, 5))
def test_the_same_rise_in_more_answers_is_surer(before, now, times):
    found = improvement(before, now)
    many = improvement(
        Tries(before.right * times, before.answers * times), Tries(now.right * times, now.answers * times)
    )
    assert (found is None) == (many is None)
    if found:
        assert many.sure >= found.sure
