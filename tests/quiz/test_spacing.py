"""When a family comes back."""

from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.practice.spacing import Card, review

DAY = 86_400_000
moments = st.integers(1_700_000_000_000, 2_000_000_000_000)
histories = st.lists(st.tuples(st.booleans(), st.integers(0, 90 * DAY)), min_size=1, max_size=12)


def after(history, start) -> tuple[Card, int]:
    """The card after these answers, each so long after the one before, and the moment of the last."""
    card, now = None, start
    for correct, pause in history:
        now += pause
        card = review(card, correct, now)
    assert card is not None
    return card, now


@given(history=histories, start=moments)
def test_an_answered_family_is_never_due_at_once_nor_later_than_in_60_days(history, start):
    card, now = after(history, start)
    assert now < card.due_ms <= now + 60 * DAY
    assert card.reviewed_ms <= now
    assert card.stability > 0


@given(history=histories, start=moments, late=st.integers(0, 90 * DAY))
def test_a_wrong_answer_to_a_due_card_brings_it_back_no_later_than_a_right_one(history, start, late):
    card, _ = after(history, start)
    now = card.due_ms + late
    right, wrong = review(card, correct=True, now_ms=now), review(card, correct=False, now_ms=now)
    assert wrong.due_ms <= right.due_ms
    assert wrong.stability < right.stability


@given(start=moments)
def test_a_first_wrong_answer_comes_back_sooner_than_a_first_right_one(start):
    assert review(None, correct=False, now_ms=start).due_ms < review(None, correct=True, now_ms=start).due_ms


@given(history=histories, start=moments, share=st.floats(0, 1, exclude_max=True))
def test_a_right_answer_before_the_card_is_due_leaves_it_as_it_was(history, start, share):
    card, now = after(history, start)
    early = now + int((card.due_ms - now) * share)
    assert review(card, correct=True, now_ms=early) == card


@given(history=histories, start=moments)
def test_a_right_answer_in_time_makes_the_next_pause_longer_up_to_the_limit(history, start):
    card, _ = after(history, start)
    later = review(card, correct=True, now_ms=card.due_ms)
    pause = later.due_ms - card.due_ms
    assert pause >= min(60 * DAY, card.due_ms - card.reviewed_ms)


@given(history=histories, start=moments, back=st.integers(1, 400 * DAY))
def test_a_clock_that_was_set_back_does_no_harm(history, start, back):
    card, now = after(history, start)
    again = review(card, correct=False, now_ms=now - back)
    assert again.reviewed_ms >= card.reviewed_ms
    assert again.due_ms > again.reviewed_ms
